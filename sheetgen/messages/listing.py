"""多くのものを、初めのいくつかと残りの数で言う。"""

from __future__ import annotations

from collections.abc import Sequence


def in_short(words: Sequence[object], most: int, counter: str) -> str:
    """``「一、二 ほか3個」``。``most`` までならすべて。``counter`` は数え方（個、枚）。"""
    shown = "、".join(map(str, words[:most]))
    rest = len(words) - most
    return f"{shown} ほか{rest}{counter}" if rest > 0 else shown
