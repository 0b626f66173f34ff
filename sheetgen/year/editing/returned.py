"""戻ってきた編集ブックの中身：どの表の、どの行の、どの欄のセルに何が入っているか。"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sheetgen.problems import Problem
from sheetgen.reading.book import RawCell
from sheetgen.records.edits import EditBook, EditTable


class BookCell(NamedTuple):
    """見つけた一つの欄。``ref`` は戻ったブックでの番地。``cell`` が None なら、空のセル。"""

    path: str
    sheet: str
    ref: str
    cell: RawCell | None


class BookRow(NamedTuple):
    """表の一行。``key`` が None なら、足された行。``number`` は戻ったブックでの行の番号。

    ``cells`` は、見つかった列のすべて（``row.item.title`` などの道から）。消された列の道はない。
    """

    key: str | None
    sheet: str
    number: int
    cells: Mapping[str, BookCell]


class BookTable(NamedTuple):
    """一枚の表。``rows`` は戻ったブックでの並び。何も書かれていない足された行は入らない。"""

    table: EditTable
    rows: tuple[BookRow, ...]

    @property
    def lost(self) -> tuple[str, ...]:
        """書いたのに、戻らなかった行の目印。"""
        here = {row.key for row in self.rows}
        return tuple(key for key in self.table.keys if key not in here)


class ReturnedBook(NamedTuple):
    """見分けた編集ブック。消されたシートの表は入らない。

    ``cells`` は表の外の欄（``plan.office`` などの道から）。``problems`` は、見分けるときの問題。
    エラーがあれば、何も記録してはならない。
    """

    record: EditBook
    tables: tuple[BookTable, ...]
    cells: Mapping[str, BookCell]
    problems: tuple[Problem, ...]
