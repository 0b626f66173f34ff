"""紙の上の寸法。文字の割り付け (:mod:`sheetgen.typeset`) が受け取り、返す値。

長さはすべて pt（1 pt は 72 分の 1 インチ）。行は Excel と同じく 1 から数える。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Box:
    """文字の入る一つのセル（結合セルは全体で一つ）。

    ``min_lines`` は、これから記入するセルに取っておく行数。
    """

    key: str
    first_row: int
    last_row: int
    width: float
    size: float
    text: str
    wrap: bool = True
    min_lines: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """行の高さの元の値と、1ページに使える高さ。

    ``row_heights`` は、印刷範囲の見える行のすべて。``roomy_rows`` は開いた記入欄のある行で、
    余った高さを多く受け取る。
    """

    row_heights: Mapping[int, float]
    available: float
    roomy_rows: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Fitted:
    """割り付けの結果。

    ``sizes`` は、字の大きさがテンプレートと違うセルだけ。``capacity`` は、
    決まった大きさと高さで入る全角の字数（セルごと）。``overflow`` は、
    いちばん小さい字でも入りきらないセル。なければ空。
    """

    row_heights: Mapping[int, float]
    sizes: Mapping[str, float]
    capacity: Mapping[str, int]
    overflow: tuple[str, ...] = ()
