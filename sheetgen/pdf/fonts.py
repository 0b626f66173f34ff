"""PC にある書体から、使うものを選ぶ。書体のファイルは、このプロジェクトに入れない。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sheetgen.pdf.engine import typst
from sheetgen.problems import Problem, SheetgenError

# 好みの順。typst は書体を英語の名で呼ぶ。右は、人に見せる名。
PREFERRED: tuple[tuple[str, str], ...] = (
    ("BIZ UDGothic", "BIZ UDゴシック"),
    ("MS Gothic", "ＭＳ ゴシック"),
    ("IPAGothic", "IPAゴシック"),
    ("IPAexGothic", "IPAexゴシック"),
    ("Noto Sans CJK JP", "Noto Sans CJK JP"),
    ("Noto Sans JP", "Noto Sans JP"),
    ("Yu Gothic", "游ゴシック"),
)

# ▪ ➩ などの記号のために、typst が自分で持っている書体。どの PC でも同じになる。
SYMBOLS = "DejaVu Sans Mono"


@dataclass(frozen=True, slots=True)
class FontChoice:
    """使う書体。``families`` は、字を探す順。``label`` は初めの書体の、人に見せる名。"""

    families: tuple[str, ...]
    label: str
    found: Any

    @property
    def is_first_choice(self) -> bool:
        """いちばんに探す書体か。"""
        return self.families[0] == PREFERRED[0][0]


def find_fonts(folder: Path | None = None) -> FontChoice:
    """使う書体を決める。``folder`` を渡すと、PC の書体の代わりに、そのフォルダーを探す。

    :raises SheetgenError: 使いたい書体が一つもない（D002）、または typst がない（D001）。
    """
    engine = typst()
    if folder is None:
        found = engine.Fonts(include_system_fonts=True, include_embedded_fonts=True)
    else:
        found = engine.Fonts(
            include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(folder)]
        )
    chosen = choose(found.families())
    if not chosen:
        names = "、".join(label for _, label in PREFERRED)
        raise SheetgenError(Problem("D002", facts={"fonts": names}))
    label = dict(PREFERRED)[chosen[0]]
    return FontChoice((*chosen, SYMBOLS), label, found)


def choose(families: Sequence[str]) -> tuple[str, ...]:
    """好みの書体のうち、あるもの。後のものは、初めの書体にない字のために使う。"""
    there = set(families)
    return tuple(name for name, _ in PREFERRED if name in there)
