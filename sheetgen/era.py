"""西暦の年度を、令和の年度として書く。"""

from __future__ import annotations

REIWA_OFFSET = 2018  # 令和1年度 = 2019年度
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def reiwa(fiscal_year: int) -> int:
    """令和の年数を返す。2019年度より前は :class:`ValueError`。"""
    if fiscal_year <= REIWA_OFFSET:
        raise ValueError(f"not a 令和 fiscal year: {fiscal_year}")
    return fiscal_year - REIWA_OFFSET


def wareki(fiscal_year: int) -> str:
    """``2023`` → ``令和5年度``（公式の年次計画の欄の書き方。半角数字）。"""
    return f"令和{reiwa(fiscal_year)}年度"


def wareki_full(fiscal_year: int) -> str:
    """``2024`` → ``令和６年度``（見出しの書き方。全角数字）。"""
    return wareki(fiscal_year).translate(_FULL_WIDTH)


def wareki_short(fiscal_year: int) -> str:
    """``2024`` → ``Ｒ６``（新規の印などの書き方）。"""
    return f"Ｒ{reiwa(fiscal_year)}".translate(_FULL_WIDTH)


def circled(number: int) -> str:
    """``8`` → ``⑧``。1から50まで。それを超えると ``(51)``。"""
    if 1 <= number <= 20:
        return chr(0x2460 + number - 1)
    if 21 <= number <= 35:
        return chr(0x3251 + number - 21)
    if 36 <= number <= 50:
        return chr(0x32B1 + number - 36)
    return f"({number})"
