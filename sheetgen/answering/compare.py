"""二つの値の違いに印を付ける。"""

from __future__ import annotations

from sheetgen.model.filled import Value
from sheetgen.model.tables import Compared


def compared(old: Value, new: Value) -> tuple[Compared, Compared]:
    """違う所に印の付いた、前の文と後の文。"""
    from sheetgen.model.difference import marked_runs  # ここで読み込む。比べない回が多い

    before, after = marked_runs(_text(old), _text(new))
    return Compared(before), Compared(after)


def _text(value: Value) -> str:
    return "" if value is None else str(value)
