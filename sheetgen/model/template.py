"""開いたテンプレートを、段階どうしが受け渡せる値にしたもの。

長さは pt、行と列は 1 から。結合セルは一つと数え、左上のセルの名で呼ぶ。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TemplateCell:
    """文字または数式の入ったセル。

    ``text`` は、数式バーに見える文字。``number_format`` は、事務局が選んでいなければ ``General``。
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

    ``row_heights`` は、印刷範囲の見える行のすべて。``printable_height`` と ``printable_width`` は、
    シートの縮尺で、余白の内側に入る大きさ。``print_width`` は印刷範囲の幅。
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
