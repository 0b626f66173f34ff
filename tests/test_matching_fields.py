"""欄の見つけ方：行や列の出し入れ、移されたセル、解かれた結合、欄でない所の書き込み。"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from matching_samples import (
    ANSWERS,
    ITEM,
    Desk,
    Table,
    answered,
    cell,
    form_sheet,
    make_desk,
    put,
    values_of,
    with_sheet,
    without_names,
)

from sheetgen.collect.answers import Found, MatchedForm
from sheetgen.collect.matching.chart import refs_in, same
from sheetgen.messages.catalogue import describe
from sheetgen.plan.round import RoundKind
from sheetgen.reading.book import CellKind, RawBook, RawCell, Remark, RemarkKind
from sheetgen.xlsx.refs import split_area

TEXT, VALUE, EFFECT, GRADE = ANSWERS


@pytest.fixture(scope="module")
def revision(
    tmp_path_factory: pytest.TempPathFactory, plan_path: Path, template_path: Path
) -> Desk:
    home = tmp_path_factory.mktemp("revision")
    return make_desk(home, plan_path, template_path, RoundKind.REVISION)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, plan_path: Path, template_path: Path) -> Desk:
    home = tmp_path_factory.mktemp("desk")
    return make_desk(home, plan_path, template_path, RoundKind.RESULTS)


def the_form(desk: Desk, book: RawBook) -> MatchedForm:
    (form,) = desk.match(book).forms
    assert form.issued.item_id == ITEM
    for problem in form.problems:
        assert (problem.place.file, problem.place.item) == ("戻り.xlsx", ITEM)
        assert problem.place.sheet == form.sheet
    return form


def told(form: MatchedForm) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.place.cell) for problem in form.problems]


def all_right(form: MatchedForm) -> None:
    assert values_of(form) == dict(ANSWERS)
    assert all(form.found[path].sure for path in ANSWERS)
    assert form.missing == ()


# --- 7 行と列 -----------------------------------------------------------------


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("at", range(1, 22))
@pytest.mark.parametrize("names", ["kept", "lost", "stale"])
def test_an_inserted_line_moves_the_fields(desk: Desk, axis: int, at: int, names: str) -> None:
    table = Table.of(answered(desk), desk)
    table.insert(axis, at)
    form = the_form(desk, table.book(answered(desk), names))
    all_right(form)
    moved = {path: form.found[path].ref for path in ANSWERS}
    assert moved == {path: table.fields[path] for path in ANSWERS}
    expected = [("R126", None)] if at <= (20, 13)[axis] else []
    assert [one for one in told(form) if one[0] != "R126"] == []
    assert told(form)[:1] == expected or at > 13
    if names == "kept":
        assert {form.found[path].how for path in ANSWERS} == {Found.NAME}


@pytest.mark.parametrize("names", ["kept", "lost"])
def test_a_deleted_line_without_fields_does_no_harm(desk: Desk, names: str) -> None:
    for row in (1, 4, 5, 6, 8, 9, 20):
        table = Table.of(answered(desk), desk)
        table.delete(0, row)
        form = the_form(desk, table.book(answered(desk), names))
        assert values_of(form) == dict(ANSWERS), row
        assert all(form.found[path].sure for path in ANSWERS), row


@pytest.mark.parametrize("names", ["kept", "lost", "broken"])
def test_a_deleted_field_is_missed(desk: Desk, names: str) -> None:
    table = Table.of(answered(desk), desk)
    table.delete(0, 11)
    form = the_form(desk, table.book(answered(desk), names))
    assert set(form.missing) == {EFFECT, GRADE}
    labels = {problem.place.label for problem in form.problems if problem.code == "R120"}
    assert labels == {"令和5年度の実績効果額(千円)", "令和5年度の評価"}
    if names == "kept":
        assert form.found[VALUE].sure
        assert values_of(form)[VALUE] == 34


def test_a_deleted_column_of_fields_is_missed(desk: Desk) -> None:
    table = Table.of(answered(desk), desk)
    table.delete(1, 12)
    form = the_form(desk, table.book(answered(desk), "lost"))
    assert set(form.missing) == {VALUE, EFFECT}


@pytest.mark.parametrize("named", [True, False])
def test_cells_shifted_down_in_one_column_are_asked(desk: Desk, named: bool) -> None:
    """L列だけ、セルを下へずらして挿入した。"""
    book = answered(desk)
    sheet = form_sheet(book)
    cells = {ref: one for ref, one in sheet.cells.items() if not ref.startswith("L")}
    down = {f"L{n}": f"L{n + (n >= 10)}" for n in range(1, 22)}
    cells |= {down[ref]: one for ref, one in sheet.cells.items() if ref.startswith("L")}
    book = with_sheet(book, replace(sheet, cells=cells))
    names = tuple(
        name._replace(target=name.target.replace(f"$L${n}", f"$L${n + 1}"))
        for name in book.names
        for n in [int(name.target.rpartition("$")[2])]
    )
    form = the_form(desk, replace(book, names=names if named else ()))
    assert not form.found[VALUE].sure
    assert not form.found[EFFECT].sure
    asked = {p.place.label for p in form.problems if p.code in ("R121", "R122")}
    assert asked >= {"令和5年度の成果指標の実績値", "令和5年度の実績効果額(千円)"}
    assert form.found[TEXT].sure


def test_a_name_that_points_elsewhere_is_asked(desk: Desk) -> None:
    """切り取って、ほかの年度の欄に貼り付けた：名前だけが付いて行く。"""
    book = answered(desk)
    names = tuple(
        name._replace(target=name.target.replace("$L$10", "$L$12")) for name in book.names
    )
    book = put(replace(book, names=names), {"L10": None, "L12": 34})
    form = the_form(desk, book)
    found = form.found[VALUE]
    assert (found.ref, found.sure, found.how) == ("L12", False, Found.NAME)
    (problem,) = [p for p in form.problems if p.code == "R122"]
    assert (problem.place.cell, problem.facts["other"]) == ("L12", "L10")
    assert problem.place.label == "令和5年度の成果指標の実績値"


def test_one_broken_name_among_sound_ones_is_asked(desk: Desk) -> None:
    book = answered(desk)
    names = tuple(
        name._replace(target="#REF!") if name.target.endswith("$L$10") else name
        for name in book.names
    )
    form = the_form(desk, replace(book, names=names))
    assert not form.found[VALUE].sure
    assert told(form) == [("R121", "L10")]


def test_answers_in_inserted_lines_are_not_lost(desk: Desk) -> None:
    """年度の枠の中に足した行に書いた。"""
    table = Table.of(answered(desk), desk)
    table.insert(0, 11)
    cells = {**table.sheet.cells, "L11": cell(5000)}
    table.sheet = replace(table.sheet, cells=cells)
    form = the_form(desk, table.book(answered(desk), "kept"))
    assert form.found[EFFECT].ref == "L12"
    assert told(form) == [("R126", None), ("R144", "L11")]


def test_a_line_that_could_be_either_is_asked(revision: Desk) -> None:
    """枠の中に行が足され、名前もほかの手がかりもない。"""
    book = revision.book_of(ITEM)
    table = Table.of(book, revision)
    table.insert(0, 15)
    path = "years[2].effect"
    (form,) = revision.match(table.book(book, "kept")).forms
    assert (form.found[path].ref, form.found[path].sure) == ("G16", True)
    for names in ("lost", "stale", "broken"):
        (form,) = revision.match(table.book(book, names)).forms
        assert (form.found[path].ref, form.found[path].sure) == ("G16", False)
        assert told(form)[0] == ("R121", "G16")
        assert form.found["years[3].effect"].sure


# --- 19 結合、貼り付け -----------------------------------------------------------


def unmerged(book: RawBook) -> RawBook:
    return with_sheet(book, replace(form_sheet(book), merged=()))


def test_a_value_elsewhere_in_an_undone_merge_is_read(desk: Desk) -> None:
    book = unmerged(put(answered(desk), {"H10": None, "I11": ANSWERS[TEXT]}))
    form = the_form(desk, book)
    all_right(form)
    assert form.found[TEXT].ref == "I11"
    assert told(form) == [("R124", "I11")]


def test_two_values_in_an_undone_merge_are_asked(desk: Desk) -> None:
    form = the_form(desk, unmerged(put(answered(desk), {"H11": "続き"})))
    assert (form.found[TEXT].ref, form.found[TEXT].sure) == ("H10", False)
    assert told(form) == [("R123", "H10")]
    form = the_form(desk, unmerged(put(answered(desk), {"H10": None, "I10": "一", "J11": "二"})))
    assert (form.found[TEXT].ref, form.found[TEXT].sure) == ("I10", False)


def test_what_a_merge_hides_is_told(desk: Desk) -> None:
    form = the_form(desk, put(answered(desk), {"H11": "見えない"}))
    all_right(form)
    assert told(form) == [("R125", "H11")]


def test_undone_merges_alone_change_nothing(desk: Desk) -> None:
    for book in (unmerged(answered(desk)), unmerged(without_names(answered(desk)))):
        form = the_form(desk, book)
        all_right(form)
        assert told(form) == []


def test_blanks_in_a_merge_are_blanks(desk: Desk) -> None:
    form = the_form(desk, unmerged(put(answered(desk), {"H11": "　", "I10": " "})))
    all_right(form)
    assert told(form) == []


# --- 20 記入欄でない所 -----------------------------------------------------------


def test_changed_texts_are_kept_apart(desk: Desk) -> None:
    book = put(answered(desk), {"B10": "・計画を変えたい。", "A2": "方針", "G11": 7000, "E8": None})
    form = the_form(desk, book)
    all_right(form)
    values = form.issued.values
    changes = {(c.ref, c.path, c.issued, c.returned and c.returned.value) for c in form.locked}
    assert changes == {
        ("B10", "years[0].plan", values["B10"], "・計画を変えたい。"),
        ("A2", None, "基本方針", "方針"),
        ("G11", "years[0].effect", values["G11"], 7000),
        ("E8", "item.indicator.unit", "台", None),
    }
    assert told(form) == []


@pytest.mark.parametrize(
    ("issued", "returned", "alike"),
    [
        (34, cell(34.0), True),
        (34, cell("34"), True),
        ("34", cell(34), True),
        (6800, cell("6,800"), True),
        ("98.3%", cell(0.983), True),
        (0.983, cell("98.3%"), True),
        (0.1, cell(0.1 + 1e-17), True),
        ("一\n二", cell("一\r\n二"), True),
        ("一\n二", cell("一_x000D_\n二 "), True),
        ("一", cell("一　"), True),
        ("", None, True),
        (None, cell("  "), True),
        (None, RawCell(CellKind.BLANK, None), True),
        (34, RawCell(CellKind.NUMBER, 34, formula="=30+4"), True),
        (0, None, False),
        (None, cell(0), False),
        ("-", cell("ー"), False),
        ("-", None, False),
        (34, cell(35), False),
        (34, cell("34台"), False),
        ("1-2", RawCell(CellKind.DATE, "2024-01-02"), False),
        ("一", RawCell(CellKind.ERROR, "#N/A"), False),
        (1, RawCell(CellKind.BOOL, True), False),
        ("nan", cell(1), False),
        ("１", cell("1"), False),
        ("一 二", cell("一二"), False),
    ],
)
def test_only_what_programs_change_is_borne_with(
    issued: int | float | str | None, returned: RawCell | None, alike: bool
) -> None:
    assert same(issued, returned) is alike


# --- 8, 17, 22 書き込み ----------------------------------------------------------


def test_texts_beside_the_form_are_told(desk: Desk) -> None:
    book = put(answered(desk), {"O5": "要確認", "N12": 3, "A25": "担当 企画", "O7": "  "})
    form = the_form(desk, book)
    all_right(form)
    assert told(form) == [("R130", "O5"), ("R130", "N12"), ("R130", "A25")]
    assert form.problems[0].facts["text"] == "要確認"


def test_a_table_beside_the_form_is_counted(desk: Desk) -> None:
    cells = dict.fromkeys(refs_in(split_area("P1:T20")), "x")
    form = the_form(desk, put(answered(desk), cells))
    found = [code for code, _ in told(form)]
    assert found == ["R130"] * 20 + ["R133"]
    assert form.problems[-1].facts["count"] == 80


def test_comments_and_shapes_are_told_with_their_field(desk: Desk) -> None:
    book = answered(desk)
    remarks = (
        Remark(RemarkKind.COMMENT, "確定値は来月", "L10"),
        Remark(RemarkKind.TEXT_BOX, "別紙あり"),
    )
    form = the_form(desk, with_sheet(book, replace(form_sheet(book), remarks=remarks)))
    all_right(form)
    assert told(form) == [("R145", "L10"), ("R131", None)]
    assert form.problems[0].place.label == "令和5年度の成果指標の実績値"


@pytest.mark.parametrize(
    ("ref", "text", "code"),
    [
        ("N10", "34台ではなく33台です。", "R144"),  # 記入欄の右
        ("O11", "※評価はBに訂正", "R144"),
        ("A25", "※評価はBに訂正", "R144"),  # 離れていても、直すことば
        ("A25", "担当 企画 内線123", "R130"),
        ("O12", "次の年度の行", "R130"),  # 開いていない年度の行
    ],
)
def test_what_is_written_by_a_field_is_asked_about(
    desk: Desk, ref: str, text: str, code: str
) -> None:
    form = the_form(desk, put(answered(desk), {ref: text}))
    all_right(form)
    assert told(form) == [(code, ref)]
    assert text in describe(form.problems[0])


@pytest.mark.parametrize(
    ("kind", "ref", "text", "code"),
    [
        (RemarkKind.COMMENT, "L10", "34台ではなく33台です。", "R145"),
        (RemarkKind.COMMENT, "M10", "Ｂの誤り", "R145"),  # 評価の見出し
        (RemarkKind.TEXT_BOX, "I10", "・３台を追加した。", "R145"),  # 取組実績の欄の上
        (RemarkKind.TEXT_BOX, None, "評価は正しくはＢ", "R145"),
        (RemarkKind.TEXT_BOX, None, "別紙あり", "R131"),
        (RemarkKind.COMMENT, "A3", "確認しました", "R131"),
        (RemarkKind.PICTURE, "L10", "図 1", "R131"),
        (RemarkKind.LINK, "L10", "https://www.city.example.jp/", "R131"),
    ],
)
def test_what_is_laid_on_a_field_is_asked_about(
    desk: Desk, kind: RemarkKind, ref: str | None, text: str, code: str
) -> None:
    book = answered(desk)
    sheet = replace(form_sheet(book), remarks=(Remark(kind, text, ref),))
    form = the_form(desk, with_sheet(book, sheet))
    all_right(form)
    assert told(form) == [(code, ref)]


def test_a_text_box_over_a_merged_field_is_named_by_the_field(desk: Desk) -> None:
    book = answered(desk)
    remark = Remark(RemarkKind.TEXT_BOX, "・３台を追加した。", "I11")
    form = the_form(desk, with_sheet(book, replace(form_sheet(book), remarks=(remark,))))
    assert form.problems[0].place.label == "令和5年度の取組実績"


def test_what_is_written_by_a_field_is_known_where_the_lines_have_moved(desk: Desk) -> None:
    table = Table.of(answered(desk), desk)
    table.insert(0, 9)
    cells = {**table.sheet.cells, "O11": cell("参考"), "O10": cell("参考")}
    table.sheet = replace(table.sheet, cells=cells)
    form = the_form(desk, table.book(answered(desk), "kept"))
    assert told(form) == [("R126", None), ("R130", "O10"), ("R144", "O11")]


def test_what_the_office_drew_is_not_a_remark(desk: Desk) -> None:
    book = answered(desk)
    drawn = desk.issue.layout._replace(remarks=("記入例は別紙",))
    issue = replace(desk.issue, layout=drawn)
    remarks = (
        Remark(RemarkKind.TEXT_BOX, "記入例は別紙"),
        Remark(RemarkKind.TEXT_BOX, "課の書き込み"),
    )
    book = with_sheet(book, replace(form_sheet(book), remarks=remarks))
    issues = replace(desk.asked.issues, kept=[issue])  # type: ignore[type-var]
    (form,) = desk.match(book, issues=issues).forms
    assert [problem.facts["text"] for problem in form.problems] == ["課の書き込み"]


def test_hidden_fields_are_told(desk: Desk) -> None:
    book = answered(desk)
    sheet = form_sheet(book)
    hidden = replace(sheet, hidden_rows=sheet.hidden_rows | {11}, hidden_columns=frozenset({13}))
    form = the_form(desk, with_sheet(book, hidden))
    all_right(form)
    assert [code for code, _ in told(form)] == ["R132", "R132"]
    assert "令和5年度の実績効果額(千円)" in str(form.problems[0].facts["labels"])


def test_every_question_says_how_to_go_on(revision: Desk) -> None:
    from sheetgen.messages.catalogue import CATALOGUE, describe
    from sheetgen.messages.matching import MATCHING
    from sheetgen.problems import Level

    assert MATCHING.keys() <= CATALOGUE.keys()
    table = Table.of(revision.book_of(ITEM), revision)
    table.insert(0, 15)
    form = the_form(revision, table.book(revision.book_of(ITEM), "lost"))
    asked = [p for p in form.problems if CATALOGUE[p.code].level is Level.CONFIRM]
    assert [problem.code for problem in asked] == ["R121"]
    assert f"--waive R121:{ITEM}" in describe(asked[0])


@pytest.mark.parametrize("item", ["01-06", "02-08", "10-02", ITEM])
def test_a_program_may_leave_formulas_without_results(desk: Desk, item: str) -> None:
    """数式の答えを書かないプログラムで保存しても、数式のセルは空いたことにならない。"""
    book = answered(desk, item)
    sheet = form_sheet(book)
    emptied = {
        ref: one._replace(kind=CellKind.BLANK, value=None) if one.formula else one
        for ref, one in sheet.cells.items()
    }
    assert emptied != sheet.cells
    (form,) = desk.match(with_sheet(book, replace(sheet, cells=emptied))).forms
    assert values_of(form) == dict(ANSWERS)
    assert all(found.sure for found in form.found.values())
    assert form.problems == ()


def test_a_hidden_form_is_read_and_told(desk: Desk) -> None:
    """様式のシートごと隠されていても、読み、黙ってはいない。"""
    book = answered(desk)
    form = the_form(desk, with_sheet(book, replace(form_sheet(book), hidden=True)))
    assert values_of(form) == dict(ANSWERS)
    assert told(form) == [("R132", None)]
