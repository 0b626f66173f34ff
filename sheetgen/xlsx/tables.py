"""人に渡す表の本：回収結果のブックに書く中身。

書くばかりにした表。ここには、ブックのことはない。幅は半角の字数。
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from sheetgen.plan.value import Value


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


class Shown(NamedTuple):
    """色合いか表示形式の付いた値。"""

    value: Value
    tone: Tone = Tone.PLAIN
    number_format: str | None = None


class Compared(NamedTuple):
    """一部に印の付いた文。``runs`` は（文字, 変わった所か）の並びで、つなぐと全文になる。"""

    runs: tuple[tuple[str, bool], ...]


TableCell = Value | Shown | Compared


class Column(NamedTuple):
    """表の一列。"""

    head: str
    width: float
    align: Align = Align.LEFT


class Table(NamedTuple):
    """一枚のシートになる表。``lead`` は表の前の一行、``empty`` は行がないときのことば。

    ``total`` は行の下の合計の行（なければ空）。``frozen`` は、横に送っても残る列の数。
    ``continued`` は、長すぎる文を次の行に続けたときに、続きと書く列（None なら、行を分けない）。
    """

    name: str
    lead: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[TableCell, ...], ...]
    empty: str
    total: tuple[TableCell, ...] = ()
    frozen: int = 0
    continued: int | None = None


class TableBook(NamedTuple):
    """表の本。``title`` は各シートの頭に立つ。"""

    title: str
    creator: str
    tables: tuple[Table, ...]
