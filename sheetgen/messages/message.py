"""一つのコードの文面の形。"""

from __future__ import annotations

from dataclasses import dataclass

from sheetgen.problems import Level


@dataclass(frozen=True, slots=True)
class Message:
    """一つのコードの重さと文面。``{name}`` は ``Problem.facts`` の値で埋まる。"""

    level: Level
    cause: str
    remedy: str


E_ = Level.ERROR
C_ = Level.CONFIRM
N_ = Level.NOTE
