"""編集ブックの試験のために、計画から、戻ってきたブックのような中身を作る。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any

from sheetgen.plan.item import Result
from sheetgen.plan.plan import Plan
from sheetgen.reading.book import BookFormat, CellKind, RawBook, RawCell, RawSheet, Remark
from sheetgen.records.edits import EditBook, EditCell, EditColumn, EditTable, edit_carrier
from sheetgen.xlsx.refs import ref_of
from sheetgen.year.editing.book_matching import Issued, issued_values, match_edit_book
from sheetgen.year.editing.book_tables import BookRow, BookTable, ReturnedBook
from sheetgen.year.editing.edit_fields import CELLS, KEY_PATH, LISTS
from sheetgen.year.editing.rows import Beside, EditContext, edit_context

KEY = "0123abcd"
HEADING_ROW, FIRST_ROW = 4, 5
SHEETS = {
    "sections": "部と課",
    "highlights": "主なポイント",
    "policy_texts": "基本方針と推進項目",
    "overview": "概要表",
    "items": "実施項目",
    "years": "年次計画",
    "results": "実績",
    "grades": "評価の区分",
    "overview_texts": "計画の概要",
}
_LOCKED = {
    "sections": ("items",),
    "overview": ("label", "coming"),
    "items": ("label",),
    "years": ("label",),
    "results": ("label", "title", "owners", "fiscal_year"),
    "overview_texts": ("chapter", "label"),
}
_WORDS = {
    "label": "番号",
    "items": "実施項目の数",
    "coming": "様式の文",
    "title": "実施項目",
    "owners": "主管課",
    "fiscal_year": "年度",
    "chapter": "章",
}


def with_results(plan: Plan) -> Plan:
    """二つの実施項目に、初年度の実績を入れた計画。"""
    tree = plan.model_dump(mode="json")
    for entry in tree["policies"][0]["measures"][0]["entries"][:2]:
        done = Result(text="・実施した。\n・続ける。", value=34, effect=6810, grade="A")
        entry["years"][0]["result"] = done.model_dump()
    return Plan.model_validate(tree)


def columns_of(rows: str) -> tuple[EditColumn, ...]:
    """その表の列。目印、読むだけの欄、記入欄の順。"""
    locked = [(f"row.{name}", _WORDS[name]) for name in _LOCKED.get(rows, ())]
    fields = [(one.path, one.label) for one in LISTS[rows]]
    pairs = [(KEY_PATH, "目印"), *locked, *fields]
    return tuple(EditColumn(path, at + 1, text) for at, (path, text) in enumerate(pairs))


@dataclass(slots=True)
class Page:
    """一枚のシートの中身。行と列の番号から値へ。``heading`` は今の見出しの行。"""

    name: str
    cells: dict[tuple[int, int], Any] = field(default_factory=dict)
    merged: tuple[str, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    remarks: tuple[Remark, ...] = ()
    heading: int = HEADING_ROW

    @property
    def last(self) -> int:
        """終わりの行。"""
        return max(row for row, _ in self.cells)

    def move_rows(self, place: Callable[[int], int]) -> None:
        """行の番号を替える。"""
        self.cells = {(place(row), column): value for (row, column), value in self.cells.items()}
        self.heading = place(self.heading)

    def move_columns(self, place: Callable[[int], int]) -> None:
        """列の番号を替える。"""
        self.cells = {(row, place(column)): value for (row, column), value in self.cells.items()}

    def drop_column(self, column: int) -> None:
        """列を消し、右の列を詰める。"""
        kept = {at: value for at, value in self.cells.items() if at[1] != column}
        self.cells = kept
        self.move_columns(lambda one: one - (one > column))

    def copy_row(self, source: int, target: int) -> None:
        """行を写す。"""
        for (row, column), value in list(self.cells.items()):
            if row == source:
                self.cells[target, column] = value

    def raw(self) -> RawSheet:
        """読み取ったシートの形。"""
        cells = {ref_of(*at): raw_cell(value) for at, value in self.cells.items()}
        return RawSheet(
            self.name, False, {ref: cell for ref, cell in cells.items() if cell is not None},
            self.merged, self.hidden_rows, self.hidden_columns, self.remarks,
        )  # fmt: skip


def raw_cell(value: Any) -> RawCell | None:
    """値のセル。``RawCell`` なら、そのまま。"""
    if value is None or isinstance(value, RawCell):
        return value
    if isinstance(value, bool):
        return RawCell(CellKind.BOOL, value)
    kind = CellKind.TEXT if isinstance(value, str) else CellKind.NUMBER
    return RawCell(kind, value)


@dataclass(slots=True, repr=False)
class Desk:
    """書き出した編集ブック。``pages`` を直して :meth:`read` する。"""

    plan: Plan
    context: EditContext
    record: EditBook
    issued: Issued
    pages: dict[str, Page]
    carrier: str

    def page(self, rows: str) -> Page:
        """その表のシート。"""
        return self.pages[rows]

    def column(self, rows: str, path: str) -> int:
        """その欄の、書いたときの列。"""
        return next(one.column for one in columns_of(rows) if one.path == path)

    def row(self, rows: str, key: str) -> int:
        """その行の番号。"""
        found = [row for (row, _), value in self.pages[rows].cells.items() if value == key]
        return found[0]

    def table(self, rows: str) -> EditTable:
        """その表の控え。"""
        return next(one for one in self.record.tables if one.rows == rows)

    def book(self, *more: RawSheet) -> RawBook:
        """読み取ったブックの形。"""
        sheets = (*(page.raw() for page in self.pages.values()), *more)
        return RawBook(BookFormat.XLSX, sheets)

    def read(self, *more: RawSheet, without: bool = False) -> ReturnedBook:
        """見分ける。``without`` なら、書いたときの値を渡さない。"""
        issued = None if without else self.issued
        return match_edit_book(self.book(*more), self.record, "計画の編集.xlsx", issued)


def desk_of(plan: Plan, most: int = 9999) -> Desk:
    """この計画の編集ブック。``most`` は、どの表にも入れる行の数の上限。"""
    carrier = edit_carrier(plan, KEY)
    context = edit_context(plan, carrier, Beside())
    pages: dict[str, Page] = {}
    tables = []
    for name in SHEETS:
        page = Page(SHEETS[name], {(1, 1): carrier, (2, 2): f"{SHEETS[name]}を直すシート"})
        columns = columns_of(name)
        for column in columns:
            page.cells[HEADING_ROW, column.column] = column.heading
        records = getattr(context, name)[:most]
        for at, record in enumerate(records):
            for column in columns:
                value = attrgetter(column.path.removeprefix("row."))(record)
                if value is not None:
                    page.cells[FIRST_ROW + at, column.column] = value
        keys = tuple(record.key for record in records)
        tables.append(EditTable(SHEETS[name], name, HEADING_ROW, FIRST_ROW, columns, keys))
        pages[name] = page
    first = Page("計画", {(1, 1): carrier})
    cells = []
    for at, one in enumerate(CELLS):
        cells.append(EditCell(one.path, "計画", ref_of(3 + at, 3), one.label))
        first.cells[3 + at, 2] = one.label
        value = attrgetter(one.path)(context)
        if value is not None:
            first.cells[3 + at, 3] = value
    record = EditBook(KEY, "0" * 64, "0" * 16, tuple(tables), tuple(cells))
    issued = issued_values(record, context)
    return Desk(plan, context, record, issued, {"plan": first, **pages}, carrier)


def copied(desk: Desk) -> Desk:
    """直しても、もとの変わらない写し。"""
    pages = {name: replace(page, cells=dict(page.cells)) for name, page in desk.pages.items()}
    return replace(desk, pages=pages)


def table_of(book: ReturnedBook, rows: str) -> BookTable:
    """見つけた表。"""
    return next(one for one in book.tables if one.table.rows == rows)


def contents(table: BookTable) -> dict[str, dict[str, Any]]:
    """行の目印から、欄の値へ。"""
    return {row.key: shown(row) for row in table.rows if row.key}


def shown(row: BookRow) -> dict[str, Any]:
    """一行の、空でない欄の値。"""
    return {path: one.cell.value for path, one in row.cells.items() if one.cell is not None}


def added(table: BookTable) -> list[Mapping[str, Any]]:
    """足された行。"""
    return [shown(row) for row in table.rows if row.key is None]


def told(book: ReturnedBook) -> list[tuple[str, str | None, str | None]]:
    """問題の符号とシートとセル。"""
    return [(one.code, one.place.sheet, one.place.cell) for one in book.problems]
