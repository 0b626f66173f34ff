"""値を、セルの XML に書ける文字にする。

ECMA-376 Part 1, 22.9.2.19 (ST_Xstring): a character that XML cannot hold is
written ``_xHHHH_``, and text that already looks like that is escaped itself.
"""

from __future__ import annotations

import re

# 検索してから置き換える。日本語の文では、どれにも当たらないのがふつうである。
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "_": "_x005F_"}

MAX_TEXT = 32_767
"""一つのセルに入る文字数（UTF-16 の単位で数える）。"""


def _escaped(match: re.Match[str]) -> str:
    character = match.group()
    return _MARKUP.get(character) or f"_x{ord(character):04X}_"


def cell_text(text: str) -> str:
    """セルの文字として書ける形にする。"""
    return _SPECIAL.sub(_escaped, text) if _SPECIAL.search(text) else text


def attribute_text(text: str) -> str:
    """二重引用符で囲む属性の値として書ける形にする。"""
    return cell_text(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def text_length(text: str) -> int:
    """Excel の数え方（UTF-16 の単位）での文字数。"""
    return len(text) + sum(character > "\uffff" for character in text)
