"""基本方針と推進項目を、二つの計画で組む。名や番号が変わっても、中の実施項目で分かる。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sheetgen.plan.plan import Measure, Plan


class _Group(NamedTuple):
    """組むのに要ること。``items`` は実施項目のID。"""

    number: int
    name: str
    items: frozenset[str]


def matched_policies(old: Plan, new: Plan) -> dict[int, int]:
    """改正後の基本方針の番号から、改正前の番号へ。"""
    before, after = (
        [_Group(one.number, one.name, _items(one.measures)) for one in plan.policies]
        for plan in (old, new)
    )
    return _matched(before, after)


def matched_measures(old: Plan, new: Plan) -> dict[int, int]:
    """改正後の推進項目の番号から、改正前の番号へ。"""
    before, after = (
        [_Group(one.number, one.name, _items((one,))) for _, one in plan.measures()]
        for plan in (old, new)
    )
    return _matched(before, after)


def _items(measures: Iterable[Measure]) -> frozenset[str]:
    return frozenset(item.id for measure in measures for item in measure.items)


def _matched(old: Sequence[_Group], new: Sequence[_Group]) -> dict[int, int]:
    """同じ名、同じ実施項目の多い順、同じ番号の順に組む。

    番号だけで組むのは、どちらにも、見分ける手掛かりの実施項目がないときだけ。
    """
    tries = [
        *((0, a.number, b.number) for a in new for b in old if a.name == b.name),
        *sorted(
            (-len(a.items & b.items), a.number, b.number)
            for a in new
            for b in old
            if a.items & b.items
        ),
        *(
            (0, a.number, b.number)
            for a in new
            for b in old
            if a.number == b.number and not (a.items or b.items)
        ),
    ]
    found: dict[int, int] = {}
    for _, number, known in tries:
        if number not in found and known not in found.values():
            found[number] = known
    return found
