"""テンプレートを openpyxl で開き、何がどこにあるかを値にする。

長さは pt、行と列は 1 から。結合セルは一つと数え、左上のセルの名で呼ぶ。

出典: ECMA-376 Part 1, 18.3.1.13（列の幅）、18.3.1.63（用紙の大きさ）。

読むだけ。openpyxl が保存のときに失うものは、ここを通らない。ヘルプを待たせないように、
要るときに読み込む。
"""

from __future__ import annotations

import io
import math
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile

from sheetgen.xlsx.markup import Node, Splice
from sheetgen.xlsx.package import Package, relationships_name
from sheetgen.xlsx.references import split_sheet
from sheetgen.xlsx.refs import ref_of
from sheetgen.xlsx.sheet_cells import Areas, is_covered, merged_areas

if TYPE_CHECKING:
    from openpyxl.styles import Font
    from openpyxl.workbook.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet


class TemplateCell(NamedTuple):
    """文字または数式の入ったセル。

    ``text`` は、数式バーに見える文字。``number_format`` は、事務局が選んでいなければ ``General``。
    ``width`` は、字下げを除いた、文字の入る幅。``font`` は書体の名。
    """

    ref: str
    first_row: int
    last_row: int
    first_column: int
    last_column: int
    text: str
    is_formula: bool
    locked: bool
    wrap: bool
    width: float
    size: float
    number_format: str
    font: str = ""

    @property
    def is_dynamic(self) -> bool:
        """Jinja の式を含むか。"""
        return not self.is_formula and ("{{" in self.text or "{%" in self.text)


class TemplateSheet(NamedTuple):
    """一枚のシート。

    ``row_heights`` は、印刷範囲の見える行のすべて。``printable_height`` と ``printable_width`` は、
    シートの縮尺で、余白の内側に入る大きさ。``print_width`` は印刷範囲の幅。``unlocked`` は、
    ロックを外した空のセル（または列、行）。``breaks`` は、印刷範囲を分ける手動の改ページの、
    すぐ後ろのセル。``areas`` は印刷範囲の数、``columns`` はその左端と右端の列。
    ``hidden_rows`` は、印刷範囲の隠した行の、見せるときの高さ。``filtered`` は、フィルターの範囲。
    """

    name: str
    hidden: bool
    cells: tuple[TemplateCell, ...]
    row_heights: Mapping[int, float]
    print_width: float
    printable_width: float
    printable_height: float
    fits_to_page: bool
    default_row_height: float
    unlocked: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    areas: int = 1
    columns: tuple[int, int] = (1, 16384)
    hidden_rows: Mapping[int, float] = MappingProxyType({})
    filtered: str = ""


class TemplateBook(NamedTuple):
    """テンプレート全体。``fingerprint`` は内容の目印（16進8桁）。"""

    file: str
    fingerprint: str
    sheets: tuple[TemplateSheet, ...]
    has_input_sample: bool


PIXEL = 0.75
"""96 dpi の 1 画素（pt）。"""
DEFAULT_COLUMN_CHARACTERS = 8
DEFAULT_SIZE = 11.0
"""大きさの書かれていない書体の大きさ（pt）。"""


# 用紙の番号と、縦置きの幅・高さ（pt）。
PAPERS = {
    8: (841.89, 1190.55),  # A3
    9: (595.28, 841.89),  # A4
    11: (419.53, 595.28),  # A5
    12: (728.50, 1031.81),  # B4
    13: (515.91, 728.50),  # B5
}
A4 = 9


# 既定の書体で、数字1字の幅が画素でいくつか。和文の等幅書体は大きさの半分になる。
_NARROW_DIGITS = {"calibri": 0.5068, "arial": 0.5561, "游ゴシック": 0.5586, "meiryo ui": 0.55}


def digit_pixels(font: str, size: float) -> int:
    """標準スタイルの書体の、数字1字の幅（画素）。"""
    ratio = _NARROW_DIGITS.get(unicodedata.normalize("NFKC", font).casefold(), 0.5)
    return max(1, round(size / PIXEL * ratio))


def indent_points(font: str, size: float) -> float:
    """字下げの一段（pt）。標準スタイルの書体の空白三つ分（ECMA-376 18.8.1）。"""
    digit = digit_pixels(font, size)
    # 数字の幅の分かっている欧文の書体では、空白は数字のおよそ半分である。
    narrow = unicodedata.normalize("NFKC", font).casefold() in _NARROW_DIGITS
    return 3 * (digit / 2 if narrow else digit) * PIXEL


def column_points(width: float | None, digit: int) -> float:
    """列の幅（文字数。None は既定の幅）を pt にする。"""
    if width is None:
        characters = DEFAULT_COLUMN_CHARACTERS * digit + 5
        return math.ceil(characters / 8) * 8 * PIXEL
    return math.floor((256 * width + math.floor(128 / digit)) / 256 * digit) * PIXEL


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


