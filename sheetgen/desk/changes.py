"""前の値と後の値の見せ方。長い文は、違う所と、その前後だけを見せる。"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from sheetgen.plan.value import Value

if TYPE_CHECKING:
    from sheetgen.year.editing.applying import Line

_SHORT = 60
_AROUND = 12
"""違う所の前と後に見せる字数。"""


class ChangePiece(NamedTuple):
    """文の一部。``kind`` は、同じ所が空、消える所が ``del``、入る所が ``ins``。"""

    kind: str
    text: str


def change_pieces(old: Value, new: Value) -> list[ChangePiece]:
    """違いを、前から順に並べる。"""
    if isinstance(old, str) and isinstance(new, str) and max(len(old), len(new)) > _SHORT:
        return list(_of_texts(old, new))
    return [
        ChangePiece("del", _words(old)),
        ChangePiece("", " → "),
        ChangePiece("ins", _words(new)),
    ]


def by_item(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """変わる値を、実施項目ごとに集める。計画の全体のものは空の名。"""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.item or "", []).append(line)
    return found


def _words(value: Value) -> str:
    return "（空欄）" if value in (None, "") else str(value)


def _of_texts(old: str, new: str) -> Iterator[ChangePiece]:
    # ここで読み込む。違いを求める部品は大きく、短い値には要らない。
    from sheetgen.publish.comparison.difference import difference

    pieces = difference(old, new)
    for at, piece in enumerate(pieces):
        if not piece.differs:
            yield ChangePiece("", _shortened(piece.old, at > 0, at + 1 < len(pieces)))
            continue
        if piece.old:
            yield ChangePiece("del", piece.old)
        if piece.new:
            yield ChangePiece("ins", piece.new)


def _shortened(text: str, has_before: bool, has_after: bool) -> str:
    """同じ所のうち、違う所のそばだけ。"""
    if len(text) <= 3 * _AROUND:
        return text
    before = text[:_AROUND] if has_before else ""
    after = text[-_AROUND:] if has_after else ""
    return f"{before}…{after}"
