"""回のまとまり：名、錠、途中で止まった回の終わり方。"""

from __future__ import annotations

import contextlib
from datetime import timedelta
from pathlib import Path

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
from merge_samples import EFFECT, PLAN, TEXT, VALUE, new_master

from sheetgen.plan import durable
from sheetgen.plan.loading import load_master, load_plan
from sheetgen.plan.paths import without_items
from sheetgen.plan.plan import Plan
from sheetgen.plan.saving import hold
from sheetgen.records import ledger as ledgers
from sheetgen.records import transaction
from sheetgen.records.journal import Action, JournalEntry, journal_path, render_entries
from sheetgen.records.ledger import commit, open_ledger
from sheetgen.records.transaction import (
    Completion,
    DiskState,
    Pending,
    digest_of,
    look,
    pending_path,
    recover,
    written_together,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """初めのマスター。"""
    return new_master(tmp_path)


# --- 回の名と錠 ---


def test_no_two_runs_of_one_second_share_a_name(path: Path) -> None:
    names = []
    with open_ledger(path, writing=True) as ledger:
        run = ledger.new_run(NOW, "係", round="2026J", undoes=None)
        names.append(run.name)
    assert run.entry(Action.RECORD, item=ONE) == JournalEntry(
        run="20260701-090000",
        at="2026-07-01T09:00:00+00:00",
        by="係",
        action=Action.RECORD,
        round="2026J",
        item=ONE,
    )
    for _ in range(3):
        lay(path, *(line(name, at="2026-07-01T09:00:00+09:00") for name in names))
        with open_ledger(path, writing=True) as ledger:
            names.append(ledger.new_run(NOW, "係").name)
    lay(path, *(line(name, at="2026-07-01T09:00:00+09:00") for name in names))
    assert names == ["20260701-090000"] + [f"20260701-090000-{number}" for number in (2, 3, 4)]
    with open_ledger(path, writing=True) as ledger:
        later = ledger.new_run(NOW + timedelta(seconds=1), "係")
    assert later.name == "20260701-090001"


def test_reading_waits_for_nobody_and_writes_nothing(path: Path) -> None:
    stop(path, "0" * 64, "1" * 64, [value("2", 12)])
    before = everything(path)
    with hold(path):
        with open_ledger(path, writing=False) as ledger:
            assert ledger.entries == ()
        assert codes(refused(lambda: opened(path, wait=0))) == ["M081"]
    assert everything(path) == before
    with open_ledger(path, writing=True):
        assert codes(refused(lambda: opened(path, wait=0))) == ["M081"]


def opened(path: Path, wait: float) -> None:
    with open_ledger(path, writing=True, wait=wait):
        pass


def test_lines_without_a_change_leave_the_master_untouched(path: Path) -> None:
    before = path.stat().st_ino, path.stat().st_mtime_ns
    ends = [line("1", Action.END)]
    with open_ledger(path, writing=True) as ledger:
        commit(ledger, ledger.master.plan, ends)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == before
    with open_ledger(path, writing=True) as ledger:
        commit(ledger, holding({VALUE: 12}), [value("2", 12), line("2", Action.END)])
    assert load_plan(path) == holding({VALUE: 12})
    with open_ledger(path, writing=False) as ledger:
        assert [one.run for one in ledger.entries] == ["1", "2", "2"]
    assert not pending_path(path).exists()


def test_a_master_written_while_it_was_read_is_read_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []

    def meanwhile(target: Path) -> DiskState:
        looks.append("")
        if len(looks) == 1:
            replace_master(target, holding({VALUE: 12}))
            lay(target, value("1", 12))
        return look(target)

    known = load_master(path)
    monkeypatch.setattr(ledgers, "look", meanwhile)
    with open_ledger(path, writing=False, known=known) as ledger:
        assert ledger.master.plan == holding({VALUE: 12})
        assert [one.new for one in ledger.entries] == [12, None]
    assert len(looks) == 2
    known = load_master(path)
    with open_ledger(path, writing=False, known=known) as ledger:
        assert ledger.master is known
    assert len(looks) == 3


# --- 途中で止まった回 ---


class StoppedError(Exception):
    """停電のつもり。"""


def stop(path: Path, before: str, after: str, lines: list[JournalEntry]) -> None:
    """行を書き足したところで止まったディスクにする。"""
    left: dict[Path, bytes] = {}
    with (
        contextlib.suppress(StoppedError),
        written_together(path, before, after, render_entries(lines)),
    ):
        left = {one: one.read_bytes() for one in (pending_path(path), journal_path(path))}
        raise StoppedError
    for one, data in left.items():
        one.write_bytes(data)


GONE = without_items(PLAN, {TWO})
ENDED = line("2", Action.ROLLOVER, item=TWO, old="(1)② その2")
BOTH = holding({VALUE: 12, TEXT: "進めた。"})


@pytest.mark.parametrize(
    ("lines", "plan", "done"),
    [
        ([value("2", 12)], holding({VALUE: 12}), True),
        ([value("2", 12)], PLAN, False),
        ([value("2", 12)], holding({VALUE: 13}), False),
        # 数の多いほうになる。同じなら、行わなかったことにする。
        ([value("2", 12), value("2", "進めた。", path=TEXT)], holding({VALUE: 12}), False),
        ([value("2", 12), value("2", "x", path=TEXT), value("2", 5, path=EFFECT)], BOTH, False),
        (
            [value("2", 12), value("2", "進めた。", path=TEXT), value("2", 5, path=EFFECT)],
            BOTH,
            True,
        ),
        ([value("2", 12, item="09-09")], PLAN, False),
        ([value("2", 5, item="09-09"), value("2", 12)], holding({VALUE: 12}), True),
        (
            [line("2", Action.WAIVE, item=ONE, path=VALUE, new=12, code="F013")],
            holding({VALUE: 12}),
            False,
        ),
        (back("2", "1", item=ONE, path=VALUE, old=12, new=None), PLAN, True),
        (back("2", "1", item=ONE, path=VALUE, old=12, new=None), holding({VALUE: 12}), False),
        (back("2", "1", item=TWO, old="(1)② その2"), GONE, True),
        (back("2", "1", item=TWO, old="(1)② その2"), PLAN, False),
        ([line("2", Action.ADD, item=TWO, new="(1)② その2")], PLAN, True),
        ([line("2", Action.ADD, item=TWO, new="(1)② その2")], GONE, False),
        ([line("2", Action.ROLLOVER, old=2025, new=2026)], PLAN, True),
        ([line("2", Action.ROLLOVER, old=2026, new=2027)], PLAN, False),
        # 年度を言う行だけで決める。終えた項目の行は、その前でも後でもよい。
        ([ENDED, line("2", Action.ROLLOVER, old=2025, new=2026)], GONE, True),
        ([line("2", Action.ROLLOVER, old=2026, new=2027), ENDED], GONE, False),
        ([ENDED], GONE, False),
    ],
)
def test_a_stopped_run_over_a_master_mended_by_hand(
    path: Path, lines: list[JournalEntry], plan: Plan, done: bool
) -> None:
    """前とも後とも違う計画のデータでは、そこにある値で決める。"""
    lay(path, line("1", Action.END))
    replace_master(path, plan)
    ended = [one for one in lines if one.action is not Action.END] + [line("2", Action.END)]
    stop(path, "0" * 64, "1" * 64, ended)
    expected = ["1"] + ["2"] * len(ended) * done
    with open_ledger(path, writing=False) as ledger:
        assert [one.run for one in ledger.entries] == expected
    with open_ledger(path, writing=True) as ledger:
        assert [one.run for one in ledger.entries] == expected
        assert ledger.problems[0].code == "R504"
        outcome = ledger.problems[0].facts["outcome"]
    assert outcome == ("記録を済ませました" if done else "記録しなかったことにしました")
    assert load_plan(path) == plan
    assert not pending_path(path).exists()


@pytest.mark.parametrize("done", [True, False])
def test_a_stopped_run_is_told_by_the_master_alone(path: Path, done: bool) -> None:
    now = look(path).master
    stop(path, *(("0" * 64, now) if done else (now, "0" * 64)), [value("2", 12)])
    with open_ledger(path, writing=False) as ledger:
        assert [one.run for one in ledger.entries] == ["2"] * done
    (problem,) = recover(path, lambda _: not done)
    assert problem.place.file == str(journal_path(path))
    with open_ledger(path, writing=False) as ledger:
        assert [one.run for one in ledger.entries] == ["2"] * done
    assert journal_path(path).exists() == done


HEAD = b"1\n"
LINES = b"2\n3\n"


def pending(before: str, after: str, head: bytes = HEAD) -> Pending:
    return Pending(before, after, len(head), digest_of(head), LINES)


@pytest.mark.parametrize(
    ("before", "after", "journal", "completion"),
    [
        ("a", "b", HEAD, Completion.NO),
        ("a", "b", HEAD + LINES, Completion.NO),
        ("b", "a", HEAD, Completion.YES),
        ("b", "c", HEAD + LINES, Completion.UNKNOWN),
        ("b", "b", HEAD + LINES, Completion.UNKNOWN),
        ("a", "a", HEAD + LINES, Completion.YES),
        ("a", "a", HEAD + LINES[:-1], Completion.NO),
        ("a", "a", HEAD, Completion.NO),
        ("a", "a", HEAD + LINES + b"4", Completion.NO),
    ],
)
def test_the_master_decides_what_a_stop_came_to(
    before: str, after: str, journal: bytes, completion: Completion
) -> None:
    state = DiskState("a", journal, pending(before, after))
    assert state.completion is completion
    assert state.settled(True) == HEAD + LINES
    assert state.settled(False) == HEAD
    assert DiskState("a", journal).completion is Completion.YES
    assert DiskState("a", journal).settled(False) == journal


def test_a_journal_replaced_by_hand_loses_no_line() -> None:
    for other in (b"9\n", b"9", b"9\n8\n7\n"):
        state = DiskState("a", other, pending("b", "a"))
        separator = b"" if other.endswith(b"\n") else b"\n"
        assert state.settled(True) == other + separator + LINES
        assert state.settled(False) == other
    # もう入っている行を、二度は足さない。終わりの改行は、直した人が消したかもしれない。
    for has_them in (b"9\n" + LINES + b"8\n", b"9\n" + LINES.rstrip()):
        assert DiskState("a", has_them, pending("b", "a")).settled(True) == has_them


def test_what_is_not_there_is_seen_as_empty(tmp_path: Path) -> None:
    assert look(tmp_path / "plan.json") == DiskState(digest_of(b""), b"")


def test_a_stop_that_cannot_be_mended_now_is_mended_later(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(path, value("1", 1))
    earlier = journal_path(path).read_bytes()
    stop(path, "0" * 64, look(path).master, [value("2", 12)])
    whole = journal_path(path).read_bytes()
    journal_path(path).write_bytes(earlier)
    left = pending_path(path).read_bytes()

    def fail(_: int) -> None:
        raise OSError("full")

    with monkeypatch.context() as broken:
        broken.setattr("os.fsync", fail)
        (problem,) = refused(lambda: recover(path))
    assert (problem.code, problem.place.file) == ("R503", str(journal_path(path)))
    assert pending_path(path).read_bytes() == left
    assert codes(recover(path)) == ["R504"]
    assert journal_path(path).read_bytes() == whole
    assert recover(path) == ()


def test_what_an_earlier_stop_left_half_written_is_swept(path: Path) -> None:
    half = path.with_name(f".{pending_path(path).name}.abc.tmp")
    half.write_bytes(b"{")
    with open_ledger(path, writing=True) as ledger:
        commit(ledger, ledger.master.plan, [line("1", Action.END)])
    assert not half.exists()


def test_a_pending_file_is_taken_only_as_a_whole(path: Path) -> None:
    stop(path, "a", "b", [value("2", 12)])
    whole = pending_path(path).read_bytes()
    assert look(path).pending == Pending(
        "a", "b", 0, digest_of(b""), render_entries([value("2", 12)])
    )
    damages = (
        b"",
        whole[:-1],
        whole + b"x",
        whole.replace(b'"version": 1', b'"version": 2'),
        b"[]\n",
        b'{"version": 1}\n',
        b"\xff\n",
    )
    for number, damage in enumerate(damages, start=1):
        pending_path(path).write_bytes(damage)
        state = look(path)
        assert (state.pending, state.damaged) == (None, True)
        (problem,) = recover(path)
        aside = f"{pending_path(path).name}.damaged-{number}"
        assert (problem.code, problem.facts) == ("R505", {"aside": aside})
        assert problem.place.file == str(journal_path(path))
        assert path.with_name(aside).read_bytes() == damage
        assert look(path) == DiskState(look(path).master, look(path).journal)


def test_a_disk_that_changes_its_bytes_is_found_out(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(path, value("1", 1))
    before = everything(path)
    real = durable.os.fsync

    def lying(descriptor: int) -> None:
        real(descriptor)
        data = journal_path(path).read_bytes()
        if data.endswith(b"2\n"):
            journal_path(path).write_bytes(data[:-2] + b"3\n")

    def add() -> None:
        with written_together(path, look(path).master, look(path).master, b"2\n"):
            pass

    with monkeypatch.context() as broken:
        broken.setattr(durable.os, "fsync", lying)
        (problem,) = refused(add)
    assert (problem.code, problem.place.file) == ("R503", str(journal_path(path)))
    assert everything(path) == before
    add()
    assert journal_path(path).read_bytes() == before["journal.jsonl"] + b"2\n"


def test_a_reading_across_a_write_is_done_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[Path] = []
    real = transaction._bytes

    def reading(target: Path) -> bytes | None:
        reads.append(target)
        if len(reads) == 5:  # 一度目に読んだあと、確かめる前
            lay(path, value("1", 12))
        return real(target)

    monkeypatch.setattr(transaction, "_bytes", reading)
    assert look(path).journal == journal_path(path).read_bytes() != b""
    assert len(reads) == 12
    assert look(path).journal
    assert len(reads) == 18
