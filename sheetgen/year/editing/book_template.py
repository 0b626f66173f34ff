"""編集ブックのテンプレート：どのシートのどこに、どの表と記入欄があるか。

事務局は、Excel で列を動かし、隠し、シートを減らしてよい。記入欄は、ロックを外したセルの道だけで
決まる。戻ったブックを読むのに要るもの（行の目印、見出し、ブックの目印）が欠ければ、問題とする。
"""

from __future__ import annotations

import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from sheetgen.form.blueprint import (
    Block,
    Blueprint,
    BoundCell,
    BoundSheet,
    Vocabulary,
    draw_tables,
    row_path,
)
from sheetgen.form.expressions import Loop
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import FieldKind, InputField
from sheetgen.problems import Place, Problem
from sheetgen.records.edits import EditColumn
from sheetgen.xlsx.refs import ref_of, split_area
from sheetgen.xlsx.template import TemplateBook, TemplateSheet
from sheetgen.year.editing.edit_fields import (
    CELLS,
    KEY_PATH,
    LISTS,
    EditField,
    EditKind,
    lists_of,
)
from sheetgen.year.editing.rows import EditContext

MARK_PATH = "book.carrier"
_KINDS = {
    EditKind.FIGURE: FieldKind.FIGURE,
    EditKind.MONEY: FieldKind.MONEY,
    EditKind.GRADE: FieldKind.GRADE,
    EditKind.CHOICE: FieldKind.CHOICE,
}


def _inputs(fields: Iterable[EditField]) -> Mapping[str, InputField]:
    return {
        one.path: InputField(one.path, _KINDS.get(one.kind, FieldKind.TEXT), None, one.label, False)
        for one in fields
    }


def _vocabulary(plan: Plan | None) -> Vocabulary:
    lists = lists_of(plan) if plan else LISTS
    return Vocabulary(
        scope=typing.get_type_hints(EditContext),
        cells=_inputs(CELLS),
        lists={name: _inputs(fields) for name, fields in lists.items()},
        key=KEY_PATH,
    )


class TableLayout(NamedTuple):
    """テンプレートの一つの表。行はテンプレートでの番号。

    ``rows`` は並べたもの（``items`` など）、``columns`` は値の入る列のすべて。
    """

    sheet: str
    rows: str
    heading_row: int
    block: Block
    columns: tuple[EditColumn, ...]


class EditTemplate(NamedTuple):
    """読み終えたテンプレート。``labels`` は、表の外の記入欄の道から、左の見出しの文字へ。

    問題にエラーがあれば、使ってはならない。
    """

    blueprint: Blueprint
    tables: tuple[TableLayout, ...]
    labels: Mapping[str, str]
    problems: tuple[Problem, ...]

    def has_inputs(self, sheet: BoundSheet) -> bool:
        """記入欄のあるシートか。"""
        return any(one.input for one in sheet.cells)


def draw_edit_template(book: TemplateBook, plan: Plan | None = None) -> EditTemplate:
    """編集ブックのテンプレートの式を読み、表と記入欄を見つける。

    ``plan`` があれば、記入欄はその計画の欄。なければ、どの計画にもありうる欄。
    """
    vocabulary = _vocabulary(plan)
    blueprint = draw_tables(book, vocabulary)
    problems = list(blueprint.problems)
    tables: list[TableLayout] = []
    labels: dict[str, str] = {}
    single: dict[str, str] = {}
    for sheet in blueprint.sheets:
        found = [_table(sheet, block) for block in sheet.blocks if _is_table(sheet, block)]
        tables += found
        problems += _sheet_problems(book, sheet, found)
        for one in sheet.cells:
            if one.input and one.input.path in vocabulary.cells:
                labels[one.input.path] = _label(sheet.sheet, one)
                problems += _twice(book, sheet, one, single)
    if not any(one.input for sheet in blueprint.sheets for one in sheet.cells):
        problems.append(Problem("T148", Place(file=book.file)))
    return EditTemplate(blueprint, tuple(tables), labels, tuple(problems))


