"""開いたテンプレートを、段階どうしが受け渡せる値にしたもの。

Lengths are points, rows and columns 1-based.  A merged area counts as one cell,
named after its top-left cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TemplateCell:
    """文字または数式の入ったセル。

    ``text`` is what a person sees in the formula bar; ``number_format`` is
    ``General`` where the office has not chosen one.
    """

    ref: str
    first_row: int
    last_row: int
    first_column: int
    last_column: int
    text: str
    is_formula: bool
    locked: bool
    wrap: bool
    width: float
    size: float
    number_format: str

    @property
    def is_dynamic(self) -> bool:
        """Jinja の式を含むか。"""
        return not self.is_formula and ("{{" in self.text or "{%" in self.text)


@dataclass(frozen=True, slots=True)
class TemplateSheet:
    """一枚のシート。

    ``row_heights`` has every visible row of the print area; ``printable_height``
    and ``printable_width`` are what the paper leaves inside its margins at the
    sheet's own scale; ``print_width`` is the width of the print area.
    """

    name: str
    hidden: bool
    cells: tuple[TemplateCell, ...]
    row_heights: Mapping[int, float]
    print_width: float
    printable_width: float
    printable_height: float
    fits_to_page: bool
    default_row_height: float


@dataclass(frozen=True, slots=True)
class TemplateBook:
    """テンプレート全体。``fingerprint`` は内容の目印（16進8桁）。"""

    file: str
    fingerprint: str
    sheets: tuple[TemplateSheet, ...]
    has_input_sample: bool
