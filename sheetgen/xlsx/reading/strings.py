"""セルの文字: 書式の付いた文字、ふりがな、``_xHHHH_`` の書き方。

Source: ECMA-376 Part 1, 18.4 (CT_Rst) and 22.9.2.19 (ST_Xstring).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from sheetgen.xlsx.reading.xmlparts import Element

_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_SURROGATES = re.compile("[\ud800-\udfff]")
_OFF = {"0", "false", "off"}


class Text(NamedTuple):
    """一つの文字列。``struck`` は取消線の部分。

    ``runs`` says that the text is in runs, which carry their own fonts: then the
    strike-through of the cell's font holds only for ``plain``, the part without one.
    """

    value: str
    struck: str = ""
    runs: bool = False
    plain: str = ""


def unescape(text: str) -> str:
    """``_xHHHH_`` を文字に戻し、改行を ``\\n`` にそろえる。"""
    if "_x" in text and _ESCAPE.search(text):
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
        if _SURROGATES.search(text):
            # 二つで一文字になる組を戻す。片方だけでは文字にならない。
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def is_on(element: Element | None) -> bool:
    """``<strike/>`` のような、値を省けば真の印。"""
    return element is not None and element.attrs.get("val", "1") not in _OFF


def rich_text(element: Element) -> Text:
    """``si``、``is``、コメントの ``text`` を読む。ふりがな（``rPh``）は含めない。"""
    words, struck, plain = [], [], []
    runs = False
    for child in element.children:
        if child.local == "t":
            words.append(child.text)
            plain.append(child.text)
        elif child.local == "r":
            runs = True
            text = "".join([one.text for one in child.all("t")])
            words.append(text)
            properties = child.find("rPr")
            if properties is None:
                plain.append(text)
            elif is_on(properties.find("strike")):
                struck.append(text)
    if not runs:
        return Text(unescape("".join(words)))
    return Text(unescape("".join(words)), unescape("".join(struck)), True, unescape("".join(plain)))
