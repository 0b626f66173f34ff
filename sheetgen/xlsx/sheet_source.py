"""切り分ける一枚：元の XML、差し替えの集まり、数式の直し方、気付いたこと。"""

from __future__ import annotations

from collections.abc import Iterator

from sheetgen.problems import Place, Problem
from sheetgen.xlsx.filled import SheetBinding
from sheetgen.xlsx.markup import Node, Splice, cell_text
from sheetgen.xlsx.package import Package
from sheetgen.xlsx.references import (
    AmbiguousReferenceError,
    builds_name,
    names_sheet,
    repoint,
    translated,
)
from sheetgen.xlsx.sheet_cells import numbered_cells
from sheetgen.xlsx.slots import Piece, SheetNameSlot


class SheetSource:
    """一枚を切り分ける間、行の部も後ろの要素の部も、ここから読み、ここに書き留める。"""

    def __init__(
        self,
        package: Package,
        part: str,
        binding: SheetBinding,
        form_sheet: str,
        left_out: tuple[str, ...] = (),
    ) -> None:
        self.package = package
        self.part = part
        self.binding = binding
        self.data, self.root = package.tree(part)
        self.splice = Splice(self.data)
        self.needs_calculation = False
        self.notes: list[Problem] = []
        self._form_sheet = form_sheet
        self._left_out = left_out
        self._shared_formulas: dict[str, tuple[str, str]] = {}

    def cells(self, row: Node, number: int) -> Iterator[tuple[str, Node]]:
        """行のセルを、番地とともに返す。

        :raises SheetgenError: セルの番地が正しくない（T002）。
        """
        try:
            yield from numbered_cells(row, number)
        except ValueError:
            raise self.package.refuse("T002") from None

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

    def formula_pieces(self, node: Node, ref: str | None = None) -> tuple[Piece, ...]:
        """数式の要素を、自分のシートの名を slot にして書く。"""
        opening = self.data[node.start : node.open_end].decode()
        if node.is_empty_tag:
            return (opening,)
        closing = self.data[node.close_start : node.end].decode()
        return (opening, *self.repointed(node.text, ref), closing)

    def repointed(self, formula: str, ref: str | None = None) -> tuple[Piece, ...]:
        """様式のシートを指す参照を、自分の写しに向ける。``ref`` は数式のあるセル。

        :raises SheetgenError: ほかのシートが、何枚にもなる様式のシートを指している（T010）、
            参照がいくつものシートにまたがる（T011）、ブックに入れないシートを指している
            （T016）、または様式のシートの名を文字をつないで作っている（T018）。
        """
        facts = {"sheet": self.binding.name, "cell": ref, "formula": formula}
        try:
            found = repoint(formula, self._form_sheet, SheetNameSlot())
        except AmbiguousReferenceError as error:
            raise self.package.refuse("T011", **{**facts, "formula": error}) from None
        for sheet in self._left_out:
            if names_sheet(formula, sheet):
                raise self.package.refuse("T016", **facts, other=sheet)
        if len(found) > 1 and not self.binding.is_form and names_sheet(formula, self._form_sheet):
            raise self.package.refuse("T010", **facts, form=self._form_sheet)
        if builds_name(formula, self._form_sheet):
            raise self.package.refuse("T018", **facts, form=self._form_sheet)
        return tuple(
            cell_text(piece) if isinstance(piece, str) else piece  # type: ignore[misc]
            for piece in found
        )
