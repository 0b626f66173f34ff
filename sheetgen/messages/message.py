"""一つのコードの文面の形。"""

from __future__ import annotations

from sheetgen.frozen import frozen
from sheetgen.problems import Level


@frozen
class Message:
    """一つのコードの重さと文面。``{name}`` は ``Problem.facts`` の値で埋まる。"""

    level: Level
    cause: str
    remedy: str


E_ = Level.ERROR
C_ = Level.CONFIRM
N_ = Level.NOTE
