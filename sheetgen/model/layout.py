"""紙の上の寸法。文字の割り付け (:mod:`sheetgen.typeset`) が受け取り、返す値。

All lengths are points (1 pt = 1/72 inch).  Rows are 1-based, as in Excel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Box:
    """文字の入る一つのセル（結合セルは全体で一つ）。

    ``min_lines`` is the room asked for in a cell that is still to be filled in.
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

    ``row_heights`` has every visible row of the print area.  ``roomy_rows`` are
    rows with open inputs, which get the larger share of what is left over.
    """

    row_heights: Mapping[int, float]
    available: float
    roomy_rows: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Fitted:
    """割り付けの結果。

    ``sizes`` has only the boxes whose font size differs from the template's.
    ``capacity`` is, for each box, the number of full-width characters it holds
    at its final size and height.  ``overflow`` names boxes whose text does not
    fit even at the smallest size; it is empty when all is well.
    """

    row_heights: Mapping[int, float]
    sizes: Mapping[str, float]
    capacity: Mapping[str, int]
    overflow: tuple[str, ...] = ()
