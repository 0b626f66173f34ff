"""様式のシートの見た目。紙の上のどこに、どんな枠と文字があるか。

Lengths are points, rows and columns 1-based, colours six hex digits.  A merged area
counts as one cell.  This is what a page needs that is drawn like Excel prints it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """罫線。``style`` は ``solid``・``dashed``・``dotted``。"""

    width: float
    style: str
    color: str


@dataclass(frozen=True, slots=True)
class Borders:
    """セルの四辺の罫線。引かない辺は ``None``。"""

    left: Line | None = None
    top: Line | None = None
    right: Line | None = None
    bottom: Line | None = None


@dataclass(frozen=True, slots=True)
class CellLook:
    """一つのセルの見た目。

    ``horizontal`` is ``left``, ``center``, ``right`` or ``general`` (figures to the
    right, words to the left); ``vertical`` is ``top``, ``center`` or ``bottom``.
    """

    ref: str
    first_row: int
    last_row: int
    first_column: int
    last_column: int
    size: float
    bold: bool
    color: str
    fill: str | None
    horizontal: str
    vertical: str
    indent: float
    wrap: bool
    borders: Borders


@dataclass(frozen=True, slots=True)
class SheetLook:
    """一枚のシートの見た目。``left`` と ``top`` は、紙の端から印刷範囲まで。

    ``columns`` has every visible column of the print area.
    """

    paper_width: float
    paper_height: float
    left: float
    top: float
    columns: Mapping[int, float]
    rows: Mapping[int, float]
    cells: tuple[CellLook, ...]
