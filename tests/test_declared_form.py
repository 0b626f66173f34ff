"""計画が増やした欄・照会・ことばと、計画にない欄が、様式にそのとおりに出る。"""

from __future__ import annotations

import hashlib
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from declared_city import (
    Change,
    Edit,
    Json,
    drawn,
    item_of,
    plan_of,
    put,
    write_plan,
    write_template,
)
from making import changed_plan, make, unlocked_cells
from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from second_city import FORM, GUIDE

from sheetgen.form.context import round_text
from sheetgen.form.rounds import rounds_in, settle_round
from sheetgen.messages.catalogue import describe, is_error
from sheetgen.plan.plan import Plan
from sheetgen.problems import Problem, SheetgenError, UsageError
from sheetgen.send.checking import check

RESULTS, HALF, REVISION = "results", "half", "revision"


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plan_of(tmp_path_factory.mktemp("plan"))


def _answered(plan: Json) -> None:
    first, second, *_ = item_of(plan)["years"]
    first["values"] = {"issue": "窓口が足りない。", "income": 300.5, "second": "適", "half": 7}
    first["result"]["effect"] = 1200
    first["provisional"] = ["result.effect"]
    second["values"] = {"half": 7.25, "stage": "検討"}
    item_of(plan)["values"] = {"items": "続けること。"}


def _sheet(folder: Path, asked: str, *changes: Change, edits: tuple[Edit, ...] = ()) -> Worksheet:
    """作った様式の一枚目。"""
    template = write_template(folder / "template.xlsx", *edits)
    plan = write_plan(folder / "plan.json", *changes)
    made = make(folder, plan, template, round=asked, items=("01-01",))
    return openpyxl.load_workbook(made.books[0].path)["(1)①"]


def _rules(sheet: Worksheet) -> dict[str, DataValidation]:
    """セルの番地から、入力規則へ。"""
    return {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}


def _told(problems: tuple[Problem, ...]) -> list[tuple[str, str | None]]:
    for problem in problems:
        assert not re.search(r"\{\w", describe(problem).replace("{{", ""))
    return [(one.code, one.place.cell) for one in problems]


def test_a_template_of_a_plan_with_its_own_fields_is_sound(tmp_path: Path, plan: Plan) -> None:
    blueprint = drawn(tmp_path, plan)
    assert blueprint.problems == ()
    inputs = {one.input.path: one.label for one in blueprint.form.cells if one.input}
    assert inputs["years[1].values.half"] == "令和8年度の上半期の件数"
    assert inputs["years[0].result.effect"] == "令和7年度の決算額(千円)"
    assert "years[0].values.second" not in inputs
    labels = {one.expression.path: one.label for one in blueprint.form.cells}
    assert labels["item.values.items"] == "委員会の意見"


def test_declared_values_stand_in_their_cells(tmp_path: Path) -> None:
    sheet = _sheet(tmp_path, RESULTS, _answered)
    assert (sheet["B14"].value, sheet["D14"].value) == ("窓口が足りない。", "適")
    assert (sheet["C14"].value, sheet["C14"].number_format) == (300.5, "#,##0")
    assert (sheet["F15"].value, sheet["F15"].number_format) == (7.25, "0.0")
    # 書いていない欄は、空欄。
    assert (sheet["B15"].value, sheet["E17"].value) == (None, None)
    assert (sheet["A18"].value, sheet["B18"].value) == ("決算額(千円)", "続けること。")
    opened = unlocked_cells(sheet)
    assert opened >= {"B14", "C14", "E6"}
    assert not opened & {"D14", "E14", "F14", "B15", "C15", "B18"}


def test_money_that_is_not_asked_is_printed_and_added_as_thousands(tmp_path: Path) -> None:
    folder = tmp_path
    template = write_template(folder / "template.xlsx")
    plan = write_plan(folder / "plan.json", _answered)
    made = make(folder, plan, template, round=HALF, items=("01-01",))
    cells = openpyxl.load_workbook(made.books[0].path, data_only=True)["(1)①"]
    assert (cells["C14"].value, cells["C18"].value) == (301, 301)
    assert [one.code for one in made.problems if one.code.startswith("F01")] == ["F017"]


def test_a_round_of_the_plan_opens_what_it_asks(tmp_path: Path) -> None:
    sheet = _sheet(tmp_path, HALF, _answered)
    # 令和8年度（二年目）の上半期を聞く。
    rules = _rules(sheet)
    assert set(rules) == {"F15", "E8"}
    assert rules["F15"].promptTitle == "令和8年度の上半期の件数"
    assert "単位" not in rules["F15"].prompt
    assert "ISNUMBER" in rules["F15"].formula1
    assert sheet["E1"].value.startswith("2026half-01-01-")


