"""数・日付・論理値のセルを読む。日付は、人の見た文字に戻す。

``1-2`` のような数は、打つそばから Excel が日付にする。読み取った値は ISO の日付で、
どう見えていたかは表示形式で分かる。

読むのは Excel が持つ数で、見せている数ではない。表示形式のために、セルの数と違う数が
見えることがあるので、表示形式も見る。
"""

from __future__ import annotations

import math
import re
from datetime import date, time, timedelta
from decimal import Decimal

from sheetgen.collect.values.figures import (
    THOUSAND_YEN,
    YEN,
    FigureField,
    as_number,
    is_percent,
    money_unit,
)
from sheetgen.collect.values.plain_text import Notes
from sheetgen.era import REIWA_OFFSET
from sheetgen.plan.text import LARGEST_NUMBER
from sheetgen.plan.value import Value, printed

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


_QUOTED = r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]'
_AMOUNT = "千円|百万円|千万円|万円|億円|円"
_SCALED = r"[0#?],+(?![0#?])"
DATED = "[年月]"


def clean_number(value: int | float, notes: Notes) -> int | float | None:
    """計画のデータに入る数。入らない大きさなら ``None``。"""
    if isinstance(value, int):
        return value if abs(value) < LARGEST_NUMBER else None
    if not math.isfinite(value) or abs(value) >= LARGEST_NUMBER:
        return None
    if value.is_integer():
        return int(value)
    # 0.1 + 0.2 は、Excel では 0.30000000000000004 になり、0.3 と見える。
    kept = float(f"{value:.15g}")
    if kept != value:
        notes.use("float")
    return int(kept) if kept.is_integer() else kept


def seen_number(value: int | float, number_format: str) -> str:
    """数のセルに見えた文字（分かる形式だけ。ほかは数のまま）。"""
    if "%" in re.sub(_QUOTED, "", number_format):
        return printed(float(Decimal(repr(value)) * 100)) + "%"
    return printed(value)


def read_number(value: int | float, number_format: str, figure: FigureField, notes: Notes) -> Value:
    """数のセルの値。入らない大きさなら ``None``。"""
    number = clean_number(value, notes)
    if number is None or number_format == "General":
        return number
    if "%" in re.sub(_QUOTED, "", number_format):
        shown = _percent(number, figure, notes)
    else:
        shown = _formatted(number, number_format, figure, notes)
    return shown if abs(shown) < LARGEST_NUMBER else None


def _percent(number: int | float, figure: FigureField, notes: Notes) -> int | float:
    """百分率の形式の数。98.3% は 0.983 としてセルにある。"""
    hundredfold = as_number(Decimal(repr(number)) * 100)
    if is_percent(figure.unit):
        notes.use("percent")
        return hundredfold
    unit = THOUSAND_YEN if figure.money else figure.unit or "なし"
    notes.ask("R208", raw=f"{printed(hundredfold)}%", unit=unit)
    return number


def _formatted(
    number: int | float, number_format: str, figure: FigureField, notes: Notes
) -> int | float:
    """表示形式のために、違う数に見えていないか。"""
    section = _section(number, number_format)
    literals = "".join("".join(found) for found in re.findall(_QUOTED, section))
    bare = re.sub(_QUOTED, "", section)
    amount = re.search(_AMOUNT, literals)
    counted = YEN[THOUSAND_YEN] if figure.money else money_unit(figure.unit)
    if counted and amount and YEN[amount[0]] != counted:
        value = as_number(Decimal(repr(number)) * YEN[amount[0]] / counted)
        notes.use("money_unit")
        notes.ask("R219", raw=f"{printed(number)}{amount[0]}", value=printed(value))
        return value
    if counted and counted != 1 and re.search("[¥￥]", literals + bare):
        notes.ask("R219", raw=f"¥{printed(number)}", value=printed(number))
    elif re.search(_SCALED, bare):
        notes.ask("R230", value=printed(number), format=number_format)
    elif not re.search("[0#?]|General|標準|@", bare):
        # 数が見えていない。0 の代わりの横線か、何もないか。
        notes.ask("R230", value=printed(number), format=number_format)
    elif re.search("[0-9約]" if number < 0 else "[0-9約▲△]", literals):
        notes.ask("R230", value=printed(number), format=number_format)
    return number


def _section(number: int | float, number_format: str) -> str:
    """正・負・ゼロで形式が違うとき、この数に使われる部分。"""
    parts = _split_sections(number_format)
    if number < 0 and len(parts) > 1:
        return parts[1]
    if number == 0 and len(parts) > 2:
        return parts[2]
    return parts[0]


def _split_sections(number_format: str) -> list[str]:
    parts, start, quoted = [], 0, False
    for at, char in enumerate(number_format):
        if char == '"':
            quoted = not quoted
        elif char == ";" and not quoted and number_format[at - 1 : at] != "\\":
            parts.append(number_format[start:at])
            start = at + 1
    return [*parts, number_format[start:]]


def read_date(iso: str, number_format: str, numeric: bool, notes: Notes) -> str:
    """日付のセル。見えたとおりの文字にし、化けたかもしれないときは問う。"""
    shown = shown_date(iso, number_format)
    notes.use("date")
    typed = typed_before(iso, number_format)
    if typed is not None:
        notes.ask("R225", shown=shown, date=iso[:10], typed=typed)
    elif numeric:
        notes.ask("R231", shown=shown, date=iso[:10])
    else:
        notes.ask("R226", shown=shown, date=iso[:10])
    return shown


def read_serial(number: int | float, like: str | None, notes: Notes) -> Value:
    """日付を書く欄の数。日付の通し番号かもしれなければ問う。"""
    day = date_from_serial(number) if like and re.search(DATED, like) else None
    if day is not None:
        notes.ask("R227", value=printed(number), date=f"{day.year}年{day.month}月{day.day}日")
    return number
