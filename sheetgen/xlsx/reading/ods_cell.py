"""OpenDocument の一つのセルの値と、名前の指す所。

Source: ODF 1.3 Part 3, 19.385-19.390 (values), 19.642 (formulas).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from sheetgen.model.returned import CellKind, RawCell
from sheetgen.xlsx.reading.cells import UnreadableValueError, iso, number
from sheetgen.xlsx.reading.formats import GENERAL
from sheetgen.xlsx.reading.ods_text import Paragraphs
from sheetgen.xlsx.reading.xmlparts import Attrs

PERCENT, DATE, TIME, ELAPSED = "0%", "yyyy/m/d", "h:mm:ss", "[h]:mm:ss"
ERRORS = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"}
)
_LO_ERROR = re.compile("Err:[0-9]{3}|エラー:[0-9]{3}")
_DURATION = re.compile(
    r"PT(?:([0-9]{1,6})H)?(?:([0-9]{1,8})M)?(?:([0-9]{1,9})(?:[.,][0-9]*)?S)?", re.ASCII
)
_ADDRESS = re.compile(
    r"\$?('(?:[^']|'')*'|[^.'\s]+)\.(\$?[A-Z]{1,3}\$?[0-9]+)"
    r"(?::(?:\$?(?:'(?:[^']|'')*'|[^.'\s]+))?\.(\$?[A-Z]{1,3}\$?[0-9]+))?"
)
_DAY = 86400


class CellSource(NamedTuple):
    """一つのセルの書かれたもの。``column`` は1から、``repeat`` は右へ続く数。"""

    column: int
    repeat: int
    attrs: Attrs
    struck: bool
    percent: bool


def make_cell(source: CellSource, paragraphs: Paragraphs) -> RawCell | None:
    """値も数式もなければ None。:class:`UnreadableValueError`。"""
    attrs = source.attrs
    formula = _formula(attrs.get("formula"))
    kind = attrs.get("value-type", "")
    if kind in ("", "string"):
        return _text_cell(source, paragraphs, formula, kind)
    value: str | int | float | bool
    code = GENERAL
    if kind == "boolean":
        found, value = CellKind.BOOL, attrs.get("boolean-value") == "true"
    elif kind == "date":
        found, value, code = CellKind.DATE, iso(attrs.get("date-value", "")), DATE
    elif kind == "time":
        found, value, code = _time(attrs.get("time-value", ""))
    elif kind in ("float", "percentage", "currency"):
        found, value = CellKind.NUMBER, number(attrs.get("value", ""))
        shown = paragraphs.result().value.rstrip().endswith(("%", "％"))
        code = PERCENT if kind == "percentage" or source.percent or shown else GENERAL
    else:
        raise UnreadableValueError(kind)
    return RawCell(found, value, code, formula, str(value) if source.struck else None)


def _text_cell(
    source: CellSource, paragraphs: Paragraphs, formula: str | None, kind: str
) -> RawCell | None:
    text = paragraphs.result(source.struck)
    value = text.value
    if not paragraphs.count and kind == "string":
        value = source.attrs.get("string-value", "")
    if not value and formula is None:
        return None
    # 式の値がエラーのとき、型は文字と書かれる。
    if formula is not None and (value in ERRORS or _LO_ERROR.fullmatch(value)):
        return RawCell(CellKind.ERROR, value, GENERAL, formula)
    if not value and not kind and not paragraphs.count:
        return RawCell(CellKind.BLANK, None, GENERAL, formula)
    return RawCell(CellKind.TEXT, value, GENERAL, formula, text.struck or None)


def _formula(written: str | None) -> str | None:
    """``of:=…`` の、``=`` の後。"""
    if written is None:
        return None
    _, separator, text = written.partition("=")
    return text if separator and ":" in written[: written.find("=")] else written.lstrip("=")


def _time(written: str) -> tuple[CellKind, str | float, str]:
    match = _DURATION.fullmatch(written)
    if match is None or written == "PT":
        raise UnreadableValueError(written)
    hours, minutes, seconds = (int(one or 0) for one in match.groups())
    total = hours * 3600 + minutes * 60 + seconds
    if total < _DAY:
        clock = f"{total // 3600:02}:{total // 60 % 60:02}:{total % 60:02}"
        return CellKind.DATE, clock, TIME
    return CellKind.NUMBER, total / _DAY, ELAPSED


def name_target(written: str) -> str:
    """``$シート.$A$1:.$B$2`` を、Excel の書き方 ``'シート'!$A$1:$B$2`` にする。"""
    match = _ADDRESS.fullmatch(written)
    if match is None:
        return written.removeprefix("of:").lstrip("=")
    sheet, first, last = match.groups()
    name = sheet if sheet.startswith("'") else "'" + sheet.replace("'", "''") + "'"
    return f"{name}!{first}:{last}" if last and last != first else f"{name}!{first}"
