"""古い Excel のブック（BIFF8）の一枚のシートのレコードを読む。Source: [MS-XLS] 2.4."""

from __future__ import annotations

import struct

from sheetgen.model.refs import column_letters
from sheetgen.model.returned import CellKind, RawCell, RawSheet, Remark, RemarkKind
from sheetgen.xlsx.reading.archive import refuse
from sheetgen.xlsx.reading.biff_text import short_text
from sheetgen.xlsx.reading.cells import CellMaker
from sheetgen.xlsx.reading.sheet_parser import SheetContent
from sheetgen.xlsx.reading.strings import Text
from sheetgen.xlsx.reading.styles import PLAIN, Look

UNKNOWN = "?"
"""読み解かない数式の代わり。"""

_ROW, _COLINFO, _MERGED, _NOTE, _OBJ, _TXO, _CONTINUE = 0x208, 0x7D, 0xE5, 0x1C, 0x5D, 0x1B6, 0x3C
_LABELSST, _LABEL, _RSTRING, _NUMBER, _RK, _MULRK = 0xFD, 0x204, 0xD6, 0x203, 0x27E, 0xBD
_BOOLERR, _FORMULA, _STRING = 0x205, 0x06, 0x207
ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!",
           0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A", 0x2B: "#GETTING_DATA"}  # fmt: skip
_PICTURE, _COMMENT = 0x08, 0x19


class SheetRecords:
    """一枚のシートを読むあいだの状態。:class:`SheetgenError` (R020, R029)。"""

    def __init__(self, maker: CellMaker, struck: set[int]) -> None:
        self._maker = maker
        self._content = SheetContent()
        self._waiting: tuple[str, Look] | None = None
        self._object = (0, 0)
        self._expected = 0
        self._texts: dict[int, str] = {}
        self._notes: list[tuple[str, int]] = []
        self._remarks: list[Remark] = []

    def take(self, kind: int, body: bytes) -> None:
        """一つのレコード。"""
        reader = _READERS.get(kind)
        if reader is not None:
            try:
                reader(self, body)
            except (struct.error, IndexError):
                raise refuse("R020") from None

    def sheet(self, name: str, hidden: bool) -> RawSheet:
        """読み終えたシート。"""
        remarks = [
            Remark(RemarkKind.COMMENT, self._texts.pop(number, ""), ref)
            for ref, number in self._notes
        ]
        remarks += [Remark(RemarkKind.TEXT_BOX, one) for one in self._texts.values() if one.strip()]
        return self._content.sheet(name, hidden, (*remarks, *self._remarks))

    def _look(self, style: int) -> Look:
        looks = self._maker.looks
        return looks[style] if style < len(looks) else PLAIN

    def _put(self, ref: str, cell: RawCell | None) -> None:
        if cell is not None:
            self._content.put(ref, cell)

    def _shared(self, body: bytes) -> None:
        row, column, style, index = struct.unpack_from("<HHHI", body)
        text = self._maker.strings[index]
        self._put(_ref(row, column), self._maker.styled(text, self._look(style), None))

    def _label(self, body: bytes) -> None:
        row, column, style, length = struct.unpack_from("<HHHH", body)
        text = Text(short_text(body, 8, length))
        self._put(_ref(row, column), self._maker.styled(text, self._look(style), None))

    def _number(self, body: bytes) -> None:
        row, column, style, value = struct.unpack_from("<HHHd", body)
        self._numeric(row, column, style, value)

    def _numeric(
        self, row: int, column: int, style: int, value: float, formula: str | None = None
    ) -> None:
        exact = int(value) if value.is_integer() and abs(value) < 1e15 else value
        self._put(_ref(row, column), self._maker.numeric(exact, self._look(style), formula))

    def _rk(self, body: bytes) -> None:
        row, column, style, packed = struct.unpack_from("<HHHI", body)
        self._numeric(row, column, style, rk_value(packed))

    def _many(self, body: bytes) -> None:
        row, column = struct.unpack_from("<HH", body)
        for at in range(4, len(body) - 2, 6):
            style, packed = struct.unpack_from("<HI", body, at)
            self._numeric(row, column, style, rk_value(packed))
            column += 1

    def _truth(self, body: bytes) -> None:
        row, column, style, value, is_error = struct.unpack_from("<HHHBB", body)
        self._put(_ref(row, column), _flag(value, is_error, self._look(style), None))

    def _formula(self, body: bytes) -> None:
        row, column, style = struct.unpack_from("<HHH", body)
        ref, look = _ref(row, column), self._look(style)
        self._waiting = None
        if body[12:14] != b"\xff\xff":
            self._numeric(row, column, style, struct.unpack_from("<d", body, 6)[0], UNKNOWN)
        elif body[6] == 0:
            self._waiting = ref, look
        elif body[6] in (1, 2):
            self._put(ref, _flag(body[8], body[6] == 2, look, UNKNOWN))
        else:
            self._put(ref, self._maker.styled(Text(""), look, UNKNOWN))

    def _result(self, body: bytes) -> None:
        if self._waiting is not None:
            ref, look = self._waiting
            self._waiting = None
            text = Text(short_text(body, 2, struct.unpack_from("<H", body)[0]))
            self._put(ref, self._maker.styled(text, look, UNKNOWN))

    def _row(self, body: bytes) -> None:
        number, _, _, height = struct.unpack_from("<4H", body)
        if body[12] & 0x20 or height & 0x7FFF == 0:
            self._content.rows.add(number + 1)

    def _columns(self, body: bytes) -> None:
        first, last, width, _, flags = struct.unpack_from("<5H", body)
        if flags & 1 or not width:
            self._content.columns.append((first + 1, last + 1))

    def _merges(self, body: bytes) -> None:
        for index in range(struct.unpack_from("<H", body)[0]):
            top, bottom, left, right = struct.unpack_from("<4H", body, 2 + 8 * index)
            self._content.merged.append(f"{_ref(top, left)}:{_ref(bottom, right)}")

    def _note(self, body: bytes) -> None:
        row, column, _, number = struct.unpack_from("<4H", body)
        self._notes.append((_ref(row, column), number))

    def _drawn(self, body: bytes) -> None:
        kind, number = struct.unpack_from("<HH", body, 4)
        self._object = kind, number
        if kind == _PICTURE:
            self._remarks.append(Remark(RemarkKind.PICTURE, ""))

    def _drawn_text(self, body: bytes) -> None:
        self._expected = struct.unpack_from("<H", body, 10)[0]

    def _continued(self, body: bytes) -> None:
        if self._expected and body:
            number = self._object[1]
            text = short_text(body, 0, self._expected)
            self._texts[number] = self._texts.get(number, "") + text.replace("\r", "\n")
            self._expected -= min(self._expected, len(text))


