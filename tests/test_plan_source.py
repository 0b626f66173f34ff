"""data/plan.json が、公式文書と転記に一字も違わないことの証明。

基準は ``data/source/``。比べ方は ``tests/official`` に書いてある。比べることそのものも試す。
どこの一字が変わっても、気付かなければならない。
"""

from __future__ import annotations

import copy
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from official import (
    Json,
    Official,
    chapter_differences,
    differences,
    items_of,
    measures_of,
    sheet_differences,
    table_differences,
)
from transcription import item_differences, row_differences

from sheetgen.plan.plan import Plan
from sheetgen.plan.value import printed

# こちらで付けたものか、ほかで確かめるもの：ID、種類、事務局がこれから入れるもの。
NOT_PRINTED = {"id", "type", "number_format", "result", "overall_grade", "item_id"}


@pytest.fixture(scope="module")
def source(project_root: Path) -> Path:
    return project_root / "data" / "source"


@pytest.fixture(scope="module")
def text(source: Path) -> str:
    return (source / "isehara-action-plan-r6.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def official(text: str) -> Official:
    return Official.read(text)


@pytest.fixture(scope="module")
def real(plan_path: Path) -> Json:
    read: Json = json.loads(plan_path.read_text(encoding="utf-8"))
    return read


@pytest.fixture
def plan(real: Json) -> Json:
    return copy.deepcopy(real)


@pytest.fixture(scope="module")
def sheets(source: Path) -> list[Json]:
    read: list[Json] = json.loads((source / "sheets.json").read_text(encoding="utf-8"))
    return read


@pytest.fixture(scope="module")
def rows(source: Path) -> list[Json]:
    read: list[Json] = json.loads((source / "overview-rows.json").read_text(encoding="utf-8"))
    return read


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, Any, tuple[Any, ...]]]:
    """印刷される値のすべて。値を持つ親、その鍵、場所を返す。"""
    pairs = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in pairs:
        if key in NOT_PRINTED:
            continue
        if isinstance(value, dict | list):
            yield from leaves(value, (*path, key))
        elif value is not None:
            yield node, key, (*path, key)


def spoiled(value: Any, chance: random.Random) -> Any:
    """値を一か所だけ変える。文字は一字を別の字にする。"""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    places = [n for n, character in enumerate(value) if not character.isspace()]
    at = chance.choice(places)
    return value[:at] + ("乙" if value[at] != "乙" else "丙") + value[at + 1 :]


# --- データは公式の文書と同じ ---


def test_every_character_is_official(real: Json, official: Official) -> None:
    assert differences(real, official) == []


def test_every_sheet_is_transcribed(real: Json, sheets: list[Json]) -> None:
    items = list(items_of(real))
    assert len(items) == len(sheets) == 74
    assert [
        found
        for (policy, measure, item), sheet in zip(items, sheets, strict=True)
        for found in item_differences(policy, measure, item, sheet)
    ] == []


def test_every_overview_row_is_transcribed(real: Json, rows: list[Json]) -> None:
    entries = [(measure, entry) for _, measure in measures_of(real) for entry in measure["entries"]]
    assert len(entries) == len(rows) == 79
    assert [
        found
        for (measure, entry), row in zip(entries, rows, strict=True)
        for found in row_differences(measure, entry, row)
    ] == []


def test_number_formats_print_what_is_printed(real: Json, sheets: list[Json]) -> None:
    shown = []
    for (_, _, item), sheet in zip(items_of(real), sheets, strict=True):
        indicator = item["indicator"]
        pairs = [
            (indicator["current"], sheet["current_value"]),
            (indicator["target"], sheet["final_target"]),
        ]
        years = list(zip(item["years"], sheet["years"], strict=True))
        pairs += [(year["target"], words["target"]) for year, words in years]
        for value, words in pairs:
            assert printed(value, indicator["number_format"]) == (words or ""), item["id"]
            shown.append((value, words))
        for year, words in years:
            assert printed(year["effect"], "#,##0") == (words["effect"] or ""), item["id"]
    kept = {words for value, words in shown if isinstance(value, float)}
    assert {"99.0", "94.80", "95.10"} <= kept


# --- 比べれば、何でも気付く ---


def test_any_changed_value_of_an_item_is_noticed(plan: Json, official: Official) -> None:
    chance = random.Random(2024)
    unnoticed, tried = [], 0
    sheet_pages = dict(
        zip([item["id"] for _, _, item in items_of(plan)], official.sheets, strict=True)
    )
    for policy, measure in measures_of(plan):
        tables = official.tables[measure["number"]]
        for entry in measure["entries"]:
            for node, key, path in list(leaves(entry)):
                kept = node[key]
                node[key] = spoiled(kept, chance)
                found = table_differences(policy, measure, tables)
                if entry["type"] == "item" and not found:
                    page = sheet_pages[entry["id"]]
                    found = sheet_differences(plan, policy, measure, entry, page)
                if not found:
                    unnoticed.append((measure["number"], entry["number"], path))
                node[key] = kept
                tried += 1
    assert unnoticed == []
    assert tried > 74 * 25


