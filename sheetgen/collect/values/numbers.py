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
    read_figure,
)
from sheetgen.collect.values.number_format import section_for, shown_number
from sheetgen.collect.values.plain_text import Doubt, Notes, fold
from sheetgen.era import REIWA_OFFSET, day_full, iso_full
from sheetgen.messages.values import SEEN_AS, SEEN_AS_BLANK, SEEN_OTHERWISE
from sheetgen.plan.text import LARGEST_NUMBER
from sheetgen.plan.value import (
    EFFECT_FORMAT,
    GENERAL,
    Value,
    hides_digits,
    is_number_format,
    printed,
)

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
    code = _section_of_day(day, number_format)
    if not re.search("[yYmMdDeEgG]", re.sub(r'"[^"]*"|\[[^\]]*\]', "", code)) or code == "General":
        return f"{day.year}年{day.month}月{day.day}日"
    first_year = _names_first_year(number_format)
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
            parts.append(_token(day, tokens[at], first_year))
        at += 1
    return "".join(parts).strip()


def _section_of_day(day: date, number_format: str) -> str:
    """この日に使う部分。``[<43586]…;[<43831]ggg"元年";…`` のように、日付で分かれることがある。"""
    if "[" in number_format and ";" in number_format:
        serial = (day - date(1899, 12, 30)).days
        section = section_for(Decimal(serial), number_format)
        if section is not None:
            return "".join(
                f'"{one.text}"' if one.kind == "quoted" else f"\\{one.text}"
                if one.kind == "escaped" else one.text
                for one in section.tokens if one.kind not in ("bracket", "fill")
            )  # fmt: skip
    return number_format.partition(";")[0]


def _names_first_year(number_format: str) -> bool:
    """一年目を元年と見せる形式か（``[$-ja-JP-x-gannen]``）。"""
    return "gannen" in number_format.lower()


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


def _token(day: date, token: str, first_year: bool) -> str:
    if token[0] == "g":  # 令和より前は、西暦の年だけにする
        return {1: "R", 2: "令", 3: "令和"}[len(token)] if day >= _FIRST_OF_REIWA else ""
    if token[0] == "e":
        if day < _FIRST_OF_REIWA:
            return str(day.year)
        year = day.year - REIWA_OFFSET
        if year == 1 and first_year:
            return "元"
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
    code = _section_of_day(day, number_format)
    code = re.sub(r'"[^"]*"|\[[^\]]*\]', "", code).lower()
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


def seen_number(value: int | float, number_format: str, shown: str | None = None) -> str:
    """数のセルに見えた文字（分かる形式だけ。ほかは数のまま）。

    ``shown`` は、保存したプログラムが書き残した、見えていた文字。
    """
    if shown is None and number_format != GENERAL:
        shown = shown_number(value, number_format)
    return shown if shown else printed(value)


def read_number(
    value: int | float,
    number_format: str,
    figure: FigureField,
    notes: Notes,
    shown: str | None = None,
) -> Value:
    """数のセルの値。入らない大きさなら ``None``。

    人が見て決めるのは、見えていた文字である。見えていた文字を、打たれた文字と同じに読み、
    セルの値と違えば問う。
    """
    number = clean_number(value, notes)
    if number is None or (number_format == GENERAL and shown is None):
        return number
    seen = shown_number(number, number_format) if shown is None else shown.strip()
    if "%" in re.sub(_QUOTED, "", number_format):
        if not is_percent(figure.unit):
            return _other_percent(number, figure, notes)
        notes.use("percent")
        number = as_number(Decimal(repr(number)) * 100)
    if abs(number) >= LARGEST_NUMBER:
        return None
    read = _as_seen(number, seen, number_format, figure, notes)
    return read if abs(read) < LARGEST_NUMBER else None


def _other_percent(number: int | float, figure: FigureField, notes: Notes) -> int | float:
    """百分率でない欄の、百分率の形式の数。98.3% は 0.983 としてセルにある。"""
    hundredfold = as_number(Decimal(repr(number)) * 100)
    unit = THOUSAND_YEN if figure.money else figure.unit or "なし"
    notes.ask("R208", raw=f"{printed(hundredfold)}%", unit=unit)
    return number


