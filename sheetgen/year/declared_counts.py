"""状況に見せる、計画の増やした欄の数：選んだもの、値のあるもの、そのうち暫定。"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from sheetgen.era import wareki_full
from sheetgen.form.rounds import open_paths
from sheetgen.messages.year import BLANK
from sheetgen.plan.fields import PlanField
from sheetgen.plan.item import Item
from sheetgen.plan.paths import is_provisional
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import FieldKind, Round
from sheetgen.plan.years import PlanYears
from sheetgen.publish.document.grades import GradeRow, grade_rows
from sheetgen.year.standing import FieldBar, FieldCount


def field_bars(years: PlanYears, chosen: Round, year: int | None) -> Iterator[FieldBar]:
    """一覧から選ぶ欄ごとの、基本方針ごとの数。``year`` は、成果を見せる年度。"""
    for field, shown, then in _counted_fields(years, chosen, year):
        if not field.options:
            continue
        row = partial(_row, field, then.fiscal_years.index(shown))
        labels = [one.label for one in grade_rows(then, shown)[0]]
        rows = tuple(
            row(label, [item for measure in policy.measures for item in measure.items])
            for label, policy in zip(labels, then.policies, strict=True)
        )
        total = row("計", [item for _, _, item in then.items()])
        yield FieldBar(field.label, _year_words(field, shown), (*field.options, BLANK), rows, total)


def field_counts(years: PlanYears, chosen: Round, year: int | None) -> Iterator[FieldCount]:
    """数と金額の欄ごとの、値のある実施項目の数。"""
    for field, shown, then in _counted_fields(years, chosen, year):
        if field.options:
            continue
        at = then.fiscal_years.index(shown)
        items = [item for _, _, item in then.items()]
        filled = [item for item in items if field.value(item, at) is not None]
        marked = [one for one in filled if is_provisional(one, field.path(at))]
        words = _year_words(field, shown)
        yield FieldCount(field.label, words, len(filled), len(marked), len(items))


def _counted_fields(
    years: PlanYears, chosen: Round, year: int | None
) -> Iterator[tuple[PlanField, int, Plan]]:
    """数える欄と、見せる年度と、その年度の計画。

    この照会で聞く欄は聞く年度、ほかは成果を見せる年度のもの。
    """
    plan, asked = years.plan, chosen.result_year
    opened = open_paths(plan, chosen)
    for field in plan.field_table.values():
        if not field.is_declared or field.kind is FieldKind.TEXT:
            continue
        is_asked = asked in plan.fiscal_years and (
            field.path(plan.fiscal_years.index(asked)) in opened
        )
        shown = asked if is_asked else year
        if shown is not None:
            yield field, shown, years.in_year(shown)


def _row(field: PlanField, at: int, label: str, items: Iterable[Item]) -> GradeRow:
    found = [field.value(item, at) for item in items]
    counts = [found.count(one) for one in field.options]
    return GradeRow(label, (*counts, len(found) - sum(counts)), len(found))


def _year_words(field: PlanField, year: int) -> str:
    return wareki_full(year) if field.per_year else ""
