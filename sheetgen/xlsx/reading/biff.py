"""古い Excel のブック（.xls、BIFF8）を読む。

自分で読むのは、ライブラリーでは失われるものがあるからである。xlrd は、どのセルが数式か、図形の
文字、同じセルが二度書かれていることを伝えず、片方だけのサロゲートが一つあればブック全体を
読まない。python-calamine は、エラー値を空のセルに、百分率を形式のない数にする。数式の文字は
解かず、``?`` で代える。出典: [MS-XLS]。
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from sheetgen.model.refs import column_letters
from sheetgen.model.returned import BookFormat, RawBook, RawName, RawSheet
from sheetgen.problems import Problem
from sheetgen.xlsx.reading.archive import refuse
from sheetgen.xlsx.reading.biff_sheet import SheetRecords
from sheetgen.xlsx.reading.biff_text import Pieces, short_text, struck_text
from sheetgen.xlsx.reading.cells import CellMaker
from sheetgen.xlsx.reading.compound import Compound
from sheetgen.xlsx.reading.formats import BUILTIN, GENERAL, is_date
from sheetgen.xlsx.reading.strings import Text
from sheetgen.xlsx.reading.styles import Look
from sheetgen.xlsx.reading.summary import read_summary

_BOF, _EOF, _CONTINUE, _FILEPASS = 0x0809, 0x0A, 0x3C, 0x2F
_DATEMODE, _BOUNDSHEET, _FORMAT, _FONT, _XF, _SST = 0x22, 0x85, 0x041E, 0x31, 0xE0, 0xFC
_NAME, _EXTERNSHEET, _SUPBOOK = 0x18, 0x17, 0x01AE
_BIFF8 = 0x0600
_INTERNAL = 0x0401
_BUILTIN_NAMES = {
    0x06: "_xlnm.Print_Area",
    0x07: "_xlnm.Print_Titles",
    0x0D: "_xlnm._FilterDatabase",
}
_STREAMS = ("workbook", "book")
_MACRO_STORAGE = "_vba_project_cur"
_EMBEDDED = "mbd"
_STRUCK = 0x08

Record = tuple[int, bytes]


def records(data: bytes, at: int) -> Iterator[Record]:
    """``at`` からのレコードを、その部分の終わりまで。:class:`SheetgenError` (R020)。"""
    depth = 0
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, at)
        body = data[at + 4 : at + 4 + length]
        if len(body) != length:
            raise refuse("R020")
        at += 4 + length
        depth += (kind == _BOF) - (kind == _EOF)
        # 図の中身は、シートの中の入れ子になっている。
        if depth <= 1:
            yield kind, body
        if depth <= 0:
            return
    raise refuse("R020")


class BiffReader:
    """一冊を読むあいだの状態。"""

    def __init__(self, compound: Compound) -> None:
        self._compound = compound
        stream = next((name for name in _STREAMS if name in compound.roots), _STREAMS[0])
        self._data = compound.read(stream)
        self._date1904 = False
        self._sheets: list[tuple[str, bool, int, int]] = []
        self._codes = dict(BUILTIN)
        self._fonts: list[bool] = []
        self._xfs: list[tuple[int, int]] = []
        self._names: list[bytes] = []
        self._books: list[bool] = []
        self._links: list[tuple[int, int, int]] = []
        self._texts: list[bytes] = []

    def read(self) -> RawBook:
        """ブックを読む。"""
        self._globals()
        struck = {self._font_number(index) for index, on in enumerate(self._fonts) if on}
        strings = list(self._strings(struck))
        looks = [self._look(font, code, struck) for font, code in self._xfs]
        maker = CellMaker(strings, looks, self._date1904)
        sheets = []
        for name, hidden, kind, offset in self._sheets:
            if kind == 0:
                reader = SheetRecords(maker, struck)
                for one, body in records(self._data, offset):
                    reader.take(one, body)
                sheets.append(reader.sheet(name, hidden))
        if not sheets:
            raise refuse("R033")
        return RawBook(
            format=BookFormat.XLS,
            sheets=tuple(sheets),
            names=tuple(self._defined_names()),
            properties=read_summary(self._compound),
            problems=tuple(self._problems(sheets)),
        )

    def _problems(self, sheets: list[RawSheet]) -> Iterator[Problem]:
        if _MACRO_STORAGE in self._compound.names:
            yield Problem("R040")
        if not all(self._books):
            yield Problem("R041")
        if any(name.startswith(_EMBEDDED) for name in self._compound.names):
            yield Problem("R042")
        if any(cell.formula is not None for sheet in sheets for cell in sheet.cells.values()):
            yield Problem("R044", facts={"format": "xls", "unseen": "数式の文字"})

    def _globals(self) -> None:
        found = records(self._data, 0)
        kind, body = next(found, (0, b""))
        if kind != _BOF or len(body) < 4:
            raise refuse("R020")
        if struct.unpack_from("<H", body)[0] != _BIFF8:
            raise refuse("R038")
        last = 0
        for kind, body in found:
            if kind == _FILEPASS:
                raise refuse("R022")
            if kind == _CONTINUE and last == _SST:
                self._texts.append(body)
                continue
            last = kind
            try:
                self._global(kind, body)
            except (struct.error, IndexError):
                raise refuse("R020") from None

    def _global(self, kind: int, body: bytes) -> None:
        if kind == _DATEMODE:
            self._date1904 = body[0] == 1
        elif kind == _BOUNDSHEET:
            offset, hidden, sort, length = struct.unpack_from("<IBBB", body)
            self._sheets.append((short_text(body, 7, length), hidden & 3 != 0, sort, offset))
        elif kind == _FORMAT:
            number, length = struct.unpack_from("<HH", body)
            self._codes[number] = short_text(body, 4, length) or GENERAL
        elif kind == _FONT:
            self._fonts.append(struct.unpack_from("<H", body, 2)[0] & _STRUCK != 0)
        elif kind == _XF:
            font, code = struct.unpack_from("<HH", body)
            self._xfs.append((font, code))
        elif kind == _SST:
            self._texts = [body]
        elif kind == _NAME:
            self._names.append(body)
        elif kind == _SUPBOOK:
            self._books.append(struct.unpack_from("<H", body, 2)[0] == _INTERNAL)
        elif kind == _EXTERNSHEET:
            count = struct.unpack_from("<H", body)[0]
            self._links = [struct.unpack_from("<HHH", body, 2 + 6 * i) for i in range(count)]

    @staticmethod
    def _font_number(index: int) -> int:
        """フォントの番号。4 は欠番である。"""
        return index if index < 4 else index + 1

    def _look(self, font: int, number: int, struck: set[int]) -> Look:
        code = self._codes.get(number, GENERAL)
        return Look(code, is_date(code), font in struck)

    def _strings(self, struck: set[int]) -> Iterator[Text]:
        if not self._texts:
            return
        pieces = Pieces(self._texts)
        _, count = struct.unpack("<II", pieces.take(8))
        for _ in range(count):
            value, runs = pieces.text()
            yield struck_text(_lines(value), runs if value == _lines(value) else [], struck)

    def _defined_names(self) -> Iterator[RawName]:
        for body in self._names:
            try:
                flags, _, length, size, _, scope = struct.unpack_from("<HBBHHH", body)
                name = short_text(body, 14, length)
                if flags & 0x20 and name:
                    name = _BUILTIN_NAMES.get(ord(name[0]), f"_xlnm.{ord(name[0])}")
                start = 15 + length * (2 if body[14] & 1 else 1)
                target = self._target(body[start : start + size])
            except (struct.error, IndexError):
                continue
            sheet = self._sheets[scope - 1][0] if 0 < scope <= len(self._sheets) else None
            yield RawName(name, sheet, target)

    def _target(self, code: bytes) -> str:
        """名前の指す所。一つのセルか範囲だけを読み、ほかは ``?``。"""
        kind = code[0] & 0x1F if code and 0x20 <= code[0] < 0x80 else -1
        if kind in (0x1C, 0x1D):
            return "#REF!"
        if kind not in (0x1A, 0x1B) or len(code) != (7 if kind == 0x1A else 11):
            return "?"
        link = struct.unpack_from("<H", code, 1)[0]
        book, first, last = self._links[link]
        if first != last or first >= len(self._sheets) or not self._books[book]:
            return "#REF!" if first in (0xFFFE, 0xFFFF) else "?"
        name = self._sheets[first][0].replace("'", "''")
        if kind == 0x1A:
            row, column = struct.unpack_from("<HH", code, 3)
            return f"'{name}'!{_place(row, column)}"
        top, bottom, left, right = struct.unpack_from("<HHHH", code, 3)
        return f"'{name}'!{_place(top, left)}:{_place(bottom, right)}"


def _place(row: int, column: int) -> str:
    return f"${column_letters((column & 0xFF) + 1)}${row + 1}"


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def read_biff(compound: Compound) -> RawBook:
    """複合ファイルの中のブックを読む。

    :raises SheetgenError: 壊れている (R020)、パスワード (R022)、セルが多すぎる (R029)、
        シートがない (R033)、Excel 97 より古い (R038)。
    """
    return BiffReader(compound).read()
