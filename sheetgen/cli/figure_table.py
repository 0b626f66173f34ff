"""課ごとの数の表の、一行。"""

from __future__ import annotations

from collections.abc import Iterable

from sheetgen.cli.help_format import columns


def figure(number: int) -> str:
    """数の欄。0 は目立たなくし、目を引くべき数だけを残す。"""
    return str(number) if number else "・"


def padded(name: str, width: int) -> str:
    """名の後ろを空けて、``width`` 桁（全角は二桁）にそろえる。"""
    return name + " " * (width - columns(name))


def figure_line(name: str, cells: Iterable[str], width: int, cell_width: int) -> str:
    """名と、右にそろえた欄の一行。"""
    return f"  {padded(name, width)}" + "".join(
        " " * (cell_width - columns(cell)) + cell for cell in cells
    )
