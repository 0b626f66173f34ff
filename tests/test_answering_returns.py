"""差戻しのブック：答えはそのまま、直す欄に印、わけの表、刷り上がり、配布記録。"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from answering_desk import DOUBT, HEAD_ROW, INPUT, RETURN, Desk, add_codes, fill_of, opened
from answering_samples import (
    EFFECT,
    FILE,
    GRADE,
    SHA,
    TEXT,
    VALUE,
    answer,
    recorded,
)
from making import FORM, GUIDE, bindings, input_cells
from ooxml import printed, rules
from openpyxl.worksheet.worksheet import Worksheet
from programs import soffice_convert

from sheetgen.collect.answering import Answered
from sheetgen.form.identity import form_id, parse_carrier
from sheetgen.problems import Problem
from sheetgen.records.issues import issue_files, issues_folder, load_issue

LONG = "・庁舎の空きスペースを調べ、設置に向く場所を三か所選びました。" * 200
JOINT = "03-06"


@pytest.fixture(autouse=True)
def codes(monkeypatch: pytest.MonkeyPatch) -> None:
    add_codes(monkeypatch)


def test_a_wrong_answer_makes_no_figure_too_small_to_read(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    """長い文も、桁の多い数も、差戻しの様式の数を 8 pt より小さくしない。"""
    desk = Desk(tmp_path / "desk", plan_path, template_path)
    forms = []
    for item, text in (("01-01", LONG[:1500]), ("08-08", "・置いた。")):
        written = {TEXT: text, VALUE: 34, EFFECT: 2_671_349_000, GRADE: "A"}
        doubts = [desk.question("Z302", item, EFFECT, times=1000)]
        if len(text) > 1000:
            doubts.append(desk.question("Z305", item, TEXT, length=len(text)))
        forms.append(desk.form(item, written, problems=doubts))
    answered = desk.answer([desk.held(one) for one in forms], forms)
    (book,) = answered.returns
    where = {path: cell for cell, path in bindings(template_path).items()}
    for sheet in opened(book).worksheets[2:4]:
        for path, cell in where.items():
            if path.endswith((".value", ".effect", ".target")) or path == "item.improvement":
                assert sheet[cell].font.sz >= 8, (sheet.title, path)
        assert sheet[where[EFFECT]].value == 2_671_349_000
    assert "R604" in {one.code for one in answered.problems}


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, plan_path: Path, template_path: Path
) -> tuple[Desk, Answered]:
    """読めない数、疑わしい額、空の必須の欄、長すぎる文、共管の項目。"""
    desk = Desk(tmp_path_factory.mktemp("return"), plan_path, template_path)
    first = desk.form(
        "08-08",
        {
            TEXT: "・二か所に置いた。",
            EFFECT: answer(desk.plan, EFFECT, 6800000, "680万円", "money_unit"),
        },
        unread={VALUE: "３４台くらい"},
        problems=[
            desk.question("Z301", "08-08", VALUE, raw="３４台くらい"),
            desk.question("Z302", "08-08", EFFECT, times=1000),
        ],
    )
    long = desk.form(
        "01-01",
        {TEXT: LONG, VALUE: answer(desk.plan, VALUE, 12, "１２件", "width unit"), GRADE: "B"},
        problems=[desk.question("Z305", "01-01", TEXT, length=len(LONG))],
    )
    joint = desk.form(
        JOINT, {VALUE: "-", GRADE: "A"}, problems=[desk.question("Z304", JOINT, TEXT)]
    )
    stray = Problem("Z402", joint.problems[0].place.__class__(FILE, "(3)⑥", item=JOINT))
    good = desk.form("01-02", {TEXT: "・済ませた。", GRADE: "A"})
    outcomes = [
        desk.held(first),
        desk.held(long),
        desk.held(joint, stray),
        recorded(desk.plan, good),
    ]
    with pytest.MonkeyPatch.context() as patch:
        add_codes(patch)
        return desk, desk.answer(outcomes, [first, long, joint, good])


def _book(made: tuple[Desk, Answered], section: str) -> Path:
    (path,) = [one for one in made[1].returns if section in one.name]
    return path


def _reasons(sheet: Worksheet) -> list[dict[str, Any]]:
    heads = [cell.value for cell in sheet[HEAD_ROW]]
    return [
        dict(zip(heads, row, strict=True))
        for row in sheet.iter_rows(min_row=HEAD_ROW + 1, values_only=True)
    ]


def test_each_section_gets_its_items_in_question(made: tuple[Desk, Answered]) -> None:
    desk, answered = made
    folder = desk.root / "output" / "令和6年度" / "実績照会" / "回収" / "差戻し"
    assert answered.report == folder.parent / "回収結果.xlsx"
    assert answered.report.is_file()
    assert [path.parent for path in answered.returns] == [folder] * 2
    names = [path.name for path in answered.returns]
    assert names[0] == "0101_企画部 経営企画課_差戻し.xlsx"
    assert names[1].endswith("職員課_差戻し.xlsx")  # 共管の項目は、取りまとめの課へ
    assert sorted(path.name for path in folder.glob("*.xlsx")) == sorted(names)
    sheets = opened(answered.returns[0]).sheetnames
    assert sheets == [RETURN, GUIDE, "(1)①", "(8)⑧", "_sheetgen"]
    assert opened(answered.returns[1]).sheetnames == [RETURN, GUIDE, "(3)⑥", "_sheetgen"]


def test_answers_come_back_as_they_were_written(
    made: tuple[Desk, Answered], template_path: Path
) -> None:
    cells = {path: ref for ref, path in input_cells(template_path).items()}
    book = opened(_book(made, "経営企画課"))
    form = book["(8)⑧"]
    # 読めなかった文字と、疑わしい読み方をした文字は、打たれたまま。
    assert form[cells[VALUE]].value == "３４台くらい"
    assert form[cells[EFFECT]].value == "680万円"
    assert form[cells[TEXT]].value == "・二か所に置いた。"
    assert form[cells[GRADE]].value is None
    other = book["(1)①"]
    assert other[cells[TEXT]].value == LONG
    assert other[cells[VALUE]].value == 12  # 聞くことのない欄は、読んだ値
    plan = made[0].plan.find("08-08")[2]
    assert form[cells["years[1].target"]].value == plan.years[1].target


def test_the_doubtful_cells_are_marked(made: tuple[Desk, Answered], template_path: Path) -> None:
    cells = {path: ref for ref, path in input_cells(template_path).items()}
    book = opened(_book(made, "経営企画課"))
    doubt = {"(8)⑧": {VALUE, EFFECT}, "(1)①": {TEXT}}
    for name, paths in doubt.items():
        sheet = book[name]
        rule_of = {str(r.sqref).split(":")[0]: r for r in sheet.data_validations.dataValidation}
        for path in (TEXT, VALUE, EFFECT, GRADE):
            ref = cells[path]
            assert fill_of(sheet, ref) == (DOUBT if path in paths else INPUT), (name, path)
            assert not sheet[ref].protection.locked
            assert ("差戻し" in rule_of[ref].prompt) == (path in paths)
            assert len(rule_of[ref].prompt) <= 255
        assert sheet[cells["years[1].result.text"]].protection.locked
    sheet = book["(8)⑧"]
    prompts = {str(r.sqref).split(":")[0]: r.prompt for r in sheet.data_validations.dataValidation}
    assert "「３４台くらい」を数として読めません。" in prompts[cells[VALUE]]


def test_the_reasons_stand_on_the_first_sheet(
    made: tuple[Desk, Answered], template_path: Path
) -> None:
    cells = {path: ref for ref, path in input_cells(template_path).items()}
    book = opened(_book(made, "経営企画課"))
    sheet = book[RETURN]
    assert book.active.title == RETURN
    assert fill_of(sheet, "A6") == DOUBT
    reasons = _reasons(sheet)
    assert [(r["番号"], r["様式"], r["セル"], r["書かれていたこと"]) for r in reasons] == [
        (1, "(1)①", cells[TEXT], f"{LONG[:99]}…"),
        (2, "(8)⑧", cells[VALUE], "３４台くらい"),
        (3, "(8)⑧", cells[EFFECT], "680万円"),
    ]
    assert [r["わけ"] for r in reasons][1:] == [
        "「３４台くらい」を数として読めません。",
        "目標値の 1000 倍です。",
    ]
    assert "（単位: 台）" in reasons[1]["直し方"]
    assert "680万円は 6800" in reasons[2]["直し方"]
    assert reasons[2]["直し方"].startswith("正しければ")
    links = {cell.coordinate: cell.hyperlink.location for row in sheet.iter_rows() for cell in row
             if cell.hyperlink}  # fmt: skip
    assert links[f"E{HEAD_ROW + 2}"] == f"'(8)⑧'!{cells[VALUE]}"
    assert links[f"B{HEAD_ROW + 1}"] == "'(1)①'!A1"
    blank, stray = _reasons(opened(_book(made, "職員課"))[RETURN])
    assert (blank["書かれていたこと"], blank["セル"]) == ("（空欄）", cells[TEXT])
    assert "記入して" in blank["直し方"]
    assert (stray["セル"], stray["書かれていたこと"] or None) == (None, None)


def test_overlong_answers_are_told_and_not_refused(made: tuple[Desk, Answered]) -> None:
    problems = {problem.code: problem for problem in made[1].problems}
    assert set(problems) == {"R604"}
    assert problems["R604"].place.item == "01-01"
    assert problems["R604"].facts["length"] == len(LONG)


def test_the_books_are_sound(made: tuple[Desk, Answered]) -> None:
    paths = list(made[1].returns)
    assert rules.violations_of(paths) == {}


def test_a_return_prints_like_any_form(made: tuple[Desk, Answered], tmp_path: Path) -> None:
    for book, pdf in zip(made[1].returns, soffice_convert(made[1].returns, tmp_path), strict=True):
        judged = printed.judge(book, pdf)
        assert set(judged.pages.values()) == {1}
        forms = [name for name in judged.pages if name not in (GUIDE, "(1)①")]
        assert judged.problems_of(forms) == []


def test_one_overlong_answer_leaves_the_rest_of_its_page_as_it_is(
    made: tuple[Desk, Answered], template_path: Path
) -> None:
    sheet = opened(_book(made, "経営企画課"))["(1)①"]
    template = opened(template_path)[FORM]
    sizes = {ref: sheet[ref].font.sz for ref in bindings(template_path)}
    assert sizes == {ref: template[ref].font.sz for ref in sizes}


def test_a_return_is_issued_anew(made: tuple[Desk, Answered], template_path: Path) -> None:
    desk, answered = made
    cells = {path: ref for ref, path in input_cells(template_path).items()}
    issues = [load_issue(one) for one in issue_files(issues_folder(desk.plan_path), desk.chosen)]
    assert all(issue.is_return for issue in issues)
    # 課ごとに一つ。ほかの課の答えが変わっても、その課の差戻しは同じもの。
    items = [{form.item_id for form in issue.forms.values()} for issue in issues]
    assert sorted(map(sorted, items)) == [["01-01", "08-08"], [JOINT]]
    (issue,) = (one for one in issues if form_id(desk.chosen, "08-08") in one.forms)
    form = issue.forms[form_id(desk.chosen, "08-08")]
    assert form.replaces == {SHA}
    assert form.book == answered.returns[0].name
    assert form.values[cells[VALUE]] == "３４台くらい"
    assert form.base[VALUE] is None  # 計画のデータには、まだ何もない
    assert VALUE in form.opened
    # 期限を入れたブックを作り直せるだけのものが、記録にある。
    assert form.correction is not None
    assert form.correction.values[VALUE] == "３４台くらい"
    assert set(form.correction.marks) == set(form.doubted)
    register = opened(answered.returns[0])["_sheetgen"]
    carriers = [parse_carrier(str(row[3])) for row in register.iter_rows(2, values_only=True)]
    assert [one["issue"] for one in carriers if one] == [issue.key] * 2
