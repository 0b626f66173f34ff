"""欄の道と、計画のデータの中の値とを結ぶ。

実施項目の ``years[1].result.value`` のような道で値を読み、入れるのは、ここだけ。
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import TypeVar, cast

from pydantic import BaseModel

from sheetgen.plan.item import CrossReference, Item, Owner, YearPlan
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round
from sheetgen.plan.value import Value, printed

_YEAR_PATH = re.compile(r"years\[(\d+)\]\.(.+)")
PROVISIONAL = "provisional."
PROVISIONAL_MARK = "暫定"
"""答えが暫定であることの印。様式にも、文書にも、このとおり書く。"""
_OF_FORM = ("overall_grade", "values.")
"""記録簿でも、様式の道（``item.`` の付いたもの）で書く欄。"""
PROVISIONAL_NOTE = f"（{PROVISIONAL_MARK}）"
"""公表するものと画面で、暫定の値や、それを含む計に添える字。"""
_Record = TypeVar("_Record", bound=BaseModel)
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
    if path == INITIATIVE:
        return f"initiatives[{initiative_year}]"
    bare = path.removeprefix("item.")
    return path if bare.startswith(_OF_FORM) else bare


def read_path(item: Item, path: str, initiative_year: int) -> Value:
    """その欄の値。``path`` は様式の道か、:func:`lasting_path` の道。

    :raises KeyError: その欄はない。
    """
    initiative = initiative_year_of(path, initiative_year)
    if initiative is not None:
        return item.initiative(initiative)
    index, inner = _parted(path)
    record: Item | YearPlan = item if index is None else item.years[index]
    if isinstance(record, YearPlan) and inner.startswith(PROVISIONAL):
        return PROVISIONAL_MARK if inner.removeprefix(PROVISIONAL) in record.provisional else None
    return _plain_value(record, inner, path)


def _plain_value(record: BaseModel, inner: str, path: str) -> Value:
    """まとまりの中の、欄の値。課の並びは「、」でつなぐ。増やした欄は、書いていなければ空欄。"""
    found: object = record
    for name in inner.split("."):
        if isinstance(found, dict):
            found = found.get(name)
        elif name in getattr(type(found), "model_fields", ()):
            found = getattr(found, name)
        else:
            raise KeyError(path)
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
    changes: dict[str, Value] = {}
    # 写しは一つの年度に一度でよいので、値を年度ごとに集める。
    of_years: defaultdict[int, dict[str, Value]] = defaultdict(dict)
    for path, value in values.items():
        initiative = initiative_year_of(path, initiative_year)
        if initiative is None:
            index, inner = _parted(path)
            (changes if index is None else of_years[index])[inner] = value
        elif value is None:
            initiatives.pop(str(initiative), None)
        else:
            initiatives[str(initiative)] = str(value)
    years = list(item.years)
    for index, update in of_years.items():
        years[index] = _changed(years[index], update)
    made = _changed(item, changes)
    return made.model_copy(
        update={"initiatives": dict(sorted(initiatives.items())), "years": tuple(years)}
    )


def _changed(record: _Record, values: Mapping[str, Value]) -> _Record:
    """まとまりの中の欄（``result.text``・``values.issue``）を置き換えた写し。

    :raises KeyError: その欄はない。
    """
    update: dict[str, object] = {}
    inside: defaultdict[str, dict[str, Value]] = defaultdict(dict)
    for path, value in values.items():
        name, _, rest = path.partition(".")
        if name not in type(record).model_fields:
            raise KeyError(path)
        if rest:
            inside[name][rest] = value
        else:
            update[name] = value
    for name, found in inside.items():
        held = getattr(record, name)
        if isinstance(held, BaseModel):
            update[name] = _changed(held, found)
        elif isinstance(held, dict):
            # 書いていない欄は持たない。
            kept = {**held, **found}
            update[name] = {key: one for key, one in kept.items() if one is not None}
        else:  # 暫定の欄の名の並び
            kept = {**dict.fromkeys(held, PROVISIONAL_MARK), **found}
            update[name] = tuple(sorted(key for key, one in kept.items() if one is not None))
    return record.model_copy(update=update)


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


def said_now(item: Item, path: str, initiative_year: int) -> Value:
    """その欄のいまの値を、言われたとおりの形で（暫定なら ``1200（暫定）``）。"""
    return as_said(read_path(item, path, initiative_year), is_provisional(item, path))


def _parted(path: str) -> tuple[int | None, str]:
    """年度の番号（年度ごとの欄でなければ None）と、そのまとまりの中の道。"""
    match = _YEAR_PATH.fullmatch(path)
    return (int(match[1]), match[2]) if match else (None, path.removeprefix("item."))


def provisional_path(path: str) -> str:
    """年度ごとの欄の道から、その答えが暫定かどうかの道。``years[0].provisional.result.effect``。"""
    match = _YEAR_PATH.fullmatch(path)
    if match is None:
        raise KeyError(path)
    return f"years[{match[1]}].{PROVISIONAL}{match[2]}"


def mark_path(path: str) -> str | None:
    """その欄の答えが暫定かどうかの道。年度ごとの欄でなければ ``None``。"""
    try:
        return provisional_path(path)
    except KeyError:
        return None


def as_said(value: Value, provisional: bool) -> Value:
    """値を、言われたとおりの形にする。暫定なら ``1200（暫定）`` で、確定した同じ値とは違う。"""
    return f"{printed(value)}{PROVISIONAL_NOTE}" if provisional and value is not None else value


def is_provisional(item: Item, path: str) -> bool:
    """その欄の答えが暫定か。"""
    index, inner = _parted(path)
    return index is not None and inner in item.years[index].provisional
