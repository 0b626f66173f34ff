"""突き合わせの法則。値も、様式の数も、届く順も変えながら確かめる。"""

from __future__ import annotations

import itertools
import random
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from merge_samples import (
    PLAN,
    RESULT_PATHS,
    RESULTS,
    REVISION,
    VALUE,
    digest,
    new_master,
    returned,
)

from sheetgen.collect.answers import Proposal, ReturnedForm
from sheetgen.collect.merging.merge import merge
from sheetgen.collect.recording import record
from sheetgen.collect.request import Take, Waiver
from sheetgen.plan.loading import load_plan
from sheetgen.plan.paths import read_path, with_items, with_values
from sheetgen.plan.plan import Plan
from sheetgen.plan.saving import render_plan
from sheetgen.plan.value import Value
from sheetgen.problems import Place, Problem
from sheetgen.records.ledger import open_ledger
from sheetgen.records.open_items import COLLECTED, ItemState
from sheetgen.records.past import Past

NOW = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
ITEMS = ("01-01", "01-02")
FILES = ("一.xlsx", "二.xlsx", "三.xlsx")

TEXTS = st.sampled_from(["進めた。", "広げた。", "一行目\n二行目"])
FIGURES = st.sampled_from([0, 12, 12.5, "-", "ー", "未定"])
GRADES = st.sampled_from(["◎", "○", "Ｚ"])
KINDS = dict(zip(RESULT_PATHS, (TEXTS, FIGURES, FIGURES, GRADES), strict=True))


@st.composite
def answers(draw: st.DrawFn) -> dict[str, Value]:
    """いくつかの欄への答え。空欄のままの欄も、消した欄もある。"""
    return {path: draw(kind) for path, kind in KINDS.items() if draw(st.booleans())}


@st.composite
def forms(draw: st.DrawFn) -> list[ReturnedForm]:
    """届いた様式。同じ項目が何枚もあり、疑いも申出も、差戻しの答え直しもある。"""
    found = []
    for file, item in itertools.product(FILES, ITEMS):
        if not draw(st.booleans()):
            continue
        code = draw(st.sampled_from([None, None, None, "F013", "F015", "F012"]))
        place = Place(file=file, path=draw(st.sampled_from([None, VALUE])), item=item)
        proposal = Proposal(None, "題名", "C3", "前", draw(st.sampled_from(["後", "別"])))
        found.append(
            returned(
                draw(answers()),
                item=item,
                file=file,
                problems=[Problem(code, place)] if code else [],
                proposals=[proposal] if draw(st.integers(0, 3)) == 0 else [],
                replaces=[digest(draw(st.sampled_from(FILES)))]
                if draw(st.integers(0, 5)) == 0
                else [],
            )
        )
    return found


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """配ったあとに、手で直されたかもしれない計画。"""
    changed = {}
    for item in ITEMS:
        values = {
            path: draw(kind)
            for path, kind in list(KINDS.items())[:3]
            if draw(st.integers(0, 3)) == 0
        }
        changed[item] = with_values(PLAN.find(item)[2], values, RESULTS.initiative_year)
    return with_items(PLAN, changed)


TAKES = st.lists(
    st.builds(Take, st.sampled_from([None, *FILES]), st.sampled_from([None, *ITEMS])), max_size=2
)
WAIVERS = st.lists(st.builds(Waiver, st.just("F013"), st.sampled_from(ITEMS)), max_size=2)


def collect(
    path: Path, delivered: Sequence[ReturnedForm], waivers: Sequence[Waiver], takes: Sequence[Take]
) -> str | None:
    """突き合わせて記録する。"""
    with open_ledger(path, writing=True) as ledger:
        past = ledger.past(RESULTS)
        merged = merge(ledger.master.plan, RESULTS, delivered, past, waivers, takes, "電話で")
        return record(ledger, RESULTS, merged.outcomes, now=NOW, who="係")


def contents(folder: Path) -> dict[str, bytes]:
    """フォルダーの中の、錠のほかのすべて。"""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(".lock")
    }


@settings(max_examples=150, deadline=None)
@given(plans(), forms(), WAIVERS, TAKES, st.randoms(use_true_random=False))
def test_the_order_of_forms_does_not_matter(
    plan: Plan,
    found: list[ReturnedForm],
    waivers: list[Waiver],
    takes: list[Take],
    chance: random.Random,
) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)
    once = merge(plan, RESULTS, found, Past(), waivers, takes, "わけ")
    assert merge(plan, RESULTS, shuffled, Past(), waivers, takes, "わけ") == once


