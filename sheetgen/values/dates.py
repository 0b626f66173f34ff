"""日付のセルを、人の見た文字に戻す。

A figure such as ``1-2`` becomes a date in Excel while it is typed.  What the reader gives
is the ISO date; the number format says how it looked.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from sheetgen.era import REIWA_OFFSET

_TOKENS = (
    r'(?i)"([^"]*)"|\\(.)|\[[^\]]*\]|(ggge|ggg|gg|g|ee|e|yyyy|yy|mmmmm|mmmm|mmm|mm|m|dd|d)|(.)'
)
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August",
           "September", "October", "November", "December")  # fmt: skip
_FIRST_OF_REIWA = date(2019, 5, 1)


def date_of(iso: str) -> date | None:
    """ISO の日付。そうでなければ ``None``。"""
    try:
        return date.fromisoformat(iso[:10])
    except ValueError:
        return None


def shown_date(iso: str, number_format: str) -> str:
    """日付を、その表示形式で見えたとおりの文字にする。形が分からなければ年月日で。"""
    day = date_of(iso)
    if day is None:
        return iso
    code = number_format.partition(";")[0]
    if not re.search("[yYmMdDeE]", re.sub(r'"[^"]*"|\[[^\]]*\]', "", code)) or code == "General":
        return f"{day.year}年{day.month}月{day.day}日"
    parts = []
    for quoted, escaped, token, other in re.findall(_TOKENS, code):
        parts.append(_token(day, token.lower()) if token else quoted or escaped or other)
    return "".join(parts).strip()


def _token(day: date, token: str) -> str:
    if token[0] in "ge":
        if day < _FIRST_OF_REIWA:
            return str(day.year)
        year = day.year - REIWA_OFFSET
        era = {"g": "R", "gg": "令", "ggg": "令和"}.get(token.rstrip("e"), "")
        return era + (f"{year:02}" if token == "ee" else str(year) if "e" in token else "")
    if token[0] == "y":
        return str(day.year) if token == "yyyy" else f"{day.year % 100:02}"
    if token[0] == "m":
        name = _MONTHS[day.month - 1]
        words = {3: name[:3], 4: name, 5: name[:1]}.get(len(token))
        return words or (f"{day.month:02}" if token == "mm" else str(day.month))
    return f"{day.day:02}" if token == "dd" else str(day.day)


def typed_before(iso: str, number_format: str) -> str | None:
    """日付に化ける前に打たれたらしい文字 ``1-2``。年月日とも見えていれば ``None``。

    Excel turns ``1-2`` and ``1/2`` into the second of January without showing a year,
    and ``4-2024`` into a month.
    """
    day = date_of(iso)
    if day is None:
        return None
    code = re.sub(r'"[^"]*"|\[[^\]]*\]', "", number_format.partition(";")[0]).lower()
    year, dated = re.search("[yeg]", code), "d" in code
    if "m" not in code:
        return None
    if dated and not year:
        return f"{day.month}-{day.day}"
    if year and not dated:
        return f"{day.month}-{day.year % 100}"
    return None


def date_from_serial(serial: float) -> date | None:
    """1900年からの通し番号の日付。今の文書にありそうな範囲（2000〜2099年）だけ。"""
    if serial != int(serial) or not 36526 <= serial <= 73050:
        return None
    return date(1899, 12, 30) + timedelta(days=int(serial))
