"""計画の終わり：計画期間を通した評価と目標と効果額、終わった実施項目の最後の実績。"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from sheetgen.era import wareki_full
from sheetgen.plan.item import Item, subtotal
from sheetgen.plan.plan import Measure, Plan, printed_number
from sheetgen.plan.value import EFFECT_FORMAT, printed
from sheetgen.plan.years import PlanYears
from sheetgen.publish.document.behind import is_reached_at_last, with_unit
from sheetgen.publish.document.effects import ACTUAL, PLANNED, EffectRow, effect_rows, has_effects
from sheetgen.publish.document.grades import (
    GradeRow,
    grade_name,
    grade_of,
    grade_row,
    has_grade,
    scale_columns,
)
from sheetgen.publish.document.overview import FIGURES, Columns, amount, columns_of, marked, shows


@dataclass(frozen=True, slots=True)
class ResultRow:
    """終わった実施項目の、最後の年度の実績。``last`` はその年度。"""

    label: str
    title: str
    owners: str
    last: str
    indicator: str
    target: str
    actual: str
    planned_effect: str
    actual_effect: str
    grade: str
    text: str


@dataclass(frozen=True, slots=True)
class EndedResults:
    """終わった実施項目の最後の実績の表。"""

    heading: str
    note: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    rows: tuple[ResultRow, ...]


@dataclass(frozen=True, slots=True)
class YearlyGrades:
    """同じ段階で評価した年度の、評価の数。行は年度。"""

    grades: tuple[str, ...]
    meanings: tuple[str, ...]
    rows: tuple[GradeRow, ...]


@dataclass(frozen=True, slots=True)
class FinalRow:
    """一つの実施項目の、最終の目標と実績。``reached`` は 達成・未達、比べられなければ ``-``。

    ``is_ended`` なら、最終年度で終わっていて、様式のページはない。
    """

    item: str
    label: str
    title: str
    is_ended: bool
    indicator: str
    current: str
    target: str
    actual: str
    reached: str
    planned_effect: str
    actual_effect: str
    grade: str


@dataclass(frozen=True, slots=True)
class WholePeriod:
    """計画期間のまとめ。``yearly`` は、段階の変わるごとに分かれる。

    効果額のない計画では、``by_policy`` は空、``total`` は None。
    """

    heading: str
    note: str
    yearly: tuple[YearlyGrades, ...]
    by_policy: tuple[EffectRow, ...]
    total: EffectRow | None
    final_heading: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    finals: tuple[FinalRow, ...]
    ended: EndedResults | None


def _ended_columns(plan: Plan) -> Columns:
    words = plan.words
    return columns_of(
        plan,
        ("item", words.item, ()),
        ("owners", words["overview.owners"], ()),
        ("last", "最後の年度", ()),
        ("indicator", words["indicator"], ("indicator", "indicator.name")),
        ("target", words.heading("目標値", "years.target"), ("indicator", "years.target")),
        (
            "actual",
            words.heading("実績値", "years.result.value"),
            ("indicator", "years.result.value"),
        ),
        ("planned_effect", words.heading("効果見込額", PLANNED), (PLANNED,)),
        ("actual_effect", words.heading("実績効果額", ACTUAL), (ACTUAL,)),
        ("grade", words["years.result.grade"], ("years.result.grade",)),
        ("text", words["years.result.text"], ("years.result.text",)),
    )


def _final_columns(plan: Plan) -> Columns:
    words, overall = plan.words, "overall_grade"
    grade = overall if plan.has(overall) else "years.result.grade"
    return columns_of(
        plan,
        ("item", words.item, ()),
        ("indicator", words["indicator"], ("indicator", "indicator.name")),
        (
            "current",
            words.heading("現状値", "indicator.current"),
            ("indicator", "indicator.current"),
        ),
        (
            "target",
            words.heading("最終目標値", "indicator.target"),
            ("indicator", "indicator.target"),
        ),
        (
            "actual",
            f"最終{words.heading('実績値', 'years.result.value')}",
            ("indicator", "years.result.value"),
        ),
        ("reached", "達成", FIGURES),
        ("planned_effect", words.heading("効果見込額", PLANNED), (PLANNED,)),
        ("actual_effect", words.heading("実績効果額", ACTUAL), (ACTUAL,)),
        ("grade", words[grade], (grade,)),
    )


def ended_results(years: PlanYears, year: int) -> EndedResults | None:
    """``year`` を最後に終わった実施項目の実績。なければ ``None``。"""
    places = [
        (measure, item)
        for _, measure, item in years.plan.ended()
        if years.plan.last_year(item) == year
    ]
    heading = f"{wareki_full(year)}で終了した{years.plan.words.item}の実績（{len(places)}件）"
    return _ended(years, heading, places)


def whole_period(years: PlanYears) -> WholePeriod:
    """計画期間のまとめ。最終年度の実績が入ってから作る。"""
    plan = years.plan
    words, last = plan.words, plan.final_year
    target = words.heading("目標値", "years.target")
    by_policy, total = effect_rows(years, last) if has_effects(plan) else ((), None)
    ended = [(measure, item) for _, measure, item in plan.ended()]
    then = years.in_year(last)
    period = f"{wareki_full(plan.first_year)}から{wareki_full(last)}まで"
    finals = "最終の目標と実績" if shows(plan, *FIGURES) else "最終の結果"
    return WholePeriod(
        heading=f"計画期間（{period}）のまとめ",
        note=f"年度ごとに、その年度に計画にあった{words.item}を数えている。"
        + (
            f"効果額の単位は千円で、計画期間の各年度に計画にあった{words.item}の分を足している。"
            if has_effects(plan)
            else ""
        )
        + (
            f"計画最終年度の{target}は、期間を通した計のことがあるので、届いたかどうかは、"
            f"{wareki_full(last)}の{target}に照らしても同じと分かるときだけ書いている。"
            if shows(plan, *FIGURES)
            else ""
        ),
        yearly=tuple(_yearly(years)),
        by_policy=by_policy,
        total=total,
        final_heading=f"{finals}（{then.item_count}件）",
        columns=tuple(_final_columns(plan).values()),
        keys=tuple(_final_columns(plan)),
        finals=tuple(_final(years, measure, item) for _, measure, item in then.items()),
        ended=_ended(years, f"計画期間に終了した{words.item}（{len(ended)}件）", ended),
    )


def _yearly(years: PlanYears) -> Iterable[YearlyGrades]:
    seen = [
        (year, years.in_year(year))
        for year in years.plan.fiscal_years
        if has_grade(years.plan, year)
    ]
    for columns, group in groupby(seen, key=lambda one: scale_columns(one[1])):
        yield YearlyGrades(
            grades=(names := tuple(grade for grade, _ in columns)),
            meanings=tuple(meaning for _, meaning in columns),
            rows=tuple(
                grade_row(
                    then,
                    f"{wareki_full(year)}（{grade_name(then, year)}）",
                    [item for _, _, item in then.items()],
                    year,
                    names[:-1],
                )
                for year, then in group
            ),
        )


def _final(years: PlanYears, measure: Measure, item: Item) -> FinalRow:
    plan, code = years.plan, item.indicator.number_format
    last = item.year(plan.final_year)
    reached = is_reached_at_last(plan, item, plan.final_year)
    planned, actual = _effects(years, item)
    return FinalRow(
        item=item.id,
        label=printed_number(measure, item),
        title=item.title,
        is_ended=all(one.id != item.id for _, _, one in plan.items()),
        indicator=with_unit(item),
        current=printed(item.indicator.current, code),
        target=printed(item.indicator.target, code),
        actual=marked(printed(last.result.value, code), "result.value" in last.provisional),
        reached="-" if reached is None else "達成" if reached else "未達",
        planned_effect=planned,
        actual_effect=actual,
        grade=grade_of(plan, item, plan.final_year) or "",
    )


def _effects(years: PlanYears, item: Item) -> tuple[str, str]:
    """計画にあった年度の、効果見込額と実績効果額の計。数がなければ ``-``。"""
    found = [
        one.year(year)
        for year in years.plan.fiscal_years
        for _, _, one in years.in_year(year).items()
        if one.id == item.id
    ]
    early = [name for one in found for name in one.provisional]
    return (
        marked(amount(subtotal(one.effect for one in found)), "effect" in early),
        marked(amount(subtotal(one.result.effect for one in found)), "result.effect" in early),
    )


def _ended(
    years: PlanYears, heading: str, places: list[tuple[Measure, Item]]
) -> EndedResults | None:
    if not places:
        return None
    rows = tuple(_ended_row(years, measure, item) for measure, item in places)
    words = years.plan.words
    note = f"終了した{words.item}の、計画にあった最後の年度の実績。"
    if years.plan.has(PLANNED) or years.plan.has(ACTUAL):
        note += "効果額の単位は千円。"
    columns = _ended_columns(years.plan)
    return EndedResults(heading, note, tuple(columns.values()), tuple(columns), rows)


def _ended_row(years: PlanYears, measure: Measure, item: Item) -> ResultRow:
    year = years.plan.last_year(item)
    then = {one.id: one for _, _, one in years.in_year(year).items()}.get(item.id, item)
    record, code = then.year(year), then.indicator.number_format
    early = record.provisional
    return ResultRow(
        label=printed_number(measure, item),
        title=item.title,
        owners="、".join(owner.section for owner in then.owners),
        last=wareki_full(year),
        indicator=with_unit(then),
        target=marked(printed(record.target, code), "target" in early),
        actual=marked(printed(record.result.value, code), "result.value" in early),
        planned_effect=marked(printed(record.effect, EFFECT_FORMAT), "effect" in early),
        actual_effect=marked(
            printed(record.result.effect, EFFECT_FORMAT), "result.effect" in early
        ),
        grade=grade_of(years.plan, then, year) or "",
        text=record.result.text or "",
    )
