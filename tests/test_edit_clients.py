"""実物のプログラムで保存した編集ブック：直した欄だけが、直したとおりに戻ってくる。"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from edit_samples import added, table_of, told, with_results
from returned import clients
from returned.clients import Job
from returned.libreoffice import LibreOffice, Step

from sheetgen.form.template import FormTemplate
from sheetgen.plan.loading import parse_plan
from sheetgen.plan.plan import Plan
from sheetgen.reading.opening import read_book
from sheetgen.records.edits import EditBook, EditTable
from sheetgen.xlsx.refs import column_letters, ref_of
from sheetgen.year.editing.book_matching import (
    Issued,
    issued_values,
    mark_of,
    match_edit_book,
    refusals,
)
from sheetgen.year.editing.book_tables import ReturnedBook
from sheetgen.year.editing.edit_fields import KEY_PATH, EditKind
from sheetgen.year.editing.rows import Beside, edit_context
from sheetgen.year.editing.typed_values import EditExpected, read_edit, same_as_issued
from sheetgen.year.editing.writing import make_edit_book

CHANGES: dict[str, tuple[str, int, Any]] = {
    "sections": ("row.section.email", 3, "shokuin@city.example.jp"),
    "highlights": ("row.text", 2, "●新しい主なポイント\n　二行目 "),
    "policy_texts": ("row.text", 5, "改めた名称"),
    "overview": ("row.policy", 40, "０から直した取組方針"),
    "items": ("row.item.vision", 73, "=1+1 と書かれた文"),
    "years": ("row.year.target", 200, 12.5),
    "results": ("row.year.result.value", 1, 99),
    "grades": ("row.step.meaning", 0, None),
    "overview_texts": ("row.text", 126, "【】｢｣～〜－―𠮷髙"),
}
"""表ごとに一つ直す欄：道、何行目か（0から）、値。"""
OFFICE = "企画部 ＤＸ推進課"


@dataclass(frozen=True)
class Made:
    """書き出した編集ブック。"""

    plan: Plan
    path: Path
    record: EditBook
    issued: Issued

    def table(self, rows: str) -> EditTable:
        """その表の控え。"""
        return next(one for one in self.record.tables if one.rows == rows)

    def column(self, rows: str, path: str) -> int:
        """その欄の、書いたときの列。"""
        return next(one.column for one in self.table(rows).columns if one.path == path)

    def area(self, rows: str, first: int) -> str:
        """その表の、``first`` 行目からの範囲。"""
        table = self.table(rows)
        right = column_letters(max(one.column for one in table.columns))
        return f"A{first}:{right}{table.first_row + len(table.keys) - 1}"

    def answers(self) -> dict[str, dict[str, Any]]:
        """:data:`CHANGES` を、シートとセルにしたもの。"""
        found: dict[str, dict[str, Any]] = {"計画": {}}
        for rows, (path, at, value) in CHANGES.items():
            table = self.table(rows)
            found[table.sheet] = {ref_of(table.first_row + at, self.column(rows, path)): value}
        office = next(one for one in self.record.cells if one.path == "plan.office")
        found["計画"][office.ref] = OFFICE
        return found

    def expected(self) -> dict[tuple[str, str, str], Any]:
        """:data:`CHANGES` の欄の、読み取った値。"""
        return {
            (rows, self.table(rows).keys[at], path): value.rstrip()
            if isinstance(value, str) else value
            for rows, (path, at, value) in CHANGES.items()
        }  # fmt: skip

    def read(self, path: Path) -> ReturnedBook:
        """保存されたブックを見分ける。"""
        book = read_book(path.read_bytes())
        mark = mark_of(book)
        assert mark is not None
        assert mark.key == self.record.key
        assert refusals(book, path.name, self.plan, self.record) == []
        return match_edit_book(book, self.record, path.name, self.issued)

    def changed(self, book: ReturnedBook) -> dict[tuple[str, str, str], Any]:
        """書いたときのままでない欄の、読み取った値。"""
        found = {}
        for rows, key, path, cell in self._cells(book):
            if not same_as_issued(self.issued[rows][key][path], cell):
                numeric = path.endswith((".target", ".value"))
                kind = EditKind.FIGURE if numeric else EditKind.TEXT
                found[rows, key, path] = read_edit(cell, kind, EditExpected()).value
        return found

    @staticmethod
    def _cells(book: ReturnedBook) -> Iterator[tuple[str, str, str, Any]]:
        for table in book.tables:
            for row in table.rows:
                for path, one in row.cells.items():
                    if row.key is not None:
                        yield table.table.rows, row.key, path, one.cell


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Made:
    """実物の計画の編集ブック。実績も二つある。"""
    data = (project_root / "data" / "plan.json").read_bytes()
    plan = with_results(parse_plan(data, "plan.json"))
    template = FormTemplate(project_root / "templates" / "keikaku_henshu.xlsx")
    book = make_edit_book(plan, data, template, Beside())
    path = tmp_path_factory.mktemp("edit") / "計画の編集.xlsx"
    path.write_bytes(book.data)
    issued = issued_values(book.book, edit_context(plan, "", Beside()))
    return Made(plan, path, book.book, issued)


def assert_only_changes(made: Made, path: Path) -> None:
    """どの表でも、直した欄だけが違う。"""
    book = made.read(path)
    assert told(book) == []
    assert {table.table.rows: table.lost for table in book.tables} == dict.fromkeys(
        [one.rows for one in made.record.tables], ()
    )
    assert [row for table in book.tables for row in table.rows if row.key is None] == []
    assert made.changed(book) == made.expected()
    assert book.cells.keys() == {one.path for one in made.record.cells}
    assert {
        path: one.cell.value for path, one in book.cells.items() if one.cell is not None
    } == {
        "plan.municipality": made.plan.municipality,
        "plan.municipality_code": made.plan.municipality_code,
        "plan.plan_title": made.plan.plan_title,
        "plan.office": OFFICE,
        "plan.revision.published": made.plan.revision.published,
    }  # fmt: skip


CLIENTS: dict[str, tuple[str, Callable[[list[Job]], None]]] = {
    "openpyxl": (".xlsx", clients.by_openpyxl),
    "exceljs": (".xlsx", lambda work: clients.by_node("exceljs", work)),
    "SheetJS": (".xlsx", lambda work: clients.by_node("sheetjs", work)),
    "Gnumeric": (".xlsx", clients.by_gnumeric),
}


def test_the_book_as_it_was_written_changes_nothing(made: Made) -> None:
    book = made.read(made.path)
    assert told(book) == []
    assert made.changed(book) == {}
    assert [table.lost for table in book.tables] == [()] * len(made.record.tables)


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_gives_exactly_the_changes_back(name: str, made: Made, tmp_path: Path) -> None:
    suffix, make = CLIENTS[name]
    target = tmp_path / f"saved{suffix}"
    make([Job(made.path, made.answers(), target)])
    assert_only_changes(made, target)


def test_libreoffice_gives_exactly_the_changes_back(
    made: Made, libreoffice: LibreOffice, tmp_path: Path
) -> None:
    targets = [tmp_path / f"saved{suffix}" for suffix in (".xlsx", ".ods")]
    libreoffice.work(made.path, clients.typed_in(made.answers()), *targets)
    for target in targets:
        assert_only_changes(made, target)


def test_sorted_filtered_hidden_inserted_and_removed(
    made: Made, libreoffice: LibreOffice, tmp_path: Path
) -> None:
    """並べ替え、絞り込み、列を隠し、間に行を入れ、二枚を消し、どの表も一つずつ直す。"""
    sections, overview = made.table("sections"), made.table("overview")
    inserted = sections.first_row + 5
    name = column_letters(made.column("sections", "row.section.name"))
    department = column_letters(made.column("sections", "row.department"))
    column = made.column("overview", "row.measure")
    measure = made.issued["overview"][overview.keys[0]]["row.measure"]
    steps: list[Step] = [
        *clients.typed_in(made.answers()),
        ("sort", "実施項目", made.area("items", made.table("items").first_row), 3),
        ("sort", "年次計画", made.area("years", made.table("years").first_row), 3),
        ("filter", "概要表", made.area("overview", overview.heading_row), column - 1, measure),
        ("hide_columns", "実施項目", 5, 4),
        ("insert_rows", "部と課", inserted),
        ("set", "部と課", f"{department}{inserted}", "企画部"),
        ("set", "部と課", f"{name}{inserted}", "新しい課"),
        ("remove_sheet", "主なポイント"),
        ("remove_sheet", "計画の概要"),
    ]
    target = tmp_path / "saved.xlsx"
    libreoffice.work(made.path, steps, target)
    book = made.read(target)
    rows = [row.key for row in table_of(book, "items").rows]
    assert rows != list(made.table("items").keys)
    assert sorted(filter(None, rows)) == sorted(made.table("items").keys)
    assert {table.table.rows for table in book.tables} == {
        one.rows for one in made.record.tables
    } - {"highlights", "overview_texts"}
    assert all(table.lost == () for table in book.tables)
    assert added(table_of(book, "sections")) == [
        {"row.department": "企画部", "row.section.name": "新しい課"}
    ]
    expected = made.expected()
    assert made.changed(book) == {
        place: value
        for place, value in expected.items()
        if place[0] not in ("highlights", "overview_texts")
    }
    # 絞り込んで見えない行に直したところのあることだけを知らせる。
    assert [(code, sheet) for code, sheet, _ in told(book)] == [("E030", "概要表")]


def test_the_column_of_keys_is_the_first(made: Made) -> None:
    """並べ替えの範囲の試験は、目印が左の端にあることによる。"""
    assert {made.column(one.rows, KEY_PATH) for one in made.record.tables} == {1}
