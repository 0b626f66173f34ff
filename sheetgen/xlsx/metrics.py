"""Excel の寸法を、ポイントにする。

Source: ECMA-376 Part 1, 18.3.1.13 (column width) and 18.3.1.63 (paper sizes).
"""

from __future__ import annotations

import math
import unicodedata

PIXEL = 0.75
"""96 dpi の 1 画素（pt）。"""

DEFAULT_COLUMN_CHARACTERS = 8

# 用紙の番号と、縦置きの幅・高さ（pt）。
PAPERS = {
    8: (841.89, 1190.55),  # A3
    9: (595.28, 841.89),  # A4
    11: (419.53, 595.28),  # A5
    12: (728.50, 1031.81),  # B4
    13: (515.91, 728.50),  # B5
}
A4 = 9

# 既定の書体で、数字1字の幅が画素でいくつか。和文の等幅書体は大きさの半分になる。
_NARROW_DIGITS = {"calibri": 0.5068, "arial": 0.5561, "游ゴシック": 0.5586, "meiryo ui": 0.55}


def digit_pixels(font: str, size: float) -> int:
    """標準スタイルの書体の、数字1字の幅（画素）。"""
    ratio = _NARROW_DIGITS.get(unicodedata.normalize("NFKC", font).casefold(), 0.5)
    return max(1, round(size / PIXEL * ratio))


def column_points(width: float | None, digit: int) -> float:
    """列の幅（文字数。None は既定の幅）を pt にする。"""
    if width is None:
        characters = DEFAULT_COLUMN_CHARACTERS * digit + 5
        return math.ceil(characters / 8) * 8 * PIXEL
    return math.floor((256 * width + math.floor(128 / digit)) / 256 * digit) * PIXEL
