"""式の値を求め、紙に割り付けて、書き手に渡す形にする。"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sheetgen.expressions import ExpressionError, Linked
from sheetgen.forms.context import BookContext, FormContext, names_of
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
from sheetgen.model.numbers import GENERAL, is_number_format, printed
from sheetgen.model.template import TemplateCell, TemplateSheet
from sheetgen.model.text import LARGEST_NUMBER, LONGEST_TEXT
from sheetgen.pipeline.blueprint import Block, BoundCell, BoundSheet
from sheetgen.problems import Place, Problem
from sheetgen.typeset import fit, height_for

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

    def report(self, code: str, one: BoundCell, item: str | None, **facts: object) -> None:
        """このセルの問題を加える。"""
        place = Place(self._file, self._sheet.name, one.cell.ref, None, one.label, item)
        self._add(Problem(code, place, facts))

    def _add(self, problem: Problem) -> None:
        # 「はじめに」の同じ問題を、ブックの数だけ繰り返さない。
        if problem not in self.problems:
            self.problems.append(problem)

    def turns(self, block: Block, names: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """繰り返しの一回ごとの名前と値。求められなければ問題とし、繰り返さない。"""
        try:
            return block.loop.contexts(names)
        except ExpressionError:
            cell = block.opening
            place = Place(self._file, self._sheet.name, cell.ref)
            self._add(Problem("T115", place, {"text": cell.text}))
            return []

    def value(
        self, one: BoundCell, names: Mapping[str, Any], item: str | None
    ) -> tuple[Value, str | None]:
        """値と、リンク先のシート。求められなければ問題とし、空とする。"""
        try:
            value = one.expression.evaluate(names)
        except ExpressionError:
            self.report("T115", one, item, text=one.cell.text)
            return None, None
        link = None
        if isinstance(value, Linked):
            value, link = value.value, value.sheet
        if value is None:
            return None, link
        if isinstance(value, bool) or not (isinstance(value, str) or _is_number(value)):
            self.report("T116", one, item, kind=type(value).__name__)
            return None, None
        if isinstance(value, str) and len(value) > LONGEST_TEXT // 2:
            length = len(value.encode("utf-16-le", "surrogatepass")) // 2
            if length > LONGEST_TEXT:
                self.report("F011", one, item, length=length, limit=LONGEST_TEXT)
                return None, None
        return value, link


def _is_number(value: object) -> bool:
    """Excel に書ける数か。無限大などは書けない。"""
    return isinstance(value, int | float) and abs(value) < LARGEST_NUMBER


def bound_name(path: str) -> str:
    """記入欄の道 ``years[1].result.text`` を、Excel の名前 ``sg.years.1.result.text`` にする。"""
    return NAME_PREFIX + path.replace("[", ".").replace("]", "")


class FormFiller:
    """様式のシートに、一つずつ実施項目を入れる。"""

    def __init__(self, bound: BoundSheet, file: str, opened: frozenset[str]) -> None:
        self._bound = bound
        self._opened = opened
        self._file = file
        self._narrow: set[str] = set()
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
            value, link = self._evaluator.value(one, names, item.id)
            code = self._number_format(one, context, value)
            opened = self._is_open(one)
            state = InputState.KEEP
            if one.input is not None:
                state = InputState.OPEN if opened else InputState.CLOSED
            fills[cell.ref, 0] = Fill(value, code, None, state, link)
            text = _shown(value, code or cell.number_format)
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
        bound = {one.cell.ref: one for one in self._bound.cells}
        values = [bound[ref] for ref in fitted.overflow if ref in bound]
        for one in values:
            length = len(str(fills[one.cell.ref, 0].value))
            self._evaluator.report("F010", one, item, length=length)
        if fitted.overflow and not values:
            # 値がなくてもあふれるのは、見出しの欄がせまい、テンプレートの誤りである。
            sheet = self._bound.sheet.name
            for ref in set(fitted.overflow) - self._narrow:
                self._narrow.add(ref)
                self.problems.append(Problem("T119", Place(self._file, sheet, ref)))


def _shown(value: Value, number_format: str) -> str:
    """セルに見える文字。マスターにない凝った表示形式は、数のまま量る。"""
    return printed(value, number_format if is_number_format(number_format) else GENERAL)


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
            turns[block.first] = self._evaluator.turns(block, names)
        fills: dict[CellKey, Fill] = {}
        heights: dict[RowKey, float] = {}
        for one in self._bound.cells:
            for turn, scope in enumerate(turns[one.block]):
                value, link = self._evaluator.value(one, scope, None)
                fills[one.cell.ref, turn] = Fill(value, link=link)
                self._grow(one.cell, _shown(value, one.cell.number_format), turn, heights)
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
