"""様式に出ない、計画が増やした欄の値（委員会の意見など）。実施項目ごとに並べる。"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sheetgen.era import wareki
from sheetgen.plan.fields import PlanField
from sheetgen.plan.item import Item
from sheetgen.plan.plan import Plan, item_label
from sheetgen.plan.value import printed
from sheetgen.publish.document.overview import marked


@dataclass(frozen=True, slots=True)
class ItemWords:
    """一つの実施項目の値。"""

    item: str
    label: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ItemTexts:
    """一つの欄の、実施項目ごとの値。値のない実施項目は並べない。"""

    heading: str
    columns: tuple[str, str]
    rows: tuple[ItemWords, ...]


def texts_off_form(plan: Plan, on_form: Collection[str]) -> tuple[ItemTexts, ...]:
    """様式に出ない欄の値。``on_form`` は、様式に出る欄の名。"""
    return tuple(
        ItemTexts(field.label, (plan.words.item, field.label), rows)
        for field in plan.field_table.values()
        if field.is_declared and field.key not in on_form and (rows := _rows(plan, field))
    )


def _rows(plan: Plan, field: PlanField) -> tuple[ItemWords, ...]:
    return tuple(
        ItemWords(item.id, item_label(measure, item), item.title, text)
        for _, measure, item in plan.items()
        if (text := _text(item, field))
    )


def _text(item: Item, field: PlanField) -> str:
    """欄の値。年度ごとの欄は、年度を頭に付けて並べる。"""
    if not field.per_year:
        return printed(field.value(item), field.number_format)
    lines = []
    for index, year in enumerate(item.years):
        text = printed(field.value(item, index), field.number_format)
        shown = marked(text, field.name in year.provisional)
        lines += [f"{wareki(year.fiscal_year)}：{shown}"] if shown else []
    return "\n".join(lines)
