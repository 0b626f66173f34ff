"""二つの値の違いに印を付ける。"""

from __future__ import annotations

from sheetgen.model.difference import difference
from sheetgen.model.filled import Value
from sheetgen.model.tables import Compared


def compared(old: Value, new: Value) -> tuple[Compared, Compared]:
    """違う所に印の付いた、前の文と後の文。"""
    pieces = difference(_text(old), _text(new))
    before = tuple((piece.old, piece.differs) for piece in pieces if piece.old)
    after = tuple((piece.new, piece.differs) for piece in pieces if piece.new)
    return Compared(before), Compared(after)


def _text(value: Value) -> str:
    return "" if value is None else str(value)
