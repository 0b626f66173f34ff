"""一冊のどのシートにも当てはまる断りを、一度だけ告げる。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sheetgen.messages.listing import in_short
from sheetgen.messages.matching import ON_SHEETS
from sheetgen.problems import Problem

_OF_THE_BOOK = {
    "R101": "found",
    "R102": "found",
    "R103": "item",
    "R104": "item",
    "R107": "version",
}
"""ブックごと取り違えると、どのシートにも出る断りと、シートの名を添える事実。"""

_MOST_SHEETS = 20


def merge_refusals(problems: Iterable[Problem]) -> list[Problem]:
    """同じわけで断ったシートを、一つの問題にまとめ、シートの名を挙げる。

    シートが一枚だけなら、問題の場所はそのシートのまま。
    """
    groups: dict[object, list[Problem]] = {}
    for number, one in enumerate(problems):
        why = (one.code, one.facts.get("found"), one.facts.get("version"))
        groups.setdefault(why if one.code in _OF_THE_BOOK else number, []).append(one)
    return [_as_one(group) for group in groups.values()]


def _as_one(group: Sequence[Problem]) -> Problem:
    first = group[0]
    if len(group) == 1:
        return first
    name = _OF_THE_BOOK[first.code]
    found = in_short(list(dict.fromkeys(one.facts[name] for one in group)), 1, "枚")
    sheets = in_short([one.place.sheet for one in group], _MOST_SHEETS, "枚")
    facts = {**first.facts, name: ON_SHEETS.format(found=found, sheets=sheets)}
    return replace(first, place=replace(first.place, sheet=None), facts=facts)
