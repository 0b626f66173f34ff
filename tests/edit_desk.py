"""編集ブックの試験の机：計画を写し、ブックを書き出し、セルを替え、読む。"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sheetgen
from sheetgen.form.template import FormTemplate
from sheetgen.plan.loading import digest_of, parse_plan
from sheetgen.plan.plan import Plan
from sheetgen.reading.book import CellKind, RawBook, RawCell
from sheetgen.reading.delivery import Delivered
from sheetgen.reading.opening import read_book
from sheetgen.records.edits import (
    EditBook,
    EditTable,
    kept_plan,
    load_edit_book,
    save_edit_book,
)
from sheetgen.records.ledger import open_ledger
from sheetgen.xlsx.refs import ref_of
from sheetgen.year.editing import edit_recording
from sheetgen.year.editing.beside import beside_of
from sheetgen.year.editing.edit_recording import EditRequest, Outcome, outcome_of
from sheetgen.year.editing.rows import Beside
from sheetgen.year.editing.writing import MadeEdit, make_edit_book

ROOT = Path(__file__).parent.parent
TEMPLATE = ROOT / "templates" / "shinchoku_sheet.xlsx"
BOOK_TEMPLATE = ROOT / "templates" / "keikaku_henshu.xlsx"
Change = Callable[[dict[str, RawCell]], None]


class EditDesk:
    """一つの計画の、一冊の編集ブック。``plan`` は写しの計画のデータ。"""

    def __init__(self, folder: Path, source: Path = ROOT / "data" / "plan.json") -> None:
        self.folder = folder
        self.plan = folder / "data" / "plan.json"
        self.plan.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, self.plan)
        self.write()

    def write(self) -> Path:
        """いまの計画の編集ブックを書き出す。同じ計画のものは、一度だけ作る。"""
        with open_ledger(self.plan, writing=False) as ledger:
            beside = beside_of(ledger)
        made, self.book = _made(self.plan.read_bytes(), beside)
        save_edit_book(self.plan, made.book, self.plan.read_bytes())
        self.path = self.folder / "計画の編集.xlsx"
        self.path.write_bytes(made.data)
        self.record: EditBook = made.book
        base = kept_plan(self.plan, made.book.base)
        assert base is not None
        self.base: Plan = base
        self.base_tree = base.model_dump(mode="json")
        return self.path

    @property
    def tree(self) -> dict[str, Any]:
        """計画のデータの、いまの JSON の値。"""
        tree: dict[str, Any] = json.loads(self.plan.read_bytes())
        return tree

    def table(self, rows: str) -> EditTable:
        """並べたものの表。"""
        return next(one for one in self.record.tables if one.rows == rows)

    def ref(self, rows: str, key: str, path: str) -> tuple[str, str]:
        """その行のその欄の、シートと番地。"""
        table = self.table(rows)
        column = next(one.column for one in table.columns if one.path == path)
        return table.sheet, ref_of(table.first_row + table.keys.index(key), column)

    def below(self, rows: str, path: str, number: int = 0) -> tuple[str, str]:
        """表の下の、足す行の欄。"""
        table = self.table(rows)
        column = next(one.column for one in table.columns if one.path == path)
        return table.sheet, ref_of(table.first_row + len(table.keys) + number, column)

    def with_cells(self, cells: Mapping[tuple[str, str], object]) -> RawBook:
        """セルを替えたブック。値が None なら、空にする。"""
        sheets = []
        for sheet in self.book.sheets:
            mine = {ref: value for (name, ref), value in cells.items() if name == sheet.name}
            changed = dict(sheet.cells)
            for ref, value in mine.items():
                changed.pop(ref, None)
                if value is not None:
                    changed[ref] = raw(value)
            sheets.append(replace(sheet, cells=changed) if mine else sheet)
        return replace(self.book, sheets=tuple(sheets))

    def outcome(self, book: RawBook, **wishes: object) -> Outcome:
        """そのブックを読んだ、記録する前の結果。"""
        request = EditRequest(
            plan=self.plan,
            file=self.path,
            template=TEMPLATE,
            **wishes,  # type: ignore[arg-type]
        )
        with open_ledger(self.plan, writing=False) as ledger:
            return outcome_of(request, ledger, self.record, self.base, book)

    def change(self, cells: Mapping[tuple[str, str], object]) -> Outcome:
        """セルを替えたブックを読んだ結果。"""
        return self.outcome(self.with_cells(cells))

    def save(self, cells: Mapping[tuple[str, str], object], **wishes: object) -> Any:
        """セルを替えたブックを読んで記録する。ファイルを読むところは、ほかの試験が見る。"""
        request = EditRequest(
            plan=self.plan,
            file=self.folder / "直した.xlsx",
            template=TEMPLATE,
            **wishes,  # type: ignore[arg-type]
        )
        data = repr((self.record.key, sorted(cells.items(), key=repr))).encode()
        file = Delivered(request.file.name, data, digest_of(data), "xlsx")
        book = self.with_cells(cells)
        with patch.object(edit_recording, "read_book_file", lambda _: (file, book, [])):
            return sheetgen.edit(request)


_BOOKS: dict[tuple[bytes, str], tuple[MadeEdit, RawBook]] = {}


def _made(base: bytes, beside: Beside) -> tuple[MadeEdit, RawBook]:
    """この計画の編集ブックと、それを読んだもの。"""
    key = (base, repr(beside))
    if key not in _BOOKS:
        plan = parse_plan(base, "plan.json")
        made = make_edit_book(plan, base, FormTemplate(BOOK_TEMPLATE), beside)
        _BOOKS[key] = made, read_book(made.data)
    return _BOOKS[key]


class OfficeBook:
    """Excel で開いた一冊の編集ブック。セルは、行の目印と欄の道で引く。"""

    def __init__(self, path: Path, plan: Path) -> None:
        from openpyxl import load_workbook

        self.path, self.book = path, load_workbook(path)
        found = load_edit_book(plan, str(self.book.properties.keywords).rpartition("book=")[2])
        assert found is not None
        self.record: EditBook = found

    def _table(self, rows: str) -> tuple[EditTable, dict[str, int]]:
        table = next(one for one in self.record.tables if one.rows == rows)
        return table, {one.path: one.column for one in table.columns}

    def cell(self, rows: str, key: str, path: str) -> Any:
        """その行のその欄のセル。"""
        table, columns = self._table(rows)
        return self.book[table.sheet].cell(
            table.first_row + table.keys.index(key), columns[f"row.{path}"]
        )

    def keys(self, rows: str, **wanted: object) -> list[str]:
        """``wanted``（欄の名の「.」を「__」にしたもの）の値の行の目印。"""
        keys = self._table(rows)[0].keys
        return [
            key
            for key in keys
            if all(
                self.cell(rows, key, name.replace("__", ".")).value == value
                for name, value in wanted.items()
            )
        ]

    def put(self, rows: str, key: str, path: str, value: object) -> None:
        """書き換える。"""
        self.cell(rows, key, path).value = value

    def change(self, rows: str, path: str, value: object, **wanted: object) -> None:
        """``wanted`` の行の欄を書き換える。行は一つでなければならない。"""
        [key] = self.keys(rows, **wanted)
        self.put(rows, key, path, value)

    def add(self, rows: str, values: Mapping[str, object], number: int = 0) -> Mapping[str, str]:
        """表の下の、``number`` 番目の行に書き、欄の道から番地を返す。"""
        table, columns = self._table(rows)
        refs = {}
        for path, value in values.items():
            row = table.first_row + len(table.keys) + number
            cell = self.book[table.sheet].cell(row, columns[f"row.{path}"])
            cell.value = value
            refs[path] = cell.coordinate
        return refs

    def set(self, path: str, value: object) -> str:
        """表の外の欄に書き、番地を返す。"""
        one = next(one for one in self.record.cells if one.path == path)
        self.book[one.sheet][one.ref].value = value
        return one.ref

    def save(self, path: Path | None = None) -> Path:
        """保存する。"""
        self.book.save(path or self.path)
        return path or self.path


def raw(value: object) -> RawCell:
    """その値のセル。"""
    if isinstance(value, RawCell):
        return value
    if isinstance(value, str):
        return RawCell(CellKind.TEXT, value)
    assert isinstance(value, int | float)
    return RawCell(CellKind.NUMBER, value)


def codes(outcome: Any) -> Iterator[str]:
    """問題の符号。"""
    yield from (problem.code for problem in outcome.problems)
