"""回収の法則：書いた答えはそのまま読め、二度集めても、順を変えても、結果は同じ。"""

from __future__ import annotations

import itertools
import re
import shutil
import string
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from making import changed_plan, item_of
from returned.desk import Desk, errors, recorded, results, states
from returned.post import BENCH, GARBAGE, SPORTS, TAX, WORDS, Post
from returned.sections import EFFECT, GRADE, TEXT, VALUE, Form

from sheetgen.form.jobs import Per
from sheetgen.plan.unseen import UNSEEN
from sheetgen.records.open_items import ItemState

ITEMS = (TAX, BENCH, SPORTS, WORDS, GARBAGE)
FEW = settings(
    max_examples=4,
    deadline=None,
    # 一例に一秒近くかかる。縮めると、失敗のときに何分も待つことになる。
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

# 目に見えない字は除かれ（R206）、外字などは別の行で試す。
LETTERS = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn", "Zl", "Zp"), include_characters="\n"
)
TEXTS = (
    st.text(LETTERS, min_size=1, max_size=60)
    .map(str.strip)
    .filter(lambda text: text and text == _trimmed(text) and not re.search(UNSEEN, text))
)
NUMBERS = st.one_of(
    st.integers(1 - 10**9, 10**9),  # -1,000,000,000 は欄の幅に収まらず、様式にならない
    st.integers(-(10**7), 10**7).map(lambda number: number / 100),
)
FIGURES = st.one_of(NUMBERS, st.sampled_from(["-", "ー"]))
ANSWERS = st.fixed_dictionaries(
    {TEXT: TEXTS, VALUE: FIGURES, EFFECT: FIGURES, GRADE: st.sampled_from("ABCD")}
)


def _trimmed(text: str) -> str:
    """行の終わりの空白のない文。"""
    return "\n".join(line.rstrip(string.whitespace + "\u3000\xa0") for line in text.splitlines())


@FEW
@given(st.fixed_dictionaries(dict.fromkeys(ITEMS, ANSWERS)))
def test_answers_written_by_the_generator_are_read_back(
    issued_desk: Desk, answers: dict[str, dict[str, Any]]
) -> None:
    """計画のデータに入れて様式を作り、答えのない机で回収すると、同じ値になる。"""
    with tempfile.TemporaryDirectory() as name:
        desk = Desk.copy_of(issued_desk, Path(name) / "desk")
        shutil.rmtree(desk.root / "output")

        def fill(plan: dict[str, Any]) -> None:
            for item, given_ in answers.items():
                held = item_of(plan, item)["years"][0]["result"]
                held.update({path.rpartition(".")[2]: value for path, value in given_.items()})

        plan = changed_plan(desk.plan, Path(name) / "plan.json", fill)
        writer = Desk(Path(name) / "writer", plan, desk.template)
        writer.distribute(per=Per.ITEM, items=ITEMS)
        result = desk.settle(*writer.books)
        assert errors(result) == []
        held = results(desk)
        wanted = {item: _whole(given_) for item, given_ in answers.items()}
        assert {item: held[item] for item in ITEMS} == wanted


def _whole(answers: dict[str, Any]) -> dict[str, Any]:
    """``3.0`` は ``3`` と同じ数。"""
    return {
        path: int(value) if isinstance(value, float) and value.is_integer() else value
        for path, value in answers.items()
    }


@pytest.fixture
def collected(desk: Desk, filled_books: Path) -> Desk:
    """74枚を回収し終えた机。"""
    result = desk.settle(filled_books)
    assert len(recorded(result)) == 74
    return desk


def test_collecting_twice_is_collecting_once(collected: Desk, filled_books: Path) -> None:
    before = collected.everything()
    again = collected.collect(filled_books)
    assert set(states(again).values()) == {ItemState.KEPT}
    assert again.run is None
    after = collected.everything()
    kept = {name for name in before if name.startswith("data")}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert {name for name in after if name.startswith("data")} == kept


def test_every_answer_of_the_74_is_in_the_master(
    collected: Desk, honest_forms: dict[str, Form]
) -> None:
    held = results(collected)
    assert {item: held[item] for item in honest_forms} == {
        item: dict(form.answers) for item, form in honest_forms.items()
    }


def test_untouched_forms_change_nothing(desk: Desk) -> None:
    before = desk.everything()
    result = desk.collect(*desk.books)
    assert recorded(result) == set()
    assert set(states(result).values()) == {ItemState.UNTOUCHED}
    assert desk.plan.read_bytes() == before["data/plan.json"]
    assert desk.journal() == []
    assert result.returns == ()


def test_a_dry_run_writes_nothing_and_says_the_same(desk: Desk, filled_books: Path) -> None:
    before = desk.everything()
    dry = desk.collect(filled_books, dry_run=True)
    assert {name for name in desk.everything() if not name.endswith(".lock")} == {
        name for name in before if not name.endswith(".lock")
    }
    assert all(desk.everything()[name] == data for name, data in before.items())
    assert dry.report is None
    real = desk.collect(filled_books)
    assert states(dry) == states(real)
    assert [p.code for p in dry.problems] == [p.code for p in real.problems]


def test_the_order_of_files_does_not_matter(
    issued_desk: Desk, honest_forms: dict[str, Form], tmp_path: Path
) -> None:
    """食い違う写しも、読めないファイルも混ぜて、何通りかの順で回収する。"""
    post = Post(issued_desk, honest_forms, tmp_path / "in")
    (post.folder).mkdir()
    (post.folder / "壊れた.xlsx").write_bytes(b"PK\x03\x04")
    files = [
        post.send(TAX, name="一.xlsx"),
        post.send(TAX, {VALUE: 97.1}, name="二.xlsx"),
        post.send(BENCH, name="三.xlsx"),
        post.send(GARBAGE, {EFFECT: "不明"}, name="四.xlsx"),
        post.folder / "壊れた.xlsx",
    ]
    seen = set()
    for number, order in enumerate(itertools.islice(itertools.permutations(files), 0, 120, 29)):
        desk = Desk.copy_of(issued_desk, tmp_path / str(number))
        result = desk.collect(*order)
        told = sorted((p.code, str(p.place), str(sorted(p.facts.items()))) for p in result.problems)
        seen.add((desk.plan.read_bytes(), str(states(result)), str(told)))
        shutil.rmtree(desk.root)
    assert len(seen) == 1


def test_good_items_go_in_even_if_others_fail(desk: Desk, post: Post) -> None:
    """一つの課のまちがいは、ほかの課を止めず、その項目の一部だけを入れることもない。"""
    books = [post.send(item) for item in (BENCH, SPORTS, WORDS)]
    books.append(post.send(TAX, {GRADE: "Z"}))
    result = desk.settle(*books)
    assert recorded(result) == {BENCH, SPORTS, WORDS}
    assert set(results(desk)[TAX].values()) == {None}


def test_quick_books_are_what_excel_leaves(issued_desk: Desk, filled_books: Path) -> None:
    """すばやく書いたブックも、配ったものと答えのほかは同じ部品を持つ。"""
    import zipfile

    book = issued_desk.books[0]
    with zipfile.ZipFile(book) as one, zipfile.ZipFile(filled_books / book.name) as other:
        assert one.namelist() == other.namelist()
        same = [name for name in one.namelist() if one.read(name) == other.read(name)]
    assert {"xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"} <= set(same)
