"""シートの列幅と行の高さから、印刷したときの各セルの枠を出す。

長さは、ページの左上からの pt。決まった縮尺で一ページに印刷するシートだけを扱う。様式とは、
そういうものである。
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

POINTS_PER_INCH = 72
POINTS_PER_PIXEL = 0.75
_DECIMALS = {"0": 0, "#,##0": 0, "0.0": 1, "#,##0.0": 1, "0.00": 2, "#,##0.00": 2}


@dataclass(frozen=True, slots=True)
class Rect:
    """枠（pt）。"""

    x0: float
    y0: float
    x1: float
    y1: float

    def holds(self, x: float, y: float) -> bool:
        """点が中にあるか。"""
        return self.x0 <= x < self.x1 and self.y0 <= y < self.y1


@dataclass(frozen=True, slots=True)
class Printed:
    """紙に出る一つのセル。``text`` は見えるはずの文字。"""

    ref: str
    rect: Rect
    text: str


@dataclass(frozen=True, slots=True)
class PrintedSheet:
    """紙に出る一枚のシート。``body`` は余白の内側。"""

    name: str
    landscape: bool
    body: Rect
    cells: tuple[Printed, ...]

    @property
    def text(self) -> str:
        """見えるはずの文字すべて（空白なし）。"""
        return "".join("".join(cell.text.split()) for cell in self.cells)


def shown(cell: Cell) -> str:
    """セルの値が見える形。"""
    value = cell.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    code = str(cell.number_format).partition(";")[0].partition("_")[0]
    if code not in _DECIMALS:
        return f"{value:.10g}"
    comma = "," if "," in code else ""
    return f"{value:{comma}.{_DECIMALS[code]}f}"


def _unit(book: Workbook) -> float:
    """列幅の一単位（pt）。標準の文字の数字一つの幅で、画素に丸める。"""
    size = book._named_styles["Normal"].font.sz
    return round(size / POINTS_PER_PIXEL / 2) * POINTS_PER_PIXEL


def _edges(sizes: list[float], start: float) -> list[float]:
    edges = [start]
    for size in sizes:
        edges.append(edges[-1] + size)
    return edges


def _width(sheet: Worksheet, column: int, unit: float) -> float:
    letter = get_column_letter(column)
    for dimension in sheet.column_dimensions.values():
        if (dimension.min or 0) <= column <= (dimension.max or 0):
            return 0.0 if dimension.hidden else float(dimension.width) * unit
    return float(sheet.column_dimensions[letter].width) * unit


def _height(sheet: Worksheet, row: int) -> float:
    dimension = sheet.row_dimensions[row]
    if dimension.hidden:
        return 0.0
    return float(dimension.ht or sheet.sheet_format.defaultRowHeight or 15)


def _area(sheet: Worksheet) -> tuple[int, int, int, int]:
    area = sheet.print_area
    if isinstance(area, str) and area:
        return range_boundaries(area.rpartition("!")[2].replace("$", ""))
    return 1, 1, sheet.max_column, sheet.max_row


def printed_sheet(book: Workbook, sheet: Worksheet) -> PrintedSheet:
    """一枚のシートの、紙の上のセル。"""
    left, top, right, bottom = _area(sheet)
    unit = _unit(book)
    scale = (sheet.page_setup.scale or 100) / 100
    columns = [_width(sheet, column, unit) * scale for column in range(left, right + 1)]
    rows = [_height(sheet, row) * scale for row in range(top, bottom + 1)]
    landscape = sheet.page_setup.orientation == "landscape"
    short, long = 210 / 25.4 * POINTS_PER_INCH, 297 / 25.4 * POINTS_PER_INCH
    page_width, page_height = (long, short) if landscape else (short, long)
    margins = sheet.page_margins
    body = Rect(
        margins.left * POINTS_PER_INCH,
        margins.top * POINTS_PER_INCH,
        page_width - margins.right * POINTS_PER_INCH,
        page_height - margins.bottom * POINTS_PER_INCH,
    )
    x, y = body.x0, body.y0
    if sheet.print_options.horizontalCentered:
        x += (body.x1 - body.x0 - sum(columns)) / 2
    if sheet.print_options.verticalCentered:
        y += (body.y1 - body.y0 - sum(rows)) / 2
    across, down = _edges(columns, x), _edges(rows, y)
    merged = {area.start_cell.coordinate: area.bounds for area in sheet.merged_cells.ranges}
    cells = []
    for row in sheet.iter_rows(min_row=top, max_row=bottom, min_col=left, max_col=right):
        for cell in row:
            if cell.value in (None, ""):
                continue
            x0, y0, x1, y1 = merged.get(
                cell.coordinate, (cell.column, cell.row, cell.column, cell.row)
            )
            rect = Rect(
                across[x0 - left],
                down[y0 - top],
                across[min(x1, right) - left + 1],
                down[min(y1, bottom) - top + 1],
            )
            if rect.x1 > rect.x0 and rect.y1 > rect.y0:
                cells.append(Printed(cell.coordinate, rect, shown(cell)))
    return PrintedSheet(sheet.title, landscape, body, tuple(cells))


def printed_sheets(path: Path) -> list[PrintedSheet]:
    """見えるシートの、紙の上のセル。"""
    book = openpyxl.load_workbook(path, data_only=True)
    return [
        printed_sheet(book, sheet) for sheet in book.worksheets if sheet.sheet_state == "visible"
    ]
