"""取り消しと来歴：手で置いた記録簿の行だけから、何を戻し、何を告げるか。"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from journal_samples import (
    NOW,
    ONE,
    TWO,
    back,
    codes,
    everything,
    holding,
    lay,
    line,
    refused,
    replace_master,
    value,
)
from merge_samples import EFFECT, INITIATIVE, PLAN, TEXT, VALUE, new_master

from sheetgen.plan.loading import load_plan
from sheetgen.plan.overview import Legend
from sheetgen.plan.paths import without_items
from sheetgen.plan.saving import hold
from sheetgen.records.history import ItemHistory, proposals, trace
from sheetgen.records.journal import Action, JournalEntry, journal_path, parse_journal
from sheetgen.records.ledger import open_ledger
from sheetgen.records.undoing import take_out, undo


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """初めのマスター。"""
    return new_master(tmp_path)


# --- 取り消し ---


def test_without_a_name_the_last_run_still_standing_is_taken_back(path: Path) -> None:
    taken_back = back("3", "2", item=TWO, path=VALUE, old=2)
    lay(path, value("0", "x", path=TEXT), value("1", 1), value("2", 2, item=TWO), *taken_back)
    replace_master(path, holding({VALUE: 1, TEXT: "x"}))
    assert undo(path, dry_run=True).undone == "1"
    (problem,) = refused(lambda: undo(path, "2"))
    assert (problem.code, problem.facts, problem.place.label) == (
        "R521",
        {"run": "2", "by": "3"},
        "--run",
    )
    (problem,) = refused(lambda: undo(path, "3"))
    assert (problem.code, problem.facts, problem.place.label) == ("R522", {"run": "3"}, "--run")
    assert undo(path, now=NOW, who="係").undone == "1"
    assert load_plan(path) == holding({TEXT: "x"})
    assert undo(path, now=NOW, who="係").undone == "0"
    assert load_plan(path) == PLAN
    assert codes(refused(lambda: undo(path))) == ["R523"]


def test_an_unknown_run_is_told_with_the_last_ones_that_can_be_taken_back(path: Path) -> None:
    runs = [value(str(number), number) for number in range(1, 8)]
    turn = line("8", Action.ROLLOVER, old=2025, new=2026, file="控え.json")
    ended = line("8", Action.ROLLOVER, item=TWO, label="実施項目", old="(1)②")
    lay(path, *runs, ended, turn, *back("9", "6", item=ONE, path=VALUE))
    (problem,) = refused(lambda: undo(path, "0"))
    assert (problem.code, problem.place.label) == ("R520", "--run")
    assert problem.facts == {"run": "0", "known": "7、5、4、3、2"}
    (problem,) = refused(lambda: undo(path, "8"))
    assert (problem.code, problem.facts) == ("S130", {"run": "8", "file": "控え.json"})
    assert problem.place.label == "--run"
    lay(path, turn)
    (problem,) = refused(lambda: undo(path, "0"))
    assert problem.facts == {"run": "0", "known": "なし"}


def test_what_was_put_back_stands_in_the_journal(path: Path) -> None:
    lines = [
        value("1", 12, old=3, file="総務課.xlsx"),
        value("1", "■ 続ける。", path="initiatives[2027]", label="取組方針", item=TWO),
        line("1", Action.WAIVE, item=ONE, path=VALUE, new=12, code="F013"),
        line("1", Action.WAIVE, item=ONE, path=VALUE, new=12, code="F015"),
        line("1", Action.PROPOSE, item=ONE, label="題", new="後"),
        line("1", Action.DECIDE, item=ONE, path=VALUE, old=12, new=13),
        value("2", "進めた。", path=TEXT),
    ]
    lay(path, *lines)
    now = holding({VALUE: 12, TEXT: "進めた。"})
    now = holding({"initiatives[2027]": "■ 続ける。"}, TWO, now)
    replace_master(path, now)
    before = everything(path)
    with hold(path):
        dry = undo(path, "1", dry_run=True)
    assert everything(path) == before
    result = undo(path, "1", now=NOW, who="別の係")
    assert (dry.run, dry.changes, dry.others) == (None, result.changes, 4)
    assert (result.undone, result.at, result.by) == ("1", lines[0].at, "係1")
    assert [(one.item, one.path, one.label, one.old, one.new) for one in result.changes] == [
        (ONE, VALUE, "実績値", 12, 3),
        (TWO, "initiatives[2027]", "取組方針", "■ 続ける。", None),
    ]
    assert load_plan(path) == holding({VALUE: 3, TEXT: "進めた。"})
    data = journal_path(path).read_bytes()
    assert data.startswith(before["journal.jsonl"])
    added = parse_journal(data[len(before["journal.jsonl"]) :], "").entries
    assert [(one.action, one.item, one.path, one.label, one.old, one.new) for one in added] == [
        (Action.UNDO, ONE, VALUE, "実績値", 12, 3),
        (Action.UNDO, TWO, "initiatives[2027]", "取組方針", "■ 続ける。", None),
        (Action.END, None, None, None, None, None),
    ]
    at = NOW.astimezone().isoformat(timespec="seconds")
    assert {(one.run, one.at, one.by, one.round, one.undoes) for one in added} == {
        (result.run, at, "別の係", "2026J", "1")
    }


def test_a_value_that_changed_later_is_not_taken_back(path: Path) -> None:
    lay(path, value("1", 1), value("2", 2), value("3", 3), value("4", "x", path=TEXT))
    replace_master(path, holding({VALUE: 3, TEXT: "x"}))
    (problem,) = refused(lambda: undo(path, "1"))
    place = problem.place
    assert (problem.code, place.item, place.path, place.label) == ("R524", ONE, VALUE, "実績値")
    assert problem.facts == {"now": "3", "new": "1", "run": "3"}
    (problem,) = refused(lambda: undo(path, "2"))
    assert problem.facts["run"] == "3"
    assert undo(path, "3", dry_run=True).changes[0].old == 3
    # あとの回を取り消したのなら、それより前の値に戻せる。
    lay(path, value("1", 1), value("2", 2), *back("3", "2", item=ONE, path=VALUE, old=2, new=1))
    replace_master(path, holding({VALUE: 1}))
    assert undo(path, "1", dry_run=True).changes[0].old == 1
    # もう前の値に戻してあるのはよいが、手で入れた別の値は消さない。
    replace_master(path, PLAN)
    assert undo(path, "1", dry_run=True).changes[0].new is None
    replace_master(path, holding({VALUE: 99}))
    (problem,) = refused(lambda: undo(path, "1"))
    assert (problem.code, problem.facts) == ("R525", {"now": "99", "new": "1"})
    assert (problem.place.item, problem.place.path, problem.place.label) == (ONE, VALUE, "実績値")


def test_every_value_that_cannot_be_put_back_is_told_at_once(path: Path) -> None:
    lay(path, value("1", 1, item=TWO), value("1", 2), value("1", "x", path=TEXT))
    replace_master(path, without_items(holding({VALUE: 5, TEXT: "y"}), {TWO}))
    before = everything(path)
    problems = refused(lambda: undo(path))
    assert codes(problems) == ["R526", "R525", "R525"]
    assert [(one.place.item, one.place.path) for one in problems] == [
        (TWO, VALUE),
        (ONE, VALUE),
        (ONE, TEXT),
    ]
    assert everything(path) == before


def added(run: str, item: str = TWO) -> JournalEntry:
    return line(run, Action.ADD, item=item, label="実施項目", new=f"({item})")


def test_an_added_item_is_taken_out_and_told(path: Path) -> None:
    lay(path, value("1", 1), added("2"), value("3", 1, item=TWO), *back("4", "3", item=TWO))
    before = everything(path)
    dry = undo(path, "2", dry_run=True)
    assert everything(path) == before
    assert (dry.run, dry.others) == (None, 0)
    result = undo(path, "2", now=NOW, who="別の係")
    assert (result.undone, result.at, result.by) == ("2", added("2").at, "係2")
    assert [(one.item, one.path, one.label, one.old, one.new) for one in result.changes] == [
        (TWO, "", "実施項目", "(01-02)", None)
    ]
    assert dry.changes == result.changes
    assert load_plan(path) == without_items(PLAN, {TWO})
    with open_ledger(path, writing=False) as ledger:
        gone, end = ledger.entries[-2:]
    assert (gone.action, gone.item, gone.label, gone.old) == (
        Action.UNDO,
        TWO,
        "実施項目",
        "(01-02)",
    )
    assert (gone.run, gone.undoes, gone.by, end.action) == (result.run, "2", "別の係", Action.END)


@pytest.mark.parametrize(
    ("later", "code", "facts"),
    [
        ([value("3", 1, item=TWO), value("4", 2, item=TWO)], "S131", {"run": "4"}),
        ([line("3", Action.ROLLOVER, item=TWO, old=1, new=2)], "S132", {"item": TWO}),
        (
            [value("3", 1, item=TWO), line("4", Action.ROLLOVER, old=2026, new=2027)],
            "S132",
            {"item": TWO},
        ),
    ],
)
def test_an_added_item_in_use_is_not_taken_out(
    path: Path, later: list[JournalEntry], code: str, facts: dict[str, object]
) -> None:
    lay(path, added("2"), *later)
    before = everything(path)
    (problem,) = refused(lambda: undo(path, "2"))
    assert (problem.code, problem.place.item, problem.facts) == (code, TWO, facts)
    assert everything(path) == before


def test_the_sample_of_the_legend_is_not_taken_out(path: Path) -> None:
    legend = Legend(title="見方", sample_item_id=TWO, callouts=())
    overview = PLAN.overview.model_copy(update={"legend": legend})
    replace_master(path, PLAN.model_copy(update={"overview": overview}))
    lay(path, added("2"))
    (problem,) = refused(lambda: undo(path))
    assert (problem.code, problem.place.item) == ("S133", TWO)


def test_an_item_pointed_at_or_gone_is_not_taken_out(path: Path) -> None:
    # 01-01 は再掲が指している。
    lay(path, added("2", ONE), added("2"), value("3", 1, item="09-09"))
    replace_master(path, without_items(PLAN, {TWO}))
    problems = refused(lambda: undo(path, "2"))
    assert [(one.code, one.place.item) for one in problems] == [("S133", ONE), ("R526", TWO)]
    with open_ledger(path, writing=True) as ledger:
        lines = [added("2", ONE)]
        assert codes(refused(lambda: take_out(ledger, lines, NOW, dry_run=False, who=None))) == [
            "S133"
        ]


# --- 来歴 ---


def test_the_history_is_of_one_item_and_of_one_year(path: Path) -> None:
    lay(
        path,
        value("1", 1),
        value("1", 1, item=TWO),
        value("1", "x", path="years[1].result.text", label="令和8年度の実績"),
        value("1", "■ 続ける。", path="initiatives[2026]", label="取組方針"),
        line("2", Action.WAIVE, item=ONE, path=VALUE, new=1, code="F013"),
        line("2", Action.WAIVE, item=ONE, path=EFFECT, new=1, code="F013"),
        line("2", Action.DECIDE, item=ONE, path="years[1].result.value", new=9),
        line("2", Action.PROPOSE, item=ONE, path="item.title", label="題", new="後"),
        line("2", Action.WAIVE, item=TWO, path=EFFECT, new=1, code="F013"),
        line("2", Action.ADD, item=ONE, new="(1)①"),
    )
    replace_master(path, holding({VALUE: 1}))
    before = everything(path)
    with hold(path):
        whole = trace(path, ONE)
    assert everything(path) == before
    assert told(whole) == {
        VALUE: [Action.RECORD, Action.WAIVE],
        "years[1].result.text": [Action.RECORD],
        "initiatives[2026]": [Action.RECORD],
    }
    assert others(whole) == [
        (Action.WAIVE, EFFECT),
        (Action.DECIDE, "years[1].result.value"),
        (Action.PROPOSE, "item.title"),
        (Action.ADD, None),
    ]
    first = trace(path, ONE, 2025)
    assert told(first) == {VALUE: [Action.RECORD, Action.WAIVE]}
    assert others(first) == [(Action.WAIVE, EFFECT)]
    second = trace(path, ONE, 2026)
    assert list(told(second)) == ["years[1].result.text", "initiatives[2026]"]
    assert others(second) == [(Action.DECIDE, "years[1].result.value")]
    assert others(trace(path, TWO)) == [(Action.WAIVE, EFFECT)]
    # 記録簿になくて値のある欄だけが、記録なしとして出る。
    untraced = {one.path: one.now for one in first.untraced}
    assert untraced == {
        "years[0].plan": "・進める。",
        "years[0].target": 10,
        "initiatives[2025]": "■ 始める。",
    }
    assert INITIATIVE not in {one.path for one in (*whole.fields, *whole.untraced)}


def told(traced: ItemHistory) -> dict[str, list[Action]]:
    return {one.path: [step.entry.action for step in one.steps] for one in traced.fields}


def others(traced: ItemHistory) -> list[tuple[Action, str | None]]:
    return [(step.entry.action, step.entry.path) for step in traced.others]


def test_a_field_of_the_past_keeps_the_name_it_had(path: Path) -> None:
    lay(
        path,
        value("1", 1, path="years[9].result.value", label="前の名"),
        value("2", 2, path="years[9].result.value", label="後の名"),
        value("2", 2, path="initiatives[2020]", label=None),
        value("1", 1),
        value("2", 12, old=1),
        value("3", 13, old=12),
        *back("4", "3", item=ONE, path=VALUE, old=13, new=12),
    )
    replace_master(path, holding({VALUE: 12}))
    fields = {one.path: one for one in trace(path, ONE).fields}
    assert list(fields) == [VALUE, "years[9].result.value", "initiatives[2020]"]
    assert [(one.label, one.now, one.by_hand) for one in fields.values()] == [
        ("令和7年度の成果指標の実績値", 12, False),
        ("後の名", None, True),
        ("initiatives[2020]", None, True),
    ]
    assert [step.undone_by for step in fields[VALUE].steps] == [None, None, "4", None]


def test_proposals_stand_in_the_order_of_the_plan_and_then_of_time(path: Path) -> None:
    def asked(run: str, item: str | None, new: str) -> JournalEntry:
        return line(run, Action.PROPOSE, item=item, label="題", new=new)

    lay(
        path,
        asked("1", "09-09", "一"),
        asked("1", TWO, "二"),
        value("1", 1),
        asked("2", ONE, "三"),
        asked("3", TWO, "四"),
        asked("3", ONE, "五"),
        *back("4", "2"),
    )
    before = everything(path)
    with hold(path):
        listed = proposals(path).proposals
    assert everything(path) == before
    expected: list[Any] = [
        (ONE, "(1)①", "実施項目その1", "三", "4"),
        (ONE, "(1)①", "実施項目その1", "五", None),
        (TWO, "(1)②", "実施項目その2", "二", None),
        (TWO, "(1)②", "実施項目その2", "四", None),
        ("09-09", "", "", "一", None),
    ]
    assert [
        (one.item, one.number, one.title, one.step.entry.new, one.step.undone_by) for one in listed
    ] == expected
