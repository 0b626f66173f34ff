"""その年度の目標に届いていない実施項目。

目標に届かないとは、目標の悪い側にあること。どちらが悪い側かは、目標の動く向きで決まる。
目標と同じなら、どちらの向きでも届いている。向きが分からなければ、届いたとも届かないともしない。
数がないときは、評価の扱い（:class:`~sheetgen.plan.scales.Counts`）で決め、扱いの分からない評価からは
何も言わない。進み具合を表さない評価（対象外など）の実施項目は、数にかかわらず含めない。
"""

from __future__ import annotations

from dataclasses import dataclass

from sheetgen.era import wareki_full
from sheetgen.plan.fields import VALUES, PlanField
from sheetgen.plan.item import Item, YearPlan
from sheetgen.plan.plan import Measure, Plan, item_label, printed_number
from sheetgen.plan.round import FieldKind, RoundKind
from sheetgen.plan.scales import Counts, Scale
from sheetgen.plan.value import Value, printed
from sheetgen.plan.years import PlanYears, has_result
from sheetgen.publish.document.grades import grade_of, has_grade
from sheetgen.publish.document.overview import (
    FIGURES,
    Columns,
    columns_of,
    is_marked,
    marked,
    provisional_count_note,
    shows,
)


@dataclass(frozen=True, slots=True)
class BehindRow:
    """目標に届いていない実施項目。``is_ended`` なら、もう計画になく、様式のページもない。"""

    item: str
    label: str
    title: str
    is_ended: bool
    owners: str
    indicator: str
    target: str
    actual: str
    grade: str
    reason: str


@dataclass(frozen=True, slots=True)
class Behind:
    """目標に届いていない実施項目の表。``columns`` は見出し、``keys`` はその列の値の名。"""

    heading: str
    note: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    rows: tuple[BehindRow, ...]


def _columns(plan: Plan, year: int) -> Columns:
    words, reasons = plan.words, _reasons(plan)
    own = ("years.result.grade",) if plan.has("years.result.grade") else ("overall_grade",)
    found = columns_of(
        plan,
        ("item", words.item, ()),
        ("owners", words["overview.owners"], ()),
        ("indicator", words["indicator"], ("indicator", "indicator.name")),
        ("target", words.heading("目標値", "years.target"), FIGURES),
        ("actual", words.heading("実績値", "years.result.value"), FIGURES),
        ("grade", words[own[0]], own),
    )
    if not has_grade(plan, year):
        found.pop("grade", None)
    if not reasons:
        return found
    first = reasons[0]
    built_in = words["years.result.text"] if plan.has("years.result.text") else first.label
    return {**found, "reason": built_in}


def _reasons(plan: Plan) -> list[PlanField]:
    """わけになる欄：実績照会で聞く文。"""
    return [
        one
        for one in plan.field_table.values()
        if one.per_year and one.kind is FieldKind.TEXT and one.asked == RoundKind.RESULTS.value
    ]


def behind_target(years: PlanYears, year: int) -> Behind | None:
    """その年度の目標に届いていない実施項目の表。届いたかを知る欄のない計画では ``None``。"""
    plan, now = years.in_year(year), {item.id for _, _, item in years.plan.items()}
    rows = [
        _row(plan, measure, item, year, is_ended=item.id not in now)
        for _, measure, item in plan.items()
        if is_behind(plan, item, year)
    ]
    scale = Scale(plan.evaluation_scale)
    is_known = bool(scale.that(Counts.BEHIND)) and has_grade(plan, year)
    if not (rows or is_known or shows(plan, *FIGURES)):
        return None
    heading = f"{wareki_full(year)}の目標に届いていない{plan.words.item}（{len(rows)}件）"
    shown = [text for one in rows for text in (one.target, one.actual, one.grade)]
    note = _note(plan, year) + provisional_count_note(sum(map(is_marked, shown)))
    columns = _columns(plan, year)
    return Behind(heading, note, tuple(columns.values()), tuple(columns), tuple(rows))


def _row(plan: Plan, measure: Measure, item: Item, year: int, *, is_ended: bool) -> BehindRow:
    record, code = item.year(year), item.indicator.number_format
    held = record.provisional
    return BehindRow(
        item=item.id,
        label=printed_number(measure, item),
        title=item.title,
        is_ended=is_ended,
        owners="、".join(owner.section for owner in item.owners),
        indicator=with_unit(item),
        target=marked(printed(record.target, code), "target" in held),
        actual=marked(printed(record.result.value, code), "result.value" in held),
        grade=marked(grade_of(plan, item, year) or "", "result.grade" in held),
        reason=_reason(plan, record),
    )


def _reason(plan: Plan, record: YearPlan) -> str:
    """わけになる欄の文。二つ以上の欄があれば、二つめからは欄の名を頭に付ける。"""
    lines = []
    for number, field in enumerate(_reasons(plan)):
        text = record.values.get(field.name.removeprefix(VALUES)) if field.is_declared else None
        text = text if field.is_declared else record.result.text
        if text:
            lines.append(f"【{field.label}】{text}" if number else str(text))
    return "\n".join(lines)


