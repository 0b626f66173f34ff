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

    def end(self, first: int, last: int) -> int:
        """``first`` から ``last`` までの範囲の、終わりの行き先。

        Where ``last`` is repeated, its last turn, so that all of them fall inside the
        range; never above its beginning, even where nothing is repeated.
        """
        return max([self(first), *self.rows(last)[-1:]])

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

    def turns(self, first: int, last: int) -> list[Turn] | None:
        """両端が同じ繰り返しの中にあるとき、その一回ごとの対応。"""
        block = self.block_of(first)
        if block is None or block != self.block_of(last):
            return None
        return [Turn(self, block, turn) for turn in range(self.counts.get(block[0], 1))]


@dataclass(frozen=True, slots=True)
class Turn:
    """繰り返しの ``number`` 回目（0 から）から見た対応。"""

    shift: Shift
    block: tuple[int, int]
    number: int

    def __call__(self, row: int) -> int:
        """``row`` の行き先。繰り返しの中の行は、この回のもの。"""
        first, last = self.block
        inside = first <= row <= last
        return self.shift(row) + (self.number * (last - first + 1) if inside else 0)

    def end(self, first: int, last: int) -> int:
        """範囲の終わりの行き先。この回の中だけの範囲は、伸びない。"""
        inside = self.block[0] <= first and last <= self.block[1]
        return self(last) if inside else self.shift.end(first, last)
