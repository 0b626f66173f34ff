"""テンプレートの「進捗管理シート」（公式の様式、A4 横 1 ページ）を描く。"""

from __future__ import annotations

from typing import Any

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from template_styles import frame, put

YEARS = 5
FIRST_YEAR_ROW = 10
SUBTOTAL_ROW = FIRST_YEAR_ROW + 2 * YEARS
CARRIER_ROW = SUBTOTAL_ROW + 1
LINK_CELL = "O1"
MM = 1 / 25.4

# A-G is the left half and H-M the right half, 66 units (396 pt) each.  The plan cell
# (B-F) and the result cell (H-K) are 50 units: 28 full-width characters at 10.5 pt.
COLUMN_WIDTHS = (8, 5, 29, 4.5, 7.5, 4, 8, 20, 13, 9, 8, 8, 8)

# The sum, 529 pt, stays below the 539 pt between the margins.
ROW_HEIGHTS = (20, 16.5, 26, 46, 46, 16.5, 52, 27, 16.5) + (24.5, 24.5) * YEARS + (17,)

HEAD = (
    ("A1:H1", "{{ plan.plan_title }}　アクションプラン 実施項目・進捗管理シート", "標題"),
    ("K1", "{{ form.badge }}", "新規の印"),
    ("L1:M1", "様式ID {{ form.id }}", "様式ID"),
    ("A2", "基本方針", "項目名"),
    ("B2", "{{ policy.number }}", "番号"),
    ("C2:D2", "{{ policy.name }}", "本文"),
    ("E2:G2", "改革の推進項目", "項目名"),
    ("H2:M2", "({{ measure.number }}) {{ measure.name }}", "本文"),
    ("A3", "実施項目", "項目名"),
    ("B3", "{{ item.number | circled }}", "番号"),
    ("C3:H3", "{{ item.title }}", "実施項目名"),
    (
        "I3:M3",
        "{{ form.owners }}{% if form.related %}\n{{ form.related }}{% endif %}",
        "主管課",
    ),
    ("A4", "具体的な改善取組内容", "項目名"),
    ("B4:M4", "{{ item.improvement }}", "本文"),
    ("A5", "現状と\n課題", "項目名"),
    ("B5:M5", "{{ item.current_state }}", "本文"),
    ("A6:G6", "{{ initiative.fiscal_year | wareki_full }}の取組方針・取組内容", "項目名"),
    ("H6:M6", "{{ final_year | wareki_full }}（計画最終年度）において目指す姿", "項目名"),
    ("A7:G7", "{{ initiative.text }}", "文章の入力欄"),
    ("H7:M7", "{{ item.vision }}", "本文"),
    ("A8", "指標\n(行動/成果)", "項目名（最小）"),
    ("B8:C8", "{{ item.indicator.name }}", "本文"),
    ("D8", "単位", "項目名"),
    ("E8", "{{ item.indicator.unit }}", "本文（中央）"),
    ("F8:G8", "指標の現状値", "項目名"),
    ("H8", "{{ item.indicator.current }}", "本文（中央）"),
    ("I8", "計画最終年度の目標値", "項目名"),
    ("J8:M8", "{{ item.indicator.target }}", "本文（中央）"),
    (
        "A9:G9",
        "年次計画；[上段]定量的な成果指標の目標値/[下段]効果見込額(千円)",
        "項目名",
    ),
    (
        "H9:M9",
        "取組実績；[上段]定量的な成果指標の実績値/[下段]実績効果額(千円)",
        "項目名",
    ),
)


