"""数式の値と演算子。Excel の型の変え方、比べ方、書き方をまねる。"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any, Final

from sheetgen.plan.value import Value

# Excel は 15 桁を持つ。その先は、二進の小数の雑音である。
_DIGITS: Final = 15
_DECIMAL = Context(prec=_DIGITS)
_SUMMING = Context(prec=50)
_NUMBER_TEXT = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+|(?=\.\d))(\.\d*)?([eE][+-]?\d{1,3})?(%?)")
_NEARLY_NOTHING = 2.0**-48  # 大きいほうに比べて。これより小さい差は 0 と見る


@dataclass(frozen=True, slots=True)
class FormulaError:
    """計算の結果の誤り。``code`` は ``#DIV/0!`` など、セルに出る文字。"""

    code: str


FormulaValue = Value | FormulaError
DIVIDED_BY_ZERO: Final = FormulaError("#DIV/0!")
WRONG_VALUE: Final = FormulaError("#VALUE!")
WRONG_NUMBER: Final = FormulaError("#NUM!")


class Stopped(Exception):  # noqa: N818 - プログラムの失敗ではなく、セルの中の誤り
    """計算が誤りの値で止まった。"""

    def __init__(self, error: FormulaError) -> None:
        super().__init__(error.code)
        self.error = error


def checked(value: FormulaValue) -> Value:
    """誤りの値なら、そこで止まる (:class:`Stopped`)。"""
    if isinstance(value, FormulaError):
        raise Stopped(value)
    return value


def is_number(value: FormulaValue) -> bool:
    """数か（論理値は数ではない）。"""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def number(value: Value) -> int | float:
    """計算に使う数。空は 0、数と読めない文字列は ``#VALUE!`` (:class:`Stopped`)。"""
    if isinstance(value, (bool, int, float)):
        return int(value) if isinstance(value, bool) else value
    if value is None:
        return 0
    match = _NUMBER_TEXT.fullmatch(value.strip())
    if match is None:
        raise Stopped(WRONG_VALUE)
    plain = float(match[0].rstrip("%").replace(",", ""))
    found = plain / 100 if match[5] else plain
    return int(found) if found.is_integer() else found


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
    if -10 < power < _DIGITS + 5:
        plain = f"{decimal:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    digits = "".join(map(str, decimal.as_tuple().digits)).rstrip("0")
    head = digits[0] + ("." + digits[1:] if digits[1:] else "")
    return f"{'-' if decimal < 0 else ''}{head}E{'+' if power > 0 else '-'}{abs(power):02d}"


def tidy(value: int | float) -> int | float:
    """15桁に丸め、整数なら整数にする。無限大などは ``#NUM!`` (:class:`Stopped`)。"""
    if isinstance(value, int) and abs(value) < 10**_DIGITS:
        return value
    try:
        rounded = float(f"{float(value):.{_DIGITS}g}")
    except OverflowError:
        raise Stopped(WRONG_NUMBER) from None
    if not math.isfinite(rounded):
        raise Stopped(WRONG_NUMBER)
    return int(rounded) if rounded.is_integer() and abs(rounded) < 10**_DIGITS else rounded


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
    places = min(max(int(digits), -_DIGITS * 2), _DIGITS * 2)
    exact = _DECIMAL.create_decimal(repr(tidy(value)))
    wide = Context(prec=400, rounding=rounding)
    return float(exact.quantize(Decimal(1).scaleb(-places), context=wide))


def order(value: Value, other: Value) -> tuple[int, int | float | str]:
    """``other`` と比べるときの順。数 < 文字列 < 論理値で、空は相手に合わせる。

    文字列は、大文字と小文字を分けずに比べる。順は文字の番号の順で、辞書の順ではない。
    """
    if value is None:
        value = type(other)() if isinstance(other, (bool, str)) else 0
    if isinstance(value, bool):
        return 2, value
    return (1, value.casefold()) if isinstance(value, str) else (0, tidy(value))


Operation = Callable[[Value, Value], Value]


def _arithmetic(
    operate: Callable[[int | float, int | float], int | float],
) -> Operation:
    def calculate(left: Value, right: Value) -> Value:
        try:
            found = operate(number(left), number(right))
            if not math.isfinite(found):
                raise Stopped(WRONG_NUMBER)
            return found
        except ZeroDivisionError:
            raise Stopped(DIVIDED_BY_ZERO) from None
        except OverflowError:
            raise Stopped(WRONG_NUMBER) from None

    return calculate


def _comparison(holds: Callable[[Any, Any], bool]) -> Operation:
    return lambda left, right: holds(order(left, right), order(right, left))


OPERATORS: Final[dict[str, tuple[int, Operation]]] = {
    "=": (1, _comparison(operator.eq)),
    "<>": (1, _comparison(operator.ne)),
    "<": (1, _comparison(operator.lt)),
    "<=": (1, _comparison(operator.le)),
    ">": (1, _comparison(operator.gt)),
    ">=": (1, _comparison(operator.ge)),
    "&": (2, lambda left, right: text(left) + text(right)),
    "+": (3, _arithmetic(add)),
    "-": (3, _arithmetic(lambda left, right: add(left, -right))),
    "*": (4, _arithmetic(operator.mul)),
    "/": (4, _arithmetic(operator.truediv)),
}
"""演算子の強さと計算。べき乗は、様式では使わない。"""
