"""どの様式かの見分け：違う様式、失われた目印、移されたシート、写されたシート。"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from matching_samples import (
    ANSWERS,
    ITEM,
    NEIGHBOUR,
    Desk,
    Records,
    answered,
    cell,
    codes,
    form_sheet,
    make_desk,
    pasted_values,
    put,
    values_of,
    with_sheet,
    without,
    without_names,
)

from sheetgen.collect.answers import Found, MatchedForm
from sheetgen.collect.matching.matched_book import match_book
from sheetgen.form.issued import IssuedForm
from sheetgen.messages.catalogue import message_of
from sheetgen.plan.round import Round, RoundKind
from sheetgen.problems import Level, Problem
from sheetgen.reading.book import BookFormat, RawBook, RawCell, RawSheet
from sheetgen.xlsx.refs import ref_of, split_ref


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, plan_path: Path, template_path: Path) -> Desk:
    home = tmp_path_factory.mktemp("desk")
    return make_desk(home, plan_path, template_path, RoundKind.RESULTS)


@pytest.fixture(scope="module")
def revision(
    tmp_path_factory: pytest.TempPathFactory, plan_path: Path, template_path: Path
) -> Desk:
    home = tmp_path_factory.mktemp("revision")
    return make_desk(home, plan_path, template_path, RoundKind.REVISION)


@pytest.fixture(scope="module")
def next_year(
    tmp_path_factory: pytest.TempPathFactory, plan_path: Path, template_path: Path
) -> Desk:
    home = tmp_path_factory.mktemp("next")
    return make_desk(home, plan_path, template_path, RoundKind.RESULTS, 2025)


def only(desk: Desk, book: RawBook, *told: str) -> MatchedForm:
    """ただ一枚の様式があり、答えがすべて確かで、挙がった問題は ``told`` だけ。"""
    matched = desk.match(book)
    (form,) = matched.forms
    assert form.issued.item_id == ITEM
    assert values_of(form) == dict(ANSWERS)
    assert all(form.found[path].sure for path in ANSWERS)
    assert form.missing == ()
    assert sorted(codes(matched)) == sorted(told)
    return form


def refused(desk: Desk, book: RawBook, **changes: object) -> str:
    """様式にならず、問題は一つ。場所はそのシートで、ほかの項目を止めない。"""
    matched = desk.match(book, **changes)
    assert matched.forms == ()
    (problem,) = matched.problems
    assert problem.place.file == "戻り.xlsx"
    assert problem.place.sheet == form_sheet(book).name
    assert problem.place.item is None
    return problem.code


# --- 1 ----------------------------------------------------------------------


def test_untouched_books_are_matched_in_full(desk: Desk) -> None:
    forms = []
    for book in desk.books:
        matched = match_book(book, "戻り.xlsx", "0" * 64, desk.asked)
        assert codes(matched) == []
        forms += matched.forms
    assert {form.issued.form_id for form in forms} == set(desk.issue.forms)
    assert len(forms) == 74
    for form in forms:
        assert {c.path for c in desk.issue.layout.inputs} == set(form.found)
        for spot in desk.issue.layout.inputs:
            one = form.found[str(spot.path)]
            assert (one.ref, one.how, one.sure) == (spot.ref, Found.NAME, True)
            issued = form.issued.values[spot.ref]
            assert (one.cell.value if one.cell else None) == issued
        assert form.locked == ()


def test_another_round_is_refused(desk: Desk, revision: Desk) -> None:
    book = revision.book_of(ITEM)
    assert refused(desk, book) == "R103"
    issues = Records([*desk.asked.issues.kept, revision.issue])  # type: ignore[attr-defined]
    (form,) = desk.match(book, round=None, issues=issues).forms
    assert form.round == Round(RoundKind.REVISION, 2024)
    assert form.issued is revision.issue.forms[form.issued.form_id]


def test_another_year_is_refused(desk: Desk, next_year: Desk) -> None:
    assert refused(desk, next_year.book_of(ITEM)) == "R104"
    assert refused(desk, next_year.book_of(ITEM), round=None) == "R104"


def test_a_whole_book_of_another_year_is_refused_once(desk: Desk, next_year: Desk) -> None:
    book = max(next_year.books, key=lambda one: len(one.sheets))
    [problem] = desk.match(book).problems
    assert (problem.code, problem.place.sheet) == ("R104", None)
    forms = [sheet.name for sheet in book.sheets if sheet.name.startswith("(")]
    assert len(forms) > 10
    assert all(name in message_of(problem).cause for name in forms)


def test_another_year_is_told_how_to_collect_it(desk: Desk, next_year: Desk) -> None:
    """切り替えたあとに前の年度の返信を渡した人に、課への送り直しではなく、打つ指定を先に言う。"""
    [problem] = desk.match(next_year.book_of(ITEM)).problems
    remedy = message_of(problem).remedy
    assert remedy.startswith("令和７年度の実績照会の分を回収するなら、")
    assert "--round 実績照会 --year 令和７年度 " in remedy


def test_another_city_and_another_plan_are_refused(desk: Desk) -> None:
    book = answered(desk)
    assert refused(desk, book, municipality="よその市") == "R101"
    assert refused(desk, book, plan_title="別の計画") == "R102"


def test_an_unknown_and_a_retired_item_are_refused(desk: Desk) -> None:
    rest = {key: one for key, one in desk.asked.items.items() if key != ITEM}
    assert refused(desk, answered(desk), items=rest) == "R105"
    assert refused(desk, answered(desk), items=rest, retired=frozenset({ITEM})) == "R106"


def test_a_newer_version_is_refused(desk: Desk) -> None:
    sheet = form_sheet(answered(desk))
    cells = {
        ref: cell(one.value.replace("sheetgen-form/1", "sheetgen-form/2"))
        if isinstance(one.value, str)
        else one
        for ref, one in sheet.cells.items()
    }
    assert refused(desk, with_sheet(answered(desk), replace(sheet, cells=cells))) == "R107"


def test_a_form_is_read_by_the_layout_it_was_issued_with(
    desk: Desk, tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    """様式の配置を変えたあとに、前に配った様式が戻る。"""
    import openpyxl
    from making import FORM

    changed = openpyxl.load_workbook(template_path)
    changed[FORM].move_range("L1:M1", rows=0, cols=0)
    changed[FORM]["A2"] = "基本の方針"
    changed.save(tmp_path / "様式.xlsx")
    newer = make_desk(tmp_path, plan_path, tmp_path / "様式.xlsx", RoundKind.RESULTS)
    both = Records([newer.issue, desk.issue])
    book = answered(desk)
    (form,) = newer.match(book, issues=both).forms
    assert form.issued is desk.issue.forms[form.issued.form_id]
    assert form.locked == ()
    # 隠した行が失われても、印刷された文の合うほうの記録で読む。
    (form,) = newer.match(without(book, carrier=True), issues=both).forms
    assert form.issued is desk.issue.forms[form.issued.form_id]


def test_without_a_record_today_is_computed_and_told(desk: Desk) -> None:
    book = answered(desk)
    (form,) = desk.match(book, issues=Records([], lambda: desk.issue)).forms
    assert [problem.code for problem in form.problems] == ["R111"]
    assert values_of(form) == dict(ANSWERS)
    (form,) = desk.match(book, issues=Records([replace(desk.issue, key="0a1b2c3d")])).forms
    assert [problem.code for problem in form.problems] == ["R119"]
    # 隠した行の目印が今のものと違っても、計画への申出ではない。
    today = Records([], lambda: replace(desk.issue, key="0a1b2c3d", forms=_reissued(desk)))
    (form,) = desk.match(book, issues=today).forms
    assert ([problem.code for problem in form.problems], form.locked) == (["R111"], ())
    assert refused(desk, book, issues=Records([])) == "R117"
    # 今の計画からは、もうその様式が作れない。
    others = {k: v for k, v in desk.issue.forms.items() if v.item_id != ITEM}
    gone = Records([], lambda: replace(desk.issue, forms=others))
    assert refused(desk, book, issues=gone) == "R117"


def _reissued(desk: Desk) -> dict[str, IssuedForm]:
    """別の回に配ったのと同じ様式。"""
    old, new = f"issue={desk.issue.key}", "issue=0a1b2c3d"
    return {
        key: replace(
            form,
            values={
                ref: value.replace(old, new) if isinstance(value, str) else value
                for ref, value in form.values.items()
            },
        )
        for key, form in desk.issue.forms.items()
    }


def test_a_broken_check_digit_is_not_believed(desk: Desk) -> None:
    book = without(answered(desk), carrier=True, register=True)
    sheet = form_sheet(book)
    ref = next(r for r, c in sheet.cells.items() if str(c.value).startswith("様式ID"))
    wrong = put(book, {ref: "様式ID 2024J-08-07-01", "C3": "別の題"})
    assert refused(desk, wrong) == "R113"
    # 題が残っていれば、その項目かどうかを尋ねる。
    (form,) = desk.match(put(book, {ref: "様式ID 2024J-08-07-01"})).forms
    assert [(p.code, p.place.item) for p in form.problems] == [("R112", ITEM)]


def test_the_printed_id_may_be_typed_anew(desk: Desk) -> None:
    book = without(answered(desk), carrier=True, register=True)
    sheet = form_sheet(book)
    ref, one = next((r, c) for r, c in sheet.cells.items() if str(c.value).startswith("様式ID"))
    wide = str(one.value).translate(
        {ord(c): ord(c) + 0xFEE0 for c in "0123456789J-"}  # 全角で打ち直した
    )
    (form,) = desk.match(put(book, {ref: wide})).forms
    assert values_of(form) == dict(ANSWERS)


def test_contradicting_marks_are_a_question(desk: Desk) -> None:
    """ほかの項目の様式を、見えるセルだけ上から貼り付けた。"""
    book = answered(desk)
    other = form_sheet(desk.book_of(NEIGHBOUR))
    sheet = form_sheet(book)
    carrier = next(ref for ref, c in sheet.cells.items() if "sheetgen-form" in str(c.value))
    cells = {**other.cells, carrier: sheet.cells[carrier]}
    matched = desk.match(with_sheet(book, replace(sheet, cells=cells)))
    (form,) = matched.forms
    assert form.issued.item_id == NEIGHBOUR
    assert [(p.code, p.place.item) for p in form.problems if p.code == "R108"] == [
        ("R108", NEIGHBOUR)
    ]


@pytest.mark.parametrize("both", [True, False])
def test_two_forms_pasted_on_one_sheet_are_not_passed_over(desk: Desk, both: bool) -> None:
    """二つの目印があっても、隠したシートの一覧ではない。"""
    book, other = answered(desk), form_sheet(desk.book_of(NEIGHBOUR))
    sheet = form_sheet(book)
    below = {ref_of(row + 30, column): one for (row, column), one in _by_place(other)}
    sheets = (*without_forms(book), replace(sheet, cells={**sheet.cells, **below}))
    matched = desk.match(replace(book, sheets=(*sheets, other) if both else sheets))
    assert [form.issued.item_id for form in matched.forms] == [NEIGHBOUR] * both
    assert [(p.code, p.place.sheet) for p in matched.problems] == [("R109", sheet.name)]


def _by_place(sheet: RawSheet) -> list[tuple[tuple[int, int], RawCell]]:
    return [(split_ref(ref), one) for ref, one in sheet.cells.items()]


def test_an_item_with_another_title_now_is_asked_about(desk: Desk) -> None:
    """配ったあとに番号を付け替えても、答えはほかの実施項目に黙って入らない。"""
    items = dict(desk.asked.items)
    one, other = items[ITEM], items[NEIGHBOUR]
    items |= {ITEM: replace(one, title=other.title), NEIGHBOUR: replace(other, title=one.title)}
    (form,) = desk.match(answered(desk), items=items).forms
    assert [(p.code, p.place.item) for p in form.problems] == [("R128", ITEM)]
    assert (form.problems[0].facts["old"], form.problems[0].facts["now"]) == (
        one.title,
        other.title,
    )
    # 配布記録がなく、今の計画から求めたときは、印刷された名で気付く。
    (form,) = desk.match(put(answered(desk), {"C3": other.title})).forms
    assert [p.code for p in form.problems] == ["R128"]
    # 配ったあとに、事務局がその実施項目の名を改めたのなら、同じ実施項目のこと。
    corrected = replace(one, title=f"{one.title}（改）", former=frozenset({one.title}))
    (form,) = desk.match(answered(desk), items={**desk.asked.items, ITEM: corrected}).forms
    assert form.problems == ()
    swapped = {**items, ITEM: replace(items[ITEM], former=frozenset({one.title}))}
    (form,) = desk.match(answered(desk), items=swapped).forms
    assert [p.code for p in form.problems] == ["R128"]
    # 課が名を書き直しただけなら、変更申出になるだけ。
    (form,) = desk.match(put(answered(desk), {"C3": f"{one.title}（継続）"})).forms
    assert form.problems == ()


# --- 2 ----------------------------------------------------------------------


def test_lost_names_are_told_once(desk: Desk) -> None:
    form = only(desk, without_names(answered(desk)), "R127")
    assert {one.how for one in form.found.values()} == {Found.POSITION}


def test_names_made_global_still_serve(desk: Desk) -> None:
    book = answered(desk)
    names = tuple(name._replace(sheet=None) for name in book.names)
    form = only(desk, replace(book, names=names))
    assert {one.how for one in form.found.values()} == {Found.NAME}


def test_global_names_belong_to_the_sheet_they_point_to(desk: Desk) -> None:
    """二枚の様式の名前が全体のものになると、どちらのものかは、指す先だけが言う。"""
    book = next(one for one in desk.books if len(one.sheets) >= 4)
    names = tuple(name._replace(sheet=None) for name in book.names)
    matched = desk.match(replace(book, names=names))
    assert codes(matched) == []
    for form in matched.forms:
        assert all(one.sure and one.how is Found.NAME for one in form.found.values())


def test_broken_names_are_let_alone(desk: Desk) -> None:
    book = answered(desk)
    names = tuple(name._replace(target="#REF!") for name in book.names)
    form = only(desk, replace(book, names=names), "R127")
    assert {one.how for one in form.found.values()} == {Found.POSITION}


@pytest.mark.parametrize("kind", ["strange", "other sheet", "other book", "area"])
def test_strange_names_do_no_harm(desk: Desk, kind: str) -> None:
    book = answered(desk)
    targets = {
        "strange": lambda t: t.replace("!", "?"),
        "other sheet": lambda t: "'はじめに'!$A$1",
        "other book": lambda t: t.replace("'(", "'[原本.xlsx]("),
        "area": lambda t: f"{t}:$XFD$1048576",
    }
    names = tuple(name._replace(target=targets[kind](name.target)) for name in book.names)
    matched = desk.match(replace(book, names=names))
    (form,) = matched.forms
    wrong = [path for path in ANSWERS if form.found[path].sure
             and values_of(form)[path] != ANSWERS[path]]  # fmt: skip
    assert wrong == []
    assert values_of(form) == dict(ANSWERS)


# --- 3 ----------------------------------------------------------------------


def test_a_renamed_sheet_is_found(desk: Desk) -> None:
    book = answered(desk)
    old = form_sheet(book)
    only(desk, with_sheet(book, replace(old, name="提出用"), old.name))


def test_the_order_of_sheets_says_nothing(desk: Desk) -> None:
    book = next(one for one in desk.books if len(one.sheets) >= 4)
    turned = replace(book, sheets=tuple(reversed(book.sheets)))
    one, other = desk.match(book), desk.match(turned)
    assert {form.sheet: form for form in one.forms} == {form.sheet: form for form in other.forms}
    assert codes(other) == []


def test_a_sheet_copied_to_a_new_book_is_found(desk: Desk) -> None:
    book = answered(desk)
    sheet = form_sheet(book)
    copied = RawBook(BookFormat.XLSX, (sheet,), tuple(n for n in book.names))
    only(desk, copied)


@pytest.mark.parametrize(("down", "right"), [(0, 0), (3, 0), (0, 2), (5, 1)])
def test_values_pasted_into_a_plain_book_are_found(desk: Desk, down: int, right: int) -> None:
    book = pasted_values(answered(desk), down, right)
    shifted = ("R126",) if down or right else ()
    only(desk, book, "R127", *shifted)


def test_a_copy_with_the_same_content_is_told(desk: Desk) -> None:
    book = answered(desk)
    sheet = form_sheet(book)
    copy = replace(sheet, name=f"{sheet.name} (2)")
    matched = desk.match(replace(book, sheets=(*book.sheets, copy)))
    assert [form.sheet for form in matched.forms] == [sheet.name, copy.name]
    assert codes(matched) == ["R143"]


def test_a_copy_with_other_content_is_left_to_the_merge(desk: Desk) -> None:
    book = answered(desk)
    sheet = form_sheet(book)
    ref = desk.ref("years[0].result.value")
    copy = replace(sheet, name="控え", cells={**sheet.cells, ref: cell(35)})
    matched = desk.match(replace(book, sheets=(*book.sheets, copy)))
    assert codes(matched) == []
    found = [values_of(form)["years[0].result.value"] for form in matched.forms]
    assert found == [34, 35]
    assert all(form.found["years[0].result.value"].sure for form in matched.forms)


# --- 4 ----------------------------------------------------------------------


def test_the_file_name_says_nothing(desk: Desk) -> None:
    book = answered(desk)
    for name in ("a.xlsx", "コピー (1).xlsx", "カ\u3099.xlsx"):
        (form,) = match_book(book, name, "0" * 64, desk.asked).forms
        assert (form.file, form.original) == (name, "0" * 64)
        assert values_of(form) == dict(ANSWERS)


# --- 失われた目印 --------------------------------------------------------------


def test_one_mark_is_enough(desk: Desk) -> None:
    book = answered(desk)
    only(desk, without(book, carrier=True, register=True))
    matched = desk.match(without(book, printed=True, register=True))
    (form,) = matched.forms
    assert codes(matched) == []
    assert [change.returned for change in form.locked] == [None]
    form = only_noted(desk, without(book, carrier=True, printed=True), "R110")
    assert form.issued.item_id == ITEM


def only_noted(desk: Desk, book: RawBook, code: str) -> MatchedForm:
    matched = desk.match(book)
    (form,) = matched.forms
    assert code in codes(matched)
    assert values_of(form) == dict(ANSWERS)
    return form


def test_the_text_alone_is_a_question(desk: Desk) -> None:
    book = without(answered(desk), carrier=True, printed=True, register=True)
    matched = desk.match(book)
    (form,) = matched.forms
    assert form.issued.item_id == ITEM
    assert [(p.code, p.place.item) for p in form.problems] == [("R112", ITEM)]


def test_a_form_without_any_mark_or_title_is_refused(desk: Desk) -> None:
    book = without(answered(desk), carrier=True, printed=True, register=True)
    others = [sheet for sheet in desk.book_of(NEIGHBOUR).sheets if not sheet.hidden]
    nameless = form_sheet(put(book, {"C3": None}))
    matched = desk.match(replace(book, sheets=(*others, nameless), names=()))
    assert [form.issued.item_id for form in matched.forms] == [NEIGHBOUR]
    assert ("R115", nameless.name) in [(p.code, p.place.sheet) for p in matched.problems]


def without_forms(book: RawBook) -> tuple[RawSheet, ...]:
    return tuple(sheet for sheet in book.sheets if sheet.hidden or sheet.name == "はじめに")


def test_a_form_almost_erased_is_not_passed_over(desk: Desk) -> None:
    """中身をほとんど消された様式を、一覧と取り違えて黙って捨てない。"""
    book = desk.book_of(ITEM)
    sheet = form_sheet(book)
    kept = {ref: one for ref, one in sheet.cells.items() if ref in ("A21", "L1", "H10")}
    other = form_sheet(desk.book_of(NEIGHBOUR))
    erased = replace(book, sheets=(*without_forms(book), other, replace(sheet, cells=kept)))
    matched = desk.match(erased)
    assert [form.issued.item_id for form in matched.forms] == [NEIGHBOUR]
    assert [(p.code, p.place.sheet) for p in matched.problems if p.code == "R116"] == [
        ("R116", sheet.name)
    ]


@pytest.mark.parametrize("hidden", [True, False])
def test_the_list_of_one_form_is_no_form(desk: Desk, hidden: bool) -> None:
    """様式が一枚のブックの一覧。Gnumeric は、隠したシートを見えるようにする。"""
    book = answered(desk)
    listed = next(sheet for sheet in book.sheets if sheet.hidden)
    form = next(one for one in desk.issue.forms.values() if one.item_id == ITEM)
    row = next(ref[1:] for ref, one in listed.cells.items() if one.value == form.form_id)
    cells = {r: c for r, c in listed.cells.items() if r[1:] in ("1", row)}
    one = replace(listed, cells=cells, hidden=hidden)
    only(desk, replace(book, sheets=(*(s for s in book.sheets if not s.hidden), one)))


def test_marks_alone_are_no_form(desk: Desk) -> None:
    sheet = form_sheet(answered(desk))
    bare = {ref: one for ref, one in sheet.cells.items() if "様式ID" in str(one.value)}
    matched = desk.match(RawBook(BookFormat.XLSX, (replace(sheet, cells=bare),)))
    assert matched.forms == ()
    assert codes(matched) == ["R116"]


# --- 8 ----------------------------------------------------------------------


def test_extra_sheets_are_told(desk: Desk) -> None:
    book = answered(desk)
    note = RawSheet("内部メモ", False, {"A1": cell("集計用")})
    empty = RawSheet("Sheet2", False, {})
    matched = desk.match(replace(book, sheets=(*book.sheets, note, empty)))
    assert values_of(matched.forms[0]) == dict(ANSWERS)
    assert [(p.code, p.place.sheet, p.place.item) for p in matched.problems] == [
        ("R140", "内部メモ", None)
    ]


def test_hidden_sheets_are_told(desk: Desk) -> None:
    """22: 隠したシート。"""
    book = answered(desk)
    hidden = RawSheet("data", True, {"A1": cell("件数"), "A2": cell(3)})
    matched = desk.match(replace(book, sheets=(*book.sheets, hidden)))
    assert [(p.code, p.place.sheet, p.place.item) for p in matched.problems] == [
        ("R142", "data", None)
    ]


def test_a_book_without_forms_is_told(desk: Desk) -> None:
    book = RawBook(BookFormat.XLSX, (RawSheet("Sheet1", False, {"A1": cell("会議録")}),))
    assert codes(desk.match(book)) == ["R118"]
    assert codes(desk.match(RawBook(BookFormat.XLSX, ()))) == ["R118"]


def test_a_list_of_every_title_is_no_form(desk: Desk) -> None:
    titles = {f"A{n}": cell(one.title) for n, one in enumerate(desk.asked.items.values(), 1)}
    book = RawBook(BookFormat.XLSX, (RawSheet("一覧", False, titles),))
    assert codes(desk.match(book)) == ["R118"]


# --- ほかのシートにある様式 --------------------------------------------------


def _moved(book: RawBook, contents: dict[str, str]) -> RawBook:
    """シート（名）に、ほかのシートの中身を入れたブック。"""
    by_name = {sheet.name: sheet for sheet in book.sheets}
    sheets = tuple(
        replace(by_name[contents.get(sheet.name, sheet.name)], name=sheet.name, hidden=sheet.hidden)
        for sheet in book.sheets
    )
    return replace(book, sheets=sheets)


def test_a_form_on_the_tab_of_another_item_is_asked(desk: Desk) -> None:
    book = max(desk.books, key=lambda one: len(one.sheets))
    items = {one.sheet: one.item_id for one in desk.issue.forms.values()}
    first, second, third = [sheet.name for sheet in book.sheets if sheet.name in items][:3]
    matched = desk.match(_moved(book, {first: second, second: first}))
    asked = {form.sheet: form.issued.item_id for form in matched.forms if "R134" in _told(form)}
    assert asked == {first: items[second], second: items[first]}
    assert message_of(_problem(matched.forms, "R134")).level is Level.CONFIRM
    assert all(form.issued.sheet == form.sheet for form in matched.forms if form.sheet == third)


@pytest.mark.parametrize("tab", ["はじめに", "_sheetgen"])
def test_a_form_on_a_tab_of_no_item_is_asked(desk: Desk, tab: str) -> None:
    book = desk.book_of(ITEM)
    own = form_sheet(book).name
    (form,) = desk.match(_moved(book, {tab: own, own: tab})).forms
    assert (form.sheet, form.issued.item_id) == (tab, ITEM)
    assert "R134" in _told(form)


def test_a_renamed_tab_is_not_asked(desk: Desk) -> None:
    book = desk.book_of(ITEM)
    sheet = form_sheet(book)
    for name in ("回答", f"{sheet.name} (2)", sheet.name.lower()):
        (form,) = desk.match(with_sheet(book, replace(sheet, name=name), sheet.name)).forms
        assert "R134" not in _told(form)


def _told(form: MatchedForm) -> set[str]:
    return {problem.code for problem in form.problems}


def _problem(forms: tuple[MatchedForm, ...], code: str) -> Problem:
    return next(one for form in forms for one in form.problems if one.code == code)
