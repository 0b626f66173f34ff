"""「何が戻ってくるか」の 1 から 34 までのどの行にも、試験があること。"""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
LINES = set(range(1, 35))


def lines_of(name: str) -> set[int]:
    """``test_line_09_to_18_…`` や ``test_line_26_and_29_…`` の試す行。"""
    numbers = re.match(r"test_line((?:_(?:\d\d|and|to))+)", name)
    assert numbers, name
    words = numbers[1].strip("_").split("_")
    if "to" in words:
        first, last = (int(word) for word in words if word.isdigit())
        return set(range(first, last + 1))
    return {int(word) for word in words if word.isdigit()}


def test_every_line_is_tried() -> None:
    named = [
        name
        for path in HERE.glob("test_collect_*.py")
        for name in re.findall(r"^def (test_line_\w+)", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert set().union(*map(lines_of, named)) == LINES


def test_names_of_several_lines_are_understood() -> None:
    assert lines_of("test_line_07_row_deleted") == {7}
    assert lines_of("test_line_26_and_29_broken") == {26, 29}
    assert lines_of("test_line_09_to_11_asked") == {9, 10, 11}
