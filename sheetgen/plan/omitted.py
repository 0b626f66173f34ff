"""この計画にない欄（``omit``）を、読むときに空欄で補い、書くときに除く。

プログラムの中では、どの計画も同じ形をしている。ない欄を見せないのは、欄の表
（:mod:`sheetgen.plan.fields`）の役目である。
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from sheetgen.plan.fields import is_omitted
from sheetgen.plan.item import Indicator, Item, OverviewRow, Result, YearPlan
from sheetgen.plan.value import GENERAL

Json = Any
_INSIDE: Mapping[str, type[BaseModel]] = {
    "indicator": Indicator,
    "overview": OverviewRow,
    "years.result": Result,
}
"""欄の集まり。概要表の行（overview）の中の「指標」は、集まりではなく文である。"""
_BLANKS: Mapping[str, Json] = {
    "improvement": "",
    "current_state": "",
    "vision": "",
    "initiatives": {},
    "related_sections": [],
    "indicator.name": "",
    "indicator.number_format": GENERAL,
    "overview.title": "",
}
"""ない欄の値。ここにないものは ``null``。"""


def fill_omitted(tree: Json) -> Json:
    """JSON としての計画の、書かれていない「ない欄」を空欄で補う。もとの値は変えない。

    形の違う所は、そのまま残す。誤りは、型が言う。
    """
    omit = _omit_of(tree)
    if not omit:
        return tree

    def filled(item: dict[str, Json]) -> dict[str, Json]:
        made = _with_blanks(item, Item, "", omit)
        years = made.get("years")
        if isinstance(years, list):
            made["years"] = [_with_blanks(one, YearPlan, "years.", omit) for one in years]
        return made

    return _with_items(tree, filled)


def without_omitted(tree: Json) -> Json:
    """JSON としての計画から、「ない欄」を除く。"""
    omit = _omit_of(tree)
    if not omit:
        return tree

    def bare(item: dict[str, Json]) -> dict[str, Json]:
        made = _without(item, "", omit)
        made["years"] = [_without(one, "years.", omit) for one in made.get("years", [])]
        return made

    return _with_items(tree, bare)


def _omit_of(tree: Json) -> tuple[str, ...]:
    named = tree.get("omit") if isinstance(tree, Mapping) else None
    return tuple(one for one in named or () if isinstance(one, str)) if _is_list(named) else ()


def _is_list(value: Json) -> bool:
    return isinstance(value, list | tuple)


def _with_blanks(
    record: Json, model: type[BaseModel], prefix: str, omit: tuple[str, ...]
) -> dict[str, Json] | Json:
    if not isinstance(record, Mapping):
        return record
    made = dict(record)
    for name, info in model.model_fields.items():
        key = f"{prefix}{name}"
        if key in _INSIDE:
            inside = made.get(name, {} if _is_gone(_INSIDE[key], f"{key}.", omit) else None)
            if inside is not None:
                made[name] = _with_blanks(inside, _INSIDE[key], f"{key}.", omit)
        elif name not in made and is_omitted(omit, key) and info.exclude_if is None:
            blank = _BLANKS.get(key)
            made[name] = type(blank)() if isinstance(blank, dict | list) else blank
    return made


def _is_gone(model: type[BaseModel], prefix: str, omit: tuple[str, ...]) -> bool:
    """まとまりの欄が、すべてないか。"""
    return all(is_omitted(omit, f"{prefix}{name}") for name in model.model_fields)


def _without(record: Mapping[str, Json], prefix: str, omit: tuple[str, ...]) -> dict[str, Json]:
    made: dict[str, Json] = {}
    for name, value in record.items():
        key = f"{prefix}{name}"
        if key in _INSIDE and isinstance(value, Mapping):
            value = _without(value, f"{key}.", omit)
            if not value and is_omitted(omit, key):
                continue
        elif is_omitted(omit, key) and value in (None, "", [], (), {}, GENERAL):
            continue
        made[name] = value
    return made


def _with_items(tree: Mapping[str, Json], change: Any) -> dict[str, Json]:
    """どの項目も ``change`` の返すものに替えた写し。"""
    made = dict(tree)
    if _is_list(made.get("policies")):
        made["policies"] = [_policy(one, change) for one in made["policies"]]
    if _is_list(made.get("ended_items")):
        made["ended_items"] = [
            {**one, "item": change(one["item"])}
            if isinstance(one, Mapping) and isinstance(one.get("item"), Mapping)
            else one
            for one in made["ended_items"]
        ]
    return made


def _policy(policy: Json, change: Any) -> Json:
    if not isinstance(policy, Mapping) or not _is_list(policy.get("measures")):
        return policy
    return {**policy, "measures": [_measure(one, change) for one in policy["measures"]]}


def _measure(measure: Json, change: Any) -> Json:
    if not isinstance(measure, Mapping) or not _is_list(measure.get("entries")):
        return measure
    return {
        **measure,
        "entries": [
            change(one) if isinstance(one, Mapping) and one.get("type") == "item" else one
            for one in measure["entries"]
        ],
    }


GROUPS = tuple(_INSIDE)
"""``omit`` に書ける、欄の集まりの名。"""
