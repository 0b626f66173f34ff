"""表の本を、テンプレートのない Excel のブックとして書く。

残すものがないので、XlsxWriter で書く。文字は文字のまま。作った日を書かず、
同じ表からは同じバイト列になる。

文字は、どれも文字のまま。型を推し量る書き方は使わず、型を決めた書き方だけを使う。
同じ報告からは同じバイト列になる。
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from math import ceil
from typing import IO, TYPE_CHECKING, Any
from unicodedata import east_asian_width

from sheetgen.plan.text import LARGEST_NUMBER, LONGEST_TEXT
from sheetgen.xlsx.refs import sheet_name
from sheetgen.xlsx.tables import Align, Column, Compared, Shown, Table, TableBook, TableCell, Tone

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet


# 書式の求める最も古い日。
_NO_DATE = datetime(1980, 1, 1)


@contextmanager
def new_book(
    target: IO[bytes], title: str, author: str, created: datetime | None = None, **options: Any
) -> Iterator[Workbook]:
    """``target`` に書くブック。この中で作り、出るときに書き終える。

    ``created`` は、中身の日時（協定世界時）。今の時刻ではない。なければ、書式の求める最も古い日。
    """
    from xlsxwriter import Workbook  # ここで読み込む。このブックを作らない回が多い

    # 途中で止められると、XlsxWriter の ZIP は捨てられるときに自分を閉じようとする。
    # そのとき ``target`` はもう閉じている。
    whole = io.BytesIO()
    book = Workbook(
        whole,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            **options,
        },
    )
    book.set_properties({"title": title, "author": author, "created": created or _NO_DATE})
    yield book
    book.close()
    target.write(whole.getbuffer())


FONT = "BIZ UDゴシック"
SIZE = 10
HEAD_ROWS = 3
"""表の上の行の数：題、説明、見出し。"""
_FILLS = {Tone.DONE: "#E2F0D9", Tone.DOUBT: "#FFCDB8", Tone.WAITING: "#FFF2C6"}
_LABEL_FILL = "#E4EAF4"
_RULE = "#808080"
_CHANGED = {"underline": 1, "font_color": "#C00000"}  # 色がなくても、下線で分かる
_A4 = 9
_MARGIN = 0.4  # インチ
_LEAD_LINE = 15.0  # pt。説明の一行
_FILLED = 0.9  # 折り返した行の終わりに残る余り
_CUT = "…（長いため、ここまで）"
_DEFAULT_FORMAT = {"font_name": FONT, "font_size": SIZE}


def write_report(
    report: TableBook, heights: Mapping[str, Sequence[float]], target: IO[bytes]
) -> None:
    """本を ``target`` に書く。``heights`` は表の名から、各行の高さ（pt）へ。

    高さを渡すのは、開いたときに行の高さを文に合わせないプログラムがあるから。
    """
    # XlsxWriter は渡した書式に書き足すので、毎回新しいものを渡す。
    text = dict(_DEFAULT_FORMAT)
    with new_book(target, report.title, report.creator, default_format_properties=text) as book:
        formats = _Formats(book)
        for table in report.tables:
            sheet = book.add_worksheet(sheet_name(table.name))
            _write_table(sheet, table, report.title, formats, heights[table.name])


class _Formats:
    """使う書式。同じものは一度だけ作る。"""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._known: dict[tuple[Align, Tone, str | None, bool, bool], Format] = {}
        self.title = self._add(bold=True, font_size=14)
        self.lead = self._add(font_color="#404040")
        self.long_lead = self._add(font_color="#404040", text_wrap=True, valign="top")
        self.head = self._add(
            bold=True, text_wrap=True, align="center", valign="vcenter", border=1,
            border_color=_RULE, bg_color=_LABEL_FILL,
        )  # fmt: skip
        self.changed = self._add(**_CHANGED)
        self.kept = self._add()

    def _add(self, **properties: Any) -> Format:
        return self._book.add_format({"font_name": FONT, "font_size": SIZE, **properties})

    def of(
        self,
        align: Align,
        tone: Tone,
        number_format: str | None,
        bold: bool,
        changed: bool = False,
    ) -> Format:
        """表のセルの書式。``changed`` は、全体が変わった文。"""
        key = (align, tone, number_format, bold, changed)
        found = self._known.get(key)
        if found is None:
            wishes: dict[str, Any] = {
                "text_wrap": True, "valign": "top", "border": 1, "border_color": _RULE,
            }  # fmt: skip
            if align is not Align.LEFT:  # 左は指定しない。数は右に、文字は左に寄る
                wishes["align"] = align.value
            if tone in _FILLS:
                wishes["bg_color"] = _FILLS[tone]
            if number_format:
                wishes["num_format"] = number_format
            if changed:
                wishes |= _CHANGED
            if bold:
                wishes |= {"bold": True, "bg_color": _LABEL_FILL}
            found = self._known[key] = self._add(**wishes)
        return found


def _write_table(
    sheet: Worksheet, table: Table, title: str, formats: _Formats, heights: Sequence[float]
) -> None:
    from xlsxwriter.utility import xl_range

    last_column = len(table.columns) - 1
    for number, column in enumerate(table.columns):
        sheet.set_column(number, number, column.width)
    sheet.write_string(0, 0, _writable(title), formats.title)
    _write_lead(sheet, _writable(f"【{table.name}】{table.lead}"), table, formats)
    sheet.set_row(0, 22)
    sheet.set_row(HEAD_ROWS - 1, 30)
    for number, column in enumerate(table.columns):
        sheet.write_string(HEAD_ROWS - 1, number, column.head, formats.head)
    row = HEAD_ROWS - 1
    for (cells, bold), height in zip(_rows(table), heights, strict=True):
        row += 1
        sheet.set_row(row, height)
        for number, (cell, column) in enumerate(zip(cells, table.columns, strict=True)):
            _write_cell(sheet, row, number, cell, column, formats, bold)
    if table.rows:
        sheet.autofilter(HEAD_ROWS - 1, 0, HEAD_ROWS - 1 + len(table.rows), last_column)
    else:
        row += 1
        sheet.write_string(row, 0, table.empty, formats.lead)
    if any(isinstance(cell, Compared) for cells in table.rows for cell in cells):
        # 印を付けた数は文字なので、Excel が三角の印で問うのを止める。
        area = (HEAD_ROWS, 0, HEAD_ROWS - 1 + len(table.rows), last_column)
        sheet.ignore_errors({"number_stored_as_text": xl_range(*area)})
    sheet.freeze_panes(HEAD_ROWS, table.frozen)
    _set_up_page(sheet, row, last_column)


def _write_lead(sheet: Worksheet, lead: str, table: Table, formats: _Formats) -> None:
    """表の説明。一行で表の幅を出るときは、印刷で切れないように、表の幅で折り返す。"""
    width = sum(column.width for column in table.columns) * _FILLED
    lines = ceil(sum(2 if east_asian_width(one) in "WFA" else 1 for one in lead) / width)
    if lines == 1 or len(table.columns) == 1:
        sheet.write_string(1, 0, lead, formats.lead)
        return
    sheet.set_row(1, _LEAD_LINE * lines)
    sheet.merge_range(1, 0, 1, len(table.columns) - 1, "", formats.long_lead)
    sheet.write_string(1, 0, lead, formats.long_lead)  # 型を推し量らせない


def _rows(table: Table) -> Iterator[tuple[tuple[TableCell, ...], bool]]:
    for cells in table.rows:
        yield cells, False
    if table.total:
        yield table.total, True


def _set_up_page(sheet: Worksheet, last_row: int, last_column: int) -> None:
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=_MARGIN, right=_MARGIN, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, HEAD_ROWS - 1)
    sheet.print_area(0, 0, last_row, last_column)
    sheet.set_footer(f'&C&"{FONT}"&9&A　&P / &N')


def _write_cell(
    sheet: Worksheet,
    row: int,
    number: int,
    cell: TableCell,
    column: Column,
    formats: _Formats,
    bold: bool,
) -> None:
    if isinstance(cell, Compared):
        whole = bool(cell.runs) and all(changed for _, changed in cell.runs)
        chosen = formats.of(column.align, Tone.PLAIN, None, bold, whole)
        _write_compared(sheet, row, number, cell, chosen, formats)
        return
    if isinstance(cell, Shown):
        value = cell.value
        chosen = formats.of(column.align, cell.tone, cell.number_format, bold)
    else:
        value = cell
        chosen = formats.of(column.align, Tone.PLAIN, None, bold)
    if value is None or value == "":
        sheet.write_blank(row, number, None, chosen)
    elif isinstance(value, str):
        sheet.write_string(row, number, _writable(value), chosen)
    elif abs(value) < LARGEST_NUMBER:
        sheet.write_number(row, number, value, chosen)
    else:  # 無限大や、Excel が端数を落とす大きな数。書かれていたとおりに見せる
        sheet.write_string(row, number, str(value), chosen)


def _write_compared(
    sheet: Worksheet, row: int, number: int, cell: Compared, chosen: Format, formats: _Formats
) -> None:
    """違う所に下線を引いた文。"""
    text = "".join(run for run, _ in cell.runs)
    if not text:
        sheet.write_blank(row, number, None, chosen)
        return
    if len(cell.runs) == 1 or _writable(text) != text:
        sheet.write_string(row, number, _writable(text), chosen)
        return
    pieces: list[Any] = []
    for run, changed in cell.runs:
        pieces += [formats.changed if changed else formats.kept, run]
    sheet.write_rich_string(row, number, *pieces, chosen)


def _writable(text: str) -> str:
    """セルに入れられる文字にする。改行をそろえ、対のない代用符号を置き換え、長さを切る。"""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    encoded = text.encode("utf-16-le", "surrogatepass") if _is_odd(text) else b""
    if encoded:
        if len(encoded) > 2 * LONGEST_TEXT:
            encoded = encoded[: 2 * (LONGEST_TEXT - len(_CUT))]
            return encoded.decode("utf-16-le", "ignore") + _CUT
        return encoded.decode("utf-16-le", "replace")
    return text


def _is_odd(text: str) -> bool:
    """長すぎるかもしれないか、UTF-8 で書けない文字を含むか。"""
    if len(text) > LONGEST_TEXT // 2:
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
