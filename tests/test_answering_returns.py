"""差戻しのブック：答えはそのまま、直す欄に印、わけの表、刷り上がり、配布記録。"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import second_city
from answering_samples import (
    EFFECT,
    FILE,
    GRADE,
    SHA,
    TEXT,
    VALUE,
    answer,
    every_item,
    held,
    question,
    recorded,
    request,
    results_round,
    returned,
)
from making import FORM, GUIDE, bindings, input_cells, make
from ooxml import audit, printed, rules
from openpyxl.worksheet.worksheet import Worksheet
from programs import soffice_convert

from sheetgen import messages
from sheetgen.forms.rounds import settle_round
from sheetgen.keeping.issues import issue_files, issues_folder, load_issue
from sheetgen.master import load_plan
from sheetgen.messages.message import C_, E_, Message
from sheetgen.model.answers import ReturnedForm
from sheetgen.model.collect import CollectRequest, CollectResult, ItemOutcome, ItemState
from sheetgen.model.identity import form_id, parse_carrier
from sheetgen.model.plan import Plan
from sheetgen.model.round import Round, RoundKind
from sheetgen.pipeline import check
from sheetgen.pipeline.answering import Answered
from sheetgen.pipeline.answering import answer as give_answer
from sheetgen.pipeline.collecting import collect
from sheetgen.problems import Problem, SheetgenError

RETURN = "差戻し"
HEAD_ROW = 10
DOUBT, INPUT = "FFFFCDB8", "FFFFF6D6"
LONG = "・庁舎の空きスペースを調べ、設置に向く場所を三か所選びました。" * 200
JOINT = "03-06"


@pytest.fixture(autouse=True)
def codes(monkeypatch: pytest.MonkeyPatch) -> None:
    _add_codes(monkeypatch)


def _add_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    for code, message in {
        "Z301": Message(
            E_, "「{raw}」を数として読めません。", "数字だけで書いてもらってください。"
        ),
        "Z302": Message(C_, "目標値の {times} 倍です。", "所属に確かめてください。"),
        "Z304": Message(E_, "取組実績が空欄です。", "書いてもらってください。"),
        "Z305": Message(C_, "文字が{length}字あります。", "短くしてもらってください。"),
        "Z401": Message(E_, "様式どうしで違います。", "--take で決めてください。"),
        "Z402": Message(E_, "様式がちがいます。", "確かめてください。"),
    }.items():
        monkeypatch.setitem(messages.CATALOGUE, code, message)


class Desk:
    """一回の答え：頼むことと、その結果。"""

    def __init__(self, root: Path, plan_path: Path, template: Path) -> None:
        self.root = root
        self.plan_path = root / "data" / "plan.json"
        self.plan_path.parent.mkdir(parents=True)
        self.plan_path.write_bytes(plan_path.read_bytes())
        self.plan: Plan = load_plan(self.plan_path)
        self.chosen: Round = results_round(self.plan)
        self.request: CollectRequest = request(root, self.plan_path, template)

    def form(self, item: str, values: dict[str, Any], **found: Any) -> ReturnedForm:
        return returned(self.plan, self.chosen, item, values, **found)

    def question(self, code: str, item: str, path: str, **facts: Any) -> Problem:
        return question(self.plan, code, item, path, **facts)

    def held(self, form: ReturnedForm, *more: Problem) -> ItemOutcome:
        return held(self.plan, form, *more)

    def answer(self, outcomes: Sequence[ItemOutcome], forms: Sequence[ReturnedForm]) -> Answered:
        every = every_item(self.plan, outcomes)
        return give_answer(self.request, self.plan, self.chosen, every, (), (), forms)


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
        _add_codes(patch)
        return desk, desk.answer(outcomes, [first, long, joint, good])


def _opened(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def _book(made: tuple[Desk, Answered], section: str) -> Path:
    (path,) = [one for one in made[1].returns if section in one.name]
    return path


def _reasons(sheet: Worksheet) -> list[dict[str, Any]]:
    heads = [cell.value for cell in sheet[HEAD_ROW]]
    return [
        dict(zip(heads, row, strict=True))
        for row in sheet.iter_rows(min_row=HEAD_ROW + 1, values_only=True)
    ]


def _fill(sheet: Worksheet, ref: str) -> str | None:
    fill = sheet[ref].fill
    return str(fill.fgColor.rgb) if fill.fill_type == "solid" else None


def test_each_section_gets_its_items_in_question(made: tuple[Desk, Answered]) -> None:
    desk, answered = made
    folder = desk.root / "output" / "令和6年度" / "回収" / "差戻し"
    assert answered.report == folder.parent / "回収結果.xlsx"
    assert answered.report.is_file()
    assert [path.parent for path in answered.returns] == [folder] * 2
    names = [path.name for path in answered.returns]
    assert names[0] == "0101_企画部 経営企画課_差戻し.xlsx"
    assert names[1].endswith("職員課_差戻し.xlsx")  # 共管の項目は、取りまとめの課へ
    assert sorted(path.name for path in folder.glob("*.xlsx")) == sorted(names)
    sheets = _opened(answered.returns[0]).sheetnames
    assert sheets == [RETURN, GUIDE, "(1)①", "(8)⑧", "_sheetgen"]
    assert _opened(answered.returns[1]).sheetnames == [RETURN, GUIDE, "(3)⑥", "_sheetgen"]


def test_answers_come_back_as_they_were_written(
    made: tuple[Desk, Answered], template_path: Path
) -> None:
    cells = {path: ref for ref, path in input_cells(template_path).items()}
    book = _opened(_book(made, "経営企画課"))
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
    book = _opened(_book(made, "経営企画課"))
    doubt = {"(8)⑧": {VALUE, EFFECT}, "(1)①": {TEXT}}
    for name, paths in doubt.items():
        sheet = book[name]
        rule_of = {str(r.sqref).split(":")[0]: r for r in sheet.data_validations.dataValidation}
        for path in (TEXT, VALUE, EFFECT, GRADE):
            ref = cells[path]
            assert _fill(sheet, ref) == (DOUBT if path in paths else INPUT), (name, path)
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
    book = _opened(_book(made, "経営企画課"))
    sheet = book[RETURN]
    assert book.active.title == RETURN
    assert _fill(sheet, "A6") == DOUBT
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
    blank, stray = _reasons(_opened(_book(made, "職員課"))[RETURN])
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
    assert [audit.findings(path) for path in paths] == [[], []]


def test_a_return_prints_like_any_form(made: tuple[Desk, Answered], tmp_path: Path) -> None:
    for book, pdf in zip(made[1].returns, soffice_convert(made[1].returns, tmp_path), strict=True):
        judged = printed.judge(book, pdf)
        assert set(judged.pages.values()) == {1}
        forms = [name for name in judged.pages if name not in (GUIDE, "(1)①")]
        assert judged.problems_of(forms) == []


def test_one_overlong_answer_leaves_the_rest_of_its_page_as_it_is(
    made: tuple[Desk, Answered], template_path: Path
) -> None:
    sheet = _opened(_book(made, "経営企画課"))["(1)①"]
    template = _opened(template_path)[FORM]
    sizes = {ref: sheet[ref].font.sz for ref in bindings(template_path)}
    assert sizes == {ref: template[ref].font.sz for ref in sizes}


def test_a_return_is_issued_anew(made: tuple[Desk, Answered], template_path: Path) -> None:
    desk, answered = made
    cells = {path: ref for ref, path in input_cells(template_path).items()}
    (record,) = issue_files(issues_folder(desk.plan_path), desk.chosen)
    issue = load_issue(record)
    assert issue.is_return
    assert {form.item_id for form in issue.forms.values()} == {"01-01", "08-08", JOINT}
    form = issue.forms[form_id(desk.chosen, "08-08")]
    assert form.replaces == {SHA}
    assert form.book == answered.returns[0].name
    assert form.values[cells[VALUE]] == "３４台くらい"
    assert form.base[VALUE] is None  # 計画のデータには、まだ何もない
    assert VALUE in form.opened
    register = _opened(answered.returns[0])["_sheetgen"]
    carriers = [parse_carrier(str(row[3])) for row in register.iter_rows(2, values_only=True)]
    assert [one["issue"] for one in carriers if one] == [issue.key] * 2


def test_twice_changes_nothing_and_a_filled_one_is_kept(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    desk = Desk(tmp_path, plan_path, template_path)
    form = desk.form("08-08", {TEXT: "・済。"}, unread={VALUE: "多数"},
                     problems=[desk.question("Z301", "08-08", VALUE, raw="多数")])  # fmt: skip
    (book,) = desk.answer([desk.held(form)], [form]).returns
    before = book.read_bytes()
    desk.answer([desk.held(form)], [form])
    assert book.read_bytes() == before
    assert not (book.parent / "旧版").exists()
    book.write_bytes(b"filled in where it lay")
    desk.answer([desk.held(form)], [form])
    assert book.read_bytes() == before
    (kept,) = (book.parent / "旧版").rglob("*.xlsx")
    assert kept.read_bytes() == b"filled in where it lay"


def test_a_finished_return_is_told(tmp_path: Path, plan_path: Path, template_path: Path) -> None:
    desk = Desk(tmp_path, plan_path, template_path)
    owner = desk.plan.find("01-04")[2].owners[0]
    items = [item.id for _, _, item in desk.plan.items() if item.owners[0] == owner]
    form = desk.form("01-04", {}, problems=[desk.question("Z304", "01-04", TEXT)])
    (book,) = desk.answer([desk.held(form)], [form]).returns
    forms = [desk.form(item, {TEXT: "・済。"}) for item in items]
    again = desk.answer([recorded(desk.plan, form) for form in forms], forms)
    assert again.returns == ()
    assert [(p.code, p.place.file) for p in again.problems] == [("R603", str(book))]


def test_a_dry_run_writes_nothing(tmp_path: Path, plan_path: Path, template_path: Path) -> None:
    desk = Desk(tmp_path, plan_path, template_path)
    desk.request = CollectRequest(
        paths=(), plan=desk.plan_path, template=template_path, root=tmp_path, dry_run=True
    )
    form = desk.form("01-04", {}, problems=[desk.question("Z304", "01-04", TEXT)])
    assert desk.answer([desk.held(form)], [form]) == (None, (), ())
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_folder_that_refuses_is_told(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    desk = Desk(tmp_path, plan_path, template_path)
    (tmp_path / "output").write_text("これはフォルダーではない", encoding="utf-8")
    form = desk.form("01-04", {}, problems=[desk.question("Z304", "01-04", TEXT)])
    answered = desk.answer([desk.held(form)], [form])
    assert answered.report is None
    assert answered.returns == ()
    assert {problem.code for problem in answered.problems} == {"O001"}


def test_normal_books_leave_the_sheet_out(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    made = make(tmp_path, plan_path, template_path, items=("08-08",))
    book = _opened(made.books[0].path)
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
    book = _opened(answered.returns[0])
    assert book.sheetnames == [GUIDE, "(8)⑧", "_sheetgen"]
    ref = next(ref for ref, path in input_cells(template_path).items() if path == VALUE)
    assert _fill(book["(8)⑧"], ref) == INPUT
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
    sheet = _opened(answered.returns[0])["(1)②"]
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


def test_the_same_return_has_the_same_bytes(
    made: tuple[Desk, Answered], tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    books = []
    for name in ("a", "b"):
        desk = Desk(tmp_path / name, plan_path, template_path)
        form = desk.form("08-08", {}, problems=[desk.question("Z304", "08-08", TEXT)])
        (book,) = desk.answer([desk.held(form)], [form]).returns
        books.append(io.BytesIO(book.read_bytes()).getvalue())
    assert books[0] == books[1]


def test_a_revision_is_sent_back_too(tmp_path: Path, plan_path: Path, template_path: Path) -> None:
    desk = Desk(tmp_path, plan_path, template_path)
    desk.chosen = settle_round(desk.plan, RoundKind.REVISION, None)
    year = desk.chosen.initiative_year
    target = f"years[{desk.plan.fiscal_years.index(year)}].target"
    form = desk.form(
        "08-08",
        {"initiative.text": "■ 三か所に増やす。"},
        unread={target: "四十弱"},
        problems=[desk.question("Z301", "08-08", target, raw="四十弱")],
    )
    (book,) = desk.answer([desk.held(form)], [form]).returns
    cells = {path: ref for ref, path in input_cells(template_path).items()}
    sheet = _opened(book)["(8)⑧"]
    assert sheet[cells["initiative.text"]].value == "■ 三か所に増やす。"
    assert sheet[cells[target]].value == "四十弱"
    assert (_fill(sheet, cells[target]), _fill(sheet, cells["initiative.text"])) == (DOUBT, INPUT)
    assert sheet[cells[TEXT]].protection.locked
    report = _opened(book.parent.parent / "回収結果.xlsx")["実施項目別"]
    heads = [cell.value for cell in report[3]]
    assert heads[5:8] == ["成果指標の目標値", "単位", "効果見込額(千円)"]


def test_a_mended_return_can_be_collected(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    plan = tmp_path / "data" / "plan.json"
    plan.parent.mkdir()
    plan.write_bytes(plan_path.read_bytes())
    made = make(tmp_path, plan, template_path, items=("08-08",))
    cells = {path: ref for ref, path in input_cells(template_path).items()}

    def collected(source: Path, values: dict[str, Any]) -> CollectResult:
        book = _opened(source)
        for path, value in values.items():
            book["(8)⑧"][cells[path]] = value
        folder = tmp_path / f"届いたもの{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        book.save(folder / source.name)
        wish = CollectRequest(paths=(folder,), plan=plan, template=template_path, root=tmp_path)
        return collect(wish)

    said = {TEXT: "・三十五台を置いた。", VALUE: "35台くらい", EFFECT: 6900, GRADE: "A"}
    first = collected(made.books[0].path, said)
    (book,) = first.returns
    again = collected(book, {})  # 直さずに戻れば、また聞く
    assert again.returns == (book,)
    (found,) = [one for one in again.items if one.item == "08-08"]
    assert found.state is ItemState.HELD
    last = collected(book, {VALUE: 35})
    (found,) = [one for one in last.items if one.item == "08-08"]
    assert found.state is ItemState.RECORDED
    result = load_plan(plan).find("08-08")[2].years[0].result
    assert (result.text, result.value, result.effect, result.grade) == (
        "・三十五台を置いた。", 35, 6900, "A",
    )  # fmt: skip


def test_a_figure_that_cannot_be_seen_whole_is_told(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    desk = Desk(tmp_path, plan_path, template_path)
    long = "効果額は、設置の時期によって変わるため、まだ確かには言えません。" * 3
    form = desk.form(
        "08-08", {}, unread={EFFECT: long},
        problems=[desk.question("Z301", "08-08", EFFECT, raw=long)],
    )  # fmt: skip
    answered = desk.answer([desk.held(form)], [form])
    assert [(p.code, p.place.item) for p in answered.problems] == [("R606", "08-08")]
    cells = {path: ref for ref, path in input_cells(template_path).items()}
    sheet = _opened(answered.returns[0])["(8)⑧"]
    assert sheet[cells[EFFECT]].value == long
    assert rules.violations_of(list(answered.returns)) == {}
