"""記録：マスターに入れた値の一つずつに、記録簿の一行がある。"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from merge_samples import (
    FULL,
    GRADE,
    PLAN,
    RESULTS,
    TEXT,
    VALUE,
    digest,
    keep_originals,
    new_master,
    returned,
)

from sheetgen.collect.answers import Proposal, ReturnedForm
from sheetgen.collect.merging.merge import merge
from sheetgen.collect.recording import record
from sheetgen.plan.loading import load_master, load_plan
from sheetgen.problems import Place, Problem
from sheetgen.reading.delivery import Delivered
from sheetgen.records.journal import Action, journal_path
from sheetgen.records.ledger import open_ledger
from sheetgen.records.originals import originals_folder

JAPAN = timezone(timedelta(hours=9))
NOW = datetime(2026, 7, 1, 9, 30, 15, tzinfo=JAPAN)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """初めのマスター。"""
    return new_master(tmp_path)


def collect(path: Path, *forms: ReturnedForm, now: datetime = NOW) -> str | None:
    with open_ledger(path, writing=True) as ledger:
        merged = merge(ledger.master.plan, RESULTS, forms, ledger.past(RESULTS))
        return record(ledger, RESULTS, merged.outcomes, now=now, who="係")


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in journal_path(path).read_text("utf-8").splitlines()]


def test_each_value_has_its_line(path: Path) -> None:
    run = collect(path, returned(FULL))
    recorded = lines(path)
    assert [line["action"] for line in recorded] == ["record"] * 4 + ["end"]
    assert {line["run"] for line in recorded} == {run}
    assert {line["by"] for line in recorded} == {"係"}
    assert {line["round"] for line in recorded} == {"2026J"}
    assert recorded[0] == {
        "run": run,
        "at": NOW.astimezone().isoformat(timespec="seconds"),
        "by": "係",
        "action": "record",
        "round": "2026J",
        "item": "01-01",
        "path": TEXT,
        "label": "令和7年度の取組実績",
        "old": None,
        "new": "進めた。",
        "raw": "進めた。",
        "file": "総務課.xlsx",
        "original": digest("総務課.xlsx"),
        "sheet": "01-01",
        "cell": "C10",
        "found": "名前",
    }
    result = load_plan(path).find("01-01")[2].years[0].result
    assert (result.text, result.value, result.effect, result.grade) == tuple(FULL.values())


def test_the_time_carries_its_offset(path: Path) -> None:
    collect(path, returned(FULL))
    at = datetime.fromisoformat(str(lines(path)[0]["at"]))
    assert at == NOW
    assert at.tzinfo is not None


def test_good_items_go_in_even_if_others_fail(path: Path) -> None:
    doubt = Problem("F015", Place(path=VALUE, item="01-01"))
    collect(path, returned(FULL, problems=[doubt]), returned(FULL, item="01-02", file="二.xlsx"))
    plan = load_plan(path)
    assert plan.find("01-01")[2] == PLAN.find("01-01")[2]
    assert plan.find("01-02")[2].years[0].result.grade == "○"
    assert {line.get("item") for line in lines(path)} == {"01-02", None}


def test_running_twice_changes_no_byte_but_keeps_new_originals(path: Path) -> None:
    collect(path, returned(FULL))
    before = path.read_bytes(), journal_path(path).read_bytes(), path.stat().st_mtime_ns
    data = b"another copy"
    copy = Delivered("写し.xlsx", data, hashlib.sha256(data).hexdigest(), "xlsx")
    with open_ledger(path, writing=True) as ledger:
        assert keep_originals(originals_folder(path), [copy]) == ()
        forms = [returned(FULL, file="写し.xlsx")]
        merged = merge(ledger.master.plan, RESULTS, forms, ledger.past(RESULTS))
        assert record(ledger, RESULTS, merged.outcomes) is None
    assert (path.read_bytes(), journal_path(path).read_bytes(), path.stat().st_mtime_ns) == before
    kept = [found for found in originals_folder(path).rglob("*") if found.is_file()]
    assert [found.stem for found in kept] == [copy.digest]


def test_two_runs_in_one_second_have_two_names(path: Path) -> None:
    first = collect(path, returned({TEXT: "進めた。"}))
    second = collect(path, returned({GRADE: "○"}, item="01-02"))
    assert first != second
    assert len({line["run"] for line in lines(path)}) == 2


def test_texts_no_journal_can_hold_are_made_visible(path: Path) -> None:
    """変更申出には何が書いてあるか分からない。記録簿の一行を壊さず、二度は記録しない。"""
    odd = Proposal(None, "見出し", "A1", "", "あ\x00い\ud800\u2028\n")
    form = returned(proposals=[odd], file="半\ud800分.xlsx")
    assert collect(path, form) is not None
    (proposed, _) = lines(path)
    assert proposed["new"] == "あ\\x00い\\ud800\\u2028\n"
    assert "old" not in proposed
    assert collect(path, form) is None


def test_the_user_of_this_machine_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "keiei")
    with open_ledger(path, writing=True) as ledger:
        merged = merge(PLAN, RESULTS, [returned(FULL)], ledger.past(RESULTS))
        assert record(ledger, RESULTS, merged.outcomes)
    assert {line["by"] for line in lines(path)} == {"keiei"}


def test_a_master_read_before_is_used_again_only_if_it_is_the_same(path: Path) -> None:
    known = load_master(path)
    with open_ledger(path, writing=True, known=known) as ledger:
        assert ledger.master is known
    collect(path, returned(FULL))
    with open_ledger(path, writing=False, known=known) as ledger:
        assert ledger.master.plan == load_plan(path) != known.plan


def test_damaged_lines_are_told_and_stay(path: Path) -> None:
    collect(path, returned(FULL))
    journal = journal_path(path)
    journal.write_bytes(journal.read_bytes() + b"{broken\n")
    with open_ledger(path, writing=True) as ledger:
        assert [(p.code, p.facts.get("line")) for p in ledger.problems] == [("R501", 6)]
    collect(path, returned(FULL, item="01-02", file="二.xlsx"))
    assert b"{broken\n" in journal.read_bytes()
    with open_ledger(path, writing=False) as ledger:
        assert [entry.action for entry in ledger.entries].count(Action.END) == 2
