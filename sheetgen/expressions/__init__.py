"""セルの中の式を読む、ただ一つの場所（Jinja2）。"""

from sheetgen.expressions.cells import (
    FILTERS,
    Expression,
    ExpressionError,
    Linked,
    Loop,
    UnknownFilterError,
    compile_cell,
    compile_loop,
    strip_end,
)
from sheetgen.expressions.paths import UnknownName

__all__ = [
    "FILTERS",
    "Expression",
    "ExpressionError",
    "Linked",
    "Loop",
    "UnknownFilterError",
    "UnknownName",
    "compile_cell",
    "compile_loop",
    "strip_end",
]
