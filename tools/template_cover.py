"""テンプレートの「はじめに」と、隠しシート「_sheetgen」を描く。"""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from template_form import protect
from template_page import RowSpec, draw_page, name_sample
from template_styles import put

# 89 units (534 pt) of the 538 pt between the margins of a portrait A4 page.
COLUMN_WIDTHS = (11, 35, 17, 16, 10)

ROWS: tuple[RowSpec, ...] = (
    (24, (("A:E", "{{ plan.plan_title }}　アクションプラン", "案内の見出し"),)),
    (
        30,
        (
            (
                "A:E",
                "{{ round.name }}について（{{ round.fiscal_year | wareki_full }}）",
                "案内の表題",
            ),
        ),
    ),
    (
        22,
        (
            ("A:B", "{{ book.addressee }}　御中", "案内の見出し"),
            ("C:E", "{{ plan.municipality }} {{ plan.office }}", "案内の右寄せ"),
        ),
    ),
    (8, ()),
    (34, (("A", "お願い", "項目名"), ("B:E", "{{ round.task }}", "本文"))),
    (
        22,
        (
            ("A", "提出期限", "項目名"),
            (
                "B:E",
                "{% if round.deadline %}{{ round.deadline }}{% else %}"
                "依頼文でお知らせした日まで{% endif %}",
                "実施項目名",
            ),
        ),
    ),
    (
        34,
        (
            ("A", "提出先・\n問合せ先", "項目名"),
            (
                "B:E",
                "{{ plan.office }}"
                "{% if plan.contact.phone %}　電話 {{ plan.contact.phone }}{% endif %}"
                "{% if plan.contact.email %}\n電子メール {{ plan.contact.email }}{% endif %}",
                "本文",
            ),
        ),
    ),
    (10, ()),
    (20, (("A:E", "書き方", "案内の見出し"),)),
    (
        20,
        (
            ("A", "記入する欄", "入力欄の見本"),
            ("B:E", "この色の欄だけに記入してください。ほかの欄は保護されています。", "本文"),
        ),
    ),
    (
        34,
        (
            ("A", "数値", "項目名"),
            (
                "B:E",
                "数字だけを記入してください（単位は不要です）。効果額は千円単位です。\n"
                "数値で表せないときは「-」を記入してください（「-」と 0 と空欄は区別します）。",
                "本文",
            ),
        ),
    ),
    (
        34,
        (
            ("A", "文章", "項目名"),
            (
                "B:E",
                "欄に入る長さで記入してください。長すぎるときは、入力したときにお知らせします。\n"
                "欄の中で改行するときは、Alt キーを押しながら Enter キーを押します。",
                "本文",
            ),
        ),
    ),
    (
        20,
        (
            ("A", "評価", "項目名"),
            (
                "B:E",
                "評価の欄に色が付いているときは、一覧から選んでください（区分は下の表）。",
                "本文",
            ),
        ),
    ),
    (
        34,
        (
            ("A", "様式", "項目名"),
            (
                "B:E",
                "行や列を足したり消したりしないでください。\n"
                "シート名とファイル名も、そのままにしてください。",
                "本文",
            ),
        ),
    ),
    (
        20,
        (
            ("A", "誤りの連絡", "項目名"),
            ("B:E", "保護された欄の誤りに気付いたときは、問合せ先へご連絡ください。", "本文"),
        ),
    ),
    (
        20,
        (
            ("A", "提出方法", "項目名"),
            ("B:E", "このブックを保存し、Excel ファイルのまま提出先へお送りください。", "本文"),
        ),
    ),
    (10, ()),
    (20, (("A:E", "評価の区分", "案内の見出し"),)),
    (
        18,
        (
            ("A", "{% for grade in plan.evaluation_scale %}{{ grade.grade }}", "項目名"),
            ("B:E", "{{ grade.meaning }}{% endfor %}", "本文"),
        ),
    ),
    (10, ()),
    (
        20,
        (
            (
                "A:E",
                "記入する実施項目（{{ book.count }}件）　シートの欄を押すと、様式へ移ります。",
                "案内の見出し",
            ),
        ),
    ),
    (
        18,
        (
            ("A", "番号", "項目名"),
            ("B", "実施項目", "項目名"),
            ("C", "担当", "項目名"),
            ("D", "備考", "項目名"),
            ("E", "シート", "項目名"),
        ),
    ),
    (
        21,
        (
            ("A", "{% for entry in entries %}{{ entry.label }}", "本文（中央）"),
            ("B", "{{ entry.title }}", "本文"),
            ("C", "{{ entry.owners }}", "主管課"),
            ("D", "{{ entry.note }}", "主管課"),
            ("E", "{{ entry.sheet | link(entry.sheet) }}{% endfor %}", "シートへのリンク"),
        ),
    ),
)

REGISTER = ("entry.sheet", "entry.id", "entry.form_id", "entry.carrier")
REGISTER_HEAD = ("シート", "実施項目", "様式ID", "識別情報")


def draw_cover(book: Workbook, sheet: Worksheet) -> None:
    """「はじめに」を描き、入力欄の色の見本に名前を付ける。"""
    sheet.title = "はじめに"
    draw_page(sheet, COLUMN_WIDTHS, ROWS, "portrait")
    name_sample(book, sheet, ROWS, "入力欄の見本", "input_sample")
    sheet.sheet_view.tabSelected = True


def draw_register(sheet: Worksheet) -> None:
    """隠しシートに、ブックの中の様式の控えを持たせる。"""
    for column, (head, path) in enumerate(zip(REGISTER_HEAD, REGISTER, strict=True), start=1):
        letter = get_column_letter(column)
        start = "{% for entry in entries if entry.sheet %}" if column == 1 else ""
        end = "{% endfor %}" if column == len(REGISTER) else ""
        put(sheet, f"{letter}1", head, "内部情報")
        put(sheet, f"{letter}2", f"{start}{{{{ {path} }}}}{end}", "内部情報")
        sheet.column_dimensions[letter].width = 24
    sheet.sheet_state = "hidden"
    protect(sheet)
