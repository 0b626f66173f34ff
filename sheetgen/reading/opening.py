"""届いたファイルの中身を、その種類の読み手に渡す。

名と拡張子は信じない。``.xls`` という名の zip も、その逆も、よく届く。
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sheetgen.messages.quoting import in_short
from sheetgen.problems import Problem
from sheetgen.reading.archive import Archive, refuse
from sheetgen.reading.book import RawBook
from sheetgen.reading.kinds import COMPOUND, Kind, kind_of

# 途中で切れていても ZIP と分かる、初めの二字。
_ZIP = b"PK"
_UNREADABLE = "R036"
_MOST_CELLS = 5
"""一度に挙げるセルの数。"""
_LOCKED = {Kind.PASSWORD: "R022", Kind.LABEL: "R023"}


def read_book(data: bytes) -> RawBook:
    """届いたファイルの中身を、ブックとして読む。

    :raises SheetgenError: ブックとして読めない (R020-R038)。場所にファイルの名はまだない。
    """
    book = _read(data)
    problems = tuple(_gathered(book.problems))
    return book if len(problems) == len(book.problems) else replace(book, problems=problems)


def _gathered(problems: Sequence[Problem]) -> Iterator[Problem]:
    """読めないセルを一つの問題にまとめる。同じわけで、すべてのセルが読めないことがある。"""
    cells = [one for one in problems if one.code == _UNREADABLE]
    for one in problems:
        if one.code != _UNREADABLE:
            yield one
        elif one is cells[0]:
            rest = [_place(other, one.place.sheet) for other in cells[1:]]
            more = f"（{in_short(rest, _MOST_CELLS, 'セル')}も同じ）" if rest else ""
            yield replace(one, facts={**one.facts, "more": more})


def _place(problem: Problem, sheet: str | None) -> str:
    """セルの番地。``sheet`` とは別のシートなら、シートの名も。"""
    own, cell = problem.place.sheet, problem.place.cell or ""
    return cell if own == sheet else f"「{own}」{cell}"


def _read(data: bytes) -> RawBook:
    kind = kind_of(data)
    if kind is Kind.PASSWORD:
        data = _unlocked(data)
        kind = kind_of(data)
    if kind in _LOCKED:
        raise refuse(_LOCKED[kind])
    if data.startswith(COMPOUND):
        from sheetgen.reading.compound import Compound

        compound = Compound(data)
        if kind is Kind.XLS:
            # ここで読み込む。古い形式は、めったに届かない
            from sheetgen.reading.biff import has_password, read_biff

            if has_password(compound):
                compound = Compound(_unlocked(data))
            return read_biff(compound)
    elif data.startswith(_ZIP):
        return _read_zip(Archive(data), kind)
    raise refuse("R021" if data else "R020")


def _unlocked(data: bytes) -> bytes:
    """Excel の決まったパスワードで開いたもの。人の付けたパスワードなら断る（R022）。"""
    from sheetgen.reading.unlocking import unlocked  # 上と同じく、ここで読み込む

    found = unlocked(data)
    if not found:
        raise refuse("R022")
    return found


def _read_zip(archive: Archive, kind: Kind) -> RawBook:
    if kind is Kind.ODS:
        from sheetgen.reading.ods import read_ods

        return read_ods(archive)
    if kind is Kind.XLSB:
        from sheetgen.reading.xlsb import read_xlsb

        return read_xlsb(archive)
    from sheetgen.reading.ooxml import read_ooxml

    return read_ooxml(archive)
