"""別のプロセスで一冊を読み、答えを JSON にして返す。親は、型を確かめてブックに戻す。

届いたものがメールなら、ブックとして読まずに開き、添付の中身を答えの後ろに付けて返す。

JSON は、ブックの値を pydantic が書くのと同じ形である。子はそれを標準の json で書く。
pydantic の読み込みに、28冊を読むのと同じほどの時間がかかるためである。
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from sheetgen.problems import Problem, SheetgenError
from sheetgen.reading.book import CellKind, RawBook, RawCell
from sheetgen.reading.child import LENGTH
from sheetgen.reading.kinds import COMPOUND, Kind, kind_of
from sheetgen.reading.mail_parts import MailPart, MailProblem, OpenedMail, Passage
from sheetgen.reading.opening import read_book

if TYPE_CHECKING:
    from pydantic import TypeAdapter


_Problems = tuple[Problem, ...]
Answer = RawBook | _Problems
"""一冊の答え：ブックか、読めないわけ。場所にファイルの名はまだない。"""
_REF = re.compile("[A-Z]{1,3}[1-9][0-9]{0,6}")
_TYPES: dict[CellKind, tuple[type, ...]] = {
    CellKind.TEXT: (str,),
    CellKind.NUMBER: (int, float),
    CellKind.DATE: (str,),
    CellKind.BOOL: (bool,),
    CellKind.ERROR: (str,),
    CellKind.BLANK: (type(None),),
}
_FACTS = (str, int, float, bool, type(None))


def answer(data: bytes) -> bytes:
    """一つのファイルの中身を読み、ブックか、開いたメールか、読めないわけを返す。"""
    try:
        if not data.startswith(b"PK") and kind_of(data) is Kind.MAIL:
            return dump_mail(open_mail(data))
        return dump(read_book(data))
    except SheetgenError as error:
        return dump(error.problems)


def dump(found: Answer) -> bytes:
    """答えを JSON にする。ブックはオブジェクト、読めないわけは配列になる。"""
    return json.dumps(
        found, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain
    ).encode()


def open_mail(data: bytes) -> OpenedMail:
    """届いたメールを開く。

    :raises SheetgenError: 開けない（R010、R017、R020）。
    """
    if data.startswith(COMPOUND):
        from sheetgen.reading.outlook import read_outlook  # ここで読み込む。メールの届く回は少ない

        return read_outlook(data)
    from sheetgen.reading.mime import read_mime  # 上と同じく、ここで読み込む

    return read_mime(data)


_MARK = b"\x00mail"
"""答えが開いたメールであることの印。ほかの答えは、JSON の ``{`` か ``[`` で始まる。"""


class _Index(NamedTuple):
    """開いたメールの目録。``parts`` は、名、通ってきた道、中身の大きさ。"""

    sender: str | None
    sent: str | None
    problems: tuple[MailProblem, ...]
    parts: tuple[tuple[str, Passage, int], ...]


def dump_mail(mail: OpenedMail) -> bytes:
    """開いたメールを、一つの答えにする：印、目録の長さ、目録（JSON）、添付の中身。"""
    parts = tuple((one.name, one.passage, len(one.data)) for one in mail.parts)
    index = _Index(mail.sender, mail.sent, mail.problems, parts)
    head = json.dumps(index, separators=(",", ":")).encode()
    return b"".join((_MARK, LENGTH.pack(len(head)), head, *(one.data for one in mail.parts)))


def understand_mail(reply: bytes) -> OpenedMail:
    """答えを、開いたメールに戻す。子の答えも、外から来たものとして確かめる。

    :raises SheetgenError: 決めた形をしていない（R035）、または、読めないわけの答え。
    """
    from sheetgen.reading.unzipping import MAX_FILES  # 遅く：子は使わない

    start = len(_MARK) + LENGTH.size
    if not reply.startswith(_MARK) or len(reply) < start:
        found = understand(reply)
        raise SheetgenError(found if isinstance(found, tuple) else Problem("R035"))
    (length,) = LENGTH.unpack_from(reply, len(_MARK))
    at = start + length
    try:
        index: _Index = _type(_Index).validate_json(reply[start:at], strict=True)
    except ValueError:
        raise SheetgenError(Problem("R035")) from None
    sizes = [size for *_, size in index.parts]
    if len(sizes) > MAX_FILES or min(sizes, default=0) < 0 or at + sum(sizes) != len(reply):
        raise SheetgenError(Problem("R035"))
    parts = []
    for name, passage, size in index.parts:
        parts.append(MailPart(name, passage, reply[at : at + size]))
        at += size
    return OpenedMail(index.sender, index.sent, tuple(parts), index.problems)


def understand(reply: bytes) -> Answer:
    """答えを、ブックか、読めないわけに戻す。

    子は外から来たファイルを読んだのだから、子の答えも外から来たものとして、形と型を
    残らず確かめる。

    :raises SheetgenError: 決めた形をしていない（R035）。
    """
    try:
        if reply.startswith(b"["):
            problems: _Problems = _type(_Problems).validate_json(reply, strict=True)
            if problems and _are_plain(problems):
                return problems
        else:
            book: RawBook = _type(RawBook).validate_json(reply, strict=True)
            if _are_plain(book.problems) and all(_agree(one.cells) for one in book.sheets):
                return book
    except ValueError:  # pydantic の ValidationError も、この仲間である
        pass
    raise SheetgenError(Problem("R035"))


@lru_cache
def _type(kind: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter  # 遅く：子は使わない

    return TypeAdapter(kind)


def _plain(value: Any) -> object:
    """JSON にない型を、JSON の値にする。"""
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    return {one.name: getattr(value, one.name) for one in fields(value)}


def _agree(cells: Mapping[str, RawCell]) -> bool:
    """どの番地も番地の形で、どの値もその種類の型か。"""
    ref_is = _REF.fullmatch
    for ref, (kind, value, *_) in cells.items():
        if type(value) not in _TYPES[kind] or ref_is(ref) is None:
            return False
        if type(value) is float and not isfinite(value):
            return False
    return True


def _are_plain(problems: _Problems) -> bool:
    return all(type(fact) in _FACTS for one in problems for fact in one.facts.values())
