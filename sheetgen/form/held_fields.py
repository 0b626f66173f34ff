"""様式のテンプレートが持つ欄と、計画の欄の突き合わせ。足りない欄、余る欄、計画にない欄を挙げる。"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from sheetgen.era import wareki
from sheetgen.form.rounds import input_fields
from sheetgen.messages.quoting import in_short
from sheetgen.plan.fields import VALUES, key_of_path, year_index
from sheetgen.plan.paths import OVERVIEW_POLICY
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import FieldKind, InputField
from sheetgen.problems import Place, Problem
from sheetgen.xlsx.template import TemplateCell, TemplateSheet

_SHOWN = 5
"""問題に番地や道を挙げる数。"""
_DECLARED = re.compile(r"(.*)\.values\.([A-Za-z_]\w*)")
_LABEL = re.compile(r"labels\['(.*)'\]")


class HeldCell(NamedTuple):
    """道の分かるセル。``input`` は、記入欄になりうるときだけ。"""

    cell: TemplateCell
    path: str
    input: InputField | None


class UnknownKey(NamedTuple):
    """計画にない名。``is_label`` は欄の見出しの名、そうでなければ増やした欄の名。"""

    path: str
    near: str
    is_label: bool


def unknown_keys(plan: Plan, paths: Iterable[str]) -> Iterator[UnknownKey]:
    """式の道にある、計画の ``fields`` にない欄と、見出しのない名。"""
    for path in paths:
        label, value = _LABEL.fullmatch(path), _DECLARED.fullmatch(path)
        if label and label[1] not in plan.words.labels:
            near = difflib.get_close_matches(label[1], list(plan.words.labels), n=1)
            yield UnknownKey(path, f'labels["{near[0]}"]' if near else "", True)
        elif value:
            # 様式で「values」を持つのは、実施項目（item）と年度だけ。
            per_year = value[1] != "item"
            known = {
                one.name.removeprefix(VALUES): one.per_year
                for one in plan.field_table.values()
                if one.is_declared
            }
            if known.get(value[2]) == per_year:
                continue
            if value[2] in known:
                owner = "item" if per_year else "years[0]"
                yield UnknownKey(path, f"{owner}.{VALUES}{value[2]}", False)
                continue
            same = [key for key, yearly in known.items() if yearly == per_year]
            near = difflib.get_close_matches(value[2], same, n=1)
            yield UnknownKey(path, f"{value[1]}.{VALUES}{near[0]}" if near else "", False)


def omitted_key(plan: Plan, paths: Iterable[str]) -> str | None:
    """どの道も、この計画にない欄を指していれば、その初めの欄の名。"""
    keys = [key_of_path(path) for path in paths]
    return keys[0] if keys and not any(map(plan.has, keys)) else None


def years_beyond(plan: Plan, paths: Iterable[str]) -> Iterator[int]:
    """計画にない年度の番号。"""
    for path in paths:
        index = year_index(path)
        if index is not None and index >= len(plan.fiscal_years):
            yield index


def field_problems(
    file: str, plan: Plan, sheet: TemplateSheet, held: Iterable[HeldCell]
) -> Iterator[Problem]:
    """二か所にある記入欄、書けない記入欄、足りない記入欄。"""

    def place(cell: str | None = None, label: str | None = None) -> Place:
        return Place(file=file, sheet=sheet.name, cell=cell, label=label)

    first: dict[str, str] = {}
    locked: dict[str, str] = {}
    for cell, path, field in held:
        if field is None:
            locked.setdefault(path, cell.ref)
        elif path in first:
            facts = {"label": field.label, "path": path, "first": first[path]}
            yield Problem("T106", place(cell.ref, field.label), facts)
        else:
            first[path] = cell.ref
            if field.kind is FieldKind.TEXT and not cell.wrap:
                yield Problem("T127", place(cell.ref, field.label))
            if cell.first_row not in sheet.row_heights:
                yield Problem("T123", place(cell.ref, field.label), {"label": field.label})
    absent: list[InputField] = []
    for path, field in input_fields(plan).items():
        # 概要表の文は、聞かずに見せるだけでもよい。
        needed = field.required or (path in locked and path != OVERVIEW_POLICY)
        if path in first or not needed:
            continue
        if path in locked:
            facts = {"label": field.label, "path": path}
            yield Problem("T107", place(locked[path], field.label), facts)
        else:
            absent.append(field)
    lacking = _lacking_years(plan, absent, {*first, *locked})
    if lacking:
        yield Problem("T138", place(), _years_facts(plan, lacking))
    absent = [field for field in absent if year_index(field.path) not in lacking]
    yield from _absent_problems(plan, absent, place(), first)


def _lacking_years(plan: Plan, absent: Iterable[InputField], bound: Iterable[str]) -> list[int]:
    """欄の一つもない年度の番号。どの年度もなければ、年度が足りないのではない。"""
    present = {year_index(path) for path in bound}
    if present <= {None}:
        return []
    indexes = {year_index(field.path) for field in absent}
    return sorted(index for index in indexes - present if index is not None)


def _years_facts(plan: Plan, lacking: list[int]) -> dict[str, object]:
    years = [wareki(plan.fiscal_years[index]) for index in lacking]
    return {
        "years": "、".join(years),
        "paths": "、".join(f"years[{index}]" for index in lacking),
        "count": len(plan.fiscal_years),
    }


def _absent_problems(
    plan: Plan, absent: Iterable[InputField], place: Place, bound: Mapping[str, str]
) -> Iterator[Problem]:
    """足りない記入欄。計画が増やした欄は、年度を一つにまとめる。"""
    declared: dict[str, list[InputField]] = {}
    for field in absent:
        known = plan.field(field.path)
        if known is not None and known.is_declared:
            declared.setdefault(known.key, []).append(field)
            continue
        facts = {"label": field.label, "path": field.path}
        yield Problem("T105", replace(place, label=field.label), facts)
    for key, fields in declared.items():
        one = plan.field_table[key]
        asking = [
            kind.label for kind in plan.round_kinds if one.asked == kind.value or key in kind.asks
        ]
        facts = {
            "label": one.label,
            "round": "、".join(asking),
            "path": fields[0].path,
            "paths": in_short([field.path for field in fields], _SHOWN, "か所"),
        }
        yield Problem("T137", replace(place, label=one.label), facts)
