"""切り分けたテンプレートから、ブックを書く。

テンプレートは一度だけ切り分ける。そのあとのブックは、変わらない部品をそのまま写し、
シートごとに断片をつなぐだけ。項目の日付は決めてあり、同じ入力からは同じバイト列になる。
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO

from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.xlsx.container import Container, ContainerFullError, PackedPart, compress
from sheetgen.xlsx.dependents import (
    Dependent,
    PartNames,
    read_dependents,
    repointed_targets,
    unfilled_shapes,
)
from sheetgen.xlsx.filled import FilledBook, FilledSheet, InputState, SheetBinding
from sheetgen.xlsx.markup import Node
from sheetgen.xlsx.names import WrittenSheet
from sheetgen.xlsx.package import (
    CONTENT_TYPES,
    OFFICE,
    Package,
    Relationship,
    relationships_name,
    write_relationships,
)
from sheetgen.xlsx.references import Shift, split_sheet
from sheetgen.xlsx.sheet import SheetProgram, cut_sheet
from sheetgen.xlsx.sheet_source import SheetSource
from sheetgen.xlsx.slots import RenderState, join
from sheetgen.xlsx.strings import StringTable
from sheetgen.xlsx.styles import StyleBook, StyleChange, StyleSheet
from sheetgen.xlsx.template import DOUBT_SAMPLE, INPUT_SAMPLE
from sheetgen.xlsx.workbook import ConstantParts, PlannedSheet, WorkbookProgram, core_properties

_RECENT_STYLES = 64
_SHEET_PART = "xl/worksheets/sheet.xml"


class TemplateWriter:
    """一つのテンプレートの書き手。

    ``bindings`` は、ブックに入れるシート。テンプレートのほかのシートは、
    そのシートの名前とともに入れない。``tall_rows`` は、シートごとの、高さを計算する行。

    :raises SheetgenError: テンプレートに、失われるものがある（T0xx）。
    """

    def __init__(
        self,
        package: Package,
        bindings: tuple[SheetBinding, ...],
        tall_rows: Mapping[str, frozenset[int]],
    ) -> None:
        self._package = package
        # 様式のシートのないテンプレートでは空。どのシートの名とも合わない。
        self._form_sheet = next((one.name for one in bindings if one.is_form), "")
        by_name = {binding.name: binding for binding in bindings}
        self._constant = ConstantParts(package, package.main_part())
        self._workbook = WorkbookProgram(package, self._constant.main, by_name, self._form_sheet)
        self._programs: dict[str, SheetProgram] = {}
        self._dependents: dict[str, tuple[Dependent, ...]] = {}
        for name, binding in by_name.items():
            self._cut(name, binding, tall_rows.get(name, frozenset()))
        root = write_relationships(self._constant.root_relationships, "")
        unchanging = {relationships_name(""): root, **self._constant.parts}
        self._unchanging = {name: compress(name, data) for name, data in unchanging.items()}
        styles = self._constant.rewritten.get("styles", "")
        samples = self._samples()
        self.has_doubt_sample = InputState.DOUBT in samples
        self._styles = StyleSheet(*package.tree(styles), samples)
        self._recent_styles: dict[tuple[StyleChange, ...], PackedPart] = {}
        self._recalculate = any(one.needs_calculation for one in self._programs.values())
        self.notes: tuple[Problem, ...] = (
            *self._workbook.notes,
            *(
                note
                for name, one in self._programs.items()
                for note in (*one.notes, *unfilled_shapes(package, name, self._dependents[name]))
            ),
        )

    def _cut(self, name: str, binding: SheetBinding, tall_rows: frozenset[int]) -> None:
        package, form = self._package, self._form_sheet
        part = self._sheet_part(name)
        strings = self._constant.strings.texts
        left_out = self._workbook.names.left_out
        source = SheetSource(package, part, binding, form, left_out)
        self._programs[name] = cut_sheet(source, tall_rows, strings.__getitem__)
        self._dependents[name] = read_dependents(package, part, binding, form)
        for dependent in self._dependents[name]:
            targets = (dependent.relationship, *dependent.relationships)
            for one in targets:
                if not one.external and not (dependent.copied and one is targets[0]):
                    self._constant.add(one.target)

    def _sheet_part(self, name: str) -> str:
        part = self._package.sheet_parts().get(name)
        if part is None:
            raise self._package.refuse("T013", sheet=name, thing="グラフシートなど")
        return part

    def _samples(self) -> dict[InputState, int]:
        """記入欄の状態ごとの、見本のセルの書式。"""
        names = {InputState.OPEN: INPUT_SAMPLE, InputState.DOUBT: DOUBT_SAMPLE}
        found = {state: self._style_of(name) for state, name in names.items()}
        return {state: style for state, style in found.items() if style is not None}

    def _style_of(self, name: str) -> int | None:
        """名前の付いたセルの書式。"""
        location = self._workbook.names.location(name)
        if location is None:
            return None
        sheet, ref = split_sheet(location)
        if sheet not in self._workbook.template_sheets:
            return None  # セルではなく、値や式に付いた名前
        _, root = self._package.tree(self._sheet_part(sheet))
        cell = _find_cell(root, ref.replace("$", "").partition(":")[0])
        return int(cell.attrs.get("s", 0)) if cell is not None else None

    def write(self, book: FilledBook, target: IO[bytes]) -> None:
        """ブックを一冊書く。``book.sheets`` は順に一枚ずつ取り出す。

        :raises SheetgenError: 一つのファイルには大きすぎる（O003）。
        """
        container = Container(target)
        try:
            self._write_parts(book, container)
        except ContainerFullError:
            raise SheetgenError(Problem("O003", Place(label=book.title))) from None
        container.close()

    def _write_parts(self, book: FilledBook, container: Container) -> None:
        planned = self._plan(book)
        styles = self._styles.new_book()
        strings = self._constant.strings.new_book()
        active = self._workbook.first_visible(book.entries)
        written: list[WrittenSheet] = []
        constant = self._constant
        container.write(CONTENT_TYPES, constant.content_types(planned))
        for index, (sheet, plan) in enumerate(zip(book.sheets, planned, strict=True)):
            state = self._state(sheet, styles, strings, index == active)
            self._write_sheet(container, plan, state)
            written.append(WrittenSheet(sheet.names, state.shift))
        ids = [f"rId{number}" for number in range(1, len(planned) + 1)]
        main = self._workbook.render(book.entries, ids, written, self._recalculate)
        container.write(constant.main, main)
        relations = self._main_relationships(planned, ids)
        container.write(relationships_name(constant.main), relations)
        container.put(constant.rewritten["styles"], self._styles_entry(styles))
        container.write(constant.rewritten["sharedStrings"], strings.result())
        if "core-properties" in constant.rewritten:
            container.write(constant.rewritten["core-properties"], core_properties(book))
        for name, entry in self._unchanging.items():
            container.put(name, entry)

    def _styles_entry(self, styles: StyleBook) -> PackedPart:
        """書式の部品。同じ違いを使うブックは多いので、少しの間とっておく。"""
        entry = self._recent_styles.pop(styles.changes, None)
        if entry is None:
            entry = compress(self._constant.rewritten["styles"], styles.result())
        self._recent_styles[styles.changes] = entry
        if len(self._recent_styles) > _RECENT_STYLES:
            del self._recent_styles[next(iter(self._recent_styles))]
        return entry

    def _plan(self, book: FilledBook) -> list[PlannedSheet]:
        """各シートの部品名を、シートの並びの順の番号で決める。

        N 番目のシートは ``sheetN.xml`` にあると決めて、関係をたどらずに書き戻すプログラムがある。
        """
        names = PartNames(self._constant.parts)
        planned = []
        for entry in book.entries:
            name = entry.template_sheet
            copied = [one.relationship.target for one in self._dependents[name] if one.copied]
            own = [(self._programs[name].part, names.new(_SHEET_PART))]
            own += [(part, names.new(part)) for part in copied]
            planned.append(PlannedSheet(name, tuple(own)))
        return planned

    def _main_relationships(self, planned: list[PlannedSheet], ids: list[str]) -> bytes:
        sheets = [
            Relationship(rid, f"{OFFICE}/worksheet", plan.parts[0][1], False)
            for rid, plan in zip(ids, planned, strict=True)
        ]
        # ほかの関係の番号は、ブック本体のどこからも引かれない。
        others = [
            one._replace(id=f"rId{number}")
            for number, one in enumerate(self._constant.workbook_relationships, len(sheets) + 1)
        ]
        return write_relationships(sheets + others, self._constant.main)

    def _state(
        self, sheet: FilledSheet, styles: StyleBook, strings: StringTable, selected: bool
    ) -> RenderState:
        """一枚を書き始めるときの状態。"""
        blocks = self._programs[sheet.template_sheet].binding.blocks
        return RenderState(sheet, styles, strings, selected, Shift(blocks, sheet.repeats))

    def _write_sheet(self, container: Container, plan: PlannedSheet, state: RenderState) -> None:
        """シートと、それだけが使う部品を書く。"""
        program = self._programs[plan.template_sheet]
        state.strings.count += program.strings
        part = plan.parts[0][1]
        container.write(part, join(program.pieces, state).encode())
        relations: list[Relationship] = []
        targets = dict(plan.parts[1:])
        for dependent in self._dependents[plan.template_sheet]:
            one = dependent.relationship
            if not dependent.copied:
                relations += repointed_targets((one,), self._form_sheet, state)
                continue
            name = targets[one.target]
            data = (
                self._package.parts[one.target]
                if dependent.pieces is None
                else join(dependent.pieces, state).encode()
            )
            container.write(name, data)
            if dependent.relationships:
                inner = repointed_targets(dependent.relationships, self._form_sheet, state)
                container.write(relationships_name(name), write_relationships(inner, name))
            relations.append(Relationship(one.id, one.type, name, False))
        if relations:
            container.write(relationships_name(part), write_relationships(relations, part))


def _find_cell(root: Node, ref: str) -> Node | None:
    return next((n for n in root.walk() if n.local == "c" and n.attrs.get("r") == ref), None)
