"""効果額：年度ごと、基本方針ごとの見込額と実績額、累計。金額は千円。

数は、図を描く数と、表に印刷する文字の二つの形で持つ。

どの年度の額も、その年度に計画にあった実施項目の分だけを足す。過ぎた年度の見込額は、
その年度の実績を照会したときのもの。これから先の年度は、いまの計画のもの。
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sheetgen.era import wareki_full
from sheetgen.messages.quoting import in_short
from sheetgen.messages.vocabulary import Vocabulary
from sheetgen.plan.item import Item, YearPlan, subtotal
from sheetgen.plan.plan import Plan, Policy, printed_number
from sheetgen.plan.value import Value
from sheetgen.plan.years import PlanYears
from sheetgen.publish.document.overview import amount, marked, policy_name, provisional_count_note

PLANNED, ACTUAL = "years.effect", "years.result.effect"


@dataclass(frozen=True, slots=True)
class Figure:
    """図に描く数と、表に書く文字。数がなければ ``value`` は ``None``。"""

    value: float | None
    text: str


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


def has_effects(plan: Plan) -> bool:
    """見込額と実績額の、どちらもある計画か。片方だけなら、ほかの合計する欄と同じ表にする。"""
    return plan.has(PLANNED) and plan.has(ACTUAL)


def effects(years: PlanYears, year: int) -> Effects | None:
    """``year`` の効果額と、計画の初年度からその年度までの累計。効果額のない計画では ``None``。"""
    plan = years.plan
    if not has_effects(plan):
        return None
    by_policy, total = effect_rows(years, year)
    sums = _Sums(years, year)
    by_year = tuple(
        EffectYear(
            wareki_full(one),
            planned=sums.planned([one]),
            actual=sums.actual([one]) if one <= year else _NOTHING,
            planned_to_date=sums.planned(until),
            actual_to_date=sums.actual(until) if one <= year else _NOTHING,
        )
        for one in plan.fiscal_years
        for until in [[other for other in plan.fiscal_years if other <= one]]
    )
    return Effects(
        heading=f"効果額（{wareki_full(year)}と累計）",
        note="単位は千円。数で示された効果額だけを足している。どの年度の額も、その年度に計画にあった"
        f"{plan.words.item}の分である。累計は{wareki_full(plan.first_year)}から。"
        f"{_provisional_note(sums, year)}{_taken_out_note(plan, year)}{_uncounted_note(plan, year)}"
        f"{_unanswered_note(plan.words, sums, year)}{_negative_note((*by_policy, *by_year))}",
        by_policy=by_policy,
        total=total,
        by_year=by_year,
    )


def effect_rows(years: PlanYears, year: int | None) -> tuple[tuple[EffectRow, ...], EffectRow]:
    """基本方針ごとの効果額と、その計。``year`` が None なら、まだ実績の年度はない。"""
    sums = _Sums(years, year)
    own = [] if year is None else [year]
    to_date = [one for one in years.plan.fiscal_years if year is not None and one <= year]

    def row(label: str, policy: int | None) -> EffectRow:
        return EffectRow(
            label,
            planned=sums.planned(own, policy),
            actual=sums.actual(own, policy),
            planned_to_date=sums.planned(to_date, policy),
            actual_to_date=sums.actual(to_date, policy),
            planned_in_all=sums.planned(years.plan.fiscal_years, policy),
        )

    rows = tuple(row(_name(years.plan, policy), policy.number) for policy in years.plan.policies)
    return rows, row("計", None)


class _Sums:
    """年度と基本方針ごとの合計。"""

    def __init__(self, years: PlanYears, until: int | None) -> None:
        self.items: Mapping[int, list[tuple[int, Item]]] = {
            one: [
                (policy.number, item)
                for policy, _, item in (
                    years.in_year(one)
                    if until is not None and one <= until
                    else years.plan.in_year(one)
                ).items()
            ]
            for one in years.plan.fiscal_years
        }

    def planned(self, years: Iterable[int], policy: int | None = None) -> Figure:
        """見込額の合計。数が一つもなければ ``None``。"""
        found = [
            (item.year(year), item.year(year).effect) for year, item in self._of(years, policy)
        ]
        return _sum(found, "effect")

    def actual(self, years: Iterable[int], policy: int | None = None) -> Figure:
        """実績額の合計。数が一つもなければ ``None``。"""
        places = self._of(years, policy)
        found = [(item.year(year), item.year(year).result.effect) for year, item in places]
        return _sum(found, "result.effect")

    def _of(self, years: Iterable[int], policy: int | None) -> Iterator[tuple[int, Item]]:
        for year in years:
            for number, item in self.items[year]:
                if policy in (None, number):
                    yield year, item


def _name(plan: Plan, policy: Policy) -> str:
    return f"{policy_name(plan, policy).label} {policy.name}"


def _sum(found: Sequence[tuple[YearPlan, Value]], name: str) -> Figure:
    """合計。暫定の額を含めば、印を付ける。"""
    value = subtotal(value for _, value in found)
    early = any(name in one.provisional for one, value in found if _is_number(value))
    return Figure(value, marked(amount(value), early))


_NOTHING = Figure(None, amount(None))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


SHOWN = 5


def _provisional_note(sums: _Sums, year: int) -> str:
    """暫定の額の数。なければ空。"""
    count = sum(
        name in record.provisional and _is_number(value)
        for one, places in sums.items.items()
        for _, item in places
        for record in [item.year(one)]
        for name, value, last in (
            ("effect", record.effect, one),
            ("result.effect", record.result.effect, year),
        )
        if one <= last
    )
    return provisional_count_note(count, is_total=True)


def _taken_out_note(plan: Plan, year: int) -> str:
    """終わった実施項目の、これから先の見込額を含まないことわり。なければ空。"""
    gone = [
        (f"{printed_number(measure, item)} {item.title}", one.effect, one.fiscal_year)
        for _, measure, item in plan.ended()
        for one in item.years
        if one.fiscal_year > max(year, plan.last_year(item)) and _is_number(one.effect)
    ]
    if not gone:
        return ""
    words = plan.words
    names = in_short(list(dict.fromkeys(label for label, _, _ in gone)), SHOWN, "件")
    total = subtotal(effect for _, effect, _ in gone)
    first = wareki_full(min(when for _, _, when in gone))
    planned = words.heading("見込額", "years.effect")
    return f"終了した{words.item}（{names}）の{first}以降の{planned} {amount(total)} は含まない。"


def _uncounted_note(plan: Plan, year: int) -> str:
    """計画に加わる前の年度に書かれた実績額を、数えていないことわり。なければ空。"""
    early = [
        (printed_number(measure, item), one.result.effect)
        for _, measure, item in (*plan.items(), *plan.ended())
        for one in item.years
        if one.fiscal_year <= year
        and not plan.is_in_force(item, one.fiscal_year)
        and _is_number(one.result.effect)
    ]
    if not early:
        return ""
    names = in_short(list(dict.fromkeys(label for label, _ in early)), SHOWN, "件")
    total = subtotal(effect for _, effect in early)
    actual = plan.words.heading("実績額", "years.result.effect")
    return f"計画になかった年度に書かれた{actual}（{names}、{amount(total)}）は数えていない。"


def _unanswered_note(words: Vocabulary, sums: _Sums, year: int) -> str:
    """見込額に当たる実績額がまだない実施項目。どれも入っていれば空。"""
    open_items = {
        item.id
        for one, places in sums.items.items()
        for _, item in places
        if one <= year
        and _is_number(item.year(one).effect)
        and item.year(one).result.effect is None
    }
    if not open_items:
        return ""
    planned = words.heading("見込額", "years.effect")
    actual = words.heading("実績額", "years.result.effect")
    return f"{planned}には、{actual}のまだない{words.item}（{len(open_items)}件）の分も含む。"


def _negative_note(rows: Iterable[EffectRow | EffectYear]) -> str:
    """図に棒のない、負の累計があることわり。なければ空。"""
    drawn = [one.value or 0 for row in rows for one in (row.planned_to_date, row.actual_to_date)]
    return "負の額は表にだけあり、図に棒はない。" if min(drawn, default=0) < 0 else ""
