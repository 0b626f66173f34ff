"""試験のために様式を作り、原本から、どの欄に何が見えるはずかを求める。

見えるはずのものは、もとの JSON とテンプレートの素直な道から、ここで求める。
プログラムのモデルも文脈も使わない。
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from sheetgen.form.jobs import GenerateRequest
from sheetgen.send.generating import GenerateResult, generate

FORM = "進捗管理シート"
GUIDE = "はじめに"
_PLAIN = re.compile(r"\{\{ *([A-Za-z_][A-Za-z0-9_.\[\]]*) *\}\}")
_STEP = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|\[[0-9]+\]")
CIRCLED = "⓪①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


@dataclass(frozen=True, slots=True)
class Place:
    """一つの実施項目と、その置かれた所。どれも原本の JSON のまま。"""

    plan: dict[str, Any]
    policy: dict[str, Any]
    measure: dict[str, Any]
    item: dict[str, Any]

    @property
    def sheet(self) -> str:
        """様式のシートの名。"""
        return f"({self.measure['number']}){CIRCLED[self.item['number']]}"

    @property
    def addressee(self) -> str:
        """様式の入るブックの宛先（最初の主管課）。"""
        owner = self.item["owners"][0]
        return f"{owner['department']} {owner['section']}"


def load(path: Path) -> dict[str, Any]:
    """原本を JSON のまま読む。"""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def places(plan: dict[str, Any]) -> Iterator[Place]:
    """実施項目を、印刷の順に返す。"""
    for policy in plan["policies"]:
        for measure in policy["measures"]:
            for entry in measure["entries"]:
                if entry["type"] == "item":
                    yield Place(plan, policy, measure, entry)


def make(root: Path, plan: Path, template: Path, **wishes: Any) -> GenerateResult:
    """``root/books`` に様式を作る。"""
    request = GenerateRequest(plan=plan, template=template, root=root, out=root / "books", **wishes)
    return generate(request)


def changed_plan(source: Path, target: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """原本の写しに手を加える。"""
    plan = load(source)
    change(plan)
    target.write_text(json.dumps(plan, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return target


def item_of(plan: dict[str, Any], item_id: str) -> dict[str, Any]:
    """ID の実施項目。"""
    return next(place.item for place in places(plan) if place.item["id"] == item_id)


def bindings(template: Path) -> dict[str, str]:
    """様式の、ただ一つの道だけを書いたセル：番地から道へ。"""
    return {cell: path for cell, (path, _) in _bound(template).items()}


def input_cells(template: Path) -> dict[str, str]:
    """様式の、書き込めるようにしてあるセル：番地から道へ。"""
    return {cell: path for cell, (path, is_open) in _bound(template).items() if is_open}


def _bound(template: Path) -> dict[str, tuple[str, bool]]:
    """道を書いたセル：番地から、道と、書き込めるかどうか。"""
    found = template.stat()
    return _read_bound(template, found.st_mtime_ns, found.st_size)


@cache  # 何百もの試験が、同じ様式をたずねる
def _read_bound(template: Path, _changed: int, _size: int) -> dict[str, tuple[str, bool]]:
    sheet = openpyxl.load_workbook(template)[FORM]
    found = {}
    for row in sheet.iter_rows():
        for cell in row:
            match = _PLAIN.fullmatch(cell.value) if isinstance(cell.value, str) else None
            if match:
                found[cell.coordinate] = match.group(1), not cell.protection.locked
    return found


def wanted(place: Place, path: str, initiative_year: int) -> object:
    """この道の、原本での値。原本の値でない道（``form.id`` など）は ``KeyError``。"""
    scope: object = {
        "plan": place.plan,
        "policy": place.policy,
        "measure": place.measure,
        "item": place.item,
        "years": place.item["years"],
        "final_year": place.plan["fiscal_years"][-1],
        "initiative": {
            "fiscal_year": initiative_year,
            "text": place.item["initiatives"].get(str(initiative_year)),
            "previous": None,
        },
    }
    for step in _STEP.findall(path):
        if step.startswith("["):
            assert isinstance(scope, list)
            scope = scope[int(step[1:-1])]
        else:
            assert isinstance(scope, dict)
            scope = scope[step]
    return scope


def form_sheets(book: openpyxl.Workbook) -> list[Worksheet]:
    """見えるシートのうち、様式。"""
    return [
        sheet
        for sheet in book.worksheets
        if sheet.sheet_state == "visible" and sheet.title != GUIDE
    ]


def unlocked_cells(sheet: Worksheet) -> set[str]:
    """書き込めるセルの番地（結合は左上だけ）。"""
    inner = {
        (row, column)
        for area in sheet.merged_cells.ranges
        for row, column in area.cells
        if (row, column) != (area.min_row, area.min_col)
    }
    return {
        cell.coordinate
        for row in sheet.iter_rows()
        for cell in row
        if not cell.protection.locked and (cell.row, cell.column) not in inner
    }
