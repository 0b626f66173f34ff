"""だれの目にも見えない字。読み手の表とは別に、Unicode の区分から求める。"""

from __future__ import annotations

import unicodedata

SHOWN_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")
"""区分は書式の文字（Cf）でも、見える字。"""
NOT_FORMATS = frozenset("\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f")
"""区分は記号（Mn）でも、見えない字。"""


def is_unseen(char: str) -> bool:
    """見えない字か。"""
    if char in NOT_FORMATS:
        return True
    return unicodedata.category(char) == "Cf" and char not in SHOWN_FORMATS


def without_unseen(text: str) -> str:
    """見えない字を除いた文。絵文字をつなぐ字は、つながっているときに限り残る。"""
    return "".join(char for char in text if not is_unseen(char))
