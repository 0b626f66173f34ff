"""別のプロセスで一冊を読み、答えを短いことばにして返す。親はそれをブックに戻す。"""

from __future__ import annotations

import json
from typing import Any

from sheetgen.model.returned import RawBook
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.xlsx.reading import dump, load, read_book

_BOOK, _PROBLEMS = b"B", b"P"
_PLACE = ("sheet", "cell", "path", "label", "item")


def answer(data: bytes) -> bytes:
    """一つのファイルの中身を読み、ブックか、読めないわけを返す。"""
    try:
        return _BOOK + dump(read_book(data))
    except SheetgenError as error:
        return _PROBLEMS + _dump_problems(error.problems)


def understand(reply: bytes) -> RawBook | tuple[Problem, ...]:
    """答えを、ブックか、読めないわけに戻す。場所にファイルの名はまだない。

    :raises SheetgenError: the answer has not the shape agreed on (R035).
    """
    if reply[:1] == _BOOK:
        return load(reply[1:])
    if reply[:1] == _PROBLEMS:
        return _load_problems(reply[1:])
    raise SheetgenError(Problem("R035"))


def _dump_problems(problems: tuple[Problem, ...]) -> bytes:
    rows = [
        [one.code, [getattr(one.place, name) for name in _PLACE], dict(one.facts)]
        for one in problems
    ]
    return json.dumps(rows, default=str).encode()


def _load_problems(data: bytes) -> tuple[Problem, ...]:
    try:
        found = tuple(_problem(row) for row in json.loads(data))
    except (ValueError, TypeError, RecursionError):
        found = ()
    if not found:
        raise SheetgenError(Problem("R035"))
    return found


def _problem(row: Any) -> Problem:
    code, place, facts = row
    texts = dict(zip(_PLACE, place, strict=True))
    if not (isinstance(code, str) and isinstance(facts, dict)) or any(
        not isinstance(text, str | None) for text in texts.values()
    ):
        raise TypeError
    return Problem(code, Place(**texts), facts)
