"""見つけ方の部品：行と列の並べ方、ありうる所、名前の集め方、中身の比べ方。"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from sheetgen.collect.matching.chart import is_blank, is_vacant, key_of, same, tidy
from sheetgen.collect.matching.field_cells import names_by_sheet
from sheetgen.collect.matching.locating import (
    MAX_CANDIDATES,
    AxisMap,
    Position,
    Target,
    Whereabouts,
    align,
)
from sheetgen.plan.value import Value
from sheetgen.reading.book import CellKind, RawCell, RawName
from sheetgen.xlsx.filled import INPUT_PREFIX

# --- 行と列の並べ方 ---

Matching = tuple[tuple[int, int], ...]


def every_matching(old: list[int], new: list[int]) -> Iterator[Matching]:
    """順を変えずに組にする、すべてのしかた。"""
    if not old:
        yield ()
        return
    yield from every_matching(old[1:], new)
    for place, other in enumerate(new):
        for rest in every_matching(old[1:], new[place + 1 :]):
            yield ((old[0], other), *rest)


def settled(old: list[int], new: list[int], scores: dict[tuple[int, int], float]) -> dict[int, int]:
    """いちばんよい並べ方のどれでも同じ所に来るもの。すべてを数え上げて求める。"""
    matchings = [one for one in every_matching(old, new) if all(pair in scores for pair in one)]
    weight = {one: sum(scores[pair] for pair in one) for one in matchings}
    best = [dict(one) for one in matchings if weight[one] == max(weight.values())]
    return {
        number: best[0][number]
        for number in old
        if all(one.get(number) == best[0].get(number) for one in best) and number in best[0]
    }


@pytest.mark.parametrize("seed", range(40))
def test_a_line_is_certain_if_every_best_order_agrees(seed: int) -> None:
    dice = random.Random(seed)
    old = sorted(dice.sample(range(1, 9), dice.randint(1, 4)))
    new = sorted(dice.sample(range(1, 9), dice.randint(1, 4)))
    scores = {
        (one, other): float(dice.randint(1, 3))
        for one in old
        for other in new
        if dice.random() < 0.6
    }
    assert align(old, new, scores) == settled(old, new, scores)


@pytest.mark.parametrize(
    ("certain", "end", "old", "position"),
    [
        # 確かな行。
        ({2: 3, 5: 9}, 12, 2, Position(3, 3, 3, True)),
        # 足された行のあるところ：前の確かな行から数える。
        ({2: 3, 5: 9}, 12, 1, Position(1, 1, 2, False)),
        ({2: 3, 5: 9}, 12, 3, Position(4, 4, 8, False)),
        ({2: 3, 5: 9}, 12, 4, Position(5, 4, 8, False)),
        # 間の行数が同じなら、確か。
        ({2: 4, 5: 7}, 12, 3, Position(5, 5, 5, True)),
        ({2: 4, 5: 7}, 12, 4, Position(6, 6, 6, True)),
        ({3: 3}, 12, 1, Position(1, 1, 1, True)),
        ({3: 3}, 12, 2, Position(2, 2, 2, True)),
        # 消された行のあるところ：どれが残ったかは分からない。
        ({2: 2, 5: 4}, 12, 3, Position(None, 3, 3, False)),
        ({2: 2, 5: 3}, 12, 4, Position(None, 3, 2, False)),
        ({3: 1}, 12, 2, Position(None, 1, 0, False)),
        # 終わりの確かな行よりあと：シートの終わりまで。
        ({8: 10}, 12, 9, Position(11, 11, 12, False)),
        ({8: 10}, 12, 12, Position(14, 11, 14, False)),
        ({8: 10}, 10, 9, Position(11, 11, 11, False)),
        ({8: 2}, 3, 9, Position(3, 3, 9, False)),
        ({}, 5, 3, Position(3, 1, 5, False)),
        # 二つあるうちの、近いほうの確かな行から。
        ({1: 1, 4: 6, 9: 20, 12: 23}, 30, 6, Position(8, 7, 19, False)),
        ({12: 23, 9: 20, 4: 6, 1: 1}, 30, 6, Position(8, 7, 19, False)),
    ],
)
def test_where_a_line_may_be(
    certain: dict[int, int], end: int, old: int, position: Position
) -> None:
    assert AxisMap(certain, end).find(old) == position


def test_a_cell_is_where_its_row_and_its_column_are() -> None:
    still = Whereabouts(doubtful_rows={10}, doubtful_columns={4})
    assert still.find(9, 3) == Target("C9", True, False)
    assert still.find(10, 3) == Target("C10", True, True)
    assert still.find(9, 4) == Target("D9", True, True)
    rows, columns = AxisMap({2: 3, 4: 6, 6: 7}, 9), AxisMap({2: 2, 3: 4, 5: 7}, 9)
    moved = Whereabouts(rows, columns, {2})
    assert moved.find(2, 3) == Target("D3", True, True)
    assert moved.find(4, 3) == Target("D6", True, False)
    # 行だけ、列だけ、どちらも確かでない。
    assert moved.find(3, 3) == Target("D4", False, False, ("D4", "D5"))
    assert moved.find(4, 4) == Target("E6", False, False, ("E6", "F6"))
    assert moved.find(3, 4) == Target("E4", False, False, ("E4", "F4", "E5", "F5"))
    # 行が消されている。
    assert moved.find(5, 4) == Target(None, False, False)
    far = Whereabouts(AxisMap({}, 1000), AxisMap({}, 1000)).find(1, 1)
    assert len(far.candidates) == MAX_CANDIDATES
    assert (far.candidates[0], far.candidates[-1]) == ("A1", "T20")


def test_what_moved_is_told_where_it_begins() -> None:
    rows = AxisMap({7: 7, 1: 1, 3: 4, 5: 6, 6: 8}, 9)
    found = Whereabouts(rows, AxisMap({1: 1, 2: 4, 27: 29}, 30))
    assert found.is_moved
    assert found.describe() == "行 3 → 4、行 6 → 8、行 7 → 7、列 B → D"
    still = AxisMap({1: 1, 3: 3}, 9)
    assert not Whereabouts(still, still).is_moved
    assert Whereabouts(still, rows).is_moved
    assert not Whereabouts().is_moved
    assert Whereabouts(still, still).describe() == Whereabouts().describe() == ""


# --- 名前の集め方 ---


def collected(*names: tuple[str, str | None, str]) -> dict[str, tuple[dict[str, str], set[str]]]:
    found = names_by_sheet(
        RawName(INPUT_PREFIX + name, sheet, target) for name, sheet, target in names
    )
    return {
        sheet: (
            {name.removeprefix(INPUT_PREFIX): ref for name, ref in one.cells.items()},
            {name.removeprefix(INPUT_PREFIX) for name in one.broken},
        )
        for sheet, one in found.items()
    }


def test_a_name_belongs_to_the_sheet_it_points_at() -> None:
    assert collected(
        ("a", None, "'01-01'!$L$10"),
        ("b", "01-01", "='01-01'!$L$11:$N$12"),
        ("a", "01-02", "$'01-02'!l10"),
        ("c", None, "It's!$A$1"),
        ("d", None, "'It''s'!$A$2"),
        ("e", "SHEET", "Sheet!$A$1"),
    ) == {
        "01-01": ({"a": "L10", "b": "L11"}, set()),
        "01-02": ({"a": "L10"}, set()),
        "it's": ({"c": "A1", "d": "A2"}, set()),
        "sheet": ({"e": "A1"}, set()),
    }


@pytest.mark.parametrize(
    "target",
    [
        "'01-02'!$L$10",  # 別のシート
        "#REF!",
        "'01-01'!#REF!",
        "'[原本.xlsx]01-01'!$L$10",  # 別のブック
        "'01-01'!$L$10,'01-01'!$L$12",
        "$L$10",
        "",
    ],
)
def test_a_name_that_points_nowhere_is_broken(target: str) -> None:
    assert collected(("a", "01-01", target), ("b", "01-01", "'01-01'!$A$1")) == {
        "01-01": ({"b": "A1"}, {"a"})
    }


def test_a_name_of_no_sheet_is_nobodys() -> None:
    assert collected(("a", None, "#REF!"), ("a", None, "'[原本.xlsx]01-01'!$L$10")) == {}
    assert names_by_sheet([RawName("Print_Area", "01-01", "'01-01'!$A$1")]) == {}


def test_a_name_of_two_cells_is_broken_whatever_follows() -> None:
    here, there = "'01-01'!$L$10", "'01-01'!$L$11"
    assert collected(("a", None, here), ("a", "01-01", here)) == {"01-01": ({"a": "L10"}, set())}
    assert collected(("a", None, here), ("a", "01-01", there), ("a", None, here)) == {
        "01-01": ({}, {"a"})
    }


# --- 中身の比べ方 ---


def of(kind: CellKind, value: str | float | bool | None, formula: str | None = None) -> RawCell:
    return RawCell(kind, value, formula=formula)


@pytest.mark.parametrize(
    ("issued", "cell", "is_same"),
    [
        (None, None, True),
        (None, of(CellKind.TEXT, " \n"), True),
        (" ", None, True),
        (None, of(CellKind.TEXT, "-"), False),
        (None, of(CellKind.NUMBER, 0), False),
        ("一", None, False),
        ("一\n二", of(CellKind.TEXT, "一 \r\n二\n"), True),
        ("一\n二", of(CellKind.TEXT, "一_x000D_\n二"), True),
        ("一二", of(CellKind.TEXT, "一 二"), False),
        (" 一", of(CellKind.TEXT, "一"), False),
        (12, of(CellKind.NUMBER, 12.0), True),
        (12, of(CellKind.NUMBER, 13), False),
        (0.1 + 0.2, of(CellKind.NUMBER, 0.3), True),
        (1e12, of(CellKind.NUMBER, 1e12 + 0.1), True),
        (1e12, of(CellKind.NUMBER, 1e12 + 10), False),
        (12000, of(CellKind.TEXT, " 12,000 "), True),
        (0.5, of(CellKind.TEXT, "50%"), True),
        ("50%", of(CellKind.NUMBER, 0.5), True),
        ("50", of(CellKind.NUMBER, 0.5), False),
        (12, of(CellKind.TEXT, "１２"), False),
        (12, of(CellKind.TEXT, "1_2"), False),
        (12, of(CellKind.TEXT, "12件"), False),
        ("nan", of(CellKind.NUMBER, 1.0), False),
        (1, of(CellKind.BOOL, True), False),
        (45292, of(CellKind.DATE, "45292"), False),
        (5, of(CellKind.ERROR, "5"), False),
    ],
)
def test_the_same_is_what_a_program_may_change_by_itself(
    issued: Value, cell: RawCell | None, is_same: bool
) -> None:
    assert same(issued, cell) == is_same


def test_a_text_is_searched_without_its_edges() -> None:
    assert tidy("一 \r\n 二\r三_x000D_ \n\n") == "一\n 二\n三"
    assert tidy("一\t ") == "一"
    assert (key_of(" 一 \r\n二 "), key_of(" \n"), key_of(None)) == ("一\n二", None, None)
    assert (key_of(True), key_of(12), key_of(12.0), key_of(0.1 + 0.2)) == (None, "12", "12", "0.3")


def test_a_formula_without_a_result_is_blank_and_not_vacant() -> None:
    formula = of(CellKind.BLANK, None, "SUM(A1)")
    assert (is_blank(formula), is_vacant(formula)) == (True, False)
    for empty in (None, of(CellKind.BLANK, None), of(CellKind.TEXT, " ")):
        assert (is_blank(empty), is_vacant(empty)) == (True, True)
    for full in (of(CellKind.NUMBER, 0), of(CellKind.BOOL, False), of(CellKind.TEXT, "-")):
        assert (is_blank(full), is_vacant(full)) == (False, False)
