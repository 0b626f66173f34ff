"""戻ってくるもの、その1（1-8）：どの様式か、どの欄か。番号は「何が戻ってくるか」の行。"""

from __future__ import annotations

import shutil
import unicodedata
from pathlib import Path

import pytest
from making import changed_plan, places
from ooxml import reshape
from ooxml.draft import Draft
from ooxml.package import q
from returned import clients
from returned.desk import Desk, codes, errors, recorded, results, states
from returned.libreoffice import LibreOffice
from returned.post import BENCH, GARBAGE, SPORTS, TAX, Post
from returned.sections import EFFECT, TEXT, VALUE, Form

from sheetgen.collect.request import CollectResult, Take
from sheetgen.plan.round import RoundKind
from sheetgen.problems import Problem, UsageError
from sheetgen.records.open_items import ItemState


def held(desk: Desk, item: str) -> dict[str, object]:
    """計画のデータが今持つ実績。"""
    return results(desk)[item]


def problems_of(result: CollectResult, code: str) -> list[Problem]:
    """その符号の問題。"""
    return [problem for problem in result.problems if problem.code == code]


def assert_exact(post: Post, result: CollectResult, item: str) -> None:
    """答えが記録され、書いたとおりである。"""
    assert errors(result) == []
    assert states(result)[item] is ItemState.RECORDED
    assert held(post.desk, item) == dict(post.forms[item].answers)


def assert_nothing(desk: Desk, result: CollectResult, before: dict[str, bytes]) -> None:
    """何も記録していない。"""
    assert recorded(result) == set()
    assert desk.plan.read_bytes() == before["data/plan.json"]


def test_line_01_wrong_form(desk: Desk, tmp_path: Path) -> None:
    import openpyxl

    before = desk.everything()
    book = openpyxl.Workbook()
    book.active["A1"] = "職員名簿"
    book.save(tmp_path / "別の用事.xlsx")
    result = desk.collect(tmp_path / "別の用事.xlsx")
    assert_nothing(desk, result, before)
    assert [problem.place.file for problem in errors(result)] == ["別の用事.xlsx"]


def test_line_01_another_years_form(desk: Desk, post: Post, tmp_path: Path) -> None:
    desk.distribute(year=2025, out=tmp_path / "来年")
    book = next((tmp_path / "来年").glob("*収納課*"))
    before = desk.everything()
    result = desk.collect(book, year=2024)
    assert_nothing(desk, result, before)
    assert problems_of(result, "R104")


def test_line_01_forms_of_both_rounds(desk: Desk, post: Post, tmp_path: Path) -> None:
    """二つの照会の様式が混ざれば、少ないほうのファイルを挙げて止まる。"""
    desk.distribute(round=RoundKind.REVISION, out=tmp_path / "見直し")
    stray = next((tmp_path / "見直し").glob("*収納課*"))
    before = desk.plan.read_bytes()
    with pytest.raises(UsageError) as raised:
        desk.collect(stray, post.send(TAX), post.send(BENCH))
    [problem] = raised.value.problems
    assert (problem.code, problem.place.file) == ("F016", stray.name)
    assert desk.plan.read_bytes() == before


def test_line_01_another_citys_form(desk: Desk, post: Post, tmp_path: Path) -> None:
    plan = changed_plan(
        desk.plan, tmp_path / "plan.json", lambda plan: plan.update(municipality="架空市")
    )
    other = Desk(tmp_path / "other", plan, desk.template)
    other.distribute()
    before = desk.everything()
    book = next(book for book in other.books if "収納課" in book.name)
    result = desk.collect(book)
    assert_nothing(desk, result, before)
    assert errors(result)


@pytest.mark.parametrize("is_record_kept", [True, False])
def test_line_01_older_template(
    is_record_kept: bool, desk: Desk, post: Post, tmp_path: Path
) -> None:
    """配ったあとに様式を作り直しても、配ったときの置き場所で読む。"""
    book = post.send(TAX)
    draft = Draft(desk.template)
    reshape.inserted_row(draft)
    desk.template = draft.save(tmp_path / "新しい様式.xlsx")
    if not is_record_kept:
        shutil.rmtree(desk.plan.parent / "issued")
    result = desk.settle(book)
    assert_exact(post, result, TAX)


@pytest.mark.parametrize("way", ["lost", "broken", "global"])
def test_line_02_names(way: str, desk: Desk, post: Post) -> None:
    book = post.send(TAX)
    with post.parts(book) as draft, draft.edit(draft.book()) as root:
        names = root.find(q("definedNames"))
        for name in list(names):
            if not name.get("name", "").startswith("sg."):
                continue
            if way == "lost":
                names.remove(name)
            elif way == "broken":
                name.text = "#REF!"
            else:
                name.attrib.pop("localSheetId")
    assert_exact(post, desk.settle(book), TAX)


