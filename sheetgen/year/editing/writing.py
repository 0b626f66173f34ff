"""編集ブックを書き出す：計画のデータと記録から、テンプレートのとおりのブックまで。"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sheetgen.era import wareki
from sheetgen.form.blueprint import BoundSheet
from sheetgen.form.filling import ListFiller
from sheetgen.form.template import FormTemplate
from sheetgen.messages.catalogue import is_error
from sheetgen.plan.loading import digest_of, load_plan, parse_plan
from sheetgen.plan.plan import Plan
from sheetgen.problems import Place, Problem, SheetgenError, UsageError
from sheetgen.records.edits import (
    EditBook,
    EditCell,
    EditTable,
    edit_carrier,
    is_as_written,
    save_edit_book,
)
from sheetgen.records.ledger import open_ledger
from sheetgen.xlsx.filled import FilledBook, FilledSheet, SheetEntry
from sheetgen.xlsx.output import Staging
from sheetgen.xlsx.references import Shift
from sheetgen.xlsx.writer import TemplateWriter
from sheetgen.year.editing.beside import beside_of
from sheetgen.year.editing.book_template import EditTemplate, TableLayout, draw_edit_template
from sheetgen.year.editing.edit_fields import KEY_PATH
from sheetgen.year.editing.plan_sheets import fitted, is_gone, own_sheets, own_tabs
from sheetgen.year.editing.rows import Beside, EditContext, edit_context, names_of_book

TEMPLATE = "keikaku_henshu.xlsx"
"""編集ブックのテンプレートのファイルの名。"""
FOLDER, BOOK = "編集", "計画の編集.xlsx"
_KEY_DIGITS = 8
_AFTER_FOUNDING = {"highlights", "overview", "results", "proposals", "stale_names"}
"""計画を立てたあとにだけ要る表。空の編集ブックには、そのシートを入れない。"""


@dataclass(frozen=True, slots=True)
class EditBookRequest:
    """編集ブックの依頼。

    ``sheets`` は入れるシート（空ならすべて）。``out`` は置くフォルダーで、なければ ``root`` の
    ``output/令和６年度/編集``。
    """

    plan: Path
    template: Path
    root: Path
    out: Path | None = None
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WrittenEdit:
    """書き出した編集ブック。``rows`` は、記入欄のあるシートごとの行の数（表でなければ 0）。

    ``is_unchanged`` は、同じ中身のブックがもうあったか。``kept_aside`` は移した前のブック。
    """

    path: Path
    key: str
    rows: Mapping[str, int]
    is_unchanged: bool
    kept_aside: tuple[Path, ...]
    problems: tuple[Problem, ...]


class MadeEdit(NamedTuple):
    """作った編集ブックの中身と控え、気付いたこと。"""

    data: bytes
    book: EditBook
    rows: Mapping[str, int]
    problems: tuple[Problem, ...]


def write_edit_book(request: EditBookRequest, now: datetime | None = None) -> WrittenEdit:
    """編集ブックを書き出し、控えを残す。計画のデータは変えない。

    :raises SheetgenError: 計画のデータかテンプレートが使えない、``sheets`` のシートがない（E001）、
        またはファイルが置けない。そのときは何も置かない。
    """
    with open_ledger(request.plan, writing=False) as ledger:
        beside = beside_of(ledger)
        master, told = ledger.master, ledger.problems
        read = {entry.original for entry in ledger.entries}
    base = request.plan.read_bytes()
    # 読む間に書き換えられていたら、読み直す。もとの計画としまう中身は、同じでなければならない。
    same = digest_of(base) == master.digest
    plan = master.plan if same else parse_plan(base, str(request.plan))
    made = make_edit_book(plan, base, FormTemplate(request.template), beside, request.sheets)
    year = wareki(plan.revision.fiscal_year)
    folder = request.out or request.root / "output" / year / FOLDER
    with Staging(folder, now or datetime.now()) as staging:
        with staging.open(BOOK) as target:
            target.write(made.data)
        # 控えのないブックは読めない。ブックより先に残す。
        save_edit_book(request.plan, made.book, base)
        placed = staging.place()
    kept = [path for path in placed.kept_aside if digest_of(path.read_bytes()) not in read]
    unread = [
        Problem("E097", facts={"kept": path})
        for path in kept
        if not is_as_written(request.plan, digest_of(path.read_bytes()))
    ]
    return WrittenEdit(
        folder / BOOK,
        made.book.key,
        made.rows,
        bool(placed.unchanged),
        placed.kept_aside,
        (*told, *unread, *made.problems),
    )


def make_edit_book(
    plan: Plan, base: bytes, template: FormTemplate, beside: Beside, sheets: Sequence[str] = ()
) -> MadeEdit:
    """編集ブックを作る。何も置かない。``base`` は計画のデータの、ファイルのままの中身。

    同じものからは、いつも同じ目印の、同じ中身のブックになる。

    :raises SheetgenError: テンプレートが使えない、または ``sheets`` のシートがない（E001）。
    """
    tabs = own_tabs(template.package, plan)
    sheets = [tabs.get(name, name) for name in sheets]
    template = _fitted(template, plan, sheets)
    drawn = draw_edit_template(template.book, plan)
    if any(is_error(problem) for problem in drawn.problems):
        raise SheetgenError(drawn.problems)
    gone = {one.sheet for one in drawn.tables if is_gone(plan, one.rows)}
    chosen = tuple(
        one for one in _chosen(drawn, template.book.file, sheets) if one.sheet.name not in gone
    )
    if beside.founding:
        later = {one.sheet for one in drawn.tables if one.rows in _AFTER_FOUNDING}
        chosen = tuple(one for one in chosen if one.sheet.name not in later)
    key = _key(base, template.book.fingerprint, chosen, edit_context(plan, "", beside))
    carrier = edit_carrier(plan, key)
    context = edit_context(plan, carrier, beside)
    names = names_of_book(context)
    fillers = [ListFiller(sheet, template.book.file) for sheet in chosen]
    tall = {sheet.sheet.name: one.tall_rows for sheet, one in zip(chosen, fillers, strict=True)}
    writer = TemplateWriter(template.package, tuple(one.binding for one in chosen), tall)
    filled = tuple(filler.fill(names) for filler in fillers)
    book = FilledBook(
        title=context.plan.plan_title or Path(BOOK).stem,
        creator=context.plan.office or "",
        keywords=carrier,
        entries=tuple(SheetEntry(one.sheet.name, one.sheet.name) for one in chosen),
        sheets=filled,
    )
    target = io.BytesIO()
    writer.write(book, target)
    problems = [*drawn.problems, *writer.notes]
    for filler in fillers:
        problems += filler.problems
    if any(is_error(problem) for problem in problems):
        raise SheetgenError(problems)
    tables: list[EditTable] = []
    cells: list[EditCell] = []
    for sheet, filler, one in zip(chosen, fillers, filled, strict=True):
        tables += [_written(t, sheet, one) for t in drawn.tables if t.sheet == one.name]
        cells += [
            EditCell(path, one.name, ref, drawn.labels[path])
            for path, ref in filler.written_cells(one.repeats).items()
        ]
    words = {
        one.name: tuple(_words(sheet, one, drawn.tables))
        for sheet, one in zip(chosen, filled, strict=True)
    }
    record = EditBook(
        key,
        digest_of(base),
        template.book.fingerprint,
        tuple(tables),
        tuple(cells),
        words,
        digest_of(target.getvalue()),
    )
    rows = dict.fromkeys((cell.sheet for cell in cells), 0)
    rows |= {table.sheet: len(table.keys) for table in tables}
    return MadeEdit(target.getvalue(), record, rows, tuple(problems))


def edit_sheets(template: Path, plan: Path | None = None) -> tuple[str, ...]:
    """編集ブックの、記入欄のあるシートの名。ブックの並びの順。

    ``plan`` があれば、その計画が自分で決めたものの、頼めば入るシートも入る。

    :raises SheetgenError: テンプレートか計画のデータが使えない。
    """
    form, said = FormTemplate(template), load_plan(plan) if plan else None
    if said is not None:
        form = _fitted(form, said, tuple(own_sheets(said)))
    drawn = draw_edit_template(form.book, said)
    if any(is_error(problem) for problem in drawn.problems):
        raise SheetgenError(drawn.problems)
    return tuple(one.sheet.name for one in drawn.blueprint.sheets if drawn.has_inputs(one))


def _fitted(template: FormTemplate, plan: Plan, sheets: Sequence[str]) -> FormTemplate:
    """計画に合わせたテンプレート。"""
    package = fitted(template.package, plan, sheets)
    if package is template.package:
        return template
    made = FormTemplate(template.path)
    made.package = package
    return made


def _chosen(drawn: EditTemplate, file: str, wanted: Sequence[str]) -> tuple[BoundSheet, ...]:
    """ブックに入れるシート。記入欄のないシート（書き方、選択肢）は、いつも入れる。"""
    sheets = drawn.blueprint.sheets
    known = [one.sheet.name for one in sheets if drawn.has_inputs(one)]
    for name in wanted:
        if name not in known:
            facts = {"name": name, "known": "、".join(known)}
            raise UsageError(Problem("E001", Place(file=file, label="--sheet"), facts))
    return tuple(
        one for one in sheets if not wanted or one.sheet.name in wanted or not drawn.has_inputs(one)
    )


def _key(base: bytes, fingerprint: str, sheets: Sequence[BoundSheet], context: EditContext) -> str:
    """ブックの目印。計画・テンプレート・シート・見せるもののどれかが違えば、違う目印になる。"""
    digest = hashlib.sha256(base)
    for part in (fingerprint, *(one.sheet.name for one in sheets), repr(context)):
        digest.update(b"\0" + part.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:_KEY_DIGITS]


def _words(sheet: BoundSheet, filled: FilledSheet, tables: Sequence[TableLayout]) -> Iterator[str]:
    """表の行と記入欄のほかに書いた文字。戻ったブックの書き込みを、これで見分ける。"""
    inside = {table.block.first for table in tables if table.sheet == sheet.sheet.name}
    bound = {one.cell.ref: one for one in sheet.cells}
    for cell in sheet.sheet.cells:
        if cell.ref not in bound:
            yield cell.text
    for (ref, _), fill in filled.fills.items():
        one = bound[ref]
        if one.block not in inside and not one.input and fill.value is not None:
            yield str(fill.value)


def _written(table: TableLayout, sheet: BoundSheet, filled: FilledSheet) -> EditTable:
    """書いたブックでの、表の所と行の目印。"""
    shift = Shift(sheet.binding.blocks, filled.repeats)
    return EditTable(
        table.sheet,
        table.rows,
        shift(table.heading_row),
        shift(table.block.first),
        table.columns,
        tuple(_keys(table, sheet, filled)),
    )


def _keys(table: TableLayout, sheet: BoundSheet, filled: FilledSheet) -> Iterator[str]:
    first = table.block.first
    column = next(one.column for one in table.columns if one.path == KEY_PATH)
    ref = next(
        one.cell.ref
        for one in sheet.cells
        if one.block == first and one.cell.first_column == column
    )
    for turn in range(filled.repeats[first]):
        yield str(filled.fills[ref, turn].value)
