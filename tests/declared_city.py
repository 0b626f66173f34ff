"""増やした欄と照会のある市：二つめの市（:mod:`second_city`）の計画に、欄と照会を足す。"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import second_city

ISSUE, INCOME, STAGE, SECOND = (f"years[0].values.{key}" for key in ("issue", "income", "stage", "second"))
HALF = "years[1].values.income"
DECLARED: dict[str, Any] = {
    "evaluation_scale": [
        {"grade": "1", "meaning": "未着手", "counts": "behind"},
        {"grade": "3", "meaning": "順調", "counts": "on_track"},
        {"grade": "5", "meaning": "達成", "counts": "achieved"},
        {"grade": "対象外", "meaning": "評価しない", "counts": "none"},
    ],
    "scales": {
        "second": [
            {"grade": "適", "meaning": "適切", "counts": "on_track"},
            {"grade": "不適", "meaning": "見直しが要る", "counts": "behind"},
        ]
    },
    "fields": [
        {"key": "issue", "label": "課題", "kind": "text", "asked": "results", "required": True},
        {"key": "income", "label": "歳入増(千円)", "kind": "money", "asked": "results", "sum": True},
        {"key": "visits", "label": "来庁者(人)", "kind": "figure", "asked": "results"},
        {
            "key": "stage",
            "label": "段階",
            "kind": "choice",
            "asked": "results",
            "choices": ["検討", "準備", "ＲＰＡ導入"],
        },
        {"key": "second", "label": "二次評価", "kind": "grade", "asked": "office", "scale": "second"},
    ],
    "rounds": [
        {
            "key": "half",
            "name": "上半期照会",
            "of": "this_year",
            "asks": ["years.values.income"],
            "provisional": True,
        }
    ],
}
"""計画に足すこと。評価の段階は、悪いものから並べ、順位のないものもある。"""


def write_plan(path: Path, **changes: Any) -> Path:
    """計画を書く。``changes`` は、足すことを替える。"""
    plan = json.loads(second_city.write_plan(path).read_text("utf-8")) | DECLARED | changes
    path.write_text(json.dumps(plan, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


def write_template(path: Path) -> Path:
    """様式に、増やした欄のセルを足す。"""
    second_city.write_template(path)
    book = openpyxl.load_workbook(path)
    sheet = book[second_city.FORM]
    for index in range(len(second_city.YEARS)):
        row = 15 + index * 2
        for column, key in zip("ABCDE", ("issue", "income", "visits", "stage", "second"), strict=True):
            second_city._put(
                sheet, f"{column}{row}", f"{{{{ years[{index}].values.{key} }}}}",
                is_input=key != "second",
            )  # fmt: skip
            second_city._put(sheet, f"{column}{row - 1}", f"{key}{index}")
        sheet.row_dimensions[row].height = 30
    sheet.print_area = f"A1:F{14 + len(second_city.YEARS) * 2}"
    book.save(path)
    return path
