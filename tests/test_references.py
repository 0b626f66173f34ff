"""数式の中の、シートの名と参照先。"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetgen.xlsx.references import (
    AmbiguousReferenceError,
    Shift,
    absolute,
    quoted,
    repoint,
    sheets_named,
    shift_formula,
    split_sheet,
    without_sheet,
)

FORM = "様式"
OWN = object()
SHIFT = Shift(((5, 5),), {5: 3})
SHEET_NAMES = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="[]:*?/\\"),
    min_size=1,
    max_size=12,
).filter(lambda name: not name.startswith("'") and not name.endswith("'"))


def repointed(formula: str, sheet: str = FORM) -> str:
    return "".join(p if isinstance(p, str) else "<>" for p in repoint(formula, sheet, OWN))


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ("SUM(様式!A1:B2)", "SUM(<>!A1:B2)"),
        ("'様式'!$A$1+様式!B2", "<>!$A$1+<>!B2"),
        ("様式2!A1+'旧 様式'!A1", "様式2!A1+'旧 様式'!A1"),
        ('"様式!A1"&様式!A1', '"様式!A1"&<>!A1'),
        ('IF(A1="様式!""B",様式!A:B,様式!$1:$3)', 'IF(A1="様式!""B",<>!A:B,<>!$1:$3)'),
        ("様式!A1,様式!B2", "<>!A1,<>!B2"),
        ("#REF!+A1", "#REF!+A1"),
        ("様式!名前", "<>!名前"),
        ("様式!A1:INDEX(様式!B:B,3)", "<>!A1:INDEX(<>!B:B,3)"),
        ("T[[#This Row],[列]]+様式!A1", "T[[#This Row],[列]]+<>!A1"),
        ("'[b.xlsx]様式'!A1", "'[b.xlsx]様式'!A1"),
        ("SUM(A1:B2)", "SUM(A1:B2)"),
    ],
)
def test_only_references_to_the_sheet_change(formula: str, wanted: str) -> None:
    assert repointed(formula) == wanted


@pytest.mark.parametrize(
    ("area", "wanted"),
    [
        ("'様式'!$A1:$M20", "'様式'!$A$1:$M$20"),
        ("様式!A1:B2,様式!$D$4", "様式!$A$1:$B$2,様式!$D$4"),
        ("様式!A:B,様式!1:3", "様式!$A:$B,様式!$1:$3"),
        ("OFFSET(様式!A1,0,0,3,2)", "OFFSET(様式!$A$1,0,0,3,2)"),
        ("様式!名前", "様式!名前"),
    ],
)
def test_an_area_is_made_absolute(area: str, wanted: str) -> None:
    assert absolute(area) == wanted


def test_a_name_with_an_apostrophe_or_another_case() -> None:
    assert repointed("'It''s a form'!A1", "It's a form") == "<>!A1"
    assert repointed("FORM!A1", "Form") == "<>!A1"


@pytest.mark.parametrize(
    "formula", ["SUM(はじめに:様式!A1)", "SUM('前 の:様式'!A1:B2)", "様式:様式!A1"]
)
def test_references_over_several_sheets_are_refused(formula: str) -> None:
    with pytest.raises(AmbiguousReferenceError):
        sheets_named(formula)
    with pytest.raises(AmbiguousReferenceError):
        repoint(formula, FORM, OWN)


@pytest.mark.parametrize("formula", ['様式!A1&"', "様式!A1+)"])
def test_what_is_no_formula_is_refused(formula: str) -> None:
    with pytest.raises(AmbiguousReferenceError):
        repoint(formula, FORM, OWN)


@given(SHEET_NAMES)
def test_a_quoted_name_is_the_same_name(name: str) -> None:
    assert split_sheet(f"{quoted(name)}!$A$1") == (name, "$A$1")
    assert sheets_named(f"SUM({quoted(name)}!A1:A2)") == {name}
    assert repointed(f"SUM({quoted(name)}!A1:A2)", name) == "SUM(<>!A1:A2)"


def test_the_own_sheet_is_dropped() -> None:
    assert without_sheet("様式!A1+'様式'!B2+ほか!C3", FORM) == "A1+B2+ほか!C3"


@pytest.mark.parametrize(
    ("formula", "inside", "wanted"),
    [
        ("SUM(C5:C5)+C6", True, "SUM(C5:C7)+C8"),
        ("SUM(C5:C5)+C6", False, "SUM(C5:C5)+C6"),
        ("様式!C6+C6+ほか!C6", True, "様式!C8+C8+ほか!C6"),
        ("様式!$A:$B,様式!$5:$6", False, "様式!$A:$B,様式!$5:$8"),
        ("C6:INDEX(C:C,3)", True, "C8:INDEX(C:C,3)"),
        ('"C6"&LOG10(C6)', True, '"C6"&LOG10(C8)'),
    ],
)
def test_rows_move_in_references_to_the_sheet(formula: str, inside: bool, wanted: str) -> None:
    assert shift_formula(formula, FORM, SHIFT, inside) == wanted
