"""編集ブックを読む：見分け、表と行と列と欄、セルの値。"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from edit_samples import (
    FIRST_ROW,
    HEADING_ROW,
    KEY,
    SHEETS,
    Desk,
    Page,
    added,
    copied,
    desk_of,
    raw_cell,
    table_of,
    told,
    with_results,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetgen.collect.matching.matched_book import match_book
from sheetgen.messages.catalogue import describe, is_error
from sheetgen.plan.loading import parse_plan
from sheetgen.plan.plan import Plan
from sheetgen.reading.book import (
    BookFormat,
    CellKind,
    RawBook,
    RawCell,
    RawName,
    RawSheet,
    Remark,
    RemarkKind,
)
from sheetgen.records.edits import edit_carrier
from sheetgen.xlsx.filled import input_name
from sheetgen.xlsx.refs import column_letters, ref_of
from sheetgen.year.editing.book_matching import mark_of, match_edit_book, refusals
from sheetgen.year.editing.book_tables import ReturnedBook
from sheetgen.year.editing.edit_fields import LISTS
from sheetgen.year.editing.typed_values import same_as_issued

FILE = "計画の編集.xlsx"
TEXT, NUMBER, DATE = CellKind.TEXT, CellKind.NUMBER, CellKind.DATE


ROWS = 14


@pytest.fixture(scope="module")
def plan() -> Plan:
    """実績を二つ入れた、実物の計画。"""
    data = (Path(__file__).parent.parent / "data" / "plan.json").read_bytes()
    return with_results(parse_plan(data, "plan.json"))


@pytest.fixture(scope="module")
def issued(plan: Plan) -> Desk:
    """編集ブック。どの表も、初めの行だけ。"""
    return desk_of(plan, ROWS)


@pytest.fixture
def desk(issued: Desk) -> Desk:
    """直してよい写し。"""
    return copied(issued)


def changed(desk: Desk, book: ReturnedBook) -> dict[tuple[str, str, str], Any]:
    """書いたときのままでない欄。"""
    return {
        (table.table.rows, row.key, path): one.cell and one.cell.value
        for table in book.tables
        for row in table.rows
        if row.key
        for path, one in row.cells.items()
        if not same_as_issued(desk.issued[table.table.rows][row.key][path], one.cell)
    }


def assert_untouched(desk: Desk, book: ReturnedBook, *codes: str) -> None:
    """どの行も欄も、書いたときのまま見つかる。"""
    assert sorted({code for code, *_ in told(book)}) == sorted(codes)
    assert changed(desk, book) == {}
    assert {table.table.rows: table.lost for table in book.tables} == dict.fromkeys(SHEETS, ())
    assert [added(table) for table in book.tables] == [[] for _ in SHEETS]


# ── 目印 ──


def test_a_book_says_which_one_it_is(desk: Desk) -> None:
    mark = mark_of(desk.book())
    assert mark is not None
    assert (mark.municipality, mark.plan, mark.key) == (
        desk.plan.municipality, desk.plan.plan_title, KEY,
    )  # fmt: skip
    assert refusals(desk.book(), FILE, desk.plan, desk.record) == []


def test_the_mark_is_also_in_the_properties(desk: Desk) -> None:
    for page in desk.pages.values():
        del page.cells[1, 1]
    assert mark_of(desk.book()) is None
    book = RawBook(BookFormat.XLSX, desk.book().sheets, (), {"keywords": f"計画 {desk.carrier}"})
    mark = mark_of(book)
    assert mark is not None
    assert mark.key == KEY
    assert refusals(book, FILE, desk.plan, desk.record) == []


def _marked(desk: Desk, carrier: str | None, *, pages: int = 99) -> RawBook:
    for page in list(desk.pages.values())[:pages]:
        page.cells[1, 1] = carrier
    return desk.book()


@pytest.mark.parametrize(
    ("carrier", "code"),
    [
        ("sheetgen-edit/1; municipality=となり市; plan=計画; book=99999999", "E012"),
        ("sheetgen-edit/2; municipality=x; plan=y; book=99999999", "E013"),
        (None, "E010"),
        ("sheetgen-edit/1; municipality=x; plan=y", "E010"),
    ],
)
def test_a_book_that_is_not_ours_is_refused(desk: Desk, carrier: str | None, code: str) -> None:
    found = refusals(_marked(desk, carrier), FILE, desk.plan, None)
    assert [(one.code, one.place.file) for one in found] == [(code, FILE)]
    assert describe(found[0])


def test_a_book_without_its_record_is_refused(desk: Desk) -> None:
    assert [one.code for one in refusals(desk.book(), FILE, desk.plan, None)] == ["E015"]


def test_sheets_of_two_books_in_one_are_refused(desk: Desk) -> None:
    other = edit_carrier(desk.plan, "99999999")
    found = refusals(_marked(desk, other, pages=2), FILE, desk.plan, desk.record)
    assert [one.code for one in found] == ["E014"]
    assert "「" not in str(found[0].facts["found"])
    assert "99999999" in str(found[0].facts["found"])


def test_a_book_of_a_plan_that_was_renamed_is_still_ours(desk: Desk) -> None:
    plan = desk.plan.model_copy(update={"municipality": "新しい市"})
    assert refusals(desk.book(), FILE, plan, desk.record) == []


# ── シート ──


def test_what_was_not_touched_is_found_as_it_was(plan: Plan) -> None:
    desk = desk_of(plan)
    book = desk.read()
    assert_untouched(desk, book)
    assert len(book.cells) == len(desk.record.cells)
    assert {len(one.rows) for one in book.tables} >= {28, 74, 370}


def _renamed(desk: Desk) -> None:
    for number, page in enumerate(desk.pages.values()):
        page.name = f"Sheet{number}"


def _reversed(desk: Desk) -> None:
    desk.pages = dict(reversed(desk.pages.items()))


def _swapped_names(desk: Desk) -> None:
    one, other = desk.page("items"), desk.page("overview")
    one.name, other.name = other.name, one.name


def _sorted_down(desk: Desk) -> None:
    for page in desk.pages.values():
        top, last = page.heading, page.last
        if page.name != "計画":
            page.move_rows(lambda row, n=top, m=last: row if row <= n else m + n + 1 - row)


def _blank_rows(desk: Desk) -> None:
    for page in desk.pages.values():
        top = page.heading + 1
        page.move_rows(lambda row, n=top: row + (row > n) + (row > n + 1))


def _rows_above(desk: Desk) -> None:
    for page in desk.pages.values():
        page.move_rows(lambda row: row + 3)


def _columns_before(desk: Desk) -> None:
    for page in desk.pages.values():
        page.move_columns(lambda column: column + (column > 1))


def _columns_turned(desk: Desk) -> None:
    for page in desk.pages.values():
        if page.name != "計画":
            page.move_columns(lambda column: 40 - column)


def _wide_headings(desk: Desk) -> None:
    for page in desk.pages.values():
        for (row, column), value in list(page.cells.items()):
            if row == page.heading and page.name != "計画":
                page.cells[row, column] = f" {value[:1]}　\n{value[1:]}"


def _hidden(desk: Desk) -> None:
    for page in desk.pages.values():
        page.hidden_columns = frozenset(range(2, 5))
        page.hidden_rows = frozenset(range(page.heading + 2, page.last, 2))


def _program_changes(desk: Desk) -> None:
    for page in desk.pages.values():
        for at, value in list(page.cells.items()):
            if isinstance(value, str) and at[1] > 1:
                page.cells[at] = value.replace("\n", "\r\n") + " "
            elif isinstance(value, int | float):
                page.cells[at] = f"{value:,}"


def _crowded(desk: Desk) -> None:
    for name in ("items", "years"):
        desk.page(name).move_rows(lambda row: row * 2)


HARMLESS: dict[str, Callable[[Desk], None]] = {
    "シートの名を変えた": _renamed,
    "シートの順を変えた": _reversed,
    "二枚の名を入れ替えた": _swapped_names,
    "並べ替えた": _sorted_down,
    "間に空いた行を入れた": _blank_rows,
    "一行おきにした": _crowded,
    "上に行を入れた": _rows_above,
    "前に列を入れた": _columns_before,
    "列の並びを逆にした": _columns_turned,
    "見出しの幅と空白を変えた": _wide_headings,
    "列と行を隠した": _hidden,
    "ほかのプログラムで保存した": _program_changes,
}


@pytest.mark.parametrize("name", HARMLESS)
def test_a_harmless_change_changes_nothing(desk: Desk, name: str) -> None:
    HARMLESS[name](desk)
    assert_untouched(desk, desk.read())


@settings(max_examples=12)
@given(st.lists(st.sampled_from(sorted(HARMLESS)), min_size=2, max_size=3, unique=True))
def test_harmless_changes_together_change_nothing(issued: Desk, names: list[str]) -> None:
    desk = copied(issued)
    for name in names:
        HARMLESS[name](desk)
    assert_untouched(desk, desk.read())


def test_sheets_that_were_removed_are_absent(desk: Desk) -> None:
    del desk.pages["years"], desk.pages["overview"]
    book = desk.read()
    assert told(book) == []
    assert {one.table.rows for one in book.tables} == set(SHEETS) - {"years", "overview"}


def test_a_sheet_that_was_emptied_is_told(desk: Desk) -> None:
    desk.page("items").cells = {}
    book = desk.read()
    assert told(book) == [("E016", "実施項目", None)]
    assert "items" not in {one.table.rows for one in book.tables}
    moved = Page("移した実施項目", dict(desk_of(desk.plan, ROWS).page("items").cells))
    assert_untouched(desk, desk.read(moved.raw()))


def test_a_sheet_of_ones_own_is_told(desk: Desk) -> None:
    memo = Page("覚え書き", {(2, 2): "部の名称", (3, 2): "あとで聞く"}).raw()
    book = desk.read(memo)
    assert told(book) == [("E023", "覚え書き", "B2")]
    assert_untouched(desk, book, "E023")


def _copy_of(desk: Desk, rows: str) -> Page:
    return Page(f"{SHEETS[rows]} (2)", dict(desk.page(rows).cells))


def test_a_copied_sheet_is_told(desk: Desk) -> None:
    copy = _copy_of(desk, "sections")
    assert_untouched(desk, desk.read(copy.raw()), "E018")
    copy.cells[FIRST_ROW, desk.column("sections", "row.section.email")] = "kikaku@city.example.jp"
    book = desk.read(copy.raw())
    assert told(book) == [("E017", "部と課 (2)", "A5")]
    assert "「部と課」と「部と課 (2)」" in describe(book.problems[0])


def test_a_copy_of_the_first_sheet_is_told(desk: Desk) -> None:
    copy = Page("計画 (2)", dict(desk.pages["plan"].cells))
    assert [code for code, *_ in told(desk.read(copy.raw()))] == ["E018"]
    copy.cells[6, 3] = "別の課"
    assert told(desk.read(copy.raw())) == [("E017", "計画 (2)", "C3")]


def test_a_table_split_over_two_sheets_is_one(desk: Desk) -> None:
    page = desk.page("items")
    half = Page("実施項目 2", {at: one for at, one in page.cells.items() if at[0] < FIRST_ROW})
    for at in list(page.cells):
        if at[0] >= FIRST_ROW + 7:
            half.cells[at] = page.cells.pop(at)
    assert_untouched(desk, desk.read(half.raw()))


# ── 列 ──


@pytest.mark.parametrize("without", [False, True])
def test_a_changed_heading_is_found_by_place_and_content(desk: Desk, without: bool) -> None:
    column = desk.column("items", "row.item.vision")
    desk.page("items").cells[HEADING_ROW, column] = "めざすところ"
    book = desk.read(without=without)
    assert told(book) == [("E021", "実施項目", ref_of(HEADING_ROW, column))]
    assert_untouched(desk, book, "E021")


def test_a_changed_heading_is_found_where_it_was_moved_to(desk: Desk) -> None:
    page, column = desk.page("items"), desk.column("items", "row.item.vision")
    page.move_columns(lambda one: 30 if one == column else one)
    page.cells[HEADING_ROW, 30] = "めざすところ"
    assert_untouched(desk, desk.read(), "E021")


def test_a_changed_heading_over_changed_content_is_asked(desk: Desk) -> None:
    page, column = desk.page("items"), desk.column("items", "row.item.vision")
    page.move_columns(lambda one: 30 if one == column else one)
    page.cells[HEADING_ROW, 30] = "めざすところ"
    for row in range(FIRST_ROW, page.last + 1):
        page.cells[row, 30] = f"新しい文{row}"
    book = desk.read()
    assert told(book) == [("E020", "実施項目", None)]
    assert "めざすところ" in describe(book.problems[0])
    assert "row.item.vision" not in table_of(book, "items").rows[0].cells


def test_a_deleted_column_is_left_as_it_is(desk: Desk) -> None:
    desk.page("items").drop_column(desk.column("items", "row.item.vision"))
    book = desk.read()
    assert told(book) == [("E022", "実施項目", None)]
    assert changed(desk, book) == {}
    assert all("row.item.vision" not in row.cells for row in table_of(book, "items").rows)


def test_a_deleted_column_to_read_is_no_matter(desk: Desk) -> None:
    desk.page("items").drop_column(desk.column("items", "row.label"))
    assert_untouched(desk, desk.read())


def test_a_column_of_ones_own_is_told_once(desk: Desk) -> None:
    page = desk.page("items")
    page.cells[HEADING_ROW, 30] = "覚え"
    for row in range(FIRST_ROW + 2, FIRST_ROW + 9):
        page.cells[row, 30] = "課に聞く"
    assert_untouched(desk, desk.read(), "E023")
    assert told(desk.read()) == [("E023", "実施項目", ref_of(FIRST_ROW + 2, 30))]


def test_a_column_twice_is_asked_when_it_differs(desk: Desk) -> None:
    page, column = desk.page("items"), desk.column("items", "row.item.vision")
    for row in range(HEADING_ROW, page.last + 1):
        page.cells[row, 30] = page.cells[row, column]
    assert [code for code, *_ in told(desk.read())] == ["E023"]
    page.cells[FIRST_ROW, 30] = "新しい文"
    book = desk.read()
    assert ("E020", "実施項目", ref_of(HEADING_ROW, column)) in told(book)


def test_the_headings_deleted_are_found_by_content(desk: Desk) -> None:
    page = desk.page("items")
    page.cells = {at: one for at, one in page.cells.items() if at[0] != HEADING_ROW}
    book = desk.read()
    assert {code for code, *_ in told(book)} <= {"E020", "E021", "E022"}
    assert changed(desk, book) == {}
    assert table_of(book, "items").lost == ()


def test_the_column_of_keys_deleted_is_refused(desk: Desk) -> None:
    desk.page("items").drop_column(1)
    book = desk.read()
    assert told(book) == [("E019", "実施項目", None)]
    assert is_error(book.problems[0])


# ── 行 ──


def test_a_new_row_is_found_anywhere(desk: Desk) -> None:
    page, name = desk.page("sections"), desk.column("sections", "row.section.name")
    page.move_rows(lambda row: row + (row > FIRST_ROW + 3))
    page.cells[FIRST_ROW + 4, name] = "新しい課"
    page.cells[page.last + 3, name] = "終わりの課"
    book = desk.read()
    assert told(book) == []
    assert [one["row.section.name"] for one in added(table_of(book, "sections"))] == [
        "新しい課", "終わりの課",
    ]  # fmt: skip
    assert changed(desk, book) == {}


def test_removed_rows_are_lost(desk: Desk) -> None:
    page = desk.page("highlights")
    keys = [page.cells[FIRST_ROW + at, 1] for at in (2, 3)]
    page.cells = {at: one for at, one in page.cells.items() if at[0] - FIRST_ROW not in (2, 3)}
    book = desk.read()
    assert told(book) == []
    assert list(table_of(book, "highlights").lost) == keys


def test_every_row_removed_is_every_row_lost(desk: Desk) -> None:
    page = desk.page("highlights")
    page.cells = {at: one for at, one in page.cells.items() if at[0] < FIRST_ROW}
    book = desk.read()
    assert told(book) == []
    assert len(table_of(book, "highlights").lost) == ROWS


def test_a_row_that_was_cleared_is_lost(desk: Desk) -> None:
    """保護されたシートでは、行は消せず、中身だけを消せる。"""
    page, order = desk.page("highlights"), desk.column("highlights", "row.order")
    key = page.cells[FIRST_ROW + 2, 1]
    for row, column in list(page.cells):
        if row == FIRST_ROW + 2 and column not in (1, order):
            del page.cells[row, column]
    for without in (False, True):
        book = desk.read(without=without)
        assert [code for code, *_ in told(book)] == ["E029"]
        assert table_of(book, "highlights").lost == (key,)


def test_a_blank_text_is_a_blank_text(desk: Desk) -> None:
    page, text = desk.page("policy_texts"), desk.column("policy_texts", "row.text")
    del page.cells[FIRST_ROW + 3, text]
    book = desk.read()
    assert told(book) == []
    key = page.cells[FIRST_ROW + 3, 1]
    assert changed(desk, book) == {("policy_texts", key, "row.text"): None}


def test_a_heading_pasted_again_is_told(desk: Desk) -> None:
    page = desk.page("items")
    page.move_rows(lambda row: row + (row > FIRST_ROW + 9))
    page.copy_row(HEADING_ROW, FIRST_ROW + 10)
    assert_untouched(desk, desk.read(), "E023")


@pytest.mark.parametrize(
    "total",
    [
        {"row.measure": "合計", "row.item.indicator.target": 1234},
        {"row.item.indicator.target": RawCell(NUMBER, 12, "General", "=SUM(K5:K78)")},
    ],
)
def test_totals_below_are_told_and_are_no_row(desk: Desk, total: dict[str, Any]) -> None:
    page = desk.page("items")
    last = page.last + 1
    for path, value in total.items():
        page.cells[last, desk.column("items", path)] = value
    book = desk.read()
    assert_untouched(desk, book, "E023")
    place = book.problems[0].place
    assert place.cell is not None
    assert place.cell.endswith(str(last))


def test_a_row_in_a_table_of_fixed_rows_is_refused(desk: Desk) -> None:
    page = desk.page("results")
    page.cells[page.last + 1, desk.column("results", "row.year.result.text")] = "よその実績"
    book = desk.read()
    assert [code for code, *_ in told(book)] == ["E026"]
    assert added(table_of(book, "results")) == []


def test_a_copied_row_is_one_message_with_both_cells(desk: Desk) -> None:
    page = desk.page("items")
    last = page.last + 1
    page.copy_row(FIRST_ROW + 3, last)
    page.cells[last, desk.column("items", "row.item.title")] = "新しい項目"
    book = desk.read()
    assert told(book) == [("E024", "実施項目", f"A{last}")]
    assert {f"A{FIRST_ROW + 3}", f"A{last}"} <= set(book.problems[0].facts.values())
    assert table_of(book, "items").lost == ()


@pytest.mark.parametrize("key", ["policies[9].measures[0].entries[0]", "08-08", "departments[0]"])
def test_an_unknown_key_is_refused(desk: Desk, key: str) -> None:
    desk.page("items").cells[FIRST_ROW, 1] = key
    book = desk.read()
    assert told(book) == [("E025", "実施項目", f"A{FIRST_ROW}")]


@pytest.mark.parametrize(("rows", "restored"), [("items", True), ("highlights", False)])
def test_a_row_without_its_key_is_known_by_what_it_says(
    desk: Desk, rows: str, restored: bool
) -> None:
    page = desk.page(rows)
    key = page.cells.pop((FIRST_ROW + 2, 1))
    book = desk.read()
    assert [code for code, *_ in told(book)] == ["E037"] * restored
    table = table_of(book, rows)
    assert (table.lost, len(added(table))) == (((), 0) if restored else ((key,), 1))
    assert changed(desk, book) == {}


def test_a_comment_is_told_and_a_link_is_not(desk: Desk) -> None:
    remarks = (
        Remark(RemarkKind.COMMENT, "課に聞いてから直す", "D5"),
        Remark(RemarkKind.LINK, "mailto:a@city.example.jp", "E5"),
    )
    desk.pages["items"].remarks = remarks
    book = desk.read()
    assert told(book) == [("E023", "実施項目", "D5")]
    desk.pages["items"].remarks = remarks[:1] * 30
    problems = desk.read().problems
    assert len(problems) == 21
    assert "10" in describe(problems[-1])


def test_a_table_without_rows_takes_new_ones(plan: Plan) -> None:
    """立てたばかりの計画。"""
    desk = desk_of(plan, 0)
    assert_untouched(desk, desk.read())
    page = desk.page("sections")
    page.cells[FIRST_ROW, desk.column("sections", "row.section.name")] = "総務課"
    page.cells[FIRST_ROW + 1, desk.column("sections", "row.section.name")] = "企画課"
    book = desk.read()
    assert told(book) == []
    names = [one["row.section.name"] for one in added(table_of(book, "sections"))]
    assert names == ["総務課", "企画課"]


def test_a_hidden_row_with_a_change_is_read_and_told(desk: Desk) -> None:
    page, title = desk.page("items"), desk.column("items", "row.item.title")
    page.cells[FIRST_ROW + 1, title] = "新しい名"
    page.hidden_rows = frozenset({FIRST_ROW + 1, FIRST_ROW + 2})
    book = desk.read()
    assert [code for code, *_ in told(book)] == ["E030"]
    assert book.problems[0].facts["rows"] == f"{FIRST_ROW + 1}行目"
    assert list(changed(desk, book).values()) == ["新しい名"]


def test_rows_sorted_without_their_keys_are_refused(desk: Desk) -> None:
    page = desk.page("items")
    keys = {at: one for at, one in page.cells.items() if at[1] == 1}
    _sorted_down(desk)
    page.cells.update(keys)
    book = desk.read()
    codes = [one for one in told(book) if one[1] == "実施項目"]
    assert [code for code, *_ in codes] == ["E028"]
    assert book.problems[0].facts["count"] == ROWS


def test_sections_sorted_without_their_keys_are_no_renaming(desk: Desk) -> None:
    """全部の欄が書ける表では、読むだけの欄は当てにならない。"""
    page = desk.page("sections")
    name, mail = (desk.column("sections", f"row.section.{one}") for one in ("name", "email"))
    one, other = (FIRST_ROW, name), (FIRST_ROW + 1, name)
    page.cells[one], page.cells[other] = page.cells[other], page.cells[one]
    assert told(desk.read()) == [("E028", "部と課", f"A{FIRST_ROW}")]
    page.cells[one] = page.cells[other] = desk.issued["sections"][page.cells[one[0], 1]][
        "row.section.name"
    ]  # 二つの課を一つにする
    page.cells[FIRST_ROW + 2, name] = "新しい名の課"
    page.cells[FIRST_ROW + 2, mail] = "atarashii@city.example.jp"
    book = desk.read()
    assert told(book) == []
    assert len(changed(desk, book)) == 3


def test_two_rows_pasted_over_each_other_are_refused(desk: Desk) -> None:
    page = desk.page("years")
    for column in range(2, 12):
        one, other = (FIRST_ROW, column), (FIRST_ROW + 1, column)
        page.cells[one], page.cells[other] = page.cells.get(other), page.cells.get(one)
    assert told(desk.read()) == [("E028", "年次計画", f"A{FIRST_ROW}")]


def test_one_column_sorted_alone_is_refused(desk: Desk) -> None:
    page, column = desk.page("items"), desk.column("items", "row.item.vision")
    values = [page.cells.get((FIRST_ROW + at, column)) for at in range(ROWS)]
    for at, value in enumerate(sorted(values, key=str)):
        page.cells[FIRST_ROW + at, column] = value
    book = desk.read()
    assert [code for code, *_ in told(book)] == ["E038"]
    assert book.problems[0].place.label == "計画最終年度において目指す姿"


def test_texts_and_orders_may_change_places(desk: Desk) -> None:
    page, text = desk.page("highlights"), desk.column("highlights", "row.text")
    order = desk.column("sections", "row.order")
    for at in range(ROWS):
        page.cells[FIRST_ROW + at, text] = desk.context.highlights[ROWS - 1 - at].text
        desk.page("sections").cells[FIRST_ROW + at, order] = ROWS - at
    assert told(desk.read()) == []


def test_what_is_only_to_be_read_and_was_changed_is_told(desk: Desk) -> None:
    desk.page("items").cells[FIRST_ROW, desk.column("items", "row.label")] = "(99)①"
    book = desk.read()
    assert told(book) == [("E023", "実施項目", f"B{FIRST_ROW}")]


def test_merged_cells_are_refused(desk: Desk) -> None:
    page, column = desk.page("sections"), desk.column("sections", "row.department")
    letters = column_letters(column)
    page.merged = (f"{letters}5:{letters}7",)
    book = desk.read()
    assert told(book) == [("E027", "部と課", f"{letters}5")]
    label, measure = (desk.column("items", f"row.{one}") for one in ("label", "measure"))
    assert measure == label + 1
    desk.page("items").merged = (f"{column_letters(label)}9:{column_letters(measure)}9",)
    assert ("E027", "実施項目", f"{column_letters(label)}9") in told(desk.read())
    desk.page("items").merged = ()
    page.merged = ("A2:D2", f"{letters}{page.last}:{letters}{page.last + 5}")
    assert_untouched(desk, desk.read())


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, int, str, Any]:
    """どれかの表の、どれかの記入欄に入れる値。"""
    rows = draw(st.sampled_from(sorted(SHEETS)))
    path = draw(st.sampled_from([one.path for one in LISTS[rows]]))
    text = st.text("あア漢Ａa1０ー-○、\n 　=", min_size=1, max_size=9)
    value = draw(st.one_of(st.none(), st.integers(-(10**6), 10**6), text))
    return rows, draw(st.integers(0, ROWS - 1)), path, value


@settings(max_examples=30)
@given(st.lists(edits(), min_size=1, max_size=3), st.sampled_from([*sorted(HARMLESS), None]))
def test_any_change_arrives_as_exactly_that_change(
    issued: Desk, made: list[tuple[str, int, str, Any]], also: str | None
) -> None:
    if also in ("二枚の名を入れ替えた", "ほかのプログラムで保存した"):
        also = None  # 直したところにも及ぶ
    desk = copied(issued)
    expected = {}
    for rows, at, path, value in made:
        keys = desk.table(rows).keys
        key = keys[at % len(keys)]
        before = desk.issued[rows][key][path]
        if same_as_issued(before, raw_cell(value)):
            continue
        desk.page(rows).cells[desk.row(rows, key), desk.column(rows, path)] = value
        blank = isinstance(value, str) and not value.strip()
        expected[rows, key, path] = None if blank else value
    if also is not None:
        HARMLESS[also](desk)
    book = desk.read()
    assert {code for code, *_ in told(book)} <= {"E029", "E030"}
    if "E029" not in {code for code, *_ in told(book)}:
        found = changed(desk, book)
        assert {key: expected[key] for key in found} == found
        assert expected.keys() == found.keys()


# ── 表の外の欄 ──


def _names(desk: Desk, sheet: str, down: int = 0) -> tuple[RawName, ...]:
    return tuple(
        RawName(input_name(one.path), None, f"'{sheet}'!$C${int(one.ref[1:]) + down}")
        for one in desk.record.cells
    )


def _read_named(desk: Desk, names: tuple[RawName, ...]) -> ReturnedBook:
    book = RawBook(BookFormat.XLSX, desk.book().sheets, names)
    return match_edit_book(book, desk.record, FILE, desk.issued)


def test_single_cells_are_found_by_name_place_or_label(desk: Desk) -> None:
    page = desk.pages["plan"]
    expected = {path: one.cell and one.cell.value for path, one in desk.read().cells.items()}
    assert expected["plan.municipality"] == desk.plan.municipality
    page.move_rows(lambda row: row + 2 * (row > 5))
    for names in ((), _names(desk, "計画"), _names(desk, "計画", 2)):
        book = _read_named(desk, names)
        assert told(book) == []
        assert {path: one.cell and one.cell.value for path, one in book.cells.items()} == expected


def test_a_cell_whose_label_was_changed_is_found_by_its_name(desk: Desk) -> None:
    desk.pages["plan"].cells[6, 2] = "担当の課"
    book = _read_named(desk, _names(desk, "計画"))
    assert told(book) == []
    assert book.cells["plan.office"].ref == "C6"
    book = _read_named(desk, ())
    assert told(book) == [("E021", "計画", "C6")]
    assert book.cells["plan.office"].ref == "C6"
    desk.pages["plan"].move_rows(lambda row: row + (row > 3))
    book = _read_named(desk, ())
    assert told(book) == [("E022", "計画", None)]
    assert "plan.office" not in book.cells


def test_a_cell_to_the_right_of_a_merged_label(desk: Desk) -> None:
    page = desk.pages["plan"]
    page.move_columns(lambda column: column + 3 * (column > 2))
    page.merged = tuple(f"B{row}:E{row}" for row in range(3, 15))
    book = desk.read()
    assert told(book) == []
    assert book.cells["plan.office"].ref == "F6"


# ── 取り違え ──


def test_an_editing_book_given_to_collect_is_one_message(desk: Desk) -> None:
    scope: Any = None  # 照会のことを調べるまでもない
    found = match_book(desk.book(), FILE, "0" * 64, scope)
    assert [(one.code, one.place.file) for one in found.problems] == [("R146", FILE)]
    assert found.forms == ()


def test_a_form_given_to_edit_is_one_message(desk: Desk) -> None:
    carrier = "sheetgen-form/1; municipality=伊勢原市; plan=計画; form=2024J-08-08-12"
    book = RawBook(BookFormat.XLSX, (RawSheet("(8)⑧", False, {"A1": RawCell(TEXT, carrier)}),))
    assert [one.code for one in refusals(book, FILE, desk.plan, None)] == ["E011"]


def test_every_message_has_its_words(desk: Desk) -> None:
    """事実の足りない文は、ここで分かる。"""
    page = desk.page("items")
    page.cells[HEADING_ROW, 30] = "覚え"
    page.copy_row(FIRST_ROW, page.last + 1)
    page.cells[FIRST_ROW + 1, 1] = "x"
    for problem in desk.read().problems:
        assert "{" not in describe(problem)
