"""行（または列）が足されたり消されたりしたシートで、もとの行が今どこにあるか。

行を挿し込んでも消しても、残りの順は変わらない。そこで、前の行と今の行を、
二つの文のように並べて比べる。確かな行とは、いちばんよい並べ方のどれでも同じ所に来る行。
確かな二行の間の行も、間の行数が前と同じなら確かである。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Scores = Mapping[tuple[int, int], float]
"""もとの番号と今の番号の組ごとの、同じ中身の重さ。"""

_SLIGHT = 1e-9


@dataclass(frozen=True, slots=True)
class Position:
    """もとの行の、今の場所。

    ``first`` から ``last`` までが、ありうる所。``likely`` は初めに見る所（None なら、なくなった）。
    """

    likely: int | None
    first: int
    last: int
    certain: bool


class AxisMap:
    """もとの行（列）から今の行（列）へ。``certain`` は動かない対応。"""

    def __init__(self, certain: Mapping[int, int], end: int) -> None:
        self.certain = dict(certain)
        self._old = sorted(certain)
        self._end = end

    @property
    def is_identity(self) -> bool:
        """どの行も、もとの番号のままか。"""
        return all(old == new for old, new in self.certain.items())

    def find(self, old: int) -> Position:
        """もとの番号の、今の場所。"""
        new = self.certain.get(old)
        if new is not None:
            return Position(new, new, new, True)
        before = max((one for one in self._old if one < old), default=None)
        after = min((one for one in self._old if one > old), default=None)
        low = self.certain[before] + 1 if before is not None else 1
        high = self.certain[after] - 1 if after is not None else max(self._end, old, low)
        steps = old - (before or 0)
        likely = low + steps - 1
        if after is None:
            return Position(likely, low, max(high, likely), False)
        room = high - low + 1
        lines = after - (before or 0) - 1
        if room == lines:
            return Position(likely, likely, likely, True)
        if room < lines:
            # 消された行がある。どれが残ったかは、ここからは分からない。
            return Position(None, low, high, False)
        return Position(min(likely, high), low, high, False)


def align(old: Sequence[int], new: Sequence[int], scores: Scores) -> dict[int, int]:
    """``old`` のうち、``new`` のどれに当たるかが一つに決まるもの。どちらも小さい順。"""
    before = _best(old, new, scores)
    after = _best_from_the_end(old, new, scores)
    best = before[len(old)][len(new)]
    found: dict[int, int] = {}
    for i, one in enumerate(old):
        places = [
            other
            for j, other in enumerate(new)
            if (one, other) in scores
            and before[i][j] + scores[one, other] + after[i + 1][j + 1] >= best - _SLIGHT
        ]
        left_out = any(
            before[i][j] + after[i + 1][j] >= best - _SLIGHT for j in range(len(new) + 1)
        )
        if len(places) == 1 and not left_out:
            found[one] = places[0]
    return found


def _best(old: Sequence[int], new: Sequence[int], scores: Scores) -> list[list[float]]:
    """始めの ``i`` 行と ``j`` 行をそろえたときの、重さの和の最大。"""
    table = [[0.0] * (len(new) + 1)]
    for one in old:
        above = table[-1]
        line = [0.0]
        for j, other in enumerate(new):
            score = scores.get((one, other))
            value = max(above[j + 1], line[j])
            line.append(value if score is None else max(value, above[j] + score))
        table.append(line)
    return table


def _best_from_the_end(old: Sequence[int], new: Sequence[int], scores: Scores) -> list[list[float]]:
    """``i`` 行目からと ``j`` 行目からをそろえたときの、重さの和の最大。"""
    turned = {(-one, -other): score for (one, other), score in scores.items()}
    table = _best([-one for one in reversed(old)], [-one for one in reversed(new)], turned)
    return [list(reversed(line)) for line in reversed(table)]