@lru_cache(maxsize=4)
def read_template(package: Package) -> TemplateBook:
    """テンプレートの、どこに何があるかを読む。

    :raises SheetgenError: openpyxl で開けない（T002）か、シートのセルが多すぎる（T006）。
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
    measure = _Measure(normal.name or "", normal.sz or DEFAULT_SIZE)
    parts = package.sheet_parts()
    try:
        merged = {name: merged_areas(package.tree(part)[1]) for name, part in parts.items()}
    except (ValueError, KeyError) as error:
        raise package.refuse("T002") from error
    return TemplateBook(
        file=package.file,
        fingerprint=package.fingerprint,
        sheets=tuple(_sheet(sheet, measure, merged[sheet.title]) for sheet in book.worksheets),
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


class _Measure(NamedTuple):
    """標準スタイルの書体の名と大きさ。列の幅と字下げの元になる。"""

    font: str
    size: float


def _sheet(sheet: Worksheet, measure: _Measure, merged: Areas) -> TemplateSheet:
    widths = ColumnWidths(sheet, digit_pixels(measure.font, measure.size))
    heights = sheet.sheet_format.defaultRowHeight or 15.0
    area = print_area(sheet)
    setup = sheet.page_setup
    properties = sheet.sheet_properties.pageSetUpPr
    paper = PAPERS.get(int(setup.paperSize or A4), PAPERS[A4])
    across, down = paper[::-1] if setup.orientation == "landscape" else paper
    margins = sheet.page_margins
    scale = (setup.scale or 100) / 100
    first_column, first_row, last_column, last_row = area
    rows = {
        row: sheet.row_dimensions[row].height or heights for row in range(first_row, last_row + 1)
    }
    hidden = [row for row in rows if sheet.row_dimensions[row].hidden]
    return TemplateSheet(
        name=sheet.title,
        hidden=sheet.sheet_state != "visible",
        cells=tuple(_cells(sheet, widths, merged, indent_points(measure.font, measure.size))),
        row_heights={row: height for row, height in rows.items() if row not in hidden},
        print_width=sum(widths(column) for column in range(first_column, last_column + 1)),
        printable_width=(across - 72 * (margins.left + margins.right)) / scale,
        printable_height=(down - 72 * (margins.top + margins.bottom)) / scale,
        fits_to_page=bool(properties and properties.fitToPage),
        default_row_height=heights,
        unlocked=tuple(_unlocked(sheet, merged)),
        breaks=tuple(_breaks(sheet, area)),
        areas=max(1, len(_print_areas(sheet))),
        columns=(first_column, last_column),
        hidden_rows={row: rows[row] for row in hidden},
        filtered=sheet.auto_filter.ref or "",
    )


def _unlocked(sheet: Worksheet, merged: Areas) -> Iterator[str]:
    """ロックを外した空のセル。結合セルに覆われた所には書けないので、除く。"""
    for (row, column), cell in sorted(sheet._cells.items()):
        empty = cell.value is None and not cell.protection.locked
        if empty and not is_covered(merged, row, column):
            yield cell.coordinate
    for letter, width in sheet.column_dimensions.items():
        if not (width.protection.locked or width.hidden):
            yield f"{letter}:{letter}"
    for number, height in sheet.row_dimensions.items():
        if not (height.protection.locked or height.hidden):
            yield f"{number}:{number}"


def _breaks(sheet: Worksheet, area: tuple[int, int, int, int]) -> Iterator[str]:
    """印刷範囲を分ける、手動の改ページの後ろのセル。``id`` はその前の行か列の番号。"""
    left, top, right, bottom = area
    for one in sheet.row_breaks.brk:
        if one.man and top <= one.id < bottom:
            yield ref_of(one.id + 1, left)
    for one in sheet.col_breaks.brk:
        if one.man and left <= one.id < right:
            yield ref_of(top, one.id + 1)


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

    parts = _print_areas(sheet)
    if not parts:
        return 1, 1, sheet.max_column, sheet.max_row
    bounds = [range_boundaries(part.rpartition("!")[2]) for part in parts]
    left, top, right, bottom = zip(*bounds, strict=True)
    return (
        min(v or 1 for v in left),
        min(v or 1 for v in top),
        max(v or sheet.max_column for v in right),
        max(v or sheet.max_row for v in bottom),
    )


def _print_areas(sheet: Worksheet) -> list[str]:
    """印刷範囲の一つ一つ。決めていなければ空。"""
    area = sheet.print_area
    return area.split(",") if isinstance(area, str) and area else []


def _filled(sheet: Worksheet) -> list[Any]:
    """文字か数式の入ったセル。"""
    return [cell for cell in sheet._cells.values() if cell.value is not None]


# 折り返しの印がなくても、Excel が折り返す寄せ方。
_WRAPPING = {"justify", "distributed"}
# Excel が字下げを用いない寄せ方。
_WITHOUT_INDENT = {"center", "centerContinuous", "fill", "justify"}


def wraps(place: Any) -> bool:
    """この寄せ方で、文字が折り返すか。"""
    return bool(place.wrap_text) or bool(_WRAPPING & {place.horizontal, place.vertical})


def _indent(place: Any, step: float) -> float:
    """字下げに取られる幅（pt）。均等割り付けでは両側が下がる。"""
    if place.horizontal in _WITHOUT_INDENT:
        return 0.0
    return step * (place.indent or 0) * (2 if place.horizontal == "distributed" else 1)


def _cells(sheet: Worksheet, widths: Any, merged: Areas, step: float) -> Iterator[TemplateCell]:
    """文字か数式の入ったセル。``step`` は字下げの一段（pt）。"""
    for cell in sorted(_filled(sheet), key=lambda c: (c.row, c.column)):
        last_row, last_column = merged.get((cell.row, cell.column), (cell.row, cell.column))
        width = sum(widths(column) for column in range(cell.column, last_column + 1))
        yield TemplateCell(
            ref=cell.coordinate,
            first_row=cell.row,
            last_row=last_row,
            first_column=cell.column,
            last_column=last_column,
            text=_text(cell.value),
            is_formula=cell.data_type == "f",
            locked=bool(cell.protection.locked),
            wrap=wraps(cell.alignment),
            width=max(0.0, width - _indent(cell.alignment, step)),
            size=float(cell.font.sz or DEFAULT_SIZE),
            number_format=cell.number_format,
            font=cell.font.name or "",
        )


def _text(value: Any) -> str:
    # 配列数式などは、式の文字を持つ別の型で返る。
    return str(getattr(value, "text", value))