def test_a_choice_and_a_grade_are_chosen_from_their_own_lists(tmp_path: Path) -> None:
    def graded(plan: Json) -> None:
        plan["fields"][2]["asked"] = RESULTS

    edits = tuple(put(FORM, f"D{14 + at}", f"{{{{ years[{at}].values.second }}}}", locked=False)
                  for at in range(4))  # fmt: skip
    rules = {}
    for asked in (RESULTS, REVISION):
        rules |= _rules(_sheet(tmp_path, asked, graded, edits=edits))
    assert (rules["D14"].formula1, rules["F5"].formula1) == ('"適,否"', '"S,A,B"')
    assert "適 妥当" in rules["D14"].prompt
    assert rules["D14"].promptTitle == "令和7年度の二次評価"
    assert rules["E16"].formula1 == '"検討,実施"'
    assert rules["E16"].prompt == "一覧から選んでください。"


def test_a_provisional_answer_is_shown_and_asked_again(tmp_path: Path) -> None:
    prompts = {
        ref: rule.prompt for ref, rule in _rules(_sheet(tmp_path, RESULTS, _answered)).items()
    }
    assert "1200 が、暫定として記録されています" in prompts.pop("E6")
    assert not [ref for ref, prompt in prompts.items() if "暫定" in prompt]


@pytest.mark.parametrize(
    ("kind", "words", "grade"),
    [
        (RESULTS, "令和７年度の取組実績、課題、歳入増と評価を記入してください。", "評価"),
        (REVISION, "令和９年度の取組方針・取組内容を記入し、令和９年度以降の年次計画、目標値、"
         "効果見込額、段階を見直してください。", ""),
        (HALF, "令和８年度の決算額と上半期の件数を記入してください。まだ確定していない数は、"
         "見込みでかまいません（暫定の答えとして記録します）。", ""),
    ],
)  # fmt: skip
def test_what_each_round_asks_is_said(plan: Plan, kind: str, words: str, grade: str) -> None:
    asked = round_text(plan, settle_round(plan, kind, None), None)
    assert asked.task == f"{words}色の付いた欄が、記入していただく欄です。"
    assert asked.grade == grade


def test_the_words_of_the_plan_stand_on_every_sheet(tmp_path: Path) -> None:
    template = write_template(tmp_path / "template.xlsx")
    made = make(tmp_path, write_plan(tmp_path / "plan.json"), template, round="上半期照会")
    guide = openpyxl.load_workbook(made.books[0].path)[GUIDE]
    assert guide["A1"].value.endswith(" 上半期照会")
    assert guide["A6"].value.startswith("事業 令和８年度の決算額と上半期の件数を記入")


OMITTED = ["years.effect", "years.result.effect", "overview"]


def _without_money(plan: Json) -> None:
    plan["omit"] = OMITTED
    plan["rounds"][0]["asks"] = ["years.values.half"]
    del plan["terms"]["labels"]
    for number in (1, 2, 3):
        del item_of(plan, number)["overview"]
        for year in item_of(plan, number)["years"]:
            del year["effect"], year["result"]["effect"]


def _clear(*refs: str) -> Edit:
    def edit(book: Workbook) -> None:
        for ref in refs:
            put(FORM, ref, None)(book)

    return edit


MONEY = [f"{column}{row}" for row in (6, 8, 10, 12) for column in "CE"]


def test_what_a_plan_does_not_have_is_not_missed(tmp_path: Path) -> None:
    assert drawn(tmp_path, plan_of(tmp_path, _without_money), _clear("A18", *MONEY)).problems == ()


ALL_THAT_CAN_GO = [
    "section", "related_sections", "current_state", "improvement", "vision", "indicator",
    "initiatives", "overall_grade", "overview", "years.target", "years.effect",
    "years.result.value", "years.result.effect", "years.result.text", "years.result.grade",
]  # fmt: skip


def _with_hardly_a_field(plan: Json) -> None:
    plan["omit"] = ALL_THAT_CAN_GO
    plan["rounds"][0]["asks"] = ["years.values.half"]
    del plan["terms"]["labels"]
    for number in (1, 2, 3):
        item = item_of(plan, number)
        item["introduced"] = 2025
        for key in ALL_THAT_CAN_GO:
            item.pop(key, None)
        for year in item["years"]:
            for key in ("target", "effect", "result"):
                year.pop(key, None)


