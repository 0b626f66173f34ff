"""一覧のシートから見出しと行を見分け、一行のセルを欄ごとの値にする。読めないものは告げる。"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sheetgen.messages.quoting import excerpt
from sheetgen.plan.fields import PlanField
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import FieldKind
from sheetgen.plan.value import GENERAL, Value
from sheetgen.problems import Place, Problem
from sheetgen.reading.book import CellKind, RawBook, RawCell, RawSheet
from sheetgen.xlsx.list_book import ListColumn
from sheetgen.xlsx.refs import column_letters
from sheetgen.year.list_columns import (
    EFFECT,
    FORMER,
    TARGET,
    TITLE,
    column_of,
    label_of,
    list_sheet,
    required_columns,
)


@dataclass(frozen=True, slots=True)
class ListRow:
    """一つの実施項目として書かれたもの。

    ``refs`` は名からセルの番地へ。``sheets`` は、``sheet`` のほかのシートにあるものの名から。
    """

    cells: Mapping[str, RawCell]
    refs: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    sheets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadField:
    """読んだ一つの値。``doubts`` は、問題の符号と事実。"""

    value: Value
    doubts: tuple[tuple[str, Mapping[str, object]], ...] = ()
    readable: bool = True


ReadCell = Callable[[RawCell, FieldKind, str | None, bool], ReadField]
_REF = re.compile(r"([A-Z]+)(\d+)")
HEADING_ROWS = 10
"""見出しを探す、上からの行の数。"""


def rows_of(book: RawBook, plan: Plan, file: str) -> tuple[list[ListRow], list[Problem]]:
    """実施項目の行と、一覧の形の問題を返す。"""
    sheet = _item_sheet(book, plan)
    if sheet is None:
        needed = "、".join(column.title for column in required_columns(plan))
        return [], [
            Problem("I010", Place(file=file), {"sheet": list_sheet(plan.words), "needed": needed})
        ]
    grid = _grid(sheet)
    heading = _heading_row(grid, plan)
    columns, problems = _columns(grid, heading, plan, Place(file=file, sheet=sheet.name))
    rows = []
    for number in sorted(row for row in grid if row > heading):
        cells = {columns[at].key: cell for at, cell in grid[number].items() if at in columns}
        refs = {column.key: f"{at}{number}" for at, column in columns.items()}
        if any(_has_text(cell) for cell in cells.values()):
            rows.append(ListRow(cells, refs, sheet.name))
            if number in sheet.hidden_rows:
                problems.append(_unseen(file, sheet.name, cells, refs))
    problems += _unseen_columns(file, sheet, grid, heading, columns)
    if not rows and not problems:
        problems.append(Problem("I014", Place(file=file, sheet=sheet.name)))
    return rows, problems


def _unseen(
    file: str, sheet: str, cells: Mapping[str, RawCell], refs: Mapping[str, str]
) -> Problem:
    """隠れた行（絞り込みで見えない行も）に書かれた実施項目。黙って加えず、尋ねる。"""
    key = TITLE if TITLE in cells else next(iter(cells))
    place = Place(file=file, sheet=sheet, cell=refs[key])
    return Problem("I038", place, {"title": excerpt(str(cells[key].value))})


def _unseen_columns(
    file: str,
    sheet: RawSheet,
    grid: Mapping[int, Mapping[str, RawCell]],
    heading: int,
    columns: Mapping[str, ListColumn],
) -> list[Problem]:
    """隠れた列に書かれたもの。"""
    hidden = {column_letters(number) for number in sheet.hidden_columns}
    found = []
    for at, column in columns.items():
        rows = [row for row in sorted(grid) if row > heading and at in grid[row]]
        if at in hidden and rows:
            place = Place(file=file, sheet=sheet.name, cell=f"{at}{rows[0]}")
            found.append(Problem("I039", place, {"heading": column.title, "count": len(rows)}))
    return found


def _has_text(cell: RawCell) -> bool:
    """セルに何か書いてあるか。"""
    blank = isinstance(cell.value, str) and not cell.value.strip()
    return cell.formula is not None or not (cell.kind is CellKind.BLANK or blank)


def _grid(sheet: RawSheet) -> dict[int, dict[str, RawCell]]:
    grid: dict[int, dict[str, RawCell]] = {}
    for ref, cell in sheet.cells.items():
        found = _REF.fullmatch(ref)
        if found and _has_text(cell):
            grid.setdefault(int(found[2]), {})[found[1]] = cell
    return grid


def _headings(row: Mapping[str, RawCell], plan: Plan) -> set[str]:
    found = (column_of(str(cell.value), plan) for cell in row.values())
    return {column.key for column in found if column is not None}


def _heading_row(grid: Mapping[int, Mapping[str, RawCell]], plan: Plan) -> int:
    """見出しの行：知っている見出しの最も多い行。なければ 0。"""
    above = [row for row in sorted(grid) if row <= HEADING_ROWS]
    return max(above, key=lambda row: len(_headings(grid[row], plan)), default=0)


def _item_sheet(book: RawBook, plan: Plan) -> RawSheet | None:
    """実施項目を書いたシート。名の合うもの、なければ見出しのあるもの。"""
    shown = [sheet for sheet in book.sheets if not sheet.hidden]
    wanted = {column.key for column in required_columns(plan)}
    named = list_sheet(plan.words)
    for sheet in sorted(shown, key=lambda each: each.name != named):
        grid = _grid(sheet)
        heading = _heading_row(grid, plan)
        known = _headings(grid.get(heading, {}), plan)
        if sheet.name == named or wanted <= known:
            return sheet if known else None
    return None


def _columns(
    grid: Mapping[int, Mapping[str, RawCell]], heading: int, plan: Plan, place: Place
) -> tuple[dict[str, ListColumn], list[Problem]]:
    """列の記号から列へ。知らない見出しの下に書いたものは、失わずに告げる。"""
    columns: dict[str, ListColumn] = {}
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    used = {at for row, cells in grid.items() if row > heading for at in cells}
    for at, cell in grid[heading].items():
        here = Place(file=place.file, sheet=place.sheet, cell=f"{at}{heading}")
        column = column_of(str(cell.value), plan)
        if column is None:
            if at in used:
                problems.append(Problem("I011", here, {"heading": str(cell.value)}))
        elif column.key in seen:
            facts = {"heading": column.title, "other": seen[column.key]}
            problems.append(Problem("I012", here, facts))
        else:
            columns[at] = column
            seen[column.key] = f"{at}{heading}"
    for at in sorted(used - set(grid[heading]), key=lambda each: (len(each), each)):
        first = min(row for row, cells in grid.items() if row > heading and at in cells)
        here = Place(file=place.file, sheet=place.sheet, cell=f"{at}{first}")
        problems.append(Problem("I015", here))
    for wanted in required_columns(plan):
        if wanted.key not in seen:
            problems.append(Problem("I013", place, {"heading": wanted.title}))
    return columns, problems


_INTEGER, _FLOAT = "#,##0", "0."


class RowValues:
    """一行の値。``problems`` は、読みながら見つけたこと。"""

    def __init__(self, row: ListRow, plan: Plan, file: str | None, read: ReadCell) -> None:
        self.row = row
        self.problems: list[Problem] = []
        self._plan = plan
        self._file = file
        self._read = read
        self._unit = self.line("indicator.unit")
        shown = row.cells.get("indicator.target")
        if row.cells.get(FORMER):
            # 前の計画で公表した現状値。目標値がまだなくても、文字の指標は文字のまま読む。
            shown = shown or row.cells.get("indicator.current")
        self._numeric = not (shown and shown.kind is CellKind.TEXT and not _digits(shown))

    def place(self, key: str) -> Place:
        """その欄の場所。"""
        label, sheet = label_of(key, self._plan), self.row.sheets.get(key, self.row.sheet)
        return Place(file=self._file, sheet=sheet, cell=self.row.refs.get(key), label=label)

    def report(self, code: str, key: str, **facts: object) -> None:
        """この欄の問題を加える。"""
        self.problems.append(Problem(code, self.place(key), facts))

    def text(self, key: str) -> str | None:
        """文章。空なら ``None``。"""
        value = self._value(key, FieldKind.TEXT)
        text = None if value is None else str(value).strip("\n")
        return text or None

    def line(self, key: str) -> str | None:
        """一行の文字。改行があれば告げる。"""
        text = self.text(key)
        if text is None:
            return None
        text = text.strip()
        if "\n" in text or "\t" in text:
            self.report("I023", key)
        return text or None

    def names(self, key: str) -> list[str]:
        """「、」か改行で分けた名。"""
        text = self.text(key) or ""
        for mark in ("\n", "，", ",", "；", ";"):
            text = text.replace(mark, "、")
        return [name.strip() for name in text.split("、") if name.strip()]

    def figure(self, key: str) -> Value:
        """数、印刷する文字、または空欄。"""
        money = key.startswith(f"{EFFECT}:")
        return self._value(key, FieldKind.MONEY if money else FieldKind.FIGURE)

    def own(self, key: str, one: PlanField) -> Value:
        """計画が増やした欄の値。"""
        if one.kind in (FieldKind.FIGURE, FieldKind.MONEY):
            return self._value(key, one.kind)
        text = self.text(key)
        if text is None or not one.options:
            return text
        named = {_folded(option): option for option in one.options}
        if _folded(text) not in named:
            self.report("I052", key, value=text, choices="、".join(one.options))
        return named.get(_folded(text))

    def number_format(self) -> str:
        """現状値・目標値の、どの数も元どおりに表す表示形式。"""
        keys = ["indicator.current", "indicator.target"]
        keys += [f"{TARGET}:{year}" for year in self._plan.fiscal_years]
        values = [self._read_quietly(key) for key in keys if key in self.row.cells]
        numbers = [one for one in values if isinstance(one, (int, float))]
        if not numbers:
            return GENERAL
        if all(isinstance(one, int) for one in numbers):
            return _INTEGER
        places = {len(repr(one).partition(".")[2]) for one in numbers}
        whole = any(isinstance(one, int) for one in numbers)
        return GENERAL if whole or len(places) > 1 else _FLOAT + "0" * places.pop()

    def _read_quietly(self, key: str) -> Value:
        return self._read(self.row.cells[key], FieldKind.FIGURE, self._unit, self._numeric).value

    def _value(self, key: str, kind: FieldKind) -> Value:
        cell = self.row.cells.get(key)
        if cell is None:
            return None
        unit = None if kind is FieldKind.TEXT else self._unit
        found = self._read(cell, kind, unit, True if kind is FieldKind.TEXT else self._numeric)
        here = self.place(key)
        self.problems += [Problem(code, here, facts) for code, facts in found.doubts]
        if not found.readable and not found.doubts:
            self.report("I022", key, value=str(cell.value))
        return found.value


def _folded(text: str) -> str:
    """幅と空白の違いをならした文字。"""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _digits(cell: RawCell) -> bool:
    return any(character.isdigit() for character in str(cell.value))
