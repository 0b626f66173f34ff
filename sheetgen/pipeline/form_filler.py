"""様式のシートに実施項目の値を入れ、1ページに割り付ける。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from sheetgen.forms.context import FormContext, names_of
from sheetgen.forms.guidance import OpenInput, validations
from sheetgen.model.filled import (
    CellKey,
    Fill,
    FilledSheet,
    InputState,
    SheetLink,
    Value,
    input_name,
)
from sheetgen.model.layout import Box, Fitted, Page
from sheetgen.model.numbers import hides_digits
from sheetgen.model.round import FieldKind
from sheetgen.model.template import TemplateCell
from sheetgen.pipeline.blueprint import BoundCell, BoundSheet
from sheetgen.pipeline.evaluate import Evaluator, shown
from sheetgen.problems import Place, Problem
from sheetgen.typeset import fit

PAGE_SPARE = 4.0  # pt。印刷の丸めで次のページにあふれないための余り

# 記入欄に空けておく行数。手書きでなく打ち込む欄なので、文章だけ広くとる。
ROOM = {FieldKind.TEXT: 4, FieldKind.FIGURE: 1, FieldKind.MONEY: 1, FieldKind.GRADE: 1}

# 指標の表示形式で見せる値。
_INDICATOR_PATHS = {"item.indicator.current", "item.indicator.target"}

_NO_MARKS: Mapping[str, str] = MappingProxyType({})


# 様式を回収するための目印。公表するものには要らない。
_RETURN_MARKS = ("form.id", "form.carrier")


def is_return_mark(one: BoundCell) -> bool:
    """様式を回収するための目印のセルか。"""
    return any(path.startswith(_RETURN_MARKS) for path in one.expression.paths())


class FormFiller:
    """様式のシートに、一つずつ実施項目を入れる。

    ``left_out`` は、テンプレートにあってこのブックにないシート。そこへ飛ぶセルは空欄にする。
    ``published`` の様式には、戻ったときの目印を付けない。
    """

    def __init__(
        self,
        bound: BoundSheet,
        file: str,
        opened: frozenset[str],
        left_out: frozenset[str] = frozenset(),
        published: bool = False,
    ) -> None:
        self._bound = bound
        self._opened = opened
        self._left_out = left_out
        self._blank = {one.cell.ref for one in bound.cells if published and is_return_mark(one)}
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
        named = () if published else bound.cells
        self._names = {input_name(one.input.path): one.cell.ref for one in named if one.input}
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

    def fill(
        self, context: FormContext, name: str, marks: Mapping[str, str] = _NO_MARKS
    ) -> FilledSheet:
        """一枚を作る。``name`` はシートの名、``marks`` は直してもらう欄の道と、そのわけ。"""
        names = names_of(context)
        item = context.item
        values: list[tuple[BoundCell, Value, str | None, SheetLink | None]] = []
        boxes = list(self._static)
        for one in self._bound.cells:
            value, link = self._evaluator.value(one, names, item.id)
            if one.cell.ref in self._blank or (link and link.sheet in self._left_out):
                value, link = None, None
            code = self._number_format(one, context, value)
            if code and isinstance(value, int | float) and hides_digits(value, code):
                self._evaluator.report("F013", one, item.id, value=value, shown=shown(value, code))
            values.append((one, value, code, link))
            boxes.append(self._value_box(one, value, code))
        fitted = fit(boxes, self._page)
        overflow = fitted.overflow
        if overflow:
            fitted = self._fit_the_rest(boxes, overflow)
        fills = {
            (one.cell.ref, 0): Fill(
                value, code, fitted.sizes.get(one.cell.ref), self._state(one, marks), link
            )
            for one, value, code, link in values
        }
        self._report_overflow(overflow, item.id, fills)
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
            validations=validations(context.plan, item, inputs, marks),
            names=self._names,
            capacity={
                one.field.path: one.capacity for one in inputs if one.field.kind is FieldKind.TEXT
            },
        )

    def _fit_the_rest(self, boxes: list[Box], overflow: tuple[str, ...]) -> Fitted:
        """あふれる文を除いて割り付ける。一つの長すぎる答えのために、ほかの字まで小さくしない。"""
        return fit([replace(b, text="") if b.key in overflow else b for b in boxes], self._page)

    def _value_box(self, one: BoundCell, value: Value, code: str | None) -> Box:
        """値の箱。数は Excel が折り返さないので、一行で入らなければならない。"""
        text = shown(value, code or one.cell.number_format)
        room = ROOM[one.input.kind] if one.input and self._is_open(one) else 0
        wraps = one.cell.wrap and not isinstance(value, int | float)
        return _box(one.cell, text, wraps, room)

    def _state(self, one: BoundCell, marks: Mapping[str, str]) -> InputState:
        if one.input is None:
            return InputState.KEEP
        if not self._is_open(one):
            return InputState.CLOSED
        return InputState.DOUBT if one.input.path in marks else InputState.OPEN

    def _number_format(self, one: BoundCell, context: FormContext, value: Value) -> str | None:
        """指標の数は、テンプレートが形式を決めていなければ、指標の形式で見せる。"""
        if one.cell.number_format != "General" or isinstance(value, str):
            return None
        path = one.expression.path or ""
        figure = path in _INDICATOR_PATHS or path.endswith((".target", ".result.value"))
        return context.item.indicator.number_format if figure else None

    def _report_overflow(
        self, overflow: tuple[str, ...], item: str, fills: dict[CellKey, Fill]
    ) -> None:
        bound = {one.cell.ref: one for one in self._bound.cells}
        values = [bound[ref] for ref in overflow if ref in bound]
        for one in values:
            fill = fills[one.cell.ref, 0]
            if isinstance(fill.value, int | float):
                text = shown(fill.value, fill.number_format or one.cell.number_format)
                self._evaluator.report("F015", one, item, shown=text)
            else:
                self._evaluator.report("F010", one, item, length=len(fill.value or ""))
        if overflow and not values:
            # 値がなくてもあふれるのは、見出しの欄がせまい、テンプレートの誤りである。
            sheet = self._bound.sheet.name
            for ref in set(overflow) - self._narrow:
                self._narrow.add(ref)
                self.problems.append(Problem("T119", Place(self._file, sheet, ref)))


def _box(cell: TemplateCell, text: str, wrap: bool, room: int = 0) -> Box:
    return Box(cell.ref, cell.first_row, cell.last_row, cell.width, cell.size, text, wrap, room)
