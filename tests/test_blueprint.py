"""おかしな様式は、どのセルの何がおかしいかを、一度ずつ言って断る。"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook
from openpyxl.styles import Protection
from second_city import FORM, GUIDE, write_plan, write_template

from sheetgen.form.blueprint import Blueprint, draw_blueprint
from sheetgen.messages.catalogue import describe
from sheetgen.plan.loading import load_plan
from sheetgen.plan.plan import Plan
from sheetgen.problems import Problem
from sheetgen.xlsx.package import read_package
from sheetgen.xlsx.template import read_template

Edit = Callable[[Workbook], None]
Found = list[tuple[str, str | None, str | None]]


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return load_plan(write_plan(tmp_path_factory.mktemp("plan") / "plan.json"))


def drawn(folder: Path, plan: Plan, *edits: Edit) -> Blueprint:
    path = write_template(folder / "template.xlsx")
    book = openpyxl.load_workbook(path)
    for edit in edits:
        edit(book)
    book.save(path)
    return draw_blueprint(read_template(read_package(path, "template.xlsx")), plan)


def put(sheet: str, ref: str, text: object, *, locked: bool = True) -> Edit:
    def edit(book: Workbook) -> None:
        cell = book[sheet][ref]
        cell.value = text
        cell.protection = Protection(locked=locked)

    return edit


def lock(ref: str) -> Edit:
    def edit(book: Workbook) -> None:
        book[FORM][ref].protection = Protection(locked=True)

    return edit


def told(problems: tuple[Problem, ...]) -> Found:
    for problem in problems:
        assert problem.place.file == "template.xlsx"
        assert "{0}" not in describe(problem)
    return [(one.code, one.place.sheet, one.place.cell) for one in problems]


def test_a_sound_template(tmp_path: Path, plan: Plan) -> None:
    blueprint = drawn(tmp_path, plan)
    assert blueprint.problems == ()
    assert blueprint.form.sheet.name == FORM
    inputs = {one.input.path: one.cell.ref for one in blueprint.form.cells if one.input}
    assert inputs["years[0].result.text"] == "D5"
    assert len(inputs) == 7 * 4 + 2
    (block,) = blueprint.sheets[0].blocks
    assert (block.first, block.last, block.opening.ref) == (4, 4, "A4")


@pytest.mark.parametrize(
    ("edit", "wanted"),
    [
        (put(FORM, "A1", "{{ item.titel }}"), [("T102", FORM, "A1")]),
        (put(FORM, "A1", "{{ item.titel }} {{ item.titel }}"), [("T102", FORM, "A1")]),
        (put(FORM, "A1", "{{ item.title"), [("T101", FORM, "A1")]),
        (put(FORM, "A1", "{{ final_year | warek }}"), [("T120", FORM, "A1")]),
        (put(FORM, "H9", "{{ years[0].plan }}", locked=False), [("T106", FORM, "H9")]),
        (put(FORM, "H1", "{{ years[0].plan }}"), []),
        (put(FORM, "H1", "{{ item.title }}", locked=False), [("T108", FORM, "H1")]),
        (put(FORM, "H1", "{{ years[0].plan }}。", locked=False), [("T108", FORM, "H1")]),
        (put(FORM, "H1", "メモ", locked=False), [("T108", FORM, "H1")]),
        (put(FORM, "H1", None, locked=False), [("T128", FORM, "H1")]),
        (put(FORM, "A1", '="{{ item.title }}"'), [("T118", FORM, "A1")]),
        (lock("D5"), [("T107", FORM, "D5")]),
        (put(FORM, "D5", "メモ"), [("T105", FORM, None)]),
        (put(FORM, "E1", "様式ID"), [("T111", FORM, None)]),
        (put(FORM, "H1", "{% for e in entries %}"), None),
        (put(GUIDE, "B1", "{{ item.title }}"), [("T102", GUIDE, "B1")]),
        (put(GUIDE, "A4", "{% for entry in %}"), None),
        (put(GUIDE, "B4", "{{ entry.owners }}"), None),
        (put(GUIDE, "B4", "{{ entry.owmers }}{% endfor %}"), [("T102", GUIDE, "B4")]),
        (
            put(GUIDE, "A4", "{% for entry in entrys %}{{ entry.title }}"),
            [("T102", GUIDE, "A4")],
        ),
        (
            put(GUIDE, "A4", "{% for entry in entries if entry.shet %}{{ entry.title }}"),
            [("T102", GUIDE, "A4")],
        ),
        (put(GUIDE, "C4", "{{ entry.note }}", locked=False), [("T108", GUIDE, "C4")]),
        (put(GUIDE, "A6", "{{ entry.title }}"), [("T102", GUIDE, "A6")]),
        (put(GUIDE, "A6", "終わり {% endfor %}"), [("T109", GUIDE, "A6")]),
        (put(GUIDE, "A6", "終わり {% endif %}"), [("T109", GUIDE, "A6")]),
    ],
)
def test_each_fault_is_told_once_with_its_cell(
    tmp_path: Path, plan: Plan, edit: Edit, wanted: Found | None
) -> None:
    found = told(drawn(tmp_path, plan, edit).problems)
    assert len(set(found)) == len(found)
    if wanted is None:
        assert found
    else:
        assert found == wanted


def test_a_loop_that_is_not_closed(tmp_path: Path, plan: Plan) -> None:
    found = told(drawn(tmp_path, plan, put(GUIDE, "B4", "{{ entry.owners }}")).problems)
    assert found[0] == ("T109", GUIDE, "A4")


def test_a_loop_that_cannot_be_read_is_told_once(tmp_path: Path, plan: Plan) -> None:
    found = told(drawn(tmp_path, plan, put(GUIDE, "A4", "{% for in entries %}")).problems)
    assert [one for one in found if one[2] == "A4"] == [("T101", GUIDE, "A4")]


def test_repeated_rows_on_the_form(tmp_path: Path, plan: Plan) -> None:
    edits = (
        put(FORM, "A20", "{% for year in years %}{{ year.fiscal_year }}"),
        put(FORM, "B20", "{{ year.plan }}{% endfor %}"),
    )
    assert told(drawn(tmp_path, plan, *edits).problems) == [("T110", FORM, "A20")]


def test_no_form(tmp_path: Path, plan: Plan) -> None:
    def remove(book: Workbook) -> None:
        del book[FORM]

    assert told(drawn(tmp_path, plan, remove).problems) == [("T103", None, None)]


def test_two_forms(tmp_path: Path, plan: Plan) -> None:
    def copy(book: Workbook) -> None:
        book.copy_worksheet(book[FORM])

    assert told(drawn(tmp_path, plan, copy).problems) == [("T104", None, None)]


def test_a_sheet_named_like_a_copy_of_the_form(tmp_path: Path, plan: Plan) -> None:
    def add(book: Workbook) -> None:
        book.create_sheet("(1)②")

    assert told(drawn(tmp_path, plan, add).problems) == [("T121", "(1)②", None)]


def test_no_sample(tmp_path: Path, plan: Plan) -> None:
    def remove(book: Workbook) -> None:
        del book.defined_names["input_sample"]

    assert told(drawn(tmp_path, plan, remove).problems) == [("T112", None, None)]


def test_a_page_too_wide(tmp_path: Path, plan: Plan) -> None:
    def widen(book: Workbook) -> None:
        book[FORM].column_dimensions["B"].width = 80

    assert told(drawn(tmp_path, plan, widen).problems) == [("T113", FORM, None)]


def test_a_page_shrunk_by_the_printer(tmp_path: Path, plan: Plan) -> None:
    def shrink(book: Workbook) -> None:
        properties = book[FORM].sheet_properties.pageSetUpPr
        assert properties is not None
        properties.fitToPage = True

    assert told(drawn(tmp_path, plan, shrink).problems) == [("T114", FORM, None)]


def test_labels_are_those_of_the_master(tmp_path: Path, plan: Plan) -> None:
    edits = (lock("D5"), put(FORM, "B2", "{{ item.improvement }}"))
    blueprint = drawn(tmp_path, plan, *edits)
    assert [one.place.label for one in blueprint.problems] == ["令和7年度の取組実績"]
    labels = {one.cell.ref: one.label for one in blueprint.form.cells}
    assert labels["B2"] == "具体的な改善取組内容"


def test_all_faults_are_told_in_one_pass(tmp_path: Path, plan: Plan) -> None:
    edits = (
        put(FORM, "A1", "{{ item.titel }}"),
        lock("D5"),
        put(GUIDE, "A1", "{{ plan.municipalty }}"),
    )
    found = told(drawn(tmp_path, plan, *edits).problems)
    assert sorted(found, key=str) == [
        ("T102", FORM, "A1"),
        ("T102", GUIDE, "A1"),
        ("T107", FORM, "D5"),
    ]