@pytest.mark.parametrize("asked", [RESULTS, REVISION, HALF])
def test_nothing_is_said_of_what_a_plan_does_not_have(tmp_path: Path, asked: str) -> None:
    """様式に計画の欄と増やした欄しかなくても、点検も様式の作成も、何も言わない。"""
    gone = [f"{column}{row}" for row in range(5, 13) for column in "CDEF"
            if column in "CE" or row % 2]  # fmt: skip
    template = write_template(
        tmp_path / "template.xlsx", _clear("A3", "B2", "B3", "A18", "C13", "F13", *gone)
    )
    plan = write_plan(tmp_path / "plan.json", _with_hardly_a_field)
    assert [describe(one) for one in check(plan, template).problems] == []
    made = make(tmp_path, plan, template, round=asked)
    assert [describe(one) for one in made.problems] == []
    assert len(made.books) == 2


def test_a_cell_of_what_a_plan_does_not_have_is_told_once_and_prints_blank(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, _without_money)
    assert _told(drawn(tmp_path, plan).problems) == [("T136", "C6"), ("T136", "E6")]
    sheet = _sheet(tmp_path, RESULTS, _without_money)
    assert not any(sheet[ref].value for ref in (*MONEY, "A18"))
    assert all(sheet[ref].protection.locked for ref in MONEY)


def test_a_plan_of_one_level_has_one_heading(tmp_path: Path) -> None:
    def one_level(plan: Json) -> None:
        plan["omit"] = ["measure"]
        plan["terms"] |= {"policy": "基本目標", "section": "重点施策"}
        item_of(plan)["section"] = "総合窓口"

    texts = ("{{ form.policy }}", "{{ form.measure }}", "{{ form.section }}")
    edits = tuple(put(FORM, ref, text) for ref, text in zip(("A1", "A2", "B2"), texts, strict=True))
    sheet = _sheet(tmp_path, RESULTS, one_level, edits=edits)
    wanted = ["基本目標 1 市民サービス", None, "重点施策 総合窓口"]
    assert [sheet[ref].value or None for ref in ("A1", "A2", "B2")] == wanted
    sheet = _sheet(tmp_path, RESULTS, edits=edits)
    wanted = ["基本方針 1 市民サービス", "改革の推進項目 (1) 窓口", None]
    assert [sheet[ref].value or None for ref in ("A1", "A2", "B2")] == wanted
    old = put(FORM, "A2", "推進項目 {{ measure.name }}")
    assert _told(drawn(tmp_path, plan_of(tmp_path, one_level), old).problems) == [("T136", "A2")]


@pytest.mark.parametrize(
    ("edit", "wanted"),
    [
        (put(FORM, "F15", "メモ"), [("T137", None)]),
        (_clear("F14", "F15", "F16", "F17"), [("T137", None)]),
        (put(FORM, "B14", "{{ years[0].values.issue }}"), [("T107", "B14")]),
        (put(FORM, "A14", "{{ years[0].values.issue }}", locked=False), [("T106", "B14")]),
        (put(FORM, "D14", "{{ years[0].values.second }}", locked=False), [("T150", "D14")]),
        (put(FORM, "B18", "{{ item.values.items }}", locked=False), [("T150", "B18")]),
        (put(FORM, "D14", "{{ years[0].values.secnd }}"), [("T135", "D14")]),
        (put(FORM, "D14", "{{ years[0].values.nope }}", locked=False), [("T135", "D14")]),
        (put(FORM, "D14", "{{ years[0].values.items }}"), [("T135", "D14")]),
        (put(FORM, "D14", "{{ item.years[0].values.nope or '-' }}"), [("T135", "D14")]),
        (put(FORM, "A18", '{{ labels["years.plam"] }}'), [("T102", "A18")]),
        (put(GUIDE, "A6", "{{ terms.itm }}"), [("T102", "A6")]),
    ],
)
def test_each_fault_is_told_by_its_cell(
    tmp_path: Path, plan: Plan, edit: Edit, wanted: list[tuple[str, str | None]]
) -> None:
    problems = drawn(tmp_path, plan, edit).problems
    assert _told(problems) == wanted
    assert problems[0].place.sheet


def test_what_only_a_round_names_must_be_on_the_template(tmp_path: Path) -> None:
    def by_the_round(plan: Json) -> None:
        del plan["fields"][4]["asked"]

    plan = plan_of(tmp_path, by_the_round)
    assert drawn(tmp_path, plan).problems == ()
    (problem,) = drawn(tmp_path, plan, _clear("F15")).problems
    assert (problem.code, problem.facts["round"]) == ("T137", "上半期照会")


def test_what_was_meant_is_guessed(tmp_path: Path, plan: Plan) -> None:
    meant = {
        "{{ years[0].values.secnd }}": "years[0].values.second",
        "{{ years[0].values.items }}": "item.values.items",
        "{{ item.values.issue }}": "years[0].values.issue",
    }
    for text, path in meant.items():
        (problem,) = drawn(tmp_path, plan, put(FORM, "D14", text)).problems
        assert path in describe(problem)


