"""記入欄の入力規則は、Excel の限りを超えない。"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_samples import entry, sample_plan

from sheetgen.form.guidance import OpenInput, validations
from sheetgen.form.rounds import input_fields
from sheetgen.plan.plan import Plan
from sheetgen.xlsx.filled import Validation

LINES = st.text(
    st.characters(exclude_categories=["C", "Z"]) | st.sampled_from("𠮷😀,\"'{}"),
    min_size=1,
    max_size=60,
)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def rules(plan: dict[str, Any], *paths: str, capacity: int = 120) -> list[Validation]:
    checked = Plan.model_validate(plan)
    fields = input_fields(checked)
    item = next(item for _, _, item in checked.items())
    opened = tuple(OpenInput("C7", fields[path], capacity) for path in paths or fields)
    return list(validations(checked, item, opened))


@given(st.lists(LINES, min_size=1, max_size=12, unique=True), LINES, LINES)
def test_the_limits_of_excel(grades: list[str], meaning: str, unit: str) -> None:
    plan = sample_plan(evaluation_scale=[{"grade": g, "meaning": meaning * 4} for g in grades])
    entry(plan)["indicator"]["unit"] = unit
    for rule in rules(plan):
        assert units(rule.prompt_title) <= 32
        assert units(rule.error_title) <= 32
        assert units(rule.prompt) <= 255
        assert units(rule.error) <= 225
        assert all(units(formula) <= 255 for formula in rule.formulas)


def test_a_scale_becomes_a_list() -> None:
    (rule,) = rules(sample_plan(), "years[0].result.grade")
    assert (rule.kind, rule.formulas, rule.strict) == ("list", ('"◎,○"',), True)
    assert "◎ よくできた" in rule.prompt


@pytest.mark.parametrize("grades", [["A,B", "C"], ['"A"'], [f"段階{n:03}" * 3 for n in range(20)]])
def test_a_scale_that_no_list_can_hold(grades: list[str]) -> None:
    plan = sample_plan(evaluation_scale=[{"grade": g, "meaning": "意味"} for g in grades])
    (rule,) = rules(plan, "item.overall_grade")
    assert (rule.kind, rule.formulas) == ("none", ())
    assert "一覧" not in rule.prompt
    assert grades[0] in rule.prompt


def test_text_is_held_to_what_the_cell_prints() -> None:
    (rule,) = rules(sample_plan(), "years[0].result.text", capacity=84)
    assert (rule.kind, rule.operator, rule.formulas) == ("textLength", "lessThanOrEqual", ("84",))
    assert not rule.strict
    assert "84" in rule.prompt


def test_figures_follow_the_target_of_their_year() -> None:
    plan = sample_plan()
    entry(plan)["years"][1]["target"] = "方針の決定"
    figure, words, money = rules(
        plan, "years[0].result.value", "years[1].result.value", "years[1].result.effect"
    )
    assert [figure.kind, words.kind, money.kind] == ["custom", "none", "custom"]
    assert "C7" in figure.formulas[0]
    assert "件" in figure.prompt
