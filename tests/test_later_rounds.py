"""二年目からの照会と最後の照会：前に集まったものが出て、聞くところだけが開く。"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
from making import (
    bindings,
    changed_plan,
    form_sheets,
    input_cells,
    item_of,
    load,
    make,
    places,
    unlocked_cells,
    wanted,
)
from ooxml import clients, rules


def test_the_last_round_asks_for_the_overall_grade(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    """計画の翌年度の実績照会では、最終年度の実績と全期間総合評価が開く。"""
    made = make(tmp_path, plan_path, template_path, year=2028, items=("08-08",))
    (book,) = made.books
    assert rules.violations(book.path) == []
    inputs = input_cells(template_path)
    (sheet,) = form_sheets(openpyxl.load_workbook(book.path))
    assert {inputs[cell] for cell in unlocked_cells(sheet)} == {
        "years[4].result.text",
        "years[4].result.value",
        "years[4].result.effect",
        "item.overall_grade",
    }


def test_what_earlier_rounds_brought_in_is_shown_and_locked(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    """二年目の照会では、前の年の実績が、閉じた欄に、足し算に入って出る。"""

    def fill_in(plan: dict[str, Any]) -> None:
        plan["revision"]["fiscal_year"] = 2025
        item = item_of(plan, "08-08")
        item["initiatives"]["2025"] = "■ 設置台数を36台とする。"
        item["years"][0]["result"] = {
            "text": "・34台を設置した。",
            "value": 34,
            "effect": 6912.5,
            "grade": "A",
        }
        item["years"][1]["result"]["effect"] = "-"

    plan = changed_plan(plan_path, tmp_path / "plan.json", fill_in)
    (book,) = make(tmp_path, plan, template_path, items=("08-08",)).books
    (place,) = [one for one in places(load(plan)) if one.item["id"] == "08-08"]
    (sheet,) = form_sheets(openpyxl.load_workbook(book.path))
    inputs = input_cells(template_path)
    for cell, path in bindings(template_path).items():
        if not path.startswith(("form.", "round.", "book.")):
            # 千円未満は、印刷する数に丸める。記入欄（この照会のもの）は、丸めない。
            rounded = path == "years[0].result.effect"
            assert sheet[cell].value == (6913 if rounded else wanted(place, path, 2025)), path
    assert {inputs[cell].partition(".")[0] for cell in unlocked_cells(sheet)} == {"years[1]"}
    formulas = [c.coordinate for row in sheet for c in row if c.data_type == "f"]
    cached = clients.by_openpyxl(book.path)[place.sheet]
    assert [cached[cell] for cell in formulas] == [36000, 6913]


def test_a_rounded_figure_and_a_missing_initiative_are_told(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    def fill_in(plan: dict[str, Any]) -> None:
        item_of(plan, "08-08")["years"][0]["result"]["value"] = 34.5

    plan = changed_plan(plan_path, tmp_path / "plan.json", fill_in)
    later = make(tmp_path, plan, template_path, year=2025, items=("08-08",))
    rounded, missing = later.problems
    assert (rounded.code, rounded.place.item) == ("F013", "08-08")
    assert rounded.facts == {"value": 34.5, "shown": "35", "format": '"General"'}
    assert (missing.code, missing.facts["count"]) == ("F014", 1)
    assert not make(tmp_path, plan_path, template_path, items=("08-08",)).problems
