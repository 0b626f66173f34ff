"""基本方針ごとの評価の数と効果額。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sheetgen.model.document_results import EffectRow, Figure, GradeRow
from sheetgen.model.item import Item, subtotal
from sheetgen.model.numbers import EFFECT_FORMAT, printed
from sheetgen.model.plan import Plan, Policy

NOT_GRADED = "未評価"


def policy_label(policy: Policy) -> str:
    """``基本方針1 行政サービスの最適化``。"""
    return f"基本方針{policy.number} {policy.name}"


def grade_rows(
    plan: Plan, grades: Mapping[str, str | None], year: int | None
) -> tuple[tuple[GradeRow, ...], GradeRow]:
    """評価の数。その年度にまだ始まっていない実施項目は数えない。"""
    scale = [one.grade for one in plan.evaluation_scale]

    def row(label: str, items: Iterable[Item]) -> GradeRow:
        found = [grades.get(item.id) for item in items if year and item.introduced <= year]
        counts = [found.count(grade) for grade in scale]
        return GradeRow(label, (*counts, len(found) - sum(counts)), len(found))

    rows = tuple(row(policy_label(policy), _items(policy)) for policy in plan.policies)
    return rows, row("計", [item for _, _, item in plan.items()])


def effect_rows(plan: Plan, year: int | None) -> tuple[tuple[EffectRow, ...], EffectRow]:
    """効果額。累計は、計画の初年度から ``year`` まで。"""
    own = () if year is None else (year,)
    to_date = tuple(one for one in plan.fiscal_years if year is not None and one <= year)

    def row(label: str, items: Sequence[Item]) -> EffectRow:
        return EffectRow(
            label,
            planned=_planned(items, own),
            actual=_actual(items, own),
            planned_to_date=_planned(items, to_date),
            actual_to_date=_actual(items, to_date),
            planned_in_all=_planned(items, plan.fiscal_years),
        )

    rows = tuple(row(policy_label(policy), _items(policy)) for policy in plan.policies)
    return rows, row("計", [item for _, _, item in plan.items()])


def _items(policy: Policy) -> list[Item]:
    return [item for measure in policy.measures for item in measure.items]


def _figure(value: int | float | None) -> Figure:
    return Figure(value, printed(value, EFFECT_FORMAT) or "－")


def _planned(items: Sequence[Item], years: Sequence[int]) -> Figure:
    found = (one.effect for item in items for one in item.years if one.fiscal_year in years)
    return _figure(subtotal(found))


def _actual(items: Sequence[Item], years: Sequence[int]) -> Figure:
    found = (one.result.effect for item in items for one in item.years if one.fiscal_year in years)
    return _figure(subtotal(found))
