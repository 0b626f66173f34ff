"""二つの文の違いに印を付ける。"""

from __future__ import annotations

from sheetgen.model.filled import Value
from sheetgen.model.tables import Compared

LONGEST_COMPARED = 2_000
"""違いを文字ごとに調べる長さの上限。手間は長さの二乗で増える。"""

_SAME = 3  # 字。これより短い一致は、たまたまとみなす


def compared(old: Value, new: Value) -> tuple[Compared, Compared]:
    """違う所に印の付いた、前の文と後の文。"""
    before, after = _text(old), _text(new)
    first: list[tuple[str, bool]] = []
    second: list[tuple[str, bool]] = []
    for left, right, differs in _pieces(before, after):
        _add(first, left, differs)
        _add(second, right, differs)
    return Compared(tuple(first)), Compared(tuple(second))


def _text(value: Value) -> str:
    return "" if value is None else str(value)


def _add(runs: list[tuple[str, bool]], text: str, differs: bool) -> None:
    """前の続きなら、つなげる。"""
    if not text:
        return
    if runs and runs[-1][1] == differs:
        runs[-1] = (runs[-1][0] + text, differs)
    else:
        runs.append((text, differs))


def _pieces(before: str, after: str) -> list[tuple[str, str, bool]]:
    """（前の文字、後の文字、違うか）の並び。"""
    if max(len(before), len(after)) > LONGEST_COMPARED:
        return [(before, after, before != after)]
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [
        (before[a:b], after[c:d], kind != "equal" or _is_chance(a, b, before))
        for kind, a, b, c, d in matcher.get_opcodes()
    ]


def _is_chance(start: int, end: int, text: str) -> bool:
    """文の端でない短い一致か。細切れの印は読みにくい。"""
    return end - start < _SAME and start > 0 and end < len(text)
