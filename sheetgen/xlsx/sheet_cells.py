"""セルの番地。書かれていない番地は、前のセルの次とする（ECMA-376 Part 1, 18.3.1.4）。"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sheetgen.xlsx.formula_values import FormulaError, FormulaValue
from sheetgen.xlsx.markup import Node
from sheetgen.xlsx.refs import (
    MAX_COLUMN,
    MAX_ROW,
    Area,
    column_letters,
    ref_of,
    split_area,
    split_ref,
)


def numbered_cells(row: Node, number: int) -> Iterator[tuple[str, Node]]:
    """行のセルを、番地とともに返す。``number`` は行の番号。"""
    column = 0
    for cell in row.all("c"):
        ref = cell.attrs.get("r") or ref_of(number, column + 1)
        column = split_ref(ref)[1]
        yield ref, cell


Areas = dict[tuple[int, int], tuple[int, int]]
"""結合セルの左上（行, 列）から右下への対応。"""


def merged_areas(root: Node) -> Areas:
    """シートの結合セル。

    :raises ValueError: 範囲の形をしていない。
    """
    merges = root.find("mergeCells")
    found: Areas = {}
    for node in merges.all("mergeCell") if merges else []:
        first, left, last, right = split_area(node.attrs["ref"])
        found[first, left] = (last, right)
    return found


def is_covered(merged: Areas, row: int, column: int) -> bool:
    """結合セルに覆われた所か。左上は覆われていない。"""
    return any(
        first <= row <= last and left <= column <= right and (first, left) != (row, column)
        for (first, left), (last, right) in merged.items()
    )


def covered_cells(root: Node, tops: frozenset[str]) -> dict[str, str]:
    """結合セルに覆われた番地から、その左上への対応。左上が ``tops`` のものだけ。"""
    found: dict[str, str] = {}
    for (first, left), (last, right) in merged_areas(root).items():
        top = ref_of(first, left)
        if top in tops:
            for row in range(first, last + 1):
                for column in range(left, right + 1):
                    found[ref_of(row, column)] = top
            del found[top]
    return found


def plain_text(node: Node) -> str:
    """文字列の要素（``si`` か ``is``）の、読みがな (rPh) を除いた文字。"""
    found = [child for child in node.children if child.local == "t"]
    found += [one for run in node.all("r") for one in run.all("t")]
    return "".join(one.text for one in found)


def constant_value(cell: Node, shared_string: Callable[[int], str]) -> FormulaValue:
    """数式の入っていないセルの値。``shared_string`` は番号から共有文字列を返す。"""
    kind = cell.attrs.get("t", "n")
    inline, value = cell.find("is"), cell.find("v")
    if kind == "inlineStr" and inline is not None:
        return plain_text(inline)
    if value is None or not value.text:
        return None
    if kind == "s":
        return shared_string(int(value.text))
    if kind == "b":
        return value.text == "1"
    if kind == "e":
        return FormulaError(value.text)
    if kind == "n":
        number = float(value.text)
        return int(number) if number.is_integer() else number
    return value.text


def lies_in(ref: str, sqref: str) -> bool:
    """番地が、空白で区切った範囲のどれかに入るか。範囲と読めないものには、何も入らない。"""
    row, column = split_ref(ref)
    for written in sqref.replace("$", "").split():
        try:
            first, left, last, right = _area(written)
        except ValueError:
            continue
        if first <= row <= last and left <= column <= right:
            return True
    return False


def _area(written: str) -> Area:
    """範囲。列の全体（``C:D``）と行の全体（``3:5``）も読む。"""
    first, _, last = written.partition(":")
    if first.isalpha():
        return split_area(f"{first}1:{last or first}{MAX_ROW}")
    if first.isdigit():
        return split_area(f"A{first}:{column_letters(MAX_COLUMN)}{last or first}")
    return split_area(written)
