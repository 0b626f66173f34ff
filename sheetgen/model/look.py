"""様式のシートの見た目。紙の上のどこに、どんな枠と文字があるか。

長さは pt、行と列は 1 から、色は16進の六桁。結合セルは一つと数える。Excel の印刷と同じページを
描くのに要るもの。
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

    ``horizontal`` は ``left``、``center``、``right``、``general``（数は右、ことばは左）。
    ``vertical`` は ``top``、``center``、``bottom``。
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

    ``columns`` は、印刷範囲の見える列のすべて。
    """

    paper_width: float
    paper_height: float
    left: float
    top: float
    columns: Mapping[int, float]
    rows: Mapping[int, float]
    cells: tuple[CellLook, ...]
