"""テンプレートを openpyxl で開き、何がどこにあるかを値にする。

Only reading: what openpyxl would lose on saving never passes through it.  It is
imported late, because a help text should not wait for it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile

from sheetgen.model.template import TemplateBook, TemplateCell, TemplateSheet
from sheetgen.xlsx.cells import Areas, merged_areas
from sheetgen.xlsx.markup import Node, Splice
from sheetgen.xlsx.metrics import A4, PAPERS, column_points, digit_pixels
from sheetgen.xlsx.package import Package, relationships_name
from sheetgen.xlsx.references import split_sheet

if TYPE_CHECKING:
    from openpyxl.styles import Font
    from openpyxl.workbook.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

INPUT_SAMPLE = "input_sample"
"""記入欄の色の見本にするセルに付ける名前。"""

DOUBT_SAMPLE = "doubt_sample"
"""差戻しのブックで、直してもらう記入欄の色の見本にするセルに付ける名前。"""

MAX_CELLS = 20_000
"""一枚のシートで読むセルの数の上限。"""


# openpyxl に読ませない要素。写すのは元の XML からなので、ここでは要らず、読むと遅い。
# 図形などの部品も渡さない。結合セルは、罫線の計算に時間がかかるので、自分で読む。
_NOT_READ = {
    "mergeCells", "conditionalFormatting", "dataValidations", "hyperlinks", "drawing",
    "legacyDrawing", "legacyDrawingHF", "picture", "oleObjects", "controls", "tableParts", "extLst",
}  # fmt: skip


def read_template(package: Package) -> TemplateBook:
    """テンプレートの、どこに何があるかを読む。

    :raises SheetgenError: openpyxl cannot open the file (T002), or a sheet has too
        many cells (T006).
    """
    from openpyxl import load_workbook

    try:
        book = load_workbook(lean_copy(package), keep_links=False)
    except (OSError, BadZipFile, LookupError, ValueError, TypeError, AttributeError,
            ExpatError, ParseError) as error:  # fmt: skip
        raise package.refuse("T002") from error
    for sheet in book.worksheets:
        if len(_filled(sheet)) > MAX_CELLS:
            raise package.refuse("T006", sheet=sheet.title, limit=MAX_CELLS)
    normal = normal_font(book)
    digit = digit_pixels(normal.name or "", normal.sz or 11)
    parts = package.sheet_parts()
    try:
        merged = {name: merged_areas(package.tree(part)[1]) for name, part in parts.items()}
    except (ValueError, KeyError) as error:
        raise package.refuse("T002") from error
    return TemplateBook(
        file=package.file,
        fingerprint=package.fingerprint,
        sheets=tuple(_sheet(sheet, digit, merged[sheet.title]) for sheet in book.worksheets),
        has_input_sample=_has_input_sample(book),
    )


def lean_copy(package: Package) -> io.BytesIO:
    """openpyxl に読ませる、値と書式と印刷の設定だけの写し。"""
    sheets = set(package.sheet_parts().values())
    hidden = {relationships_name(part) for part in sheets}
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w") as archive:
        for name, data in package.parts.items():
            if name in sheets:
                archive.writestr(name, _without_unread(*package.tree(name)))
            elif name not in hidden:
                archive.writestr(name, data)
    return copy


def _without_unread(data: bytes, root: Node) -> bytes:
    splice = Splice(data)
    for node in root.children:
        if node.local in _NOT_READ:
            splice.remove(node)
    return splice.result()


def _has_input_sample(book: Workbook) -> bool:
    """見本の名前が、あるシートのセルを指しているか。"""
    name = book.defined_names.get(INPUT_SAMPLE)
    return name is not None and split_sheet(name.attr_text or "")[0] in book.sheetnames


def normal_font(book: Workbook) -> Font:
    """標準スタイルの書体。日本語の Excel は、その名を ``標準`` と書く。"""
    styles = book._named_styles  # type: ignore[attr-defined]
    normal = next((style for style in styles if style.builtinId == 0), None)
    font: Font = normal.font if normal else book._fonts[0]  # type: ignore[attr-defined]
    return font


def _sheet(sheet: Worksheet, digit: int, merged: Areas) -> TemplateSheet:
    widths = ColumnWidths(sheet, digit)
    heights = sheet.sheet_format.defaultRowHeight or 15.0
    area = print_area(sheet)
    setup = sheet.page_setup
    properties = sheet.sheet_properties.pageSetUpPr
    paper = PAPERS.get(int(setup.paperSize or A4), PAPERS[A4])
    across, down = paper[::-1] if setup.orientation == "landscape" else paper
    margins = sheet.page_margins
    scale = (setup.scale or 100) / 100
    first_column, first_row, last_column, last_row = area
    return TemplateSheet(
        name=sheet.title,
        hidden=sheet.sheet_state != "visible",
        cells=tuple(_cells(sheet, widths, merged)),
        row_heights={
            row: sheet.row_dimensions[row].height or heights
            for row in range(first_row, last_row + 1)
            if not sheet.row_dimensions[row].hidden
        },
        print_width=sum(widths(column) for column in range(first_column, last_column + 1)),
        printable_width=(across - 72 * (margins.left + margins.right)) / scale,
        printable_height=(down - 72 * (margins.top + margins.bottom)) / scale,
        fits_to_page=bool(properties and properties.fitToPage),
        default_row_height=heights,
    )


class ColumnWidths:
    """列の幅（pt）。隠した列は 0。"""

    def __init__(self, sheet: Worksheet, digit: int) -> None:
        self._digit = digit
        self._default = sheet.sheet_format.defaultColWidth
        self._known: dict[int, float] = {}
        for dimension in sheet.column_dimensions.values():
            width = dimension.width if dimension.customWidth else self._default
            points = 0.0 if dimension.hidden else column_points(width, digit)
            for column in range(dimension.min or 1, (dimension.max or 1) + 1):
                self._known[column] = points

    def __call__(self, column: int) -> float:
        """列 ``column`` の幅。"""
        if column not in self._known:
            self._known[column] = column_points(self._default, self._digit)
        return self._known[column]


def print_area(sheet: Worksheet) -> tuple[int, int, int, int]:
    """印刷範囲（左, 上, 右, 下）。決めていなければ使っている範囲。"""
    from openpyxl.utils.cell import range_boundaries

    area = sheet.print_area
    text = area if isinstance(area, str) else ""
    if not text:
        return 1, 1, sheet.max_column, sheet.max_row
    bounds = [range_boundaries(part.rpartition("!")[2]) for part in text.split(",")]
    left, top, right, bottom = zip(*bounds, strict=True)
    return (
        min(v or 1 for v in left),
        min(v or 1 for v in top),
        max(v or sheet.max_column for v in right),
        max(v or sheet.max_row for v in bottom),
    )


def _filled(sheet: Worksheet) -> list[Any]:
    """文字か数式の入ったセル。"""
    return [cell for cell in sheet._cells.values() if cell.value is not None]


def _cells(sheet: Worksheet, widths: Any, merged: Areas) -> Iterator[TemplateCell]:
    for cell in sorted(_filled(sheet), key=lambda c: (c.row, c.column)):
        last_row, last_column = merged.get((cell.row, cell.column), (cell.row, cell.column))
        yield TemplateCell(
            ref=cell.coordinate,
            first_row=cell.row,
            last_row=last_row,
            first_column=cell.column,
            last_column=last_column,
            text=_text(cell.value),
            is_formula=cell.data_type == "f",
            locked=bool(cell.protection.locked),
            wrap=bool(cell.alignment.wrap_text),
            width=sum(widths(column) for column in range(cell.column, last_column + 1)),
            size=float(cell.font.sz or 11),
            number_format=cell.number_format,
        )


def _text(value: Any) -> str:
    # 配列数式などは、式の文字を持つ別の型で返る。
    return str(getattr(value, "text", value))
