"""バイナリ形式のブック（.xlsb、BIFF12）を読む。

The package is that of OOXML; only the workbook, strings, styles and sheets are binary.
The text of a formula is not decoded: ``?`` stands for it.  Source: [MS-XLSB] 2.4.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from sheetgen.model.refs import column_letters
from sheetgen.model.returned import BookFormat, RawBook, RawName, RawSheet
from sheetgen.problems import Problem, SheetgenError
from sheetgen.xlsx.reading.archive import Archive, refuse
from sheetgen.xlsx.reading.biff_text import struck_text
from sheetgen.xlsx.reading.cells import CellMaker
from sheetgen.xlsx.reading.formats import BUILTIN, GENERAL, is_date
from sheetgen.xlsx.reading.ooxml import core_properties, relation_problems
from sheetgen.xlsx.reading.relations import Relation, Relations
from sheetgen.xlsx.reading.remarks import RemarkReader
from sheetgen.xlsx.reading.sheet_parser import on_sheet
from sheetgen.xlsx.reading.strings import Text
from sheetgen.xlsx.reading.styles import Look
from sheetgen.xlsx.reading.xlsb_sheet import read_sheet
from sheetgen.xlsx.reading.xlsb_text import records, rich, wide

_WB_PROP, _BUNDLE, _NAME, _SST_ITEM = 153, 156, 39, 19
_FORMAT, _FONT, _XF, _CELL_XFS, _END_CELL_XFS = 44, 43, 47, 617, 618
_SUP_SELF, _SUP_BOOK, _EXTERN_SHEET = 357, 360, 362
_STRUCK = 0x08
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

    def read(self) -> RawBook:
        """ブックを読む。"""
        top = self._relations.of("")
        main = next((one.target for one in top if one.kind == "officeDocument"), None)
        if main is None:
            raise refuse("R026", part="officeDocument")
        related = self._relations.of(main)
        try:
            self._workbook(self._archive.read(main))
            struck, looks = self._styles(related)
            maker = CellMaker(list(self._strings(related, struck)), looks, self._date1904)
            problems = relation_problems(related)
            sheets = list(self._sheets(related, maker, problems))
            names = tuple(self._names())
        except (struct.error, IndexError):
            raise refuse("R020") from None
        if not sheets:
            raise refuse("R033")
        problems["R044"] = Problem("R044", facts={"format": "xlsb", "unseen": _UNSEEN})
        return RawBook(
            format=BookFormat.XLSB,
            sheets=tuple(sheets),
            names=names,
            properties=core_properties(self._relations, self._archive, top),
            problems=tuple(problems.values()),
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
            elif kind in (_SUP_SELF, _SUP_BOOK):
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

    def _strings(self, related: list[Relation], struck: set[int]) -> Iterator[Text]:
        for kind, body in records(self._part(related, "sharedStrings")):
            if kind == _SST_ITEM:
                value, runs = rich(body)
                yield struck_text(value, runs, struck)

    def _styles(self, related: list[Relation]) -> tuple[set[int], list[Look]]:
        codes = dict(BUILTIN)
        fonts: list[bool] = []
        looks: list[Look] = []
        inside = False
        for kind, body in records(self._part(related, "styles")):
            if kind == _FORMAT:
                codes[struct.unpack_from("<H", body)[0]] = wide(body, 2)[0] or GENERAL
            elif kind == _FONT:
                fonts.append(struct.unpack_from("<H", body, 2)[0] & _STRUCK != 0)
            elif kind in (_CELL_XFS, _END_CELL_XFS):
                inside = kind == _CELL_XFS
            elif kind == _XF and inside:
                _, number, font = struct.unpack_from("<3H", body)
                code = codes.get(number, GENERAL)
                looks.append(Look(code, is_date(code), font < len(fonts) and fonts[font]))
        return {index for index, on in enumerate(fonts) if on}, looks

    def _sheets(
        self, related: list[Relation], maker: CellMaker, problems: dict[str, Problem]
    ) -> Iterator[RawSheet]:
        targets = {one.id: one for one in related}
        for hidden, link, name in self._bundles:
            one = targets.get(link)
            if one is None:
                raise refuse("R026", part=name)
            if one.kind != "worksheet" or one.external:
                continue
            try:
                content = read_sheet(self._archive.read(one.target), maker)
            except SheetgenError as error:
                raise SheetgenError([on_sheet(name, each) for each in error.problems]) from error
            own = [one for one in self._relations.of(one.target) if one.kind != "comments"]
            problems.update(relation_problems(own))
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
        book, first, last = self._links[struct.unpack_from("<H", code, 1)[0]]
        if first != last or not 0 <= first < len(sheets) or not self._books[book]:
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
