"""計画のデータを、別々に変わりうる単位に分ける。

二つの計画の違いを言い、ある回の変更だけを戻すのに使う。実施項目は ID で見分けるので、
番号や推進項目が動いても、同じ欄は同じ単位である。
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Json = Any


class Unit(NamedTuple):
    """一つの単位。``item`` は実施項目のID（計画の全体のことなら None）、``path`` は欄の道。"""

    item: str | None
    path: str


PLACE = "place"
"""実施項目のある所：推進項目の番号と、印刷の番号。"""
_MAPS = ("indicator", "overview")
_VALUES = "values"
_PROVISIONAL = "provisional"
_MAPS_OF_YEAR = ("result", _VALUES)
_APART = {"type", "id", "number", "years", "initiatives", _VALUES, *_MAPS}
_SPLIT = ("revision", "overview")


def units_of(tree: Mapping[str, Json]) -> dict[Unit, Json]:
    """JSON としての計画の、すべての単位とその値。"""
    found: dict[Unit, Json] = {}
    for name, value in tree.items():
        if name in _SPLIT:
            found |= {Unit(None, f"{name}.{key}"): one for key, one in value.items()}
        elif name == "policies":
            found |= dict(_policies(value))
        elif name == "ended_items":
            for one in value:
                found[Unit(one["item"]["id"], PLACE)] = {
                    k: v for k, v in one.items() if k != "item"
                }
                found |= dict(_item(one["item"]))
        else:
            found[Unit(None, name)] = value
    return found


def _policies(policies: list[Json]) -> Iterator[tuple[Unit, Json]]:
    shape = [[one["number"], [m["number"] for m in one["measures"]]] for one in policies]
    yield Unit(None, "policies"), shape
    for policy in policies:
        at = f"policies[{policy['number']}]"
        yield from ((Unit(None, f"{at}.{name}"), policy[name]) for name in ("name", "description"))
        for measure in policy["measures"]:
            at = f"measures[{measure['number']}]"
            yield from ((Unit(None, f"{at}.{name}"), measure[name]) for name in ("name", "notes"))
            entries = measure["entries"]
            references = [one for one in entries if one["type"] != "item"]
            yield Unit(None, f"{at}.references"), references
            for entry in entries:
                if entry["type"] == "item":
                    yield Unit(entry["id"], PLACE), [measure["number"], entry["number"]]
                    yield from _item(entry)


def _item(item: Mapping[str, Json]) -> Iterator[tuple[Unit, Json]]:
    key = item["id"]
    for name, value in item.items():
        if name not in _APART:
            yield Unit(key, "item.overall_grade" if name == "overall_grade" else name), value
    for name, one in item.get(_VALUES, {}).items():
        yield Unit(key, f"item.{_VALUES}.{name}"), one
    for name in _MAPS:
        yield from ((Unit(key, f"{name}.{part}"), value) for part, value in item[name].items())
    for year, text in item["initiatives"].items():
        yield Unit(key, f"initiatives[{year}]"), text
    for at, year in enumerate(item["years"]):
        for name, value in year.items():
            if name in _MAPS_OF_YEAR:
                for part, one in value.items():
                    yield Unit(key, f"years[{at}].{name}.{part}"), one
            elif name != "fiscal_year":
                yield Unit(key, f"years[{at}].{name}"), value


def changed_units(before: Mapping[str, Json], after: Mapping[str, Json]) -> tuple[Unit, ...]:
    """値の違う単位。"""
    old, new = units_of(before), units_of(after)
    return tuple(
        one for one in dict.fromkeys((*old, *new)) if old.get(one, ...) != new.get(one, ...)
    )


def with_units(
    tree: Mapping[str, Json], source: Mapping[str, Json], units: tuple[Unit, ...]
) -> dict[str, Json]:
    """``units`` の値だけを、``source`` のものにした計画。ほかは ``tree`` のまま。

    ``source`` にない実施項目は除く。``source`` にだけある実施項目は戻せない。
    """
    made: dict[str, Json] = copy.deepcopy(dict(tree))
    wanted = units_of(source)
    # なくなる推進項目から、もとの所に戻すものもある。置き直す前に拾う。
    items = {one["id"]: one for one in _items_of(made)}
    if Unit(None, "policies") in units:
        made["policies"] = _reshaped(made["policies"], source["policies"])
    for unit in units:
        if unit.item is None and unit.path != "policies":
            _set_plan(made, unit.path, copy.deepcopy(wanted.get(unit)))
    for unit in units:
        if unit.item is not None and unit.path != PLACE and unit.item in items:
            _set_item(items[unit.item], unit.path, wanted, unit)
    moved = {one.item: wanted.get(one) for one in units if one.path == PLACE and one.item in items}
    if moved:
        _move(made, moved, items)
    return made


def _reshaped(policies: list[Json], wanted: list[Json]) -> list[Json]:
    """基本方針と推進項目を ``wanted`` のとおりに置く。もうある推進項目の中身は、そのまま。"""
    known = {m["number"]: m for one in policies for m in one["measures"]}
    made = copy.deepcopy(wanted)
    for policy in made:
        for at, measure in enumerate(policy["measures"]):
            policy["measures"][at] = known.get(measure["number"], {**measure, "entries": []})
    return made


def _items_of(tree: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
    for policy in tree["policies"]:
        for measure in policy["measures"]:
            yield from (one for one in measure["entries"] if one["type"] == "item")
    yield from (one["item"] for one in tree["ended_items"])


def _set_plan(tree: dict[str, Json], path: str, value: Json) -> None:
    head, _, name = path.partition(".")
    if head in _SPLIT:
        tree[head][name] = value
        return
    kind, mark, number = head.rstrip("]").partition("[")
    if not mark:
        tree[head] = value
        return
    for policy in tree["policies"]:
        if kind == "policies" and policy["number"] == int(number):
            policy[name] = value
        for measure in policy["measures"] if kind == "measures" else ():
            if measure["number"] != int(number):
                continue
            if name == "references":
                kept = [one for one in measure["entries"] if one["type"] == "item"]
                measure["entries"] = sorted([*kept, *value], key=lambda one: one["number"])
            else:
                measure[name] = value


def _set_item(item: dict[str, Json], path: str, wanted: Mapping[Unit, Json], unit: Unit) -> None:
    value = copy.deepcopy(wanted.get(unit))
    head, _, name = path.partition(".")
    kind, mark, index = head.rstrip("]").partition("[")
    if kind == "initiatives":
        texts = {**item["initiatives"], index: value}
        if unit not in wanted:
            del texts[index]
        item["initiatives"] = dict(sorted(texts.items()))
    elif mark:
        _set_year(item["years"][int(index)], name, value)
    elif path.startswith(f"item.{_VALUES}."):
        _set_value(item, path.removeprefix(f"item.{_VALUES}."), value)
    elif head in _MAPS:
        item[head][name] = value
    else:
        item["overall_grade" if path == "item.overall_grade" else path] = value


def _set_year(year: dict[str, Json], name: str, value: Json) -> None:
    head, _, part = name.partition(".")
    if head == _VALUES:
        _set_value(year, part, value)
    elif part:
        year[head][part] = value
    elif value is None and name not in year:
        return
    elif value is None and name == _PROVISIONAL:
        del year[name]
    else:
        year[name] = value


def _set_value(record: dict[str, Json], key: str, value: Json) -> None:
    """増やした欄。書いていない欄は、持たない。"""
    kept = {**record.get(_VALUES, {}), key: value}
    kept = {name: one for name, one in kept.items() if one is not None}
    record.pop(_VALUES, None)
    if kept:
        record[_VALUES] = kept


def _move(
    tree: dict[str, Json], places: Mapping[str | None, Json], items: Mapping[str, dict[str, Json]]
) -> None:
    """実施項目を、言われた推進項目の、言われた番号に置く。None なら除く。"""
    tree["ended_items"] = [one for one in tree["ended_items"] if one["item"]["id"] not in places]
    for policy in tree["policies"]:
        for measure in policy["measures"]:
            measure["entries"] = [one for one in measure["entries"] if one.get("id") not in places]
    measures = {m["number"]: m for policy in tree["policies"] for m in policy["measures"]}
    for key, place in places.items():
        item = items[key or ""]
        if isinstance(place, dict):
            tree["ended_items"].append({**place, "item": item})
        elif place is not None:
            number, order = place
            entries = measures[number]["entries"]
            entries.append({**item, "number": order})
            entries.sort(key=lambda one: one["number"])
