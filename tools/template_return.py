"""テンプレートの「差戻し」を描く。差戻しのブックだけに入り、直してもらうわけを並べる。"""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from template_page import RowSpec, draw_page, name_sample

# 129 units (774 pt) of the 785 pt between the margins of a landscape A4 page.
COLUMN_WIDTHS = (6, 9, 19, 17, 7, 18, 25, 28)

ROWS: tuple[RowSpec, ...] = (
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
    draw_page(sheet, COLUMN_WIDTHS, ROWS, "landscape")
    name_sample(book, sheet, ROWS, "直す欄の見本", "doubt_sample")
