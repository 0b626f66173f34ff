"""項目のページに見せる、一つの実施項目の値。並びは、計画の欄の表のとおり。"""

from __future__ import annotations

from typing import NamedTuple

from sheetgen.era import wareki
from sheetgen.plan.fields import INDICATOR, PlanField
from sheetgen.plan.item import Item, subtotal
from sheetgen.plan.paths import PROVISIONAL_NOTE, is_provisional
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import FieldKind
from sheetgen.plan.value import EFFECT_FORMAT, printed

_NUMBERS = (FieldKind.FIGURE, FieldKind.MONEY)
_THOUSANDS = "（千円）"


class Column(NamedTuple):
    """年度ごとの値の一列。``name`` は、狭い画面で値の前に出る名。"""

    field: PlanField
    heading: str
    name: str

    @property
    def is_number(self) -> bool:
        """右にそろえる列か。"""
        return self.field.kind in _NUMBERS

    @property
    def sums(self) -> bool:
        """小計のある列か。"""
        return self.field.sums


Cells = tuple[tuple[Column, str], ...]


class YearTable(NamedTuple):
    """年度ごとの値の表。``notes`` は単位の断り。小計のある列がなければ、``totals`` は空。"""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, Cells], ...]
    totals: Cells
    notes: tuple[str, ...]


def year_table(plan: Plan, item: Item) -> YearTable:
    """年度ごとの値。計画にない欄は並ばない。"""
    columns = tuple(_column(plan, one) for one in plan.field_table.values() if one.per_year)
    rows = tuple(
        (
            wareki(year.fiscal_year),
            tuple((one, _text(item, one.field, at)) for one in columns),
        )
        for at, year in enumerate(item.years)
    )
    totals = tuple((one, _total(item, one.field)) for one in columns)
    return YearTable(
        columns,
        rows,
        totals if any(one.sums for one in columns) else (),
        tuple(_notes(plan, item, columns)),
    )


def own_values(plan: Plan, item: Item) -> list[tuple[str, str]]:
    """年度によらない、計画が増やした欄の名と値。"""
    return [
        (one.label, _shown(item, one, 0))
        for one in plan.field_table.values()
        if one.is_declared and not one.per_year
    ]


def _column(plan: Plan, one: PlanField) -> Column:
    words = plan.words
    short = {
        "years.target": words.heading("目標値", "years.target"),
        "years.effect": words.heading("効果見込額", "years.effect"),
        "years.result.value": words.heading("実績値", "years.result.value"),
        "years.result.effect": words.heading("実績効果額", "years.result.effect"),
    }
    heading = short.get(one.key, one.label)
    is_amount = one.kind is FieldKind.MONEY and not one.is_declared
    return Column(one, heading, heading + (_THOUSANDS if is_amount else ""))


def _text(item: Item, one: PlanField, index: int) -> str:
    mark = PROVISIONAL_NOTE if is_provisional(item, one.path(index)) else ""
    return _shown(item, one, index) + mark


def _shown(item: Item, one: PlanField, index: int) -> str:
    of_indicator = one.kind is FieldKind.FIGURE and not one.is_declared
    code = item.indicator.number_format if of_indicator else one.number_format
    return printed(one.value(item, index), code)


def _total(item: Item, one: PlanField) -> str:
    if not one.sums:
        return ""
    found = subtotal(one.value(item, at) for at in range(len(item.years)))
    return "-" if found is None else printed(found, EFFECT_FORMAT)


def _notes(plan: Plan, item: Item, columns: tuple[Column, ...]) -> list[str]:
    found = []
    if plan.has(f"{INDICATOR}.unit"):
        indicator = plan.words.heading("指標", f"{INDICATOR}.name", INDICATOR)
        unit = item.indicator.unit or "なし"
        found.append(f"{indicator}の{plan.words[f'{INDICATOR}.unit']}: {unit}")
    if any(one.field.kind is FieldKind.MONEY for one in columns):
        found.append("効果額の単位: 千円")
    return found
