"""評価の数：基本方針ごと、課ごと。その年度に計画にあった実施項目だけを数える。"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sheetgen.era import wareki_full
from sheetgen.plan.item import Item
from sheetgen.plan.plan import Plan, Policy, item_label
from sheetgen.plan.years import PlanYears
from sheetgen.publish.document.overview import policy_name


@dataclass(frozen=True, slots=True)
class GradeRow:
    """評価の数の一行。``counts`` は評価の段階の順、最後が未評価。"""

    label: str
    counts: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Grades:
    """評価の集計。``grades`` は列（評価の段階と「未評価」）、``meanings`` はその意味。

    ``note`` は、どの実施項目を数えたか。``section_note`` は、二つ以上の課の実施項目をどこに数えるか
    の断りで、要らなければ空。
    """

    heading: str
    grades: tuple[str, ...]
    meanings: tuple[str, ...]
    note: str
    by_policy: tuple[GradeRow, ...]
    by_section: tuple[GradeRow, ...]
    section_note: str
    total: GradeRow


NOT_GRADED = "未評価"


def grade_of(plan: Plan, item: Item, year: int) -> str | None:
    """その年度の評価。公式の様式は、最終年度には全期間総合評価だけを置く。"""
    if year == plan.final_year and item.overall_grade is not None:
        return item.overall_grade
    return item.year(year).result.grade


def scale_columns(then: Plan) -> tuple[tuple[str, str], ...]:
    """評価の段階とその意味。最後は未評価。表の列になる。"""
    steps = ((one.grade, one.meaning) for one in then.evaluation_scale)
    return (*steps, (NOT_GRADED, f"{then.words['years.result.grade']}がまだ入っていない"))


def grade_row(plan: Plan, label: str, items: Iterable[Item], year: int) -> GradeRow:
    """その年度の評価の数。``plan`` は :meth:`PlanYears.in_year` の計画。"""
    found = [grade_of(plan, item, year) for item in items]
    counts = [found.count(one.grade) for one in plan.evaluation_scale]
    return GradeRow(label, (*counts, len(found) - sum(counts)), len(found))


def grades(years: PlanYears, year: int) -> Grades:
    """その年度の評価の集計。"""
    then = years.in_year(year)
    counted = [item for _, _, item in then.items()]
    columns = scale_columns(then)
    by_policy, total = grade_rows(then, year)
    # 終わった実施項目の課は、いまの部と課にないことがある。
    owners = dict.fromkeys([*then.owners(), *(item.owners[0] for item in counted)])
    sections = [
        grade_row(then, owner.full_name, [i for i in counted if i.owners[0] == owner], year)
        for owner in owners
    ]
    return Grades(
        heading=f"{wareki_full(year)}の{grade_name(then, year)}",
        grades=tuple(grade for grade, _ in columns),
        meanings=tuple(meaning for _, meaning in columns),
        note=_counted_note(years.plan, then, year),
        by_policy=by_policy,
        by_section=tuple(one for one in sections if one.total),
        section_note=_joint_note(then),
        total=total,
    )


def grade_rows(then: Plan, year: int) -> tuple[tuple[GradeRow, ...], GradeRow]:
    """基本方針ごとの評価の数と、その計。"""
    rows = tuple(
        grade_row(then, f"{policy_name(then, policy).label} {policy.name}", _items(policy), year)
        for policy in then.policies
    )
    return rows, grade_row(then, "計", [item for _, _, item in then.items()], year)


def grade_name(plan: Plan, year: int) -> str:
    """その年度の評価の呼び名。"""
    return plan.words["overall_grade" if year == plan.final_year else "years.result.grade"]


def _items(policy: Policy) -> list[Item]:
    return [item for measure in policy.measures for item in measure.items]


def _counted_note(plan: Plan, then: Plan, year: int) -> str:
    """どの実施項目を数えたか。"""
    ended = sum(plan.last_year(item) < plan.final_year for _, _, item in then.items())
    later = f"（うち、終了したもの{ended}件）" if ended else ""
    counted = f"{then.words.item}{then.item_count}件"
    return f"{wareki_full(year)}に計画にあった{counted}{later}を数えている。"


def _joint_note(then: Plan) -> str:
    """共管の実施項目を、どの課に数えたか。共管がなければ空。"""
    joint = [
        f"{item_label(measure, item)}（{'、'.join(owner.section for owner in item.owners)}）"
        for _, measure, item in then.items()
        if len(item.owners) > 1
    ]
    if not joint:
        return ""
    owners, item_word = then.words["owners"], then.words.item
    return (
        f"{owners}が二つ以上の{item_word}は、初めに記した課にだけ数えている：{'、'.join(joint)}。"
    )
