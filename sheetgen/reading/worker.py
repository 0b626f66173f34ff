"""別のプロセスで一冊を読み、答えを JSON にして返す。親は、型を確かめてブックに戻す。

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
from typing import TYPE_CHECKING, Any

from sheetgen.problems import Problem, SheetgenError
from sheetgen.reading.book import CellKind, RawBook, RawCell
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
    """一つのファイルの中身を読み、ブックか、読めないわけを返す。"""
    try:
        return dump(read_book(data))
    except SheetgenError as error:
        return dump(error.problems)


def dump(found: Answer) -> bytes:
    """答えを JSON にする。ブックはオブジェクト、読めないわけは配列になる。"""
    return json.dumps(
        found, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain
    ).encode()


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
