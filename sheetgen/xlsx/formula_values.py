"""数式の値。Excel の型の変え方、比べ方、書き方をまねる。"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Final

from sheetgen.model.filled import Value

# Excel keeps 15 significant digits; what lies beyond is noise of the binary fractions.
DIGITS: Final = 15
_DECIMAL = Context(prec=DIGITS)
_SUMMING = Context(prec=50)
_NUMBER_TEXT = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+|(?=\.\d))(\.\d*)?([eE][+-]?\d{1,3})?(%?)")
_NEARLY_NOTHING = 2.0**-48  # of the larger operand: a difference this small counts as zero


@dataclass(frozen=True, slots=True)
class FormulaError:
    """計算の結果の誤り。``code`` は ``#DIV/0!`` など、セルに出る文字。"""

    code: str


FormulaValue = Value | FormulaError

DIVIDED_BY_ZERO: Final = FormulaError("#DIV/0!")
WRONG_VALUE: Final = FormulaError("#VALUE!")
WRONG_NUMBER: Final = FormulaError("#NUM!")


class Stopped(Exception):  # noqa: N818 - not a failure of the program: an error inside a cell
    """計算が誤りの値で止まった。"""

    def __init__(self, error: FormulaError) -> None:
        super().__init__(error.code)
        self.error = error


def is_number(value: FormulaValue) -> bool:
    """数か（論理値は数ではない）。"""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def number_in(text: str) -> int | float | None:
    """数として読める文字列の値。読めなければ None。"""
    match = _NUMBER_TEXT.fullmatch(text.strip())
    if match is None:
        return None
    plain = match[0].rstrip("%").replace(",", "")
    number = float(plain) / 100 if match[5] else float(plain)
    return int(number) if number.is_integer() else number


def number(value: Value) -> int | float:
    """計算に使う数。空は 0、数と読めない文字列は ``#VALUE!`` (:class:`Stopped`)。"""
    if isinstance(value, (bool, int, float)):
        return int(value) if isinstance(value, bool) else value
    if value is None:
        return 0
    found = number_in(value)
    if found is None:
        raise Stopped(WRONG_VALUE)
    return found


def truth(value: Value) -> bool:
    """真偽。``TRUE`` と ``FALSE`` 以外の文字列は ``#VALUE!`` (:class:`Stopped`)。"""
    if isinstance(value, str):
        if value.upper() not in ("TRUE", "FALSE"):
            raise Stopped(WRONG_VALUE)
        return value.upper() == "TRUE"
    return bool(value)


def text(value: Value) -> str:
    """文字列をつなぐときの書き方。"""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return value
    decimal = Decimal(repr(tidy(value)))
    if not decimal:
        return "0"
    power = decimal.adjusted()
    if -10 < power < DIGITS + 5:
        plain = f"{decimal:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    digits = "".join(map(str, decimal.as_tuple().digits)).rstrip("0")
    head = digits[0] + ("." + digits[1:] if digits[1:] else "")
    return f"{'-' if decimal < 0 else ''}{head}E{'+' if power > 0 else '-'}{abs(power):02d}"


def tidy(value: int | float) -> int | float:
    """15桁に丸め、整数なら整数にする。無限大などは ``#NUM!`` (:class:`Stopped`)。"""
    if isinstance(value, int) and abs(value) < 10**DIGITS:
        return value
    try:
        rounded = float(f"{float(value):.{DIGITS}g}")
    except OverflowError:
        raise Stopped(WRONG_NUMBER) from None
    if not math.isfinite(rounded):
        raise Stopped(WRONG_NUMBER)
    return int(rounded) if rounded.is_integer() and abs(rounded) < 10**DIGITS else rounded


def add(left: int | float, right: int | float) -> int | float:
    """和。互いに打ち消した残りの、丸めの雑音は 0 とする。"""
    found = total([left, right])
    return 0 if abs(found) < abs(left) * _NEARLY_NOTHING else found


def total(numbers: list[int | float]) -> int | float:
    """総和。小数は書かれたとおりの十進数として足す（1346.25 - 1333.38 は 12.87）。"""
    if all(isinstance(one, int) for one in numbers):
        return sum(numbers)
    if not all(map(math.isfinite, numbers)):
        raise Stopped(WRONG_NUMBER)
    found = Decimal(0)
    for one in numbers:
        found = _SUMMING.add(found, Decimal(repr(one)))
    return float(found)


def rounded(value: int | float, digits: int | float, rounding: str) -> int | float:
    """小数点以下 ``digits`` 桁に丸める。``rounding`` は :mod:`decimal` の丸め方。"""
    places = min(max(int(digits), -DIGITS * 2), DIGITS * 2)
    exact = _DECIMAL.create_decimal(repr(tidy(value)))
    wide = Context(prec=400, rounding=rounding)
    return float(exact.quantize(Decimal(1).scaleb(-places), context=wide))


def compare(left: Value, right: Value) -> int:
    """Excel の順序で比べ、負・0・正を返す。数 < 文字列 < 論理値で、空は相手に合わせる。

    Texts compare without regard to case; their order is that of the code
    points, not of a dictionary.
    """
    left = _blank_as(right) if left is None else left
    right = _blank_as(left) if right is None else right
    ranks = (_rank(left), _rank(right))
    if ranks[0] != ranks[1]:
        return ranks[0] - ranks[1]
    if isinstance(left, str) and isinstance(right, str):
        first, second = left.casefold(), right.casefold()
        return int(first > second) - int(first < second)
    one, other = tidy(number(left)), tidy(number(right))
    return int(one > other) - int(one < other)


def _rank(value: Value) -> int:
    if isinstance(value, bool):
        return 2
    return 1 if isinstance(value, str) else 0


def _blank_as(other: Value) -> Value:
    if isinstance(other, bool):
        return False
    return "" if isinstance(other, str) else 0
