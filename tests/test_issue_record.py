"""配布記録：様式を作るたびに、何を配ったかが、計画のデータのそばに残る。"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from making import FORM, bindings, form_sheets, input_cells, make, places, wanted
from making import load as load_json

from sheetgen.form.books import BookMaker
from sheetgen.form.context import round_text
from sheetgen.form.identity import parse_carrier, split_form_id
from sheetgen.form.issued import Issue
from sheetgen.form.jobs import GenerateRequest, Per, plan_jobs
from sheetgen.form.template import FormTemplate
from sheetgen.plan.loading import load_plan
from sheetgen.plan.paths import with_items, with_values
from sheetgen.plan.round import BUILT_IN, Round, RoundKind
from sheetgen.problems import SheetgenError
from sheetgen.records.issues import issue_files, load_issue, load_issues, save_issue
from sheetgen.records.shelf import computed_issue
from sheetgen.xlsx.refs import split_area

ITEMS = ("01-01", "08-08")
RESULTS = Round(RoundKind.RESULTS, 2024)


@pytest.fixture
def home(tmp_path: Path, plan_path: Path) -> Path:
    """自分の計画のデータを持つ作業フォルダー。"""
    (tmp_path / "plan.json").write_bytes(plan_path.read_bytes())
    return tmp_path


def _make(home: Path, template: Path, **wishes: Any) -> Issue:
    make(home, home / "plan.json", template, **wishes)
    issues, problems = load_issues(home / "issued")
    assert problems == []
    return issues[0]


def test_the_record_says_what_was_issued(home: Path, template_path: Path) -> None:
    issue = _make(home, template_path, items=ITEMS)
    assert (issue.municipality, issue.plan_title) == ("伊勢原市", "第６次行財政改革推進計画")
    assert issue.round == RESULTS
    assert issue.layout.sheet == FORM
    assert not issue.is_return
    assert sorted(form.item_id for form in issue.forms.values()) == list(ITEMS)
    by_item = {place.item["id"]: place for place in places(load_json(home / "plan.json"))}
    inputs = {cell.ref: cell.path for cell in issue.layout.inputs}
    assert inputs == input_cells(template_path)
    for form_id, form in issue.forms.items():
        place = by_item[form.item_id]
        assert split_form_id(form_id, BUILT_IN) == (RESULTS, form.item_id)
        assert form.sheet == place.sheet
        assert place.addressee in form.book
        assert {path.partition(".")[0] for path in form.opened} == {"years[0]"}
        assert len(form.opened) == 4
        assert form.base == {p: wanted(place, p, 2024) for p in inputs.values() if p}
        assert list(form.capacity) == ["years[0].result.text"]
        assert form.capacity["years[0].result.text"] > 20


def test_the_record_holds_every_cell_of_the_books(home: Path, template_path: Path) -> None:
    issue = _make(home, template_path)
    sheet = openpyxl.load_workbook(template_path)[FORM]
    fixed = {cell.ref: cell.text for cell in issue.layout.cells if cell.text}
    assert fixed == {
        cell.coordinate: cell.value
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and "{{" not in cell.value and cell.value[0] != "="
    }
    areas = {f"{cell.ref}:{cell.last}" for cell in issue.layout.cells if cell.ref != cell.last}
    assert areas <= {area.coord for area in sheet.merged_cells.ranges}
    assert {c.ref for c in issue.layout.cells if c.path} >= set(bindings(template_path))
    seen = 0
    for path in sorted((home / "books").glob("*.xlsx")):
        for form in form_sheets(openpyxl.load_workbook(path)):
            issued = next(one for one in issue.forms.values() if one.sheet == form.title)
            assert issued.book == path.name
            for ref, value in issued.values.items():
                assert form[ref].value == value, (form.title, ref)
            seen += 1
    assert seen == len(issue.forms) == 74


def test_every_form_carries_the_key(home: Path, template_path: Path) -> None:
    issue = _make(home, template_path, items=ITEMS)
    carrier = next(c.ref for c in issue.layout.cells if c.path == "form.carrier")
    for form_id, form in issue.forms.items():
        fields = parse_carrier(str(form.values[carrier]))
        assert fields is not None
        assert (fields["issue"], fields["form"], fields["item"]) == (
            issue.key, form_id, form.item_id,
        )  # fmt: skip


def test_the_same_again_gives_the_same_bytes(home: Path, template_path: Path) -> None:
    _make(home, template_path, items=ITEMS)
    (path,) = issue_files(home / "issued")
    before = path.read_bytes(), path.stat().st_mtime_ns
    _make(home, template_path, items=ITEMS)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_forms_made_in_turn_stand_in_one_record(home: Path, template_path: Path) -> None:
    _make(home, template_path, items=ITEMS[:1])
    (path,) = issue_files(home / "issued")
    turn = _make(home, template_path, items=ITEMS[1:], per=Per.ITEM)
    assert issue_files(home / "issued") == [path]
    assert sorted(form.item_id for form in turn.forms.values()) == list(ITEMS)
    _make(home, template_path, items=ITEMS, per=Per.ITEM)
    first = path.read_bytes()
    path.unlink()
    _make(home, template_path, items=ITEMS, per=Per.ITEM)
    assert path.read_bytes() == first


def test_the_key_follows_what_determines_the_form(
    home: Path, template_path: Path, tmp_path: Path
) -> None:
    from datetime import date

    keys = [_make(home, template_path, items=ITEMS).key]
    keys.append(_make(home, template_path, items=ITEMS, deadline=date(2024, 5, 31)).key)
    keys.append(_make(home, template_path, items=ITEMS, round=RoundKind.REVISION).key)
    keys.append(_make(home, template_path, items=ITEMS, year=2025).key)
    changed = openpyxl.load_workbook(template_path)
    changed[FORM]["A2"] = "基本の方針"
    changed.save(tmp_path / "様式.xlsx")
    keys.append(_make(home, tmp_path / "様式.xlsx", items=ITEMS).key)
    plan = load_json(home / "plan.json")
    next(places(plan)).item["years"][0]["target"] = 777
    (home / "plan.json").write_text(json.dumps(plan, ensure_ascii=False), "utf-8")
    keys.append(_make(home, template_path, items=ITEMS).key)
    assert len(set(keys)) == len(keys)
    assert len(issue_files(home / "issued")) == len(keys)
    assert len(issue_files(home / "issued", RESULTS)) == len(keys) - 2


def test_a_record_can_be_computed(home: Path, template_path: Path) -> None:
    issue = _make(home, template_path)
    plan = load_plan(home / "plan.json")
    for path in issue_files(home / "issued"):
        path.unlink()
    assert computed_issue(plan, RESULTS, FormTemplate(template_path)) == issue
    assert issue_files(home / "issued") == []


def test_a_return_shows_the_answers_and_keeps_the_base(home: Path, template_path: Path) -> None:
    plan = load_plan(home / "plan.json")
    item = next(item for _, _, item in plan.items() if item.id == "08-08")
    shown = with_items(plan, {"08-08": with_values(item, {"years[0].result.value": "34台"}, 2024)})
    template = FormTemplate(template_path)
    maker = BookMaker(shown, RESULTS, round_text(plan, RESULTS, None), template, base=plan)
    request = GenerateRequest(
        plan=home / "plan.json", template=template_path, root=home, items=("08-08",)
    )
    for job in plan_jobs(shown, request):
        assert list(maker.book(job).sheets)
    issue = maker.issue()
    (form,) = issue.forms.values()
    cell = next(c.ref for c in issue.layout.inputs if c.path == "years[0].result.value")
    assert issue.is_return
    assert form.values[cell] == "34台"
    assert form.base["years[0].result.value"] is None
    assert issue.key != _make(home, template_path, items=("08-08",)).key
    save_issue(issue, home / "issued")
    assert issue in load_issues(home / "issued")[0]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: b"[]",
        lambda data: b"\xff\xfe",
        lambda data: data.replace(b'"record_version": 1', b'"record_version": 2'),
        lambda data: data.replace(b'"results"', b'"other"'),
        lambda data: data.replace(b'"cells": [', b'"cells": [3, '),
    ],
)
def test_a_damaged_record_is_a_problem(home: Path, template_path: Path, damage: Any) -> None:
    issue = _make(home, template_path, items=ITEMS[:1])
    (path,) = issue_files(home / "issued")
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert path.read_bytes() != whole
    issues, (problem,) = load_issues(home / "issued")
    assert issues == []
    assert (problem.code, problem.place.file) == ("R190", str(path))
    with pytest.raises(SheetgenError):
        load_issue(path)
    save_issue(issue, home / "issued")
    assert path.read_bytes() == whole


def test_a_failure_keeps_the_books_and_is_told(home: Path, template_path: Path) -> None:
    (home / "issued").write_text("この名はふさがっている", encoding="utf-8")
    made = make(home, home / "plan.json", template_path, items=ITEMS)
    assert [problem.code for problem in made.problems if problem.code[0] == "R"] == ["R191"]
    assert made.books
    assert all(book.path.exists() for book in made.books)


def test_what_is_not_a_record_is_let_alone(home: Path, template_path: Path) -> None:
    issue = _make(home, template_path, items=ITEMS[:1])
    (home / "issued" / "2024J-メモ.json").write_text("{}", encoding="utf-8")
    (home / "issued" / ".2024J-0a1b2c3d.json.x.tmp").write_text("{", encoding="utf-8")
    assert load_issues(home / "issued") == ([issue], [])
    assert load_issues(home / "nowhere") == ([], [])


def test_the_areas_of_the_cells_are_sound(home: Path, template_path: Path) -> None:
    issue = _make(home, template_path, items=ITEMS[:1])
    taken: set[tuple[int, int]] = set()
    for cell in issue.layout.cells:
        top, left, bottom, right = split_area(f"{cell.ref}:{cell.last}")
        own = {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)}
        assert not own & taken
        taken |= own


def test_a_newer_form_of_the_same_item_takes_the_place(home: Path, template_path: Path) -> None:
    issue = _make(home, template_path, items=ITEMS[:1])
    ((form_id, form),) = issue.forms.items()
    save_issue(replace(issue, forms={form_id: replace(form, book="別のブック.xlsx")}),
               home / "issued")  # fmt: skip
    (again,), _ = load_issues(home / "issued")
    assert again.forms[form_id].book == "別のブック.xlsx"