def test_line_02_names_that_point_to_another_sheet(desk: Desk, post: Post) -> None:
    """二枚の様式のあるブックで、名前がすべてとなりのシートを指していても、取り違えない。"""
    book = post.send(GARBAGE)
    sheets = [post.sheets[GARBAGE], post.sheets["04-10"]]
    with post.parts(book) as draft, draft.edit(draft.book()) as root:
        for name in root.find(q("definedNames")):
            if name.get("name", "").startswith("sg."):
                name.text = name.text.replace(sheets[1], sheets[0])
    result = desk.settle(book)
    assert held(desk, GARBAGE) == dict(post.forms[GARBAGE].answers)
    assert set(held(desk, "04-10").values()) == {None}
    assert states(result)["04-10"] is not ItemState.RECORDED


def test_line_03_sheets_renamed_and_reordered(desk: Desk, post: Post) -> None:
    book = post.send(GARBAGE)
    with clients.edited(book) as opened:
        opened[post.sheets[GARBAGE]].title = "ごみ"
        opened.move_sheet("ごみ", 2)
    assert_exact(post, desk.settle(book), GARBAGE)


def test_line_03_sheet_moved_to_another_book(
    desk: Desk, post: Post, libreoffice: LibreOffice, tmp_path: Path
) -> None:
    book = post.send(GARBAGE)
    moved = tmp_path / "一枚だけ.xlsx"
    libreoffice.work(book, [("to_new_book", post.sheets[GARBAGE])], moved)
    assert_exact(post, desk.settle(moved), GARBAGE)


@pytest.mark.parametrize("is_same", [True, False])
def test_line_03_sheet_copied(
    is_same: bool, desk: Desk, post: Post, libreoffice: LibreOffice, tmp_path: Path
) -> None:
    """写しの中身が同じなら記録し、違えば、どちらかを聞く。"""
    sheet, target = post.sheets[TAX], tmp_path / "写しあり.xlsx"
    steps: list[clients.Step] = [("copy_sheet", sheet, f"{sheet} (2)")]
    if not is_same:
        steps.append(("set", f"{sheet} (2)", post.cell(VALUE), 97.7))
    libreoffice.work(post.send(TAX), steps, target)
    result = desk.settle(target)
    if is_same:
        assert_exact(post, result, TAX)
    else:
        assert states(result)[TAX] is ItemState.HELD
        assert held(desk, TAX)["years[0].result.value"] is None
        assert "R401" in codes(result, TAX)


@pytest.mark.parametrize(
    "name",
    [
        "回答 (1).xlsx",
        "コピー ～ 0206_総務部 収納課_実績照会.xlsx",
        unicodedata.normalize("NFD", "デジタル・ガバメント（パブコメ）.xlsx"),
        "最終_最終２.XLSX",
    ],
)
def test_line_04_file_renamed(name: str, desk: Desk, post: Post) -> None:
    result = desk.collect(post.send(TAX, name=name))
    assert_exact(post, result, TAX)
    assert [file.file for file in result.files] == [unicodedata.normalize("NFC", name)]


@pytest.mark.parametrize("is_reversed", [False, True])
def test_line_05_same_item_from_two_departments(is_reversed: bool, desk: Desk, post: Post) -> None:
    one = post.send(TAX, name="主管課.xlsx")
    other = post.send(TAX, {VALUE: 97.7}, name="関連所属.xlsx")
    order = [other, one] if is_reversed else [one, other]
    result = desk.collect(*order)
    assert states(result)[TAX] is ItemState.HELD
    [conflict] = problems_of(result, "R401")
    assert conflict.place.item == TAX
    assert held(desk, TAX)[VALUE] is None

    taken = desk.collect(*order, takes=[Take("関連所属.xlsx")])
    assert states(taken)[TAX] is ItemState.RECORDED
    assert held(desk, TAX)[VALUE] == 97.7
    decided = [entry for entry in desk.journal() if entry["action"] == "decide"]
    assert [entry["file"] for entry in decided] == ["主管課.xlsx"]


def test_line_05_same_answers_from_two_departments(desk: Desk, post: Post) -> None:
    books = [post.send(TAX, name=name) for name in ("主管課.xlsx", "関連所属/主管課.xlsx")]
    shutil.copy(books[0], books[1])
    with clients.edited(books[1]) as opened:
        opened.properties.title = "別の保存"
    assert_exact(post, desk.collect(*books), TAX)


