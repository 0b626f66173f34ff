"""行の繰り返しで動く、行・範囲・数式。"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetgen.xlsx.references import Shift, places, shift_formula, shift_range, shift_sqref

ONE = Shift(((5, 5),), {5: 4})
TWO = Shift(((5, 6), (10, 10)), {5: 3, 10: 2})


@st.composite
def shifts(draw: st.DrawFn, least: int = 0) -> Shift:
    row, blocks, counts = 1, [], {}
    for _ in range(draw(st.integers(0, 3))):
        first = row + draw(st.integers(0, 4))
        row = first + draw(st.integers(1, 3))
        blocks.append((first, row - 1))
        counts[first] = draw(st.integers(least, 5))
    return Shift(tuple(blocks), counts)


@given(shifts())
def test_every_written_row_is_used_once_and_in_order(shift: Shift) -> None:
    last = (shift.blocks[-1][1] if shift.blocks else 0) + 3
    written = [row for template_row in range(1, last + 1) for row in shift.rows(template_row)]
    assert sorted(written) == list(range(1, len(written) + 1))


@given(shifts(least=1), st.integers(1, 20), st.integers(0, 10))
def test_a_range_holds_all_its_rows(shift: Shift, first: int, more: int) -> None:
    last = first + more
    top, _, bottom = shift_range(f"A{first}:B{last}", shift).partition(":")
    rows = [row for one in range(first, last + 1) for row in shift.rows(one)]
    assert int(top[1:]) == min(rows)
    assert int(bottom[1:]) == max(rows)


@given(shifts(), st.integers(1, 20), st.integers(0, 10))
def test_a_range_never_turns_over(shift: Shift, first: int, more: int) -> None:
    top, _, bottom = shift_range(f"A{first}:B{first + more}", shift).partition(":")
    assert int(top[1:]) <= int(bottom[1:])


def test_rows_of_a_block_and_below() -> None:
    assert [TWO(row) for row in (4, 5, 6, 7, 10, 11)] == [4, 5, 6, 11, 14, 16]
    assert TWO.rows(6) == [6, 8, 10]
    assert TWO.rows(11) == [16]


@pytest.mark.parametrize(
    ("cells", "moved"),
    [
        ("C4", "C4"),
        ("$C$6", "$C$9"),
        ("C5:C5", "C5:C8"),
        ("$C$4:$D$5", "$C$4:$D$8"),
        ("C5:C9", "C5:C12"),
        ("A:B", "A:B"),
        ("$5:$6", "$5:$9"),
        ("合計", "合計"),
    ],
)
def test_ranges(cells: str, moved: str) -> None:
    assert shift_range(cells, ONE) == moved


@pytest.mark.parametrize(
    ("cells", "moved"),
    [
        ("D5", "D5 D6 D7 D8"),
        ("D5:E5", "D5:E5 D6:E6 D7:E7 D8:E8"),
        ("D4:D5", "D4:D8"),
        ("D9 D3", "D12 D3"),
    ],
)
def test_a_rule_for_a_repeated_cell_holds_every_time(cells: str, moved: str) -> None:
    assert shift_sqref(cells, ONE) == moved


def test_a_rule_for_nothing_repeated_stays_a_rule() -> None:
    assert shift_sqref("D5", Shift(((5, 5),), {5: 0})) == "D5"
    assert places("D5:E5", Shift(((5, 5),), {5: 0})) == []


def test_merged_cells_of_two_rows_stand_every_time() -> None:
    assert places("A5:B6", TWO) == ["A5:B6", "A7:B8", "A9:B10"]


def test_a_formula_in_a_repeated_row_reads_its_own_row() -> None:
    turns = ONE.turns(5, 5)
    assert turns is not None
    formula = "C5*2+SUM(B5:D5)+A$4+E9&SUM(C4:C6)"
    assert [shift_formula(formula, "表", turn) for turn in turns[1:3]] == [
        "C6*2+SUM(B6:D6)+A$4+E12&SUM(C4:C9)",
        "C7*2+SUM(B7:D7)+A$4+E12&SUM(C4:C9)",
    ]
