"""数式の関数。ここにある名の関数だけを計算する。"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP
from typing import Final

from sheetgen.model.filled import Value
from sheetgen.xlsx.formula_values import (
    DIVIDED_BY_ZERO,
    WRONG_VALUE,
    FormulaError,
    FormulaValue,
    Stopped,
    compare,
    is_number,
    number,
    number_in,
    rounded,
    text,
    tidy,
    total,
    truth,
)

Lookup = Callable[[str], FormulaValue]


@dataclass(frozen=True, slots=True)
class Argument:
    """関数の引数。

    ``cells`` are the references when the argument is a cell or a range, row by
    row, ``columns`` to a row; None when it is a value.  Excel treats the two
    apart: text and truth values in cells do not count as numbers.
    """

    compute: Callable[[Lookup], Value]
    cells: tuple[str, ...] | None = None
    columns: int = 1

    def values(self, lookup: Lookup) -> Iterator[FormulaValue]:
        """セルの値を順に。誤りの値もそのまま返す。"""
        for ref in self.cells or ():
            yield lookup(ref)


Function = Callable[[Sequence[Argument], Lookup], Value]


def _checked(value: FormulaValue) -> Value:
    if isinstance(value, FormulaError):
        raise Stopped(value)
    return value


def _numbers(args: Sequence[Argument], lookup: Lookup) -> list[int | float]:
    """引数の数。セルの文字列・論理値・空は除く。"""
    found: list[int | float] = []
    for arg in args:
        if arg.cells is None:
            found.append(number(arg.compute(lookup)))
            continue
        found += [number(_checked(v)) for v in arg.values(lookup) if not _passed_over(v)]
    return found


def _passed_over(value: FormulaValue) -> bool:
    return value is None or isinstance(value, (str, bool))


def _sum(args: Sequence[Argument], lookup: Lookup) -> Value:
    return total(_numbers(args, lookup))


def _average(args: Sequence[Argument], lookup: Lookup) -> Value:
    found = _numbers(args, lookup)
    if not found:
        raise Stopped(DIVIDED_BY_ZERO)
    return total(found) / len(found)


def _count(args: Sequence[Argument], lookup: Lookup) -> Value:
    return sum(_counts(arg, lookup) for arg in args)


def _counts(arg: Argument, lookup: Lookup) -> int:
    if arg.cells is not None:
        return sum(is_number(value) for value in arg.values(lookup))
    try:
        number(arg.compute(lookup))
    except Stopped:
        return 0
    return 1


def _counta(args: Sequence[Argument], lookup: Lookup) -> Value:
    return sum(
        1 if arg.cells is None else sum(value is not None for value in arg.values(lookup))
        for arg in args
    )


def _countblank(args: Sequence[Argument], lookup: Lookup) -> Value:
    return sum(value is None or value == "" for value in args[0].values(lookup))


def _truths(args: Sequence[Argument], lookup: Lookup) -> list[bool]:
    found: list[bool] = []
    for arg in args:
        if arg.cells is None:
            found.append(truth(arg.compute(lookup)))
            continue
        values = [_checked(value) for value in arg.values(lookup)]
        found += [bool(v) for v in values if v is not None and not isinstance(v, str)]
    if not found:
        raise Stopped(WRONG_VALUE)
    return found


def _if(args: Sequence[Argument], lookup: Lookup) -> Value:
    if truth(args[0].compute(lookup)):
        return args[1].compute(lookup)
    return args[2].compute(lookup) if len(args) > 2 else False


def _iferror(args: Sequence[Argument], lookup: Lookup) -> Value:
    try:
        return args[0].compute(lookup)
    except Stopped:
        return args[1].compute(lookup)


def _iserror(args: Sequence[Argument], lookup: Lookup) -> Value:
    try:
        args[0].compute(lookup)
    except Stopped:
        return True
    return False


def _kind(test: Callable[[Value], bool]) -> Function:
    """値の種類を問う関数。誤りの値には偽を返す。"""

    def function(args: Sequence[Argument], lookup: Lookup) -> Value:
        try:
            return test(args[0].compute(lookup))
        except Stopped:
            return False

    return function


def _rounding(how: str) -> Function:
    def function(args: Sequence[Argument], lookup: Lookup) -> Value:
        return rounded(number(args[0].compute(lookup)), number(args[1].compute(lookup)), how)

    return function


def _n(args: Sequence[Argument], lookup: Lookup) -> Value:
    value = args[0].compute(lookup)
    return 0 if isinstance(value, str) else number(value)


def _of_one(function: Callable[[Value], Value]) -> Function:
    return lambda args, lookup: function(args[0].compute(lookup))


def _criterion(wanted: Value) -> Callable[[FormulaValue], bool]:
    """``SUMIF`` などの条件。``">0"``、``"<>"``、``"A*"`` の書き方を読む。"""
    if not isinstance(wanted, str):
        plain = 0 if wanted is None else wanted
        return lambda v: _comparable(v, plain) and compare(v, plain) == 0  # type: ignore[arg-type]
    match = re.match(r"<>|<=|>=|=|<|>", wanted)
    sign = match[0] if match else "="
    operand = wanted[match.end() :] if match else wanted
    amount = number_in(operand)
    if amount is not None:
        test = _SIGNS[sign]
        if sign == "<>":
            return lambda v: not (is_number(v) and compare(v, amount) == 0)  # type: ignore[arg-type]
        return lambda v: is_number(v) and test(compare(v, amount))  # type: ignore[arg-type]
    if sign in ("=", "<>"):
        pattern = _wildcards(operand)
        if not operand:  # "=" asks for empty cells, "" for those and for empty texts
            return lambda v: (v is None or (not match and v == "")) == (sign == "=")
        return lambda v: bool(isinstance(v, str) and pattern.fullmatch(v)) == (sign == "=")
    test = _SIGNS[sign]
    return lambda v: isinstance(v, str) and test(compare(v, operand))


def _comparable(value: FormulaValue, wanted: Value) -> bool:
    return isinstance(value, bool) if isinstance(wanted, bool) else is_number(value)


_SIGNS: Final[dict[str, Callable[[int], bool]]] = {
    "=": lambda order: order == 0,
    "<>": lambda order: order != 0,
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}


def _wildcards(pattern: str) -> re.Pattern[str]:
    """``*`` と ``?`` の型紙。``~`` はその次の字をただの字にする。"""
    parts = re.findall(r"~[*?~]|.", pattern, flags=re.DOTALL)
    marks = {"*": ".*", "?": "."}
    joined = "".join(marks.get(part) or re.escape(part[-1]) for part in parts)
    return re.compile(joined, flags=re.DOTALL | re.IGNORECASE)


def _countif(args: Sequence[Argument], lookup: Lookup) -> Value:
    test = _criterion(args[1].compute(lookup))
    return sum(test(value) for value in args[0].values(lookup))


def _sumif(args: Sequence[Argument], lookup: Lookup) -> Value:
    test = _criterion(args[1].compute(lookup))
    pairs = zip(
        args[0].values(lookup), args[-1 if len(args) > 2 else 0].values(lookup), strict=True
    )
    chosen = [amount for value, amount in pairs if test(value)]
    return total([number(_checked(v)) for v in chosen if not _passed_over(v)])


@dataclass(frozen=True, slots=True)
class Signature:
    """関数と引数の数。``ranges`` は、範囲を取れる引数（None はすべて）。"""

    function: Function
    least: int = 1
    most: int = 1
    ranges: tuple[int, ...] | None = ()


MANY: Final = 255  # Excel's limit
FUNCTIONS: Final[dict[str, Signature]] = {
    "SUM": Signature(_sum, 1, MANY, None),
    "AVERAGE": Signature(_average, 1, MANY, None),
    "COUNT": Signature(_count, 1, MANY, None),
    "COUNTA": Signature(_counta, 1, MANY, None),
    "COUNTBLANK": Signature(_countblank, ranges=(0,)),
    "MIN": Signature(lambda args, lookup: min(_numbers(args, lookup), default=0), 1, MANY, None),
    "MAX": Signature(lambda args, lookup: max(_numbers(args, lookup), default=0), 1, MANY, None),
    "AND": Signature(lambda args, lookup: all(_truths(args, lookup)), 1, MANY, None),
    "OR": Signature(lambda args, lookup: any(_truths(args, lookup)), 1, MANY, None),
    "COUNTIF": Signature(_countif, 2, 2, (0,)),
    "SUMIF": Signature(_sumif, 2, 3, (0, 2)),
    "IF": Signature(_if, 2, 3),
    "IFERROR": Signature(_iferror, 2, 2),
    "ISERROR": Signature(_iserror),
    "ISNUMBER": Signature(_kind(is_number)),
    "ISTEXT": Signature(_kind(lambda value: isinstance(value, str))),
    "ISBLANK": Signature(_kind(lambda value: value is None)),
    "NOT": Signature(_of_one(lambda value: not truth(value))),
    "ABS": Signature(_of_one(lambda value: abs(number(value)))),
    "INT": Signature(_of_one(lambda value: math.floor(tidy(number(value))))),
    "LEN": Signature(_of_one(lambda value: len(text(value).encode("utf-16-le")) // 2)),
    "N": Signature(_n),
    "ROUND": Signature(_rounding(ROUND_HALF_UP), 2, 2),
    "ROUNDUP": Signature(_rounding(ROUND_UP), 2, 2),
    "ROUNDDOWN": Signature(_rounding(ROUND_DOWN), 2, 2),
    "TRUE": Signature(lambda args, lookup: True, 0, 0),
    "FALSE": Signature(lambda args, lookup: False, 0, 0),
}