def test_line_06_returned_before_unchanged(desk: Desk, post: Post) -> None:
    book = post.send(TAX)
    desk.collect(book)
    before = desk.everything()
    again = desk.collect(book)
    assert states(again)[TAX] is ItemState.KEPT
    assert again.run is None
    assert desk.plan.read_bytes() == before["data/plan.json"]
    assert desk.journal() == [*desk.journal()]
    assert (desk.plan.parent / "journal.jsonl").read_bytes() == before["data/journal.jsonl"]


def test_line_06_older_copy_after_a_newer_one(desk: Desk, post: Post) -> None:
    old = post.send(TAX, {VALUE: 96.1}, name="一度目.xlsx")
    new = post.send(TAX, {VALUE: 97.2}, name="二度目.xlsx")
    desk.collect(old)
    changed = desk.collect(new, takes=[Take("二度目.xlsx")])
    assert held(desk, TAX)[VALUE] == 97.2, codes(changed)
    back = desk.collect(old)
    assert held(desk, TAX)[VALUE] == 97.2
    assert "R404" in codes(back, TAX)


def test_line_07_rows_inserted_without_moving_names(desk: Desk, post: Post) -> None:
    """openpyxl は行を挿しても名前を動かさない。名前の指す別のセルを、答えと思わない。"""
    book = post.send(TAX)
    with clients.edited(book) as opened:
        sheet = opened[post.sheets[TAX]]
        for area in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(area))
        sheet.insert_rows(5, 2)
    result = desk.settle(book)
    assert_exact(post, result, TAX)
    assert "R126" in codes(result)


def test_line_07_row_deleted(
    desk: Desk, post: Post, libreoffice: LibreOffice, tmp_path: Path
) -> None:
    """欄のある行が消えたら、その欄の名で聞き、記録しない。"""
    target = tmp_path / "行を消した.xlsx"
    row = int(post.cell(EFFECT)[1:])
    libreoffice.work(post.send(TAX), [("delete_rows", post.sheets[TAX], row)], target)
    result = desk.settle(target)
    assert states(result)[TAX] is ItemState.HELD
    labels = {p.place.label for p in errors(result) if p.place.item == TAX}
    assert any(label and "実績効果額" in label for label in labels), labels


def test_line_07_cell_moved(
    desk: Desk, post: Post, libreoffice: LibreOffice, tmp_path: Path
) -> None:
    """切り取って別の所へ貼ったセル。名前がついて動くので、答えは見つかる。"""
    target, cell = tmp_path / "動かした.xlsx", post.cell(VALUE)
    libreoffice.work(post.send(TAX), [("swap_rows", post.sheets[TAX], cell, "P30")], target)
    result = desk.settle(target)
    assert held(desk, TAX)[VALUE] in (None, post.forms[TAX].answers[VALUE])
    if states(result)[TAX] is not ItemState.RECORDED:
        assert [p for p in result.problems if p.place.item == TAX]


def test_line_08_extra_sheets_names_and_notes(desk: Desk, post: Post) -> None:
    from openpyxl.workbook.defined_name import DefinedName

    book = post.send(TAX)
    with clients.edited(book) as opened:
        notes = opened.create_sheet("メモ", 0)
        notes["A1"] = "課内の確認用：96.0 → 97.2 に直すこと"
        opened.create_sheet("Sheet1")
        opened.defined_names["勝手な名前"] = DefinedName("勝手な名前", attr_text="メモ!$A$1")
        opened.defined_names["sg.years.9.result.value"] = DefinedName(
            "sg.years.9.result.value", attr_text="メモ!$A$1"
        )
    assert_exact(post, desk.settle(book), TAX)


def test_line_08_new_item_appears_in_no_other_form(desk: Desk, post: Post) -> None:
    """計画のデータから消えた項目の様式は、終わった項目と言う。"""
    book = post.send(SPORTS)

    def drop(plan: dict[str, object]) -> None:
        for place in places(plan):
            if place.item["id"] == SPORTS:
                place.measure["entries"].remove(place.item)

    changed_plan(desk.plan, desk.plan, drop)
    result = desk.collect(book)
    assert recorded(result) == set()
    assert problems_of(result, "R105")


def test_another_answer_is_not_the_honest_one(honest_forms: dict[str, Form]) -> None:
    """試験の答えが、項目ごとに違うこと（取り違えれば分かること）。"""
    texts = [form.answers[TEXT] for form in honest_forms.values()]
    assert len(set(texts)) > 60
    assert honest_forms[BENCH].answers[VALUE] != honest_forms[TAX].answers[VALUE]
    assert isinstance(honest_forms[TAX].answers[EFFECT], int)
