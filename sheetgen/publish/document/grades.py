"""評価の数：基本方針ごと、課ごと。その年度に計画にあった実施項目だけを数える。

計画が増やした評価（二次評価など）と、ことばから選ぶ欄も、同じ形で数える。
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sheetgen.era import wareki_full
from sheetgen.plan.fields import VALUES, PlanField
from sheetgen.plan.item import Item
from sheetgen.plan.plan import Plan, Policy, item_label
from sheetgen.plan.round import FieldKind
from sheetgen.plan.scales import Counts, EvaluationGrade, Scale
from sheetgen.plan.value import Value
from sheetgen.plan.years import PlanYears
from sheetgen.publish.document.overview import policy_name


@dataclass(frozen=True, slots=True)
class GradeRow:
    """評価の数の一行。``counts`` は列の順、最後が未評価。"""

    label: str
    counts: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class GradeTone:
    """図の色。``family`` は色の仲間で、評価の扱い（``behind``）など。``depth`` は、その中の順。"""

    family: str
    depth: int


@dataclass(frozen=True, slots=True)
class Grades:
    """評価の集計。``grades`` は列（評価の段階と「未評価」）、``meanings`` はその意味。

    ``name`` は、数えた欄の名。``note`` は、どの実施項目を数えたか。``section_note`` は、二つ以上の
    課の実施項目をどこに数えるかの断りで、要らなければ空。``by_section`` は、なければ空。
    """

    heading: str
    name: str
    grades: tuple[str, ...]
    meanings: tuple[str, ...]
    tones: tuple[GradeTone, ...]
    note: str
    by_policy: tuple[GradeRow, ...]
    by_section: tuple[GradeRow, ...]
    section_note: str
    total: GradeRow


NOT_GRADED = "未評価"
NOT_CHOSEN = "記入なし"
_EMPTY = GradeTone("empty", 0)
_ORDER = (Counts.ACHIEVED, Counts.ON_TRACK, Counts.BEHIND, None, Counts.NONE)
"""図と表に並べる、評価の扱いの順。``None`` は、扱いの分からないもの。"""
_Read = Callable[[Item], Value]


def has_grade(plan: Plan, year: int) -> bool:
    """その年度に、評価の欄があるか。"""
    return plan.has("years.result.grade") or (year == plan.final_year and plan.has("overall_grade"))


def grade_of(plan: Plan, item: Item, year: int) -> str | None:
    """その年度の評価。公式の様式は、最終年度には全期間総合評価だけを置く。"""
    if year == plan.final_year and item.overall_grade is not None:
        return item.overall_grade
    return item.year(year).result.grade


def toned(steps: Sequence[EvaluationGrade]) -> tuple[tuple[EvaluationGrade, GradeTone], ...]:
    """評価の段階を、図と表に並べる順に、図の色とともに返す。

    順も色も、評価の扱いで決まる。扱いの一つも書かれていない段階は書いた順とし、その扱いも
    分からなければ、良し悪しを言わない色にする。
    """
    scale = Scale(steps)
    if all(one.counts is None for one in steps):
        family = "neutral" if scale.is_unclear else "step"
        return tuple((one, GradeTone(family, depth)) for depth, one in enumerate(steps))
    ranks = [
        _ORDER.index(counts)
        for one in steps
        if (counts := scale.counts(one.grade)) not in (None, Counts.NONE)
    ]
    # 悪いほうから書いた段階（1 未着手 … 5 達成）は、同じ扱いの中でも、良いほうから並べる。
    written = list(reversed(steps)) if ranks and ranks[0] > ranks[-1] else list(steps)
    found = []
    for counts in _ORDER:
        alike = [one for one in written if scale.counts(one.grade) is counts]
        family = counts.value if counts else "neutral"
        found += [(one, GradeTone(family, depth)) for depth, one in enumerate(alike)]
    return tuple(found)


def scale_columns(then: Plan) -> tuple[tuple[str, str], ...]:
    """評価の段階とその意味、図と表に並べる順。最後は未評価。表の列になる。"""
    steps = ((one.grade, one.meaning) for one, _ in toned(then.evaluation_scale))
    return (*steps, (NOT_GRADED, f"{then.words['years.result.grade']}がまだ入っていない"))


def grade_row(
    plan: Plan, label: str, items: Iterable[Item], year: int, grades: Sequence[str] | None = None
) -> GradeRow:
    """その年度の評価の数。``plan`` は :meth:`PlanYears.in_year` の計画。

    ``grades`` は数える評価の順。なければ、評価の段階に書いた順。
    """
    order = [one.grade for one in plan.evaluation_scale] if grades is None else grades
    return _row(label, items, lambda item: grade_of(plan, item, year), order)


def _row(label: str, items: Iterable[Item], read: _Read, order: Sequence[str]) -> GradeRow:
    found = [read(item) for item in items]
    counts = [found.count(one) for one in order]
    return GradeRow(label, (*counts, len(found) - sum(counts)), len(found))


def grades(years: PlanYears, year: int) -> Grades | None:
    """その年度の評価の集計。評価のない計画では ``None``。"""
    then = years.in_year(year)
    if not has_grade(then, year):
        return None
    counted = [item for _, _, item in then.items()]
    columns = scale_columns(then)
    order = [grade for grade, _ in columns[:-1]]
    # 終わった実施項目の課は、いまの部と課にないことがある。
    owners = dict.fromkeys([*then.owners(), *(item.owners[0] for item in counted)])
    sections = [
        grade_row(then, owner.full_name, [i for i in counted if i.owners[0] == owner], year, order)
        for owner in owners
    ]
    name = then.words["years.result.grade"]
    return Grades(
        heading=f"{wareki_full(year)}の{grade_name(then, year)}",
        name=name,
        grades=tuple(grade for grade, _ in columns),
        meanings=tuple(meaning for _, meaning in columns),
        tones=(*(tone for _, tone in toned(then.evaluation_scale)), _EMPTY),
        note=_counted_note(years.plan, then, year) + _scale_note(then.evaluation_scale, name),
        by_policy=_by_policy(then, lambda item: grade_of(then, item, year), order),
        by_section=tuple(one for one in sections if one.total),
        section_note=_joint_note(then),
        total=grade_row(then, "計", counted, year, order),
    )


def grade_rows(then: Plan, year: int) -> tuple[tuple[GradeRow, ...], GradeRow]:
    """基本方針ごとの評価の数と、その計。評価は、段階に書いた順。"""
    order = [one.grade for one in then.evaluation_scale]
    rows = _by_policy(then, lambda item: grade_of(then, item, year), order)
    return rows, grade_row(then, "計", [item for _, _, item in then.items()], year)


def _by_policy(then: Plan, read: _Read, order: Sequence[str]) -> tuple[GradeRow, ...]:
    return tuple(
        _row(f"{policy_name(then, policy).label} {policy.name}", _items(policy), read, order)
        for policy in then.policies
    )


def tallies(years: PlanYears, year: int) -> tuple[Grades, ...]:
    """計画が増やした評価と、ことばから選ぶ欄の集計。値の一つもない欄のものはない。

    年度ごとの欄は、``year`` から年次見直しの年度までの、値のあるいちばん新しい年度を数える。
    """
    kinds = (FieldKind.GRADE, FieldKind.CHOICE)
    fields = [one for one in years.plan.field_table.values() if one.is_declared]
    found = (_tally(years, year, one) for one in fields if one.kind in kinds)
    return tuple(one for one in found if one is not None)


def _tally(years: PlanYears, year: int, field: PlanField) -> Grades | None:
    shown = year
    if field.per_year:
        until = years.plan.revision.fiscal_year
        known = [
            one
            for one in years.plan.fiscal_years
            if year <= one <= until
            and any(_reader(field, one)(item) for *_, item in years.in_year(one).items())
        ]
        shown = max(known, default=year)
    then, read = years.in_year(shown), _reader(field, shown)
    counted = [item for _, _, item in then.items()]
    if all(read(item) is None for item in counted):
        return None
    is_grade = field.kind is FieldKind.GRADE
    steps = (
        [(one.grade, one.meaning, tone) for one, tone in toned(field.scale)]
        if is_grade
        else [(one, "", GradeTone("neutral", depth)) for depth, one in enumerate(field.choices)]
    )
    order = [grade for grade, _, _ in steps]
    note = _counted_note(years.plan, then, shown)
    return Grades(
        heading=f"{wareki_full(shown)}の{field.label}" if field.per_year else field.label,
        name=field.label,
        grades=(*order, NOT_GRADED if is_grade else NOT_CHOSEN),
        meanings=(*(meaning for _, meaning, _ in steps), f"{field.label}がまだ入っていない"),
        tones=(*(tone for _, _, tone in steps), _EMPTY),
        note=note + (_scale_note(field.scale, field.label) if is_grade else ""),
        by_policy=_by_policy(then, read, order),
        by_section=(),
        section_note="",
        total=_row("計", counted, read, order),
    )


def _reader(field: PlanField, year: int) -> _Read:
    """その年度の、増やした欄の値を読むもの。"""
    key = field.name.removeprefix(VALUES)
    return lambda item: (item.year(year) if field.per_year else item).values.get(key)


def grade_name(plan: Plan, year: int) -> str:
    """その年度の評価の呼び名。"""
    overall = year == plan.final_year and plan.has("overall_grade")
    return plan.words["overall_grade" if overall else "years.result.grade"]


def _items(policy: Policy) -> list[Item]:
    return [item for measure in policy.measures for item in measure.items]


def _counted_note(plan: Plan, then: Plan, year: int) -> str:
    """どの実施項目を数えたか。"""
    ended = sum(plan.last_year(item) < plan.final_year for _, _, item in then.items())
    later = f"（うち、終了したもの{ended}件）" if ended else ""
    counted = f"{then.words.item}{then.item_count}件"
    return f"{wareki_full(year)}に計画にあった{counted}{later}を数えている。"


def _scale_note(steps: Sequence[EvaluationGrade], name: str) -> str:
    """進み具合を言わない評価と、扱いの分からない評価のことわり。どちらもなければ空。"""
    scale = Scale(steps)
    note = ""
    if apart := scale.that(Counts.NONE):
        note += f"「{'・'.join(apart)}」は、進み具合を表さない{name}なので、分けて数えている。"
    if scale.is_unclear:
        note += (
            f"「{'・'.join(scale.unclear)}」は、目標に届いたことになるかどうかが決められていない"
            f"{name}である。"
        )
    return note


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
