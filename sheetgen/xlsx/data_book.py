"""機械で読む表と、それを飾りのないブックとして書くこと。

結合セル、色、フィルター、隠した行を使わない。見出しは1行目、データは2行目から。
同じ表からは同じバイト列になる。
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import IO, TYPE_CHECKING

from sheetgen.xlsx.refs import sheet_name
from sheetgen.xlsx.report_book import new_book

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet


Datum = str | int | float | None


class DataType(StrEnum):
    """列の型。値はデータ項目定義書に書くことば。"""

    TEXT = "文字列"
    CODE = "コード"
    INTEGER = "整数"
    NUMBER = "数値"
    YEAR = "年度"

    @property
    def english(self) -> str:
        """Table Schema の型の名。"""
        return _ENGLISH.get(self, "string")


_ENGLISH = {DataType.INTEGER: "integer", DataType.NUMBER: "number", DataType.YEAR: "year"}


@dataclass(frozen=True, slots=True)
class DataColumn:
    """一列。``name`` は英数字の名、``title`` は見出しに出る名。

    ``unit`` は、数の列の単位か、単位を書いた列の名。``codes`` は、この列の符号を説明するコード表。
    ``printed`` は、計画に印刷された文字（機種依存文字だけを置き換えたもの）か。
    """

    name: str
    title: str
    type: DataType
    note: str
    unit: str = ""
    codes: str = ""
    printed: bool = False


@dataclass(frozen=True, slots=True)
class DataJoin:
    """この表の列 ``columns`` の値は、表 ``table`` の列 ``refers`` にある。"""

    columns: tuple[str, ...]
    table: str
    refers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DataTable:
    """一つの表。``name`` はファイルの名、``title`` はシートの名になる。

    ``key`` は、行を一つに決める列の名。``joins`` は、ほかの表との結び付き。
    """

    name: str
    title: str
    note: str
    columns: tuple[DataColumn, ...]
    rows: tuple[tuple[Datum, ...], ...]
    key: tuple[str, ...] = ()
    joins: tuple[DataJoin, ...] = ()


@dataclass(frozen=True, slots=True)
class DataSet:
    """オープンデータの一式。

    ``unusual`` は、置き換えられずに残った機種依存文字。``modified`` は最終更新日（``2024-08-01``、
    月までしか分からなければ ``2024-03``）、``changed`` はその日時（協定世界時）。``left_out`` は、
    計画にない年度なので載せなかった値のある実施項目と年度。
    """

    title: str
    publisher: str
    tables: tuple[DataTable, ...]
    unusual: str = ""
    modified: str | None = None
    changed: datetime | None = None
    left_out: tuple[tuple[str, int], ...] = ()

    def table(self, name: str) -> DataTable:
        """その名の表。なければ :class:`KeyError`。"""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)


_WIDTHS = {DataType.TEXT: 24, DataType.CODE: 14}
_NARROW = 10


def write_data_book(dataset: DataSet, target: IO[bytes]) -> None:
    """一式を ``target`` に書く。"""
    with new_book(target, dataset.title, dataset.publisher, created=dataset.changed) as book:
        for table in dataset.tables:
            _write(book.add_worksheet(sheet_name(table.title)), table)


def _write(sheet: Worksheet, table: DataTable) -> None:
    for number, column in enumerate(table.columns):
        # 全角の字は二つ分の幅を取る。見出しが隣に隠れないようにする。
        width = max(_WIDTHS.get(column.type, _NARROW), 2 * len(column.title) + 1)
        sheet.set_column(number, number, width)
        sheet.write_string(0, number, column.title)
    for row, data in enumerate(table.rows, start=1):
        for number, datum in enumerate(data):
            if isinstance(datum, str):
                sheet.write_string(row, number, datum)
            elif datum is not None:
                sheet.write_number(row, number, datum)
    sheet.freeze_panes(1, 0)
