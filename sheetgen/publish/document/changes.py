"""年次見直しで新しくなった、終わった、変わった実施項目の表。"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sheetgen.era import wareki_full
from sheetgen.plan.plan import Plan, item_label
from sheetgen.plan.unseen import composed
from sheetgen.publish.comparison.blocks import ComparedState
from sheetgen.publish.comparison.groups import group_sections
from sheetgen.publish.comparison.listings import ItemChange, item_changes


@dataclass(frozen=True, slots=True)
class ChangedItem:
    """新しい、終わった、または変わった実施項目。``what`` は変わった欄。"""

    item: str
    label: str
    title: str
    owners: str
    what: str


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """一つの区分（``新規`` など）。``rows`` が空なら、なかったことになる。"""

    name: str
    rows: tuple[ChangedItem, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """年次見直しで変わった実施項目。分からない区分は、入れない。"""

    heading: str
    groups: tuple[ChangeGroup, ...]


_NAMES = {
    ComparedState.NEW: "新規",
    ComparedState.ENDED: "終了",
    ComparedState.MOVED: "{}の移動",
    ComparedState.CHANGED: "変更",
    ComparedState.RENUMBERED: "番号だけの変更",
}
"""実施項目の区分。文書に並べる順。``{}`` は推進項目の名。"""


def changes(plan: Plan, earlier: Plan | None) -> Changes:
    """変わった実施項目。何を改正とみるかは、新旧対照表と同じ。

    ``earlier`` がなければ、新しいものと、計画にある終わったものだけ。
    """
    if earlier is None:
        found = list(_known_alone(plan))
        states = [ComparedState.NEW]
        states += [ComparedState.ENDED] if plan.revision.retired_items else []
    else:
        old, new = composed(earlier), composed(plan)
        found = list(item_changes(old, new, tuple(group_sections(old, new))))
        states = list(_NAMES)
    words = plan.words
    return Changes(
        heading=f"{wareki_full(plan.revision.fiscal_year)}{words.revision}で変わった{words.item}",
        groups=tuple(
            ChangeGroup(
                _NAMES[state].format(words.above),
                tuple(_entry(one) for one in found if one.state is state),
            )
            for state in states
        ),
    )


def _known_alone(plan: Plan) -> Iterator[ItemChange]:
    """前の計画がなくても分かる、新規と終了。"""
    for _, measure, item in plan.items():
        if plan.is_new(item):
            yield ItemChange(ComparedState.NEW, item.id, None, (measure, item), "")
    ended = {item.id: (measure, item) for _, measure, item in plan.ended()}
    for one in plan.revision.retired_items:
        yield ItemChange(ComparedState.ENDED, one, ended.get(one), None, "")


def _entry(one: ItemChange) -> ChangedItem:
    shown = one.new or one.old
    if shown is None:
        return ChangedItem(one.item, one.item, "", "", one.what or one.state.value)
    measure, item = shown
    owners = "、".join(owner.section for owner in item.owners)
    what = one.what or one.state.value
    return ChangedItem(item.id, item_label(measure, item), item.title, owners, what)
