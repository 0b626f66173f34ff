"""日付のセルを、人の見た文字に戻す。

``1-2`` のような数は、打つそばから Excel が日付にする。読み取った値は ISO の日付で、
どう見えていたかは表示形式で分かる。
"""

from __future__ import annotations

import re
from datetime import date, time, timedelta

from sheetgen.era import REIWA_OFFSET

_TOKENS = (
    r'(?i)"([^"]*)"|\\(.)|\[[^\]]*\]|'
    r"(ggg|gg|g|ee|e|yyyy|yy|mmmmm|mmmm|mmm|mm|m|dddd|ddd|dd|d|hh|h|ss|s|am/pm|a/p|aaaa|aaa)|(.)"
)
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August",
           "September", "October", "November", "December")  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_YOUBI = "月火水木金土日"
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
    found = re.findall(_TOKENS, code)
    tokens = [token.lower() for _, _, token, _ in found if token]
    clock, half, at, parts = _time_of(iso), bool({"am/pm", "a/p"} & {*tokens}), 0, []
    for quoted, escaped, token, other in found:
        if not token:
            parts.append(quoted or escaped or other)
            continue
        # m は、時のあとと秒の前では分のこと。
        before, after = tokens[at - 1] if at else "", "".join(tokens[at + 1 : at + 2])
        is_minute = tokens[at][:2] in ("m", "mm") and (before[:1] == "h" or after[:1] == "s")
        if is_minute or tokens[at][0] in "hs" or tokens[at] in ("am/pm", "a/p"):
            parts.append(_clock(clock, tokens[at], half))
        else:
            parts.append(_token(day, tokens[at]))
        at += 1
    return "".join(parts).strip()


def _time_of(iso: str) -> time:
    """ISO の日時の時刻。なければ零時。"""
    try:
        return time.fromisoformat(iso[11:] or "00:00")
    except ValueError:
        return time()


def _clock(clock: time, token: str, half: bool) -> str:
    """時刻の一部。``half`` なら12時間で数える。"""
    if token[0] == "a":
        morning, evening = ("A", "P") if token == "a/p" else ("AM", "PM")
        return morning if clock.hour < 12 else evening
    hour = (clock.hour + 11) % 12 + 1 if half else clock.hour
    number = {"h": hour, "m": clock.minute, "s": clock.second}[token[0]]
    return f"{number:02}" if len(token) == 2 else str(number)


def _token(day: date, token: str) -> str:
    if token[0] == "g":  # 令和より前は、西暦の年だけにする
        return {1: "R", 2: "令", 3: "令和"}[len(token)] if day >= _FIRST_OF_REIWA else ""
    if token[0] == "e":
        if day < _FIRST_OF_REIWA:
            return str(day.year)
        year = day.year - REIWA_OFFSET
        return f"{year:02}" if token == "ee" else str(year)
    if token[0] == "a":
        return _YOUBI[day.weekday()] + ("曜日" if token == "aaaa" else "")
    if token[0] == "y":
        return str(day.year) if token == "yyyy" else f"{day.year % 100:02}"
    if token[0] == "m":
        name = _MONTHS[day.month - 1]
        words = {3: name[:3], 4: name, 5: name[:1]}.get(len(token))
        return words or (f"{day.month:02}" if token == "mm" else str(day.month))
    weekday = _WEEKDAYS[day.weekday()]
    return {1: str(day.day), 2: f"{day.day:02}", 3: weekday[:3], 4: weekday}[len(token)]


def typed_before(iso: str, number_format: str) -> str | None:
    """日付に化ける前に打たれたらしい文字 ``1-2``。年月日とも見えていれば ``None``。

    Excel は、``1-2`` と ``1/2`` を年の見えない1月2日に、``4-2024`` を年月にする。
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
