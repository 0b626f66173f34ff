"""様式の数式の値を求める。保護ビューや再計算しない読み手にも、合計を正しく見せるため。

様式に要る計算だけを知る：四則、比較、文字列の連結と、:data:`_FUNCTIONS` の関数。ほかの
ものを含む数式には、誤った値を添えず、値を添えない（T117）。市販の計算の部品（formulas、
pycel）は使わない。どれも numpy とブック全体の模型を伴い、五つのセルを足すには重い。
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP
from typing import Final

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token, TokenizerError

from sheetgen.plan.value import Value
from sheetgen.xlsx.formula_values import (
    DIVIDED_BY_ZERO,
    OPERATORS,
    WRONG_NUMBER,
    WRONG_VALUE,
    FormulaValue,
    Operation,
    Stopped,
    checked,
    is_number,
    number,
    rounded,
    tidy,
    total,
    truth,
)
from sheetgen.xlsx.refs import ref_of, split_area

Lookup = Callable[[str], FormulaValue]
_Compute = Callable[[Lookup], Value]
_MOST_CELLS: Final = 10_000  # 一つの範囲のセル。これより多ければ様式ではない


class _UnknownFormulaError(ValueError):
    """扱えないものが数式にある。"""


@dataclass(frozen=True, slots=True)
class CompiledFormula:
    """計算できる形にした数式。"""

    _compute: _Compute

    def evaluate(self, lookup: Lookup) -> FormulaValue:
        """値を求める。``lookup`` は ``"H17"`` からその値を返す（空は None）。

        数は 15 桁までで、整数は int になる。0 で割るなどの誤りは :class:`FormulaError` になる。
        """
        try:
            value = self._compute(lookup)
            if value is None:
                return 0  # 空のセルを指す参照は、Excel では 0 と見える
            return value if isinstance(value, (str, bool)) else tidy(value)
        except Stopped as stopped:
            return stopped.error
        except OverflowError:
            return WRONG_NUMBER


def compile_formula(formula: str) -> CompiledFormula | None:
    """数式 (``=`` で始まる) を読む。扱えないものを含むときは None。

    ほかのシート、名前、行や列の全体、配列、省いた引数、一つの値の所に立つ範囲、
    :data:`_FUNCTIONS` にない関数は、扱わない。
    """
    try:
        tokens = [one for one in Tokenizer(formula).items if one.type != Token.WSPACE]
        return CompiledFormula(_Parser(tokens).whole())
    except (_UnknownFormulaError, TokenizerError, RecursionError):
        return None


@dataclass(frozen=True, slots=True)
class _Term:
    """計算の一項。``cells`` は、セルか範囲のときの番地（行ごとに並ぶ）。値なら空。

    Excel は二つを分ける。セルの中の文字列と論理値は、数に数えない。
    """

    compute: _Compute
    cells: tuple[str, ...] = ()

    def values(self, lookup: Lookup) -> list[Value]:
        """セルの値を順に。誤りの値で止まる。"""
        return [checked(lookup(ref)) for ref in self.cells]


_Terms = Sequence[_Term]


def _numbers(terms: _Terms, lookup: Lookup) -> list[int | float]:
    """引数の数。セルの文字列・論理値・空は除く。"""
    found: list[int | float] = []
    for term in terms:
        if term.cells:
            found += [number(value) for value in term.values(lookup) if is_number(value)]
        else:
            found.append(number(term.compute(lookup)))
    return found


def _average(terms: _Terms, lookup: Lookup) -> Value:
    found = _numbers(terms, lookup)
    if not found:
        raise Stopped(DIVIDED_BY_ZERO)
    return total(found) / len(found)


def _count(terms: _Terms, lookup: Lookup) -> Value:
    """数の個数。数と読める文字列は、引数にじかに書かれていれば数える。"""
    found = 0
    for term in terms:
        if term.cells:
            found += sum(is_number(lookup(ref)) for ref in term.cells)
            continue
        with suppress(Stopped):
            number(term.compute(lookup))
            found += 1
    return found


def _counta(terms: _Terms, lookup: Lookup) -> Value:
    filled = (sum(lookup(ref) is not None for ref in term.cells) for term in terms if term.cells)
    return sum(filled) + sum(not term.cells for term in terms)


def _truths(terms: _Terms, lookup: Lookup) -> list[bool]:
    found: list[bool] = []
    for term in terms:
        if term.cells:
            found += [bool(v) for v in term.values(lookup) if not (v is None or isinstance(v, str))]
        else:
            found.append(truth(term.compute(lookup)))
    if not found:
        raise Stopped(WRONG_VALUE)
    return found


def _if(terms: _Terms, lookup: Lookup) -> Value:
    if truth(terms[0].compute(lookup)):
        return terms[1].compute(lookup)
    return terms[2].compute(lookup) if len(terms) > 2 else False


def _iferror(terms: _Terms, lookup: Lookup) -> Value:
    with suppress(Stopped):
        return terms[0].compute(lookup)
    return terms[1].compute(lookup)


def _rounding(how: str) -> _Function:
    return lambda terms, lookup: rounded(
        number(terms[0].compute(lookup)), number(terms[1].compute(lookup)), how
    )


_Function = Callable[[_Terms, Lookup], Value]


# 関数と、引数の数の下限と上限。上限のないものは、範囲も取る。
_FUNCTIONS: Final[dict[str, tuple[_Function, int, float]]] = {
    "SUM": (lambda terms, lookup: total(_numbers(terms, lookup)), 1, math.inf),
    "AVERAGE": (_average, 1, math.inf),
    "COUNT": (_count, 1, math.inf),
    "COUNTA": (_counta, 1, math.inf),
    "MIN": (lambda terms, lookup: min(_numbers(terms, lookup), default=0), 1, math.inf),
    "MAX": (lambda terms, lookup: max(_numbers(terms, lookup), default=0), 1, math.inf),
    "AND": (lambda terms, lookup: all(_truths(terms, lookup)), 1, math.inf),
    "OR": (lambda terms, lookup: any(_truths(terms, lookup)), 1, math.inf),
    "IF": (_if, 2, 3),
    "IFERROR": (_iferror, 2, 2),
    "ISBLANK": (lambda terms, lookup: any(lookup(ref) is None for ref in terms[0].cells), 1, 1),
    "ROUND": (_rounding(ROUND_HALF_UP), 2, 2),
    "ROUNDUP": (_rounding(ROUND_UP), 2, 2),
    "ROUNDDOWN": (_rounding(ROUND_DOWN), 2, 2),
    "INT": (lambda terms, lookup: math.floor(tidy(number(terms[0].compute(lookup)))), 1, 1),
}


class _Parser:
    """字句の列を、演算子の強さに従って計算に組み立てる。"""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def whole(self) -> _Compute:
        compute = _single(self._expression(0))
        if self._at != len(self._tokens):
            raise _UnknownFormulaError
        return compute

    def _next_is(self, kind: str) -> bool:
        return self._at < len(self._tokens) and self._tokens[self._at].type == kind

    def _take(self) -> Token:
        if self._at == len(self._tokens):
            raise _UnknownFormulaError
        self._at += 1
        return self._tokens[self._at - 1]

    def _expression(self, weakest: int) -> _Term:
        left = self._operand()
        while self._next_is(Token.OP_IN):
            strength, operate = OPERATORS.get(self._tokens[self._at].value, (0, None))
            if operate is None:
                raise _UnknownFormulaError
            if strength <= weakest:
                break
            self._at += 1
            left = _binary(operate, _single(left), _single(self._expression(strength)))
        return left

    def _operand(self) -> _Term:
        token = self._take()
        if token.type == Token.OP_PRE:
            inner = _single(self._operand())
            return _Term(inner if token.value == "+" else lambda lookup: -number(inner(lookup)))
        found = self._primary(token)
        while self._next_is(Token.OP_POST):
            self._at += 1
            found = _binary(OPERATORS["/"][1], _single(found), lambda lookup: 100)  # ％
        return found

    def _primary(self, token: Token) -> _Term:
        if token.type == Token.OPERAND:
            return self._reference(token.value) if token.subtype == Token.RANGE else _literal(token)
        if token.subtype == Token.OPEN and token.type == Token.PAREN:
            inner = self._expression(0)
            self._close(self._take(), Token.PAREN)
            return inner
        if token.subtype == Token.OPEN and token.type == Token.FUNC:
            return self._function(token.value[:-1].upper())
        raise _UnknownFormulaError

    def _close(self, token: Token, kind: str) -> None:
        if token.type != kind or token.subtype != Token.CLOSE:
            raise _UnknownFormulaError

    def _reference(self, written: str) -> _Term:
        """``$A$1:B2``。名前、ほかのシート、行や列の全体は、番地と読めない。"""
        try:
            top, left, bottom, right = split_area(written)
        except ValueError:
            raise _UnknownFormulaError from None
        if (bottom - top + 1) * (right - left + 1) > _MOST_CELLS:
            raise _UnknownFormulaError
        rows, columns = range(top, bottom + 1), range(left, right + 1)
        cells = tuple(ref_of(row, column) for row in rows for column in columns)
        return _Term(lambda lookup: checked(lookup(cells[0])), cells)

    def _function(self, name: str) -> _Term:
        if name not in _FUNCTIONS:
            raise _UnknownFormulaError
        function, least, most = _FUNCTIONS[name]
        terms = [self._expression(0)]
        while (token := self._take()).type == Token.SEP and token.subtype == Token.ARG:
            terms.append(self._expression(0))
        self._close(token, Token.FUNC)
        if not least <= len(terms) <= most:
            raise _UnknownFormulaError
        for term in terms if most < math.inf else ():
            _single(term)
        return _Term(lambda lookup: function(terms, lookup))


def _single(term: _Term) -> _Compute:
    """一つの値を求める計算。範囲は一つの値にならない。"""
    if len(term.cells) > 1:
        raise _UnknownFormulaError
    return term.compute


def _binary(operate: Operation, left: _Compute, right: _Compute) -> _Term:
    return _Term(lambda lookup: operate(left(lookup), right(lookup)))


def _literal(token: Token) -> _Term:
    value: Value
    if token.subtype == Token.NUMBER:
        amount = float(token.value)
        value = int(amount) if amount.is_integer() else amount
    elif token.subtype == Token.TEXT:
        value = token.value[1:-1].replace('""', '"')
    elif token.subtype == Token.LOGICAL:
        value = token.value.upper() == "TRUE"
    else:
        raise _UnknownFormulaError
    return _Term(lambda lookup: value)
