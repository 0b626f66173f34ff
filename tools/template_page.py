"""案内のシート（はじめに、差戻し）に共通の、行の並べ方と紙面。"""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet
from template_form import MM, protect
from template_styles import put

CellSpec = tuple[str, str, str]
"""行を除いた範囲、文字、書式の名。"""

RowSpec = tuple[float, tuple[CellSpec, ...]]
"""高さ (pt) とセル。セルのない行は空ける。"""


def draw_page(
    sheet: Worksheet, widths: tuple[float, ...], rows: tuple[RowSpec, ...], orientation: str
) -> None:
    """列の幅、行、A4 の紙面を決める。最後の行の一つ上の見出しは、どのページにも刷る。"""
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    for row, (height, cells) in enumerate(rows, start=1):
        sheet.row_dimensions[row].height = height
        for columns, text, role in cells:
            first, _, last = columns.partition(":")
            put(sheet, f"{first}{row}:{last or first}{row}", text, role)
    sheet.print_area = f"A1:{get_column_letter(len(widths))}{len(rows)}"
    # 一覧が次のページに続くとき、見出しをもう一度刷る。
    sheet.print_title_rows = f"{len(rows) - 1}:{len(rows) - 1}"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.orientation = orientation
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    assert sheet.sheet_properties.pageSetUpPr is not None
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 10 * MM
    sheet.page_margins.top = sheet.page_margins.bottom = 12 * MM
    sheet.page_margins.header = sheet.page_margins.footer = 5 * MM
    sheet.print_options.horizontalCentered = True
    sheet.sheet_view.showGridLines = False
    protect(sheet)


def name_sample(
    book: Workbook, sheet: Worksheet, rows: tuple[RowSpec, ...], role: str, name: str
) -> None:
    """色の見本のセル（書式の名が ``role``）に、ブックの名前 ``name`` を付ける。"""
    for row, (_, cells) in enumerate(rows, start=1):
        for columns, _, style in cells:
            if style == role:
                first = columns.partition(":")[0]
                target = f"{sheet.title}!${first}${row}"
                book.defined_names[name] = DefinedName(name, attr_text=target)
