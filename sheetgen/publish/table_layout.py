"""表の本の、行の高さと、高すぎる行の分け方。

行の高さは 409.5 pt までで、それより長い文は見えず、印刷もされない。分けるのは、
「（続き）」と書く列を決めた表だけ。ほかの表では、一行が一件の記録である。
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import zip_longest

from sheetgen.form.fit import STEP, TALLEST_ROW, height_for, lines_in
from sheetgen.form.wrap import line_capacity, wrap_text
from sheetgen.publish.comparison.difference import Runs
from sheetgen.xlsx.report_book import SIZE
from sheetgen.xlsx.tables import Compared, Shown, Table, TableBook, TableCell
from sheetgen.xlsx.template import PIXEL

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


CONTINUED = "（続き）"
_LEAST_FILLED = 2 / 3
"""段落や文の切れ目で分けるために、これより短い行にはしない。"""


def split_tall_rows(book: TableBook) -> TableBook:
    """高さの限りを超える行を分けた本。超える行がなければ、同じ本。"""
    return book._replace(tables=tuple(_split_table(table) for table in book.tables))


def _split_table(table: Table) -> Table:
    if table.continued is None:
        return table
    rows = tuple(part for row in table.rows for part in _split_row(row, table, table.continued))
    return table._replace(rows=rows)


def _split_row(
    row: tuple[TableCell, ...], table: Table, label: int
) -> Iterator[tuple[TableCell, ...]]:
    head, rest = row[: label + 1], row[label + 1 :]
    widths = [column.width for column in table.columns[label + 1 :]]
    parts = [_split_cell(cell, width) for cell, width in zip(rest, widths, strict=True)]
    for number, cells in enumerate(zip_longest(*parts)):
        name = head[-1] if number == 0 else f"{head[-1]}{CONTINUED}"
        yield (*head[:-1], name, *cells)


def _split_cell(cell: TableCell, width: float) -> list[TableCell]:
    """セルの文を、一行に収まる分ずつに分ける。印の付いた文だけを分ける。"""
    if not isinstance(cell, Compared):
        return [cell]
    lines = lines_of("".join(text for text, _ in cell.runs), width)
    if len(lines) <= MOST_LINES:
        return [cell]
    parts: list[TableCell] = []
    start = first = 0
    while first < len(lines):
        last = _end(lines, first)
        end = start + sum(len(line) for line in lines[first:last])
        # 分け目の改行は、次の行に移ることで済んでいる。
        shown = end - lines[last - 1].endswith("\n")
        parts.append(Compared(_cut(cell.runs, start, shown)))
        start, first = end, last
    return parts


def _end(lines: list[str], first: int) -> int:
    """``first`` から始めて、どこまでを一つにするか。"""
    last = min(len(lines), first + MOST_LINES)
    if last == len(lines):
        return last
    for end in range(last, first + int(MOST_LINES * _LEAST_FILLED), -1):
        if lines[end - 1].endswith(("\n", "。")):
            return end
    return last


def _cut(runs: Runs, start: int, end: int) -> Runs:
    """``start`` 字目から ``end`` 字目の前までの、印の付いた文。"""
    out = []
    at = 0
    for text, changed in runs:
        part = text[max(0, start - at) : max(0, end - at)]
        if part:
            out.append((part, changed))
        at += len(text)
    return tuple(out)
