"""Excel の行の高さの限りを超える文を、いくつかの行に分ける。

行の高さは 409.5 pt までで、それより長い文は見えず、印刷もされない。分けるのは、
「（続き）」と書く列を決めた表だけ。ほかの表では、一行が一件の記録である。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest

from sheetgen.model.difference import Runs
from sheetgen.model.tables import Compared, Table, TableBook, TableCell
from sheetgen.pipeline.table_heights import MOST_LINES, lines_of

CONTINUED = "（続き）"
_LEAST_FILLED = 2 / 3
"""段落や文の切れ目で分けるために、これより短い行にはしない。"""


def split_tall_rows(book: TableBook) -> TableBook:
    """高さの限りを超える行を分けた本。超える行がなければ、同じ本。"""
    return replace(book, tables=tuple(_split_table(table) for table in book.tables))


def _split_table(table: Table) -> Table:
    if table.continued is None:
        return table
    rows = tuple(part for row in table.rows for part in _split_row(row, table, table.continued))
    return replace(table, rows=rows)


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
