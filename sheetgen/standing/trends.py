"""目標と実績の推移と、その小さな図。"""

from __future__ import annotations

from collections.abc import Sequence

from sheetgen.era import reiwa
from sheetgen.model.item import Item
from sheetgen.model.numbers import printed
from sheetgen.model.standing import Picture, TrendYear

WIDTH, HEIGHT, MARGIN = 150, 44, 7
Number = int | float
_Points = tuple[tuple[float, float], ...]


def year_label(year: int) -> str:
    """``R5`` の形。"""
    return f"R{reiwa(year)}"


def trend_of(item: Item) -> tuple[TrendYear, ...]:
    """年度ごとの目標と実績。"""
    code = item.indicator.number_format
    return tuple(
        TrendYear(
            year_label(year.fiscal_year),
            printed(year.target, code),
            printed(year.result.value, code),
        )
        for year in item.years
    )


def picture_of(item: Item) -> Picture | None:
    """目標と実績の折れ線。数が一つもなければ ``None``。"""
    targets = [_number(year.target) for year in item.years]
    actuals = [_number(year.result.value) for year in item.years]
    known = [value for value in (*targets, *actuals) if value is not None]
    if not known:
        return None
    low, high = min(known), max(known)
    step = (WIDTH - 2 * MARGIN) / max(len(item.years) - 1, 1)

    def place(index: int, value: Number) -> tuple[float, float]:
        share = (value - low) / (high - low) if high > low else 0.5
        y = HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN)
        return round(MARGIN + index * step, 1), round(y, 1)

    def places(values: Sequence[Number | None]) -> list[tuple[float, float] | None]:
        return [None if one is None else place(index, one) for index, one in enumerate(values)]

    target, actual = places(targets), places(actuals)
    return Picture(
        WIDTH,
        HEIGHT,
        _lines(target),
        tuple(one for one in target if one),
        _lines(actual),
        tuple(one for one in actual if one),
    )


def _number(value: object) -> Number | None:
    return value if isinstance(value, int | float) else None


def _lines(points: Sequence[tuple[float, float] | None]) -> tuple[_Points, ...]:
    """続いた点の並び。一つだけの点に線はない。"""
    lines: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            lines.append([])
        else:
            lines[-1].append(point)
    return tuple(tuple(line) for line in lines if len(line) > 1)
