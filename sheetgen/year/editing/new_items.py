"""足された実施項目の行と、その年次計画の行を、実施項目を加えるときの一行にまとめる。"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sheetgen.era import wareki
from sheetgen.plan.plan import Plan
from sheetgen.problems import Place, Problem
from sheetgen.reading.book import RawCell
from sheetgen.year.editing.changes import NewRow
from sheetgen.year.list_columns import EFFECT, INITIATIVE, PLAN, TARGET, TITLE
from sheetgen.year.list_rows import ListRow

_KEYS = {"row.measure": "measure", "row.owners": "owners",
         "row.related_sections": "related_sections", "row.introduced": "introduced"}  # fmt: skip
_YEARLY = {"row.year.plan": PLAN, "row.year.target": TARGET, "row.year.effect": EFFECT,
           "row.initiative": INITIATIVE}  # fmt: skip


class _Draft(NamedTuple):
    """まとめている途中の一行。"""

    cells: dict[str, RawCell]
    refs: dict[str, str]
    sheet: str
    sheets: dict[str, str]
    years: dict[int, Place]


def list_rows(added: Iterable[NewRow], plan: Plan) -> tuple[list[ListRow], list[Problem]]:
    """足された行を、一覧の一行の形にする。年次計画の行は、実施項目の名称で結び付ける。"""
    added = list(added)
    made = [_item_row(one) for one in added if one.rows == "items"]
    titled: dict[str, list[_Draft]] = {}
    for row in made:
        titled.setdefault(_plain(row.cells.get(TITLE)), []).append(row)
    found = [x for one in added if one.rows == "years" for x in _join(one, titled, plan)]
    rows = [ListRow(row.cells, row.refs, row.sheet, row.sheets) for row in made]
    return rows, found


def _item_row(one: NewRow) -> _Draft:
    row = _Draft({}, {}, one.row.sheet, {}, {})
    for path, cell in one.row.cells.items():
        key = _KEYS.get(path) or path.removeprefix("row.item.").removeprefix("row.")
        row.refs[key] = cell.ref
        if path in one.places and cell.cell is not None:
            row.cells[key] = cell.cell
    return row


_NEEDS = (("row.title", "実施項目"), ("row.fiscal_year", "年度"))


def _join(one: NewRow, titled: Mapping[str, list[_Draft]], plan: Plan) -> list[Problem]:
    """年次計画の一行を、同じ名称の足された実施項目に加える。"""
    values = one.values
    missing = one.blanks(_NEEDS)
    if missing or not one.is_whole:
        return missing
    year, title = values["row.fiscal_year"], str(values["row.title"])
    rows = titled.get(_folded(title), [])
    if len(rows) != 1:
        code = "E075" if rows else "E068"
        return [Problem(code, one.place("row.title"), {"title": title, "count": len(rows)})]
    [row] = rows
    if year not in plan.fiscal_years:
        facts = {"first": plan.first_year, "last": plan.final_year, "year": year}
        return [Problem("I034", one.place("row.fiscal_year"), facts)]
    first = row.years.setdefault(year, one.place("row.fiscal_year"))
    if first != one.place("row.fiscal_year"):
        facts = {"name": f"「{title}」の{wareki(year)}", "where": f"（セル {first.cell}）"}
        return [Problem("E086", one.place("row.fiscal_year"), facts)]
    for path, name in _YEARLY.items():
        cell = one.row.cells.get(path)
        if path in one.places and cell is not None and cell.cell is not None:
            key = f"{name}:{year}"
            row.cells[key] = cell.cell
            row.refs[key], row.sheets[key] = cell.ref, one.row.sheet
    return []


def _plain(cell: RawCell | None) -> str:
    return _folded("" if cell is None or cell.value is None else str(cell.value))


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
