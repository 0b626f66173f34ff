"""BIFF12 の一枚のシートを読む。Source: [MS-XLSB] 2.4 (BrtRowHdr から BrtMergeCell)。"""

from __future__ import annotations

import struct

from sheetgen.model.refs import MAX_COLUMN, MAX_ROW, column_letters
from sheetgen.model.returned import CellKind, RawCell
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.xlsx.reading.biff_sheet import ERRORS, UNKNOWN, rk_value
from sheetgen.xlsx.reading.cells import CellMaker
from sheetgen.xlsx.reading.sheet_parser import SheetContent
from sheetgen.xlsx.reading.strings import Text
from sheetgen.xlsx.reading.styles import PLAIN, Look
from sheetgen.xlsx.reading.xlsb_text import records, rich, wide

_ROW, _COLUMN, _MERGE = 0, 60, 176
_RK, _ERROR, _BOOL, _REAL, _TEXT, _SHARED = 2, 3, 4, 5, 6, 7
_FORMULA_TEXT, _FORMULA_REAL, _FORMULA_BOOL, _FORMULA_ERROR = 8, 9, 10, 11
_RICH = 62
_BLANK = 1
# 列の番号を省いた短い形。前のセルのすぐ右にあり、番号は長い形より 11 大きい。
_SHORT = 11
_LONG_KINDS = range(_BLANK, _FORMULA_ERROR + 1)
_SHORT_KINDS = range(_BLANK + _SHORT, _SHARED + _SHORT + 1)


def read_sheet(data: bytes, maker: CellMaker) -> SheetContent:
    """シートの部品を読む。:class:`SheetgenError` (R020, R029, R032, R037)。"""
    content = SheetContent()
    row = column = 0
    for kind, body in records(data):
        if kind in _LONG_KINDS or kind == _RICH:
            column, style = struct.unpack_from("<II", body)
            _put(content, _ref(row, column), kind, body[8:], style, maker)
        elif kind in _SHORT_KINDS:
            column += 1
            (style,) = struct.unpack_from("<I", body)
            _put(content, _ref(row, column), kind - _SHORT, body[4:], style, maker)
        elif kind == _ROW:
            row = struct.unpack_from("<I", body)[0]
            column = -1
            if body[11] & 0x10:
                content.rows.add(row + 1)
        elif kind == _COLUMN:
            first, last, _, _, flags = struct.unpack_from("<4IH", body)
            if flags & 1:
                content.columns.append((first + 1, last + 1))
        elif kind == _MERGE:
            top, bottom, left, right = struct.unpack_from("<4I", body)
            content.merged.append(f"{_ref(top, left)}:{_ref(bottom, right)}")
    return content


def _put(
    content: SheetContent, ref: str, kind: int, value: bytes, style: int, maker: CellMaker
) -> None:
    if kind == _BLANK:
        return
    style &= 0xFFFFFF
    look = maker.looks[style] if style < len(maker.looks) else PLAIN
    cell = _cell(kind, value, look, maker)
    if cell is not None:
        content.put(ref, cell)


def _cell(kind: int, value: bytes, look: Look, maker: CellMaker) -> RawCell | None:
    formula = UNKNOWN if _FORMULA_TEXT <= kind <= _FORMULA_ERROR else None
    if kind == _RK:
        return _numeric(rk_value(struct.unpack_from("<I", value)[0]), look, maker, None)
    if kind in (_REAL, _FORMULA_REAL):
        return _numeric(struct.unpack_from("<d", value)[0], look, maker, formula)
    if kind == _SHARED:
        return maker.styled(maker.strings[struct.unpack_from("<I", value)[0]], look, None)
    if kind in (_TEXT, _FORMULA_TEXT):
        return maker.styled(Text(wide(value, 0)[0]), look, formula)
    if kind == _RICH:
        return maker.styled(Text(rich(value)[0]), look, None)
    if kind in (_BOOL, _FORMULA_BOOL):
        return RawCell(CellKind.BOOL, value[0] != 0, look.number_format, formula)
    return RawCell(CellKind.ERROR, ERRORS.get(value[0], "#?"), look.number_format, formula)


def _numeric(value: float, look: Look, maker: CellMaker, formula: str | None) -> RawCell:
    exact = int(value) if value.is_integer() and abs(value) < 1e15 else value
    return maker.numeric(exact, look, formula)


def _ref(row: int, column: int) -> str:
    if row >= MAX_ROW or column >= MAX_COLUMN:
        raise SheetgenError(Problem("R032", Place(cell=f"{row + 1}行{column + 1}列")))
    return f"{column_letters(column + 1)}{row + 1}"
