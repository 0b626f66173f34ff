"""テンプレートの各シートの、どのセルに何が入るかを決め、おかしな所を挙げる。

様式のテンプレートでは、記入欄は様式のシートの一つずつのセル。表のテンプレート（編集ブック）では、
記入欄は繰り返す行の中にもある。
"""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sheetgen.form.context import FORM_NAMES, RETURN_NAME, BookContext, FormContext
from sheetgen.form.expressions import (
    Condition,
    Expression,
    ExpressionError,
    Loop,
    UnknownFilterError,
    UnknownName,
    compile_cell,
    compile_condition,
    compile_loop,
    strip_end,
)
from sheetgen.form.held_fields import (
    HeldCell,
    field_problems,
    omitted_key,
    unknown_keys,
    years_beyond,
)
from sheetgen.form.inspection import font_problems, page_problems, text_problems
from sheetgen.form.rounds import input_fields
from sheetgen.messages.quoting import in_short
from sheetgen.plan.plan import Plan, item_label
from sheetgen.plan.round import InputField
from sheetgen.problems import Place, Problem
from sheetgen.xlsx.filled import SheetBinding
from sheetgen.xlsx.template import TemplateBook, TemplateCell, TemplateSheet

FORM_ID_PATH = "form.id"
CARRIER = ".carrier"
_SHOWN = 5
"""問題に番地を挙げる数。"""
ROW = "row"
"""表の記入欄の道で、繰り返しの変数を書く名。"""


class BoundCell(NamedTuple):
    """値の入るセル。``input`` は、記入欄になりうるときだけ。``label`` は欄の見出し。

    ``omitted`` が真なら、計画にない欄のセルで、いつも空にして閉じる。
    """

    cell: TemplateCell
    expression: Expression
    label: str | None = None
    input: InputField | None = None
    block: int | None = None
    omitted: bool = False


class Block(NamedTuple):
    """繰り返す行か、あるときだけ入る行（最初と最後）。``opening`` は始めの印のあるセル。"""

    first: int
    last: int
    loop: Loop | Condition
    opening: TemplateCell


class BoundSheet(NamedTuple):
    """式を読み終えた一枚。``is_return`` は、差戻しのブックだけに入るシートか。"""

    sheet: TemplateSheet
    is_form: bool
    cells: tuple[BoundCell, ...]
    blocks: tuple[Block, ...] = ()
    is_return: bool = False

    @property
    def binding(self) -> SheetBinding:
        """書き手に渡す形。"""
        return SheetBinding(
            self.sheet.name,
            self.is_form,
            frozenset(bound.cell.ref for bound in self.cells),
            frozenset(bound.cell.ref for bound in self.cells if bound.input or bound.omitted),
            tuple((block.first, block.last) for block in self.blocks),
        )


class Vocabulary(NamedTuple):
    """表のテンプレートに使えることば。

    ``scope`` は使える名とその型。``cells`` は表の外の、``lists`` は並べたものごとの、記入欄に
    なりうる欄（道から。繰り返しの変数は ``row`` と書く）。``key`` は、行の目印の道。
    """

    scope: Mapping[str, object]
    cells: Mapping[str, InputField]
    lists: Mapping[str, Mapping[str, InputField]]
    key: str


class Blueprint(NamedTuple):
    """読み終えたテンプレート。問題にエラーがあれば、使ってはならない。"""

    book: TemplateBook
    sheets: tuple[BoundSheet, ...]
    problems: tuple[Problem, ...]

    @property
    def form(self) -> BoundSheet:
        """様式のシート。"""
        return next(sheet for sheet in self.sheets if sheet.is_form)


def draw_blueprint(book: TemplateBook, plan: Plan) -> Blueprint:
    """テンプレートの式を読み、計画の記入欄と突き合わせる。"""
    reader = _FormReader(book, plan)
    sheets = tuple(reader.sheet(sheet) for sheet in book.sheets)
    forms = [sheet.sheet.name for sheet in sheets if sheet.is_form]
    problems = reader.problems
    if not forms:
        problems.append(Problem("T103", Place(file=book.file)))
    elif len(forms) > 1:
        problems.append(Problem("T104", Place(file=book.file), {"names": "、".join(forms)}))
    else:
        form = next(sheet for sheet in sheets if sheet.is_form)
        problems += _form_problems(book, plan, form)
        problems += _name_clashes(book, plan, form)
        if not any(_keeps_marks(sheet) for sheet in sheets):
            problems.append(Problem("T132", Place(file=book.file)))
    return Blueprint(book, sheets, tuple(problems))


