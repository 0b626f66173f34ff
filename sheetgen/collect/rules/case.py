"""点検する一枚の様式と、その実施項目。"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from sheetgen.collect.answers import Answer
from sheetgen.form.issued import IssuedForm
from sheetgen.form.rounds import is_asked
from sheetgen.plan.fields import PlanField
from sheetgen.plan.item import Item, YearPlan
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import FieldKind, Round
from sheetgen.plan.value import Value
from sheetgen.problems import Place, Problem

Facts = Mapping[str, object]
DASHES = frozenset({"-", "ー"})
"""公式の文書で、数のないことを示す印。"""
OF_INDICATOR = frozenset({"value", "target"})
"""指標の単位と表示形式を使う欄の役割。"""
_PLANNED_EFFECT = "years.effect"


def _is_without_own(field: PlanField) -> bool:
    """その欄だけの点検を持たない欄か。増やした欄は、どれもそう。"""
    return not field.role


GENERAL_ROLES: Mapping[str, Callable[[PlanField, Plan], bool]] = {
    "words": lambda field, plan: field.kind is FieldKind.TEXT,
    "statements": lambda field, plan: field.kind is FieldKind.TEXT and not _is_without_own(field),
    "required": lambda field, plan: field.required and _is_without_own(field),
    "figures": lambda field, plan: field.kind is FieldKind.FIGURE and _is_without_own(field),
    "amounts": lambda field, plan: (
        field.kind is FieldKind.MONEY
        and (_is_without_own(field) or (field.role == "effect" and not plan.has(_PLANNED_EFFECT)))
    ),
}
"""欄の種類から決まる役割。ほかの役割は、欄の表の ``role``。"""


_UNIT = re.compile(r"[(（]([^()（）]{1,8})[)）]$")


def unit_in(label: str) -> str | None:
    """見出しの終わりの括弧にある単位。``相談件数(件)`` の ``件``。"""
    found = _UNIT.search(label)
    return found[1] if found else None


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
    ``fields`` は、欄の道から、計画の欄へ。
    """

    file: str
    sheet: str
    round: Round
    item: Item
    issued: IssuedForm
    answers: Mapping[str, Answer]
    unread: Mapping[str, str]
    plan: Plan
    fields: Mapping[str, PlanField]

    @cached_property
    def scale(self) -> tuple[str, ...]:
        """評価の段階。"""
        return tuple(one.grade for one in self.plan.evaluation_scale)

    def role(self, answer: Answer) -> str:
        """その答えの欄の役割。その欄だけの点検がなければ空。"""
        field = self.fields.get(answer.path)
        return field.role if field else ""

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
        return any(path in answers and answers[path].said != base.get(path) for path in opened)

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
        general = GENERAL_ROLES.get(role)
        fields = ((path, self.fields.get(path)) for path in self.answers)
        if general is None:
            return [path for path, field in fields if field and field.role == role]
        return [path for path, field in fields if field and general(field, self.plan)]

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
