"""人に渡す表の本：回収結果のブックに書く中身。

Plain tables, ready to be written: nothing here knows of workbooks.  Widths count
half-width characters.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sheetgen.model.filled import Value


class Align(StrEnum):
    """列のそろえ方。文章は折り返す。"""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class Tone(StrEnum):
    """セルの色合い。色だけで伝えることはない：文字も同じことを言う。"""

    PLAIN = "plain"
    DONE = "done"
    DOUBT = "doubt"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Shown:
    """色合いか表示形式の付いた値。"""

    value: Value
    tone: Tone = Tone.PLAIN
    number_format: str | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """一部に印の付いた文。``runs`` は（文字, 変わった所か）の並びで、つなぐと全文になる。"""

    runs: tuple[tuple[str, bool], ...]


TableCell = Value | Shown | Compared


@dataclass(frozen=True, slots=True)
class Column:
    """表の一列。"""

    head: str
    width: float
    align: Align = Align.LEFT


@dataclass(frozen=True, slots=True)
class Table:
    """一枚のシートになる表。``lead`` は表の前の一行、``empty`` は行がないときのことば。

    ``total`` is the row of sums below the rows, or empty; ``frozen`` the number of columns
    that stay in sight; ``continued`` the column that says so when a text too long for one
    row goes on in the next (None: rows are never split).
    """

    name: str
    lead: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[TableCell, ...], ...]
    empty: str
    total: tuple[TableCell, ...] = ()
    frozen: int = 0
    continued: int | None = None


@dataclass(frozen=True, slots=True)
class TableBook:
    """表の本。``title`` は各シートの頭に立つ。"""

    title: str
    creator: str
    tables: tuple[Table, ...]
