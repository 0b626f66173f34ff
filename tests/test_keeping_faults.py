"""途中で何があっても、マスターと記録簿は合っていて、原本は失われない。

すべての段を試す。ディスクに触れる呼び出しの前ごとに、プロセスを殺し、ディスクの空きをなくし、
Ctrl-C を押す。また、でたらめな時にプロセスを殺す。
"""

from __future__ import annotations

import itertools
import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from faults import (
    KILLED,
    at_step,
    collect,
    edit,
    full_disk,
    in_child,
    interrupt,
    kill,
    replayed,
    settle,
    state,
    steps_of,
)
from merge_samples import PLAN, new_master

from sheetgen.plan.loading import Master, load_master
from sheetgen.plan.saving import render_plan
from sheetgen.problems import SheetgenError
from sheetgen.records.ledger import open_ledger
from sheetgen.records.originals import originals_folder
from sheetgen.records.transaction import look
from sheetgen.records.undoing import undo

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="この OS には fork がない")

LOADER = "sheetgen.records.ledger.load_master"
WORKS: dict[str, Callable[[Path], object]] = {
    "collect": lambda path: collect(path, 2),
    "undo": undo,
    "edit": edit,
}


@pytest.fixture
def folder() -> Iterator[Path]:
    """何百回も書く試験のためのフォルダー。あれば、メモリーの上に置く。"""
    memory = Path("/dev/shm")
    place = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place) as name:
        yield Path(name)


def prepared(folder: Path) -> tuple[Path, tuple[bytes, bytes]]:
    """一度回収したあとのフォルダー。"""
    path = new_master(folder)
    collect(path, 1)
    return path, state(path)


def copied(path: Path, folder: Path) -> Path:
    """同じ中身の、別のフォルダー。"""
    shutil.copytree(path.parent, folder)
    return folder / path.name


@pytest.mark.parametrize("name", WORKS)
@pytest.mark.parametrize("act", [kill, full_disk, interrupt])
def test_stopped_at_every_step(name: str, act: Callable[[], None], folder: Path) -> None:
    (folder / "first").mkdir()
    path, old = prepared(folder / "first")
    work = WORKS[name]
    clean = copied(path, folder / "clean")
    count = steps_of(clean, lambda: work(clean))
    new = state(clean)
    assert count > 12
    assert new != old
    ends: list[int] = []
    outcomes = set()
    for step in range(1, count + 1):
        trial = copied(path, folder / f"{step}")

        def stopped(trial: Path = trial, step: int = step) -> None:
            with at_step(step, act):
                work(trial)

        ends.append(in_child(stopped))
        found = settle(trial)
        outcomes.add("old" if found == old else "new" if _same(found, new) else "mixed")
        if act is not kill and ends[-1] == 2:
            # 断ったのなら、何も変わっていない。
            assert found == old
        if step % 5 == 0:  # そのあとは、ふつうに動く。
            assert collect(trial, 3)
    assert outcomes == {"old", "new"}
    expected = {kill: {KILLED}, full_disk: {0, 2}, interrupt: {3, 0}}[act]
    assert set(ends) <= expected | ({1} if act is full_disk else set())


def _same(found: tuple[bytes, bytes], new: tuple[bytes, bytes]) -> bool:
    """日時と回の名のほかが同じか。"""
    return found[0] == new[0] and found[1].count(b"\n") == new[1].count(b"\n")


