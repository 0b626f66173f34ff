"""取り消し：値は前に戻り、記録簿は増えるだけ。あとで変わった値があれば何もしない。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from merge_samples import FULL, INITIATIVE, PLAN, RESULTS, REVISION, VALUE, new_master, returned

from sheetgen.cli.boundary import main
from sheetgen.collect.answers import Proposal, ReturnedForm
from sheetgen.collect.merging.merge import merge
from sheetgen.collect.recording import record
from sheetgen.collect.request import Take, Waiver
from sheetgen.messages.catalogue import describe
from sheetgen.plan.loading import load_master, load_plan
from sheetgen.plan.paths import with_items, with_values
from sheetgen.plan.round import Round
from sheetgen.plan.saving import save_plan
from sheetgen.problems import ExitCode, Place, Problem, SheetgenError, UsageError
from sheetgen.records.journal import Action, JournalEntry, journal_path
from sheetgen.records.ledger import open_ledger
from sheetgen.records.open_items import ItemState
from sheetgen.records.undoing import undo

NOW = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
PROPOSAL = Proposal("item.title", "実施項目", "C3", "前の名", "後の名")


def collect(
    path: Path,
    *forms: ReturnedForm,
    chosen: Round = RESULTS,
    takes: Sequence[Take] = (),
    waivers: Sequence[Waiver] = (),
) -> str | None:
    """突き合わせて記録する。"""
    with open_ledger(path, writing=True) as ledger:
        past = ledger.past(chosen)
        merged = merge(ledger.master.plan, chosen, forms, past, waivers, takes, "電話で確認")
        return record(ledger, chosen, merged.outcomes, now=NOW, who="係")


def entries(path: Path) -> tuple[JournalEntry, ...]:
    with open_ledger(path, writing=False) as ledger:
        assert ledger.problems == ()
        return ledger.entries


def refused(path: Path, run: str | None = None) -> list[Problem]:
    """取り消しが断られ、何も変わらないことを確かめる。"""
    before = path.read_bytes(), journal_path(path).read_bytes()
    with pytest.raises(SheetgenError) as raised:
        undo(path, run)
    assert (path.read_bytes(), journal_path(path).read_bytes()) == before
    assert all(describe(problem) for problem in raised.value.problems)
    return list(raised.value.problems)


def edit(path: Path, **values: object) -> None:
    """手で直す。"""
    master = load_master(path)
    item = with_values(master.plan.find("01-01")[2], {VALUE: values["value"]}, 0)
    save_plan(with_items(master.plan, {"01-01": item}), path, replacing=master.digest)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """初めのマスター。"""
    return new_master(tmp_path)


def test_a_run_is_taken_back_whole(path: Path) -> None:
    before = path.read_bytes()
    run = collect(path, returned(FULL), returned(FULL, item="01-02", proposals=[PROPOSAL]))
    assert load_plan(path) != PLAN
    lines = journal_path(path).read_bytes()
    result = undo(path, now=NOW, who="別の係")
    assert path.read_bytes() == before
    assert (result.undone, result.by, len(result.changes), result.others) == (run, "係", 8, 1)
    # 記録簿は、書き足されるだけ。
    assert journal_path(path).read_bytes().startswith(lines)
    added = entries(path)[lines.count(b"\n") :]
    assert [entry.action for entry in added] == [Action.UNDO] * 8 + [Action.END]
    assert {(entry.run, entry.by, entry.undoes) for entry in added} == {(result.run, "別の係", run)}


def test_a_name_that_utf8_cannot_write_stops_nobody(path: Path) -> None:
    collect(path, returned(FULL))
    undo(path, now=NOW, who="係\udce3")
    assert entries(path)[-1].by == "係?"


def test_what_was_undone_is_recorded_again(path: Path) -> None:
    forms = [returned(FULL, proposals=[PROPOSAL]), returned({VALUE: 9}, item="01-02")]
    collect(path, *forms)
    after = path.read_bytes()
    assert collect(path, *forms) is None
    undo(path)
    assert collect(path, *forms) is not None
    assert path.read_bytes() == after
    actions = [entry.action for entry in entries(path)]
    assert actions.count(Action.PROPOSE) == 2


def test_waivers_and_decisions_are_taken_back_too(path: Path) -> None:
    doubtful = returned(
        FULL, file="一.xlsx", problems=[Problem("F013", Place(path=VALUE, item="01-01"))]
    )
    other = returned({VALUE: 13}, file="二.xlsx")
    assert collect(path, doubtful, other) is None
    collect(path, doubtful, other, takes=[Take("一.xlsx")], waivers=[Waiver("F013", "01-01")])
    assert load_plan(path) != PLAN
    undo(path)
    assert collect(path, doubtful, other) is None
    assert load_plan(path) == PLAN


def test_runs_are_taken_back_from_the_last(path: Path) -> None:
    first = collect(path, returned({VALUE: 1}, file="一.xlsx"))
    middle = path.read_bytes()
    collect(path, returned({VALUE: 2}, file="二.xlsx"), takes=[Take("二.xlsx")])
    undo(path)
    assert path.read_bytes() == middle
    assert undo(path).undone == first
    assert load_plan(path) == PLAN
    assert [problem.code for problem in refused(path)] == ["R523"]


def test_a_run_before_another_of_the_same_field_is_refused(path: Path) -> None:
    first = collect(path, returned({VALUE: 1}, file="一.xlsx"))
    second = collect(path, returned({VALUE: 2}, file="二.xlsx"), takes=[Take("二.xlsx")])
    (problem,) = refused(path, first)
    assert (problem.code, problem.place.item, problem.facts["run"]) == ("R524", "01-01", second)
    undo(path, second)
    undo(path, first)
    assert load_plan(path) == PLAN


def test_a_run_before_another_of_other_fields_is_taken_back(path: Path) -> None:
    first = collect(path, returned({VALUE: 1}))
    collect(path, returned(FULL, item="01-02"))
    undo(path, first)
    plan = load_plan(path)
    assert plan.find("01-01")[2] == PLAN.find("01-01")[2]
    assert plan.find("01-02")[2] != PLAN.find("01-02")[2]


def test_a_value_changed_by_hand_is_told_and_nothing_taken_back(path: Path) -> None:
    collect(path, returned(FULL))
    edit(path, value=99)
    (problem,) = refused(path)
    assert (problem.code, problem.place.path) == ("R525", VALUE)
    assert (problem.facts["now"], problem.facts["new"]) == ("99", "12")
    # 手で前の値に戻してあるなら、じゃまにならない。
    edit(path, value=None)
    undo(path)
    assert load_plan(path) == PLAN


def test_an_item_that_is_no_more_is_told(path: Path) -> None:
    collect(path, returned(FULL, item="01-02"))
    master = load_master(path)
    measure = master.plan.policies[0].measures[0]
    shorter = measure.model_copy(update={"entries": measure.entries[:1]})
    measures = (shorter, *master.plan.policies[0].measures[1:])
    policy = master.plan.policies[0].model_copy(update={"measures": measures})
    save_plan(master.plan.model_copy(update={"policies": (policy,)}), path, replacing=master.digest)
    assert {problem.code for problem in refused(path)} == {"R526"}


def test_initiatives_come_back_for_their_own_year(path: Path) -> None:
    collect(path, returned({INITIATIVE: "■ 続ける。"}, chosen=REVISION), chosen=REVISION)
    assert load_plan(path).find("01-01")[2].initiatives["2027"] == "■ 続ける。"
    assert entries(path)[0].path == "initiatives[2027]"
    undo(path)
    assert load_plan(path) == PLAN


def test_the_wrong_run_is_refused(path: Path) -> None:
    run = collect(path, returned(FULL))
    undoing = undo(path).run
    for name, code in (("20200101-000000", "R520"), (run, "R521"), (undoing, "R522")):
        with pytest.raises(UsageError) as raised:
            undo(path, name)
        assert [problem.code for problem in raised.value.problems] == [code]
        assert describe(raised.value.problems[0])


def test_a_run_of_proposals_alone_is_taken_back(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = path.read_bytes()
    form = returned(proposals=[PROPOSAL])
    collect(path, form)
    assert path.read_bytes() == before
    assert collect(path, form) is None
    result = undo(path)
    assert (result.changes, result.others, path.read_bytes()) == ((), 1, before)
    assert collect(path, form) is not None
    assert main(["undo", "--plan", str(path)]) == ExitCode.OK
    out = capsys.readouterr().out
    assert "決定 1件を取り消します" in out
    assert "0個" not in out


def test_the_command_shows_and_takes_back(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = collect(path, returned(FULL))
    before = path.read_bytes(), journal_path(path).read_bytes()
    assert main(["undo", "--plan", str(path), "--dry-run"]) == ExitCode.OK
    shown = capsys.readouterr().out
    assert f"回 {run}" in shown
    assert "令和7年度の成果指標の実績値: 12 → 空欄" in shown
    assert "何も書き換えていません" in shown
    assert (path.read_bytes(), journal_path(path).read_bytes()) == before
    assert main(["undo", "--plan", str(path), "--run", str(run)]) == ExitCode.OK
    assert "4個の値を戻しました" in capsys.readouterr().out
    assert load_plan(path) == PLAN
    assert main(["undo", "--plan", str(path)]) == ExitCode.PROBLEMS
    assert main(["undo", "--plan", str(path), "--run", "x"]) == ExitCode.USAGE
    assert "R520" in capsys.readouterr().err


def test_states_after_undo_are_as_before(path: Path) -> None:
    collect(path, returned(FULL))
    undo(path)
    with open_ledger(path, writing=False) as ledger:
        merged = merge(ledger.master.plan, RESULTS, [], ledger.past(RESULTS))
    assert {outcome.state for outcome in merged.outcomes} == {ItemState.MISSING}
