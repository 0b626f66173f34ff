"""数式を字句に分け、演算子の強さに従って計算に組み立てる。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token, TokenizerError
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import range_boundaries

from sheetgen.model.filled import Value
from sheetgen.xlsx.formula_functions import FUNCTIONS, Argument, Lookup
from sheetgen.xlsx.formula_values import (
    DIVIDED_BY_ZERO,
    WRONG_NUMBER,
    FormulaError,
    Stopped,
    add,
    compare,
    number,
    text,
)

Compute = Callable[[Lookup], Value]
MOST_CELLS: Final = 10_000  # in one range: more is no form


class UnsupportedFormulaError(ValueError):
    """扱えないものが数式にある。"""


def parse(formula: str) -> tuple[tuple[str, ...], Compute]:
    """数式を読み、参照するセル・範囲（``$`` なし）と、計算を返す。

    :raises UnsupportedFormulaError: it has something this module does not know.
    """
    if not formula.startswith("="):
        raise UnsupportedFormulaError(formula)
    try:
        tokens = [token for token in Tokenizer(formula).items if token.type != Token.WSPACE]
        parser = _Parser(tokens)
        compute = parser.whole()
    except (TokenizerError, RecursionError):
        raise UnsupportedFormulaError(formula) from None
    return tuple(dict.fromkeys(parser.references)), compute


def _arithmetic(
    operate: Callable[[int | float, int | float], int | float],
) -> Callable[[Value, Value], Value]:
    def operator(left: Value, right: Value) -> Value:
        try:
            result = operate(number(left), number(right))
        except ZeroDivisionError:
            raise Stopped(DIVIDED_BY_ZERO) from None
        except OverflowError:
            raise Stopped(WRONG_NUMBER) from None
        return result

    return operator


def _power(base: int | float, exponent: int | float) -> int | float:
    if base == 0 and exponent == 0:
        raise Stopped(WRONG_NUMBER)
    result = float(base) ** exponent
    if isinstance(result, complex):
        raise Stopped(WRONG_NUMBER)
    return float(result)


_Operator = tuple[int, Callable[[Value, Value], Value]]
_OPERATORS: Final[dict[str, _Operator]] = {
    "=": (1, lambda left, right: compare(left, right) == 0),
    "<>": (1, lambda left, right: compare(left, right) != 0),
    "<": (1, lambda left, right: compare(left, right) < 0),
    "<=": (1, lambda left, right: compare(left, right) <= 0),
    ">": (1, lambda left, right: compare(left, right) > 0),
    ">=": (1, lambda left, right: compare(left, right) >= 0),
    "&": (2, lambda left, right: text(left) + text(right)),
    "+": (3, _arithmetic(add)),
    "-": (3, _arithmetic(lambda left, right: add(left, -right))),
    "*": (4, _arithmetic(lambda left, right: left * right)),
    "/": (4, _arithmetic(lambda left, right: left / right)),
    "^": (5, _arithmetic(_power)),
}


class _Parser:
    """字句の列を、演算子の強さに従って計算に組み立てる。"""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.references: list[str] = []

    def whole(self) -> Compute:
        compute = _single(self.expression(0))
        if self.at != len(self.tokens):
            raise UnsupportedFormulaError
        return compute

    def peek(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self) -> Token:
        token = self.peek()
        if token is None:
            raise UnsupportedFormulaError
        self.at += 1
        return token

    def expression(self, weakest: int) -> Argument:
        left = self.operand()
        while (token := self.peek()) is not None and token.type == Token.OP_IN:
            strength, operate = _OPERATORS.get(token.value, (-1, None))
            if operate is None:
                raise UnsupportedFormulaError
            if strength <= weakest:
                break
            self.at += 1
            right = self.expression(strength)
            left = Argument(_binary(operate, _single(left), _single(right)))
        return left

    def operand(self) -> Argument:
        """前置の符号は ``^`` より強い（Excel では ``-2^2`` は 4）。"""
        token = self.take()
        if token.type == Token.OP_PRE:
            inner = _single(self.operand())
            if token.value == "+":
                return Argument(inner)
            return Argument(lambda lookup: -number(inner(lookup)))
        found = self.primary(token)
        while (token_ := self.peek()) is not None and token_.type == Token.OP_POST:
            self.at += 1
            found = Argument(_percent(_single(found)))
        return found

    def primary(self, token: Token) -> Argument:
        if token.type == Token.OPERAND:
            return self.literal(token)
        if token.type == Token.PAREN and token.subtype == Token.OPEN:
            inner = self.expression(0)
            self.close(Token.PAREN)
            return inner
        if token.type == Token.FUNC and token.subtype == Token.OPEN:
            return self.function(token.value[:-1].upper())
        raise UnsupportedFormulaError

    def close(self, kind: str) -> None:
        token = self.take()
        if token.type != kind or token.subtype != Token.CLOSE:
            raise UnsupportedFormulaError

    def literal(self, token: Token) -> Argument:
        if token.subtype == Token.RANGE:
            return self.reference(token.value)
        value: Value
        if token.subtype == Token.NUMBER:
            amount = float(token.value)
            value = int(amount) if amount.is_integer() else amount
        elif token.subtype == Token.TEXT:
            value = token.value[1:-1].replace('""', '"')
        elif token.subtype == Token.LOGICAL:
            value = token.value.upper() == "TRUE"
        else:
            raise UnsupportedFormulaError
        return Argument(lambda lookup: value)

    def reference(self, written: str) -> Argument:
        cells, columns = _expand(written)
        self.references.append(written.replace("$", "").upper())
        return Argument(_read(cells), cells, columns)

    def function(self, name: str) -> Argument:
        signature = FUNCTIONS.get(name)
        if signature is None:
            raise UnsupportedFormulaError
        args = self.arguments()
        if not signature.least <= len(args) <= signature.most:
            raise UnsupportedFormulaError
        for position, arg in enumerate(args):
            if signature.ranges is None:
                continue
            if position not in signature.ranges:
                _single(arg)
            elif arg.cells is None or (len(arg.cells), arg.columns) != _shape(args[0]):
                raise UnsupportedFormulaError
        function = signature.function
        return Argument(lambda lookup: function(args, lookup))

    def arguments(self) -> tuple[Argument, ...]:
        found: list[Argument] = []
        token = self.peek()
        if token is not None and token.type == Token.FUNC and token.subtype == Token.CLOSE:
            self.at += 1
            return ()
        while True:
            found.append(self.expression(0))
            token = self.take()
            if token.type == Token.FUNC and token.subtype == Token.CLOSE:
                return tuple(found)
            if token.type != Token.SEP or token.subtype != Token.ARG:
                raise UnsupportedFormulaError


def _single(arg: Argument) -> Compute:
    """一つの値を求める計算。範囲は一つの値にならない。"""
    if arg.cells is not None and len(arg.cells) > 1:
        raise UnsupportedFormulaError
    return arg.compute


def _shape(arg: Argument) -> tuple[int, int]:
    return (len(arg.cells or ()), arg.columns)


def _binary(operate: Callable[[Value, Value], Value], left: Compute, right: Compute) -> Compute:
    return lambda lookup: operate(left(lookup), right(lookup))


def _percent(inner: Compute) -> Compute:
    return lambda lookup: number(inner(lookup)) / 100


def _read(cells: tuple[str, ...]) -> Compute:
    """一つのセルを読む計算。誤りの値なら、そこで止まる。"""
    ref = cells[0]

    def compute(lookup: Lookup) -> Value:
        value = lookup(ref)
        if isinstance(value, FormulaError):
            raise Stopped(value)
        return value

    return compute


def _expand(written: str) -> tuple[tuple[str, ...], int]:
    """``$A$1:B2`` を、行ごとに並べたセルと列の数にする。"""
    try:
        left, top, right, bottom = range_boundaries(written)
    except (ValueError, TypeError):  # a name, or another sheet
        raise UnsupportedFormulaError(written) from None
    if left is None or top is None or right is None or bottom is None:
        raise UnsupportedFormulaError(written)  # a whole row or column
    columns, rows = range(left, right + 1), range(top, bottom + 1)
    if not 0 < len(columns) * len(rows) <= MOST_CELLS:
        raise UnsupportedFormulaError
    cells = tuple(f"{get_column_letter(column)}{row}" for row in rows for column in columns)
    return cells, len(columns)
