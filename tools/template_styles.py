"""テンプレートのセルのスタイル（Excel の［セルのスタイル］に日本語名で並ぶもの）。

One named style per role, so that the office can restyle the whole page in one place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.theme import theme_xml
from openpyxl.xml.constants import DRAWING_NS

FONT = "BIZ UDゴシック"
LABEL_FILL = "FFE4EAF4"
INPUT_FILL = "FFFFF6D6"
DOUBT_FILL = "FFFFCDB8"
GREY = "FF7F7F7F"
LINK = "FF0563C1"
THIN = Side(style="thin", color="FF404040")
HAIR = Side(style="hair", color="FF404040")
MEDIUM = Side(style="medium", color="FF404040")


@dataclass(frozen=True)
class Role:
    """一つのスタイルの決めごと。``size`` は pt。"""

    name: str
    size: float = 10.5
    bold: bool = False
    underline: bool = False
    color: str | None = None
    across: str = "left"
    down: str = "center"
    wrap: bool = True
    shrink: bool = False
    fill: str | None = None
    frame: bool = True
    top: Side = THIN
    bottom: Side = THIN
    unlocked: bool = False
    number_format: str = "General"


ROLES = (
    Role("標題", size=12, bold=True, wrap=False, frame=False),
    Role("新規の印", size=10, bold=True, across="center", wrap=False, frame=False),
    Role("様式ID", size=7.5, color=GREY, across="right", down="bottom", wrap=False, frame=False),
    Role("項目名", bold=True, across="center", fill=LABEL_FILL),
    Role("項目名（小）", size=9.5, bold=True, across="center", fill=LABEL_FILL),
    Role("項目名（最小）", size=7.5, bold=True, across="center", fill=LABEL_FILL),
    Role("項目名（右寄せ）", bold=True, across="right", wrap=False, fill=LABEL_FILL),
    Role("番号", size=12, across="center", wrap=False),
    Role("実施項目名", size=12, bold=True),
    Role("主管課", size=9),
    Role("本文"),
    Role("本文（中央）", across="center"),
    Role("小計", size=10, across="right", wrap=False, shrink=True, number_format="#,##0"),
    Role("文章の入力欄", unlocked=True),
    Role("数値の入力欄", size=10, across="right", bottom=HAIR, unlocked=True),
    Role(
        "金額の入力欄",
        size=10,
        across="right",
        top=HAIR,
        wrap=False,
        shrink=True,
        unlocked=True,
        number_format="#,##0",
    ),
    Role("評価の入力欄", size=11, across="center", wrap=False, unlocked=True),
    Role("案内の表題", size=16, bold=True, wrap=False, frame=False),
    Role("案内の見出し", size=11.5, bold=True, wrap=False, frame=False),
    Role("案内の本文", wrap=True, frame=False),
    Role("案内の右寄せ", across="right", wrap=False, frame=False),
    Role("入力欄の見本", across="center", fill=INPUT_FILL),
    Role("直す欄の見本", across="center", wrap=False, fill=DOUBT_FILL),
    Role("内部情報", size=8, color=GREY, wrap=False, frame=False),
    Role("シートへのリンク", color=LINK, across="center", wrap=False, underline=True),
    Role("はじめにへのリンク", size=9, color=LINK, wrap=False, frame=False, underline=True),
)


def add_styles(book: Workbook) -> None:
    """標準スタイルの文字を替え、役目ごとのスタイルを登録する。"""
    book.loaded_theme = _theme()
    styles: Any = book
    normal = next(style for style in styles._named_styles if style.name == "Normal")
    # Font 0 is the one cells without a style use and some programs measure columns by.
    styles._fonts = IndexedList([_font(Role("標準", size=12))])
    normal.font = _font(Role("標準", size=12))
    normal.alignment = Alignment(vertical="center")
    for role in ROLES:
        style = NamedStyle(name=role.name)
        style.font = _font(role)
        style.alignment = Alignment(
            horizontal=role.across,
            vertical=role.down,
            wrap_text=role.wrap or None,
            shrink_to_fit=role.shrink or None,
        )
        if role.fill:
            style.fill = PatternFill("solid", fgColor=role.fill)
        if role.frame:
            style.border = Border(left=THIN, right=THIN, top=role.top, bottom=role.bottom)
        style.protection = Protection(locked=not role.unlocked)
        style.number_format = role.number_format
        book.add_named_style(style)


def _font(role: Role) -> Font:
    return Font(
        name=FONT,
        size=role.size,
        bold=role.bold or None,
        underline="single" if role.underline else None,
        color=role.color,
        family=3,
        charset=128,
    )


def _theme() -> bytes:
    """図形や文字枠を足したときにも同じ文字になるよう、テーマの文字を替える。"""
    ElementTree.register_namespace("a", DRAWING_NS)
    root = ElementTree.fromstring(theme_xml)
    name = f"{{{DRAWING_NS}}}"
    for scheme in root.iter(f"{name}fontScheme"):
        for font in scheme.iter():
            if font.tag in (f"{name}latin", f"{name}ea") or font.get("script") == "Jpan":
                font.set("typeface", FONT)
    return bytes(ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _corners(area: str) -> tuple[int, int, int, int]:
    cells = CellRange(area)
    return cells.min_col, cells.min_row, cells.max_col, cells.max_row


def put(sheet: Worksheet, area: str, text: str, role: str) -> None:
    """``area`` を一つのセルとして、``role`` のスタイルで書く。

    Every cell of a merged area gets the style, and its outer edges only: programs
    differ in which cell of the area they take a border or the lock from.
    """
    left, top, right, bottom = _corners(area)
    if (left, top) != (right, bottom):
        sheet.merge_cells(area)
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            cell: Any = sheet.cell(row, column)
            cell.style = role
            edge = cell.border
            cell.border = Border(
                left=edge.left if column == left else Side(),
                right=edge.right if column == right else Side(),
                top=edge.top if row == top else Side(),
                bottom=edge.bottom if row == bottom else Side(),
            )
    first: Any = sheet.cell(top, left)
    if text:
        first.value = text


def frame(sheet: Worksheet, area: str) -> None:
    """``area`` の外回りだけを太い罫線にする。"""
    left, top, right, bottom = _corners(area)
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            if row in (top, bottom) or column in (left, right):
                cell: Any = sheet.cell(row, column)
                edge = cell.border
                cell.border = Border(
                    left=MEDIUM if column == left else edge.left,
                    right=MEDIUM if column == right else edge.right,
                    top=MEDIUM if row == top else edge.top,
                    bottom=MEDIUM if row == bottom else edge.bottom,
                )
