"""表の本の、各行の高さを決める。"""

from __future__ import annotations

from functools import lru_cache

from sheetgen.model.tables import Compared, Shown, Table, TableBook, TableCell
from sheetgen.typeset import height_for, line_capacity, wrap_text
from sheetgen.typeset.heights import STEP, TALLEST_ROW, lines_in
from sheetgen.xlsx.metrics import PIXEL
from sheetgen.xlsx.report_book import SIZE

ROW_HEIGHT = 16.5  # pt。一行の文字の行
_DIGIT = 7  # 画素。標準の文字（10 pt）の数字の幅
_PADDING = 5  # 画素

MOST_LINES = lines_in(TALLEST_ROW * STEP, SIZE)
"""Excel の一行の高さに入る、文字の行数。"""


def table_heights(book: TableBook) -> dict[str, tuple[float, ...]]:
    """表の名から、行（合計を含む）の高さ（pt）へ。"""
    return {table.name: tuple(_heights(table)) for table in book.tables}


def _heights(table: Table) -> list[float]:
    columns = [column.width for column in table.columns]
    rows = [*table.rows, table.total] if table.total else table.rows
    return [
        max(_height(_text(cell), width) for cell, width in zip(row, columns, strict=True))
        for row in rows
    ]


def _text(cell: TableCell) -> str:
    if isinstance(cell, Shown):
        cell = cell.value
    if isinstance(cell, Compared):
        return "".join(text for text, _ in cell.runs)
    return cell if isinstance(cell, str) else ""


@lru_cache(maxsize=4096)
def _height(text: str, width: float) -> float:
    """幅 ``width`` の列で、この文字の要る高さ。"""
    if len(text) * 2 < width * 0.9 and "\n" not in text:
        return ROW_HEIGHT
    return max(ROW_HEIGHT, height_for(text, _points(width), SIZE))


def lines_of(text: str, width: float) -> list[str]:
    """幅 ``width`` の列で折り返した行。つなぐと元の文になる（改行は行の終わりに残る）。"""
    capacity = line_capacity(_points(width), SIZE)
    return [
        line for part in text.splitlines(keepends=True) or [""] for line in _lines(part, capacity)
    ]


def _lines(paragraph: str, capacity: int) -> list[str]:
    bare = paragraph.rstrip("\r\n")
    *lines, last = wrap_text(bare, capacity)
    return [*lines, last + paragraph[len(bare) :]]


def _points(width: float) -> float:
    return (width * _DIGIT + _PADDING) * PIXEL
