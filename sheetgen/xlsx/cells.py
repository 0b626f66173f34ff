"""セルの番地。書かれていない番地は、前のセルの次とする（ECMA-376 Part 1, 18.3.1.4）。"""

from __future__ import annotations

from collections.abc import Iterator

from sheetgen.xlsx.markup import Node


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


def covered_cells(root: Node, tops: frozenset[str]) -> dict[str, str]:
    """結合セルに覆われた番地から、その左上への対応。左上が ``tops`` のものだけ。"""
    merges = root.find("mergeCells")
    found: dict[str, str] = {}
    for node in merges.all("mergeCell") if merges else []:
        top, _, bottom = node.attrs["ref"].partition(":")
        if top not in tops or not bottom:
            continue
        (left, first), (right, last) = split_ref(top), split_ref(bottom)
        for row in range(first, last + 1):
            for column in range(_number(left), _number(right) + 1):
                found[f"{_letters(column)}{row}"] = top
    for top in tops:
        found.pop(top, None)
    return found
