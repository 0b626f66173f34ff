"""年次見直しで新しくなった、終わった、変わった実施項目の表。"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sheetgen.era import wareki_full
from sheetgen.plan.item import Item, YearPlan
from sheetgen.plan.plan import Measure, Plan, item_label


@dataclass(frozen=True, slots=True)
class ChangedItem:
    """新しい、終わった、または変わった実施項目。``what`` は変わった欄。"""

    item: str
    label: str
    title: str
    owners: str
    what: str


@dataclass(frozen=True, slots=True)
class Changes:
    """年次見直しで新しくなった、終わった、変わった実施項目。

    分からないものは None で、印刷しない。0 と書けば、なかったことになる。
    """

    heading: str
    new: tuple[ChangedItem, ...]
    ended: tuple[ChangedItem, ...] | None
    changed: tuple[ChangedItem, ...] | None


_FIELDS = ("title", "owners", "related_sections", "improvement", "current_state", "vision",
           "indicator")  # fmt: skip


def changes(plan: Plan, earlier: Plan | None) -> Changes:
    """変わった実施項目。``earlier`` がなければ、新しいものと、計画にある終わったものだけ。"""
    known = {item.id: (measure, item) for _, measure, item in earlier.items()} if earlier else {}
    now = {item.id for _, _, item in plan.items()}
    ended = [item_id for item_id in known if item_id not in now]
    ended += [one for one in plan.revision.retired_items if one not in ended]
    changed = []
    for _, measure, item in plan.items():
        if item.id in known and not plan.is_new(item):
            what = "、".join(_differences(known[item.id], (measure, item), plan))
            if what:
                changed.append(_entry(measure, item, what))
    return Changes(
        heading=f"{wareki_full(plan.revision.fiscal_year)}年次見直しで変わった実施項目",
        new=tuple(
            _entry(measure, item, "新規") for _, measure, item in plan.items() if plan.is_new(item)
        ),
        ended=tuple(
            _entry(*known[one], "終了") if one in known else ChangedItem(one, one, "", "", "終了")
            for one in ended
        )
        if ended or earlier
        else None,
        changed=tuple(changed) if earlier else None,
    )


def _entry(measure: Measure, item: Item, what: str) -> ChangedItem:
    owners = "、".join(owner.section for owner in item.owners)
    return ChangedItem(item.id, item_label(measure, item), item.title, owners, what)


def _differences(old: tuple[Measure, Item], new: tuple[Measure, Item], plan: Plan) -> Iterator[str]:
    """変わった欄の見出し。終わった年度の実績は、見直しではないので除く。"""
    before, after = old[1], new[1]
    if item_label(*old) != item_label(*new):
        yield f"番号（{item_label(*old)}から）"
    for name in _FIELDS:
        if getattr(before, name) != getattr(after, name):
            yield str(Item.model_fields[name].title)
    yielded = []
    for year in after.years:
        past = next((one for one in before.years if one.fiscal_year == year.fiscal_year), None)
        if past is None or year.fiscal_year < plan.revision.fiscal_year:
            continue
        yielded += [
            str(YearPlan.model_fields[name].title)
            for name in ("plan", "target", "effect")
            if getattr(past, name) != getattr(year, name)
        ]
        if yielded:
            yield f"{wareki_full(year.fiscal_year)}の{'・'.join(yielded)}"
            yielded = []