@settings(max_examples=60, deadline=None)
@given(plans(), forms(), WAIVERS, TAKES)
def test_collecting_twice_is_collecting_once(
    plan: Plan, found: list[ReturnedForm], waivers: list[Waiver], takes: list[Take]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = new_master(Path(folder), plan)
        collect(path, found, waivers, takes)
        once = contents(path.parent)
        assert collect(path, found, waivers, takes) is None
        assert contents(path.parent) == once
        # 通したことも決めたことも覚えているので、指定がなくても同じ。
        assert collect(path, found, [], []) is None
        assert contents(path.parent) == once


@settings(max_examples=100, deadline=None)
@given(plans(), forms(), WAIVERS, TAKES)
def test_an_item_goes_in_whole_or_not_at_all(
    plan: Plan, found: list[ReturnedForm], waivers: list[Waiver], takes: list[Take]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = new_master(Path(folder), plan)
        with open_ledger(path, writing=True) as ledger:
            past = ledger.past(RESULTS)
            merged = merge(plan, RESULTS, found, past, waivers, takes, "わけ")
            record(ledger, RESULTS, merged.outcomes, now=NOW, who="係")
        after = load_plan(path)
    for outcome in merged.outcomes:
        before_item, item = plan.find(outcome.item)[2], after.find(outcome.item)[2]
        if outcome.state is ItemState.RECORDED:
            assert outcome.changes
            for change in outcome.changes:
                now = read_path(item, change.path, RESULTS.initiative_year)
                assert (now, change.old) == (
                    change.new,
                    read_path(before_item, change.path, RESULTS.initiative_year),
                )
            untouched = {c.path: c.old for c in outcome.changes}
            assert with_values(item, untouched, RESULTS.initiative_year) == before_item
        else:
            assert not outcome.changes
            assert item == before_item


@settings(max_examples=100, deadline=None)
@given(plans(), forms())
def test_no_answer_is_lost_and_none_is_invented(plan: Plan, found: list[ReturnedForm]) -> None:
    """どの答えも、入るか、計画のデータにあるか、問題として告げられる。入る値は誰かの答え。"""
    merged = merge(plan, RESULTS, found, Past())
    for outcome in merged.outcomes:
        mine = [form for form in found if form.issued.item_id == outcome.item]
        new = {change.path: change.new for change in outcome.changes}
        replaced = {o for form in mine for o in form.issued.replaces if o != form.original}
        for form in mine:
            for path, answer in form.changed.items():
                kept = new.get(path, read_path(plan.find(outcome.item)[2], path, 2026))
                assert (
                    kept == answer.value
                    or outcome.state is ItemState.HELD
                    or form.original in replaced
                )
        for path, value in new.items():
            assert value in [form.answers[path].value for form in mine]


@settings(max_examples=50, deadline=None)
@given(plans(), st.lists(st.sampled_from(ITEMS), max_size=4), st.booleans())
def test_untouched_forms_change_nothing(plan: Plan, items: list[str], revision: bool) -> None:
    chosen = REVISION if revision else RESULTS
    found = [
        returned(item=item, file=f"{number}.xlsx", plan=plan, chosen=chosen)
        for number, item in enumerate(items)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = new_master(Path(folder), plan)
        with open_ledger(path, writing=True) as ledger:
            merged = merge(plan, chosen, found, ledger.past(chosen))
            assert record(ledger, chosen, merged.outcomes) is None
        assert list(contents(path.parent)) == ["plan.json"]
        assert path.read_bytes() == render_plan(plan)
    assert all(not outcome.changes for outcome in merged.outcomes)
    assert all(not outcome.problems for outcome in merged.outcomes)


def test_the_strategies_reach_every_state() -> None:
    """法則の試験が、どの状態も本当に通っていること。"""
    seen: set[ItemState] = set()
    paths: set[str] = set()

    @settings(max_examples=300, deadline=None, derandomize=True)
    @given(plans(), forms())
    def look(plan: Plan, found: list[ReturnedForm]) -> None:
        for outcome in merge(plan, RESULTS, found, Past()).outcomes:
            seen.add(outcome.state)
            paths.update(change.path for change in outcome.changes)

    look()
    assert seen == set(COLLECTED)
    assert paths == set(RESULT_PATHS)
