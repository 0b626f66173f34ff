"""プロセスを落とす、ディスクを埋める、Ctrl-C を押す：そのための道具と、あとの確かめ。"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from merge_samples import FULL, PLAN, RESULTS, TEXT, VALUE, keep_originals, returned

from sheetgen.collect.merging.merge import merge
from sheetgen.collect.recording import record
from sheetgen.collect.request import ItemOutcome, Take
from sheetgen.plan.paths import with_items, with_values
from sheetgen.plan.plan import Plan
from sheetgen.plan.value import Value
from sheetgen.problems import Place, SheetgenError
from sheetgen.reading.delivery import Delivered
from sheetgen.records.journal import Action, JournalEntry, journal_path
from sheetgen.records.ledger import open_ledger
from sheetgen.records.originals import original_path, originals_folder
from sheetgen.records.transaction import pending_path
from sheetgen.year.editing.applying import Line
from sheetgen.year.editing.edit_recording import EditRequest, Outcome, _save

NOW = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
PATIENCE = 120.0  # 混んだ機械で、ほかの人の錠を待つ秒数
SIGKILL = getattr(signal, "SIGKILL", 9)  # Windows にはない
KILLED = -SIGKILL

# ディスクの何かを変えるもの。インタープリターの呼ぶ名で書く。
DISK_CALLS = {"flush", "fsync", "replace", "unlink", "truncate", "mkdir", "chmod"}


def collect(path: Path, number: int = 1) -> str | None:
    """``number`` 通目の回収。前の値と違うので、毎回何かが記録される。"""
    file = f"{number}.xlsx"
    data = f"原本 {number}".encode()
    delivered = Delivered(file, data, hashlib.sha256(data).hexdigest(), "xlsx")
    answers: dict[str, Value] = {**FULL, VALUE: number, TEXT: f"{number}回目。" * 50}
    form = returned(answers, file=file)
    with open_ledger(path, writing=True, wait=PATIENCE) as ledger:
        keep_originals(originals_folder(path), [delivered])
        past = ledger.past(RESULTS)
        merged = merge(ledger.master.plan, RESULTS, [form], past, takes=[Take(file, "01-01")])
        outcomes = [_with_original(outcome, delivered.digest) for outcome in merged.outcomes]
        return record(ledger, RESULTS, outcomes, now=NOW, who="係")


def edit(path: Path, number: int = 2) -> str | None:
    """編集ブックの一回。読んで確かめたあとの、記録するところから。"""
    data = f"編集 {number}".encode()
    delivered = Delivered("編集.xlsx", data, hashlib.sha256(data).hexdigest(), "xlsx")
    request = EditRequest(plan=path, file=Path("編集.xlsx"), template=path)
    with open_ledger(path, writing=True, wait=PATIENCE) as ledger:
        item = ledger.master.plan.find("01-01")[2]
        plan = with_items(ledger.master.plan, {item.id: with_values(item, {VALUE: number}, 0)})
        old = item.years[0].result.value
        line = Line(
            item.id, VALUE, "成果指標の実績値", old, number, Place(cell="H5"), reason="訂正"
        )
        outcome = Outcome(plan, (line,), (), (), 0, {}, ())
        return _save(request, ledger, outcome, delivered, NOW, "係")


def _with_original(outcome: ItemOutcome, digest: str) -> ItemOutcome:
    changes = tuple(change._replace(original=digest) for change in outcome.changes)
    return replace(outcome, changes=changes)


def state(path: Path) -> tuple[bytes, bytes]:
    """マスターと記録簿の中身。"""
    journal = journal_path(path)
    return path.read_bytes(), journal.read_bytes() if journal.exists() else b""


def settle(path: Path) -> tuple[bytes, bytes]:
    """次の実行がするように整えて、つじつまを確かめる。"""
    with open_ledger(path, writing=False) as seen:
        pass
    with open_ledger(path, writing=True) as ledger:
        assert seen.entries == ledger.entries
        assert seen.master.plan == ledger.master.plan
    assert not pending_path(path).exists()
    assert {problem.code for problem in ledger.problems} <= {"R504"}
    assert replayed(ledger.entries) == ledger.master.plan
    folder = originals_folder(path)
    for entry in ledger.entries:
        if entry.original:
            kept = original_path(folder, entry.original, "xlsx").read_bytes()
            assert hashlib.sha256(kept).hexdigest() == entry.original
    for kept_file in folder.rglob("*.xlsx"):
        assert hashlib.sha256(kept_file.read_bytes()).hexdigest() == kept_file.stem
    return state(path)


def replayed(entries: Iterable[JournalEntry]) -> Plan:
    """記録簿を初めからたどってできる計画。"""
    items = {item.id: item for _, _, item in PLAN.items()}
    for entry in entries:
        if entry.action in (Action.RECORD, Action.EDIT, Action.UNDO):
            item, path = str(entry.item), str(entry.path)
            items[item] = with_values(items[item], {path: entry.new}, 0)
    return with_items(PLAN, items)


def in_child(work: Callable[[], object]) -> int:
    """別のプロセスで行い、終わり方を返す。正しく終われば 0。"""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except SheetgenError:
            code = 2
        except KeyboardInterrupt:
            code = 3
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@contextlib.contextmanager
def at_step(step: int, act: Callable[[], None]) -> Iterator[Callable[[], int]]:
    """ディスクに触れる ``step`` 番目の呼び出しの、すぐ前で ``act`` する。"""
    passed = 0

    def watch(_: FrameType, event: str, called: Any) -> None:
        nonlocal passed
        # 文字列の replace は、ディスクに触れない。
        on_text = isinstance(getattr(called, "__self__", None), str)
        if event == "c_call" and called.__name__ in DISK_CALLS and not on_text:
            passed += 1
            if passed == step:
                sys.setprofile(None)
                act()

    sys.setprofile(watch)
    if act is not interrupt:  # Ctrl-C が届くのは、主のスレッドだけ
        threading.setprofile(watch)
    try:
        yield lambda: passed
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def steps_of(path: Path, work: Callable[[], object]) -> int:
    """その仕事がディスクに触れる回数。"""
    read, write = os.pipe()

    def counted() -> None:
        with at_step(0, lambda: None) as passed:
            work()
        os.write(write, str(passed()).encode())

    assert in_child(counted) == 0
    os.close(write)
    with os.fdopen(read) as stream:
        return int(stream.read())


def kill() -> None:
    os.kill(os.getpid(), SIGKILL)


def full_disk() -> None:
    raise OSError(errno.ENOSPC, "no space left on device")


def interrupt() -> None:
    raise KeyboardInterrupt
