"""様式の年度の行を、計画の年数に合わせる。

年度を上から下へ並べたテンプレートなら、終わりから二つ目の年度の行を写して足し（または間の年度の
行を除き）、どの年数の計画にも使える。終わりの年度の行は、全期間総合評価のように、ほかの年度と
違ってよいので、いつも終わりに残す。年度を横に並べたテンプレートなど、行を足せないものは、
そのまま返す。足りない欄は、テンプレートの点検が言う。
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from sheetgen.xlsx.package import Package
from sheetgen.xlsx.references import Shift
from sheetgen.xlsx.refs import split_ref
from sheetgen.xlsx.row_copies import sheet_texts, with_rows
from sheetgen.xlsx.sheet_cells import merged_areas

_YEAR = re.compile(r"\byears\[(\d+)\]")
_LEAST = 2
"""行を写すもとの年度と、終わりの年度。"""


# 一つの計画には一つの年数しかないが、過ぎた年度の計画の年数は違うことがある。
@lru_cache(maxsize=8)
def with_years(package: Package, count: int) -> Package:
    """年度の行を ``count`` 年分にしたテンプレート。合わせられなければ、もとのまま。"""
    try:
        return next(_fitted(package, count), package)
    except (ValueError, LookupError):  # 番地や範囲の壊れたテンプレート。わけは、読む所が言う
        return package


def _fitted(package: Package, count: int) -> Iterator[Package]:
    """年度の行のある、初めのシートを合わせたテンプレート。"""
    for sheet in package.sheet_parts():
        rows = _year_rows(package, sheet)
        have = max(rows, default=-1) + 1
        if have == 0:
            continue
        if have != count and min(have, count) >= _LEAST and _apart(rows, have):
            yield with_rows(package, sheet, _shift(rows, have, count), _NewYears(have, count))
        return


def _year_rows(package: Package, sheet: str) -> dict[int, set[int]]:
    """年度の番号から、その年度だけのことが書いてある行へ。結合した行も入る。"""
    merged = merged_areas(package.tree(package.sheet_parts()[sheet])[1])
    found: dict[int, set[int]] = {}
    for ref, text in sheet_texts(package, sheet):
        years = {int(one) for one in _YEAR.findall(text)}
        if len(years) == 1:
            row, column = split_ref(ref)
            last = merged.get((row, column), (row, column))[0]
            found.setdefault(years.pop(), set()).update(range(row, last + 1))
    return found


def _apart(rows: dict[int, set[int]], have: int) -> bool:
    """どの年度にも行があり、重ならないか。"""
    everything = [row for one in rows.values() for row in one]
    return len(rows) == have and len(everything) == len(set(everything))


def _runs(rows: set[int]) -> list[tuple[int, int]]:
    """続いた行ごとの、最初と最後。"""
    ordered = sorted(rows)
    breaks = [0, *(at for at, (one, two) in enumerate(pairwise(ordered), 1) if two > one + 1)]
    return [
        (ordered[start], ordered[end - 1])
        for start, end in zip(breaks, [*breaks[1:], len(ordered)], strict=True)
    ]


def _shift(rows: dict[int, set[int]], have: int, count: int) -> Shift:
    if count > have:
        blocks = _runs(rows[have - 2])
        return Shift(tuple(blocks), {first: count - have + 1 for first, _ in blocks})
    blocks = sorted(run for year in range(count - 1, have - 1) for run in _runs(rows[year]))
    return Shift(tuple(blocks), {first: 0 for first, _ in blocks})


class _NewYears:
    """写した行と、終わりの年度の行の、年度の番号。"""

    def __init__(self, have: int, count: int) -> None:
        self._have, self._count = have, count

    def __call__(self, text: str, _row: int, turn: int) -> str:
        def new(match: re.Match[str]) -> str:
            year = int(match[1])
            moved = self._count - 1 if year == self._have - 1 else year + turn
            return f"years[{moved}]"

        return _YEAR.sub(new, text)