def draw_tables(book: TemplateBook, vocabulary: Vocabulary) -> Blueprint:
    """様式のシートのない、表のテンプレートの式を読む。"""
    reader = _TableReader(book, vocabulary)
    sheets = tuple(reader.sheet(sheet) for sheet in book.sheets)
    return Blueprint(book, sheets, tuple(reader.problems))


def row_path(bound: BoundCell, blocks: tuple[Block, ...]) -> str | None:
    """このセルの道。繰り返しの変数は ``row`` と書く。一つの道だけのセルでなければ ``None``。"""
    path = bound.expression.path
    block = next((one for one in blocks if one.first == bound.block), None)
    if path is None or block is None or not isinstance(block.loop, Loop):
        return path
    name, dot, rest = path.partition(".")
    return f"{ROW}{dot}{rest}" if name == block.loop.target else path


class _Reader:
    """一つのテンプレートを読む間、問題を集める。"""

    def __init__(self, book: TemplateBook) -> None:
        self._book = book
        self.problems: list[Problem] = []

    def _report(self, code: str, sheet: TemplateSheet, cell: TemplateCell, **facts: object) -> None:
        place = Place(file=self._book.file, sheet=sheet.name, cell=cell.ref)
        problem = Problem(code, place, facts)
        if problem not in self.problems:
            self.problems.append(problem)

    def _refuse(self, sheet: TemplateSheet, cell: TemplateCell, error: ExpressionError) -> None:
        """読めない式を、読めないわけとともに挙げる。"""
        if isinstance(error, UnknownFilterError):
            near = f"「{error.near}」ではありませんか。" if error.near else ""
            self._report("T120", sheet, cell, name=error.name, near=near)
        else:
            self._report("T101", sheet, cell, text=cell.text)

    def _read(
        self, sheet: TemplateSheet, scope: Mapping[str, object]
    ) -> tuple[list[BoundCell], tuple[Block, ...]]:
        """式の入ったセルと、繰り返す行。``scope`` は、欄の見出しを探す名と型。"""
        blocks, texts = self._blocks(sheet)
        found: list[BoundCell] = []
        for cell in sheet.cells:
            if not cell.is_dynamic:
                if cell.is_formula and "{{" in cell.text:
                    self._report("T118", sheet, cell, text=cell.text)
                continue
            try:
                expression = compile_cell(texts.get(cell.ref, cell.text))
            except ExpressionError as error:
                self._refuse(sheet, cell, error)
                continue
            block = next((b.first for b in blocks if b.first <= cell.first_row <= b.last), None)
            found.append(BoundCell(cell, expression, expression.title(scope), None, block))
        self.problems += text_problems(self._book.file, sheet)
        return found, blocks

    def _blocks(self, sheet: TemplateSheet) -> tuple[tuple[Block, ...], dict[str, str]]:
        """繰り返しと、印を除いたセルの文字。"""
        blocks: list[Block] = []
        texts: dict[str, str] = {}
        opened: tuple[TemplateCell, Loop | Condition] | None = None
        for cell in sheet.cells:
            if not cell.is_dynamic:
                continue
            try:
                loop = compile_loop(cell.text) or compile_condition(cell.text)
            except ExpressionError as error:
                self._refuse(sheet, cell, error)
                continue
            if loop is not None:
                if opened is not None:
                    self._report("T109", sheet, cell)
                opened = (cell, loop)
                texts[cell.ref] = loop.rest
                continue
            ended = strip_end(cell.text)
            if ended is None:
                continue
            texts[cell.ref], word = ended
            if opened is None or isinstance(opened[1], Condition) != (word == "if"):
                self._report("T109", sheet, cell)
                continue
            blocks.append(Block(opened[0].first_row, cell.last_row, opened[1], opened[0]))
            opened = None
        if opened is not None:
            self._report("T109", sheet, opened[0])
        return tuple(blocks), texts

    def _check_names(
        self,
        sheet: TemplateSheet,
        scope: Mapping[str, object],
        found: list[BoundCell],
        blocks: tuple[Block, ...],
    ) -> None:
        scopes: dict[int | None, Mapping[str, object]] = {None: scope}
        for block in blocks:
            scopes[block.first] = block.loop.scope(scope)
            for name in block.loop.unknown_names(scope):
                self._unknown(sheet, block.opening, name)
        for bound in found:
            for name in bound.expression.unknown_names(scopes[bound.block]):
                self._unknown(sheet, bound.cell, name)

    def _unknown(self, sheet: TemplateSheet, cell: TemplateCell, name: UnknownName) -> None:
        near = f"「{name.near}」ではありませんか。" if name.near else ""
        self._report("T102", sheet, cell, path=name.path, near=near)


_FORM_SCOPE: dict[str, object] = dict(typing.get_type_hints(FormContext))
_BOOK_SCOPE: dict[str, object] = dict(typing.get_type_hints(BookContext))


