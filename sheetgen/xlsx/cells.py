"""セルの番地。書かれていない番地は、前のセルの次とする（ECMA-376 Part 1, 18.3.1.4）。"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sheetgen.xlsx.formulas import FormulaError, FormulaValue
from sheetgen.xlsx.markup import Node

_LAST_ROW = 1_048_576


def split_ref(ref: str) -> tuple[str, int]:
    """``C7`` を ``("C", 7)`` に分ける。"""
    column = ref.rstrip("0123456789")
    return column, int(ref[len(column) :])


def numbered_cells(row: Node, number: int) -> Iterator[tuple[str, Node]]:
    """行のセルを、番地とともに返す。``number`` は行の番号。"""
    column = 0
    for cell in row.all("c"):
        ref = cell.attrs.get("r") or f"{_letters(column + 1)}{number}"
        column = _number(split_ref(ref)[0])
        yield ref, cell


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


Areas = dict[tuple[int, int], tuple[int, int]]
"""結合セルの左上（行, 列）から右下への対応。"""


def merged_areas(root: Node) -> Areas:
    """シートの結合セル。"""
    merges = root.find("mergeCells")
    found: Areas = {}
    for node in merges.all("mergeCell") if merges else []:
        top, _, bottom = node.attrs["ref"].partition(":")
        (left, first), (right, last) = split_ref(top), split_ref(bottom or top)
        found[first, _number(left)] = (last, _number(right))
    return found


def covered_cells(root: Node, tops: frozenset[str]) -> dict[str, str]:
    """結合セルに覆われた番地から、その左上への対応。左上が ``tops`` のものだけ。"""
    found: dict[str, str] = {}
    for (first, left), (last, right) in merged_areas(root).items():
        top = f"{_letters(left)}{first}"
        if top in tops:
            for row in range(first, last + 1):
                for column in range(left, right + 1):
                    found[f"{_letters(column)}{row}"] = top
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
    """番地が、空白で区切った範囲のどれかに入るか。"""
    letters, row = split_ref(ref)
    column = _number(letters)
    for area in sqref.replace("$", "").split():
        top, _, bottom = area.partition(":")
        if not top[-1:].isdigit():  # 列の全体
            top, bottom = f"{top}1", f"{bottom or top}{_LAST_ROW}"
        (left, first), (right, last) = split_ref(top), split_ref(bottom or top)
        if first <= row <= last and _number(left) <= column <= _number(right):
            return True
    return False
