"""一覧のシートから、見出しと行を見分ける。"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sheetgen.model.item_list import ITEM_SHEET, ListColumn, ListRow
from sheetgen.model.plan import Plan
from sheetgen.model.returned import CellKind, RawBook, RawCell, RawSheet
from sheetgen.problems import Place, Problem
from sheetgen.starting.columns import column_of, required_columns

_REF = re.compile(r"([A-Z]+)(\d+)")
HEADING_ROWS = 10
"""見出しを探す、上からの行の数。"""


def rows_of(book: RawBook, plan: Plan, file: str) -> tuple[list[ListRow], list[Problem]]:
    """実施項目の行と、一覧の形の問題を返す。"""
    sheet = _item_sheet(book, plan)
    if sheet is None:
        needed = "、".join(column.title for column in required_columns())
        return [], [Problem("I010", Place(file=file), {"sheet": ITEM_SHEET, "needed": needed})]
    grid = _grid(sheet)
    heading = _heading_row(grid, plan)
    columns, problems = _columns(grid, heading, plan, Place(file=file, sheet=sheet.name))
    rows = []
    for number in sorted(row for row in grid if row > heading):
        cells = {columns[at].key: cell for at, cell in grid[number].items() if at in columns}
        refs = {column.key: f"{at}{number}" for at, column in columns.items()}
        if any(_has_text(cell) for cell in cells.values()):
            rows.append(ListRow(cells, refs, sheet.name))
    if not rows and not problems:
        problems.append(Problem("I014", Place(file=file, sheet=sheet.name)))
    return rows, problems


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
    wanted = {column.key for column in required_columns()}
    for sheet in sorted(shown, key=lambda each: each.name != ITEM_SHEET):
        grid = _grid(sheet)
        heading = _heading_row(grid, plan)
        known = _headings(grid.get(heading, {}), plan)
        if sheet.name == ITEM_SHEET or wanted <= known:
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
    for wanted in required_columns():
        if wanted.key not in seen:
            problems.append(Problem("I013", place, {"heading": wanted.title}))
    return columns, problems
