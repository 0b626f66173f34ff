"""テンプレートの一枚を、定数と slot の列に切り分ける。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sheetgen.model.filled import SheetBinding
from sheetgen.problems import Place, Problem
from sheetgen.xlsx.cells import constant_value, covered_cells, numbered_cells
from sheetgen.xlsx.formulas import CompiledFormula, FormulaValue, compile_formula
from sheetgen.xlsx.markup import Node, Splice
from sheetgen.xlsx.moving import MovingRows
from sheetgen.xlsx.package import Package
from sheetgen.xlsx.references import (
    AmbiguousReferenceError,
    names_sheet,
    repoint,
    shift_formula,
    translated,
    without_sheet,
)
from sheetgen.xlsx.slots import (
    CellSlot,
    ComputedSlot,
    CoveredSlot,
    FormulaSlot,
    Lookup,
    Piece,
    RowSlot,
    SelectedSlot,
    SheetNameSlot,
    text_pieces,
)
from sheetgen.xlsx.tail import cut_tail
from sheetgen.xlsx.text import cell_text


@dataclass(frozen=True, slots=True)
class SheetProgram:
    """切り分けたシート。``part`` はテンプレートでの部品名。"""

    part: str
    binding: SheetBinding
    pieces: tuple[Piece, ...]
    needs_calculation: bool
    notes: tuple[Problem, ...]


class SheetCutter:
    """一枚を切り分ける間の道具。"""

    def __init__(
        self,
        package: Package,
        part: str,
        binding: SheetBinding,
        tall_rows: frozenset[int],
        form_sheet: str,
        shared_strings: Callable[[int], str],
        left_out: tuple[str, ...] = (),
    ) -> None:
        self.package = package
        self.part = part
        self.binding = binding
        self.form_sheet = form_sheet
        self._tall_rows = tall_rows
        self._shared_strings = shared_strings
        self._left_out = left_out
        self.data, self.root = package.tree(part)
        self.splice = Splice(self.data)
        self.needs_calculation = False
        self.notes: list[Problem] = []
        self._constants: dict[str, FormulaValue] = {}
        self._formulas: dict[str, CompiledFormula] = {}
        self._shared_formulas: dict[str, tuple[str, str]] = {}
        self._lookup = Lookup(self._constants, self._formulas)
        self._covered = covered_cells(self.root, binding.inputs)
        self.first_moving = binding.blocks[0][0] if binding.blocks else 1 << 30

    def cut(self) -> SheetProgram:
        """切り分ける。

        :raises SheetgenError: something in the sheet cannot be carried along (T0xx).
        """
        self._cut_views()
        self._cut_rows()
        cut_tail(self)
        return SheetProgram(
            self.part,
            self.binding,
            text_pieces(self.splice),
            self.needs_calculation,
            tuple(self.notes),
        )

    def _cut_views(self) -> None:
        properties = self.root.find("sheetPr")
        if properties is not None and "codeName" in properties.attrs:
            # 符号名はブックの中で一つでなければならない。
            self.splice.retag(properties, codeName=None)
        views = self.root.find("sheetViews")
        for view in views.all("sheetView") if views else []:
            slot = SelectedSlot(
                view.open_tag(tabSelected="1").decode(), view.open_tag(tabSelected=None).decode()
            )
            self.splice.replace(view.start, view.open_end, slot)
        # 使っている範囲は書かなくてよい。古いままでは、端のセルを読まないプログラムがある。
        dimension = self.root.find("dimension")
        if dimension is not None:
            self.splice.remove(dimension)

    def _cut_rows(self) -> None:
        sheet_data = self.root.find("sheetData")
        if sheet_data is None:
            raise self.package.refuse("T003", part=self.part)
        moving: list[tuple[int, Node]] = []
        missing = set(self._tall_rows)
        number = 0
        for row in sheet_data.children:
            number = int(row.attrs.get("r", number + 1))
            if number >= self.first_moving:
                moving.append((number, row))
                continue
            for absent in sorted(r for r in missing if r < number):
                self.splice.insert(row.start, self._empty_row(absent, row.prefix))
            missing = {r for r in missing if r > number}
            self._cut_row(number, row)
        if self.binding.blocks:
            start = moving[0][1].start if moving else sheet_data.close_start
            self.splice.replace(start, sheet_data.close_start, MovingRows(self, moving))
        else:
            for absent in sorted(missing):
                self.splice.insert(
                    sheet_data.close_start, self._empty_row(absent, sheet_data.prefix)
                )

    def _empty_row(self, number: int, prefix: str) -> RowSlot:
        """結合セルに覆われて、XML には書かれていない行。"""
        return RowSlot(number, f'<{prefix}row r="{number}"', "/>", "")

    def _cut_row(self, number: int, row: Node) -> None:
        if number in self._tall_rows:
            opening = row.open_tag(r=None, ht=None, customHeight=None).decode()
            before = f'<{row.qname} r="{number}"'
            slot = RowSlot(number, before, opening[len(row.qname) + 1 :], row.open_tag().decode())
            self.splice.replace(row.start, row.open_end, slot)
        for ref, cell in numbered_cells(row, number):
            self._cut_cell(ref, cell)

    def _cut_cell(self, ref: str, cell: Node) -> None:
        style = int(cell.attrs.get("s", 0))
        opening = f'<{cell.qname} r="{ref}"'
        top = self._covered.get(ref)
        if top is not None:
            covered = CoveredSlot((top, 0), opening, style)
            self.splice.replace(cell.start, cell.end, covered)
            return
        if ref in self.binding.dynamic:
            slot = CellSlot((ref, 0), opening, cell.prefix, style)
            self.splice.replace(cell.start, cell.end, slot)
            return
        formula = cell.find("f")
        if formula is None:
            self._constants[ref] = constant_value(cell, self._shared_strings)
            return
        compiled = self._compile(ref, formula)
        if compiled is not None:
            self._formulas[ref] = compiled
            text = self.formula_pieces(formula)
            slot_f = FormulaSlot(ref, opening, cell.prefix, style, text, self._lookup)
            self.splice.replace(cell.start, cell.end, slot_f)
            return
        # 計算できない数式は、古い控えを消し、開いたときに計算させる。
        if self.binding.dynamic:
            self.note_uncalculated(ref, formula.text or "（前の数式と同じ）")
        pieces = self._moved_formula(ref, formula) or self.formula_pieces(formula)
        self.splice.replace(formula.start, formula.end, *pieces)
        value = cell.find("v")
        if value is not None and self.binding.dynamic:
            self.splice.remove(value)

    def _moved_formula(self, ref: str, formula: Node) -> tuple[object, ...]:
        """繰り返しより上にあって、下の行を指すかもしれない数式。"""
        text = self.formula_text(ref, formula) if self.binding.blocks else None
        if text is None:
            return ()
        self.repointed(text)  # 様式のシートを指していれば、ここで断る
        name, own = f"{formula.prefix}f", self.binding.name
        moved = ComputedSlot(lambda state: cell_text(shift_formula(text, own, state.shift)))
        return f"<{name}>".encode(), moved, f"</{name}>".encode()

    def _compile(self, ref: str, formula: Node) -> CompiledFormula | None:
        text = None if self.binding.blocks else self.formula_text(ref, formula)
        if text is None:
            return None
        return compile_formula("=" + without_sheet(text, self.binding.name))

    def formula_text(self, ref: str, formula: Node) -> str | None:
        """セルの数式。共有数式は、このセルのものに直す。配列数式などは ``None``。"""
        kind = formula.attrs.get("t", "normal")
        if kind == "shared":
            group = formula.attrs.get("si", "")
            if formula.text:
                self._shared_formulas[group] = (ref, formula.text)
            origin, text = self._shared_formulas[group]
            return translated(text, origin, ref)
        return formula.text if kind == "normal" else None

    def note_uncalculated(self, ref: str, formula: str) -> None:
        """計算した値を添えられない数式を、書き留める。"""
        self.needs_calculation = True
        self.note("T117", ref, formula=formula)

    def note(self, code: str, ref: str | None = None, **facts: object) -> None:
        """知らせておくことを、書き留める。"""
        place = Place(file=self.package.file, sheet=self.binding.name, cell=ref)
        self.notes.append(Problem(code, place, facts))

    def formula_pieces(self, node: Node) -> tuple[Piece, ...]:
        """数式の要素を、自分のシートの名を slot にして書く。"""
        opening = self.data[node.start : node.open_end].decode()
        if node.is_empty_tag:
            return (opening,)
        closing = self.data[node.close_start : node.end].decode()
        return (opening, *self.repointed(node.text), closing)

    def repointed(self, formula: str) -> tuple[Piece, ...]:
        """様式のシートを指す参照を、自分の写しに向ける。

        :raises SheetgenError: another sheet names the form sheet, of which there
            will be several (T010), the reference spans sheets (T011), or it names a
            sheet that the book leaves out (T016).
        """
        try:
            found = repoint(formula, self.form_sheet, SheetNameSlot())
        except AmbiguousReferenceError as error:
            raise self.package.refuse("T011", sheet=self.binding.name, formula=error) from None
        for sheet in self._left_out:
            if names_sheet(formula, sheet):
                facts = {"sheet": self.binding.name, "formula": formula, "other": sheet}
                raise self.package.refuse("T016", **facts)
        if len(found) > 1 and not self.binding.is_form:
            raise self.package.refuse(
                "T010", sheet=self.binding.name, formula=formula, form=self.form_sheet
            )
        return tuple(
            cell_text(piece) if isinstance(piece, str) else piece  # type: ignore[misc]
            for piece in found
        )
