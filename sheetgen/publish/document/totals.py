"""計画が合計すると決めた欄の、基本方針ごと、年度ごとの計。"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sheetgen.era import wareki, wareki_full
from sheetgen.plan.fields import PlanField
from sheetgen.plan.item import Item, subtotal
from sheetgen.plan.plan import Measure, Plan, Policy
from sheetgen.plan.round import FieldKind
from sheetgen.plan.value import Value, printed
from sheetgen.plan.years import PlanYears
from sheetgen.publish.document.effects import ACTUAL, PLANNED, has_effects
from sheetgen.publish.document.overview import marked, policy_name, provisional_count_note

_UNIT = re.compile(r"([(（][^()（）]*[)）])?$")
"""見出しの終わりの単位。計の見出しでは、「の計」の後に置く。"""


@dataclass(frozen=True, slots=True)
class TotalRow:
    """計の一行。``cells`` は年度の順。"""

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """一つの欄の計。``columns`` は見出し（基本方針、各年度、計）。終わりの行は、年度ごとの累計。"""

    heading: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[TotalRow, ...]


def totals(years: PlanYears, year: int) -> tuple[Totals, ...]:
    """合計する欄ごとの計。見込額と実績額の両方があれば、その二つは効果額の章にある。

    過ぎた年度（``year`` まで）の値は、その年度に計画にあった実施項目の分だけを足す。
    """
    plan = years.plan
    known = (PLANNED, ACTUAL) if has_effects(plan) else ()
    fields = [one for one in plan.field_table.values() if one.sums and one.key not in known]
    places = {
        one: list((years.in_year(one) if one <= year else plan.in_year(one)).items())
        for one in plan.fiscal_years
    }
    return tuple(_totals(plan, field, places) for field in fields if field.per_year)


def added(values: Iterable[Value], field: PlanField) -> Value:
    """合計する欄の計。金額は、印刷する数どうしを足す。数が一つもなければ ``None``。"""
    found = list(values)
    if field.kind is FieldKind.MONEY:
        return subtotal(found)
    numbers = [Decimal(repr(one)) for one in found if isinstance(one, int | float)]
    if not numbers:
        return None
    total = sum(numbers, Decimal())
    return int(total) if total == total.to_integral_value() else float(total)


def total_text(values: Iterable[Value], field: PlanField) -> str:
    """合計する欄の計の書き方。数がなければ ``-``。"""
    total = added(values, field)
    return "-" if total is None else printed(total, field.number_format)


_Places = dict[int, list[tuple[int, Item]]]


def _totals(
    plan: Plan, field: PlanField, living: Mapping[int, list[tuple[Policy, Measure, Item]]]
) -> Totals:
    words = plan.words
    places = {
        year: [(policy.number, item) for policy, _, item in found] for year, found in living.items()
    }

    def row(label: str, policy: int | None) -> TotalRow:
        every = list(places)
        cells = (_cell(field, _values(plan, field, places, [one], policy)) for one in every)
        return TotalRow(label, (*cells, _cell(field, _values(plan, field, places, every, policy))))

    known = {year: list(_values(plan, field, places, [year], None)) for year in places}
    counted = {year: [one for one in found if _is_number(one[0])] for year, found in known.items()}
    last = max((year for year, found in counted.items() if found), default=0)
    # 値のまだない年度に、前の年度までの累計を繰り返さない。
    to_date = tuple(
        _cell(field, (one for before in places if before <= year for one in known[before]))
        if year <= last
        else "-"
        for year in places
    )
    early = sum(is_early for found in counted.values() for _, is_early in found)
    return Totals(
        heading=_UNIT.sub(r"の計\1", field.label, count=1),
        note=f"数で示されたものだけを足している。どの年度も、その年度に計画にあった{words.item}の分である。"
        f"累計は{wareki_full(plan.first_year)}から。"
        + provisional_count_note(early, is_total=True),
        columns=(words.policy, *(wareki(year) for year in places), "計"),
        rows=(
            *(
                row(f"{policy_name(plan, policy).label} {policy.name}", policy.number)
                for policy in plan.policies
            ),
            row("計", None),
            TotalRow("累計", (*to_date, "")),
        ),
    )


def _values(
    plan: Plan, field: PlanField, places: _Places, years: list[int], policy: int | None
) -> Iterator[tuple[Value, bool]]:
    """値と、暫定か。"""
    for year in years:
        index = plan.fiscal_years.index(year)
        for number, item in places[year]:
            if policy in (None, number):
                value = field.value(item, index)
                yield value, field.name in item.years[index].provisional


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float)


def _cell(field: PlanField, found: Iterable[tuple[Value, bool]]) -> str:
    known = list(found)
    early = any(is_early for value, is_early in known if _is_number(value))
    return marked(total_text((value for value, _ in known), field), early)
