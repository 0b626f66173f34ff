"""推進項目の中の、実施項目と再掲。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sheetgen.document.comparison.blocks import Heading, block_of
from sheetgen.document.comparison.items import item_fields, reference_fields
from sheetgen.document.comparison.rows import compared_fields, merged_order
from sheetgen.era import circled
from sheetgen.model.comparison import ComparedBlock
from sheetgen.model.item import CrossReference, Entry, Item
from sheetgen.model.plan import Measure, Plan

_Key = tuple[str, str, int]
_KIND = str(Item.model_fields["title"].title)


class Entries:
    """二つの計画の実施項目。推進項目を移ったものも、IDで分かる。"""

    def __init__(self, old: Plan, new: Plan) -> None:
        self._old, self._new = old, new
        self._past = {item.id: (measure, item) for _, measure, item in old.items()}
        self._now = {item.id for _, _, item in new.items()}

    def blocks(self, old: Measure | None, new: Measure | None) -> Iterator[ComparedBlock]:
        """変わった実施項目と再掲を、改正後の順に。終わったものは、もとの所に。"""
        before = _keyed(old.entries if old else ())
        after = _keyed(new.entries if new else ())
        for key in merged_order(list(after), list(before)):
            entry, was = after.get(key), before.get(key)
            if isinstance(entry, Item) and new is not None:
                block = self._item(new, entry)
            elif isinstance(was, Item) and old is not None:
                block = self._ended(old, was)
            else:
                block = _reference(key, old, was, new, entry)
            if block:
                yield block

    def _item(self, measure: Measure, item: Item) -> ComparedBlock | None:
        past = self._past.get(item.id)
        known = (self._old, past[1]) if past else None
        after = item_fields(self._new, item, known)
        before = item_fields(self._old, past[1], (self._new, item)) if past else None
        rows = list(compared_fields(before, after))
        heading = item_heading(*past) if past else None
        shown = item_heading(measure, item)
        return block_of(f"item-{item.id}", _KIND, heading, shown, rows, len(after), item.id)

    def _ended(self, measure: Measure, item: Item) -> ComparedBlock | None:
        if item.id in self._now:
            return None  # ほかの推進項目に移った。移った先に載せる
        rows = list(compared_fields(item_fields(self._old, item, None), None))
        shown = item_heading(measure, item)
        return block_of(f"item-{item.id}", _KIND, shown, None, rows, len(rows), item.id)


def item_heading(measure: Measure, entry: Entry) -> Heading:
    """実施項目の番号と名。"""
    return Heading(f"({measure.number}){circled(entry.number)}", entry.title)


def _reference(
    key: _Key,
    old: Measure | None,
    was: Entry | None,
    new: Measure | None,
    entry: Entry | None,
) -> ComparedBlock | None:
    """再掲の行。"""
    before = reference_fields(was) if isinstance(was, CrossReference) else None
    after = reference_fields(entry) if isinstance(entry, CrossReference) else None
    place = new.number if new and entry else f"old-{old.number if old else 0}"
    return block_of(
        f"reference-{key[1]}-{place}-{key[2]}",
        str(CrossReference.model_fields["title"].title),
        item_heading(old, was) if old and was else None,
        item_heading(new, entry) if new and entry else None,
        list(compared_fields(before, after)),
        len(after or before or ()),
    )


def _keyed(entries: Sequence[Entry]) -> dict[_Key, Entry]:
    """種類とIDから。同じ再掲が二つあれば、順で分ける。"""
    seen: Counter[tuple[str, str]] = Counter()
    out: dict[_Key, Entry] = {}
    for entry in entries:
        one = (entry.type, entry.id if isinstance(entry, Item) else entry.item_id)
        out[(*one, seen[one])] = entry
        seen[one] += 1
    return out
