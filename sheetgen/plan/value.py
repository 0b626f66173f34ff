"""セルと欄に入る値と、数を表示形式のとおりの文字にすること（Excel のセルに見えるとおり）。"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

Value = int | float | str | None
NUMBER_FORMAT = re.compile(r"General|(?:0|#,##0)(?:\.0+)?%?")
"""計画のデータに書ける表示形式。"""
GENERAL = "General"
EFFECT_FORMAT = "#,##0"
"""効果額（千円）の表示形式。"""


def is_number_format(code: str) -> bool:
    """:func:`printed` が解する表示形式か。"""
    return NUMBER_FORMAT.fullmatch(code) is not None


def printed(value: int | float | str | None, number_format: str = GENERAL) -> str:
    """値を印刷どおりの文字で返す。文字はそのまま、空欄は空の文字。

    ``number_format`` は、計画のデータに書ける ``General``、``0``、``#,##0`` と、小数（``0.00``）や
    ``%`` の付いた形。
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    number = Decimal(repr(value))
    if number_format == GENERAL:
        words = format(number, "f")
        return words.rstrip("0").rstrip(".") if "." in words else words
    pattern = number_format.removesuffix("%")
    percent = "%" if pattern != number_format else ""
    if percent:
        number *= 100
    decimals = len(pattern.partition(".")[2])
    # Excel は端数の半分を 0 から遠い側へ丸める。Python の書式は、そうしない。
    rounded = number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return format(rounded, ",f" if pattern.startswith("#,") else "f") + percent


def showing_all(values: Iterable[Value], number_format: str) -> str:
    """``number_format`` を、どの数も丸めずに見せるものに替える。丸めるものがなければ、そのまま。

    小数の桁をそろえた形と ``General`` のうち、もう正しく見えている数の見え方が変わらないほう。
    """
    numbers = [value for value in values if isinstance(value, int | float)]
    seen = [value for value in numbers if not hides_digits(value, number_format)]
    if len(seen) == len(numbers):
        return number_format
    pattern = number_format.removesuffix("%")
    percent = number_format[len(pattern) :]
    shift = 2 if percent else 0
    decimals = max(-_last_place(Decimal(repr(value))) - shift for value in numbers)
    aligned = f"{pattern.partition('.')[0]}.{'0' * decimals}{percent}"

    def altered(code: str) -> int:
        return sum(printed(value, code) != printed(value, number_format) for value in seen)

    return min((aligned,) if percent else (aligned, GENERAL), key=altered)


def _last_place(number: Decimal) -> int:
    """0 でない終わりの桁。``58.8`` なら -1、``60`` なら 0。"""
    exponent = number.normalize().as_tuple().exponent
    return min(exponent, 0) if isinstance(exponent, int) else 0


def in_thousands(value: Value) -> Value:
    """効果額（千円）を、印刷する数にする。千円未満は四捨五入し、文字と空欄はそのまま。"""
    if not isinstance(value, int | float):
        return value
    return int(Decimal(repr(value)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def hides_digits(value: int | float, number_format: str) -> bool:
    """この表示形式では、値が丸められて見えるか。"""
    words = printed(value, number_format).replace(",", "")
    shown = Decimal(words.removesuffix("%"))
    return shown != Decimal(repr(value)) * (100 if words.endswith("%") else 1)