def _is_table(sheet: BoundSheet, block: Block) -> bool:
    """記入欄のある表か。選択肢の一覧などの、見せるだけの繰り返しは数えない。"""
    inside = (one for one in sheet.cells if one.block == block.first)
    return isinstance(block.loop, Loop) and any(one.input for one in inside)


def _table(sheet: BoundSheet, block: Block) -> TableLayout:
    assert isinstance(block.loop, Loop)
    columns = tuple(
        EditColumn(path, one.cell.first_column, _heading(sheet.sheet, block, one) or "")
        for one in sheet.cells
        if one.block == block.first and (path := row_path(one, sheet.blocks)) is not None
    )
    return TableLayout(sheet.sheet.name, block.loop.source, block.first - 1, block, columns)


def _heading(sheet: TemplateSheet, block: Block, one: BoundCell) -> str | None:
    """この列の、繰り返す行のすぐ上の見出し。"""
    for cell in sheet.cells:
        over = cell.first_column <= one.cell.first_column <= cell.last_column
        if over and cell.last_row == block.first - 1 and not cell.is_dynamic:
            return cell.text
    return None


def _label(sheet: TemplateSheet, one: BoundCell) -> str:
    """表の外の記入欄の、左の見出し。なければ、計画のデータの欄の名。"""
    beside = [
        cell
        for cell in sheet.cells
        if cell.first_row == one.cell.first_row
        and cell.last_column < one.cell.first_column
        and not cell.is_dynamic
    ]
    return beside[-1].text if beside else one.label or ""


def _sheet_problems(
    book: TemplateBook, sheet: BoundSheet, tables: list[TableLayout]
) -> Iterator[Problem]:
    """一枚の、戻ったときに読めないところ。"""
    name = sheet.sheet.name

    def place(cell: str | None = None, label: str | None = None) -> Place:
        return Place(file=book.file, sheet=name, cell=cell, label=label)

    inputs = [one for one in sheet.cells if one.input]
    if inputs and not any(one.expression.path == MARK_PATH for one in sheet.cells):
        yield Problem("T145", place(), {"path": MARK_PATH})
    for table in tables[1:]:
        yield Problem(
            "T147", place(table.block.opening.ref), {"first": tables[0].block.opening.ref}
        )
    for table in tables:
        opening = table.block.opening.ref
        inside = [one for one in sheet.cells if one.block == table.block.first]
        if all(column.path != KEY_PATH for column in table.columns):
            yield Problem("T142", place(opening), {"path": KEY_PATH})
        if table.block.first != table.block.last:
            yield Problem("T146", place(opening))
        apart = _apart(sheet.sheet, table)
        if apart is not None:
            yield Problem("T149", place(apart), {"area": sheet.sheet.filtered})
        known: dict[str, str] = {}
        headings: dict[str, str] = {}
        for one in inside:
            if one.input:
                yield from _twice(book, sheet, one, known)
            heading = _heading(sheet.sheet, table.block, one)
            if heading is None:
                if one.input:
                    yield Problem("T143", place(one.cell.ref, one.label))
            elif heading in headings:
                facts = {"heading": heading, "first": headings[heading]}
                yield Problem("T144", place(one.cell.ref), facts)
            else:
                headings[heading] = one.cell.ref


def _apart(sheet: TemplateSheet, table: TableLayout) -> str | None:
    """フィルターの範囲の外にある、目印か記入欄のセル。並べ替えたときに、行とともに動かない。"""
    if not sheet.filtered:
        return None
    top, left, bottom, right = split_area(sheet.filtered)
    if not top <= table.block.first <= bottom:
        return None  # ほかの表のフィルター
    outside = [one for one in table.columns if not left <= one.column <= right]
    return ref_of(table.block.first, outside[0].column) if outside else None


def _twice(
    book: TemplateBook, sheet: BoundSheet, one: BoundCell, known: dict[str, str]
) -> Iterator[Problem]:
    """同じ記入欄が、もうあるか。"""
    assert one.input is not None
    path, ref = one.input.path, one.cell.ref
    if path in known:
        facts = {"label": one.input.label, "path": path, "first": known[path]}
        yield Problem("T141", Place(book.file, sheet.sheet.name, ref, None, one.label), facts)
    known.setdefault(path, ref)
