"""実績の部（二年目から）：評価の数、効果額、届いていない項目。

数は、図を描く数と、表に印刷する文字の二つの形で持つ。金額は千円。

目標に届かないとは、目標の悪い側にあること。どちらが悪い側かは、目標の動く向きで決まる。
目標と同じなら、どちらの向きでも届いている。向きが分からなければ、届いたとも届かないともしない。
数がないときは、評価の段階の下の半分を「届かない」とする。
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sheetgen.era import wareki_full
from sheetgen.plan.item import Item, Result, subtotal
from sheetgen.plan.plan import Plan, Policy, item_label
from sheetgen.plan.value import printed
from sheetgen.publish.document.changes import Changes, changes
from sheetgen.publish.document.overview import amount, part_heading, policy_name


@dataclass(frozen=True, slots=True)
class Figure:
    """図に描く数と、表に書く文字。数がなければ ``value`` は ``None``。"""

    value: float | None
    text: str


@dataclass(frozen=True, slots=True)
class GradeRow:
    """評価の数の一行。``counts`` は評価の段階の順、最後が未評価。"""

    label: str
    counts: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Grades:
    """評価の集計。``grades`` は列（評価の段階と「未評価」）、``meanings`` はその意味。

    ``section_note`` は、二つ以上の課の実施項目をどこに数えるかの断り。断りが要らなければ空。
    """

    heading: str
    grades: tuple[str, ...]
    meanings: tuple[str, ...]
    by_policy: tuple[GradeRow, ...]
    by_section: tuple[GradeRow, ...]
    section_note: str
    total: GradeRow


@dataclass(frozen=True, slots=True)
class EffectRow:
    """効果額の一行。"""

    label: str
    planned: Figure
    actual: Figure
    planned_to_date: Figure
    actual_to_date: Figure
    planned_in_all: Figure


@dataclass(frozen=True, slots=True)
class EffectYear:
    """一年度の効果額と、その年度までの累計。実績のない年度の ``actual`` は空。"""

    label: str
    planned: Figure
    actual: Figure
    planned_to_date: Figure
    actual_to_date: Figure


@dataclass(frozen=True, slots=True)
class Effects:
    """効果額の集計。"""

    heading: str
    note: str
    by_policy: tuple[EffectRow, ...]
    total: EffectRow
    by_year: tuple[EffectYear, ...]


@dataclass(frozen=True, slots=True)
class BehindRow:
    """目標に届いていない実施項目。"""

    item: str
    label: str
    title: str
    owners: str
    indicator: str
    target: str
    actual: str
    grade: str
    reason: str


@dataclass(frozen=True, slots=True)
class Behind:
    """目標に届いていない実施項目の表。"""

    heading: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[BehindRow, ...]


@dataclass(frozen=True, slots=True)
class ResultsPart:
    """「３．取組実績について」。"""

    heading: tuple[str, ...]
    grades: Grades
    effects: Effects
    behind: Behind
    changes: Changes


COLUMNS = ("実施項目", "担当", "指標", "目標値", "実績値", "評価", "取組実績")
_SHORTEST_SCALE = 3


def behind_target(plan: Plan, year: int) -> Behind:
    """その年度の目標に届いていない実施項目の表。"""
    low = low_grades(plan)
    words = "・".join(low)
    note = "目標値と実績値がどちらも数の実施項目は、実績値が目標値に届かないもの。"
    if low:
        note += f"数で比べられない実施項目は、評価が {words} のもの。"
    unknown = sum(_is_unknown(plan, item, year) for _, _, item in plan.items())
    if unknown:
        note += f"取組実績のまだない実施項目（{unknown}件）は、含んでいない。"
    unclear = "、".join(item_label(measure, item) for measure, item in _unclear(plan, year))
    if unclear:
        note += f"増やす指標か減らす指標かが目標から分からず、含んでいない実施項目：{unclear}。"
    rows = []
    for _, measure, item in plan.items():
        if item.introduced > year or not is_behind(plan, item, year, low):
            continue
        record, code = item.year(year), item.indicator.number_format
        rows.append(
            BehindRow(
                item=item.id,
                label=item_label(measure, item),
                title=item.title,
                owners="、".join(owner.section for owner in item.owners),
                indicator=_with_unit(item),
                target=printed(record.target, code),
                actual=printed(record.result.value, code),
                grade=grade_of(plan, item, year) or "",
                reason=record.result.text or "",
            )
        )
    heading = f"{wareki_full(year)}の目標に届いていない実施項目（{len(rows)}件）"
    return Behind(heading, note, COLUMNS, tuple(rows))


def low_grades(plan: Plan) -> tuple[str, ...]:
    """評価の段階の下の半分。段階が二つなら、どれも数えない。"""
    scale = [one.grade for one in plan.evaluation_scale]
    return tuple(scale[(len(scale) + 1) // 2 :]) if len(scale) >= _SHORTEST_SCALE else ()


def grade_of(plan: Plan, item: Item, year: int) -> str | None:
    """その年度の評価。公式の様式は、最終年度には全期間総合評価だけを置く。"""
    if year == plan.final_year and item.overall_grade is not None:
        return item.overall_grade
    return item.year(year).result.grade


def is_reached(item: Item, year: int) -> bool | None:
    """実績値がその年度の目標値に届いているか。比べられないか向きが不明なら ``None``。"""
    record = item.year(year)
    target, actual = record.target, record.result.value
    if not isinstance(target, int | float) or not isinstance(actual, int | float):
        return None
    if actual == target:
        return True
    lower = lower_is_better(item)
    return None if lower is None else (actual < target) is lower


def is_behind(plan: Plan, item: Item, year: int, low: tuple[str, ...]) -> bool:
    """その年度の目標に届いていないか。数があれば数だけで、なければ評価で決める。"""
    if _has_figures(item.year(year)):
        return is_reached(item, year) is False
    return grade_of(plan, item, year) in low


def _unclear(plan: Plan, year: int) -> list[tuple[Measure, Item]]:
    """目標値と違う実績値があるのに、届いたかどうかを決められない実施項目。"""
    return [
        (measure, item)
        for _, measure, item in plan.items()
        if item.introduced <= year
        and _has_figures(item.year(year))
        and is_reached(item, year) is None
    ]


def _has_figures(record: YearPlan) -> bool:
    return all(isinstance(one, int | float) for one in (record.target, record.result.value))


def _is_unknown(plan: Plan, item: Item, year: int) -> bool:
    """始まっているのに、届いたかどうかを知るものが何も入っていないか。"""
    result = item.year(year).result
    known = (result.text, result.value, result.effect, grade_of(plan, item, year))
    return item.introduced <= year and all(one is None for one in known)


def lower_is_better(item: Item) -> bool | None:
    """小さいほどよい指標か。最終の目標が、初めの年度の目標より小さければ、そうとみる。

    同じままの目標からは、現状値がその下にあれば、増やすものと分かる。0 のままの目標は、減らすもの。
    ほかは分からない（None）。そこまで下げるのかもしれず、下回らないように保つのかもしれない。
    """
    planned = [*(year.target for year in item.years), item.indicator.target]
    targets = [value for value in planned if isinstance(value, int | float)]
    if not targets:
        return None
    if targets[-1] != targets[0]:
        return targets[-1] < targets[0]
    if targets[0] == 0:
        return True
    start = item.indicator.current
    return False if isinstance(start, int | float) and start < targets[0] else None


def _with_unit(item: Item) -> str:
    name, unit = item.indicator.name, item.indicator.unit
    return f"{name}（{unit}）" if unit and unit not in ("-", "ー") else name


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
