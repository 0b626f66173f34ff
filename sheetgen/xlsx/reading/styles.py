"""スタイルの部品から、セルの読み方に要るもの（表示形式と取消線）だけを読む。

Source: ECMA-376 Part 1, 18.8.
"""

from __future__ import annotations

from typing import NamedTuple

from sheetgen.xlsx.reading.formats import BUILTIN, GENERAL, is_date
from sheetgen.xlsx.reading.strings import is_on, unescape
from sheetgen.xlsx.reading.xmlparts import Element


class Look(NamedTuple):
    """一つのスタイル。``struck`` はセル全体の取消線。"""

    number_format: str = GENERAL
    date: bool = False
    struck: bool = False


PLAIN = Look()


def read_looks(root: Element) -> list[Look]:
    """``cellXfs`` を、番号の順に読む。"""
    codes = dict(BUILTIN)
    for node in _children(root, "numFmts"):
        number = _number(node.attrs.get("numFmtId"))
        codes[number] = unescape(node.attrs.get("formatCode", GENERAL)) or GENERAL
    struck = [is_on(font.find("strike")) for font in _children(root, "fonts")]
    looks: dict[tuple[int, int], Look] = {}
    found = []
    for node in _children(root, "cellXfs"):
        key = _number(node.attrs.get("numFmtId")), _number(node.attrs.get("fontId"))
        look = looks.get(key)
        if look is None:
            code = codes.get(key[0], GENERAL)
            crossed = 0 <= key[1] < len(struck) and struck[key[1]]
            look = looks[key] = Look(code, is_date(code), crossed)
        found.append(look)
    return found


def _children(root: Element, local: str) -> list[Element]:
    parent = root.find(local)
    return parent.children if parent is not None else []


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
