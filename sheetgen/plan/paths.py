"""欄の道と、計画のデータの中の値とを結ぶ。

実施項目の ``years[1].result.value`` のような道で値を読み、入れるのは、ここだけ。
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import cast

from pydantic import BaseModel

from sheetgen.plan.item import CrossReference, Item, Owner
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round
from sheetgen.plan.value import Value

_YEAR_PATH = re.compile(r"years\[(\d+)\]\.(result\.)?([a-z]+)")
INITIATIVE = "initiative.text"
"""様式の、取組方針・取組内容の欄の道。"""
NUMBER_FORMAT_PATH = "indicator.number_format"
"""指標の表示形式の道。様式の欄ではないが、答えとともに改めることがある。"""
OVERVIEW_POLICY = "overview.policy"
"""概要表の行の、取組方針・取組内容の道。様式に置けば、見直し照会で聞く。"""
Entries = tuple[Item | CrossReference, ...]
_INITIATIVE_PATH = re.compile(r"initiatives\[(\d+)\]")


def printed_initiative_year(plan: Plan, chosen: Round) -> int:
    """様式に取組方針・取組内容を印刷する年度。

    計画の終わった翌年度の実績照会には、その年度の取組方針がないので、最終年度とする。
    """
    return min(chosen.initiative_year, plan.final_year)


def lasting_path(path: str, initiative_year: int) -> str:
    """照会が替わっても同じ欄を指す道。``initiative.text`` は ``initiatives[2025]`` になる。"""
    return f"initiatives[{initiative_year}]" if path == INITIATIVE else path


def read_path(item: Item, path: str, initiative_year: int) -> Value:
    """その欄の値。``path`` は様式の道か、:func:`lasting_path` の道。

    :raises KeyError: その欄はない。
    """
    initiative = initiative_year_of(path, initiative_year)
    if initiative is not None:
        return item.initiative(initiative)
    if path == "item.overall_grade":
        return item.overall_grade
    if _YEAR_PATH.fullmatch(path) is None:
        return _plain_value(item, path)
    index, in_result, name = _year_path(path)
    year = item.years[index]
    return cast(Value, getattr(year.result if in_result else year, name))


def _plain_value(item: Item, path: str) -> Value:
    """年度によらない欄の値。課の並びは「、」でつなぐ。"""
    found: object = item
    for name in path.split("."):
        if name not in getattr(type(found), "model_fields", ()):
            raise KeyError(path)
        found = getattr(found, name)
    if isinstance(found, tuple):
        names = (one.full_name if isinstance(one, Owner) else str(one) for one in found)
        return "、".join(names) or None
    if isinstance(found, BaseModel | dict):
        raise KeyError(path)
    return cast(Value, found)


def with_values(item: Item, values: Mapping[str, Value], initiative_year: int) -> Item:
    """欄の値を置き換えた実施項目。ほかの欄は変わらない。

    値の正しさは確かめない。差戻しの様式は、計画のデータに入れられない答えも見せる。

    :raises KeyError: その欄はない。
    """
    initiatives = {**item.initiatives}
    changes: dict[str, object] = {}
    # 写しは一つの年度に一度でよいので、値を年度ごとに集める。
    of_years: defaultdict[int, dict[str, object]] = defaultdict(dict)
    of_results: defaultdict[int, dict[str, object]] = defaultdict(dict)
    for path, value in values.items():
        initiative = initiative_year_of(path, initiative_year)
        if initiative is not None:
            initiatives.pop(str(initiative), None)
            if value is not None:
                initiatives[str(initiative)] = str(value)
            changes["initiatives"] = dict(sorted(initiatives.items()))
        elif path == "item.overall_grade":
            changes["overall_grade"] = value
        elif path == NUMBER_FORMAT_PATH:
            changes["indicator"] = item.indicator.model_copy(update={"number_format": value})
        elif path == OVERVIEW_POLICY:
            changes["overview"] = item.overview.model_copy(update={"policy": value})
        else:
            index, in_result, name = _year_path(path)
            (of_results if in_result else of_years)[index][name] = value
    years = list(item.years)
    for index, update in of_results.items():
        of_years[index]["result"] = years[index].result.model_copy(update=update)
    for index, update in of_years.items():
        years[index] = years[index].model_copy(update=update)
    return item.model_copy(update={**changes, "years": tuple(years)})


def with_items(plan: Plan, changed: Mapping[str, Item]) -> Plan:
    """実施項目（IDがキー）を置き換えた計画。終わったものも置き換える。"""
    ended = tuple(
        one.model_copy(update={"item": changed[one.item.id]}) if one.item.id in changed else one
        for one in plan.ended_items
    )
    return plan.model_copy(update={"ended_items": ended}).with_entries(
        lambda measure: tuple(
            changed.get(entry.id, entry) if isinstance(entry, Item) else entry
            for entry in measure.entries
        )
    )


def all_items(plan: Plan) -> dict[str, Item]:
    """いまの実施項目と、終わった実施項目。IDがキー。"""
    ended = {one.item.id: one.item for one in plan.ended_items}
    return {**ended, **{item.id: item for _, _, item in plan.items()}}


def without_items(plan: Plan, gone: Collection[str]) -> Plan:
    """実施項目（ID）と、それを指す再掲を除いた計画。"""
    return plan.with_entries(
        lambda measure: tuple(
            entry
            for entry in measure.entries
            if (entry.id if isinstance(entry, Item) else entry.item_id) not in gone
        )
    )


def only_items(plan: Plan, kept: Collection[str]) -> Plan:
    """実施項目（ID）だけを残した計画。"""
    return without_items(plan, {item.id for _, _, item in plan.items()} - set(kept))


def initiative_year_of(path: str, initiative_year: int | None) -> int | None:
    """取組方針・取組内容の欄なら、その年度。``initiative_year`` は照会の年度。"""
    if path == INITIATIVE:
        return initiative_year
    match = _INITIATIVE_PATH.fullmatch(path)
    return int(match[1]) if match else None


def _year_path(path: str) -> tuple[int, bool, str]:
    match = _YEAR_PATH.fullmatch(path)
    if match is None:
        raise KeyError(path)
    return int(match[1]), match[2] is not None, match[3]
