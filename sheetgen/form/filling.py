"""様式と、実施項目によらないシートに値を入れる。"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from sheetgen.form.blueprint import FORM_ID_PATH, Block, BoundCell, BoundSheet
from sheetgen.form.context import FormContext, names_of
from sheetgen.form.expressions import ExpressionError, Linked, Loop
from sheetgen.form.fit import (
    FIGURE_KEPT_ON_ONE_LINE,
    SMALLEST_SIZE,
    Box,
    Fitted,
    Page,
    fit,
    height_for,
)
from sheetgen.form.guidance import OpenInput, validations
from sheetgen.form.wrap import line_capacity, text_width
from sheetgen.messages.guidance import previous_note, provisional_note
from sheetgen.plan.item import Item
from sheetgen.plan.paths import INITIATIVE, PROVISIONAL_NOTE, is_provisional
from sheetgen.plan.round import FieldKind
from sheetgen.plan.text import LARGEST_NUMBER, LONGEST_TEXT
from sheetgen.plan.value import GENERAL, Value, hides_digits, is_number_format, printed, showing_all
from sheetgen.problems import Place, Problem
from sheetgen.xlsx.filled import (
    CellKey,
    Fill,
    FilledSheet,
    InputState,
    RowKey,
    SheetLink,
    input_name,
)
from sheetgen.xlsx.formulas import CompiledFormula, compile_formula
from sheetgen.xlsx.references import Shift
from sheetgen.xlsx.refs import ref_of
from sheetgen.xlsx.template import TemplateCell, TemplateSheet

_FAULTS_OF_TEMPLATE = {"T115", "T116", "T127", "T131", "T151"}


class Evaluator:
    """式の値を求める間、問題を集める。

    ``known`` は、リンクの行き先になりうるシート。``None`` なら、行き先を問わない。
    """

    def __init__(
        self, file: str, sheet: TemplateSheet, known: frozenset[str] | None = None
    ) -> None:
        self._file = file
        self._sheet = sheet
        self._known = known
        self.problems: list[Problem] = []
        self._reported: set[tuple[str, str | None]] = set()

    def report(self, code: str, one: BoundCell, item: str | None, **facts: object) -> None:
        """このセルの問題を加える。"""
        place = Place(self._file, self._sheet.name, one.cell.ref, None, one.label, item)
        self._add(Problem(code, place, facts))

    def _add(self, problem: Problem) -> None:
        # 式の誤りは、どの実施項目でも、どのブックでも同じに現れる。初めの一つだけを挙げる。
        key = (problem.code, problem.place.cell)
        if problem.code in _FAULTS_OF_TEMPLATE and key in self._reported:
            return
        self._reported.add(key)
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
    ) -> tuple[Value, SheetLink | None]:
        """値と、リンク先。求められなければ問題とし、空とする。"""
        try:
            value = one.expression.evaluate(names)
        except ExpressionError:
            self.report("T115", one, item, text=one.cell.text)
            return None, None
        link: SheetLink | None = None
        if isinstance(value, Linked):
            value, target = value.value, (value.sheet, value.cell)
            wrong = [part for part in target if not isinstance(part, str | None)]
            if wrong:
                self.report("T116", one, item, kind=type(wrong[0]).__name__)
                return None, None
            if self._known is not None and target[0] not in {None, *self._known}:
                self.report("T131", one, None, sheet=target[0])
                return None, None
            if target[0] is not None:
                link = SheetLink(target[0], target[1] or "A1")
        if value is None:
            return None, None
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


_EARLY = f'"{PROVISIONAL_NOTE}"'
"""表示形式の中の、暫定の印。"""
_SECTION = re.compile(r'(?:"[^"]*"|\\.|[^;"\\])+')
"""表示形式の、正・負・零・文字の一つ。"""


def shown(value: Value, number_format: str) -> str:
    """セルに見える文字。計画のデータにない凝った表示形式は、数のまま量る。"""
    plain = number_format.replace(_EARLY, "")
    text = printed(value, plain if is_number_format(plain) else GENERAL)
    return text + PROVISIONAL_NOTE if plain != number_format and text else text


def _early_format(number_format: str) -> str:
    """数のまま、見えるときに暫定の印の付く表示形式。"""
    return _SECTION.sub(lambda section: section[0] + _EARLY, number_format)


class ProvisionalCells:
    """暫定の値や、それを含む計の見える、様式のセル。"""

    def __init__(self, bound: BoundSheet) -> None:
        self._paths = {one.cell.ref: one.expression.paths() for one in bound.cells}
        self._sums = {cell.ref: cell for cell in bound.sheet.cells if cell.is_formula}
        self._formulas: dict[str, CompiledFormula | None] = {}

    def of(self, item: Item) -> frozenset[str]:
        """この実施項目での番地。"""
        if not any(year.provisional for year in item.years):
            return frozenset()
        paths = {path for found in self._paths.values() for path in found}
        early = {path for path in paths if is_provisional(item, path)}
        found = {ref for ref, shown_here in self._paths.items() if early.intersection(shown_here)}
        return frozenset(found | {ref for ref in self._sums if self._reads(ref) & found})

    def sums(self, fills: Mapping[CellKey, Fill], early: frozenset[str]) -> dict[str, Fill]:
        """暫定の値を含む計の、値と書式。印が加わっても、数が欄に収まる大きさにする。"""
        found: dict[str, Fill] = {}
        for ref in early & self._sums.keys():
            cell = self._sums[ref]
            code, size = _early_format(cell.number_format), cell.size
            width = text_width(shown(self._value(ref, fills, ()), code))
            while width > line_capacity(cell.width, size) and size > SMALLEST_SIZE:
                size -= 0.5
            found[ref] = Fill(None, code, size if size < cell.size else None)
        return found

    def _formula(self, ref: str) -> CompiledFormula | None:
        if ref not in self._formulas:
            cell = self._sums.get(ref)
            self._formulas[ref] = compile_formula(cell.text) if cell else None
        return self._formulas[ref]

    def _reads(self, ref: str) -> set[str]:
        """数式が、ほかの数式を通しても読むセル。"""
        seen: set[str] = set()

        def look_up(other: str) -> None:
            if other not in seen:
                seen.add(other)
                formula = self._formula(other)
                if formula is not None:
                    formula.evaluate(look_up)

        look_up(ref)
        return seen

    def _value(
        self, ref: str, fills: Mapping[CellKey, Fill], above: tuple[str, ...]
    ) -> int | float | None:
        fill, formula = fills.get((ref, 0)), self._formula(ref)
        value: object = fill.value if fill else None
        if formula is not None and ref not in above:
            value = formula.evaluate(lambda other: self._value(other, fills, (*above, ref)))
        return value if isinstance(value, int | float) else None


PAGE_SPARE = 4.0  # pt。印刷の丸めで次のページにあふれないための余り


class ListFiller:
    """実施項目によらないシート（「はじめに」や、編集ブックの表など）に値を入れる。"""

    def __init__(self, bound: BoundSheet, file: str, known: frozenset[str] | None = None) -> None:
        self._bound = bound
        self._evaluator = Evaluator(file, bound.sheet, known)
        self.problems = self._evaluator.problems

    @property
    def tall_rows(self) -> frozenset[int]:
        """高さを計算する行（折り返すセルのある行）。"""
        return frozenset(one.cell.first_row for one in self._bound.cells if one.cell.wrap)

    def fill(self, names: Mapping[str, Any]) -> FilledSheet:
        """一枚を作る。シートの名はテンプレートのまま。"""
        turns: dict[int | None, list[Mapping[str, Any]]] = {None: [names]}
        for block in self._bound.blocks:
            turns[block.first] = self._evaluator.turns(block, names)
        fills: dict[CellKey, Fill] = {}
        heights: dict[RowKey, float] = {}
        for one in self._bound.cells:
            for turn, scope in enumerate(turns[one.block]):
                value, link = self._evaluator.value(one, scope, None)
                if not one.expression.text:
                    value = None  # 繰り返しの印だけのセル
                code = self._number_format(one, scope, value)
                fills[one.cell.ref, turn] = Fill(value, code, link=link)
                self._grow(one.cell, shown(value, code or one.cell.number_format), turn, heights)
        repeats = {block.first: len(turns[block.first]) for block in self._bound.blocks}
        return FilledSheet(
            template_sheet=self._bound.sheet.name,
            name=self._bound.sheet.name,
            fills=fills,
            row_heights=heights,
            repeats=repeats,
            names={input_name(path): ref for path, ref in self.written_cells(repeats).items()},
            on_one_page=self._is_on_one_page(heights, turns),
            rows_grow=any(one.input for one in self._bound.cells),
        )

    def written_cells(self, repeats: Mapping[int, int]) -> dict[str, str]:
        """表の外の記入欄の道から、書いたブックでの番地へ。書かなかった行の欄は入らない。"""
        loops = {one.first for one in self._bound.blocks if isinstance(one.loop, Loop)}
        shift = Shift(self._bound.binding.blocks, repeats)
        found: dict[str, str] = {}
        for one in self._bound.cells:
            if one.input is not None and one.block not in loops:
                for row in shift.rows(one.cell.first_row):
                    found[one.input.path] = ref_of(row, one.cell.first_column)
        return found

    def _number_format(self, one: BoundCell, names: Mapping[str, Any], value: Value) -> str | None:
        """表示形式を持つ行の数は、テンプレートが決めていなければ、その形式で見せる。"""
        if one.cell.number_format != GENERAL or not isinstance(value, int | float):
            return None
        block = next((b for b in self._bound.blocks if b.first == one.block), None)
        if block is None or not isinstance(block.loop, Loop):
            return None
        return getattr(names[block.loop.target], "number_format", None)

    def _is_on_one_page(
        self, heights: Mapping[RowKey, float], turns: Mapping[int | None, list[Mapping[str, Any]]]
    ) -> bool:
        """すべての行が、1ページに入るか。"""
        sheet = self._bound.sheet
        total = 0.0
        for row, plain in sheet.row_heights.items():
            block = next((b.first for b in self._bound.blocks if b.first <= row <= b.last), None)
            total += sum(heights.get((row, turn), plain) for turn in range(len(turns[block])))
        return total <= sheet.printable_height - PAGE_SPARE

    def _grow(self, cell: TemplateCell, text: str, turn: int, heights: dict[RowKey, float]) -> None:
        """折り返した文字が入るまで、行を高くする。隠した列の文字は、見えないので数えない。"""
        if not cell.wrap or cell.first_row != cell.last_row or not cell.width:
            return
        sheet = self._bound.sheet
        key = (cell.first_row, turn)
        least = heights.get(key) or sheet.row_heights.get(cell.first_row, sheet.default_row_height)
        heights[key] = max(least, height_for(text, cell.width, cell.size))


# 記入欄に空けておく行数。手書きでなく打ち込む欄なので、文章だけ広くとる。
ROOM = {kind: 4 if kind is FieldKind.TEXT else 1 for kind in FieldKind}


# 指標の表示形式で見せる値。
_INDICATOR_PATHS = {"item.indicator.current", "item.indicator.target"}
_NO_MARKS: Mapping[str, str] = MappingProxyType({})


# 様式を回収するための目印。公表するものには要らない。
_RETURN_MARKS = ("form.id", "form.carrier")


def is_return_mark(one: BoundCell) -> bool:
    """様式を回収するための目印のセルか。"""
    return any(path.startswith(_RETURN_MARKS) for path in one.expression.paths())


_Valued = tuple[BoundCell, Value, str | None, SheetLink | None]


class FormFiller:
    """様式のシートに、一つずつ実施項目を入れる。

    ``left_out`` は、テンプレートにあってこのブックにないシート。そこへ飛ぶセルは空欄にする。
    ``known`` は、リンクの行き先になりうるシート。そのほかへ飛ぶセルは、空欄にして知らせる。
    ``published`` の様式には、戻ったときの目印を付けず、暫定の値に印を付ける。
    """

    def __init__(
        self,
        bound: BoundSheet,
        file: str,
        opened: frozenset[str],
        left_out: frozenset[str] = frozenset(),
        published: bool = False,
        known: frozenset[str] | None = None,
    ) -> None:
        self._bound = bound
        self._opened = opened
        self._left_out = left_out
        self._early = ProvisionalCells(bound) if published else None
        self._blank = {one.cell.ref for one in bound.cells if published and is_return_mark(one)}
        self._file = file
        self._narrow: set[str] = set()
        self._evaluator = Evaluator(file, bound.sheet, known)
        self.problems = self._evaluator.problems
        sheet = bound.sheet
        self._spare = _spare_rows(bound)
        self._visible = sheet.row_heights.keys() | self._spare.keys()
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
        values: list[_Valued] = []
        boxes = list(self._static)
        early = self._early.of(item) if self._early else frozenset()
        for one in self._bound.cells:
            value, link = self._evaluator.value(one, names, item.id)
            if (
                one.omitted
                or one.cell.ref in self._blank
                or (link and link.sheet in self._left_out)
            ):
                value, link = None, None
            code = self._number_format(one, context, value)
            if one.input and one.input.path in marks and isinstance(value, int | float):
                code = _legible(one.cell, value, code)
            self._check_digits(one, context, value, code)
            if one.cell.ref in early and value is not None:
                if isinstance(value, str):
                    value += PROVISIONAL_NOTE
                else:
                    code = _early_format(code or one.cell.number_format)
            values.append((one, value, code, link))
            boxes.append(self._value_box(one, self._expected(one, context, value), code))
        page = self._page_with(values)
        fitted = fit(boxes, page)
        lacking = fitted.lacking
        overflow = fitted.overflow or _squeezing(values, fitted, marks)
        if overflow:
            fitted = _fit_the_rest(boxes, overflow, page)
        fills = {
            (one.cell.ref, 0): Fill(
                value, code, fitted.sizes.get(one.cell.ref), self._state(one, marks), link
            )
            for one, value, code, link in values
        }
        self._report_overflow(overflow, item.id, fills, lacking)
        inputs = tuple(
            OpenInput(
                one.cell.ref,
                one.input,
                fitted.capacity.get(one.cell.ref, 0),
                _beside(
                    context,
                    one.input.path,
                    "" if marks else shown(value, code or one.cell.number_format),
                ),
            )
            for one, value, code, _ in values
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
            lacking={ref: lacking.get(ref, 0) for ref in overflow},
            sums=self._early.sums(fills, early) if self._early else {},
        )

    def _page_with(self, values: list[_Valued]) -> Page:
        """値の入った、隠してある行を加えたページ。"""
        shown = {one.cell.first_row for one, value, _, _ in values if value not in (None, "")}
        rows = {row: height for row, height in self._spare.items() if row in shown}
        if not rows:
            return self._page
        return replace(self._page, row_heights={**self._page.row_heights, **rows})

    def _expected(self, one: BoundCell, context: FormContext, value: Value) -> Value:
        """量るときの値。取組方針の空の欄には、今の年度の文と同じだけの余地をとる。"""
        if value is None and self._is_open(one) and one.input and one.input.path == INITIATIVE:
            return context.initiative.previous
        return value

    def _value_box(self, one: BoundCell, value: Value, code: str | None) -> Box:
        """値の箱。数は Excel が折り返さないので、一行で入らなければならない。"""
        text = shown(value, code or one.cell.number_format)
        room = ROOM[one.input.kind] if one.input and self._is_open(one) else 0
        wraps = one.cell.wrap and not isinstance(value, int | float)
        return _box(one.cell, text, wraps, room)

    def _state(self, one: BoundCell, marks: Mapping[str, str]) -> InputState:
        if one.input is None:
            return InputState.CLOSED if one.omitted else InputState.KEEP
        if not self._is_open(one):
            return InputState.CLOSED
        return InputState.DOUBT if one.input.path in marks else InputState.OPEN

    def _number_format(self, one: BoundCell, context: FormContext, value: Value) -> str | None:
        """テンプレートが形式を決めていない数は、指標の形式か、増やした欄の形式で見せる。"""
        if one.cell.number_format != GENERAL or isinstance(value, str):
            return None
        path = one.expression.path or ""
        field = context.plan.field(path)
        if field is not None and field.is_declared:
            return field.number_format if field.number_format != GENERAL else None
        figure = path in _INDICATOR_PATHS or path.endswith((".target", ".result.value"))
        return context.item.indicator.number_format if figure else None

    def _check_digits(
        self, one: BoundCell, context: FormContext, value: Value, code: str | None
    ) -> None:
        """表示形式のせいで丸められて見える数（F013、増やした欄では F017）を知らせる。"""
        if not code or not isinstance(value, int | float) or not hides_digits(value, code):
            return
        field = context.plan.field(one.expression.path or "")
        own = field if field is not None and field.is_declared else None
        if own and own.kind is FieldKind.MONEY:
            return  # 効果額と同じに、千円で印刷する
        figures = (value,) if own else context.item.figures
        needed = f'"{showing_all(figures, code)}"'
        facts = {"value": value, "shown": shown(value, code), "format": needed}
        self._evaluator.report("F017" if own else "F013", one, context.item.id, **facts)

    def _report_overflow(
        self,
        overflow: tuple[str, ...],
        item: str,
        fills: dict[CellKey, Fill],
        lacking: Mapping[str, int],
    ) -> None:
        bound = {one.cell.ref: one for one in self._bound.cells}
        values = [
            bound[ref] for ref in overflow if ref in bound and fills[ref, 0].value is not None
        ]
        for one in values:
            fill = fills[one.cell.ref, 0]
            if isinstance(fill.value, int | float):
                text = shown(fill.value, fill.number_format or one.cell.number_format)
                self._evaluator.report("F015", one, item, shown=text)
            elif any(path == FORM_ID_PATH for path in one.expression.paths()):
                # 増やした照会の名が長い。どの項目でも同じ一つの誤りである。
                self._evaluator.report("T151", one, None, text=fill.value)
            elif not one.cell.wrap and fill.state is not InputState.DOUBT:
                # 文が長いのではなく、セルが折り返さない。どの項目でも同じ一つの誤りである。
                # 差戻しに見せる答えは別で、数の欄に打たれた長い文字もある。
                self._evaluator.report("T127", one, None)
            else:
                lines = lacking.get(one.cell.ref, 0)
                over = f"、あふれるのは{lines}行" if lines else ""
                length = len(fill.value or "")
                self._evaluator.report("F010", one, item, length=length, over=over)
        if not values and not bound.keys() & set(overflow):
            # 値がなくてもあふれるのは、見出しの欄がせまい、テンプレートの誤りである。
            sheet = self._bound.sheet.name
            for ref in set(overflow) - self._narrow:
                self._narrow.add(ref)
                self.problems.append(Problem("T119", Place(self._file, sheet, ref)))


def _beside(context: FormContext, path: str, recorded: str) -> str:
    """欄の案内に添える文。取組方針の欄には今の年度の文、暫定の答えの欄にはその値。"""
    known = context.initiative
    if path == INITIATIVE:
        return previous_note(known.previous_year, known.previous) if known.previous else ""
    if not recorded or not is_provisional(context.item, path):
        return ""
    return provisional_note(recorded)


def _squeezing(values: list[_Valued], fitted: Fitted, marks: Mapping[str, str]) -> tuple[str, ...]:
    """直してもらう長い文のうち、ページの字を、数の読める大きさより小さくするもの。"""
    return tuple(
        one.cell.ref
        for one, value, _, _ in values
        if one.input
        and one.input.kind is FieldKind.TEXT
        and one.input.path in marks
        and value is not None
        and fitted.sizes.get(one.cell.ref, one.cell.size) < FIGURE_KEPT_ON_ONE_LINE
    )


def _legible(cell: TemplateCell, value: Value, code: str | None) -> str | None:
    """直してもらう数の表示形式。桁の多い誤りの数は、桁区切りを除いて、字が小さくなるのを防ぐ。"""
    own = code or cell.number_format
    room = line_capacity(cell.width, FIGURE_KEPT_ON_ONE_LINE)
    if "#,##0" in own and text_width(shown(value, own)) > room:
        return own.replace("#,##0", "0")
    return code


def _spare_rows(bound: BoundSheet) -> Mapping[int, float]:
    """テンプレートで隠してあり、値が入ったときだけ見せる行の高さ。目印の行は、いつも隠す。"""
    marks = {one.cell.first_row for one in bound.cells if is_return_mark(one)}
    filled = {one.cell.first_row for one in bound.cells} - marks
    return {row: height for row, height in bound.sheet.hidden_rows.items() if row in filled}


def _fit_the_rest(boxes: list[Box], overflow: tuple[str, ...], page: Page) -> Fitted:
    """あふれる文を除いて割り付ける。一つの長すぎる答えのために、ほかの字まで小さくしない。"""
    return fit([b._replace(text="") if b.key in overflow else b for b in boxes], page)


def _box(cell: TemplateCell, text: str, wrap: bool, room: int = 0) -> Box:
    return Box(cell.ref, cell.first_row, cell.last_row, cell.width, cell.size, text, wrap, room)
