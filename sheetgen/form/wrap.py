"""折り返しと禁則。等幅の和文書体で、文字列が何行になるかを数える。

幅は半角単位（全角の幅の半分）。様式の仕様で測った決まりに従い、迷えば行の多いほうに取る。Excel か
LibreOffice が禁じるかもしれない所ではどこも折らず、句読点をぶら下げず、行末の空白も消さない。

UAX #14 の汎用の部品（uniseg）も検討した。74 枚の文に三秒かかり（ここでは数ミリ秒）、
``and/or`` を斜線の後ろで折る。測った決まりでは、語を分けない。欲しいのは、
そのどちらにも従わない二つのプログラムより多めの行数で、小さな表と少しの計算で足りる。
"""

from __future__ import annotations

import unicodedata
from array import array
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate

WIDTH_RECKONED = 0.96  # Excel の列は、ファイルの幅より数％狭く出ることがある
CELL_PADDING = 5.0  # pt。セルの内側の左右を合わせて
NARROWEST = 2  # 半角単位。一行に全角一字は必ず入る


# 行頭禁則・行末禁則
NO_START = frozenset(
    "、。，．・：；？！゛゜´｀¨ヽヾゝゞ々〻ー－～〜’”）〕］｝〉》」』】〗〙〟»"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"
    "…‥％‰℃′″°￠¢†‡‼⁇⁈⁉"
    "!%),-./:;?]}｡､･｣ﾞﾟｰｧｨｩｪｫｬｭｮｯ"
)
NO_END = frozenset("（〔［｛〈《「『【〖〘〝‘“«￥＄￡＠§〒♯＃№([{｢¥$£@#")


# 英単語、数、アドレスを一続きにする記号。
WORD_MARKS = frozenset("'’\"&*+-./:;,=?@\\^_|~%$#!‐‑")
_STARTS_NO_LINE = 1
_ENDS_NO_LINE = 2
_WORD = 4


class _Widths(dict[str, int]):
    """文字から幅（半角単位）を引く表。引いた文字から順に覚える。"""

    def __missing__(self, char: str) -> int:
        if unicodedata.category(char) in ("Mn", "Me", "Cf"):
            width = 0  # 結合文字、異体字セレクター、接合子
        else:
            width = 2 if unicodedata.east_asian_width(char) in "WFA" else 1
        self[char] = width
        return width


class _Classes(dict[str, int]):
    """文字から禁則の性質を引く表。"""

    def __missing__(self, char: str) -> int:
        width = _WIDTHS[char]
        flags = 0
        if char in NO_START or width == 0:
            flags |= _STARTS_NO_LINE
        if char in NO_END:
            flags |= _ENDS_NO_LINE
        latin = width == 1 and char.isalnum() and unicodedata.east_asian_width(char) != "H"
        if latin or width == 0 or char in WORD_MARKS:
            flags |= _WORD
        self[char] = flags
        return flags


_WIDTHS = _Widths()
_CLASSES = _Classes()
_width_of = _WIDTHS.__getitem__
_class_of = _CLASSES.__getitem__


def text_width(text: str) -> int:
    """一行に置いたときの幅（半角単位）を返す。"""
    return sum(map(_width_of, text))


@lru_cache(maxsize=4096)
def line_capacity(width: float, size: float) -> int:
    """幅 ``width`` pt のセルの一行に入る半角単位の数を返す。``size`` は pt。

    セルがどれだけ狭くても、全角一字は入るとする。
    """
    halves = 2 * (WIDTH_RECKONED * width - CELL_PADDING) / size
    return max(NARROWEST, int(halves + 1e-9))


def may_break(text: str, at: int) -> bool:
    """``text[at]`` の前で行を改めてよいかを返す（``0 < at < len(text)``）。"""
    before = _class_of(text[at - 1])
    after = _class_of(text[at])
    return not (before & _ENDS_NO_LINE or after & _STARTS_NO_LINE or before & after & _WORD)


def paragraphs(text: str) -> list[str]:
    """明示の改行で分ける。末尾の改行の後の空行も一つに数える。"""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.split("\n")


@lru_cache(maxsize=1024)
def _measured(text: str) -> tuple[tuple[str, array[int]], ...]:
    """段落ごとに、先頭からの幅の累計（文字数 + 1 個）を添えて返す。"""
    return tuple(
        (part, array("l", accumulate(map(_width_of, part), initial=0))) for part in paragraphs(text)
    )


def _breaks(text: str, offsets: array[int], capacity: int) -> list[int]:
    """一つの段落の、各行の終わりの位置を返す。"""
    ends: list[int] = []
    start, length = 0, len(text)
    while offsets[length] - offsets[start] > capacity:
        limit = bisect_right(offsets, offsets[start] + capacity, start + 1) - 1
        end = limit
        while end > start and not may_break(text, end):
            end -= 1
        if end == start:  # 折れない一続きだけの行は、いっぱいになった所で切る
            end = limit
        ends.append(end)
        start = end
    ends.append(length)
    return ends


def wrap_text(text: str, capacity: int) -> list[str]:
    """一行 ``capacity`` 半角単位で折り返した行を返す。空の文字列は空行一つ。"""
    capacity = max(NARROWEST, capacity)
    lines: list[str] = []
    for part, offsets in _measured(text):
        start = 0
        for end in _breaks(part, offsets, capacity):
            lines.append(part[start:end])
            start = end
    return lines


@lru_cache(maxsize=8192)
def count_lines(text: str, capacity: int) -> int:
    """一行 ``capacity`` 半角単位で折り返したときの行数（1 以上）を返す。"""
    # 二単位より広い字はないので、短い文はたいてい測らずに済む。
    if 2 * len(text) <= capacity and "\r" not in text:
        return text.count("\n") + 1
    capacity = max(NARROWEST, capacity)
    return sum(
        1 if offsets[-1] <= capacity else len(_breaks(part, offsets, capacity))
        for part, offsets in _measured(text)
    )


@lru_cache(maxsize=1024)
def longest_run(text: str) -> int:
    """途中で改められない続き（語、数、約物の付いた字）の最大の幅を返す。"""
    longest = 0
    for part, offsets in _measured(text):
        start = 0
        for at in range(1, len(part)):
            if may_break(part, at):
                longest = max(longest, offsets[at] - offsets[start])
                start = at
        longest = max(longest, offsets[-1] - offsets[start])
    return longest
