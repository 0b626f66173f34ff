"""点検する一枚の様式と、その実施項目。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sheetgen.collect.answers import Answer
from sheetgen.form.issued import IssuedForm
from sheetgen.form.rounds import is_asked
from sheetgen.plan.item import Item, YearPlan
from sheetgen.plan.round import Round
from sheetgen.plan.value import Value
from sheetgen.problems import Place, Problem

Facts = Mapping[str, object]
DASHES = frozenset({"-", "ー"})
"""公式の文書で、数のないことを示す印。"""
_RESULT_ROLES = {
    "text": "result.text",
    "value": "result.value",
    "effect": "result.effect",
    "grade": "result.grade",
}
_PLAN_ROLES = {"plan": ".plan", "target": ".target", "planned_effect": "].effect"}


def is_figure(value: Value) -> bool:
    """数か。"""
    return isinstance(value, int | float)


def figures(*values: Value) -> list[int | float]:
    """数だけを取り出す。"""
    return [value for value in values if isinstance(value, int | float)]


@dataclass(frozen=True)
class Case:
    """点検する一枚。

    ``item`` は計画のデータの今の値。``answers`` と ``unread`` は様式から読んだもの。
    ``scale`` は評価の段階で、よいものから。
    """

    file: str
    sheet: str
    round: Round
    item: Item
    issued: IssuedForm
    answers: Mapping[str, Answer]
    unread: Mapping[str, str]
    scale: tuple[str, ...]

    @cached_property
    def index(self) -> int | None:
        """実績を照会する年度の、年度の並びの中の位置。見直し照会では ``None``。"""
        asked = self.round.result_year
        years = [year.fiscal_year for year in self.item.years]
        return years.index(asked) if asked in years else None

    @property
    def year(self) -> YearPlan | None:
        """実績を照会する年度の計画。"""
        return None if self.index is None else self.item.years[self.index]

    @property
    def previous(self) -> YearPlan | None:
        """その前の年度。"""
        return self.item.years[self.index - 1] if self.index else None

    @property
    def was_running(self) -> bool:
        """照会する年度に、この実施項目があったか。"""
        return is_asked(self.item, self.round)

    @cached_property
    def is_touched(self) -> bool:
        """開いた欄のどれかに、何かが書かれたか。"""
        base, opened = self.issued.base, self.issued.opened
        if any(path in opened for path in self.unread):
            return True
        answers = self.answers
        return any(path in answers and answers[path].value != base.get(path) for path in opened)

    def asked(self, role: str) -> tuple[Answer, ...]:
        """その役割の、照会で開いた欄の答え。``any`` はすべて。"""
        found = self._asked.get(role)
        if found is None:
            opened = self.issued.opened
            found = self._asked[role] = tuple(
                [self.answers[path] for path in self._paths(role) if path in opened]
            )
        return found

    @cached_property
    def _asked(self) -> dict[str, tuple[Answer, ...]]:
        return {}

    def answer(self, role: str) -> Answer | None:
        """その役割の、ただ一つの答え。"""
        return next(iter(self.asked(role)), None)

    def _paths(self, role: str) -> list[str]:
        if role == "any":
            return list(self.answers)
        if role in _RESULT_ROLES:
            return self._known(f"years[{self.index}].{_RESULT_ROLES[role]}")
        if role == "overall":
            return self._known("item.overall_grade")
        if role == "initiative":
            return self._known("initiative.text")
        if role == "words":
            return [p for p in self.answers if p.endswith((".text", ".plan", ".policy"))]
        end = _PLAN_ROLES[role]
        return [path for path in self.answers if path.endswith(end)]

    def _known(self, path: str) -> list[str]:
        return [path] if path in self.answers else []

    def base(self, answer: Answer) -> Value:
        """配ったときに計画のデータにあった値。"""
        return self.issued.base.get(answer.path)

    def is_new(self, answer: Answer) -> bool:
        """配ったときと違う、何かが書かれているか。"""
        return answer.value is not None and answer.value != self.base(answer)

    def problem(self, code: str, answer: Answer, facts: Facts) -> Problem:
        """この様式の問題にする。"""
        item = self.issued.item_id
        place = Place(self.file, self.sheet, answer.ref, answer.path, answer.label, item)
        return Problem(code, place, facts)
