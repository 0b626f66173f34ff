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
from openpyxl.worksheet.worksheet import Worksheet
from returned.clients import Job
from returned.desk import Desk, recorded
from returned.quick import quickly

from sheetgen.form.jobs import Per
from sheetgen.plan.round import RoundKind
from sheetgen.records.open_items import ItemState


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


def _revision(tmp_path: Path, plan: Path, template: Path, **wishes: Any) -> openpyxl.Workbook:
    made = make(tmp_path, plan, template, round=RoundKind.REVISION, **wishes)
    (book,) = made.books
    assert rules.violations(book.path) == []
    return openpyxl.load_workbook(book.path)


def _hints(sheet: Worksheet) -> list[str]:
    return [str(one.prompt) for one in sheet.data_validations.dataValidation]


def test_the_revision_shows_this_years_initiative_beside_the_empty_field(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    """次の年度の空の欄のほかに、今の年度の文を、閉じた行と欄の案内に見せる。"""
    words = item_of(load(plan_path), "08-08")["initiatives"]["2024"]
    (sheet,) = form_sheets(_revision(tmp_path, plan_path, template_path, items=("08-08",)))
    where = {path: cell for cell, path in bindings(template_path).items()}
    shown, asked = sheet[where["initiative.previous"]], sheet[where["initiative.text"]]
    assert (shown.value, asked.value) == (words, None)
    assert (shown.protection.locked, asked.protection.locked) == (True, False)
    label = sheet.cell(shown.row, 1)
    assert "".join(str(label.value).split()) == "令和６年度の取組方針・取組内容"
    assert label.protection.locked
    row = sheet.row_dimensions[shown.row]
    assert not row.hidden
    lines = words.count("\n") + 1
    assert row.height >= lines * 9 * 1.25
    assert shown.row <= int(sheet.print_area.rpartition("$")[2])
    assert any(words in hint and "令和６年度" in hint for hint in _hints(sheet))


def test_results_have_no_line_for_it(tmp_path: Path, plan_path: Path, template_path: Path) -> None:
    """実績照会の様式には、その行も案内もない。"""
    (book,) = make(tmp_path, plan_path, template_path, items=("08-08",)).books
    (sheet,) = form_sheets(openpyxl.load_workbook(book.path))
    where = {path: cell for cell, path in bindings(template_path).items()}
    shown = sheet[where["initiative.previous"]]
    assert not shown.value
    assert not sheet.cell(shown.row, 1).value
    assert sheet.row_dimensions[shown.row].hidden
    assert not [hint for hint in _hints(sheet) if "の文〕" in hint]


def test_every_revision_form_still_fits_its_page(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    """今の年度の文を添えても、どの様式も1ページに収まり、空の欄に同じ長さの文が入る。"""
    book = _revision(tmp_path, plan_path, template_path, per=Per.PLAN)
    where = {path: cell for cell, path in bindings(template_path).items()}
    sheets = form_sheets(book)
    assert len(sheets) == 74
    sizes: list[float] = []
    for sheet in sheets:
        last = int(sheet.print_area.rpartition("$")[2])
        rows = [sheet.row_dimensions[row] for row in range(1, last + 1)]
        margins = sheet.page_margins
        available = 595.28 - 72 * (margins.top + margins.bottom)
        assert sum(row.height for row in rows if not row.hidden) <= available
        sizes.append(sheet[where["item.improvement"]].font.sz)
        rules_of = {
            str(one.sqref).split(":")[0]: one for one in sheet.data_validations.dataValidation
        }
        room = int(rules_of[where["initiative.text"]].formula1)
        assert room >= len(sheet[where["initiative.previous"]].value), sheet.title
    assert min(sizes) >= 8.5
    assert sum(size < 9.5 for size in sizes) <= 2


def test_this_years_text_is_an_answer_only_where_the_section_writes_it(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    """添えた文は答えにならない。課が同じ文を書けば、次の年度の文になる。"""
    desk = Desk(tmp_path / "desk", plan_path, template_path)
    desk.distribute(round=RoundKind.REVISION, sections=("収納課", "職員課"))
    books = sorted((desk.root / "output").rglob("*_見直し照会.xlsx"))
    silent = desk.collect(*books)
    assert {one.state for one in silent.items if one.files} == {ItemState.UNTOUCHED}
    (book,) = [path for path in books if "収納課" in path.name]
    (place,) = [one for one in desk.places().values() if one.addressee == "総務部 収納課"]
    same = place.item["initiatives"]["2024"]
    folder = tmp_path / "返信"
    folder.mkdir()
    cells = desk.cells({"initiative.text": same})
    quickly([Job(book, {place.sheet: cells}, folder / book.name)])
    assert recorded(desk.collect(folder)) == {place.item["id"]}
    assert desk.items()[place.item["id"]]["initiatives"]["2025"] == same


def _cover(tmp_path: Path, plan: Path, template: Path, **wishes: Any) -> list[str]:
    """「はじめに」に見える文字。"""
    (book,) = make(tmp_path, plan, template, items=("08-08",), **wishes).books
    sheet = openpyxl.load_workbook(book.path)["はじめに"]
    return [str(cell.value) for row in sheet for cell in row if cell.value not in (None, "")]


def test_the_cover_leaves_out_what_does_not_apply(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    """評価のことは実績照会だけに、今の文のことは見直し照会だけに書く。"""
    results = _cover(tmp_path / "a", plan_path, template_path)
    revision = _cover(tmp_path / "b", plan_path, template_path, round=RoundKind.REVISION)
    meanings = [one["meaning"] for one in load(plan_path)["evaluation_scale"]]
    assert {"評価", "評価の区分", *meanings} <= set(results)
    assert not {"評価", "評価の区分", *meanings} & set(revision)
    assert not any("評価" in text for text in revision)
    assert any("令和６年度の取組方針" in text for text in revision)
    assert not any("取組方針" in text for text in results)
    last = _cover(tmp_path / "c", plan_path, template_path, year=2028)
    assert any("令和９年度の取組実績と全期間総合評価を記入" in text for text in last)
    assert any(text.startswith("全期間総合評価の欄に") for text in last)
    assert not any("全期間総合評価" in text for text in results)


def test_a_long_list_starts_on_a_page_of_its_own(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    """一覧が1ページに入らなければ、次のページから始める。入れば分けない。"""
    found = {}
    for section in ("経営企画課", "収納課"):
        made = make(tmp_path / section, plan_path, template_path, sections=(section,))
        sheet = openpyxl.load_workbook(made.books[0].path)["はじめに"]
        tops = [one.id for one in sheet.row_breaks.brk]
        found[section] = [str(sheet.cell(top + 1, 1).value)[:9] for top in tops]
    assert found == {"経営企画課": ["記入する実施項目（"], "収納課": []}
