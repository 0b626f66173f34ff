"""新規・終了・番号や名称の変わった実施項目の一覧。"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from sheetgen.plan.item import Item
from sheetgen.plan.plan import Measure, Plan
from sheetgen.publish.comparison.blocks import (
    ComparedBlock,
    ComparedSection,
    ComparedState,
    Listed,
    Listing,
)
from sheetgen.publish.comparison.entries import item_heading

# 欄に変わりのないまとまりの、変わった所。
_WHAT = {
    ComparedState.NEW: "新規",
    ComparedState.ENDED: "終了",
    ComparedState.CHANGED: "名称",
    ComparedState.RENUMBERED: "番号",
}
_Known = dict[str, tuple[Measure, Item]]


def listings(old: Plan, new: Plan, sections: Sequence[ComparedSection]) -> tuple[Listing, ...]:
    """区分ごとの一覧。どの区分も、なければ 0件として並べる。"""
    before: _Known = {item.id: (measure, item) for _, measure, item in old.items()}
    after: _Known = {item.id: (measure, item) for _, measure, item in new.items()}
    blocks = [block for section in sections for block in section.blocks]
    found = {
        "新規の実施項目": [_entry(one, None, after[one], "") for one in after if one not in before],
        "終了した実施項目": [*_ended(before, after), *_unknown(old, new, before)],
        "番号の変わった実施項目": list(_renumbered(before, after)),
        "名称の変わった実施項目": list(_retitled(before, after)),
        "内容の変わった実施項目": list(_changed(blocks, before, after)),
    }
    out = [_listing(heading, rows, "件") for heading, rows in found.items()]
    others = [
        Listed(block.key, "", "", _place(section, block), _fields_of(block) or _WHAT[block.state])
        for section in sections
        for block in section.blocks
        if not block.item
    ]
    return (*out, _listing("そのほかの変わった所", others, "か所"))


def _listing(heading: str, rows: Sequence[Listed], unit: str) -> Listing:
    return Listing(heading, f"{len(rows)}{unit}", tuple(rows))


def _entry(
    item_id: str, old: tuple[Measure, Item] | None, new: tuple[Measure, Item] | None, what: str
) -> Listed:
    """一覧の一行。名は改正後のもの。"""
    title = new[1].title if new else old[1].title if old else ""
    return Listed(
        f"item-{item_id}",
        item_heading(*new).label if new else "",
        item_heading(*old).label if old else "",
        title,
        what,
    )


def _ended(before: _Known, after: _Known) -> Iterator[Listed]:
    for one in before:
        if one not in after:
            yield _entry(one, before[one], None, "")


def _unknown(old: Plan, new: Plan, before: _Known) -> Iterator[Listed]:
    """終了したと記されているが、改正前の計画にもないもの。"""
    for one in new.revision.retired_items:
        if one not in before and one not in old.revision.retired_items:
            yield Listed("", "", "", one, "改正前の計画のデータにありません")


def _renumbered(before: _Known, after: _Known) -> Iterator[Listed]:
    for one, place in after.items():
        known = before.get(one)
        if known and item_heading(*known).label != item_heading(*place).label:
            yield _entry(one, known, place, "")


def _retitled(before: _Known, after: _Known) -> Iterator[Listed]:
    for one, place in after.items():
        known = before.get(one)
        if known and known[1].title != place[1].title:
            yield _entry(one, known, place, f"改正前：{known[1].title}")


def _changed(blocks: Sequence[ComparedBlock], before: _Known, after: _Known) -> Iterator[Listed]:
    for block in blocks:
        if block.item and block.rows and block.state is ComparedState.CHANGED:
            one = block.item
            yield _entry(one, before.get(one), after.get(one), _fields_of(block))


def _place(section: ComparedSection, block: ComparedBlock) -> str:
    """実施項目でないまとまりの、文書の中の所。"""
    name = block.new.text or block.old.text
    same = name.replace(" ", "") in section.heading.replace(" ", "")
    return section.heading if same else f"{section.heading}　{name}"


def _fields_of(block: ComparedBlock) -> str:
    """変わった欄の名。実施項目の同じ年度の欄は、まとめて書く。"""
    if not block.item:
        return "、".join(row.label for row in block.rows)
    out = []
    for year, rows in groupby(block.rows, key=lambda row: row.label.rpartition(" ")[0]):
        names = [row.label.rpartition(" ")[2] for row in rows]
        out.append(f"{year}の{'・'.join(names)}" if year else "、".join(names))
    return "、".join(out)