def test_any_changed_value_of_a_chapter_is_noticed(plan: Json, official: Official) -> None:
    chance = random.Random(2024)
    # 帯の年、吹き出しの指す所、〔cf.…〕の所、新しいポイントの印は、絵だけで、文字がない。
    drawn = {
        ("first_year",),
        ("last_year",),
        ("parts",),
        ("is_new",),
        ("highlight_notes", "policy"),
    }
    chapters = {name: plan[name] for name in ("overview", "revision", "fiscal_years")}
    chapters |= {"municipality": plan["municipality"], "title": plan["plan_title"]}
    unnoticed, tried = [], 0
    for node, key, path in list(leaves(chapters)):
        if any(set(names) <= set(path) for names in drawn) or len(path) == 1:
            continue
        kept = node[key]
        node[key] = "2024-04" if key == "published" else spoiled(kept, chance)
        try:
            if not chapter_differences(plan, official):
                unnoticed.append(path)
        except (KeyError, StopIteration):
            pass  # 字や年を壊すと、何も見つからない
        node[key] = kept
        tried += 1
    for name in ("municipality", "plan_title", "office"):
        changed = {**plan, name: spoiled(plan[name], chance)}
        assert chapter_differences(changed, official), name
    assert unnoticed == []
    assert tried > 80


def test_changed_policies_measures_and_notes_are_noticed(plan: Json, official: Official) -> None:
    chance = random.Random(2024)
    nodes = [(policy, key) for policy in plan["policies"] for key in ("name", "description")]
    for _, measure in measures_of(plan):
        nodes.append((measure, "name"))
        nodes += [(measure["notes"], at) for at in range(len(measure["notes"]))]
    assert len(nodes) == 10 + 10 + 17
    for node, key in nodes:
        kept = node[key]
        node[key] = spoiled(kept, chance)
        assert differences(plan, official), kept
        node[key] = kept


@pytest.mark.parametrize(
    "change",
    [
        lambda item: item["years"].reverse(),
        lambda item: _swap(item["years"], 0, 1, "target"),
        lambda item: _swap(item["years"], 2, 4, "effect"),
        lambda item: _swap(item["years"], 0, 1, "plan"),
        lambda item: item["years"][0].update(plan=None),
        lambda item: item["years"][0].update(target=str(item["years"][0]["target"]) + "0"),
        lambda item: item.update(introduced=2024),
        lambda item: item.update(related_sections=["職員課"]),
        lambda item: item["owners"].append(item["owners"][0]),
        lambda item: item["indicator"].update(unit=None),
        lambda item: item["indicator"].update(number_format="0.00"),
    ],
)
def test_moved_values_are_noticed(plan: Json, official: Official, change: Any) -> None:
    item = next(item for _, _, item in items_of(plan) if item["id"] == "08-08")
    change(item)
    assert differences(plan, official)


def _swap(years: list[Json], one: int, other: int, key: str) -> None:
    years[one][key], years[other][key] = years[other][key], years[one][key]


@pytest.mark.parametrize(
    "change",
    [
        lambda measure: measure["entries"].pop(),
        lambda measure: measure["entries"].append(copy.deepcopy(measure["entries"][-1])),
        lambda measure: measure["notes"].reverse(),
        lambda measure: measure["notes"].pop(),
        lambda measure: measure["entries"].reverse(),
    ],
)
def test_missing_and_doubled_parts_are_noticed(plan: Json, official: Official, change: Any) -> None:
    change(plan["policies"][4]["measures"][0])
    assert differences(plan, official)


def test_texts_in_each_others_fields_are_noticed(plan: Json, sheets: list[Json]) -> None:
    # ページの字は変わらない。書き写したものだけで分かる。
    noticed = 0
    for (policy, measure, item), sheet in zip(items_of(plan), sheets, strict=True):
        item["improvement"], item["current_state"] = item["current_state"], item["improvement"]
        noticed += bool(item_differences(policy, measure, item, sheet))
    assert noticed == 74


def test_any_changed_character_of_the_official_text_is_noticed(real: Json, text: str) -> None:
    chance = random.Random(6)
    places = [n for n, character in enumerate(text) if not character.isspace()]
    for at in chance.sample(places, 120):
        changed = text[:at] + ("乙" if text[at] != "乙" else "丙") + text[at + 1 :]
        try:
            noticed = bool(differences(real, Official.read(changed)))
        except (ValueError, IndexError):
            noticed = True  # 文を分ける見出しがなくなっている
        assert noticed, text[max(0, at - 20) : at + 20]


