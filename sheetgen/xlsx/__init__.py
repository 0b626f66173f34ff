"""Excel のブックを読み書きする、ただ一つの場所（openpyxl と OOXML）。

What is behind a name is imported when it is first used: reading a returned book needs
nothing of what writes one.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sheetgen.xlsx.formulas import compile_formula
    from sheetgen.xlsx.look import read_look
    from sheetgen.xlsx.package import read_package
    from sheetgen.xlsx.template import read_template
    from sheetgen.xlsx.writer import TemplateWriter

__all__ = ["TemplateWriter", "compile_formula", "read_look", "read_package", "read_template"]

_MODULES = {
    "TemplateWriter": "writer",
    "compile_formula": "formulas",
    "read_look": "look",
    "read_package": "package",
    "read_template": "template",
}


def __getattr__(name: str) -> object:
    """公開している名前を、使われたときに読み込む。"""
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