def test_killed_at_random_moments_200_times(folder: Path) -> None:
    chance = random.Random(34)
    reached = set()
    for number in range(200):
        if number % 20 == 0:  # 記録簿が長くなりすぎないように
            inner = folder / f"{number}"
            inner.mkdir()
            path = new_master(inner)
            started = time.monotonic()
            collect(path, number * 50)
            one_takes = time.monotonic() - started
        done, told = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                for turn in range(number * 50 + 1, number * 50 + 50):
                    collect(path, turn)
                    if turn % 3 == 0:
                        undo(path)
                    os.write(told, b".")
            finally:
                os._exit(0)
        os.close(told)
        # 遅い機械でも始めの前ばかりで止めないよう、済んだ回数を聞いてから、時を選ぶ。
        with os.fdopen(done, "rb", buffering=0) as turns:
            for _ in range(number % 3):
                assert turns.read(1)
            time.sleep(chance.uniform(0, 1) * one_takes)
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        reached.add((*settle(path), number // 20))
    assert len(reached) > 130


def test_a_disk_that_stays_full(folder: Path) -> None:
    """書ける長さを少しずつ変え、どの書き込みも途中で断られるようにする。"""
    resource = pytest.importorskip("resource")
    (folder / "first").mkdir()
    path, _ = prepared(folder / "first")
    # 記録簿のほうが長ければ、マスターが書けて記録簿が書けないこともある。
    for number in range(2, 8):
        collect(path, number)
    old = state(path)
    sizes = sorted(
        {*range(0, len(old[0]) + 3000, 997), *range(len(old[1]) - 500, len(old[1]) + 6000, 499)}
    )
    outcomes = set()
    for size in sizes:
        trial = copied(path, folder / f"{size}")

        def cramped(trial: Path = trial, size: int = size) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            collect(trial, 99)

        end = in_child(cramped)
        assert end in (0, 2)
        found = settle(trial)
        assert (found == old) == (end == 2)
        outcomes.add(end)
    assert outcomes == {0, 2}
    assert len(old[1]) > len(old[0])


def test_two_operators_at_once(folder: Path) -> None:
    path = new_master(folder)
    children = []
    for number in range(1, 5):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                for turn in range(5):
                    collect(path, number * 10 + turn)
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 4
    settle(path)
    with open_ledger(path, writing=False) as ledger:
        runs = {entry.run for entry in ledger.entries}
    assert len(runs) == 20
    assert len(list(originals_folder(path).rglob("*.xlsx"))) == 20


def test_the_second_operator_is_told_who_holds_the_lock(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = new_master(folder)
    monkeypatch.setattr("getpass.getuser", lambda: "keiei")
    with (
        open_ledger(path, writing=True),
        pytest.raises(SheetgenError) as raised,
        open_ledger(path, writing=True, wait=0.1),
    ):
        pass
    (problem,) = raised.value.problems
    assert problem.code == "M081"
    assert str(problem.facts["who"]).startswith("keiei")
    # 読むだけなら、待たない。
    with open_ledger(path, writing=True), open_ledger(path, writing=False) as seen:
        assert seen.master.plan == PLAN


def test_a_reader_never_sees_half(folder: Path) -> None:
    """書いている間に読んでも、前か後かのどちらかが見える。"""
    path, stop = new_master(folder), folder / "stop"
    child = os.fork()
    if child == 0:
        code = 1
        try:
            for number in range(1, 1000):
                collect(path, number)
                if stop.exists():
                    break
            code = 0
        finally:
            os._exit(code)
    seen = set()
    status = None
    try:
        while status is None:
            ended, status = os.waitpid(child, os.WNOHANG)
            status = status if ended else None
            with open_ledger(path, writing=False) as ledger:
                assert ledger.problems == ()
                assert replayed(ledger.entries) == ledger.master.plan
                seen.add(len(ledger.entries))
            if len(seen) > 20:
                stop.touch()
    finally:
        stop.touch()
    assert status == 0
    assert len(seen) > 20


def test_a_reader_outlasts_a_busy_writer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """計画のデータを読むたびに、記録簿を読む前に、ほかの人が書いても。"""
    path, load, turns = new_master(folder), load_master, iter(range(1, 16))

    def load_then_write(asked: Path) -> Master:
        master = load(asked)
        with monkeypatch.context() as alone:
            alone.setattr(LOADER, load)
            for turn in itertools.islice(turns, 1):
                collect(path, turn)
        return master

    monkeypatch.setattr(LOADER, load_then_write)
    with open_ledger(path, writing=False) as seen:
        assert replayed(seen.entries) == seen.master.plan
    assert not list(turns)


def test_the_master_edited_after_a_stop(folder: Path) -> None:
    """止まったあとで人が手で直しても、入った値のことは記録簿にある。"""
    (folder / "first").mkdir()
    path, old = prepared(folder / "first")
    clean = copied(path, folder / "clean")
    count = steps_of(clean, lambda: collect(clean, 2))
    seen = set()
    for step in range(1, count + 1, 2):
        trial = copied(path, folder / f"{step}")

        def stopped(trial: Path = trial, step: int = step) -> None:
            with at_step(step, kill):
                collect(trial, 2)

        assert in_child(stopped) == KILLED
        if look(trial).pending is None:
            continue
        master = load_master(trial)
        edited = master.plan.model_copy(update={"office": "手で直した課"})
        trial.write_bytes(render_plan(edited))
        with open_ledger(trial, writing=True) as ledger:
            assert ledger.master.plan == edited
            done = len(ledger.entries) > old[1].count(b"\n")
            value = edited.find("01-01")[2].years[0].result.value
            assert done == (value == 2)
            seen.add(done)
    assert seen == {True, False}
