"""行の繰り返しで、下の行がどこへ移るか。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shift:
    """テンプレートの行から、書き出す行への対応。行は 1 から数える。"""

    blocks: tuple[tuple[int, int], ...]
    counts: Mapping[int, int]

    def __call__(self, row: int) -> int:
        """``row`` の（繰り返しの中なら最初の回の）行き先。"""
        moved = row
        for first, last in self.blocks:
            if row > last:
                moved += (self.counts.get(first, 1) - 1) * (last - first + 1)
        return moved

    def block_of(self, row: int) -> tuple[int, int] | None:
        """この行を含む繰り返し。"""
        return next((block for block in self.blocks if block[0] <= row <= block[1]), None)

    def rows(self, row: int) -> list[int]:
        """``row`` が立つ行のすべて（回の順）。"""
        block = self.block_of(row)
        if block is None:
            return [self(row)]
        height = block[1] - block[0] + 1
        return [self(row) + height * turn for turn in range(self.counts.get(block[0], 1))]
