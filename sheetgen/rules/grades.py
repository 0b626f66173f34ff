"""評価と数のつり合い。

多いほどよいかは、計画から読む。目標が下がっていく指標は、下げるべきもの。はっきりしないときは、
何も言わない。
"""

from __future__ import annotations

from sheetgen.model.answers import Answer
from sheetgen.model.filled import Value
from sheetgen.model.numbers import hides_digits, printed
from sheetgen.rules.case import Case, Facts, figures

_CLEARLY_SHORT = 0.5
"""現状から目標までの道のりの半分に届かなければ、はっきり届いていないと見る。"""

_TOO_NEAR = 0.05
"""現状と目標の差がこれより小さい割合なら、道のりとしては測れない。"""

_CLEARLY_WORSE = 0.1
"""そのときは、現状よりこの割合を超えて悪ければ、はっきり届いていないと見る。"""


def _figures(case: Case) -> tuple[int | float, int | float, int | float | None, int] | None:
    """実績、目標、現状、よい向き（増えるなら1、減るなら-1）。向きが分からなければ ``None``。"""
    year, answer = case.year, case.answer("value")
    if year is None or answer is None:
        return None
    actual, target, start = answer.value, year.target, case.item.indicator.current
    if not isinstance(actual, int | float) or not isinstance(target, int | float):
        return None
    goals = figures(*(one.target for one in case.item.years))
    rising = goals == sorted(goals)
    if not rising and goals != sorted(goals, reverse=True):
        return None
    way = 1 if rising else -1
    if not isinstance(start, int | float):
        # 5、5、5 のような毎年の数。少なくとも、少ないほどよいとは言えない。
        return (actual, target, None, way) if rising and target > 0 else None
    if goals[0] == goals[-1] or (goals[-1] - start) * way <= 0:
        return None
    return actual, target, start, way


def _is_short(actual: float, target: float, start: float | None, way: int) -> bool:
    if start is None:
        return actual < _CLEARLY_SHORT * target
    if abs(target - start) > _TOO_NEAR * max(abs(target), abs(start)):
        if (target - start) * way <= 0:
            return False
        return (actual - start) / (target - start) < _CLEARLY_SHORT
    return (actual - start) * way < -_CLEARLY_WORSE * abs(start)


def best_but_short(case: Case, answer: Answer) -> Facts | None:
    """いちばん良い評価なのに、目標にはっきり届いていない。"""
    if answer.value != case.scale[0]:
        return None
    known = _figures(case)
    return _facts(case, answer) if known and _is_short(*known) else None


def worst_but_reached(case: Case, answer: Answer) -> Facts | None:
    """いちばん悪い評価なのに、目標に届いている。"""
    if len(case.scale) < 2 or answer.value != case.scale[-1]:
        return None
    known = _figures(case)
    if known is None or (known[0] - known[1]) * known[3] < 0:
        return None
    return _facts(case, answer)


def _facts(case: Case, answer: Answer) -> Facts:
    value, year = case.answer("value"), case.year
    return {
        "grade": answer.value,
        "value": _exact(case, value.value if value else None),
        "target": _exact(case, year.target if year else None),
    }


def _exact(case: Case, value: Value) -> str:
    """印刷どおりの文字。丸められて見える値は、もとの値。"""
    code = case.item.indicator.number_format
    rounded = isinstance(value, int | float) and hides_digits(value, code)
    return printed(value) if rounded else printed(value, code)
