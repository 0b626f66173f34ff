"""様式IDの検査数字 (ISO 7064 MOD 97-10) は、打ち間違いを見つける。"""

from __future__ import annotations

import itertools
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_samples import sample_plan

from sheetgen.form.identity import (
    CARRIER_FIELDS,
    Marks,
    carrier,
    check_digits,
    form_id,
    is_form_id,
    is_valid_id,
    parse_carrier,
    round_mark,
    round_of_mark,
    split_form_id,
)
from sheetgen.plan.declared import RESERVED
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import BUILT_IN, Of, Round, RoundKind

ROUNDS = st.builds(Round, st.sampled_from(BUILT_IN), st.integers(2019, 2199))
KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,23}", fullmatch=True).filter(
    lambda key: key not in RESERVED
)
DECLARED = st.builds(RoundKind, KEYS, st.just("上半期照会"), st.just(Of.THIS_YEAR))
ITEMS = st.from_regex(r"[0-9]{2}-[0-9]{2}", fullmatch=True).filter(str.isascii)
IDS = st.builds(form_id, ROUNDS, ITEMS)


@given(st.text(string.digits, min_size=1, max_size=20))
def test_the_check_is_that_of_the_standard(digits: str) -> None:
    assert int(digits + check_digits(digits)) % 97 == 1


def test_the_example_of_the_standard() -> None:
    assert check_digits("794") == "44"


@given(IDS)
def test_an_id_is_valid_and_short(text: str) -> None:
    assert is_valid_id(text)
    assert len(text) == len("2024J-08-08-00")


@given(IDS, st.data())
def test_every_wrong_digit_is_found(text: str, data: st.DataObject) -> None:
    at = data.draw(st.sampled_from([i for i, c in enumerate(text) if c.isdigit()]))
    other = data.draw(st.sampled_from([d for d in string.digits if d != text[at]]))
    assert not is_valid_id(text[:at] + other + text[at + 1 :])


@given(IDS, st.data())
def test_every_swap_of_neighbours_is_found(text: str, data: st.DataObject) -> None:
    digits = [i for i, c in enumerate(text) if c.isdigit()]
    pairs = [(a, b) for a, b in itertools.pairwise(digits) if text[a] != text[b]]
    a, b = data.draw(st.sampled_from(pairs))
    swapped = list(text)
    swapped[a], swapped[b] = text[b], text[a]
    assert not is_valid_id("".join(swapped))


@pytest.mark.parametrize(
    "text", ["", "-", "2024J-08-08", "2024J-08-08-", "2024J-08-08-0", "様式ID", "2024J08-08-xx"]
)
def test_what_is_no_id(text: str) -> None:
    assert not is_valid_id(text)


def test_the_two_rounds_of_a_year_differ() -> None:
    ids = {form_id(Round(kind, 2024), "08-08") for kind in BUILT_IN}
    assert len(ids) == 2


@given(st.lists(DECLARED, min_size=1, max_size=3), st.integers(2000, 2199), ITEMS, st.data())
def test_the_forms_of_declared_rounds_are_told_apart(
    declared: list[RoundKind], year: int, item: str, data: st.DataObject
) -> None:
    kinds = (*BUILT_IN, *declared)
    chosen = Round(data.draw(st.sampled_from(kinds)), year)
    text = form_id(chosen, item)
    assert is_form_id(text)
    assert split_form_id(text, kinds) == (chosen, item)
    assert round_of_mark(round_mark(chosen), kinds) == chosen
    if chosen.kind.is_declared:
        assert split_form_id(text, BUILT_IN) is None
    assert not is_form_id(text[:-1] + str((int(text[-1]) + 1) % 10))


def test_the_carrier_of_a_declared_round_is_read_back() -> None:
    plan = Plan.model_validate(sample_plan())
    chosen = Round(RoundKind("first_half", "上半期照会", Of.THIS_YEAR), 2026)
    text = carrier(plan, chosen, "01-02", Marks("0a1b2c3d", "4e5f6071"))
    read = parse_carrier(text)
    assert read is not None
    assert set(CARRIER_FIELDS) < set(read)
    assert (read["round"], read["form"]) == ("first_half", form_id(chosen, "01-02"))


def test_the_carrier_names_plan_round_item_and_template() -> None:
    plan = Plan.model_validate(sample_plan())
    chosen = Round(RoundKind.RESULTS, 2026)
    version, *fields = carrier(plan, chosen, "01-02", Marks("0a1b2c3d", "4e5f6071")).split("; ")
    assert version == "sheetgen-form/1"
    assert dict(field.split("=") for field in fields) == {
        "municipality": "試験市", "plan": "試験計画", "round": "results", "year": "2026",
        "item": "01-02", "form": form_id(chosen, "01-02"), "template": "0a1b2c3d",
        "issue": "4e5f6071",
    }  # fmt: skip
