"""テンプレートの一枚を、定数と slot の列に切り分ける。

最初の繰り返しより上の行は、元のバイト列のまま、値の入る所だけを slot にする。繰り返しから
下の行は、書くたびに番地が変わるので、行ごと書き直す。
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sheetgen.problems import Problem
from sheetgen.xlsx.filled import SheetBinding
from sheetgen.xlsx.formula_values import FormulaValue
from sheetgen.xlsx.formulas import CompiledFormula, compile_formula
from sheetgen.xlsx.markup import Node, cell_text
from sheetgen.xlsx.references import shift_formula, without_sheet
from sheetgen.xlsx.refs import column_letters, ref_of, split_ref
from sheetgen.xlsx.sheet_cells import constant_value, covered_cells
from sheetgen.xlsx.sheet_source import SheetSource
from sheetgen.xlsx.slots import (
    CellSlot,
    ComputedSlot,
    CoveredSlot,
    FormulaSlot,
    Lookup,
    Piece,
    RenderState,
    RowSlot,
    SelectedSlot,
    cell,
    style_of,
    text_pieces,
)
from sheetgen.xlsx.tail import cut_tail


class SheetProgram(NamedTuple):
    """切り分けたシート。``part`` はテンプレートでの部品名。

    ``strings`` は、変わらない部分にある、共有文字列のセルの数。
    """

    part: str
    binding: SheetBinding
    pieces: tuple[Piece, ...]
    strings: int
    needs_calculation: bool
    notes: tuple[Problem, ...]


def cut_sheet(
    source: SheetSource, tall_rows: frozenset[int], shared_strings: Callable[[int], str]
) -> SheetProgram:
    """一枚を切り分ける。``shared_strings`` は番号から共有文字列を返す。

    :raises SheetgenError: シートに、写せないものがある（T0xx）。
    """
    _cut_views(source)
    cutter = _RowCutter(source, tall_rows, shared_strings)
    cutter.cut()
    cut_tail(source)
    return SheetProgram(
        source.part,
        source.binding,
        text_pieces(source.splice),
        cutter.strings,
        source.needs_calculation,
        tuple(source.notes),
    )


def _cut_views(source: SheetSource) -> None:
    properties = source.root.find("sheetPr")
    if properties is not None and "codeName" in properties.attrs:
        # 符号名はブックの中で一つでなければならない。
        source.splice.retag(properties, codeName=None)
    views = source.root.find("sheetViews")
    for view in views.all("sheetView") if views else []:
        _cut_view(source, view)
    # 使っている範囲は書かなくてよい。古いままでは、端のセルを読まないプログラムがある。
    dimension = source.root.find("dimension")
    if dimension is not None:
        source.splice.remove(dimension)


_ZOOMS = ("zoomScale", "zoomScaleNormal", "zoomScaleSheetLayoutView", "zoomScalePageLayoutView")
_SMALLEST_ZOOM, _LARGEST_ZOOM = 50, 200


def _cut_view(source: SheetSource, view: Node) -> None:
    """表示。保存したときの位置からではなく、左上から、読める大きさで開かせる。"""
    changes: dict[str, str | None] = {}
    for name in _ZOOMS:
        zoom = int(view.attrs.get(name, "0"))  # 0 は、決めていない
        if zoom and not _SMALLEST_ZOOM <= zoom <= _LARGEST_ZOOM:
            changes[name] = "100"
            if name == "zoomScale":
                source.note("T133", zoom=zoom)
    pane = view.find("pane")
    if pane is None:
        changes["topLeftCell"] = None
    elif "frozen" in pane.attrs.get("state", ""):
        _unscroll(source, view, pane)
    for one in view.all("selection"):
        if pane is None and one.attrs.get("activeCell", "A1") != "A1":
            source.splice.retag(one, activeCell="A1", activeCellId=None, sqref="A1")
    slot = SelectedSlot(
        view.open_tag(**changes, tabSelected="1").decode(),
        view.open_tag(**changes, tabSelected=None).decode(),
    )
    source.splice.replace(view.start, view.open_end, slot)


def _unscroll(source: SheetSource, view: Node, pane: Node) -> None:
    """固定した枠の先を、固定したすぐ後ろから見せる。"""
    row, column = split_ref(view.attrs.get("topLeftCell", "A1"))
    down, across = (int(float(pane.attrs.get(name, "0"))) for name in ("ySplit", "xSplit"))
    start = ref_of(row + down, column + across)
    if pane.attrs.get("topLeftCell", start) != start:
        source.splice.retag(pane, topLeftCell=start)


class _RowCutter:
    """行とセルを切り分ける。"""

    def __init__(
        self,
        source: SheetSource,
        tall_rows: frozenset[int],
        shared_strings: Callable[[int], str],
    ) -> None:
        self._source = source
        self._splice, self._binding = source.splice, source.binding
        self._tall_rows = tall_rows
        self._shared_strings = shared_strings
        self._constants: dict[str, FormulaValue] = {}
        self._formulas: dict[str, CompiledFormula] = {}
        self._lookup = Lookup(self._constants, self._formulas)
        self._covered = covered_cells(source.root, source.binding.inputs)
        self.strings = 0

    def cut(self) -> None:
        """行を順に切り分ける。"""
        sheet_data = self._source.root.find("sheetData")
        if sheet_data is None:
            raise self._source.package.refuse("T003", part=self._source.part)
        moving: list[tuple[int, Node]] = []
        missing = set(self._tall_rows)
        number, blocks = 0, self._binding.blocks
        for row in sheet_data.children:
            number = int(row.attrs.get("r", number + 1))
            if blocks and number >= blocks[0][0]:
                moving.append((number, row))
                continue
            for absent in sorted(r for r in missing if r < number):
                self._splice.insert(row.start, self._empty_row(absent, row.prefix))
            missing = {r for r in missing if r > number}
            self._cut_row(number, row)
        if blocks:
            start = moving[0][1].start if moving else sheet_data.close_start
            rows = _MovingRows(self._source, moving)
            self._splice.replace(start, sheet_data.close_start, rows)
        else:
            for absent in sorted(missing):
                self._splice.insert(
                    sheet_data.close_start, self._empty_row(absent, sheet_data.prefix)
                )

    def _empty_row(self, number: int, prefix: str) -> RowSlot:
        """結合セルに覆われて、XML には書かれていない行。"""
        return RowSlot(number, f'<{prefix}row r="{number}"', "/>", "")

    def _cut_row(self, number: int, row: Node) -> None:
        if number in self._tall_rows:
            # 高さを計算した行は、テンプレートで隠してあっても見せる。
            opening = row.open_tag(r=None, ht=None, customHeight=None, hidden=None).decode()
            before = f'<{row.qname} r="{number}"'
            slot = RowSlot(number, before, opening[len(row.qname) + 1 :], row.open_tag().decode())
            self._splice.replace(row.start, row.open_end, slot)
        for ref, node in self._source.cells(row, number):
            self._cut_cell(ref, node)

    def _cut_cell(self, ref: str, node: Node) -> None:
        style = int(node.attrs.get("s", 0))
        opening = f'<{node.qname} r="{ref}"'
        top = self._covered.get(ref)
        if top is not None:
            covered = CoveredSlot((top, 0), opening, style)
            self._splice.replace(node.start, node.end, covered)
            return
        if ref in self._binding.dynamic:
            slot = CellSlot((ref, 0), opening, node.prefix, style)
            self._splice.replace(node.start, node.end, slot)
            return
        formula = node.find("f")
        if formula is None:
            self._constants[ref] = constant_value(node, self._shared_strings)
            self.strings += node.attrs.get("t") == "s"
            return
        compiled = self._compile(ref, formula)
        if compiled is not None:
            self._formulas[ref] = compiled
            text = self._source.formula_pieces(formula, ref)
            slot_f = FormulaSlot(ref, opening, node.prefix, style, text, self._lookup)
            self._splice.replace(node.start, node.end, slot_f)
            return
        # 計算できない数式は、古い控えを消し、開いたときに計算させる。
        if self._binding.dynamic:
            self._note_uncalculated(ref, formula)
        pieces = self._moved_formula(ref, formula) or self._source.formula_pieces(formula, ref)
        self._splice.replace(formula.start, formula.end, *pieces)
        value = node.find("v")
        if value is not None and self._binding.dynamic:
            self._splice.remove(value)

    def _note_uncalculated(self, ref: str, formula: Node) -> None:
        if formula.attrs.get("t") == "dataTable":  # 数式の文字を持たない
            self._source.needs_calculation = True
            self._source.note("T134", ref)
            return
        text = formula.text or self._source.formula_text(ref, formula) or ""
        self._source.note_uncalculated(ref, text)

    def _moved_formula(self, ref: str, formula: Node) -> tuple[object, ...]:
        """繰り返しより上にあって、下の行を指すかもしれない数式。"""
        text = self._source.formula_text(ref, formula) if self._binding.blocks else None
        if text is None:
            return ()
        self._source.repointed(text, ref)  # 様式のシートを指していれば、ここで断る
        name, own = f"{formula.prefix}f", self._binding.name
        moved = ComputedSlot(lambda state: cell_text(shift_formula(text, own, state.shift)))
        return f"<{name}>".encode(), moved, f"</{name}>".encode()

    def _compile(self, ref: str, formula: Node) -> CompiledFormula | None:
        text = None if self._binding.blocks else self._source.formula_text(ref, formula)
        if text is None:
            return None
        return compile_formula("=" + without_sheet(text, self._binding.name))


class _MovingCell(NamedTuple):
    """位置の変わるセル。``body`` は属性の残りから終わりまで。"""

    ref: str
    number: int
    qname: str
    prefix: str
    column: str
    style: int
    dynamic: bool
    shared: bool
    body: str
    formula: str | None

    def render(self, row: int, turn: int, state: RenderState, own: str) -> str:
        """``turn`` 回目の ``row`` 行に立つセルを書く。"""
        opening = f'<{self.qname} r="{self.column}{row}"'
        if self.dynamic:
            fill = state.sheet.fills[self.ref, turn]
            style = style_of(self.style, fill, state)
            return cell(opening, self.prefix, style, fill.value, state.strings)
        if self.formula is not None:
            turns = state.shift.turns(self.number, self.number)
            shift = turns[turn] if turns else state.shift
            moved = cell_text(shift_formula(self.formula, own, shift))
            text = f"<{self.prefix}f>{moved}</{self.prefix}f>"
            return cell(opening, self.prefix, self.style, None, state.strings, text)
        state.strings.count += self.shared
        return opening + self.body


class _MovingRow(NamedTuple):
    number: int
    qname: str
    attributes: str
    plain_height: str
    cells: tuple[_MovingCell, ...]

    def render(self, row: int, turn: int, state: RenderState, own: str) -> str:
        height = state.sheet.height_of(self.number, turn)
        text = self.plain_height if height is None else height
        cells = "".join(one.render(row, turn, state, own) for one in self.cells)
        return f'<{self.qname} r="{row}"{text}{self.attributes}>{cells}</{self.qname}>'


class _MovingRows:
    """最初の繰り返しから下の、すべての行。"""

    def __init__(self, source: SheetSource, rows: list[tuple[int, Node]]) -> None:
        self._own = source.binding.name
        self._rows = {number: _moving_row(source, number, node) for number, node in rows}

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


def _moving_row(source: SheetSource, number: int, row: Node) -> _MovingRow:
    plain = {name: row.attrs.get(name) for name in ("ht", "customHeight")}
    bare = row.open_tag(r=None, spans=None, ht=None, customHeight=None).decode()
    return _MovingRow(
        number,
        row.qname,
        bare[len(row.qname) + 1 :].rstrip(">").rstrip("/"),
        "".join(f' {name}="{value}"' for name, value in plain.items() if value is not None),
        tuple(_moving_cell(source, ref, one) for ref, one in source.cells(row, number)),
    )


def _moving_cell(source: SheetSource, ref: str, node: Node) -> _MovingCell:
    number, column = split_ref(ref)
    formula = node.find("f")
    text = None
    if formula is not None:
        text = source.formula_text(ref, formula)
        if text is None:
            raise source.package.refuse("T012", sheet=source.binding.name, cell=ref)
        source.repointed(text, ref)  # 様式のシートを指していれば、ここで断る
        source.note_uncalculated(ref, text)
    bare = node.open_tag(r=None).decode()
    rest = source.data[node.open_end : node.end].decode()
    return _MovingCell(
        ref,
        number,
        node.qname,
        node.prefix,
        column_letters(column),
        int(node.attrs.get("s", 0)),
        ref in source.binding.dynamic,
        node.attrs.get("t") == "s",
        bare[len(node.qname) + 1 :] + rest,
        text,
    )
