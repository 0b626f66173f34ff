"""増やした欄・照会・ことばのある市：よその市（``second_city``）の計画と様式に、行を足したもの。"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import second_city
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, Protection
from second_city import FORM, GUIDE

from sheetgen.form.blueprint import Blueprint, draw_blueprint
from sheetgen.plan.plan import Plan
from sheetgen.xlsx.package import read_package
from sheetgen.xlsx.template import read_template

Json = dict[str, Any]
Change = Callable[[Json], None]
Edit = Callable[[Workbook], None]
FIELDS: list[Json] = [
    {"key": "issue", "label": "課題", "kind": "text", "asked": "results", "required": True},
    {"key": "income", "label": "歳入増(千円)", "kind": "money", "asked": "results", "sum": True},
    {"key": "second", "label": "二次評価", "kind": "grade", "scale": "second", "asked": "office"},
    {"key": "stage", "label": "段階", "kind": "choice", "choices": ["検討", "実施"],
     "asked": "revision"},
    {"key": "half", "label": "上半期の件数", "kind": "figure", "asked": "half",
     "number_format": "0.0"},
    {"key": "items", "label": "委員会の意見", "kind": "text", "per": "item", "asked": "office"},
]  # fmt: skip
COLUMNS = {"issue": "B", "income": "C", "second": "D", "stage": "E", "half": "F"}
COUNTS = ("achieved", "on_track", "behind")
FIRST_ROW = 14
"""増やした欄の、一年目の行。"""


def declare(plan: Json) -> None:
    """ことば、段階、欄、照会を足す。"""
    plan["terms"] = {"item": "事業", "labels": {"years.result.effect": "決算額(千円)"}}
    plan["scales"] = {"second": [
        {"grade": "適", "meaning": "妥当", "counts": "on_track"},
        {"grade": "否", "meaning": "見直す", "counts": "behind"},
    ]}  # fmt: skip
    plan["fields"] = [{"per": "year", **one} for one in FIELDS]
    plan["rounds"] = [{
        "key": "half", "name": "上半期照会", "of": "this_year",
        "asks": ["years.values.half", "years.result.effect"], "provisional": True,
    }]  # fmt: skip
    for step, counts in zip(
        plan["evaluation_scale"], ("achieved", "on_track", "behind"), strict=True
    ):
        step["counts"] = counts


def plan_of(folder: Path, *changes: Change) -> Plan:
    """この市の計画。"""
    return Plan.model_validate_json(write_plan(folder / "plan.json", *changes).read_bytes())


def write_plan(path: Path, *changes: Change) -> Path:
    """この市の計画を書く。"""
    plan = json.loads(second_city.write_plan(path).read_bytes())
    for change in (declare, *changes):
        change(plan)
    path.write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
    return path


def item_of(plan: Json, number: int = 1) -> Json:
    """その番号の実施項目。"""
    found: Json = plan["policies"][0]["measures"][0]["entries"][number - 1]
    return found


def write_template(path: Path, *edits: Edit) -> Path:
    """増やした欄の行のある様式を書く。"""
    book = openpyxl.load_workbook(second_city.write_template(path))
    sheet = book[FORM]
    for index in range(len(second_city.YEARS)):
        row = FIRST_ROW + index
        put(FORM, f"A{row}", f"{{{{ years[{index}].fiscal_year | wareki_short }}}}")(book)
        for key, column in COLUMNS.items():
            text = f"{{{{ years[{index}].values.{key} }}}}"
            put(FORM, f"{column}{row}", text, locked=key == "second")(book)
        sheet.row_dimensions[row].height = 24
    end = FIRST_ROW + len(second_city.YEARS)
    put(FORM, f"A{end}", '{{ labels["years.result.effect"] }}')(book)
    put(FORM, f"B{end}", "{{ item.values.items }}")(book)
    put(FORM, f"C{end}", f"=SUM(C{FIRST_ROW}:C{end - 1})")(book)
    sheet.row_dimensions[end].height = 24
    sheet.print_area = f"A1:F{end}"
    put(GUIDE, "A6", "{{ terms.item }} {{ round.task }}")(book)
    for edit in edits:
        edit(book)
    book.save(path)
    return path


def put(sheet: str, ref: str, text: object, *, locked: bool = True) -> Edit:
    """セルに文字を入れる。"""

    def edit(book: Workbook) -> None:
        cell = book[sheet][ref]
        cell.value = text
        cell.protection = Protection(locked=locked)
        cell.font = Font(name="BIZ UDゴシック", sz=10)
        cell.alignment = Alignment(wrap_text=True)

    return edit


def drawn(folder: Path, plan: Plan, *edits: Edit) -> Blueprint:
    """この計画で読んだ様式のテンプレート。"""
    path = write_template(folder / "template.xlsx", *edits)
    return draw_blueprint(read_template(read_package(path, "template.xlsx")), plan)