_READERS = {
    _ROW: SheetRecords._row,
    _COLINFO: SheetRecords._columns,
    _MERGED: SheetRecords._merges,
    _NOTE: SheetRecords._note,
    _OBJ: SheetRecords._drawn,
    _TXO: SheetRecords._drawn_text,
    _CONTINUE: SheetRecords._continued,
    _LABELSST: SheetRecords._shared,
    _LABEL: SheetRecords._label,
    _RSTRING: SheetRecords._label,
    _NUMBER: SheetRecords._number,
    _RK: SheetRecords._rk,
    _MULRK: SheetRecords._many,
    _BOOLERR: SheetRecords._truth,
    _FORMULA: SheetRecords._formula,
    _STRING: SheetRecords._result,
}


def _ref(row: int, column: int) -> str:
    return f"{column_letters(column + 1)}{row + 1}"


def rk_value(packed: int) -> float:
    """縮めて書いた数。"""
    if packed & 2:
        value = float(struct.unpack("<i", struct.pack("<I", packed))[0] >> 2)
    else:
        value = struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0]
    return value / 100 if packed & 1 else value


def _flag(value: int, is_error: bool | int, look: Look, formula: str | None) -> RawCell:
    if is_error:
        return RawCell(CellKind.ERROR, ERRORS.get(value, "#?"), look.number_format, formula)
    return RawCell(CellKind.BOOL, value != 0, look.number_format, formula)
