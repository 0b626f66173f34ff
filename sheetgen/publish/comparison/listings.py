"""新規・終了・移動・変更・番号の変わった実施項目の一覧。"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from sheetgen.era import wareki_full
from sheetgen.plan.fields import MEASURE
from sheetgen.plan.item import Item
from sheetgen.plan.plan import Measure, Plan
from sheetgen.publish.comparison.blocks import (
    ComparedBlock,
    ComparedRow,
    ComparedSection,
    ComparedState,
    Listed,
    Listing,
)
from sheetgen.publish.comparison.entries import item_heading, known_items
from sheetgen.publish.comparison.groups import policy_heading

Place = tuple[Measure, Item]
_HEADINGS = {
    ComparedState.NEW: "新規の{item}",
    ComparedState.ENDED: "終了した{item}",
    ComparedState.MOVED: "{measure}を移った{item}",
    ComparedState.CHANGED: "内容の変わった{item}",
    ComparedState.RENUMBERED: "番号だけが変わった{item}",
}
# 実施項目でないまとまりで、欄より先に言うこと。
_WHAT = {
    ComparedState.ADDED: "新設",
    ComparedState.DELETED: "削除",
    ComparedState.RENUMBERED: "番号",
}


class ItemChange(NamedTuple):
    """変わった実施項目。``old`` か ``new`` は、その計画になければ ``None``。

    ``key`` は対照表のまとまりの名（なければ空）、``what`` は変わったこと。どちらの計画にもないのに
    終了と記された項目は、``old`` も ``new`` も ``None``。
    """

    state: ComparedState
    item: str
    old: Place | None
    new: Place | None
    what: str
    key: str = ""


def item_changes(
    old: Plan, new: Plan, sections: Sequence[ComparedSection]
) -> tuple[ItemChange, ...]:
    """改正で変わった実施項目。一つの実施項目は、一度だけ。並びは文書の順。

    文書の「変わった実施項目」と新旧対照表の一覧は、どちらもこれから作る。
    """
    before = known_items(old, new)
    after: dict[str, Place] = {item.id: (measure, item) for _, measure, item in new.items()}
    found = []
    for section in sections:
        for block in section.blocks:
            if block.item:
                was, now = before.get(block.item), after.get(block.item)
                what = "、".join(_what(old, block, was, now))
                found.append(ItemChange(block.state, block.item, was, now, what, block.key))
    # 終了したと記されているが、改正前の計画にもないもの。
    for one in new.revision.retired_items:
        if one not in before and one not in old.revision.retired_items:
            found.append(ItemChange(ComparedState.ENDED, one, None, None, ""))
    return tuple(found)


def _what(old: Plan, block: ComparedBlock, was: Place | None, now: Place | None) -> Iterator[str]:
    """変わったこと。新規と終了では、言うことがない。"""
    if was is None or now is None:
        return
    before, after = item_heading(*was), item_heading(*now)
    if block.state is ComparedState.MOVED:
        yield f"{_place_of(old, was[0])}から"
    elif before.label != after.label:
        yield f"番号（{before.label}から）"
    if before.name != after.name:
        yield f"名称（改正前：{before.name}）"
    fields = _fields_of(block, [wareki_full(year) for year in old.fiscal_years])
    if fields:
        yield fields


def _place_of(plan: Plan, measure: Measure) -> str:
    """すぐ上の階層の番号と名。"""
    if plan.has(MEASURE):
        return f"({measure.number}){measure.name}"
    policy = next(one for one, each in plan.measures() if each.number == measure.number)
    return policy_heading(plan, policy).text


def listings(old: Plan, new: Plan, sections: Sequence[ComparedSection]) -> tuple[Listing, ...]:
    """区分ごとの一覧。どの区分も、なければ 0件として並べる。"""
    changes = item_changes(old, new, sections)
    above = new.words.measure if new.has(MEASURE) else new.words.policy
    words = {"item": new.words.item, "measure": above}
    out = [
        _listing(
            heading.format(**words), [_listed(one) for one in changes if one.state is state], "件"
        )
        for state, heading in _HEADINGS.items()
    ]
    others = [
        Listed(block.key, "", "", _place(section, block), _WHAT.get(block.state) or _others(block))
        for section in sections
        for block in section.blocks
        if not block.item
    ]
    return (*out, _listing("そのほかの変わった所", others, "か所"))


def _listing(heading: str, rows: Sequence[Listed], unit: str) -> Listing:
    return Listing(heading, f"{len(rows)}{unit}", tuple(rows))


def _listed(one: ItemChange) -> Listed:
    """一覧の一行。名は改正後のもの。"""
    shown = one.new or one.old
    # 番号だけの変わった項目の前の番号は、欄に出ている。
    only_number = one.state is ComparedState.RENUMBERED
    return Listed(
        one.key,
        item_heading(*one.new).label if one.new else "",
        item_heading(*one.old).label if one.old else "",
        shown[1].title if shown else one.item,
        ("" if only_number else one.what) if shown else "改正前の計画のデータにありません",
    )


def _place(section: ComparedSection, block: ComparedBlock) -> str:
    """実施項目でないまとまりの、文書の中の所。"""
    name = block.new.text or block.old.text
    same = name.replace(" ", "") in section.heading.replace(" ", "")
    return section.heading if same else f"{section.heading}　{name}"


def _others(block: ComparedBlock) -> str:
    """実施項目でないまとまりの、変わった欄の名。"""
    return "、".join(row.label for row in block.rows) or "名称"


def _fields_of(block: ComparedBlock, years: Sequence[str]) -> str:
    """変わった欄の名。同じ年度の欄は、まとめて書く。``years`` は計画の年度の書き方。"""

    def parted(row: ComparedRow) -> tuple[str, str]:
        head, _, rest = row.label.partition(" ")
        return (head, rest) if rest and head in years else ("", row.label)

    out = []
    for year, rows in groupby(block.rows, key=lambda row: parted(row)[0]):
        names = [parted(row)[1] for row in rows]
        out.append(f"{year}の{'・'.join(names)}" if year else "、".join(names))
    return "、".join(out)
