"""来歴：どの値が、いつ、誰の、どのファイルのどのセルから来たか。"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from merge_samples import (
    EFFECT,
    FULL,
    INITIATIVE,
    PLAN,
    REVISION,
    TEXT,
    VALUE,
    keep_originals,
    new_master,
    returned,
)
from test_undo import PROPOSAL, collect, edit

from sheetgen.cli.boundary import main
from sheetgen.collect.request import Take, Waiver
from sheetgen.messages.values import READINGS
from sheetgen.plan.loading import load_plan
from sheetgen.problems import ExitCode, Place, Problem, UsageError
from sheetgen.reading.delivery import Delivered
from sheetgen.records.history import FieldHistory, ItemHistory, find_item, proposals, trace
from sheetgen.records.journal import Action
from sheetgen.records.originals import originals_folder
from sheetgen.records.undoing import undo


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """初めのマスター。"""
    return new_master(tmp_path)


def field(traced: ItemHistory, path: str) -> FieldHistory:
    return next(one for one in traced.fields if one.path == path)


def test_a_figure_says_where_it_came_from(path: Path) -> None:
    run = collect(path, returned(FULL))
    traced = trace(path, "01-01")
    assert (traced.item, traced.number, traced.title) == ("01-01", "(1)①", "実施項目その1")
    one = field(traced, VALUE)
    assert (one.now, one.by_hand, one.label) == (12, False, "令和7年度の成果指標の実績値")
    (step,) = one.steps
    entry = step.entry
    assert (entry.run, entry.by, entry.file, entry.sheet, entry.cell) == (
        run,
        "係",
        "総務課.xlsx",
        "01-01",
        "C11",
    )
    assert (entry.old, entry.new, entry.raw, entry.found) == (None, 12, "12", "名前")
    assert entry.at.startswith("2026-07-01T")
    assert entry.at[-6] in "+-"


def test_the_original_is_found(path: Path) -> None:
    data = b"returned"
    digest = hashlib.sha256(data).hexdigest()
    keep_originals(originals_folder(path), [Delivered("総務課.xlsx", data, digest, "xlsx")])
    form = returned({VALUE: 12})
    collect(path, replace(form, original=digest))
    (step,) = field(trace(path, "01-01"), VALUE).steps
    assert step.original is not None
    assert step.original.read_bytes() == data


def test_all_that_happened_to_a_field_is_told_in_order(path: Path) -> None:
    collect(path, returned({VALUE: 1}, file="一.xlsx"))
    second = collect(path, returned({VALUE: 2}, file="二.xlsx"), takes=[Take("二.xlsx")])
    undo(path, second)
    steps = field(trace(path, "01-01"), VALUE).steps
    assert [(step.entry.action, step.entry.new, bool(step.undone_by)) for step in steps] == [
        (Action.RECORD, 1, False),
        (Action.RECORD, 2, True),
        (Action.UNDO, 1, False),
    ]
    assert not field(trace(path, "01-01"), VALUE).by_hand


def test_a_value_set_by_hand_is_told_as_such(path: Path) -> None:
    collect(path, returned({VALUE: 12}))
    edit(path, value=99)
    one = field(trace(path, "01-01"), VALUE)
    assert (one.now, one.by_hand) == (99, True)
    # 記録簿の知らない値。
    untraced = {one.path: one.now for one in trace(path, "01-02").untraced}
    assert untraced["years[0].plan"] == "・進める。"
    assert untraced["initiatives[2025]"] == "■ 始める。"
    assert VALUE not in untraced


def test_a_year_narrows_the_fields(path: Path) -> None:
    collect(path, returned(FULL))
    collect(path, returned({INITIATIVE: "■ 続ける。"}, chosen=REVISION), chosen=REVISION)
    assert {one.path for one in trace(path, "01-01", 2025).fields} == set(FULL)
    assert {one.path for one in trace(path, "01-01", 2027).fields} == {"initiatives[2027]"}
    assert trace(path, "01-01", 2028).fields == ()
    assert field(trace(path, "01-01"), "initiatives[2027]").label == "令和9年度の取組方針・取組内容"


def test_waivers_decisions_and_proposals_are_told(path: Path) -> None:
    doubtful = returned(
        {VALUE: 12, EFFECT: 5},
        file="一.xlsx",
        problems=[Problem("F013", Place(path=VALUE, item="01-01"))],
        proposals=[PROPOSAL],
    )
    other = returned({VALUE: 13}, file="二.xlsx")
    collect(path, doubtful, other, takes=[Take("一.xlsx")], waivers=[Waiver("F013", "01-01")])
    traced = trace(path, "01-01")
    actions = [step.entry.action for step in field(traced, VALUE).steps]
    assert actions == [Action.RECORD, Action.WAIVE, Action.DECIDE]
    assert [step.entry.action for step in traced.others] == [Action.PROPOSE]
    (one,) = proposals(path).proposals
    assert (one.item, one.number, one.step.entry.new) == ("01-01", "(1)①", "後の名")
    undo(path)
    assert proposals(path).proposals[0].step.undone_by is not None


@pytest.mark.parametrize(
    "text",
    ["01-02", "1-2", "１－２", "1ー2", " 01−02 ", "(1)②", "（１）②", "(1)2", "⑴②", "(1)-②"],
)
def test_an_item_may_be_written_in_many_ways(text: str) -> None:
    item, number = find_item(PLAN, text)
    assert (item.id, number) == ("01-02", "(1)②")


@pytest.mark.parametrize("text", ["", "12", "01-03", "①②", "1-2-3", "(2)①", "実施項目"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as raised:
        find_item(PLAN, text)
    assert [problem.code for problem in raised.value.problems] == ["R530"]


def test_every_item_of_the_real_plan_is_found_by_id_and_by_number(plan_path: Path) -> None:
    plan = load_plan(plan_path)
    assert find_item(plan, "(8)⑧")[0].id == "08-08"
    for _, measure, item in plan.items():
        assert find_item(plan, item.id)[0] == item
        assert find_item(plan, f"({measure.number}){item.number}")[0] == item


def test_a_reading_is_told_in_words(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    form = returned({VALUE: 12})
    answer = form.answers[VALUE]._replace(raw="１２", rule="width unheard_of")
    collect(path, replace(form, answers={**form.answers, VALUE: answer}))
    assert main(["history", "01-01", "--plan", str(path)]) == ExitCode.OK
    out = capsys.readouterr().out
    assert f"書かれていた文字: 「１２」（{READINGS['width']}、unheard_of）" in out


def test_the_command_tells_it(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    collect(path, returned({TEXT: "進めた。", VALUE: 12}, proposals=[PROPOSAL]))
    edit(path, value=99)
    before = {one: one.read_bytes() for one in path.parent.rglob("*") if one.is_file()}
    assert main(["history", "(1)①", "--plan", str(path), "--proposals"]) == ExitCode.OK
    out = capsys.readouterr().out
    for words in (
        "01-01 (1)① 実施項目その1",
        "令和7年度の取組実績: 「進めた。」",
        "総務課.xlsx シート「01-01」 セル C10",
        "空欄 → 12",
        "手で書き換えた",
        "変更申出 1件",
        "「前の名」 → 「後の名」",
    ):
        assert words in out
    assert {one: one.read_bytes() for one in path.parent.rglob("*") if one.is_file()} == before
    assert main(["history", "--plan", str(path)]) == ExitCode.USAGE
    assert main(["history", "99-99", "--plan", str(path)]) == ExitCode.USAGE
    assert main(["history", "01-02", "--plan", str(path), "--year", "R12"]) == ExitCode.OK
    assert "値も記録もありません" in capsys.readouterr().out
    assert main(["history", "--proposals", "--plan", str(path)]) == ExitCode.OK
    assert main(["history", "01-01", "--plan", str(path.parent / "ない.json")]) == ExitCode.PROBLEMS


def test_a_long_proposal_shows_what_has_changed(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """長い文は、前も後も同じ書き出しで切れてしまう。違う所を見せる。"""
    old = "計画の文を改める。" * 10
    wanted = PROPOSAL._replace(old=old, new=f"{old}\n口座振替を勧める。")
    collect(path, returned(proposals=[wanted]))
    undo(path)
    collect(path, returned(proposals=[wanted]))
    assert main(["history", "--proposals", "--plan", str(path)]) == ExitCode.OK
    out = capsys.readouterr().out
    assert "「⏎口座振替を勧める。」を追加" in out
    assert "変更申出 1件（ほかに取り消したもの 1件）" in out
