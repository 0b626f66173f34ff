"""様式の数式の値を求める。保護ビューや再計算しない読み手にも、合計を正しく見せるため。

Only the plain arithmetic that a form needs is known.  A formula with anything
else is left without a cached value rather than given a wrong one.

A general engine (formulas, pycel) was not taken: each brings numpy and a model
of the whole workbook, to add five cells.
"""

from __future__ import annotations

from dataclasses import dataclass

from sheetgen.xlsx.formula_functions import Lookup
from sheetgen.xlsx.formula_parser import Compute, UnsupportedFormulaError, parse
from sheetgen.xlsx.formula_values import (
    WRONG_NUMBER,
    FormulaError,
    FormulaValue,
    Stopped,
    tidy,
)

__all__ = ["CompiledFormula", "FormulaError", "FormulaValue", "compile_formula"]


@dataclass(frozen=True, slots=True)
class CompiledFormula:
    """計算できる形にした数式。

    ``references`` are the cells and ranges it reads, without ``$``, each once,
    in the order of the formula.
    """

    references: tuple[str, ...]
    _compute: Compute

    def evaluate(self, lookup: Lookup) -> FormulaValue:
        """値を求める。``lookup`` は ``"H17"`` からその値を返す（空は None）。

        Numbers have at most 15 significant digits; whole ones come as int.  An
        error such as a division by zero comes as :class:`FormulaError`.
        """
        try:
            value = self._compute(lookup)
            if value is None:
                return 0  # as Excel shows a reference to an empty cell
            return value if isinstance(value, (str, bool)) else tidy(value)
        except Stopped as stopped:
            return stopped.error
        except OverflowError:
            return WRONG_NUMBER


def compile_formula(formula: str) -> CompiledFormula | None:
    """数式 (``=`` で始まる) を読む。扱えないものを含むときは None。

    Not handled: other sheets, names, whole rows and columns, arrays, omitted
    arguments, ranges where one value belongs, and functions not in
    :data:`~sheetgen.xlsx.formula_functions.FUNCTIONS`.
    """
    try:
        references, compute = parse(formula)
    except UnsupportedFormulaError:
        return None
    return CompiledFormula(references, compute)
