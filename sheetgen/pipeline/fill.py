"""式の値を求め、紙に割り付けて、書き手に渡す形にする。"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sheetgen.expressions import Expression, ExpressionError, Linked
from sheetgen.forms.context import BookContext, FormContext, names_of
from sheetgen.forms.figures import shown
from sheetgen.forms.guidance import OpenInput, validations
from sheetgen.forms.rounds import FieldKind
from sheetgen.model.filled import (
    CellKey,
    Fill,
    FilledSheet,
    InputState,
    RowKey,
    Value,
)
from sheetgen.model.layout import Box, Fitted, Page
from sheetgen.model.template import TemplateCell, TemplateSheet
from sheetgen.pipeline.blueprint import BoundCell, BoundSheet
from sheetgen.problems import Place, Problem
from sheetgen.typeset import fit, height_for

MAX_TEXT = 32_767
PAGE_SPARE = 4.0  # pt。印刷の丸めで次のページにあふれないための余り
ROOM = {FieldKind.TEXT: 4, FieldKind.FIGURE: 1, FieldKind.MONEY: 1, FieldKind.GRADE: 1}
NAME_PREFIX = "sg."

# 指標の表示形式で見せる値。
_INDICATOR_PATHS = {"item.indicator.current", "item.indicator.target"}


class Evaluator:
    """式の値を求める間、問題を集める。"""

    def __init__(self, file: str, sheet: TemplateSheet) -> None:
        self._file = file
        self._sheet = sheet
        self.problems: list[Problem] = []

    def place(self, cell: TemplateCell, item: str | None, label: str | None = None) -> Place:
        """このセルの場所。"""
        return Place(self._file, self._sheet.name, cell.ref, None, label, item)

    def value(
        self, cell: TemplateCell, expression: Expression, names: Mapping[str, Any], item: str | None
    ) -> tuple[Value, str | None]:
        """値と、リンク先のシート。求められなければ問題とし、空とする。"""
        try:
            value = expression.evaluate(names)
        except ExpressionError as error:
            self.problems.append(Problem("T115", self.place(cell, item), {"detail": error}))
            return None, None
        link = None
        if isinstance(value, Linked):
            value, link = value.value, value.sheet
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, int | float | str)
        ):
            kind = type(value).__name__
            self.problems.append(Problem("T116", self.place(cell, item), {"kind": kind}))
            return None, None
        if isinstance(value, str) and len(value) > MAX_TEXT // 2:
            length = len(value.encode("utf-16-le", "surrogatepass")) // 2
            if length > MAX_TEXT:
                facts = {"length": length, "limit": MAX_TEXT}
                self.problems.append(Problem("F011", self.place(cell, item), facts))
                return None, None
        return value, link


def bound_name(path: str) -> str:
    """記入欄の道 ``years[1].result.text`` を、Excel の名前 ``sg.years.1.result.text`` にする。"""
    return NAME_PREFIX + path.replace("[", ".").replace("]", "")


class FormFiller:
    """様式のシートに、一つずつ実施項目を入れる。"""

    def __init__(self, bound: BoundSheet, file: str, opened: frozenset[str]) -> None:
        self._bound = bound
        self._opened = opened
        self._evaluator = Evaluator(file, bound.sheet)
        self.problems = self._evaluator.problems
        sheet = bound.sheet
        self._visible = sheet.row_heights.keys()
        dynamic = {one.cell.ref for one in bound.cells}
        self._static = [
            _box(cell, cell.text, cell.wrap)
            for cell in sheet.cells
            if cell.ref not in dynamic and not cell.is_formula and cell.wrap
        ]
        self._names = {bound_name(one.input.path): one.cell.ref for one in bound.cells if one.input}
        self._page = Page(
            sheet.row_heights,
            sheet.printable_height - PAGE_SPARE,
            frozenset(
                row
                for one in bound.cells
                if self._is_open(one) and one.input and one.input.kind is FieldKind.TEXT
                for row in range(one.cell.first_row, one.cell.last_row + 1)
            ),
        )

    @property
    def tall_rows(self) -> frozenset[int]:
        """高さを計算する行。"""
        cells = [one.cell for one in self._bound.cells if one.cell.wrap]
        spans = [(cell.first_row, cell.last_row) for cell in cells]
        spans += [(box.first_row, box.last_row) for box in self._static]
        rows = {row for first, last in spans for row in range(first, last + 1)}
        return frozenset(rows & self._visible)

    def _is_open(self, one: BoundCell) -> bool:
        return one.input is not None and one.input.path in self._opened

    def fill(self, context: FormContext, name: str) -> FilledSheet:
        """一枚を作る。``name`` はシートの名。"""
        names = names_of(context)
        item = context.item
        fills: dict[CellKey, Fill] = {}
        boxes = list(self._static)
        for one in self._bound.cells:
            cell = one.cell
            value, link = self._evaluator.value(cell, one.expression, names, item.id)
            code = self._number_format(one, context, value)
            opened = self._is_open(one)
            state = InputState.KEEP
            if one.input is not None:
                state = InputState.OPEN if opened else InputState.CLOSED
            fills[cell.ref, 0] = Fill(value, code, None, state, link)
            text = shown(value, code or cell.number_format)
            room = ROOM[one.input.kind] if opened and one.input else 0
            wraps = cell.wrap and not isinstance(value, int | float)
            boxes.append(_box(cell, text, wraps, room))
        fitted = fit(boxes, self._page)
        self._report_overflow(fitted, item.id, fills)
        for ref, size in fitted.sizes.items():
            key = (ref, 0)
            if key in fills:
                old = fills[key]
                fills[key] = Fill(old.value, old.number_format, size, old.state, old.link)
        inputs = tuple(
            OpenInput(one.cell.ref, one.input, fitted.capacity.get(one.cell.ref, 0))
            for one in self._bound.cells
            if one.input is not None and self._is_open(one)
        )
        return FilledSheet(
            template_sheet=self._bound.sheet.name,
            name=name,
            fills=fills,
            row_heights={(row, 0): height for row, height in fitted.row_heights.items()},
            validations=validations(context.plan, item, inputs),
            names=self._names,
        )

    def _number_format(self, one: BoundCell, context: FormContext, value: Value) -> str | None:
        """指標の数は、テンプレートが形式を決めていなければ、指標の形式で見せる。"""
        if one.cell.number_format != "General" or isinstance(value, str):
            return None
        path = one.expression.path or ""
        figure = path in _INDICATOR_PATHS or path.endswith((".target", ".result.value"))
        return context.item.indicator.number_format if figure else None

    def _report_overflow(self, fitted: Fitted, item: str, fills: dict[CellKey, Fill]) -> None:
        cells = {cell.ref: cell for cell in self._bound.sheet.cells}
        for ref in fitted.overflow:
            fill = fills.get((ref, 0))
            length = len(str(fill.value)) if fill else len(cells[ref].text)
            place = self._evaluator.place(cells[ref], item)
            self.problems.append(Problem("F010", place, {"length": length}))


def _box(cell: TemplateCell, text: str, wrap: bool, room: int = 0) -> Box:
    return Box(cell.ref, cell.first_row, cell.last_row, cell.width, cell.size, text, wrap, room)


class ListFiller:
    """実施項目によらないシート（「はじめに」など）に値を入れる。"""

    def __init__(self, bound: BoundSheet, file: str) -> None:
        self._bound = bound
        self._evaluator = Evaluator(file, bound.sheet)
        self.problems = self._evaluator.problems

    @property
    def tall_rows(self) -> frozenset[int]:
        """高さを計算する行（折り返すセルのある行）。"""
        return frozenset(one.cell.first_row for one in self._bound.cells if one.cell.wrap)

    def fill(self, context: BookContext) -> FilledSheet:
        """一枚を作る。シートの名はテンプレートのまま。"""
        names = names_of(context)
        turns: dict[int | None, list[Mapping[str, Any]]] = {None: [names]}
        for block in self._bound.blocks:
            turns[block.first] = list(block.loop.contexts(names))
        fills: dict[CellKey, Fill] = {}
        heights: dict[RowKey, float] = {}
        for one in self._bound.cells:
            for turn, scope in enumerate(turns[one.block]):
                value, link = self._evaluator.value(one.cell, one.expression, scope, None)
                fills[one.cell.ref, turn] = Fill(value, link=link)
                self._grow(one.cell, shown(value, one.cell.number_format), turn, heights)
        return FilledSheet(
            template_sheet=self._bound.sheet.name,
            name=self._bound.sheet.name,
            fills=fills,
            row_heights=heights,
            repeats={block.first: len(turns[block.first]) for block in self._bound.blocks},
        )

    def _grow(self, cell: TemplateCell, text: str, turn: int, heights: dict[RowKey, float]) -> None:
        """折り返した文字が入るまで、行を高くする。"""
        if not cell.wrap or cell.first_row != cell.last_row:
            return
        sheet = self._bound.sheet
        key = (cell.first_row, turn)
        least = heights.get(key) or sheet.row_heights.get(cell.first_row, sheet.default_row_height)
        heights[key] = max(least, height_for(text, cell.width, cell.size))
