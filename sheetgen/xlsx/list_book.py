"""実施項目を書いてもらう一覧のブックを作る。

選択肢は別のシートに置く。入力規則の中に書くと、255 字までしか入らない。選択肢は勧めるだけで、
強いない。主管課は二つのこともある。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from sheetgen.plan.round import FieldKind
from sheetgen.plan.value import Value
from sheetgen.xlsx.refs import column_letters
from sheetgen.xlsx.report_book import new_book

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet


@dataclass(frozen=True, slots=True)
class ListColumn:
    """一覧の一列。``key`` は計画のデータでの名、``title`` は見出し。

    ``year`` は、ある年度のための列なら、その西暦の年度。``options`` は、一覧から選ぶ列の
    選べる値。
    """

    key: str
    title: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    note: str = ""
    year: int | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListGuide:
    """記入する一覧のブックに書くこと。``choices`` は名から、選べることばへ。

    ``sheet`` は一覧のシートの名。``rows`` は、初めから書いておく行。欄の名から値へ。
    """

    title: str
    sheet: str
    creator: str
    columns: tuple[ListColumn, ...]
    choices: Mapping[str, tuple[str, ...]]
    lines: tuple[str, ...]
    rows: tuple[Mapping[str, Value], ...] = ()


GUIDE_SHEET = "書き方"
CHOICE_SHEET = "選択肢"
BLANK_ROWS = 200
"""枠と選択肢を用意する行の数。これより下にも書ける。"""
_FONT = {"font_name": "BIZ UDゴシック", "font_size": 10}
_HEAD = {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1}
_REQUIRED, _OPTIONAL = "#FFF2C6", "#E4EAF4"
_A4 = 9
_PROMPT = 255
_WIDE, _MIDDLE, _NARROW = 36, 18, 11


def write_list_book(guide: ListGuide, target: IO[bytes]) -> None:
    """一覧を ``target`` に書く。"""
    with new_book(target, guide.title, guide.creator) as book:
        items = book.add_worksheet(guide.sheet)
        words = book.add_worksheet(GUIDE_SHEET)
        choices = book.add_worksheet(CHOICE_SHEET)
        ranges = _write_choices(choices, guide)
        _write_items(book, items, guide, ranges)
        _write_guide(book, words, guide)


def _write_choices(sheet: Worksheet, guide: ListGuide) -> dict[str, str]:
    """選択肢を列ごとに並べ、欄の名からその範囲へを返す。"""
    titles = {column.key: column.title for column in guide.columns}
    ranges = {}
    for at, (key, words) in enumerate(guide.choices.items()):
        sheet.set_column(at, at, _WIDE)
        sheet.write_string(0, at, f"{titles[key]}の選択肢")
        for row, word in enumerate(words, start=1):
            sheet.write_string(row, at, word)
        letter = column_letters(at + 1)
        if words:
            ranges[key] = f"={CHOICE_SHEET}!${letter}$2:${letter}${len(words) + 1}"
    return ranges


def _write_items(
    book: Workbook, sheet: Worksheet, guide: ListGuide, ranges: dict[str, str]
) -> None:
    body = book.add_format({**_FONT, "text_wrap": True, "valign": "top", "border": 1})
    number = book.add_format({**_FONT, "valign": "top", "border": 1, "num_format": "General"})
    heads = {
        required: book.add_format({**_FONT, **_HEAD, "bg_color": colour})
        for required, colour in ((True, _REQUIRED), (False, _OPTIONAL))
    }
    for at, column in enumerate(guide.columns):
        sheet.set_column(at, at, _width(column))
        sheet.write_string(0, at, column.title, heads[column.required])
        form = body if column.kind is FieldKind.TEXT else number
        for row in range(1, BLANK_ROWS + 1):
            value = guide.rows[row - 1].get(column.key) if row <= len(guide.rows) else None
            _write(sheet, row, at, value, form)
        sheet.data_validation(1, at, BLANK_ROWS, at, _validation(column, ranges))
    sheet.set_row(0, 40)
    sheet.freeze_panes(1, 3)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.repeat_rows(0)
    sheet.set_footer("&C&A　&P / &N")


def _write(sheet: Worksheet, row: int, column: int, value: Value, form: Format) -> None:
    """一つのセル。文字は、``=`` で始まっても文字のまま書く。"""
    if value is None or value == "":
        sheet.write_blank(row, column, None, form)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, form)
    else:
        sheet.write_number(row, column, value, form)


def _validation(column: ListColumn, ranges: dict[str, str]) -> dict[str, Any]:
    """案内と、選べることば。書いたものを退けることはしない。"""
    note = ("必ず書く。" if column.required else "") + column.note
    wishes: dict[str, Any] = {
        "input_title": column.title[:32],
        "input_message": note[:_PROMPT],
        "show_error": False,
        "ignore_blank": True,
        "validate": "any",
    }
    if column.key in ranges:
        wishes |= {"validate": "list", "source": ranges[column.key]}
    return wishes


def _width(column: ListColumn) -> int:
    if column.kind is not FieldKind.TEXT:
        return _NARROW
    wide = column.year or column.key in ("improvement", "current_state", "vision", "title")
    return _WIDE if wide else _MIDDLE


def _write_guide(book: Workbook, sheet: Worksheet, guide: ListGuide) -> None:
    plain = book.add_format(_FONT)
    title = book.add_format({**_FONT, "bold": True, "font_size": 14})
    head = book.add_format({**_FONT, **_HEAD, "bg_color": _OPTIONAL})
    cell = book.add_format({**_FONT, "text_wrap": True, "valign": "top", "border": 1})
    sheet.set_column(0, 0, _WIDE)
    sheet.set_column(1, 1, _NARROW)
    sheet.set_column(2, 2, 2 * _WIDE)
    sheet.set_default_row(18)
    sheet.write_string(0, 0, f"{guide.title}の書き方", title)
    row = 1
    for row, line in enumerate(guide.lines, start=2):
        sheet.write_string(row, 0, line, plain)
    row += 2
    for at, words in enumerate(("見出し", "必ず書く", "書くこと")):
        sheet.write_string(row, at, words, head)
    for column in guide.columns:
        row += 1
        sheet.write_string(row, 0, column.title, cell)
        sheet.write_string(row, 1, "○" if column.required else "", cell)
        sheet.write_string(row, 2, column.note, cell)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
