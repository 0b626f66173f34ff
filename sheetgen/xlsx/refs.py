"""セルの番地と、行・列の番号（どちらも1から）。"""

from __future__ import annotations

import re
from functools import lru_cache

_REF = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})")
MAX_ROW = 1_048_576
MAX_COLUMN = 16_384
Area = tuple[int, int, int, int]
"""上の行、左の列、下の行、右の列。"""


@lru_cache(maxsize=4096)
def column_number(letters: str) -> int:
    """列の文字を番号にする。``AB`` → ``28``。"""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


@lru_cache(maxsize=4096)
def column_letters(number: int) -> str:
    """列の番号を文字にする。``28`` → ``AB``。"""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@lru_cache(maxsize=65536)
def split_ref(ref: str) -> tuple[int, int]:
    """番地 ``AB12`` を行と列 ``(12, 28)`` にする。``$`` があってもよい。

    :raises ValueError: セルの番地でない。
    """
    match = _REF.fullmatch(ref)
    if match is None:
        raise ValueError(ref)
    row, column = int(match[2]), column_number(match[1])
    if row > MAX_ROW or column > MAX_COLUMN:
        raise ValueError(ref)
    return row, column


def ref_of(row: int, column: int) -> str:
    """行と列の番号を番地にする。"""
    return f"{column_letters(column)}{row}"


@lru_cache(maxsize=4096)
def split_area(text: str) -> Area:
    """範囲 ``A1:B2`` を、上・左・下・右の番号にする。一つのセルでもよい。

    :raises ValueError: セルの範囲でない。
    """
    first, _, last = text.partition(":")
    top, left = split_ref(first)
    bottom, right = split_ref(last or first)
    return min(top, bottom), min(left, right), max(top, bottom), max(left, right)


_NOT_IN_SHEETS = re.compile(r"[\[\]:*?/\\]")


def sheet_name(text: str) -> str:
    """シートの名に使えない字を除き、31字までにした名。何も残らなければ ``_``。"""
    return _NOT_IN_SHEETS.sub("", text)[:31].strip("' ") or "_"
