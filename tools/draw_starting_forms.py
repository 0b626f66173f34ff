"""同梱の「始める形」の様式（templates/starting の xlsx）を、書き直す。

「はじめに」などのシートは伊勢原型の様式（templates/shinchoku_sheet.xlsx）から写し、様式のシートだけを、
ここに書いた欄の並びから組む。見出しは計画のことばから入るので、ことばを替えた計画でも、そのまま使える。
"""

from __future__ import annotations

import copy
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sheetgen.xlsx.container import Container
from sheetgen.xlsx.package import CONTENT_TYPES, OFFICE
from sheetgen.xlsx.strings import STRINGS_TYPE

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
MODEL = "shinchoku_sheet.xlsx"
FORM = "進捗管理シート"
YEARS = 5
FONT = "BIZ UDゴシック"
_THIN = Side(style="thin")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HEAD = PatternFill("solid", fgColor="FFEAF1F8")


def main() -> None:
    """二つの様式を書く。"""
    for name, draw in (("second_grade", second_grade), ("half_year", half_year)):
        write(TEMPLATES / "starting" / f"{name}.xlsx", draw)


def write(path: Path, draw: Callable[[Worksheet], int]) -> None:
    """伊勢原型の様式のシートを、``draw`` の描くものに替えて書く。"""
    book = load_workbook(TEMPLATES / MODEL)
    _reword(book, "金額は千円単位です。" if draw is second_grade else "")
    at = book.sheetnames.index(FORM)
    del book[FORM]
    sheet = book.create_sheet(FORM, at)
    last = draw(sheet)
    column = sheet.max_column
    sheet.print_area = f"A1:{get_column_letter(column)}{last}"
    back = sheet.cell(1, column + 2, "{{ 'はじめにへ戻る' | link('はじめに') }}")
    back.font = Font(name=FONT, sz=9, color="FF0563C1", underline="single")
    sheet.column_dimensions[get_column_letter(column + 1)].width = 2
    sheet.column_dimensions[get_column_letter(column + 2)].width = 16
    mark = sheet.cell(last + 1, 1, "{{ form.carrier }}")
    mark.font = Font(name=FONT, sz=8)
    sheet.row_dimensions[last + 1].hidden = True
    sheet.protection.sheet = True
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.paperSize = 9
    margins = sheet.page_margins
    margins.left = margins.right = margins.top = margins.bottom = 10 / 25.4
    margins.header = margins.footer = 0.2
    sheet.print_options.horizontalCentered = True
    written = io.BytesIO()
    book.save(written)
    path.write_bytes(shared(written.getvalue()))


_WORDS = (
    ("{{ plan.plan_title }}　アクションプラン", "{{ plan.plan_title }}{{ terms.subtitle }}"),
    ("記入する実施項目", "記入する{{ terms.item }}"),
    ("{% if round.previous_year %}", "{% if round.previous_year and labels['initiatives'] %}"),
    ("取組方針・取組内容", "{{ labels['initiatives'] }}"),
    ("実施項目", "{{ terms.item }}"),
)
"""伊勢原型の「はじめに」などのことばから、計画のことばへ。"""


def _reword(book: Workbook, money: str) -> None:
    """様式のほかのシートを、どの計画のことばでも使えるようにする。``money`` は金額の書き方。"""
    for sheet in book.worksheets:
        for cell in (one for row in sheet.iter_rows() for one in row):
            if isinstance(cell.value, str) and sheet.title != FORM:
                for old, new in (*_WORDS, ("効果額は千円単位です。", money)):
                    cell.value = cell.value.replace(old, new)


_INLINE = re.compile(r' t="inlineStr"([^>]*)><is><t[^>]*>(.*?)</t></is></c>', re.DOTALL)
_MOMENT = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_SST = "xl/sharedStrings.xml"


def shared(data: bytes) -> bytes:
    """セルに直に書かれた文字を、共有文字列に移す。直の文字を読まないプログラムがある。"""
    known: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        return f' t="s"{match[1]}><v>{known.setdefault(match[2], len(known))}</v></c>'

    target = io.BytesIO()
    container = Container(target)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in sorted(archive.namelist())}
    # 保存した時刻が入ると、描き直すたびに違うファイルになる。
    parts["docProps/core.xml"] = _MOMENT.sub(
        rb"\g<1>2026-04-01T00:00:00Z", parts["docProps/core.xml"]
    )
    for name in parts:
        if name.startswith("xl/worksheets/"):
            parts[name] = _INLINE.sub(number, parts[name].decode()).encode()
    items = "".join(f'<si><t xml:space="preserve">{text}</t></si>' for text in known)
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts[_SST] = f'<sst xmlns="{space}">{items}</sst>'.encode()
    for name, old, new in (
        ("xl/_rels/workbook.xml.rels", b"</Relationships>",
         f'<Relationship Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml" Id="rId99"/>'),
        (CONTENT_TYPES, b"</Types>",
         f'<Override PartName="/{_SST}" ContentType="{STRINGS_TYPE}"/>'),
    ):  # fmt: skip
        parts[name] = parts[name].replace(old, new.encode() + old)
    for name, part in parts.items():
        container.write(name, part)
    container.close()
    return target.getvalue()


