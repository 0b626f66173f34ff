"""バイナリ形式のブック（.xlsb、BIFF12）を読む。

出典: [MS-XLSB] 2.1.4, 2.5.121 (RichStr), 2.5.168。

出典: [MS-XLSB] 2.4 (BrtRowHdr から BrtMergeCell)。

入れ物は OOXML と同じで、ブック、文字列、書式、シートだけが二進。式の文字は解かず、``?`` で表す。
出典: [MS-XLSB] 2.4。
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.reading.archive import Archive, refuse
from sheetgen.reading.biff import ERRORS, UNKNOWN, exact, numbered, rk_value
from sheetgen.reading.biff_text import Fonts, rich_parts
from sheetgen.reading.book import BookFormat, CellKind, RawBook, RawCell, RawName, RawSheet
from sheetgen.reading.cells import (
    BUILTIN,
    GENERAL,
    PLAIN,
    CellMaker,
    Look,
    Text,
    UnreadableValueError,
)
from sheetgen.reading.ooxml import (
    core_properties,
    is_lost,
    lost_sheet,
    no_sheets,
    relation_problems,
)
from sheetgen.reading.relations import Relation, Relations
from sheetgen.reading.remarks import RemarkReader
from sheetgen.reading.sheet_parser import SheetContent, on_sheet
from sheetgen.xlsx.refs import MAX_COLUMN, MAX_ROW, column_letters

_HAS_RUNS = 0x01


def records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """レコードの番号と中身。:class:`SheetgenError` (R020)。"""
    at, end = 0, len(data)
    while at < end:
        kind = data[at]
        at += 1
        if kind & 0x80:
            if at >= end:
                raise refuse("R020")
            kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        while True:
            if at >= end or shift > 21:
                raise refuse("R020")
            byte = data[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        body = data[at : at + size]
        if len(body) != size:
            raise refuse("R020")
        at += size
        yield kind, body


def wide(body: bytes, at: int) -> tuple[str, int]:
    """長さの付いた UTF-16 の文字と、その次の位置。"""
    (length,) = struct.unpack_from("<I", body, at)
    if length == 0xFFFFFFFF:
        return "", at + 4
    raw = body[at + 4 : at + 4 + 2 * length]
    if len(raw) != 2 * length:
        raise refuse("R020")
    text = raw.decode("utf-16-le", "replace")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text, at + 4 + 2 * length


def rich(body: bytes, at: int = 0) -> tuple[str, list[tuple[int, int]]]:
    """書式の付いた文字と、フォントの変わる所。ふりがなは読まない。"""
    value, end = wide(body, at + 1)
    if not body[at] & _HAS_RUNS:
        return value, []
    (count,) = struct.unpack_from("<I", body, end)
    count = min(count, (len(body) - end - 4) // 4)
    return value, [struct.unpack_from("<HH", body, end + 4 + 4 * index) for index in range(count)]


_ROW, _COLUMN, _MERGE = 0, 60, 176
_RK, _ERROR, _BOOL, _REAL, _TEXT, _SHARED = 2, 3, 4, 5, 6, 7
_FORMULA_TEXT, _FORMULA_REAL, _FORMULA_BOOL, _FORMULA_ERROR = 8, 9, 10, 11
_RICH = 62
_BLANK = 1


# 列の番号を省いた短い形。前のセルのすぐ右にあり、番号は長い形より 11 大きい。
_SHORT = 11
_LONG_KINDS = range(_BLANK, _FORMULA_ERROR + 1)
_SHORT_KINDS = range(_BLANK + _SHORT, _SHARED + _SHORT + 1)


def read_sheet(data: bytes, maker: CellMaker, fonts: Fonts) -> SheetContent:
    """シートの部品を読む。:class:`SheetgenError` (R020, R029, R032, R037)。"""
    content = SheetContent()
    row = column = 0
    for kind, body in records(data):
        if kind in _LONG_KINDS or kind == _RICH:
            column, style = struct.unpack_from("<II", body)
            _put(content, _ref(row, column), kind, body[8:], style, maker, fonts)
        elif kind in _SHORT_KINDS:
            column += 1
            (style,) = struct.unpack_from("<I", body)
            kind -= _SHORT
            _put(content, _ref(row, column), kind, body[4:], style, maker, fonts)
        elif kind == _ROW:
            row = struct.unpack_from("<I", body)[0]
            column = -1
            if body[11] & 0x10:
                content.rows.append((row + 1, row + 1))
        elif kind == _COLUMN:
            first, last, _, _, flags = struct.unpack_from("<4IH", body)
            if flags & 1:
                content.columns.append((first + 1, last + 1))
        elif kind == _MERGE:
            top, bottom, left, right = struct.unpack_from("<4I", body)
            content.merged.append(f"{_ref(top, left)}:{_ref(bottom, right)}")
    return content


def _put(
    content: SheetContent,
    ref: str,
    kind: int,
    value: bytes,
    style: int,
    maker: CellMaker,
    fonts: Fonts,
) -> None:
    if kind == _BLANK:
        return
    style &= 0xFFFFFF
    look = maker.looks[style] if style < len(maker.looks) else PLAIN
    try:
        if kind == _RICH:
            cell = maker.styled(rich_parts(*rich(value), fonts), look, None)
        else:
            cell = _cell(kind, value, look, maker)
    except UnreadableValueError as error:
        content.unreadable(ref, str(error))
        return
    if cell is not None:
        content.put(ref, cell)


def _cell(kind: int, value: bytes, look: Look, maker: CellMaker) -> RawCell | None:
    formula = UNKNOWN if _FORMULA_TEXT <= kind <= _FORMULA_ERROR else None
    if kind == _RK:
        return _numeric(rk_value(struct.unpack_from("<I", value)[0]), look, maker, None)
    if kind in (_REAL, _FORMULA_REAL):
        return _numeric(struct.unpack_from("<d", value)[0], look, maker, formula)
    if kind == _SHARED:
        return maker.styled(numbered(maker.strings, struct.unpack_from("<I", value)[0]), look, None)
    if kind in (_TEXT, _FORMULA_TEXT):
        return maker.styled(Text(wide(value, 0)[0]), look, formula)
    if kind in (_BOOL, _FORMULA_BOOL):
        return RawCell(CellKind.BOOL, value[0] != 0, look.number_format, formula)
    return RawCell(CellKind.ERROR, ERRORS.get(value[0], "#?"), look.number_format, formula)


def _numeric(value: float, look: Look, maker: CellMaker, formula: str | None) -> RawCell:
    return maker.numeric(exact(value), look, formula)


def _ref(row: int, column: int) -> str:
    if row >= MAX_ROW or column >= MAX_COLUMN:
        raise SheetgenError(Problem("R032", Place(cell=f"{row + 1}行{column + 1}列")))
    return f"{column_letters(column + 1)}{row + 1}"


_WB_PROP, _BUNDLE, _NAME, _SST_ITEM = 153, 156, 39, 19
_FORMAT, _FONT, _XF, _CELL_XFS, _END_CELL_XFS = 44, 43, 47, 617, 618
# ほかのブック、このブック、同じブックの別の名、アドイン。書かれた順に番号が付く。
_SUP_SELF, _SUPS, _EXTERN_SHEET = 357, (355, 357, 358, 667), 362
_UNSEEN = "数式の文字とコメント"


class XlsbReader:
    """一冊を読むあいだの状態。"""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._relations = Relations(archive)
        self._date1904 = False
        self._bundles: list[tuple[bool, str, str]] = []
        self._name_records: list[bytes] = []
        self._books: list[bool] = []
        self._links: list[tuple[int, int, int]] = []
        self._lost: list[Problem] = []
        self._unread: list[Problem] = []

    def read(self) -> RawBook:
        """ブックを読む。"""
        top = self._relations.of("")
        main = next((one.target for one in top if one.kind == "officeDocument"), None)
        if main is None:
            raise refuse("R026", part="officeDocument")
        related = self._relations.of(main)
        try:
            self._workbook(self._archive.read(main))
            fonts, looks = self._styles(related)
            maker = CellMaker(list(self._strings(related, fonts)), looks, self._date1904)
            problems = relation_problems(related)
            sheets = list(self._sheets(related, maker, fonts, problems))
            names = tuple(self._names())
        except (struct.error, IndexError):
            raise refuse("R020") from None
        if not sheets:
            raise no_sheets(self._lost)
        problems["R044"] = Problem("R044", facts={"format": "xlsb", "unseen": _UNSEEN})
        return RawBook(
            format=BookFormat.XLSB,
            sheets=tuple(sheets),
            names=names,
            properties=core_properties(self._relations, self._archive, top),
            problems=(*problems.values(), *self._lost, *self._unread),
        )

    def _workbook(self, data: bytes) -> None:
        for kind, body in records(data):
            if kind == _WB_PROP:
                self._date1904 = body[0] & 1 == 1
            elif kind == _BUNDLE:
                (state,) = struct.unpack_from("<I", body)
                link, at = wide(body, 8)
                name, _ = wide(body, at)
                self._bundles.append((state != 0, link, name))
            elif kind == _NAME:
                self._name_records.append(body)
            elif kind in _SUPS:
                self._books.append(kind == _SUP_SELF)
            elif kind == _EXTERN_SHEET:
                (count,) = struct.unpack_from("<I", body)
                self._links = [
                    struct.unpack_from("<Iii", body, 4 + 12 * i)
                    for i in range(min(count, len(body) // 12))
                ]

    def _part(self, related: list[Relation], kind: str) -> bytes:
        part = next((one.target for one in related if one.kind == kind), None)
        return b"" if part is None else self._archive.read(part)

    def _strings(self, related: list[Relation], fonts: Fonts) -> Iterator[Text]:
        for kind, body in records(self._part(related, "sharedStrings")):
            if kind == _SST_ITEM:
                value, runs = rich(body)
                yield rich_parts(value, runs, fonts)

    def _styles(self, related: list[Relation]) -> tuple[Fonts, list[Look]]:
        codes = dict(BUILTIN)
        fonts = Fonts(set(), {})
        count = 0
        looks: list[Look] = []
        inside = False
        for kind, body in records(self._part(related, "styles")):
            if kind == _FORMAT:
                codes[struct.unpack_from("<H", body)[0]] = wide(body, 2)[0] or GENERAL
            elif kind == _FONT:
                flags, _, place = struct.unpack_from("<3H", body, 2)
                fonts.add(count, flags, place)
                count += 1
            elif kind in (_CELL_XFS, _END_CELL_XFS):
                inside = kind == _CELL_XFS
            elif kind == _XF and inside:
                _, number, font = struct.unpack_from("<3H", body)
                looks.append(fonts.look(codes.get(number, GENERAL), font))
        return fonts, looks

    def _sheets(
        self,
        related: list[Relation],
        maker: CellMaker,
        fonts: Fonts,
        problems: dict[str, Problem],
    ) -> Iterator[RawSheet]:
        targets = {one.id: one for one in related}
        for hidden, link, name in self._bundles:
            one = targets.get(link)
            if is_lost(one, self._archive):
                self._lost.append(lost_sheet(name, hidden))
            if one is None or one.kind != "worksheet" or one.target not in self._archive:
                continue
            try:
                content = read_sheet(self._archive.read(one.target), maker, fonts)
            except SheetgenError as error:
                raise SheetgenError([on_sheet(name, each) for each in error.problems]) from error
            own = [one for one in self._relations.of(one.target) if one.kind != "comments"]
            problems.update(relation_problems(own))
            self._unread += [on_sheet(name, each) for each in content.problems]
            remarks = RemarkReader(self._archive, self._relations).read(own, [])
            yield content.sheet(name, hidden, remarks)

    def _names(self) -> Iterator[RawName]:
        sheets = [name for _, _, name in self._bundles]
        for body in self._name_records:
            (scope,) = struct.unpack_from("<I", body, 5)
            name, at = wide(body, 9)
            (size,) = struct.unpack_from("<I", body, at)
            sheet = sheets[scope] if scope < len(sheets) else None
            yield RawName(name, sheet, self._target(body[at + 4 : at + 4 + size], sheets))

    def _target(self, code: bytes, sheets: list[str]) -> str:
        """名前の指す所。一つのセルか範囲だけを読み、ほかは ``?``。"""
        kind = code[0] & 0x1F if code and 0x20 <= code[0] < 0x80 else -1
        if kind in (0x1C, 0x1D):
            return "#REF!"
        if kind not in (0x1A, 0x1B) or len(code) != (9 if kind == 0x1A else 15):
            return "?"
        link = struct.unpack_from("<H", code, 1)[0]
        if link >= len(self._links):
            return "?"
        book, first, last = self._links[link]
        own = book < len(self._books) and self._books[book]
        if first != last or not 0 <= first < len(sheets) or not own:
            return "?"
        name = sheets[first].replace("'", "''")
        if kind == 0x1A:
            row, column = struct.unpack_from("<IH", code, 3)
            return f"'{name}'!{_place(row, column)}"
        top, bottom, left, right = struct.unpack_from("<IIHH", code, 3)
        return f"'{name}'!{_place(top, left)}:{_place(bottom, right)}"


def _place(row: int, column: int) -> str:
    return f"${column_letters((column & 0x3FFF) + 1)}${row + 1}"


def read_xlsb(archive: Archive) -> RawBook:
    """バイナリ形式のブックを読む。:class:`SheetgenError` (R020-R037)。"""
    return XlsbReader(archive).read()
