"""様式のシートの見た目を読む。紙の上のどこに、どんな枠と文字があるか。

長さは pt、行と列は 1 から、色は16進の六桁。結合セルは一つと数える。Excel の印刷と同じページを
描くのに要るもの。

:mod:`sheetgen.xlsx.template` とは別に読む。要るのは、Excel を使わずに描くページだけ。
描くのはセルとその罫線、塗り、文字で、図形と絵は描かない。
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sheetgen.xlsx.package import Package
from sheetgen.xlsx.sheet_cells import Areas, merged_areas
from sheetgen.xlsx.template import (
    A4,
    DEFAULT_SIZE,
    INPUT_SAMPLE,
    PAPERS,
    ColumnWidths,
    digit_pixels,
    indent_points,
    lean_copy,
    normal_font,
    print_area,
    wraps,
)

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet


@dataclass(frozen=True, slots=True)
class Line:
    """罫線。``style`` は ``solid``・``dashed``・``dotted``。"""

    width: float
    style: str
    color: str


@dataclass(frozen=True, slots=True)
class Borders:
    """セルの四辺の罫線。引かない辺は ``None``。"""

    left: Line | None = None
    top: Line | None = None
    right: Line | None = None
    bottom: Line | None = None


@dataclass(frozen=True, slots=True)
class CellLook:
    """一つのセルの見た目。

    ``horizontal`` は ``left``、``center``、``right``、``general``（数は右、ことばは左）。
    ``vertical`` は ``top``、``center``、``bottom``。
    """

    ref: str
    first_row: int
    last_row: int
    first_column: int
    last_column: int
    size: float
    bold: bool
    color: str
    fill: str | None
    horizontal: str
    vertical: str
    indent: float
    wrap: bool
    borders: Borders


@dataclass(frozen=True, slots=True)
class SheetLook:
    """一枚のシートの見た目。``left`` と ``top`` は、紙の端から印刷範囲まで。

    ``columns`` は、印刷範囲の見える列のすべて。``input_fill`` は、開いた記入欄の色（テンプレートの
    見本のセルの色。なければ ``None``）。
    """

    paper_width: float
    paper_height: float
    left: float
    top: float
    columns: Mapping[int, float]
    rows: Mapping[int, float]
    cells: tuple[CellLook, ...]
    input_fill: str | None = None


_BLACK = "000000"


# 線の種類から、太さ（pt）と引き方。Excel の画面の太さに合わせる。
_LINES = {
    "hair": (0.3, "solid"),
    "thin": (0.5, "solid"),
    "dotted": (0.5, "dotted"),
    "dashed": (0.5, "dashed"),
    "dashDot": (0.5, "dashed"),
    "dashDotDot": (0.5, "dashed"),
    "medium": (1.5, "solid"),
    "mediumDashed": (1.5, "dashed"),
    "mediumDashDot": (1.5, "dashed"),
    "mediumDashDotDot": (1.5, "dashed"),
    "slantDashDot": (1.5, "dashed"),
    "thick": (2.0, "solid"),
    "double": (1.75, "solid"),
}
_HORIZONTAL = {"center": "center", "centerContinuous": "center", "right": "right", "left": "left"}
_VERTICAL = {"top": "top", "center": "center", "justify": "top", "distributed": "center"}


def read_look(package: Package, name: str) -> SheetLook:
    """シート ``name`` の見た目を読む。テンプレートは、読めることを確かめたものとする。"""
    from openpyxl import load_workbook

    book = load_workbook(lean_copy(package), keep_links=False)
    sheet = book[name]
    font = normal_font(book)
    widths = ColumnWidths(sheet, digit_pixels(font.name or "", font.sz or DEFAULT_SIZE))
    left, top, right, bottom = print_area(sheet)
    columns = {c: widths(c) for c in range(left, right + 1) if widths(c) > 0}
    default = sheet.sheet_format.defaultRowHeight or 15.0
    rows = {
        row: sheet.row_dimensions[row].height or default
        for row in range(top, bottom + 1)
        if not sheet.row_dimensions[row].hidden
    }
    setup, margins = sheet.page_setup, sheet.page_margins
    paper = PAPERS.get(int(setup.paperSize or A4), PAPERS[A4])
    across, down = paper[::-1] if setup.orientation == "landscape" else paper
    start = 72 * margins.left
    if sheet.print_options.horizontalCentered:
        room = across - 72 * (margins.left + margins.right)
        start += max(0.0, (room - sum(columns.values())) / 2)
    merged = merged_areas(package.tree(package.sheet_parts()[name])[1])
    step = indent_points(font.name or "", font.sz or DEFAULT_SIZE)
    cells = _cells(sheet, merged, (left, top, right, bottom), step)
    return SheetLook(
        across, down, start, 72 * margins.top, columns, rows, tuple(cells), _input_fill(book)
    )


def _input_fill(book: Workbook) -> str | None:
    """記入欄の見本のセルの色。"""
    name = book.defined_names.get(INPUT_SAMPLE)
    for sheet, area in name.destinations if name is not None else ():
        fill = book[sheet][area.partition(":")[0].replace("$", "")].fill
        return _color(fill.fgColor) if fill.fill_type == "solid" else None
    return None


def _cells(
    sheet: Worksheet, merged: Areas, area: tuple[int, int, int, int], step: float
) -> Iterator[CellLook]:
    """印刷範囲のセル。結合セルは、左上のセルの書式と、外側の辺の罫線を持つ。

    ``step`` は字下げの一段（pt）。
    """
    left, top, right, bottom = area
    covered = {
        (row, column)
        for (first, start), (last, end) in merged.items()
        for row in range(max(first, top), min(last, bottom) + 1)
        for column in range(max(start, left), min(end, right) + 1)
        if (row, column) != (first, start)
    }
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            if (row, column) in covered:
                continue
            last_row, last_column = merged.get((row, column), (row, column))
            ends = (min(last_row, bottom), min(last_column, right))
            yield _cell(sheet, (row, column), ends, step)


def _cell(sheet: Worksheet, start: tuple[int, int], ends: tuple[int, int], step: float) -> CellLook:
    """``start`` から ``ends``（どちらも行, 列）までのセル。"""
    (row, column), (last_row, last_column) = start, ends
    cell: Any = sheet.cell(row, column)
    far: Any = sheet.cell(last_row, last_column)
    fill, place = cell.fill, cell.alignment
    return CellLook(
        ref=cell.coordinate,
        first_row=row,
        last_row=last_row,
        first_column=column,
        last_column=last_column,
        size=float(cell.font.sz or DEFAULT_SIZE),
        bold=bool(cell.font.b),
        color=_color(cell.font.color) or _BLACK,
        fill=_color(fill.fgColor) if fill.fill_type == "solid" else None,
        horizontal=_HORIZONTAL.get(place.horizontal or "", "general"),
        vertical=_VERTICAL.get(place.vertical or "", "bottom"),
        indent=step * (place.indent or 0),
        wrap=wraps(place),
        borders=Borders(
            _line(cell.border.left),
            _line(cell.border.top),
            _line(far.border.right),
            _line(far.border.bottom),
        ),
    )


def _line(side: Any) -> Line | None:
    if side is None or side.style not in _LINES:
        return None
    width, style = _LINES[side.style]
    return Line(width, style, _color(side.color) or _BLACK)


def _color(color: Any) -> str | None:
    """``RRGGBB``。テーマの色や番号の色は、ここでは知らないので ``None``。"""
    code = getattr(color, "rgb", None)
    return code[-6:].upper() if isinstance(code, str) and len(code) == 8 else None