# --- data/source/README.md の数 ---


def test_counts_are_those_of_the_document(real: Json) -> None:
    plan = Plan.model_validate(real)
    assert [len(measure.items) for _, measure in plan.measures()] == [
        *(6, 8, 6, 12, 7, 9, 7, 12, 3, 4)
    ]
    assert [len(measure.entries) for _, measure in plan.measures()] == [
        *(6, 8, 6, 15, 7, 9, 7, 13, 4, 4)
    ]
    assert (plan.previous_item_count, plan.item_count, plan.new_item_count) == (71, 74, 3)
    new = [item.id for _, _, item in plan.items() if plan.is_new(item)]
    assert new == ["01-05", "01-06", "06-04"]
    assert sum(1 for _, _, item in plan.items() if item.related_sections) == 38


def test_cross_references_point_where_the_document_says(real: Json) -> None:
    found = {
        (measure["number"], entry["number"]): (entry["item_id"], entry["mark"])
        for _, measure in measures_of(real)
        for entry in measure["entries"]
        if entry["type"] == "cross_reference"
    }
    assert found == {
        (4, 2): ("07-04", "［再］"),
        (4, 5): ("07-05", "［再］"),
        (4, 6): ("07-01", "［再］"),
        (8, 13): ("07-02", "[再]"),
        (9, 1): ("02-01", "[再]"),
    }
    titles = {item["id"]: item["overview"]["title"] for _, _, item in items_of(real)}
    for _, measure in measures_of(real):
        for entry in measure["entries"]:
            if entry["type"] == "cross_reference":
                assert titles[entry["item_id"]] == entry["title"]


def test_subtotals_add_up_to_the_printed_sum(real: Json, sheets: list[Json]) -> None:
    plan = Plan.model_validate(real)
    subtotals = {}
    for (_, _, item), sheet in zip(plan.items(), sheets, strict=True):
        if re.fullmatch(r"[\d,]+", sheet["effect_subtotal"] or ""):
            subtotals[item.id] = item.effect_subtotal
            assert printed(item.effect_subtotal, "#,##0") == sheet["effect_subtotal"]
        else:
            assert item.effect_subtotal is None
        assert item.result_effect_subtotal is None
    assert len(subtotals) == 22
    assert sum(subtotals.values()) == 2_671_349


def test_sections_are_those_of_the_document(real: Json) -> None:
    plan = Plan.model_validate(real)
    owners = Counter(owner for _, _, item in plan.items() for owner in item.owners)
    assert set(owners) == set(plan.owners())
    assert len(plan.owners()) == 28
    assert len(plan.departments) == 10
    joint = [item for _, _, item in plan.items() if len(item.owners) > 1]
    assert [item.id for item in joint] == ["03-06"]
    assert [owner.section for owner in joint[0].owners] == ["職員課", "経営企画課"]


def test_sheet_and_overview_row_differ_only_on_purpose(real: Json) -> None:
    items = [item for _, _, item in items_of(real)]
    assert sum(item["title"] != item["overview"]["title"] for item in items) == 12
    assert sum(item["indicator"]["name"] != item["overview"]["indicator"] for item in items) == 21


def test_oddities_stay_as_they_are(real: Json) -> None:
    items = {item["id"]: item for _, _, item in items_of(real)}
    assert items["03-01"]["years"][-1]["target"] == 680
    assert items["03-01"]["indicator"]["target"] == 672
    assert items["08-06"]["years"][-1]["target"] == 46
    assert items["08-06"]["indicator"]["target"] == 45.6
    assert "４台増設" in items["08-08"]["vision"]
    assert items["10-04"]["years"][-1]["effect"] is None
    assert items["01-05"]["indicator"]["unit"] == "ー"
    assert items["01-06"]["indicator"]["unit"] == "-"
    assert items["06-04"]["indicator"]["unit"] is None


def test_new_highlights_are_marked(real: Json) -> None:
    highlights = real["revision"]["highlights"]
    assert sum(highlight["is_new"] for highlight in highlights) == 3
    assert all(highlight["is_new"] == ("〈新規" in highlight["text"]) for highlight in highlights)


def test_nothing_is_made_up(real: Json) -> None:
    assert real["contact"] == {"phone": None, "email": None}
    for department in real["departments"]:
        assert all(section["email"] is None for section in department["sections"])
    for _, _, item in items_of(real):
        assert item["overall_grade"] is None
        assert all(value is None for y in item["years"] for value in y["result"].values())
