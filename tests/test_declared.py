"""計画が自分で言うこと：ことば、ない欄、増やした欄、照会、段階の扱い。"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sheetgen.form.rounds import input_fields, open_paths, round_kind, rounds_in, settle_round
from sheetgen.plan import declared
from sheetgen.plan.declared import DeclaredField
from sheetgen.plan.fields import built_in
from sheetgen.plan.loading import parse_plan
from sheetgen.plan.paths import (
    is_provisional,
    lasting_path,
    provisional_path,
    read_path,
    with_values,
)
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import FieldKind
from sheetgen.plan.saving import render_plan
from sheetgen.plan.scales import Counts, EvaluationGrade, Scale
from sheetgen.plan.units import changed_units, with_units
from sheetgen.plan.years import PlanYears
from sheetgen.problems import SheetgenError, UsageError
from sheetgen.publish.document.sheets import item_text
from sheetgen.publish.opendata.dataset import build_dataset
from sheetgen.year.editing.edit_fields import YEAR_VALUES, lists_of

Tree = dict[str, Any]


@pytest.fixture
def tree(project_root: Path) -> Tree:
    """欄を増やし、なくした計画の、JSON としての値。"""
    made: Tree = json.loads((project_root / "data/plan.json").read_bytes())
    made |= {
        "terms": {
            "subtitle": "",
            "item": "重点取組",
            "labels": {"years.result.text": "進捗", "years.values.issue": "残る課題"},
        },
        "omit": ["years.effect", "years.result.effect", "indicator"],
        "scales": {"second": [{"grade": "適", "meaning": "よい", "counts": "on_track"}]},
        "fields": [
            {"key": "issue", "label": "課題", "kind": "text", "per": "year",
             "asked": "results", "required": True},
            {"key": "income", "label": "歳入増(千円)", "kind": "money", "per": "year",
             "asked": "results", "sum": True},
            {"key": "second", "label": "二次評価", "kind": "grade", "scale": "second",
             "per": "year", "asked": "office"},
            {"key": "stage", "label": "段階", "kind": "choice", "choices": ["検討", "実施"],
             "per": "year", "asked": "revision"},
            {"key": "opinion", "label": "意見", "kind": "text", "per": "item", "asked": "office"},
            {"key": "half", "label": "上半期の値", "kind": "figure", "per": "year"},
        ],
        "rounds": [
            {"key": "half", "name": "上半期照会", "of": "this_year",
             "asks": ["years.values.half"]}
        ],
    }  # fmt: skip
    for item in items(made):
        del item["indicator"]
        for year in item["years"]:
            del year["effect"], year["result"]["effect"]
    first = next(iter(items(made)))
    first["values"] = {"opinion": "続けること"}
    first["years"][1]["values"] = {"issue": "人手", "income": 12, "second": "適"}
    first["years"][1]["provisional"] = ["values.income"]
    return made


def items(tree: Tree) -> list[Tree]:
    return [
        entry
        for policy in tree["policies"]
        for measure in policy["measures"]
        for entry in measure["entries"]
        if entry["type"] == "item"
    ]


def read(tree: Tree) -> Plan:
    return parse_plan(json.dumps(tree, ensure_ascii=False).encode(), "plan.json")


def codes(tree: Tree) -> set[str]:
    with pytest.raises(SheetgenError) as caught:
        read(tree)
    return {problem.code for problem in caught.value.problems}


def test_declarations_are_written_as_they_were_read(tree: Tree) -> None:
    assert json.loads(render_plan(read(tree))) == tree


def test_a_plan_that_declares_nothing_keeps_its_bytes(project_root: Path) -> None:
    data = (project_root / "data/plan.json").read_bytes()
    assert render_plan(parse_plan(data, "plan.json")) == data


def test_every_field_stands_in_one_table(tree: Tree) -> None:
    plan = read(tree)
    assert not any(key.startswith("indicator") for key in plan.field_table)
    assert not plan.has("years.effect")
    assert [key for key in plan.field_table if key not in built_in()] == [
        "years.values.issue", "years.values.income", "years.values.second", "years.values.stage",
        "values.opinion", "years.values.half",
    ]  # fmt: skip
    assert plan.field("years[3].values.second").options == ("適",)  # type: ignore[union-attr]
    assert plan.field("years[3].result.grade").options == ("A", "B", "C", "D")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("years[1].result.text", "令和6年度の進捗"),
        ("years[1].values.issue", "令和6年度の残る課題"),
        ("item.values.opinion", "意見"),
        ("initiative.text", "取組方針・取組内容"),
        ("initiatives[2025]", "取組方針・取組内容"),
        ("policies[0].measures[0].entries[0].years[0].target", "令和5年度の成果指標の目標値"),
        ("item.overall_grade", "全期間総合評価"),
        ("title", "重点取組"),
        ("overview.title", "重点取組（概要表）"),
    ],
)
def test_one_label_for_a_path(tree: Tree, path: str, label: str) -> None:
    assert read(tree).label(path) == label


def test_a_copy_of_a_plan_says_its_own(tree: Tree) -> None:
    plan = read(tree)
    assert plan.words.item == "重点取組"
    other = plan.model_copy(update={"terms": None, "omit": ()})
    assert (other.words.item, other.has("indicator")) == ("実施項目", True)


def test_rounds_ask_what_they_say(tree: Tree) -> None:
    plan = read(tree)
    asked = {one.kind.value: open_paths(plan, one) for one in rounds_in(plan)}
    assert asked["half"] == {"years[1].values.half"}
    assert asked["results"] == {
        f"years[0].{name}"
        for name in ("result.text", "result.value", "result.grade", "values.issue", "values.income")
    }
    assert "years[2].values.stage" in asked["revision"]
    assert not any("effect" in path or "second" in path for path in set().union(*asked.values()))


def test_a_round_may_ask_what_is_usually_not_asked(tree: Tree) -> None:
    tree["rounds"][0]["asks"] = ["vision"]
    plan = read(tree)
    asked = settle_round(plan, "half", None)
    assert open_paths(plan, asked) == {"item.vision"}
    assert input_fields(plan)["item.vision"].label == "計画最終年度において目指す姿"
    assert lasting_path("item.vision", 2024) == "vision"
    item = with_values(plan.find("01-01")[2], {"item.vision": "広がっている"}, 2024)
    assert read_path(item, "item.vision", 2024) == item.vision == "広がっている"


def test_a_round_is_found_by_key_and_name(tree: Tree) -> None:
    plan = read(tree)
    assert round_kind(plan, "上半期照会") == round_kind(plan, "half")
    assert settle_round(plan, "half", None).result_year == 2024
    with pytest.raises(UsageError) as caught:
        round_kind(plan, "第3四半期")
    assert caught.value.problems[0].code == "F006"
    with pytest.raises(UsageError) as caught:
        settle_round(plan, "half", 2028)
    assert caught.value.problems[0].code == "F001"


def test_declared_values_are_read_and_set_by_path(tree: Tree) -> None:
    item = read(tree).find("01-01")[2]
    assert read_path(item, "years[1].values.income", 2024) == 12
    assert is_provisional(item, "years[1].values.income")
    changed = with_values(
        item,
        {
            "years[1].values.income": 15,
            provisional_path("years[1].values.income"): None,
            provisional_path("years[1].result.value"): "暫定",
            "years[1].values.issue": None,
            "item.values.opinion": "広げること",
        },
        2024,
    )
    assert changed.years[1].values == {"income": 15, "second": "適"}
    assert changed.years[1].provisional == ("result.value",)
    assert changed.values == {"opinion": "広げること"}
    with pytest.raises(KeyError):
        with_values(item, {"years[1].nope": 1}, 2024)


def test_declared_values_can_be_taken_back_one_by_one(tree: Tree) -> None:
    before = read(tree)
    item = before.find("01-01")[2]
    changes = {"years[1].values.stage": "検討", "item.values.opinion": None}
    after = before.with_entries(
        lambda measure: tuple(
            with_values(item, changes, 2024) if entry == item else entry
            for entry in measure.entries
        )
    )
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    units = changed_units(old, new)
    assert {unit.path for unit in units} == set(changes)
    assert with_units(new, old, units) == old


def test_a_new_common_field_is_written_in_one_place(
    monkeypatch: pytest.MonkeyPatch, project_root: Path
) -> None:
    """一つ書けば、様式、一覧、編集ブック、文書、新旧対照表、オープンデータに出る。"""
    risk = DeclaredField(
        key="risk", label="見込まれる危険", kind=FieldKind.TEXT, asked="results", required=True
    )
    monkeypatch.setattr(declared, "COMMON_FIELDS", (risk,))
    tree = json.loads((project_root / "data/plan.json").read_bytes())
    items(tree)[0]["years"][0]["values"] = {"risk": "人手が足りない"}
    plan = read(tree)
    assert plan.label("years[0].values.risk") == "令和5年度の見込まれる危険"
    asked = settle_round(plan, "results", None)
    assert "years[0].values.risk" in open_paths(plan, asked)
    assert input_fields(plan)["years[0].values.risk"].required
    assert "人手が足りない" in str(item_text(plan, *plan.find("01-01")))
    assert "見込まれる危険" in [one.label for one in lists_of(plan)[YEAR_VALUES]]
    published = build_dataset(PlanYears(plan)).tables
    assert "values_risk" in {one.name for table in published for one in table.columns}
    other = read({**tree, "fields": [{"key": "risk2", "label": "x", "kind": "text"}]})
    assert {"years.values.risk", "years.values.risk2"} <= set(other.field_table)
    assert "M068" in codes({**tree, "fields": [{"key": "risk", "label": "x", "kind": "text"}]})


def _field(**changes: object) -> Callable[[Tree], None]:
    return lambda tree: tree["fields"][0].update(changes)


@pytest.mark.parametrize(
    ("break_", "code"),
    [
        (_field(kind="colour"), "M046"),
        (_field(key="課題"), "M045"),
        (_field(key="income"), "M068"),
        (_field(asked="autumn"), "M070"),
        (_field(kind="grade", scale="third"), "M071"),
        (_field(kind="choice"), "M072"),
        (lambda tree: tree["rounds"].append({**tree["rounds"][0], "name": "別"}), "M068"),
        (lambda tree: tree["rounds"][0].update(key="results"), "M069"),
        (lambda tree: tree["rounds"][0].update(asks=["years.values.none"]), "M073"),
        (lambda tree: tree["rounds"][0].update(asks=["years.result.effect"]), "M073"),
        (lambda tree: tree["rounds"][0].update(name="実績照会"), "M058"),
        (lambda tree: tree["omit"].append("years.nothing"), "M073"),
        (lambda tree: tree["omit"].append("title"), "M074"),
        (lambda tree: tree["omit"].append("measure"), "M075"),
        (lambda tree: tree["terms"]["labels"].update(nothing="x"), "M073"),
        (lambda tree: items(tree)[0]["values"].update(issue="x"), "M073"),
        (lambda tree: items(tree)[0]["years"][1]["values"].update(second="良"), "M076"),
        (lambda tree: items(tree)[0]["years"][1]["values"].update(issue=3), "M077"),
        (lambda tree: items(tree)[0]["years"][1].update(provisional=["values.x"]), "M073"),
        (lambda tree: tree["evaluation_scale"][0].update(counts="good"), "M046"),
    ],
)  # fmt: skip
def test_a_wrong_declaration_is_told(tree: Tree, break_: Callable[[Tree], None], code: str) -> None:
    read(tree)
    break_(tree)
    assert code in codes(tree)


def _scale(*steps: tuple[str, Counts | None]) -> Scale:
    return Scale(EvaluationGrade(grade=g, meaning="…", counts=c) for g, c in steps)


def test_the_place_in_a_scale_says_nothing() -> None:
    rising = _scale(("1", Counts.BEHIND), ("2", Counts.ON_TRACK), ("3", Counts.ACHIEVED))
    assert rising.that(Counts.BEHIND) == ("1",)
    assert rising.worst == ("1",)
    excluded = _scale(("S", Counts.ACHIEVED), ("対象外", Counts.NONE))
    assert excluded.that(Counts.BEHIND) == ()
    assert excluded.counts("対象外") is Counts.NONE


def test_only_the_shipped_scale_is_known_without_counts() -> None:
    shipped = _scale(*((grade, None) for grade in "ABCD"))
    assert shipped.that(Counts.BEHIND) == ("C", "D")
    assert shipped.worst == ("D",)
    assert not shipped.is_unclear
    assert _scale(*((grade, None) for grade in "SABC")).unclear == ("S", "A", "B", "C")
