"""古い Excel のブック（.xls、BIFF8）を読む。

自分で読むのは、ライブラリーでは失われるものがあるからである。xlrd は、どのセルが数式か、図形の
文字、同じセルが二度書かれていることを伝えず、片方だけのサロゲートが一つあればブック全体を
読まない。python-calamine は、エラー値を空のセルに、百分率を形式のない数にする。数式の文字は
解かず、``?`` で代える。出典: [MS-XLS] 2.4。
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from math import isfinite

from sheetgen.problems import Problem, SheetgenError
from sheetgen.reading.archive import refuse
from sheetgen.reading.biff_text import WIDE, Fonts, Pieces, rich_parts, short_text
from sheetgen.reading.book import (
    BookFormat,
    CellKind,
    RawBook,
    RawCell,
    RawName,
    RawSheet,
    Remark,
    RemarkKind,
)
from sheetgen.reading.cells import (
    BUILTIN,
    GENERAL,
    PLAIN,
    CellMaker,
    Look,
    Text,
    UnreadableValueError,
)
from sheetgen.reading.compound import Compound, read_summary
from sheetgen.reading.sheet_parser import SheetContent, on_sheet
from sheetgen.xlsx.refs import column_letters

UNKNOWN = "?"
"""読み解かない数式の代わり。"""
_ROW, _COLINFO, _MERGED, _NOTE, _OBJ, _TXO, _CONTINUE = 0x208, 0x7D, 0xE5, 0x1C, 0x5D, 0x1B6, 0x3C
_LABELSST, _LABEL, _RSTRING, _NUMBER, _RK, _MULRK = 0xFD, 0x204, 0xD6, 0x203, 0x27E, 0xBD
_BOOLERR, _FORMULA, _STRING = 0x205, 0x06, 0x207
ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!",
           0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A", 0x2B: "#GETTING_DATA"}  # fmt: skip
_PICTURE = 0x08
_CONTROLS = {0x07, 0x0B, 0x0C, 0x0D, 0x0E, 0x10, 0x11, 0x12}
"""ボタン、チェックボックスなど。引き出しの印（0x14）は、絞り込みや入力規則にも付くので数えない。"""


class SheetRecords:
    """一枚のシートを読むあいだの状態。:class:`SheetgenError` (R020, R029)。"""

    def __init__(self, maker: CellMaker, fonts: Fonts) -> None:
        self._maker = maker
        self._fonts = fonts
        self._content = SheetContent()
        self._waiting: tuple[str, Look] | None = None
        self._object = (0, 0)
        self._expected = 0
        self._texts: dict[int, str] = {}
        self._notes: list[tuple[str, int]] = []
        self._remarks: list[Remark] = []
        self._odd = False
        self.has_controls = False

    def problems(self) -> list[Problem]:
        """読んでいて気付いたこと。場所に、シートの名はまだない。"""
        odd = [Problem("R045", facts={"part": "Workbook"})] if self._odd else []
        return [*odd, *self._content.problems]

    def take(self, kind: int, body: bytes) -> None:
        """一つのレコード。"""
        reader = _READERS.get(kind)
        if reader is not None:
            try:
                reader(self, body)
            except (struct.error, IndexError):
                if kind not in _BESIDE:
                    raise refuse("R020") from None
                self._odd = True

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
        ref = _ref(row, column)
        try:
            text = numbered(self._maker.strings, index)
        except UnreadableValueError as error:
            self._content.unreadable(ref, str(error))
            return
        self._put(ref, self._maker.styled(text, self._look(style), None))

    def _label(self, body: bytes) -> None:
        row, column, style, length = struct.unpack_from("<HHHH", body)
        text = Text(short_text(body, 8, length))
        self._put(_ref(row, column), self._maker.styled(text, self._look(style), None))

    def _rich(self, body: bytes) -> None:
        """文字と、フォントの変わる所とを、セルの中に持つもの。"""
        row, column, style, length = struct.unpack_from("<HHHH", body)
        value = short_text(body, 8, length)
        at = 9 + length * (2 if body[8] & WIDE else 1)
        (count,) = struct.unpack_from("<H", body, at)
        runs = [struct.unpack_from("<HH", body, at + 2 + 4 * number) for number in range(count)]
        text = rich_parts(value, [(start, font) for start, font in runs], self._fonts)
        self._put(_ref(row, column), self._maker.styled(text, self._look(style), None))

    def _number(self, body: bytes) -> None:
        row, column, style, value = struct.unpack_from("<HHHd", body)
        self._numeric(row, column, style, value)

    def _numeric(
        self, row: int, column: int, style: int, value: float, formula: str | None = None
    ) -> None:
        ref = _ref(row, column)
        try:
            self._put(ref, self._maker.numeric(exact(value), self._look(style), formula))
        except UnreadableValueError as error:
            self._content.unreadable(ref, str(error))

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
            self._content.rows.append((number + 1, number + 1))

    def _columns(self, body: bytes) -> None:
        first, last, width, _, flags = struct.unpack_from("<5H", body)
        if flags & 1 or not width:
            self._content.columns.append((first + 1, last + 1))

    def _merges(self, body: bytes) -> None:
        for index in range(min(struct.unpack_from("<H", body)[0], len(body) // 8)):
            top, bottom, left, right = struct.unpack_from("<4H", body, 2 + 8 * index)
            self._content.merged.append(f"{_ref(top, left)}:{_ref(bottom, right)}")

    def _note(self, body: bytes) -> None:
        row, column, _, number = struct.unpack_from("<4H", body)
        self._notes.append((_ref(row, column), number))

    def _drawn(self, body: bytes) -> None:
        kind, number = struct.unpack_from("<HH", body, 4)
        self._object = kind, number
        self.has_controls |= kind in _CONTROLS
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
    _RSTRING: SheetRecords._rich,
    _NUMBER: SheetRecords._number,
    _RK: SheetRecords._rk,
    _MULRK: SheetRecords._many,
    _BOOLERR: SheetRecords._truth,
    _FORMULA: SheetRecords._formula,
    _STRING: SheetRecords._result,
}


_BESIDE = {_ROW, _COLINFO, _NOTE, _OBJ, _TXO, _CONTINUE}
"""セルの値ではないレコード。形がおかしくても、値は読める。"""


def _ref(row: int, column: int) -> str:
    return f"{column_letters(column + 1)}{row + 1}"


def exact(value: float) -> int | float:
    """整数なら整数にした数。:class:`UnreadableValueError` 数でないもの（NaN、無限大）。"""
    if not isfinite(value):
        raise UnreadableValueError("NaN" if value != value else str(value))
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def numbered(strings: Sequence[Text], index: int) -> Text:
    """文字列の表の ``index`` 番。:class:`UnreadableValueError` 表にない番号。"""
    if index >= len(strings):
        raise UnreadableValueError(str(index))
    return strings[index]


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


_BOF, _EOF, _FILEPASS = 0x0809, 0x0A, 0x2F
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
        self.data = compound.read(stream)
        self._date1904 = False
        self._sheets: list[tuple[str, bool, int, int]] = []
        self._codes = dict(BUILTIN)
        self._fonts: list[tuple[int, int]] = []
        self._xfs: list[tuple[int, int]] = []
        self._names: list[bytes] = []
        self._books: list[bool] = []
        self._links: list[tuple[int, int, int]] = []
        self._texts: list[bytes] = []
        self._controls = False

    def read(self) -> RawBook:
        """ブックを読む。"""
        self._globals()
        fonts = Fonts(set(), {})
        for index, (flags, place) in enumerate(self._fonts):
            fonts.add(self._font_number(index), flags, place)
        strings = list(self._strings(fonts))
        looks = [fonts.look(self._codes.get(code, GENERAL), font) for font, code in self._xfs]
        maker = CellMaker(strings, looks, self._date1904)
        sheets = []
        found: list[Problem] = []
        for name, hidden, kind, offset in self._sheets:
            if kind == 0:
                reader = SheetRecords(maker, fonts)
                for one, body in records(self.data, offset):
                    reader.take(one, body)
                sheets.append(reader.sheet(name, hidden))
                found += [on_sheet(name, one) for one in reader.problems()]
                self._controls |= reader.has_controls
        if not sheets:
            raise refuse("R033")
        return RawBook(
            format=BookFormat.XLS,
            sheets=tuple(sheets),
            names=tuple(self._defined_names()),
            properties=read_summary(self._compound),
            problems=(*self._problems(sheets), *found),
        )

    def _problems(self, sheets: list[RawSheet]) -> Iterator[Problem]:
        if _MACRO_STORAGE in self._compound.names:
            yield Problem("R040")
        if not all(self._books):
            yield Problem("R041")
        if self._controls or any(one.startswith(_EMBEDDED) for one in self._compound.names):
            yield Problem("R042")
        if any(cell.formula is not None for sheet in sheets for cell in sheet.cells.values()):
            yield Problem("R044", facts={"format": "xls", "unseen": "数式の文字"})

    def _globals(self) -> None:
        found = records(self.data, 0)
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
            flags, _, _, place = struct.unpack_from("<4H", body, 2)
            self._fonts.append((flags, place))
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

    def _strings(self, fonts: Fonts) -> Iterator[Text]:
        if not self._texts:
            return
        # 始めに書かれた数は、合わない書き手がある。あるだけ読み、ない番号のセルを知らせる。
        pieces = Pieces(self._texts)
        _, count = struct.unpack("<II", pieces.take(8))
        done = 0
        while pieces.left():
            try:
                value, runs = pieces.text()
            except SheetgenError:
                if done < count:
                    raise
                return
            done += 1
            yield rich_parts(_lines(value), runs if value == _lines(value) else [], fonts)

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


def has_password(compound: Compound) -> bool:
    """暗号化されているか。壊れていれば、読むときに断る。"""
    try:
        reader = BiffReader(compound)
        return any(kind == _FILEPASS for kind, _ in records(reader.data, 0))
    except SheetgenError:
        return False


def read_biff(compound: Compound) -> RawBook:
    """複合ファイルの中のブックを読む。

    :raises SheetgenError: 壊れている (R020)、パスワード (R022)、セルが多すぎる (R029)、
        シートがない (R033)、Excel 97 より古い (R038)。
    """
    return BiffReader(compound).read()