def put(
    sheet: Worksheet, area: str, text: str, *, size: float = 10.5, head: bool = False,
    is_input: bool = False, across: str = "left", down: str = "top", boxed: bool = True,
    bold: bool = False, money: bool = False,
) -> Cell:  # fmt: skip
    """セル（結合するなら範囲）に文字を入れ、枠を引く。"""
    if ":" in area:
        sheet.merge_cells(area)
    for row in sheet[area] if ":" in area else ((sheet[area],),):
        for one in row:
            one.border = _BOX if boxed else Border()
            one.protection = Protection(locked=not is_input)
            one.fill = copy.copy(_HEAD) if head else PatternFill()
    cell = sheet[area.partition(":")[0]]
    assert isinstance(cell, Cell)
    cell.value = text
    cell.font = Font(name=FONT, sz=size, bold=bold)
    middle = head or across != "left"
    cell.alignment = Alignment(
        wrap_text=True, horizontal="center" if head else across,
        vertical="center" if middle else down, shrink_to_fit=False,
    )  # fmt: skip
    if money:
        cell.number_format = "#,##0"
    return cell


def label(key: str) -> str:
    """計画のことばの見出し。"""
    return f"{{{{ labels['{key}'] }}}}"


def _title(sheet: Worksheet, right: str, marks: str, last: str) -> None:
    """題、新規の印、様式ID。"""
    put(sheet, f"A1:{right}1", "{{ plan.plan_title }}　{{ terms.sheet }}", size=12, bold=True,
        boxed=False, down="center")  # fmt: skip
    put(sheet, f"{marks}1", "{{ form.badge }}", size=10, boxed=False, across="center")
    put(sheet, f"{last}1", "様式ID {{ form.id }}", size=7.5, boxed=False, across="right")
    sheet.row_dimensions[1].height = 20


def _widths(sheet: Worksheet, widths: tuple[float, ...]) -> None:
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width


def second_grade(sheet: Worksheet) -> int:
    """縦の紙。一年度は二段で、計画・実績・金額・一次評価の下に、課題・方向性・金額・二次評価。"""
    sheet.page_setup.orientation = "portrait"
    _widths(sheet, (8, 5, 26.5, 29.5, 12, 8.5))
    _title(sheet, "C", "D", "E1:F")
    rows = sheet.row_dimensions
    put(sheet, "A2", "{{ terms.policy }}", head=True, size=9)
    put(sheet, "B2", "{{ policy.number }}", across="center", size=12)
    put(sheet, "C2:F2", "{{ policy.name }}", down="center")
    put(sheet, "A3", "{{ terms.item }}", head=True, size=9)
    put(sheet, "B3", "{{ item.number | circled }}", across="center", size=12)
    put(sheet, "C3:D3", "{{ item.title }}", size=12, bold=True, down="center")
    put(sheet, "E3:F3", "{{ form.owners }}", size=9, across="center")
    put(sheet, "A4:B4", label("improvement"), head=True)
    put(sheet, "C4:F4", "{{ item.improvement }}")
    put(sheet, "A5:B5", label("current_state"), head=True)
    put(sheet, "C5:F5", "{{ item.current_state }}")
    rows[2].height, rows[3].height, rows[4].height, rows[5].height = 20, 28, 42, 42
    heads = (
        ("A6:A7", "年度"), ("B6:C6", label("years.plan")), ("D6", label("years.result.text")),
        ("E6", label("years.values.income")), ("F6", label("years.result.grade")),
        ("B7:C7", label("years.values.issue")), ("D7", label("years.values.direction")),
        ("E7", label("years.values.saving")), ("F7", label("years.values.second")),
    )  # fmt: skip
    for area, text in heads:
        put(sheet, area, text, head=True, size=9)
    rows[6].height = rows[7].height = 26
    for index in range(YEARS):
        top, low = 8 + index * 2, 9 + index * 2
        year = f"years[{index}]"
        put(sheet, f"A{top}:A{low}", f"{{{{ {year}.fiscal_year | wareki }}}}", head=True, size=9.5)
        put(sheet, f"B{top}:C{top}", f"{{{{ {year}.plan }}}}", is_input=True)
        put(sheet, f"D{top}", f"{{{{ {year}.result.text }}}}", is_input=True)
        put(sheet, f"E{top}", f"{{{{ {year}.values.income }}}}", is_input=True, across="right",
            size=10, money=True)  # fmt: skip
        put(sheet, f"F{top}", f"{{{{ {year}.result.grade }}}}", is_input=True, across="center",
            size=11)  # fmt: skip
        put(sheet, f"B{low}:C{low}", f"{{{{ {year}.values.issue }}}}", is_input=True)
        put(sheet, f"D{low}", f"{{{{ {year}.values.direction }}}}", is_input=True)
        put(sheet, f"E{low}", f"{{{{ {year}.values.saving }}}}", is_input=True, across="right",
            size=10, money=True)  # fmt: skip
        put(sheet, f"F{low}", f"{{{{ {year}.values.second }}}}", across="center", size=11)
        rows[top].height = rows[low].height = 34
    first, last = 8, 7 + YEARS * 2
    for at, (key, start) in enumerate((("income", first), ("saving", first + 1)), last + 1):
        put(sheet, f"A{at}:D{at}", f"〔小計〕{label(f'years.values.{key}')}", head=True, size=9.5)
        cells = ",".join(f"E{row}" for row in range(start, last + 1, 2))
        total = f'=IF(COUNT({cells})=0,"-",SUM({cells}))'
        put(sheet, f"E{at}:F{at}", total, across="right", size=10, money=True)
        rows[at].height = 17
    end = last + 3
    put(sheet, f"A{end}:B{end}", label("values.opinion"), head=True, size=9.5)
    put(sheet, f"C{end}:F{end}", "{{ item.values.opinion }}")
    rows[end].height = 34
    return end


