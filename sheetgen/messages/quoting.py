"""多くのもの、長い文、値を、人に見せるために短く書く。"""

from __future__ import annotations

from collections.abc import Sequence

LINE_END = "⏎"
"""一行で見せるときの、改行の印。"""


def in_short(words: Sequence[object], most: int, counter: str) -> str:
    """``「一、二 ほか3個」``。``most`` までならすべて。``counter`` は数え方（個、枚）。"""
    shown = "、".join(map(str, words[:most]))
    rest = len(words) - most
    return f"{shown} ほか{rest}{counter}" if rest > 0 else shown


def shortened(text: str, most: int = 40, at: int = 0) -> str:
    """``most`` 字を超える文は ``at`` 字目の辺りだけとし、略した側に「…」を付ける。"""
    if len(text) <= most:
        return text
    start = max(0, min(at - most // 4, len(text) - most))
    end = start + most
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


def excerpt(text: str, most: int = 40, at: int = 0) -> str:
    """:func:`shortened` の文を、一行にしたもの。"""
    return shortened(text, most, at).replace("\n", LINE_END)


def quoted(value: str | float | None, most: int = 40, at: int = 0) -> str:
    """値を、ことばの中に一行で書く。文は「」で囲む。

    数には桁の区切りを付けない。書かれたとおりに見せ、書き戻すときに取り違えないため。
    """
    if value is None:
        return "空欄"
    return f"「{excerpt(value, most, at)}」" if isinstance(value, str) else str(value)
