"""数・日付・論理値のセルを読む。

読むのは Excel が持つ数で、見せている数ではない。表示形式のために、セルの数と違う数が
見えることがあるので、表示形式も見る。
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

from sheetgen.model.filled import Value
from sheetgen.model.numbers import printed
from sheetgen.model.text import LARGEST_NUMBER
from sheetgen.values.dates import date_from_serial, shown_date, typed_before
from sheetgen.values.figures import FigureField, as_number
from sheetgen.values.found import Notes
from sheetgen.values.units import THOUSAND_YEN, YEN, is_percent, money_unit

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
