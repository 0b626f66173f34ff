"""西暦の年度を令和の年度として書き、日付を人の読む形で書く。"""

from __future__ import annotations

from datetime import date, datetime

REIWA_OFFSET = 2018  # 令和1年度 = 2019年度
LONGEST_PLAN = 20
"""計画の年数の上限。"""
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


_REIWA_BEGINS = date(2019, 5, 1)


def day_full(day: date) -> str:
    """``令和６年７月３１日（水）``。人が読む日付の、ただ一つの書き方。令和より前は西暦で書く。"""
    number = day.year - REIWA_OFFSET
    year = f"{day.year}年" if day < _REIWA_BEGINS else f"令和{'元' if number == 1 else number}年"
    written = f"{year}{day.month}月{day.day}日（{'月火水木金土日'[day.weekday()]}）"
    return written.translate(_FULL_WIDTH)


def moment_full(at: datetime) -> str:
    """``令和６年７月３１日（水） 17:00``。"""
    return f"{day_full(at.date())} {at:%H:%M}"


def iso_full(text: str) -> str:
    """ISO 8601 の日付か日時を、人の読む形にする。読めなければ、そのまま。"""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment_full(at) if "T" in text else day_full(at.date())