def half_year(sheet: Worksheet) -> int:
    """横の紙。一年度は一段で、計画、上半期、実績の順。"""
    sheet.page_setup.orientation = "landscape"
    _widths(sheet, (8, 6, 20, 9, 9, 25.5, 9, 25.5, 8.5, 9.5))
    _title(sheet, "F", "G", "H1:J")
    rows = sheet.row_dimensions
    put(sheet, "A2", "{{ terms.policy }}", head=True)
    put(sheet, "B2", "{{ policy.number }}", across="center", size=12)
    put(sheet, "C2:D2", "{{ policy.name }}", down="center")
    put(sheet, "E2", "{{ terms.measure }}", head=True)
    put(sheet, "F2:J2", "({{ measure.number }}) {{ measure.name }}", down="center")
    put(sheet, "A3", "{{ terms.item }}", head=True)
    put(sheet, "B3", "{{ item.number | circled }}", across="center", size=12)
    put(sheet, "C3:F3", "{{ item.title }}", size=12, bold=True, down="center")
    put(sheet, "G3:J3", "{{ form.owners }}", size=9, across="center")
    put(sheet, "A4:B4", label("improvement"), head=True)
    put(sheet, "C4:J4", "{{ item.improvement }}")
    put(sheet, "A5:B5", label("indicator.name"), head=True)
    put(sheet, "C5:D5", "{{ item.indicator.name }}", down="center")
    put(sheet, "E5", label("indicator.unit"), head=True)
    put(sheet, "F5", "{{ item.indicator.unit }}", across="center")
    put(sheet, "G5", label("indicator.current"), head=True, size=8)
    put(sheet, "H5", "{{ item.indicator.current }}", across="center")
    put(sheet, "I5", label("indicator.target"), head=True, size=8)
    put(sheet, "J5", "{{ item.indicator.target }}", across="center")
    rows[2].height, rows[3].height, rows[4].height, rows[5].height = 18, 28, 46, 27
    heads = (
        ("A6", "年度"), ("B6:C6", label("years.plan")), ("D6", label("years.target")),
        ("E6", label("years.values.half")), ("F6", label("years.values.half_note")),
        ("G6", label("years.result.value")), ("H6:I6", label("years.result.text")),
        ("J6", label("years.result.grade")),
    )  # fmt: skip
    for area, text in heads:
        put(sheet, area, text, head=True, size=9)
    rows[6].height = 27
    for index in range(YEARS):
        row = 7 + index
        year = f"years[{index}]"
        put(sheet, f"A{row}", f"{{{{ {year}.fiscal_year | wareki }}}}", head=True, size=9.5)
        put(sheet, f"B{row}:C{row}", f"{{{{ {year}.plan }}}}", is_input=True)
        for column, name in (("D", "target"), ("E", "values.half"), ("G", "result.value")):
            put(sheet, f"{column}{row}", f"{{{{ {year}.{name} }}}}", is_input=True,
                across="right", size=10)  # fmt: skip
        put(sheet, f"F{row}", f"{{{{ {year}.values.half_note }}}}", is_input=True)
        put(sheet, f"H{row}:I{row}", f"{{{{ {year}.result.text }}}}", is_input=True)
        put(sheet, f"J{row}", f"{{{{ {year}.result.grade }}}}", is_input=True, across="center",
            size=11)  # fmt: skip
        rows[row].height = 49
    return 6 + YEARS


if __name__ == "__main__":
    main()
