"""シートの XML の、一枚ごとに変わる所。

切り分けたシートは、変わらない文字列と slot の並び。一枚を作るとは、どの slot にも文字列を聞いて、
つなぐこと。
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from sheetgen.xlsx.filled import Fill, FilledSheet, InputState
from sheetgen.xlsx.formula_values import FormulaError, FormulaValue
from sheetgen.xlsx.formulas import CompiledFormula
from sheetgen.xlsx.markup import Splice, cell_text
from sheetgen.xlsx.references import Shift, quoted
from sheetgen.xlsx.strings import StringTable
from sheetgen.xlsx.styles import StyleBook


@dataclass(slots=True)
class RenderState:
    """一枚を書く間の状態。"""

    sheet: FilledSheet
    styles: StyleBook
    strings: StringTable
    selected: bool
    shift: Shift
    cached: dict[str, FormulaValue] = field(default_factory=dict)


class Slot(Protocol):
    """一枚ごとに変わる所。"""

    def render(self, state: RenderState) -> str:
        """この一枚での文字列。"""


Piece = str | Slot


def cell(
    opening: str,
    prefix: str,
    style: int,
    value: FormulaValue,
    strings: StringTable,
    formula: str = "",
) -> str:
    """一つのセルを書く。文字列はつねに文字列として書き、数式にはしない。

    ``opening`` は ``<c r="C7"`` のような、変わる属性の前まで。
    """
    head = f'{opening} s="{style}"'
    close = f"</{prefix}c>"
    if isinstance(value, str):
        if formula:
            return f'{head} t="str">{formula}<{prefix}v>{cell_text(value)}</{prefix}v>{close}'
        return f'{head} t="s"><{prefix}v>{strings.index(value)}</{prefix}v>{close}'
    if value is None:
        return f"{head}>{formula}{close}" if formula else f"{head}/>"
    if isinstance(value, FormulaError):
        return f'{head} t="e">{formula}<{prefix}v>{value.code}</{prefix}v>{close}'
    if isinstance(value, bool):
        return f'{head} t="b">{formula}<{prefix}v>{int(value)}</{prefix}v>{close}'
    return f"{head}>{formula}<{prefix}v>{value!r}</{prefix}v>{close}"


class CellSlot(NamedTuple):
    """値の入るセル。"""

    key: tuple[str, int]
    opening: str
    prefix: str
    style: int

    def render(self, state: RenderState) -> str:
        """値と書式を入れて書く。"""
        fill = state.sheet.fills[self.key]
        style = style_of(self.style, fill, state)
        return cell(self.opening, self.prefix, style, fill.value, state.strings)


class CoveredSlot(NamedTuple):
    """結合した記入欄の、左上でないセル。錠と色を左上にそろえる。"""

    key: tuple[str, int]
    opening: str
    style: int

    def render(self, state: RenderState) -> str:
        """書式だけを書く。"""
        opened = state.sheet.fills[self.key].state
        return f'{self.opening} s="{state.styles.index((self.style, None, None, opened))}"/>'


def style_of(base: int, fill: Fill, state: RenderState) -> int:
    """このセルの書式の番号。"""
    if fill.size is None and fill.number_format is None and fill.state is InputState.KEEP:
        return base
    return state.styles.index((base, fill.size, fill.number_format, fill.state))


class FormulaSlot(NamedTuple):
    """数式のセル。計算した値を控えとして添える。"""

    ref: str
    opening: str
    prefix: str
    style: int
    formula: tuple[Piece, ...]
    lookup: Callable[[str, RenderState], FormulaValue]

    def render(self, state: RenderState) -> str:
        """数式と、その値を書く。"""
        formula = join(self.formula, state)
        value = self.lookup(self.ref, state)
        fill = state.sheet.sums.get(self.ref)
        style = style_of(self.style, fill, state) if fill else self.style
        return cell(self.opening, self.prefix, style, value, state.strings, formula)


class Lookup:
    """数式が読むセルの値を、値・定数・ほかの数式から求める。"""

    def __init__(
        self, constants: dict[str, FormulaValue], formulas: dict[str, CompiledFormula]
    ) -> None:
        self._constants = constants
        self._formulas = formulas

    def __call__(self, ref: str, state: RenderState) -> FormulaValue:
        """``ref`` の値。"""
        fill = state.sheet.fills.get((ref, 0))
        if fill is not None:
            return fill.value
        if ref in state.cached:
            return state.cached[ref]
        formula = self._formulas.get(ref)
        if formula is None:
            return self._constants.get(ref)
        state.cached[ref] = FormulaError("#REF!")  # 循環参照で止まるように先に置く
        value = formula.evaluate(lambda other: self(other, state))
        state.cached[ref] = value
        return value


class RowSlot(NamedTuple):
    """高さの変わる行の開始タグ。``before`` は行番号まで、``after`` は残り。"""

    row: int
    before: str
    after: str
    unchanged: str

    def render(self, state: RenderState) -> str:
        """計算した高さを書く。"""
        height = state.sheet.height_of(self.row, 0)
        return self.unchanged if height is None else f"{self.before}{height}{self.after}"


class SelectedSlot(NamedTuple):
    """最初に開くシートだけが選ばれる。さもないと、全シートが同時に書き換わる。"""

    selected: str
    unselected: str

    def render(self, state: RenderState) -> str:
        """選ばれているか否かで選ぶ。"""
        return self.selected if state.selected else self.unselected


class SheetNameSlot:
    """自分のシートの名（数式の中の書き方）。"""

    def render(self, state: RenderState) -> str:
        """引用符で囲んだ名。"""
        return cell_text(quoted(state.sheet.name))


class ComputedSlot(NamedTuple):
    """その他の、状態から決まる文字列。"""

    compute: Callable[[RenderState], str]

    def render(self, state: RenderState) -> str:
        """関数に任せる。"""
        return self.compute(state)


def text_pieces(splice: Splice) -> tuple[Piece, ...]:
    """差し替えを終えた XML を、文字と slot の列にする。"""
    return tuple(p.decode() if isinstance(p, bytes) else p for p in splice.pieces())  # type: ignore[misc]


def join(pieces: tuple[Piece, ...] | list[Piece], state: RenderState) -> str:
    """定数と slot をつなぐ。"""
    return "".join([piece if isinstance(piece, str) else piece.render(state) for piece in pieces])