def _note(plan: Plan, year: int) -> str:
    """何を「届いていない」としたか。"""
    words, scale = plan.words, Scale(plan.evaluation_scale)
    names = _columns(plan, year)
    text = words["years.result.text"]
    note = ""
    if shows(plan, *FIGURES):
        target, actual = names["target"], names["actual"]
        note += (
            f"{target}と{actual}がどちらも数の{words.item}は、{actual}が{target}に届かないもの。"
        )
    if has_grade(plan, year):
        grade = names["grade"]
        low = scale.that(Counts.BEHIND)
        other = f"数で比べられない{words.item}は、" if note else ""
        if low:
            note += f"{other}{grade}が {'・'.join(low)} のもの。"
        if scale.is_unclear:
            note += (
                f"{other}{grade}が {'・'.join(scale.unclear)} なら、"
                "目標に届いたことになるかどうかが決められていないので、含んでいない。"
            )
        note += _apart_note(plan, year, grade)
    unknown = sum(_is_unknown(plan, item, year) for _, _, item in plan.items())
    if unknown:
        note += f"{text}のまだない{words.item}（{unknown}件）は、含んでいない。"
    unclear = "、".join(item_label(measure, item) for measure, item in _unclear(plan, year))
    if unclear:
        note += (
            f"増やす{words['indicator']}か減らす{words['indicator']}かが目標から分からず、"
            f"含んでいない{words.item}：{unclear}。"
        )
    return note


def _apart_note(plan: Plan, year: int, grade: str) -> str:
    """進み具合を表さない評価の実施項目を、含めないことわり。なければ空。"""
    apart = [
        grade_of(plan, item, year) for _, _, item in plan.items() if _is_apart(plan, item, year)
    ]
    if not apart:
        return ""
    names = "・".join(one for one in Scale(plan.evaluation_scale).that(Counts.NONE) if one in apart)
    anyway = "数にかかわらず" if shows(plan, *FIGURES) else ""
    return f"{grade}が {names} の{plan.words.item}（{len(apart)}件）は、{anyway}含んでいない。"


def _is_apart(plan: Plan, item: Item, year: int) -> bool:
    """その年度の評価が、進み具合を表さないもの（対象外など）か。"""
    return Scale(plan.evaluation_scale).counts(grade_of(plan, item, year)) is Counts.NONE


def is_reached(item: Item, year: int) -> bool | None:
    """実績値がその年度の目標値に届いているか。比べられないか向きが不明なら ``None``。"""
    record = item.year(year)
    return reaches(item, record.result.value, record.target)


def is_reached_at_last(plan: Plan, item: Item, year: int) -> bool | None:
    """最終年度の実績値が、最終の目標に届いているか。

    計画最終年度の目標値は、期間を通した計のことがある。その年度の目標値より大きければ、一年の実績値が
    小さくても届いていないとは言えない。二つの目標値で答えが分かれても ``None``。
    """
    if _is_apart(plan, item, year):
        return None
    record = item.year(year)
    targets = [
        one for one in (item.indicator.target, record.target) if isinstance(one, int | float)
    ]
    found = {reaches(item, record.result.value, one) for one in targets}
    if len(found) != 1 or (found == {False} and targets[0] > targets[-1]):
        return None
    return found.pop()


def reaches(item: Item, actual: Value, target: Value) -> bool | None:
    """実績値が目標値に届いているか。比べられないか向きが不明なら ``None``。"""
    if not isinstance(target, int | float) or not isinstance(actual, int | float):
        return None
    if actual == target:
        return True
    lower = lower_is_better(item)
    return None if lower is None else (actual < target) is lower


def is_behind(plan: Plan, item: Item, year: int) -> bool:
    """その年度の目標に届いていないか。数があれば数だけで、なければ評価で決める。"""
    if _is_apart(plan, item, year):
        return False
    if shows(plan, *FIGURES) and _has_figures(item.year(year)):
        return is_reached(item, year) is False
    grade = grade_of(plan, item, year)
    return has_grade(plan, year) and Scale(plan.evaluation_scale).counts(grade) is Counts.BEHIND


def _unclear(plan: Plan, year: int) -> list[tuple[Measure, Item]]:
    """目標値と違う実績値があるのに、届いたかどうかを決められない実施項目。"""
    return [
        (measure, item)
        for _, measure, item in plan.items()
        if shows(plan, *FIGURES)
        and not _is_apart(plan, item, year)
        and _has_figures(item.year(year))
        and is_reached(item, year) is None
    ]


def _has_figures(record: YearPlan) -> bool:
    return all(isinstance(one, int | float) for one in (record.target, record.result.value))


def _is_unknown(plan: Plan, item: Item, year: int) -> bool:
    """届いたかどうかを知るものが、何も入っていないか。"""
    result = item.year(year).result
    known = (result.text, result.value, result.effect, grade_of(plan, item, year))
    return all(one is None for one in known) and not has_result(plan, item.year(year))


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


def with_unit(item: Item) -> str:
    """単位の付いた指標の名。"""
    name, unit = item.indicator.name, item.indicator.unit
    return f"{name}（{unit}）" if unit and unit not in ("-", "ー") else name
