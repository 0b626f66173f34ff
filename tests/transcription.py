"""計画のデータを、確かめ済みの転記（sheets.json と overview-rows.json）と欄ごとに比べる。"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

# 六枚のうち一枚だけ、推進項目の名の中点が違う。
MEASURE_OTHERWISE = {"03-06": ("組織･マネジメントの見直し", "組織・マネジメントの見直し")}
NUMBER = re.compile(r"\d{1,3}(,\d{3})*(\.\d+)?|\d+(\.\d+)?")
REIWA = 2018


def value_of(words: str | None) -> tuple[type, object]:
    """印刷された文字が、どの型のどの値になるはずか。"""
    if words is None or not NUMBER.fullmatch(words):
        return type(words), words
    plain = words.replace(",", "")
    value = float(plain) if "." in plain else int(plain)
    return type(value), value


def _typed(value: object) -> tuple[type, object]:
    return type(value), value


def _pairs(
    policy: Json, measure: Json, item: Json, sheet: Json
) -> Iterator[tuple[str, object, object]]:
    indicator = item["indicator"]
    owners = "、".join(f"{owner['department']} {owner['section']}" for owner in item["owners"])
    yield "policy", (policy["number"], policy["name"]), (sheet["policy_no"], sheet["policy_name"])
    yield "measure number", measure["number"], sheet["measure_no"]
    name = measure["name"].replace(*MEASURE_OTHERWISE.get(item["id"], ("", "")))
    yield "measure name", name, sheet["measure_name"]
    yield "number", item["number"], sheet["item_no"]
    yield "id", item["id"], f"{sheet['measure_no']:02}-{sheet['item_no']:02}"
    yield "title", item["title"], sheet["title"]
    yield "owners", owners, sheet["department"]
    yield "first department", item["owners"][0]["department"], sheet["department_division"]
    yield "related_sections", "、".join(item["related_sections"]) or None, sheet["related"]
    yield "introduced", item["introduced"], 2024 if sheet["is_new"] else 2023
    yield "improvement", item["improvement"], sheet["improvement"]
    yield "current_state", item["current_state"], sheet["current_state"]
    yield "initiatives", item["initiatives"], {"2024": sheet["policy_r6"]}
    yield "vision", item["vision"], sheet["vision_r9"]
    yield "indicator name", indicator["name"], sheet["indicator"]
    yield "unit", indicator["unit"], sheet["unit"]
    yield "current", _typed(indicator["current"]), value_of(sheet["current_value"])
    yield "target", _typed(indicator["target"]), value_of(sheet["final_target"])
    yield "number of years", len(item["years"]), len(sheet["years"])
    for year, printed in zip(item["years"], sheet["years"], strict=False):
        name = str(printed["year"] + REIWA)
        yield f"{name} fiscal_year", year["fiscal_year"], printed["year"] + REIWA
        yield f"{name} plan", year["plan"], printed["plan"]
        yield f"{name} target", _typed(year["target"]), value_of(printed["target"])
        yield f"{name} effect", _typed(year["effect"]), value_of(printed["effect"])


def item_differences(policy: Json, measure: Json, item: Json, sheet: Json) -> list[str]:
    """一つの実施項目が、転記と違う所。"""
    return [
        f"{item['id']} {name}: {ours!r} / {theirs!r}"
        for name, ours, theirs in _pairs(policy, measure, item, sheet)
        if ours != theirs
    ]


_ROW = {
    "title": "title",
    "improvement": "improvement",
    "policy": "policy_r6",
    "indicator": "indicator",
    "target": "target_r9",
    "owners": "department",
}
_REFERENCE = {"title": "title", "owners": "department", "mark": "mark", "note": "points_to"}


def row_differences(measure: Json, entry: Json, row: Json) -> list[str]:
    """概要表の一行が、転記と違う所。"""
    crossed = entry["type"] == "cross_reference"
    ours = {
        "measure_no": measure["number"],
        "item_no": entry["number"],
        "section": entry["section"],
        "cross_listed": crossed,
    }
    cells, names = (entry, _REFERENCE) if crossed else (entry["overview"], _ROW)
    ours |= {theirs: cells[name] for name, theirs in names.items()}
    left_over = {name for name in row if name not in ours and row[name] is not None}
    return [
        f"row ({measure['number']}){entry['number']} {name}: {value!r} / {row[name]!r}"
        for name, value in ours.items()
        if value != row[name]
    ] + [f"row ({measure['number']}){entry['number']}: {name} left out" for name in left_over]
