"""機械で読む表を、飾りのないブックとして書く。一枚のシートに一つの表。

No merged cell, no colour, no filter, no hidden row: the heading stands in row 1 and the
data begin in row 2.  Same tables, same bytes.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from sheetgen.model.opendata import DataSet, DataTable, DataType
from sheetgen.xlsx.new_book import new_book

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_WIDTHS = {DataType.TEXT: 24, DataType.CODE: 14}
_NARROW = 10


def write_data_book(dataset: DataSet, target: IO[bytes]) -> None:
    """一式を ``target`` に書く。"""
    with new_book(target, dataset.title, dataset.publisher) as book:
        for table in dataset.tables:
            _write(book.add_worksheet(table.title), table)


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