class _FormReader(_Reader):
    """様式のテンプレートを読む。"""

    def __init__(self, book: TemplateBook, plan: Plan) -> None:
        super().__init__(book)
        self._plan = plan
        self._fields = input_fields(plan)

    def sheet(self, sheet: TemplateSheet) -> BoundSheet:
        """一枚を読む。"""
        found, blocks = self._read(sheet, _FORM_SCOPE)
        found = [bound._replace(label=self._label(bound)) for bound in found]
        is_form = self._is_form(found, bool(blocks))
        self.problems += font_problems(self._book.file, sheet, _counted(sheet, found, is_form))
        if is_form and blocks:
            self._report("T110", sheet, blocks[0].opening)
        # ほかのシートには、課が自由に書けるメモの欄があってもよい。
        for cell in sheet.cells if is_form else ():
            if not (cell.locked or cell.is_dynamic or cell.is_formula):
                self._report("T108", sheet, cell, text=cell.text)
        self._check_names(sheet, _FORM_SCOPE if is_form else _BOOK_SCOPE, found, blocks)
        self._check_keys(sheet, found)
        if is_form:
            found = self._without_omitted(sheet, found)
            self._check_years(sheet, found)
        names = set().union(
            *(bound.expression.names() for bound in found), *(b.loop.names() for b in blocks)
        )
        is_return = not is_form and RETURN_NAME in names
        inputs = tuple(self._inputs(sheet, is_form, found))
        return BoundSheet(sheet, is_form, inputs, blocks, is_return)

    def _is_form(self, found: list[BoundCell], repeats: bool) -> bool:
        """様式のシートか。一覧のシートに紛れた実施項目の名前は、誤りとしてそのセルで言う。"""
        if repeats and not any(bound.expression.path in self._fields for bound in found):
            return False
        return any(bound.expression.names() & FORM_NAMES for bound in found if bound.block is None)

    def _inputs(
        self, sheet: TemplateSheet, is_form: bool, found: list[BoundCell]
    ) -> Iterator[BoundCell]:
        for bound in found:
            cell = bound.cell
            field = self._fields.get(bound.expression.path or "") if is_form else None
            if cell.locked or bound.omitted:
                yield bound
            elif field is None:
                self._refuse_input(sheet, bound)
                yield bound
            else:
                yield BoundCell(cell, bound.expression, field.label, field)

    def _label(self, bound: BoundCell) -> str | None:
        """欄の見出し。計画のことばで言う。"""
        for path in bound.expression.paths():
            field = self._plan.field(path)
            if field is not None and (bound.label is not None or field.is_declared):
                return field.label
        return self._plan.words.renamed(bound.label) if bound.label else None

    def _check_keys(self, sheet: TemplateSheet, found: list[BoundCell]) -> None:
        """計画の言うことにない、増やした欄と見出しの名。"""
        for bound in found:
            for key in unknown_keys(self._plan, bound.expression.paths()):
                near = f"「{key.near}」ではありませんか。" if key.near else ""
                code = "T102" if key.is_label else "T135"
                self._report(code, sheet, bound.cell, path=key.path, near=near)

    def _without_omitted(self, sheet: TemplateSheet, found: list[BoundCell]) -> list[BoundCell]:
        """計画にない欄のセルに印を付け、欄ごとに一度だけ言う。"""
        marked: list[BoundCell] = []
        cells: dict[str, list[TemplateCell]] = {}
        for bound in found:
            # 「もしあれば」と書いたセルは、ない計画のことも考えてある。
            paths = () if bound.expression.is_conditional else bound.expression.paths()
            key = omitted_key(self._plan, paths)
            if key is not None:
                cells.setdefault(key, []).append(bound.cell)
            marked.append(bound._replace(omitted=key is not None))
        for key, held in cells.items():
            label = self._plan.words.labels.get(key)
            place = Place(file=self._book.file, sheet=sheet.name, cell=held[0].ref, label=label)
            refs = in_short([cell.ref for cell in held], _SHOWN, "個")
            self.problems.append(Problem("T136", place, {"key": key, "cells": refs}))
        return marked

    def _check_years(self, sheet: TemplateSheet, found: list[BoundCell]) -> None:
        """計画より後の年度のセル。年度ごとに一度だけ言う。"""
        cells: dict[int, list[str]] = {}
        for bound in found:
            for index in set(years_beyond(self._plan, bound.expression.paths())):
                cells.setdefault(index, []).append(bound.cell.ref)
        last = len(self._plan.fiscal_years) - 1
        for index, refs in sorted(cells.items()):
            place = Place(file=self._book.file, sheet=sheet.name, cell=refs[0])
            facts = {"index": index, "last": last, "cells": in_short(refs, _SHOWN, "個")}
            self.problems.append(Problem("T139", place, facts))

    def _refuse_input(self, sheet: TemplateSheet, bound: BoundCell) -> None:
        """課の書く欄でないのに、ロックを外したセル。"""
        path = bound.expression.path or ""
        field = self._plan.field(path)
        told = [*years_beyond(self._plan, (path,)), *unknown_keys(self._plan, (path,))]
        if told:  # もう言ってある
            return
        if field is not None and field.is_declared:
            place = Place(self._book.file, sheet.name, bound.cell.ref, None, field.label)
            self.problems.append(Problem("T150", place, {"label": field.label}))
        else:
            self._report("T108", sheet, bound.cell, text=bound.cell.text)


