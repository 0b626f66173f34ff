"""評価と数のつり合い。

Whether more is better is read from the plan: an indicator whose targets fall is one to
be lowered.  Where that is not clear, nothing is said.
"""

from __future__ import annotations

from sheetgen.model.answers import Answer
from sheetgen.model.numbers import printed
from sheetgen.rules.case import Case, Facts, figures

_CLEARLY_SHORT = 0.5
"""現状から目標までの道のりの半分に届かなければ、はっきり届いていないと見る。"""

_REACHED = 1.0

_TOO_SHORT = 0.05
"""現状と目標の差がこれより小さい割合なら、道のりとしては測れない。"""


def progress(case: Case) -> float | None:
    """現状から目標までの道のりの、どこまで来たか（1で目標）。分からなければ ``None``。"""
    year, answer = case.year, case.answer("value")
    if year is None or answer is None:
        return None
    actual, target = answer.value, year.target
    if not isinstance(actual, int | float) or not isinstance(target, int | float):
        return None
    start = case.item.indicator.current
    goals = figures(*(one.target for one in case.item.years))
    if not isinstance(start, int | float):
        rising = goals[-1] >= goals[0]
        return actual / target if rising and target > 0 and goals == sorted(goals) else None
    if abs(target - start) <= _TOO_SHORT * max(abs(target), abs(start)):
        return None
    if (target - start) * (goals[-1] - start) <= 0:
        return None
    return (actual - start) / (target - start)


def best_but_short(case: Case, answer: Answer) -> Facts | None:
    """いちばん良い評価なのに、目標にはっきり届いていない。"""
    if answer.value != case.scale[0]:
        return None
    reached = progress(case)
    return _facts(case, answer) if reached is not None and reached < _CLEARLY_SHORT else None


def worst_but_reached(case: Case, answer: Answer) -> Facts | None:
    """いちばん悪い評価なのに、目標に届いている。"""
    if len(case.scale) < 2 or answer.value != case.scale[-1]:
        return None
    reached = progress(case)
    return _facts(case, answer) if reached is not None and reached >= _REACHED else None


def _facts(case: Case, answer: Answer) -> Facts:
    value, year = case.answer("value"), case.year
    code = case.item.indicator.number_format
    return {
        "grade": answer.value,
        "value": printed(value.value if value else None, code),
        "target": printed(year.target if year else None, code),
    }
