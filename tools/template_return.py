"""テンプレートの「差戻し」を描く。差戻しのブックだけに入り、直してもらうわけを並べる。"""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet
from template_form import MM, protect
from template_styles import put

# 129 units (774 pt) of the 785 pt between the margins of a landscape A4 page.
COLUMN_WIDTHS = (6, 9, 19, 17, 7, 18, 25, 28)

# (height in pt, ((area without its row, text, style), ...)); () is an empty row.
ROWS: tuple[tuple[float, tuple[tuple[str, str, str], ...]], ...] = (
    (24, (("A:H", "{{ plan.plan_title }}　アクションプラン", "案内の見出し"),)),
    (
        30,
        (
            (
                "A:H",
                "差戻し：{{ round.name }}（{{ round.fiscal_year | wareki_full }}）の"
                "記入内容について",
                "案内の表題",
            ),
        ),
    ),
    (
        22,
        (
            ("A:D", "{{ book.addressee }}　御中", "案内の見出し"),
            ("E:H", "{{ plan.municipality }} {{ plan.office }}", "案内の右寄せ"),
        ),
    ),
    (8, ()),
    (
        34,
        (
            ("A:B", "お願い", "項目名"),
            (
                "C:H",
                "お送りいただいた様式に、確かめたい所があります。下の表の欄を直し、このブックを保存して、"
                "Excel ファイルのままお送りください。\n"
                "様式には、お送りいただいた答えを入れてあります。表にない欄は、そのままで構いません。",
                "本文",
            ),
        ),
    ),
    (
        20,
        (
            ("A:B", "直していただく欄", "直す欄の見本"),
            ("C:H", "この色の欄です。欄を選ぶと、わけと直し方が出ます。", "本文"),
        ),
    ),
    (
        34,
        (
            ("A:B", "提出先・\n問合せ先", "項目名"),
            (
                "C:H",
                "{{ plan.office }}"
                "{% if plan.contact.phone %}　電話 {{ plan.contact.phone }}{% endif %}"
                "{% if plan.contact.email %}\n電子メール {{ plan.contact.email }}{% endif %}",
                "本文",
            ),
        ),
    ),
    (10, ()),
    (
        20,
        (
            (
                "A:H",
                "確かめたい所　様式かセルの欄を押すと、その所へ移ります。",
                "案内の見出し",
            ),
        ),
    ),
    (
        20,
        (
            ("A", "番号", "項目名"),
            ("B", "様式", "項目名"),
            ("C", "実施項目", "項目名"),
            ("D", "欄", "項目名"),
            ("E", "セル", "項目名"),
            ("F", "書かれていたこと", "項目名"),
            ("G", "わけ", "項目名"),
            ("H", "直し方", "項目名"),
        ),
    ),
    (
        21,
        (
            ("A", "{% for reason in reasons %}{{ reason.number }}", "本文（中央）"),
            ("B", "{{ reason.label | link(reason.sheet) }}", "シートへのリンク"),
            ("C", "{{ reason.title }}", "主管課"),
            ("D", "{{ reason.field }}", "主管課"),
            ("E", "{{ reason.cell | link(reason.sheet, reason.cell) }}", "シートへのリンク"),
            ("F", "{{ reason.written }}", "主管課"),
            ("G", "{{ reason.cause }}", "主管課"),
            ("H", "{{ reason.mend }}{% endfor %}", "主管課"),
        ),
    ),
)


def draw_return(book: Workbook, sheet: Worksheet) -> None:
    """「差戻し」を描き、直してもらう欄の色の見本に名前を付ける。"""
    sheet.title = "差戻し"
    for column, width in enumerate(COLUMN_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    for row, (height, cells) in enumerate(ROWS, start=1):
        sheet.row_dimensions[row].height = height
        for columns, text, role in cells:
            first, _, last = columns.partition(":")
            put(sheet, f"{first}{row}:{last or first}{row}", text, role)
            if role == "直す欄の見本":
                book.defined_names["doubt_sample"] = DefinedName(
                    "doubt_sample", attr_text=f"差戻し!${first}${row}"
                )
    sheet.print_area = f"A1:H{len(ROWS)}"
    sheet.print_title_rows = f"{len(ROWS) - 1}:{len(ROWS) - 1}"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.orientation = "landscape"
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