class _TableReader(_Reader):
    """表のテンプレートを読む。"""

    def __init__(self, book: TemplateBook, vocabulary: Vocabulary) -> None:
        super().__init__(book)
        self._words = vocabulary

    def sheet(self, sheet: TemplateSheet) -> BoundSheet:
        """一枚を読む。"""
        found, blocks = self._read(sheet, self._words.scope)
        self.problems += font_problems(self._book.file, sheet, _counted(sheet, found, False))
        self._check_names(sheet, self._words.scope, found, blocks)
        return BoundSheet(sheet, False, tuple(self._inputs(sheet, found, blocks)), blocks)

    def _inputs(
        self, sheet: TemplateSheet, found: list[BoundCell], blocks: tuple[Block, ...]
    ) -> Iterator[BoundCell]:
        allowed: dict[int | None, Mapping[str, InputField]] = {None: self._words.cells}
        for block in blocks:
            loop = block.loop
            inside = self._words.lists.get(loop.source) if isinstance(loop, Loop) else None
            allowed[block.first] = (
                self._words.cells if isinstance(loop, Condition) else inside or {}
            )
        for bound in found:
            path = row_path(bound, blocks) or ""
            field = allowed[bound.block].get(path)
            if bound.cell.locked or not bound.expression.text:
                yield bound
            elif field is not None:
                yield bound._replace(label=field.label, input=field)
            else:
                # 行ごと並べ替えたり消したりできる表では、目印のセルもロックしない。
                if path != self._words.key:
                    self._report("T140", sheet, bound.cell, text=bound.cell.text)
                yield bound


def _keeps_marks(sheet: BoundSheet) -> bool:
    """様式を見分ける控えを並べるシートか。"""
    listed = (one for one in sheet.cells if one.block is not None)
    return any(path.endswith(CARRIER) for one in listed for path in one.expression.paths())


def _counted(sheet: TemplateSheet, found: list[BoundCell], is_form: bool) -> Iterator[TemplateCell]:
    """印刷され、行数を数えるセル。様式では、値の入るセルと、折り返すセルのすべて。"""
    bound = {one.cell.ref for one in found}
    left, right = sheet.columns
    for cell in sheet.cells:
        printed = cell.first_row in sheet.row_heights and left <= cell.first_column <= right
        if printed and not cell.is_formula and (cell.wrap or (is_form and cell.ref in bound)):
            yield cell


def _name_clashes(book: TemplateBook, plan: Plan, form: BoundSheet) -> Iterator[Problem]:
    """様式の写しと同じ名になるシート。"""
    labels = {item_label(measure, item).casefold() for _, measure, item in plan.items()}
    for sheet in book.sheets:
        if sheet is not form.sheet and sheet.name.casefold() in labels:
            yield Problem("T121", Place(file=book.file, sheet=sheet.name))


def _form_problems(book: TemplateBook, plan: Plan, form: BoundSheet) -> Iterator[Problem]:
    """様式として足りないもの、余るもの。"""
    sheet = form.sheet

    def place() -> Place:
        return Place(file=book.file, sheet=sheet.name)

    held = (
        HeldCell(one.cell, one.expression.path or "", one.input)
        for one in form.cells
        if not one.omitted
    )
    yield from field_problems(book.file, plan, sheet, held)
    if not any(FORM_ID_PATH in bound.expression.text for bound in form.cells):
        yield Problem("T111", place(), {"path": FORM_ID_PATH})
    if sheet.hidden:
        yield Problem("T122", place())
    yield from page_problems(book.file, sheet)
    if not book.has_input_sample:
        yield Problem("T112", Place(file=book.file))
    if sheet.fits_to_page:
        yield Problem("T114", place())
    elif sheet.print_width > sheet.printable_width + 0.75:
        facts = {"width": f"{sheet.print_width:.0f}", "limit": f"{sheet.printable_width:.0f}"}
        yield Problem("T113", place(), facts)
