"""計画が自分で決めたものの行：増やした欄の値、ことば、ほかの評価の区分。

``key`` は、もとの計画の JSON の中の、その値か記録の場所。
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sheetgen.era import wareki
from sheetgen.form.context import owners_text
from sheetgen.plan.declared import Terms
from sheetgen.plan.fields import SHIPPED
from sheetgen.plan.item import Item
from sheetgen.plan.leaves import path_of
from sheetgen.plan.plan import Measure, Plan, item_label
from sheetgen.plan.scales import Counts
from sheetgen.plan.value import Value

Json = Any
Placed = Iterable[tuple[str, Measure, Item]]
"""実施項目の場所と、推進項目と、実施項目。"""
COUNTS_WORDS: Mapping[Counts, str] = {
    Counts.ACHIEVED: "達成",
    Counts.ON_TRACK: "順調",
    Counts.BEHIND: "遅れ",
    Counts.NONE: "対象外",
}
"""評価の扱いの書き方。"""


@dataclass(frozen=True, slots=True)
class YearValues:
    """一つの実施項目の、一つの年度の、増やした欄の値。``grade`` と ``text`` は、そばに見せる。

    ``values`` は、欄の名の属性を持つ。直すところのわけは ``reason`` に書く。
    """

    key: str
    label: str
    title: str
    owners: str
    fiscal_year: str
    text: Value
    grade: Value
    values: Any
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ItemValues:
    """一つの実施項目の、増やした欄の値。"""

    key: str
    label: str
    title: str
    owners: str
    values: Any


@dataclass(frozen=True, slots=True)
class WordRow:
    """計画のことばの一つ。``own`` が None なら、初めのことば ``shipped`` のまま。"""

    key: str
    name: str
    shipped: str
    own: str | None


@dataclass(frozen=True, slots=True)
class StepRow:
    """実施項目の評価のほかの、評価の一段階。"""

    key: str
    fields: str
    grade: str
    meaning: str
    counts: str | None


def _values(plan: Plan, item: Item, index: int | None) -> SimpleNamespace:
    found = {
        one.name.partition(".")[2]: one.value(item, index or 0)
        for one in plan.field_table.values()
        if one.is_declared and one.per_year is (index is not None)
    }
    return SimpleNamespace(**found)


def year_values(plan: Plan, placed: Placed) -> Iterator[YearValues]:
    """年度ごとの増やした欄の行。"""
    if not any(one.per == "year" for one in plan.fields):
        return
    for key, measure, item in placed:
        for at, year in enumerate(item.years):
            yield YearValues(
                f"{key}.years[{at}]", item_label(measure, item), item.title, owners_text(item),
                wareki(year.fiscal_year), year.result.text, year.result.grade,
                _values(plan, item, at),
            )  # fmt: skip


def item_values(plan: Plan, placed: Placed) -> Iterator[ItemValues]:
    """実施項目ごとの増やした欄の行。"""
    if not any(one.per == "item" for one in plan.fields):
        return
    for key, measure, item in placed:
        yield ItemValues(
            key,
            item_label(measure, item),
            item.title,
            owners_text(item),
            _values(plan, item, None),
        )


def word_rows(plan: Plan) -> Iterator[WordRow]:
    """計画のことばの行。階層などの名のあとに、欄の見出しが並ぶ。"""
    said = plan.terms or Terms()
    for name, info in Terms.model_fields.items():
        if name != "labels":
            own = getattr(said, name)
            yield WordRow(f"terms.{name}", info.title or "", getattr(SHIPPED, name), own)
    own_labels = {f"{one.key}": one.label for one in plan.field_table.values() if one.is_declared}
    for key in plan.field_table:
        shipped = own_labels.get(key) or SHIPPED.labels[key]
        place = path_of(("terms", "labels", key))
        yield WordRow(place, f"欄の見出し（{shipped}）", shipped, said.labels.get(key))


def step_rows(plan: Plan) -> Iterator[StepRow]:
    """ほかの評価の区分（二次評価など）の行。"""
    for name, steps in plan.scales.items():
        used = "、".join(one.label for one in plan.fields if one.scale == name)
        for at, step in enumerate(steps):
            counts = COUNTS_WORDS[step.counts] if step.counts else None
            yield StepRow(f"scales.{name}[{at}]", used, step.grade, step.meaning, counts)


@contextmanager
def opened(record: Json, *names: str) -> Iterator[Json]:
    """``record`` の中の、書いてあるときだけある入れ物。出るときに、空の値と空の入れ物を除く。"""
    holders = [record]
    for name in names if record is not None else ():
        holders.append(holders[-1].get(name) or {})
        holders[-2][name] = holders[-1]
    yield holders[-1]
    for at in range(len(holders) - 1, 0, -1) if record is not None else ():
        for name in [name for name, value in holders[at].items() if value in (None, {})]:
            del holders[at][name]
        if not holders[at]:
            del holders[at - 1][names[at - 1]]
