"""値を、セルの XML に書ける文字にする。

ECMA-376 Part 1, 22.9.2.19 (ST_Xstring): a character that XML cannot hold is
written ``_xHHHH_``, and text that already looks like that is escaped itself.
"""

from __future__ import annotations

import re

# 検索してから置き換える。日本語の文では、どれにも当たらないのがふつうである。
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "_": "_x005F_"}


def _escaped(match: re.Match[str]) -> str:
    character = match.group()
    return _MARKUP.get(character) or f"_x{ord(character):04X}_"


def cell_text(text: str) -> str:
    """セルの文字として書ける形にする。"""
    return _SPECIAL.sub(_escaped, text) if _SPECIAL.search(text) else text


# 属性の中の改行とタブは、そのままでは空白になってしまう。
_IN_ATTRIBUTE = re.compile('[&<>"\t\n\r]')
_REFERENCES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;",
               "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}  # fmt: skip


def attribute_value(text: str) -> str:
    """XML の属性の値を、二重引用符で囲める形にする（読んだ値をそのまま書き戻すとき）。"""
    if not _IN_ATTRIBUTE.search(text):
        return text
    return _IN_ATTRIBUTE.sub(lambda match: _REFERENCES[match.group()], text)


def attribute_text(text: str) -> str:
    """人の書いた文字を、属性の値（ST_Xstring）として書ける形にする。"""
    if not _SPECIAL.search(text):
        return attribute_value(text)
    kept = _SPECIAL.sub(lambda m: m.group() if m.group() in "&<>" else _escaped(m), text)
    return attribute_value(kept)