def test_a_missing_field_is_told_with_its_label_and_its_round(tmp_path: Path, plan: Plan) -> None:
    (problem,) = drawn(tmp_path, plan, _clear("F15", "F16")).problems
    assert problem.place.label == "上半期の件数"
    assert problem.facts["round"] == "上半期照会"
    assert "years[1].values.half、years[2].values.half" in describe(problem)


def _with_year(plan: Json) -> None:
    plan["fiscal_years"].append(2029)
    for number in (1, 2, 3):
        years = item_of(plan, number)["years"]
        years.append({**years[-1], "fiscal_year": 2029})


def test_a_plan_longer_than_its_template(tmp_path: Path) -> None:
    (problem,) = drawn(tmp_path, plan_of(tmp_path, _with_year)).problems
    assert (problem.code, problem.facts["years"]) == ("T138", "令和11年度")
    assert "years[4]" in describe(problem)


def test_a_plan_shorter_than_its_template(tmp_path: Path) -> None:
    def shorter(plan: Json) -> None:
        plan["fiscal_years"].pop()
        for number in (1, 2, 3):
            item_of(plan, number)["years"].pop()

    problems = drawn(tmp_path, plan_of(tmp_path, shorter)).problems
    assert _told(problems) == [("T139", "A11")]


def test_a_round_that_asks_nothing_is_not_held(tmp_path: Path) -> None:
    def without_revision(plan: Json) -> None:
        plan["omit"] = ["initiatives", "years.plan", "years.target", "years.effect", "overview"]
        plan["fields"][3]["asked"] = None
        for number in (1, 2, 3):
            item = item_of(plan, number)
            del item["initiatives"], item["overview"]
            for year in item["years"]:
                del year["plan"], year["target"], year["effect"]

    plan = plan_of(tmp_path, without_revision)
    assert [one.kind.value for one in rounds_in(plan)] == [RESULTS, HALF]
    with pytest.raises(UsageError) as caught:
        settle_round(plan, REVISION, None)
    assert [one.code for one in caught.value.problems] == ["F007"]


def test_check_asks_what_grades_count_for(tmp_path: Path) -> None:
    def unclear(plan: Json) -> None:
        del plan["evaluation_scale"][1]["counts"], plan["scales"]["second"][0]["counts"]

    template = write_template(tmp_path / "template.xlsx")
    told = check(write_plan(tmp_path / "plan.json", unclear), template).problems
    asked = [(one.place.path, one.facts["grades"]) for one in told if one.code == "M078"]
    assert asked == [("evaluation_scale", "A"), ("scales.second", "適")]
    clear = check(write_plan(tmp_path / "plan.json"), template)
    assert [one.code for one in clear.problems if one.code == "M078" or one.code[0] == "T"] == []


def test_a_round_whose_name_does_not_fit_the_id_is_told_at_its_cell(
    tmp_path: Path, template_path: Path, plan_path: Path
) -> None:
    def named(key: str) -> Change:
        asks = ["years.result.value"]
        one = {"key": key, "name": "上半期照会", "of": "this_year", "asks": asks}
        return lambda plan: plan.update(rounds=[one])

    plan = changed_plan(plan_path, tmp_path / "short.json", named("half"))
    assert make(tmp_path, plan, template_path, round="half", items=("08-08",)).books
    plan = changed_plan(plan_path, tmp_path / "long.json", named("first_half_year"))
    with pytest.raises(SheetgenError) as caught:
        make(tmp_path, plan, template_path, round="first_half_year", items=("08-08", "08-07"))
    (problem,) = [one for one in caught.value.problems if is_error(one)]
    assert problem.code == "T151"
    assert problem.place.cell


@pytest.mark.parametrize(
    ("asked", "digest"),
    [
        (RESULTS, "9802f80e51cf2d61929559c697da9b3db4f51ed5ded94fec650e48f61d624c24"),
        (REVISION, "0d437c5b208cfac69637a1b2aac3654332b3c26b86c6c7617114b800664abc89"),
    ],
)
def test_a_plan_that_declares_nothing_has_the_forms_it_had(
    tmp_path: Path, template_path: Path, plan_path: Path, asked: str, digest: str
) -> None:
    """計画が何も足さなければ、様式はもとのまま（計画のデータかテンプレートを直したら改める）。"""
    found = hashlib.sha256()
    made = make(tmp_path, plan_path, template_path, round=asked, items=("08-08", "03-01"))
    for book in made.books:
        with zipfile.ZipFile(book.path) as parts:
            for name in parts.namelist():
                data = parts.read(name)
                found.update(b"%s:%d:" % (name.encode(), len(data)))
                found.update(data)
    assert found.hexdigest() == digest
