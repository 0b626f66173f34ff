"""行や列をどう足しても消しても、見つけた答えは正しいか、確かめるべきものとして挙がる。"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from matching_samples import (
    ITEM,
    PROBLEMS_OF_FIELDS,
    Desk,
    Table,
    form_sheet,
    make_desk,
    put,
    with_sheet,
)

from sheetgen.collect.answers import MatchedForm
from sheetgen.collect.matching.chart import is_blank, refs_in
from sheetgen.plan.round import RoundKind
from sheetgen.reading.book import RawBook
from sheetgen.xlsx.refs import split_area, split_ref

QUICK = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ACTS = st.tuples(
    st.sampled_from(["insert", "delete"]), st.sampled_from([0, 0, 0, 1]), st.integers(1, 23)
)
TEXT = "years[0].result.text"
NAMES = st.sampled_from(["kept", "lost", "stale", "broken"])
CONTENTS = st.sampled_from(
    [None, 1, 34, 6800, 6810, "-", "A", "・進めた。", "令和6年度", "評価", " "]
)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, plan_path: Path, template_path: Path) -> Desk:
    home = tmp_path_factory.mktemp("results")
    return make_desk(home, plan_path, template_path, RoundKind.RESULTS)


@pytest.fixture(scope="module")
def revision(
    tmp_path_factory: pytest.TempPathFactory, plan_path: Path, template_path: Path
) -> Desk:
    home = tmp_path_factory.mktemp("revision")
    return make_desk(home, plan_path, template_path, RoundKind.REVISION)


def never_wrong(form: MatchedForm, table: Table, blank_will_do: bool) -> None:
    """確かとした答えは、記入したセルの中身そのものである。そうでない欄は、問題がある。"""
    asked = {(one.place.label, one.code) for one in form.problems}
    for path in form.issued.opened:
        found, true = form.found.get(path), table.fields[path]
        if found is not None and found.sure:
            # 名前を直さないプログラムが消して足した行は、行の中身を消したのと同じに見える。
            if true is None and blank_will_do:
                assert is_blank(found.cell)
                continue
            assert true is not None, f"{path} is gone, but {found.ref} was read"
            real = table.sheet.cells.get(true)
            same = found.cell == real or (is_blank(found.cell) and is_blank(real))
            assert same, f"{path}: {found.ref} was read, it is in {true}"
        else:
            label = next(f.label for f in [found]) if found else None
            told = {code for named, code in asked if label is None or named == label}
            assert told & PROBLEMS_OF_FIELDS, path


def _check(desk: Desk, book: RawBook, acts: list[tuple[str, int, int]], names: str) -> None:
    table = Table.of(book, desk)
    for act, axis, at in acts:
        getattr(table, act)(axis, at)
    matched = desk.match(table.book(book, names))
    for form in matched.forms:
        never_wrong(form, table, names == "stale")
    assert matched.forms or matched.problems


@QUICK
@given(st.lists(ACTS, max_size=4), NAMES, st.lists(CONTENTS, min_size=4, max_size=4))
def test_rows_and_columns_come_and_go(
    results: Desk, acts: list[tuple[str, int, int]], names: str, contents: list[object]
) -> None:
    book = results.book_of(ITEM)
    form = next(iter(f for f in results.issue.forms.values() if f.item_id == ITEM))
    cells = {
        results.ref(path): value for path, value in zip(sorted(form.opened), contents, strict=True)
    }
    _check(results, put(book, cells), acts, names)


@QUICK
@given(
    st.sampled_from([0, 1]),
    st.integers(1, 21),
    st.integers(0, 6),
    st.integers(1, 21),
    st.sampled_from(["kept", "lost"]),
    st.lists(CONTENTS, min_size=4, max_size=4),
)
def test_cells_shifted_beside_others_that_stay(
    results: Desk, axis: int, first: int, more: int, at: int, names: str, contents: list[object]
) -> None:
    """一部の列だけ、セルを下へずらす（行だけ、右へずらす）。見出しが一つも動かないものは除く。"""
    form = next(iter(f for f in results.issue.forms.values() if f.item_id == ITEM))
    cells = {
        results.ref(path): value for path, value in zip(sorted(form.opened), contents, strict=True)
    }
    book = put(results.book_of(ITEM), cells)
    table = Table.of(book, results)
    headings = {one.ref: one.text for one in results.issue.layout.cells if one.text}
    table.shift(axis, first, first + more, at)
    now = table.sheet.cells
    assume(any(ref not in now or now[ref].value != text for ref, text in headings.items()))
    for matched in results.match(table.book(book, names)).forms:
        never_wrong(matched, table, False)


@QUICK
@given(st.lists(ACTS, max_size=4), NAMES)
def test_the_same_in_a_revision(
    revision: Desk, acts: list[tuple[str, int, int]], names: str
) -> None:
    _check(revision, revision.book_of(ITEM), acts, names)


@QUICK
@given(st.permutations(range(8, 14)), st.booleans(), st.lists(CONTENTS, min_size=4, max_size=4))
def test_sorted_rows_give_no_answer_to_another_field(
    results: Desk, order: list[int], named: bool, contents: list[object]
) -> None:
    """結合を解いて行を並べ替えると、中身だけが動き、名前は元のセルに残る。"""
    form = next(iter(f for f in results.issue.forms.values() if f.item_id == ITEM))
    cells = {
        results.ref(path): value for path, value in zip(sorted(form.opened), contents, strict=True)
    }
    book = put(results.book_of(ITEM), cells)
    table = Table.of(with_sheet(book, replace(form_sheet(book), merged=())), results)
    table.sort(dict(zip(range(8, 14), order, strict=True)))
    for matched in results.match(table.book(book, "stale" if named else "lost")).forms:
        never_wrong(matched, table, False)


@QUICK
@given(
    st.booleans(),
    st.dictionaries(st.integers(0, 8), CONTENTS, max_size=3),
    st.frozensets(st.integers(8, 14), max_size=2),
    st.frozensets(st.integers(8, 14), max_size=2),
)
def test_what_is_seen_in_a_merge_is_read_or_asked(
    results: Desk,
    merged: bool,
    contents: dict[int, object],
    rows: frozenset[int],
    columns: frozenset[int],
) -> None:
    """結合した欄では左上だけが見え、結合を解いた欄では、書かれたものがすべて見える。"""
    first = results.ref(TEXT)
    before = results.book_of(ITEM)
    area = next(one for one in form_sheet(before).merged if one.startswith(f"{first}:"))
    refs = refs_in(split_area(area))
    written = {refs[at % len(refs)]: value for at, value in contents.items()}
    book = put(before, {first: None, **written})
    sheet = form_sheet(book)
    kept = sheet.merged if merged else ()
    hidden = replace(sheet, merged=kept, hidden_rows=rows, hidden_columns=columns)
    (form,) = results.match(with_sheet(book, hidden)).forms
    found = form.found[TEXT]
    codes = {one.code for one in form.problems}
    seen = [ref for ref in refs if not is_blank(sheet.cells.get(ref))]
    behind = [ref for ref in seen if ref != first] if merged else []
    seen = [ref for ref in seen if ref not in behind]
    assert found.sure is (len(seen) < 2)
    assert ("R123" in codes) is (len(seen) > 1)
    assert ("R125" in codes) is bool(behind)
    if seen:
        assert found.cell == sheet.cells[seen[0]]
        assert found.ref == seen[0]
    else:
        assert is_blank(found.cell)
    places = [split_ref(one.ref) for one in form.found.values()]
    is_hidden = any(row in rows or column in columns for row, column in places)
    assert ("R132" in codes) is is_hidden
