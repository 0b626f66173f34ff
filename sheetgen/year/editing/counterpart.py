"""もとの計画のある場所が、いまの計画のどこに当たるか。

並びの中の記録は、番号ではなく、それと分かるもの（ID、年度、名）で見分ける。編集ブックを書いたあとで
並びが変わっていても、同じ記録に行き着く。
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sheetgen.plan.leaves import Steps, value_at

Json = Any


class Counterpart:
    """もとの計画（``base``）の場所を、いまの計画（``now``）の場所にする。どちらも JSON の値。"""

    def __init__(self, base: Json, now: Json) -> None:
        self._base, self._now = base, now
        self._items = dict(_placed_items(now))

    def item(self, item_id: str) -> Json | None:
        """いまの計画の、その ID の実施項目（終わったものも）。なければ ``None``。"""
        return self._items.get(item_id)

    def of(self, steps: Steps) -> Json | None:
        """``steps`` の記録（JSON の値）の、いまの計画での同じもの。なければ ``None``。"""
        entry = _entry_of(steps)
        if entry is not None:
            base = value_at(self._base, steps[:entry])
            found = self._entry(base, steps[:entry])
            return None if found is None else _walk(base, found, steps[entry:])
        return _walk(self._base, self._now, steps)

    def _entry(self, entry: Json, steps: Steps) -> Json | None:
        if entry.get("type") == "item":
            return self.item(entry["id"])
        measure = _walk(self._base, self._now, steps[:-2])
        for one in measure["entries"] if measure else ():
            if one["type"] != "item" and one["item_id"] == entry["item_id"]:
                return one
        return None


def _entry_of(steps: Steps) -> int | None:
    """場所が実施項目か再掲の中なら、そこまでの歩数。"""
    if steps[:1] == ("ended_items",) and len(steps) > 2:
        return 3
    return 6 if len(steps) >= 6 and steps[4] == "entries" else None


def _placed_items(tree: Json) -> Iterator[tuple[str, Json]]:
    for one in tree.get("ended_items", ()):
        yield one["item"]["id"], one["item"]
    for policy in tree["policies"]:
        for measure in policy["measures"]:
            for entry in measure["entries"]:
                if entry["type"] == "item":
                    yield entry["id"], entry


_IDENTITY = ("fiscal_year", "number", "name", "grade", "letter")


def _walk(base: Json, now: Json, steps: Steps) -> Json | None:
    """``base`` を一歩ずつたどりながら、``now`` の同じ記録に進む。"""
    for step in steps:
        if base is None or now is None:
            return None
        if isinstance(step, int):
            at = position(base, now, step)
            if at is None:
                return None
            base, now = base[step], now[at]
        else:
            base, now = base.get(step), now.get(step)
    return now


def position(base: list[Json], now: list[Json], at: int) -> int | None:
    """並び ``base`` の ``at`` 番目と同じ記録の、並び ``now`` での番目。なければ ``None``。"""
    if at >= len(base):
        return None
    if base == now:
        return at
    wanted = base[at]
    keys = [key for key in _IDENTITY if isinstance(wanted, dict) and key in wanted]
    found = [
        place
        for place, one in enumerate(now)
        if (one.get(keys[0]) == wanted[keys[0]] if keys else one == wanted)
    ]
    same = [place for place, one in enumerate(base) if one == wanted]
    if not keys and len(found) == len(same):
        return found[same.index(at)]
    return found[0] if len(found) == 1 else None