def draw_form(sheet: Worksheet) -> None:
    """様式のシートを描く。"""
    for column, width in enumerate((*COLUMN_WIDTHS, 2, 16), start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    for row, height in enumerate(ROW_HEIGHTS, start=1):
        sheet.row_dimensions[row].height = height
    for area, text, role in HEAD:
        put(sheet, area, text, role)
    for index in range(YEARS):
        _draw_year(sheet, index)
    _draw_subtotals(sheet)
    frame(sheet, f"A2:M{SUBTOTAL_ROW}")
    _draw_outside(sheet)
    _mark_badge(sheet)
    _set_up_page(sheet)


def _draw_year(sheet: Worksheet, index: int) -> None:
    upper = FIRST_YEAR_ROW + 2 * index
    lower = upper + 1
    year = f"years[{index}]"
    put(sheet, f"A{upper}:A{lower}", f"{{{{ {year}.fiscal_year | wareki }}}}", "項目名（小）")
    put(sheet, f"B{upper}:F{lower}", f"{{{{ {year}.plan }}}}", "文章の入力欄")
    put(sheet, f"G{upper}", f"{{{{ {year}.target }}}}", "数値の入力欄")
    put(sheet, f"G{lower}", f"{{{{ {year}.effect }}}}", "金額の入力欄")
    put(sheet, f"H{upper}:K{lower}", f"{{{{ {year}.result.text }}}}", "文章の入力欄")
    put(sheet, f"L{upper}", f"{{{{ {year}.result.value }}}}", "数値の入力欄")
    put(sheet, f"L{lower}", f"{{{{ {year}.result.effect }}}}", "金額の入力欄")
    # The official page has one grade a year, and for the last year that of all years.
    if index < YEARS - 1:
        put(sheet, f"M{upper}", "評価", "項目名")
        put(sheet, f"M{lower}", f"{{{{ {year}.result.grade }}}}", "評価の入力欄")
    else:
        put(sheet, f"M{upper}", "全期間\n総合評価", "項目名（小）")
        put(sheet, f"M{lower}", "{{ item.overall_grade }}", "評価の入力欄")


def _draw_subtotals(sheet: Worksheet) -> None:
    row = SUBTOTAL_ROW
    put(sheet, f"A{row}:F{row}", "〔小計〕効果見込額(千円)", "項目名（右寄せ）")
    put(sheet, f"G{row}", _subtotal("G"), "小計")
    put(sheet, f"H{row}:K{row}", "〔小計〕実績効果額(千円)", "項目名（右寄せ）")
    put(sheet, f"L{row}:M{row}", _subtotal("L"), "小計")


def _subtotal(column: str) -> str:
    cells = ",".join(f"{column}{FIRST_YEAR_ROW + 2 * index + 1}" for index in range(YEARS))
    return f'=IF(COUNT({cells})=0,"-",SUM({cells}))'


def _draw_outside(sheet: Worksheet) -> None:
    """印刷されないもの：はじめにへの戻り口と、隠した行の識別情報。"""
    # 公表するブックには「はじめに」がない。式で書いたリンクは、行き先のないブックでは空になる。
    put(sheet, LINK_CELL, "{{ 'はじめにへ戻る' | link('はじめに') }}", "はじめにへのリンク")
    put(sheet, f"A{CARRIER_ROW}", "{{ form.carrier }}", "内部情報")
    sheet.row_dimensions[CARRIER_ROW].hidden = True


def _mark_badge(sheet: Worksheet) -> None:
    """Ｒ６新規 の印がある様式だけ、枠と色を付ける。"""
    line = Side(style="thin", color="FFC00000")
    rule: Any = FormulaRule
    sheet.conditional_formatting.add(
        "K1",
        rule(
            formula=["LEN($K$1)>0"],
            font=Font(bold=True, color="FFC00000"),
            fill=PatternFill(bgColor="FFFDECEC"),
            border=Border(left=line, right=line, top=line, bottom=line),
        ),
    )


def _set_up_page(sheet: Worksheet) -> None:
    sheet.print_area = f"A1:M{SUBTOTAL_ROW}"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.scale = 100
    # 7 mm at the sides leave 10 pt to spare for printers that set columns wider;
    # centring makes it 9 mm on paper.
    sheet.page_margins.left = sheet.page_margins.right = 7 * MM
    sheet.page_margins.top = sheet.page_margins.bottom = 10 * MM
    sheet.page_margins.header = sheet.page_margins.footer = 5 * MM
    sheet.print_options.horizontalCentered = True
    sheet.sheet_view.showGridLines = False
    sheet.sheet_view.zoomScale = 100
    protect(sheet)


def protect(sheet: Worksheet) -> None:
    """パスワードなしで保護する。行の高さは担当者も変えられる。"""
    sheet.protection.sheet = True
    sheet.protection.objects = True
    sheet.protection.scenarios = True
    sheet.protection.formatRows = False
