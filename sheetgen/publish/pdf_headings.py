"""できた PDF の表に、見出しのセルの印と、値から見出しへのつながりを書く。

typst は ``table.header`` の行のほかを見出しにできない（``pdf.header-cell`` は、Python から呼ぶ
typst にはない）。そこで、テンプレートが ``row-head`` か ``column-head`` で包んだセルを、組んだ後で
見出し（TH）にし、値のセル（TD）ごとに、どの見出しのものかを書く。紙面は変わらない。

読むのは、typst が書いた PDF だけ（表の目録は一つで、構造の値は縮めずに書いてある）。
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from sheetgen.publish.table_headings import Box, Kind, headings_in

_XREF = re.compile(rb"xref\n0 (\d+)\n")
_ENTRY = 20
_ELEMENT = re.compile(rb"\d+ 0 obj\n<</Type/StructElem/S/(\w+)/P (\d+) 0 R")
_CELL = re.compile(
    rb"/S/(TD|TH)/P (\d+) 0 R(?:/ID\((\w+)\))?"
    rb"/A\[<</O/Table(?:/Scope/\w+)?/Headers\[([^\]]*)\]((?:/(?:Row|Col)Span \d+)*)>>"
)
_LISTED = re.compile(rb"\((\w+)\)")
_SPAN = re.compile(rb"/(Row|Col)Span (\d+)")
_KIDS = re.compile(rb"/K\[((?:\d+ 0 R ?)*)\]")
_PAGE = re.compile(rb"/Pg \d+ 0 R")
_ROOT = b"<</Type/StructTreeRoot"
_NAMES = re.compile(rb"/IDTree<</Names\[([^\]]*)\]>>")
_NAME = re.compile(rb"\((\w+)\)(\d+) 0 R")
_WRAP = b"Quote"
_GROUPS = (b"THead", b"TBody", b"TFoot")
_SCOPES = {Kind.ROW: b"Row", Kind.COLUMN: b"Column"}


class UnknownPdfError(Exception):
    """typst の書く PDF と、作りが違う。"""


def with_heading_cells(data: bytes) -> bytes:
    """見出しの印を付けた PDF。見出しのある表がなければ、同じもの。

    :raises UnknownPdfError: 知っている作りの PDF ではない。
    """
    try:
        pdf = _Pdf(data)
        marks = _marks(pdf)
        headed = [n for n in pdf.order if n in marks or pdf.tag(n)[0] == b"TH"]
        tables = sorted({pdf.table_of(cell) for cell in headed})
        if not tables:
            return data
        for number in tables:
            _name_cells(pdf, number, marks)
        return pdf.written()
    except (ValueError, LookupError) as error:
        raise UnknownPdfError from error


class _Pdf:
    """PDF の中身。番号から、一つ一つの値の字の並びへ。"""

    def __init__(self, data: bytes) -> None:
        start = int(data[data.rindex(b"startxref") + 9 : data.rindex(b"%%EOF")])
        head = _XREF.match(data, start)
        if head is None:
            raise UnknownPdfError
        count = int(head[1])
        end = head.end() + _ENTRY * count
        rows = [data[at : at + _ENTRY] for at in range(head.end(), end, _ENTRY)]
        places = sorted((int(row[:10]), n) for n, row in enumerate(rows) if row[17:18] == b"n")
        ends = [*(place for place, _ in places[1:]), start]
        self.order = [number for _, number in places]
        self._head = data[: places[0][0]]
        self._free = {n: row for n, row in enumerate(rows) if row[17:18] != b"n"}
        self._trailer = data[end : data.rindex(b"startxref")]
        self.objects = {
            number: data[place:end] for (place, number), end in zip(places, ends, strict=True)
        }
        self.named: dict[bytes, int] = {}
        self.unnamed: set[bytes] = set()

    def tag(self, number: int) -> tuple[bytes, int]:
        """構造の値の、種類と親の番号。"""
        found = _ELEMENT.match(self.objects[number])
        return (found[1], int(found[2])) if found else (b"", 0)

    def kids(self, number: int) -> list[int]:
        """構造の値だけの子の番号。文字がじかにあれば、空。"""
        found = _KIDS.search(self.objects[number])
        return [int(one) for one in found[1].split()[::3]] if found else []

    def table_of(self, cell: int) -> int:
        """セルの表。"""
        row = self.tag(cell)[1]
        above = self.tag(row)[1]
        kind, parent = self.tag(above)
        return parent if kind in _GROUPS else above

    def rows_of(self, table: int) -> list[int]:
        """表の行。"""
        rows = []
        for one in self.kids(table):
            rows += self.kids(one) if self.tag(one)[0] in _GROUPS else [one]
        return rows

    def edit(self, number: int, old: bytes, new: bytes) -> None:
        """一つの値の中の、一か所を書き換える。"""
        before, found, after = self.objects[number].partition(old)
        if not found:
            raise UnknownPdfError
        self.objects[number] = before + new + after

    def set_kids(self, number: int, kids: list[int]) -> None:
        """構造の値の子を替える。"""
        found = _KIDS.search(self.objects[number])
        if found is None:
            raise UnknownPdfError
        self.edit(number, found[0], b"/K[%s]" % b" ".join(b"%d 0 R" % one for one in kids))

    def written(self) -> bytes:
        """書き換えた PDF の全体。"""
        self._write_names()
        parts, places, at = [self._head], dict(self._free), len(self._head)
        for number in self.order:
            places[number] = b"%010d 00000 n\r\n" % at
            parts.append(self.objects[number])
            at += len(self.objects[number])
        parts.append(b"xref\n0 %d\n" % len(places))
        parts += [places[number] for number in sorted(places)]
        parts += [self._trailer, b"startxref\n%d\n%%%%EOF" % at]
        return b"".join(parts)

    def _write_names(self) -> None:
        """見出しのセルの名の表を、新しい名とともに書き直す。"""
        root = next((n for n in self.order if _ROOT in self.objects[n]), None)
        if root is None:
            raise UnknownPdfError
        found = _NAMES.search(self.objects[root])
        names = {name: int(to) for name, to in _NAME.findall(found[1])} if found else {}
        names = {name: to for name, to in names.items() if name not in self.unnamed}
        names |= self.named
        tree = b"/IDTree<</Names[%s]>>" % b"".join(
            b"(%s)%d 0 R" % (name, names[name]) for name in sorted(names)
        )
        if found:
            self.edit(root, found[0], tree)
        else:
            self.edit(root, _ROOT, _ROOT + tree)


def _marks(pdf: _Pdf) -> dict[int, Kind]:
    """テンプレートが見出しとして包んだセル。二重に包んであれば、列の見出し。

    包みの印は、意味のない入れ物に替える。
    """
    marks = {}
    for number in pdf.order:
        kind, parent = pdf.tag(number)
        if kind != _WRAP or pdf.tag(parent)[0] not in (b"TD", b"TH"):
            continue
        inner = pdf.kids(number)
        double = len(inner) == 1 and pdf.tag(inner[0])[0] == _WRAP
        marks[parent] = Kind.COLUMN if double else Kind.ROW
        for one in (number, *inner) if double else (number,):
            pdf.edit(one, b"/S/%s/" % _WRAP, b"/S/NonStruct/")
    return marks


class _Cell(NamedTuple):
    """表の一つのセル。``name`` は、見出しのセルの名。``headings`` は、いま書いてある見出しの名。"""

    number: int
    box: Box
    name: bytes
    headings: list[bytes]
    written: bytes
    spans: bytes


@dataclass(slots=True)
class _Row:
    """表の一行。``group`` は THead などの番号（なければ表）。"""

    number: int
    group: int
    cells: list[_Cell]


def _name_cells(pdf: _Pdf, table: int, marks: dict[int, Kind]) -> None:
    """一つの表のセルに、見出しの印とつながりを書く。"""
    rows = _rows(pdf, table, marks)
    cells = [cell for row in rows for cell in row.cells]
    found = headings_in(tuple(cell.box for cell in cells))
    names = {
        cell.box: cell.name or b"H%d" % cell.number for cell in cells if cell.box.kind in _SCOPES
    }
    gone = {cell.name for cell in cells if cell.name and cell.box not in names}
    for cell, heads in zip(cells, found, strict=True):
        scope = _SCOPES.get(cell.box.kind)
        headings = [names[one] for one in heads]
        if cell.box.kind is Kind.COLUMN:
            headings = [name for name in cell.headings if name not in gone]
        listed = b" ".join(b"(%s)" % name for name in headings)
        parent = pdf.tag(cell.number)[1]
        start = b"/S/TD/P %d 0 R/A[<</O/Table" % parent
        if scope:
            name = names[cell.box]
            pdf.named[name] = cell.number
            start = b"/S/TH/P %d 0 R/ID(%s)/A[<</O/Table/Scope/%s" % (parent, name, scope)
        pdf.edit(cell.number, cell.written, b"%s/Headers[%s]%s>>" % (start, listed, cell.spans))
    pdf.unnamed |= gone
    page = next(filter(None, (_PAGE.search(pdf.objects[cell.number]) for cell in cells)), None)
    if page is not None:
        pdf.edit(table, b"/K[", page[0] + b"/K[")
    _leave_head(pdf, rows)


def _rows(pdf: _Pdf, table: int, marks: dict[int, Kind]) -> list[_Row]:
    """表の行とセルを、置かれた所とともに読む。"""
    rows: list[_Row] = []
    taken: set[tuple[int, int]] = set()
    for top, number in enumerate(pdf.rows_of(table)):
        column, cells = 0, []
        found = {cell: _CELL.search(pdf.objects[cell]) for cell in pdf.kids(number)}
        marked = any(cell in marks for cell in found)
        for cell, written in found.items():
            if written is None:
                raise UnknownPdfError
            spans = {key: int(count) for key, count in _SPAN.findall(written[5])}
            while (top, column) in taken:
                column += 1
            bottom, right = top + spans.get(b"Row", 1), column + spans.get(b"Col", 1)
            taken |= {(y, x) for y in range(top, bottom) for x in range(column, right)}
            kind = marks.get(cell, Kind.VALUE)
            if written[1] == b"TH":
                kind = _in_header(kind, marked, alone=len(found) == 1)
            cells.append(
                _Cell(
                    cell,
                    Box(top, column, bottom, right, kind),
                    written[3] or b"",
                    _LISTED.findall(written[4]),
                    written[0],
                    written[5],
                )
            )
        rows.append(_Row(number, pdf.tag(number)[1], cells))
    return rows


def _in_header(kind: Kind, marked: bool, *, alone: bool) -> Kind:
    """``table.header`` の行のセルの役。

    見出しを包んだ行は、次の行と離さないために header とした、まとまりの頭で、列の見出しではない。
    幅いっぱいの一つのセルなら、まとまりの名。
    """
    if not marked:
        return Kind.COLUMN
    if alone:
        return Kind.CAPTION
    return kind


def _leave_head(pdf: _Pdf, rows: list[_Row]) -> None:
    """列の見出しでなくなった行を、THead から、次のまとまりに移す。"""
    head = rows[0].group
    if pdf.tag(head)[0] != b"THead":
        return
    moved = [
        row.number
        for row in rows
        if row.group == head and any(cell.box.kind is not Kind.COLUMN for cell in row.cells)
    ]
    body = next((row.group for row in rows if row.group != head), None)
    if not moved or body is None:
        return
    pdf.set_kids(head, [one for one in pdf.kids(head) if one not in moved])
    pdf.set_kids(body, moved + pdf.kids(body))
    for number in moved:
        pdf.edit(number, b"/P %d 0 R" % head, b"/P %d 0 R" % body)
