"""実績の部：評価の数、効果額、目標に届いていない実施項目。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sheetgen.document.behind import behind_target, grade_of
from sheetgen.document.changes import changes
from sheetgen.document.words import amount, part_heading, policy_name
from sheetgen.era import wareki_full
from sheetgen.model.document_results import (
    EffectRow,
    Effects,
    EffectYear,
    Figure,
    GradeRow,
    Grades,
    ResultsPart,
)
from sheetgen.model.item import Item, Result, subtotal
from sheetgen.model.plan import Plan, Policy, item_label

NOT_GRADED = "未評価"


def latest_result_year(plan: Plan) -> int | None:
    """実績の入っている、いちばん新しい年度。年次見直しの年度より前に限る。"""
    years = [
        year
        for year in plan.fiscal_years
        if year < plan.revision.fiscal_year
        and any(_has_any(item.year(year).result) for _, _, item in plan.items())
    ]
    return max(years, default=None)


def results_part(plan: Plan, number: int, earlier: Plan | None) -> ResultsPart | None:
    """実績の部。実績が一つもなければ ``None``。"""
    year = latest_result_year(plan)
    if year is None:
        return None
    return ResultsPart(
        heading=(
            part_heading(number, plan.plan_title),
            "-アクションプランの",
            f"{wareki_full(year)}の取組実績",
        ),
        grades=_grades(plan, year),
        effects=_effects(plan, year),
        behind=behind_target(plan, year),
        changes=changes(plan, earlier),
    )


def _has_any(result: Result) -> bool:
    return any(
        value is not None for value in (result.text, result.value, result.effect, result.grade)
    )


def _items(policy: Policy) -> list[Item]:
    return [item for measure in policy.measures for item in measure.items]


def _grades(plan: Plan, year: int) -> Grades:
    """評価の数。始まっていない実施項目は数えない。"""
    scale = [one.grade for one in plan.evaluation_scale]
    counted = [item for _, _, item in plan.items() if item.introduced <= year]

    def row(label: str, items: Iterable[Item]) -> GradeRow:
        found = [grade_of(plan, item, year) for item in items if item.introduced <= year]
        counts = [found.count(grade) for grade in scale]
        return GradeRow(label, (*counts, len(found) - sum(counts)), len(found))

    sections = [
        row(owner.full_name, [item for item in counted if item.owners[0] == owner])
        for owner in plan.owners()
    ]
    return Grades(
        heading=f"{wareki_full(year)}の{'全期間総合評価' if year == plan.final_year else '評価'}",
        grades=(*scale, NOT_GRADED),
        meanings=(*(one.meaning for one in plan.evaluation_scale), "評価がまだ入っていない"),
        by_policy=tuple(
            row(f"{policy_name(policy).label} {policy.name}", _items(policy))
            for policy in plan.policies
        ),
        by_section=tuple(one for one in sections if one.total),
        section_note=_joint_note(plan, year),
        total=row("計", counted),
    )


def _joint_note(plan: Plan, year: int) -> str:
    """共管の実施項目を、どの課に数えたか。共管がなければ空。"""
    joint = [
        f"{item_label(measure, item)}（{'、'.join(owner.section for owner in item.owners)}）"
        for _, measure, item in plan.items()
        if item.introduced <= year and len(item.owners) > 1
    ]
    if not joint:
        return ""
    return f"主管課が二つ以上の実施項目は、初めに記した課にだけ数えている：{'、'.join(joint)}。"


def _figure(value: int | float | None) -> Figure:
    return Figure(value, amount(value))


def _effects(plan: Plan, year: int) -> Effects:
    """効果額。累計は、計画の初年度からその年度まで。"""
    to_date = [one for one in plan.fiscal_years if one <= year]

    def row(label: str, items: list[Item]) -> EffectRow:
        return EffectRow(
            label,
            planned=_figure(_planned(items, [year])),
            actual=_figure(_actual(items, [year])),
            planned_to_date=_figure(_planned(items, to_date)),
            actual_to_date=_figure(_actual(items, to_date)),
            planned_in_all=_figure(_planned(items, plan.fiscal_years)),
        )

    everything = [item for _, _, item in plan.items()]
    by_policy = tuple(
        row(f"{policy_name(policy).label} {policy.name}", _items(policy))
        for policy in plan.policies
    )
    years = []
    for one in plan.fiscal_years:
        until = [other for other in plan.fiscal_years if other <= one]
        known = one <= year
        years.append(
            EffectYear(
                wareki_full(one),
                planned=_figure(_planned(everything, [one])),
                actual=_figure(_actual(everything, [one]) if known else None),
                planned_to_date=_figure(_planned(everything, until)),
                actual_to_date=_figure(_actual(everything, until) if known else None),
            )
        )
    return Effects(
        heading=f"効果額（{wareki_full(year)}と累計）",
        note="単位は千円。数で示された効果額だけを足している。"
        f"累計は{wareki_full(plan.first_year)}から。{_unanswered_note(everything, to_date)}"
        f"{_negative_note((*by_policy, *years))}",
        by_policy=by_policy,
        total=row("計", everything),
        by_year=tuple(years),
    )


def _unanswered_note(items: Iterable[Item], years: Sequence[int]) -> str:
    """見込額に当たる実績額がまだない実施項目。どれも入っていれば空。"""
    open_items = [
        item
        for item in items
        if any(
            isinstance(year.effect, int | float) and year.result.effect is None
            for year in item.years
            if year.fiscal_year in years
        )
    ]
    if not open_items:
        return ""
    return f"見込額には、実績額のまだない実施項目（{len(open_items)}件）の分も含む。"


def _negative_note(rows: Iterable[EffectRow | EffectYear]) -> str:
    """図に棒のない、負の累計があることわり。なければ空。"""
    drawn = [one.value or 0 for row in rows for one in (row.planned_to_date, row.actual_to_date)]
    return "負の額は表にだけあり、図に棒はない。" if min(drawn, default=0) < 0 else ""


def _planned(items: Iterable[Item], years: Iterable[int]) -> int | float | None:
    chosen = set(years)
    return subtotal(y.effect for item in items for y in item.years if y.fiscal_year in chosen)


def _actual(items: Iterable[Item], years: Iterable[int]) -> int | float | None:
    chosen = set(years)
    return subtotal(
        y.result.effect for item in items for y in item.years if y.fiscal_year in chosen
    )
