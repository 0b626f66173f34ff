"""もとの計画のある場所が、いまの計画のどこに当たるか。

並びの中の記録は、番号ではなく、それと分かるもの（ID、年度、名）で見分ける。編集ブックを書いたあとで
並びが変わっていても、同じ記録に行き着く。
"""

from __future__ import annotations

import copy
import difflib
import json
from collections.abc import Iterator
from typing import Any

from sheetgen.plan.leaves import Steps, value_at

Json = Any


class Counterpart:
    """もとの計画（``base``）の場所を、いまの計画（``now``）の場所にする。どちらも JSON の値。

    ``now`` を直しながら使ってよい。どの記録かは、直す前の値で決める。並びから除くのは、最後にする。
    """

    def __init__(self, base: Json, now: Json) -> None:
        self._base, self._now, self._still = base, now, copy.deepcopy(now)
        self._items = {one["id"]: one for one in every_item(now)}
        self._still_items = {one["id"]: one for one in every_item(self._still)}

    def item(self, item_id: str) -> Json | None:
        """いまの計画の、その ID の実施項目（終わったものも）。なければ ``None``。"""
        return self._items.get(item_id)

    def of(self, steps: Steps) -> Json | None:
        """``steps`` の記録（JSON の値）の、いまの計画での同じもの。なければ ``None``。"""
        return self._both(steps)[1]

    def still(self, steps: Steps) -> Json | None:
        """:meth:`of` の、直す前の値。"""
        return self._both(steps)[0]

    def _both(self, steps: Steps) -> tuple[Json | None, Json | None]:
        entry = _entry_of(steps)
        if entry is None:
            return _walk(self._base, self._still, self._now, steps)
        base = value_at(self._base, steps[:entry])
        still, now = self._entry(base, steps[:entry])
        return (None, None) if now is None else _walk(base, still, now, steps[entry:])

    def _entry(self, entry: Json, steps: Steps) -> tuple[Json | None, Json | None]:
        if entry.get("type") == "item":
            return self._still_items.get(entry["id"]), self._items.get(entry["id"])
        measures = _walk(self._base, self._still, self._now, steps[:-2])
        found = [
            next((x for x in one["entries"] if x.get("item_id") == entry["item_id"]), None)
            if one
            else None
            for one in measures
        ]
        return found[0], found[1]


def _entry_of(steps: Steps) -> int | None:
    """場所が実施項目か再掲の中なら、そこまでの歩数。"""
    if steps[:1] == ("ended_items",) and len(steps) > 2:
        return 3
    return 6 if len(steps) >= 6 and steps[4] == "entries" else None


def living(tree: Json) -> Iterator[Json]:
    """終わっていない実施項目。印刷の順。"""
    for policy in tree["policies"]:
        for measure in policy["measures"]:
            yield from (one for one in measure["entries"] if one["type"] == "item")


def every_item(tree: Json) -> Iterator[Json]:
    """いまの実施項目と、終わった実施項目。"""
    yield from living(tree)
    yield from (one["item"] for one in tree.get("ended_items", ()))


def found_at(tree: Json, steps: Steps) -> Json:
    """その場所の値。場所がなければ ``None``。"""
    try:
        return value_at(tree, steps)
    except (LookupError, TypeError):
        return None


_IDENTITY = ("fiscal_year", "number", "name", "grade", "letter")
_ALIKE = 0.5
"""同じ所にある、名の違う二つを、書き換えたものとみるのに要る、文字の合う割合。"""


def _walk(base: Json, still: Json, now: Json, steps: Steps) -> tuple[Json | None, Json | None]:
    """``base`` を一歩ずつたどりながら、``now`` と、直す前の ``still`` の同じ記録に進む。"""
    for step in steps:
        if base is None or still is None or now is None:
            return None, None
        if isinstance(step, int):
            at = position(base, still, step)
            if at is None:
                return None, None
            base, still, now = base[step], still[at], now[at]
        else:
            base, still, now = base.get(step), still.get(step), now.get(step)
    return still, now


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
    if found:
        return found[0] if len(found) == 1 else None
    return None if "number" in keys else _rewritten(base, now, at)


def _rewritten(base: list[Json], now: list[Json], at: int) -> int | None:
    """前後の記録がもとのままで、その間にある、よく似た記録。書き換えたものとみる。"""
    old, new = ([json.dumps(one, ensure_ascii=False) for one in listed] for listed in (base, now))
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag == "replace" and first <= at < last and last - first == end - start:
            place = start + at - first
            words = _words(base[at]), _words(now[place])
            share = difflib.SequenceMatcher(None, *words, autojunk=False).ratio()
            return place if share >= _ALIKE else None
    return None


def _words(record: Json) -> str:
    """記録に書かれている文。"""
    if isinstance(record, dict):
        return "\n".join(one for one in record.values() if isinstance(one, str))
    return str(record)
