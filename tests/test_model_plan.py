"""計画の型。値の決まりと、導き出す値。"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_samples import entry, sample_item, sample_plan
from pydantic import TypeAdapter, ValidationError

from sheetgen.plan.consistency import find_inconsistencies
from sheetgen.plan.item import Item, subtotal
from sheetgen.plan.item_names import item_id_of
from sheetgen.plan.loading import load_plan
from sheetgen.plan.plan import Plan
from sheetgen.plan.text import LONGEST_TEXT, Text, Value
from sheetgen.plan.value import hides_digits, is_number_format, printed, showing_all

VALUES: TypeAdapter[Any] = TypeAdapter(Value)
TEXTS: TypeAdapter[str] = TypeAdapter(Text)


@pytest.mark.parametrize("value", [0, 99, 99.0, 94.8, -1, "99.0", "-", "ー", "３４", "2(78)", None])
def test_value_stays_what_it_is(value: object) -> None:
    kept = VALUES.validate_python(value)
    assert kept == value
    assert type(kept) is type(value)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (True, "value_type"),
        ([1], "value_type"),
        (math.nan, "value_range"),
        (math.inf, "value_range"),
        (10**15, "value_range"),
        ("", "text_blank"),
        ("\x07", "text_character"),
    ],
)
def test_value_is_refused(value: object, error: str) -> None:
    with pytest.raises(ValidationError) as raised:
        VALUES.validate_python(value)
    assert raised.value.errors()[0]["type"] == error


@pytest.mark.parametrize("text", ["", "一\n二\t三", "=1+1", "<b>", "../", "😀", "ﾋﾞｼﾞﾈｽ", "～－―"])
def test_text_is_kept_as_printed(text: str) -> None:
    assert TEXTS.validate_python(text) == text


@pytest.mark.parametrize("character", ["\r", "\0", "\x0b", "\x85", "\ufffe", "\uffff", "\ud800"])
def test_text_no_workbook_can_hold_is_refused(character: str) -> None:
    with pytest.raises(ValidationError) as raised:
        TEXTS.validate_python(f"あ{character}")
    error = raised.value.errors()[0]
    assert (error["type"], error["ctx"]["position"]) == ("text_character", 2)


def test_length_is_counted_as_excel_counts() -> None:
    assert TEXTS.validate_python("あ" * LONGEST_TEXT)
    for text in ("あ" * (LONGEST_TEXT + 1), "😀" * (LONGEST_TEXT // 2 + 1)):
        with pytest.raises(ValidationError):
            TEXTS.validate_python(text)


@pytest.mark.parametrize(
    ("value", "number_format", "words"),
    [
        (99.0, "0.0", "99.0"),
        (94.8, "0.00", "94.80"),
        (22931, "#,##0", "22,931"),
        (33, "#,##0", "33"),
        (-1234.5, "#,##0.0", "-1,234.5"),
        (33, "General", "33"),
        (32.7, "General", "32.7"),
        (33.0, "General", "33"),
        (1e-7, "General", "0.0000001"),
        (0.5, "0", "1"),
        (2.5, "0", "3"),
        (0.983, "0.0%", "98.3%"),
        ("2(78)", "0.0", "2(78)"),
        (None, "0.0", ""),
        (0, "#,##0", "0"),
    ],
)
def test_number_is_printed_as_excel_does(value: Any, number_format: str, words: str) -> None:
    assert printed(value, number_format) == words


@pytest.mark.parametrize(
    ("values", "total"),
    [
        ((), None),
        (("-", None, "ー"), None),
        ((0, "-"), 0),
        ((6800, 7000, None), 13800),
        ((18410.5, 18410.5), 36822),  # どちらも 18,411 と印刷される
        ((1, 0.4), 1),
        ((-0.5, 1), 0),
    ],
)
def test_subtotal_adds_what_is_printed(values: tuple[Any, ...], total: int | None) -> None:
    found = subtotal(values)
    assert found == total
    assert type(found) is type(total)


def test_plan_derives_what_is_not_stored() -> None:
    plan = Plan.model_validate(sample_plan())
    assert (plan.first_year, plan.final_year) == (2025, 2028)
    assert [item.id for _, _, item in plan.items()] == ["01-01", "01-02"]
    assert [measure.number for _, measure in plan.measures()] == [1, 2]
    assert (plan.item_count, plan.new_item_count, plan.previous_item_count) == (2, 0, 3)
    assert plan.find("01-02")[2].title == "実施項目その2"
    with pytest.raises(KeyError):
        plan.find("09-99")


def test_new_is_what_this_revision_introduced() -> None:
    source = sample_plan()
    entry(source, 2)["introduced"] = 2026
    plan = Plan.model_validate(source)
    assert [plan.is_new(item) for _, _, item in plan.items()] == [False, True]
    assert (plan.item_count, plan.new_item_count, plan.previous_item_count) == (2, 1, 2)


def test_item_finds_its_years() -> None:
    item = Item.model_validate(sample_item())
    assert item.year(2026).plan == "・進める。"
    assert item.initiative(2025) == "■ 始める。"
    assert item.initiative(2026) is None
    with pytest.raises(KeyError):
        item.year(2024)


def test_plan_does_not_change() -> None:
    plan = Plan.model_validate(sample_plan())
    with pytest.raises(ValidationError):
        plan.office = "別の課"  # type: ignore[misc]


# --- 欄どうしの点検 ---


def _spoil(tree: Any, replacements: Any) -> Any:
    """木のどこか一か所を、別の値にする。"""
    choose, value = replacements
    path: list[Any] = []
    node = tree
    while isinstance(node, dict | list) and node:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        path.append(keys[choose(len(keys))])
        node = node[path[-1]]
        if choose(5) == 0:
            break
    parent = tree
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    return tree


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@given(st.data(), st.lists(JSON_VALUES, min_size=1, max_size=3))
def test_checks_survive_any_shape(data: st.DataObject, values: list[Any]) -> None:
    tree = sample_plan()
    for value in values:
        _spoil(tree, (lambda size: data.draw(st.integers(0, size - 1)), value))
    found = find_inconsistencies(tree)
    assert all(isinstance(problem.path, tuple) for problem in found)


@given(JSON_VALUES)
def test_checks_survive_any_root(tree: Any) -> None:
    assert isinstance(find_inconsistencies(tree), list)


def test_sound_plan_has_no_inconsistency() -> None:
    assert find_inconsistencies(sample_plan()) == []


def test_an_inconsistent_plan_cannot_be_made() -> None:
    source = sample_plan()
    entry(source, 2)["id"] = "01-01"
    with pytest.raises(ValidationError) as raised:
        Plan.model_validate(source)
    assert raised.value.errors()[0]["type"] == "plan_inconsistent"


@pytest.mark.parametrize(
    ("value", "number_format", "hidden"),
    [
        (12.5, "#,##0", True),
        (12.5, "0.0", False),
        (99.0, "0.0", False),
        (1234567, "#,##0", False),
        (-0.4, "0", True),
        (0.123, "0%", True),
        (0.123, "0.0%", False),
        (0.1, "General", False),
    ],
)
def test_a_format_that_hides_digits_is_noticed(
    value: float, number_format: str, hidden: bool
) -> None:
    assert hides_digits(value, number_format) is hidden


@pytest.mark.parametrize(
    ("values", "number_format", "wanted"),
    [
        ((55, 56, 58.8), "#,##0", "General"),  # 56 を 56.0 と変えない
        ((58.8,), "#,##0", "#,##0.0"),
        ((1200, 1350.25), "#,##0", "#,##0.00"),
        ((98.3, 98.35), "0.0", "General"),
        ((98.0, 98.35), "0.0", "0.00"),
        ((0.5, 0.588), "0%", "0.0%"),
        ((55, "-", None), "#,##0", "#,##0"),
    ],
)
def test_a_format_that_shows_every_figure(
    values: tuple[Any, ...], number_format: str, wanted: str
) -> None:
    found = showing_all(values, number_format)
    assert found == wanted
    assert is_number_format(found)
    numbers = [value for value in values if isinstance(value, int | float)]
    assert not any(hides_digits(value, found) for value in numbers)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("08-08", "08-08"),
        ("８－８", "08-08"),
        ("(8)⑧", "08-08"),
        ("（８）⑧", "08-08"),
        ("(8) 8", "08-08"),
        ("(7)④", "07-04"),
        ("(1)①", "01-01"),
        ("(99)①", "(99)①"),  # ないものは、書かれたまま。断ることばに、そのまま出る
        ("自動販売機", "自動販売機"),
    ],
)
def test_an_item_is_named_by_its_id_or_by_its_printed_number(
    plan_path: Path, text: str, wanted: str
) -> None:
    assert item_id_of(load_plan(plan_path), text) == wanted