def _as_seen(
    number: int | float, seen: str | None, code: str, figure: FigureField, notes: Notes
) -> int | float:
    """見えていた文字が、セルの値と同じことを言っているか。違えば問う。"""
    counted = YEN[THOUSAND_YEN] if figure.money else money_unit(figure.unit)
    if seen and counted and counted != 1 and re.search("[¥￥]", seen):
        notes.ask("R219", raw=seen, value=printed(number))
        return number
    own = Notes()
    read = _read_seen(seen, figure._replace(numeric=True, decimals=True), own)
    if not isinstance(read, int | float) or seen is None:
        notes.ask("R230", value=printed(number), seen=_quoted(seen), format=code)
        return number
    gap = abs(Decimal(repr(read)) - Decimal(repr(number)))
    if gap > _half_of_last(seen, read):
        # 人の見た数で読む。元の数との違いは、見えていた字と読んだ値で分かる。
        notes.use("seen")
        notes.ask("R219", raw=seen, value=printed(read))
        return read
    doubts = [one for one in own.doubts if not (one[0] in _SETTLED or _is_negative(one, number))]
    notes.doubts += doubts
    if (
        not doubts
        and gap > abs(Decimal(repr(number))) * _FLOAT_NOISE
        and _is_untold(number, figure)
    ):
        notes.ask("R230", value=printed(number), seen=_quoted(seen), format=code)
    return number


_SETTLED = {"R213", "R220", "R229"}
"""セルの値と同じと分かれば、尋ねることのない読み方。"""
_FLOAT_NOISE = Decimal("1e-9")


def _is_negative(doubt: Doubt, number: int | float) -> bool:
    """``(5)`` と見える -5 は、値があるので、意味が決まっている。"""
    return doubt[0] == "R228" and number < 0


def _read_seen(seen: str | None, figure: FigureField, notes: Notes) -> Value:
    if not seen:
        return None
    power = re.fullmatch(r"-?[0-9.]+E[+-][0-9]+", seen)
    if power:
        return as_number(Decimal(seen))
    return read_figure(seen, figure, notes)


def _half_of_last(seen: str, read: int | float) -> Decimal:
    """見えていた数の、終わりの桁の半分。その桁で丸めて見せていた値は、同じ値である。"""
    power = re.fullmatch(r"-?[0-9]+\.?([0-9]*)E([+-][0-9]+)", seen)
    if power:
        return Decimal("0.5").scaleb(int(power[2]) - len(power[1]))
    digits = re.search(r"[0-9][0-9,]*(?:\.([0-9]+))?", fold(seen, Notes()))
    if digits is None:
        return Decimal(0)
    half = Decimal("0.5").scaleb(-len(digits[1] or ""))
    written = Decimal(digits[0].replace(",", ""))
    # 「6.8百万円」の終わりの桁は、千円の欄では 100 である。
    return half * abs(Decimal(repr(read)) / written) if written else half


def _is_untold(number: int | float, figure: FigureField) -> bool:
    """丸められて見えていることを、ほかの点検が言わないか。印刷でも丸めるなら、そちらで言う。"""
    if figure.money:
        return not hides_digits(number, EFFECT_FORMAT)
    return not is_number_format(figure.number_format) or not hides_digits(
        number, figure.number_format
    )


def _quoted(seen: str | None) -> str:
    if seen is None:
        return SEEN_OTHERWISE
    return SEEN_AS.format(seen=seen) if seen else SEEN_AS_BLANK


def read_date(
    iso: str, number_format: str, numeric: bool, notes: Notes, seen: str | None = None
) -> str:
    """日付のセル。見えたとおりの文字にし、化けたかもしれないときは問う。

    ``seen`` は、保存したプログラムが書き残した、見えていた文字。
    """
    shown = seen or shown_date(iso, number_format)
    notes.use("date")
    typed = typed_before(iso, number_format)
    if typed is not None:
        notes.ask("R225", shown=shown, date=iso_full(iso[:10]), typed=typed)
    elif numeric:
        notes.ask("R231", shown=shown, date=iso_full(iso[:10]))
    else:
        notes.ask("R226", shown=shown, date=iso_full(iso[:10]))
    return shown


def read_serial(number: int | float, like: str | None, notes: Notes) -> Value:
    """日付を書く欄の数。日付の通し番号かもしれなければ問う。"""
    day = date_from_serial(number) if like and re.search(DATED, like) else None
    if day is not None:
        notes.ask("R227", value=printed(number), date=day_full(day))
    return number
