"""機械で読む表を、飾りのないブックとして書く。一枚のシートに一つの表。

No merged cell, no colour, no filter, no hidden row: the heading stands in row 1 and the
data begin in row 2.  Same tables, same bytes.
"""

from __future__ import annotations

from datetime import datetime
from typing import IO, TYPE_CHECKING

from sheetgen.model.opendata import DataSet, DataTable, DataType

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

# 作った日時は書かない（書式の求める最も古い日とする）。
_NO_DATE = datetime(1980, 1, 1)
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_WIDTHS = {DataType.TEXT: 24, DataType.CODE: 14}
_NARROW = 10


def write_data_book(dataset: DataSet, target: IO[bytes]) -> None:
    """一式を ``target`` に書く。"""
    from xlsxwriter import Workbook

    book = Workbook(target, _OPTIONS)
    properties = {"title": dataset.title, "author": dataset.publisher, "created": _NO_DATE}
    book.set_properties(properties)
    for table in dataset.tables:
        _write(book.add_worksheet(table.title), table)
    book.close()


def _write(sheet: Worksheet, table: DataTable) -> None:
    for number, column in enumerate(table.columns):
        sheet.set_column(number, number, _WIDTHS.get(column.type, _NARROW))
        sheet.write_string(0, number, column.title)
    for row, data in enumerate(table.rows, start=1):
        for number, datum in enumerate(data):
            if isinstance(datum, str):
                sheet.write_string(row, number, datum)
            elif datum is not None:
                sheet.write_number(row, number, datum)
    sheet.freeze_panes(1, 0)
