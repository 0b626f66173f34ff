"""繰り返しの行と、その下で位置の変わる行。"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sheetgen.xlsx.cells import numbered_cells, split_ref
from sheetgen.xlsx.markup import Node
from sheetgen.xlsx.references import shift_formula
from sheetgen.xlsx.slots import RenderState, cell, style_of
from sheetgen.xlsx.text import cell_text

if TYPE_CHECKING:
    from sheetgen.xlsx.sheet import SheetCutter


@dataclass(frozen=True, slots=True)
class _MovingCell:
    """位置の変わるセル。``body`` は属性の残りから終わりまで。"""

    ref: str
    number: int
    qname: str
    prefix: str
    column: str
    style: int
    dynamic: bool
    body: str
    formula: str | None

    def render(self, row: int, turn: int, state: RenderState, own: str) -> str:
        """``turn`` 回目の ``row`` 行に立つセルを書く。"""
        opening = f'<{self.qname} r="{self.column}{row}"'
        if self.dynamic:
            fill = state.sheet.fills[self.ref, turn]
            return cell(opening, self.prefix, style_of(self.style, fill, state), fill.value)
        if self.formula is not None:
            turns = state.shift.turns(self.number, self.number)
            shift = turns[turn] if turns else state.shift
            moved = cell_text(shift_formula(self.formula, own, shift))
            text = f"<{self.prefix}f>{moved}</{self.prefix}f>"
            return cell(opening, self.prefix, self.style, None, text)
        return opening + self.body


@dataclass(frozen=True, slots=True)
class _MovingRow:
    number: int
    qname: str
    attributes: str
    plain_height: str
    cells: tuple[_MovingCell, ...]

    def render(self, row: int, turn: int, state: RenderState, own: str) -> str:
        height = state.sheet.row_heights.get((self.number, turn))
        text = self.plain_height if height is None else f' ht="{height:g}" customHeight="1"'
        cells = "".join(one.render(row, turn, state, own) for one in self.cells)
        return f'<{self.qname} r="{row}"{text}{self.attributes}>{cells}</{self.qname}>'


class MovingRows:
    """最初の繰り返しから下の、すべての行。"""

    def __init__(self, cutter: SheetCutter, rows: list[tuple[int, Node]]) -> None:
        self._own = cutter.binding.name
        self._rows = {number: _row(cutter, number, node) for number, node in rows}

    def render(self, state: RenderState) -> str:
        """行を、繰り返しの回数だけ書く。"""
        written: list[str] = []
        done = 0
        for row in self._rows.values():
            if row.number <= done:
                continue
            block = state.shift.block_of(row.number)
            if block is None:
                written.append(row.render(state.shift(row.number), 0, state, self._own))
                continue
            first, done = block
            for turn, top in enumerate(state.shift.rows(first)):
                for number in range(first, done + 1):
                    if number in self._rows:
                        one = self._rows[number]
                        written.append(one.render(top + number - first, turn, state, self._own))
        return "".join(written)


def _row(cutter: SheetCutter, number: int, row: Node) -> _MovingRow:
    plain = {name: row.attrs.get(name) for name in ("ht", "customHeight")}
    bare = row.open_tag(r=None, spans=None, ht=None, customHeight=None).decode()
    return _MovingRow(
        number,
        row.qname,
        bare[len(row.qname) + 1 :].rstrip(">").rstrip("/"),
        "".join(f' {name}="{value}"' for name, value in plain.items() if value is not None),
        tuple(_cell(cutter, ref, one) for ref, one in numbered_cells(row, number)),
    )


def _cell(cutter: SheetCutter, ref: str, node: Node) -> _MovingCell:
    column, number = split_ref(ref)
    formula = node.find("f")
    text = None
    if formula is not None:
        text = cutter.formula_text(ref, formula)
        if text is None:
            raise cutter.package.refuse("T012", sheet=cutter.binding.name, cell=ref)
        cutter.repointed(text)  # 様式のシートを指していれば、ここで断る
        cutter.note_uncalculated(ref, text)
    bare = node.open_tag(r=None).decode()
    rest = cutter.data[node.open_end : node.end].decode()
    return _MovingCell(
        ref,
        number,
        node.qname,
        node.prefix,
        column,
        int(node.attrs.get("s", 0)),
        ref in cutter.binding.dynamic,
        bare[len(node.qname) + 1 :] + rest,
        text,
    )
