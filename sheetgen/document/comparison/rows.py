"""一つの欄の、改正後と改正前。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from sheetgen.model.comparison import ComparedRow, Mark, Side
from sheetgen.model.difference import marked_runs

Key = TypeVar("Key")

Fields = Mapping[str, tuple[str, str]]
"""欄の名から（見出し, 印刷どおりの文字）へ。並びは文書の順。"""


def sides(old: str, new: str) -> tuple[Side, Side]:
    """改正前と改正後の文を、違いに印を付けて返す。"""
    before, after = marked_runs(old, new)
    return Side(before), Side(after)


def compared_row(label: str, old: str | None, new: str | None) -> ComparedRow | None:
    """欄の一行。変わっていなければ ``None``。その計画にない欄は ``None`` で渡す。"""
    before, after = old or "", new or ""
    if before == after:
        return None
    left, right = sides(before, after)
    if not before:
        left = Side((), Mark.ADDED if old is None else Mark.BLANK)
    if not after:
        right = Side((), Mark.DELETED if new is None else Mark.BLANK)
    return ComparedRow(label, right, left)


def compared_fields(old: Fields | None, new: Fields | None) -> Iterator[ComparedRow]:
    """変わった欄を、文書の順に並べる。なかった側、なくなった側は ``None``。"""
    before, after = old or {}, new or {}
    for key in merged_order(list(after), list(before)):
        label = (after.get(key) or before[key])[0]
        row = compared_row(
            label,
            before[key][1] if key in before else None,
            after[key][1] if key in after else None,
        )
        if row:
            yield row


def merged_order(new: Sequence[Key], old: Sequence[Key]) -> list[Key]:
    """改正後の順に、なくなったものを改正前での前のものの次に入れる。"""
    kept = set(new)
    following: dict[Key | None, list[Key]] = {}
    last: Key | None = None
    for key in old:
        if key in kept:
            last = key
        else:
            following.setdefault(last, []).append(key)
    out = list(following.get(None, ()))
    for key in new:
        out += [key, *following.get(key, ())]
    return out
