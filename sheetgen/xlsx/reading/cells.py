"""セルに書かれたものを、値にする。

Both ways into a sheet (the quick scanner and the parser) end here, so that they
cannot disagree on what a value means.  Source: ECMA-376 Part 1, 18.3.1.4 (c).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sheetgen.model.refs import MAX_COLUMN, MAX_ROW, column_number
from sheetgen.model.returned import CellKind, RawCell
from sheetgen.xlsx.reading.formats import iso_date
from sheetgen.xlsx.reading.strings import Text, unescape
from sheetgen.xlsx.reading.styles import PLAIN, Look

MAX_CELLS = 300_000
"""一冊の、値のあるセルの数の上限。様式74枚で 5,000 ほどである。"""

REF = re.compile("([A-Z]{1,3})([1-9][0-9]{0,6})")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_ISO = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})?(?:T?([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.[0-9]*)?Z?)?",
    re.ASCII,
)
_TRUE = {"1": True, "true": True, "0": False, "false": False}
# 16桁以上の整数は、どの表計算ソフトでも小数として持たれている。
_EXACT_DIGITS = 15
_SPACES = " \t\n\r"


class UnreadableValueError(ValueError):
    """この種類の値としては読めない文字が書かれている。"""


def within_limits(ref: str) -> bool:
    """Excel のシートにある番地か。"""
    match = REF.fullmatch(ref)
    return match is not None and int(match[2]) <= MAX_ROW and column_number(match[1]) <= MAX_COLUMN


def number(text: str) -> int | float:
    """数を読む。:class:`UnreadableValueError`。"""
    if text.isascii() and text.isdigit() and len(text) <= _EXACT_DIGITS:
        return int(text)
    text = text.strip(_SPACES)
    if not _NUMBER.fullmatch(text):
        raise UnreadableValueError(text)
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise UnreadableValueError(text)
    if value.is_integer() and len(text) <= _EXACT_DIGITS and text.lstrip("+-").isdigit():
        return int(value)
    return value


class CellMaker:
    """一冊のブックのセルを作る。文字列の表とスタイルを引く。"""

    def __init__(self, strings: Sequence[Text], looks: Sequence[Look], date1904: bool) -> None:
        self.strings = strings
        self.looks = looks
        self.date1904 = date1904
        self.seen: dict[str, Look] = {}
        """引いたことのあるスタイル。"""
        self.formats: dict[str, tuple[str, str]] = {}
        """スタイルの、そのままの文字と、そのままの数の表示形式。そのままでなければ空。"""
        self.shared: dict[tuple[str, str], RawCell] = {}
        """文字列の表の番号とスタイルから、作ったことのあるセル。"""

    def format(self, style: str) -> tuple[str, str]:
        """飾りのないセルの、文字と数の表示形式。取消線や日付なら空。"""
        look = self.look(style)
        code = "" if look.struck else look.number_format
        found = self.formats[style] = (code, "" if look.date else code)
        return found

    def look(self, style: str) -> Look:
        """スタイルの番号（書かれたまま）の見た目。なければ標準。"""
        look = self.seen.get(style)
        if look is None:
            index = int(style) if style.isascii() and style.isdigit() and len(style) < 10 else 0
            look = self.looks[index] if index < len(self.looks) else PLAIN
            self.seen[style] = look
        return look

    def make(
        self, kind: str, style: str, written: str | None, inline: Text | None, formula: str | None
    ) -> RawCell | None:
        """一つのセル。値も数式もなければ None。:class:`UnreadableValueError`。"""
        if kind == "inlineStr" or (inline is not None and written is None):
            return self.text(inline or Text(""), style, formula)
        if kind == "s" and written:
            return self.text(self._shared(written), style, formula)
        if kind == "str" and written is not None:
            # 数式の結果の空の文字列は、空であることが答えである。
            return self.text(Text(unescape(written)), style, formula)
        if not written:
            return _empty(self.look(style), formula)
        return self._scalar(kind, self.look(style), written, formula)

    def text(self, text: Text, style: str, formula: str | None = None) -> RawCell | None:
        """文字のセル。``style`` はスタイルの番号。"""
        return self.styled(text, self.look(style), formula)

    def styled(self, text: Text, look: Look, formula: str | None) -> RawCell | None:
        """文字のセル。空の文字で数式もなければ None。"""
        value, struck, runs, plain = text
        if not value and formula is None:
            return None
        if look.struck:
            struck = value if not runs or plain == value else struck or plain
        return RawCell(CellKind.TEXT, value, look.number_format, formula, struck or None)

    def numeric(self, value: int | float, look: Look, formula: str | None) -> RawCell:
        """数か日付のセル。"""
        struck = str(value) if look.struck else None
        if look.date:
            day = iso_date(value, self.date1904)
            if day is not None:
                return RawCell(CellKind.DATE, day, look.number_format, formula, struck and day)
        return RawCell(CellKind.NUMBER, value, look.number_format, formula, struck)

    def _shared(self, written: str) -> Text:
        digits = written.strip(_SPACES)
        if digits.isascii() and digits.isdigit() and len(digits) < 10:
            index = int(digits)
            if index < len(self.strings):
                return self.strings[index]
        raise UnreadableValueError(written)

    def _scalar(self, kind: str, look: Look, written: str, formula: str | None) -> RawCell:
        value: str | int | float | bool
        if kind == "b":
            if written.strip() not in _TRUE:
                raise UnreadableValueError(written)
            found, value = CellKind.BOOL, _TRUE[written.strip()]
        elif kind == "e":
            found, value = CellKind.ERROR, unescape(written)
        elif kind == "d":
            found, value = CellKind.DATE, iso(written)
        elif kind in ("", "n"):
            return self.numeric(number(written), look, formula)
        else:
            raise UnreadableValueError(written)
        struck = str(value) if look.struck else None
        return RawCell(found, value, look.number_format, formula, struck)


def _empty(look: Look, formula: str | None) -> RawCell | None:
    if formula is None:
        return None
    return RawCell(CellKind.BLANK, None, look.number_format, formula)


def iso(written: str) -> str:
    """ISO 8601 の日付（Strict の ``t="d"``）。真夜中の時刻は、日付だけにする。"""
    match = _ISO.fullmatch(written.strip())
    if match is None or not written.strip():
        raise UnreadableValueError(written)
    day, clock = match[1], match[2]
    if clock and len(clock) == len("00:00"):
        clock += ":00"
    if day is None:
        return str(clock)
    return f"{day}T{clock}" if clock and clock != "00:00:00" else day
