"""差戻しとテンプレート：わけのシートがあるとき、ないとき、よその市、指してはならない所。"""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import second_city
from answering_desk import HEAD_ROW, INPUT, RETURN, Desk, add_codes, fill_of, opened
from answering_samples import (
    GRADE,
    TEXT,
    VALUE,
)
from making import FORM, GUIDE, input_cells, make
from ooxml import rules

from sheetgen.problems import SheetgenError
from sheetgen.send.checking import check


@pytest.fixture(autouse=True)
def codes(monkeypatch: pytest.MonkeyPatch) -> None:
    add_codes(monkeypatch)


def test_normal_books_leave_the_sheet_out(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    made = make(tmp_path, plan_path, template_path, items=("08-08",))
    book = opened(made.books[0].path)
    assert book.sheetnames == [GUIDE, "(8)⑧", "_sheetgen"]
    assert "doubt_sample" not in book.defined_names
    assert all(RETURN not in (n.attr_text or "") for n in book.defined_names.values())
    assert rules.violations_of([made.books[0].path]) == {}


def test_a_template_without_the_sheet_still_works(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    older = openpyxl.load_workbook(template_path)
    del older[RETURN]
    del older.defined_names["doubt_sample"]
    older.save(tmp_path / "older.xlsx")
    desk = Desk(tmp_path, plan_path, tmp_path / "older.xlsx")
    form = desk.form("08-08", {}, unread={VALUE: "多数"},
                     problems=[desk.question("Z301", "08-08", VALUE, raw="多数")])  # fmt: skip
    answered = desk.answer([desk.held(form)], [form])
    assert sorted(problem.code for problem in answered.problems) == ["R601", "R602"]
    book = opened(answered.returns[0])
    assert book.sheetnames == [GUIDE, "(8)⑧", "_sheetgen"]
    ref = next(ref for ref, path in input_cells(template_path).items() if path == VALUE)
    assert fill_of(book["(8)⑧"], ref) == INPUT
    prompts = [rule.prompt for rule in book["(8)⑧"].data_validations.dataValidation]
    assert any("「多数」を数として読めません。" in prompt for prompt in prompts)
    assert rules.violations_of(list(answered.returns)) == {}


def test_another_city_gets_its_returns_too(tmp_path: Path) -> None:
    plan_path = second_city.write_plan(tmp_path / "other.json")
    template = second_city.write_template(tmp_path / "other.xlsx")
    desk = Desk(tmp_path, plan_path, template)
    form = desk.form(
        "01-02",
        {TEXT: "・窓口を動かした。", GRADE: "A"},
        unread={VALUE: "十分弱"},
        problems=[desk.question("Z301", "01-02", VALUE, raw="十分弱")],
    )
    answered = desk.answer([desk.held(form)], [form])
    assert sorted(problem.code for problem in answered.problems) == ["R601", "R602"]
    assert [path.name for path in answered.returns] == ["0102_総務部 市民課_差戻し.xlsx"]
    sheet = opened(answered.returns[0])["(1)②"]
    assert (sheet["D5"].value, sheet["E5"].value, sheet["F5"].value) == (
        "・窓口を動かした。", "十分弱", "A",
    )  # fmt: skip
    assert rules.violations_of(list(answered.returns)) == {}


@pytest.mark.parametrize("link", [True, False])
def test_nothing_may_point_at_the_sheet_that_is_left_out(
    link: bool, tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    book = openpyxl.load_workbook(template_path)
    if link:
        book[GUIDE]["G1"].value = "わけ"
        book[GUIDE]["G1"].hyperlink = openpyxl.worksheet.hyperlink.Hyperlink(
            ref="G1", location=f"'{RETURN}'!A1"
        )
    else:
        book[FORM]["P1"].value = f"={RETURN}!A1"
    book.save(tmp_path / "pointing.xlsx")
    with pytest.raises(SheetgenError) as caught:
        make(tmp_path, plan_path, tmp_path / "pointing.xlsx", items=("08-08",))
    assert [problem.code for problem in caught.value.problems] == ["T016"]


def test_check_tries_the_list_of_reasons(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    assert [p.code for p in check(plan_path, template_path).problems if p.code[0] == "T"] == []
    book = openpyxl.load_workbook(template_path)
    cell = book[RETURN].cell(HEAD_ROW + 1, 4)
    for text, code in (("{{ reason.filed }}", "T102"), ("{{ reason.cell[9] }}", "T115")):
        cell.value = text
        book.save(tmp_path / "wrong.xlsx")
        problems = check(plan_path, tmp_path / "wrong.xlsx").problems
        assert [(p.code, p.place.sheet, p.place.cell) for p in problems if p.code[0] == "T"] == [
            (code, RETURN, cell.coordinate)
        ]
