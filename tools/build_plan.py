"""公式文書の文字と転記から、最初の data/plan.json を作った記録。

Run once, when the project began; kept to show where every value comes from.
``python tools/build_plan.py`` writes ``data/plan.json`` anew from ``data/source/``
and would undo later edits of the master, so it refuses to overwrite one.
Nothing in the package imports it, and the tests prove its result without it.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from plan_passages import (  # noqa: E402
    NOTES,
    POLICY_TEXTS,
    highlight_notes,
    highlights,
    overview,
    passage,
)

from sheetgen.master import save_plan  # noqa: E402
from sheetgen.model.numbers import EFFECT_FORMAT, GENERAL, printed  # noqa: E402
from sheetgen.model.plan import Plan  # noqa: E402

SOURCE = ROOT / "data" / "source"
REIWA = 2018
REVISED = 2024
NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")

# The document prints no list of departments.  The order of the 部 is our choice;
# the 課 of each 部 follow the order in which the document first names them.
DEPARTMENTS = (
    "企画部",
    "総務部",
    "市民生活部",
    "経済環境部",
    "保健福祉部",
    "子ども部",
    "土木部",
    "都市部",
    "教育部",
    "消防本部",
)

# The document defines no scale; this is the documented default.
SCALE = (
    ("A", "計画どおり、または計画を上回って進んだ"),
    ("B", "おおむね計画どおりに進んだ"),
    ("C", "計画より遅れている"),
    ("D", "着手していない、または大きく遅れている"),
)

REFERRED = {(4, 2): "07-04", (4, 5): "07-05", (4, 6): "07-01", (8, 13): "07-02", (9, 1): "02-01"}


def value_of(text: str | None) -> int | float | str | None:
    """印刷された数を数に、ほかは印刷どおりの文字にする。"""
    if text is None or not NUMBER.fullmatch(text):
        return text
    plain = text.replace(",", "")
    return float(plain) if "." in plain else int(plain)


def format_of(texts: list[str | None]) -> str:
    """印刷された数のすべてを元どおりに表す表示形式を選ぶ。"""
    numbers = [text for text in texts if text is not None and NUMBER.fullmatch(text)]
    if not numbers:
        return GENERAL
    for candidate in (EFFECT_FORMAT, "0.0", "0.00", "#,##0.0", GENERAL):
        if all(printed(value_of(text), candidate) == text for text in numbers):
            return candidate
    raise ValueError(f"no number format prints {numbers}")


def owners_of(text: str) -> list[dict[str, str]]:
    """``総務部 職員課、企画部 経営企画課`` を主管課の並びにする。"""
    pairs = (owner.split(" ") for owner in text.split("、"))
    return [{"department": department, "section": section} for department, section in pairs]


def item_of(sheet: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """一つの進捗管理シートと概要表の行から、実施項目を作る。"""
    amounts = [sheet["current_value"], sheet["final_target"]]
    amounts += [year["target"] for year in sheet["years"]]
    return {
        "type": "item",
        "id": f"{sheet['measure_no']:02}-{sheet['item_no']:02}",
        "number": sheet["item_no"],
        "section": row["section"],
        "title": sheet["title"],
        "owners": owners_of(sheet["department"]),
        "related_sections": sheet["related"].split("、") if sheet["related"] else [],
        "introduced": REVISED if sheet["is_new"] else REVISED - 1,
        "improvement": sheet["improvement"],
        "current_state": sheet["current_state"],
        "initiatives": {str(REVISED): sheet["policy_r6"]},
        "vision": sheet["vision_r9"],
        "indicator": {
            "name": sheet["indicator"],
            "unit": sheet["unit"],
            "current": value_of(sheet["current_value"]),
            "target": value_of(sheet["final_target"]),
            "number_format": format_of(amounts),
        },
        "years": [
            {
                "fiscal_year": REIWA + year["year"],
                "plan": year["plan"],
                "target": value_of(year["target"]),
                "effect": value_of(year["effect"]),
                "result": {"text": None, "value": None, "effect": None, "grade": None},
            }
            for year in sheet["years"]
        ],
        "overall_grade": None,
        "overview": {
            "title": row["title"],
            "improvement": row["improvement"],
            "policy": row["policy_r6"],
            "indicator": row["indicator"],
            "target": row["target_r9"],
            "owners": row["department"],
        },
    }


def reference_of(row: dict[str, Any]) -> dict[str, Any]:
    """再掲の行を作る。"""
    return {
        "type": "cross_reference",
        "number": row["item_no"],
        "item_id": REFERRED[row["measure_no"], row["item_no"]],
        "section": row["section"],
        "title": row["title"],
        "mark": row["mark"],
        "owners": row["department"],
        "note": row["points_to"],
    }


def departments(sheets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """部の並びと、文書に出る順の課。"""
    sections: dict[str, list[str]] = {name: [] for name in DEPARTMENTS}
    for sheet in sheets:
        for owner in owners_of(sheet["department"]):
            known = sections[owner["department"]]
            if owner["section"] not in known:
                known.append(owner["section"])
    return [
        {"name": name, "sections": [{"name": section, "email": None} for section in listed]}
        for name, listed in sections.items()
    ]


def build() -> dict[str, Any]:
    """計画の全体を、JSONの値として組み立てる。"""
    sheets = json.loads((SOURCE / "sheets.json").read_text(encoding="utf-8"))
    rows = json.loads((SOURCE / "overview-rows.json").read_text(encoding="utf-8"))
    by_number = {(sheet["measure_no"], sheet["item_no"]): sheet for sheet in sheets}
    policies: dict[int, dict[str, Any]] = {}
    for sheet in sheets:
        policy = policies.setdefault(
            sheet["policy_no"],
            {
                "number": sheet["policy_no"],
                "name": sheet["policy_name"],
                "description": passage(*POLICY_TEXTS[sheet["policy_no"]], "３）行財政改革の５つ"),
                "measures": {},
            },
        )
        number = sheet["measure_no"]
        policy["measures"].setdefault(
            number,
            {
                "number": number,
                "name": sheet["measure_name"],
                "notes": [passage(first, last) for first, last in NOTES[number]],
                "entries": [
                    reference_of(row)
                    if row["cross_listed"]
                    else item_of(by_number[number, row["item_no"]], row)
                    for row in rows
                    if row["measure_no"] == number
                ],
            },
        )
    return {
        "schema_version": 1,
        "municipality": "伊勢原市",
        "municipality_code": "142140",
        "plan_title": "第６次行財政改革推進計画",
        "office": "企画部行政経営担当",
        "contact": {"phone": None, "email": None},
        "fiscal_years": [2023, 2024, 2025, 2026, 2027],
        "revision": {
            "fiscal_year": REVISED,
            "published": "2024-03",
            "highlights": highlights(),
            "highlight_notes": highlight_notes(),
            "retired_items": [],
        },
        "evaluation_scale": [{"grade": grade, "meaning": meaning} for grade, meaning in SCALE],
        "overview": overview(),
        "departments": departments(sheets),
        "policies": [
            {**policy, "measures": list(policy["measures"].values())}
            for policy in policies.values()
        ],
    }


if __name__ == "__main__":
    save_plan(Plan.model_validate(build()), ROOT / "data" / "plan.json")
