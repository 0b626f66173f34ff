"""どの題からも、Windows で使えるファイル名ができる。"""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetgen.form.jobs import safe_name
from sheetgen.xlsx.refs import sheet_name

LONGEST_SUFFIX = "_見直し照会.xlsx"
RESERVED = ["CON", "nul", "Aux", "COM1", "lpt9", "CON.txt", "NUL.tar.gz"]


@given(st.one_of(st.text(max_size=200), st.sampled_from(RESERVED), st.text("./\\: ", max_size=9)))
def test_every_name_is_usable(text: str) -> None:
    name = safe_name(text)
    assert name
    assert not set(name) & set('<>:"/\\|?*')
    assert not [c for c in name if unicodedata.category(c)[0] == "C"]
    assert name == name.strip(" ")
    assert not name.endswith(".")
    assert name.upper().partition(".")[0] not in {"CON", "NUL", "AUX", "PRN", "COM1", "LPT9"}
    assert len((name + LONGEST_SUFFIX).encode()) <= 255


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("0101_企画部 経営企画課", "0101_企画部 経営企画課"),
        ("A/B:C", "A／B：C"),
        ("../../etc", "／..／etc"),
        ("..", "_"),
        ("", "_"),
        ("CON", "_CON"),
        ("コンビニ", "コンビニ"),
        ("一行\n二行\t", "一行_二行_"),
        ("題。 ", "題。"),
    ],
)
def test_examples(text: str, name: str) -> None:
    assert safe_name(text) == name


@pytest.mark.parametrize("letter", ["あ", "𠮷", "a"])
def test_long_names_are_cut_between_letters(letter: str) -> None:
    name = safe_name(letter * 300)
    assert set(name) == {letter}
    assert 50 < len(name) <= 80


@given(st.text("[]:*?/\\' 表あ", max_size=40))
def test_every_name_is_usable_for_a_sheet(text: str) -> None:
    name = sheet_name(text)
    assert 0 < len(name) <= 31
    assert not set(name) & set("[]:*?/\\")
    assert name[0] != "'" != name[-1]
