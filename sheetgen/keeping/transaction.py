"""計画のデータと記録簿を、二つで一つのものとして書き換える。

Order of work, under the master's lock:

1. the new master stands ready beside the old one (the caller);
2. ``.plan.json.pending`` says what is going to happen: the digests of the old and the
   new master, the length of the journal, and the lines it will get;
3. the lines are appended to the journal;
4. the new master takes the place of the old one (the caller): from here on it has happened;
5. ``.plan.json.pending`` goes.

All that needs room on the disk comes before step 4, and the master alone decides: where
the pending file is found and the master is still the old one, the journal is cut back to
its earlier length; where it is the new one, all is there.  A run that leaves the master
as it is counts once its lines are complete.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from sheetgen.durable import flush_folder, put, sweep
from sheetgen.keeping.journal import journal_path, shown_journal
from sheetgen.messages.keeping import OUTCOMES
from sheetgen.problems import Place, Problem, SheetgenError

VERSION = 1


class Completion(Enum):
    """途中で止まった書き換えが、済んだことになるか。"""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    """計画のデータが、前とも後とも違う。止まったあとで人が直した。"""


@dataclass(frozen=True, slots=True)
class Pending:
    """始めた書き換え。

    ``before`` and ``after`` are the master's digests; ``size`` is the journal's length in
    bytes before, ``head`` the digest of those bytes; ``lines`` is what it gets.
    """

    before: str
    after: str
    size: int
    head: str
    lines: bytes


@dataclass(frozen=True, slots=True)
class DiskState:
    """ディスクにあるもの。``pending`` は途中で止まった書き換え（なければ ``None``）。

    ``damaged`` is True when the pending file cannot be read.
    """

    master: str
    journal: bytes
    pending: Pending | None = None
    damaged: bool = False

    @property
    def completion(self) -> Completion:
        """``pending`` が済んだことになるか。"""
        pending = self.pending
        if pending is None:
            return Completion.YES
        if self.master not in (pending.before, pending.after):
            return Completion.UNKNOWN
        if pending.before == pending.after:
            return Completion.YES if self._complete else Completion.NO
        return Completion.YES if self.master == pending.after else Completion.NO

    def settled(self, completed: bool) -> bytes:
        """整えたあとの記録簿の中身。"""
        pending = self.pending
        if pending is None:
            return self.journal
        head = self.journal[: pending.size]
        if digest_of(head) != pending.head:
            # 止まったあとで、人が記録簿を替えた。あるものを消さず、なければ足す。
            if not completed or pending.lines.strip() in self.journal:
                return self.journal
            return self.journal + (b"" if self.journal.endswith(b"\n") else b"\n") + pending.lines
        return head + pending.lines if completed else head

    @property
    def _complete(self) -> bool:
        return self.pending is not None and self.journal == self.settled(True)


def digest_of(data: bytes) -> str:
    """中身の目印（sha256）。"""
    return hashlib.sha256(data).hexdigest()


def pending_path(plan: Path) -> Path:
    """始めた書き換えを書いておくファイル。"""
    target = plan.resolve()
    return target.with_name(f".{target.name}.pending")


def look(plan: Path) -> DiskState:
    """ディスクにあるものを読む。錠がなくても、書きかけをつかまない。

    :raises SheetgenError: one of the files cannot be read (R506).
    """
    try:
        return _look(plan)
    except OSError as error:
        raise SheetgenError(Problem("R506", Place(file=shown_journal(plan)))) from error


def _look(plan: Path) -> DiskState:
    pending_file, journal_file = pending_path(plan), journal_path(plan)
    # 錠を持たずに読むと、ほかの人の書き換えをまたぐことがある。前後が同じになるまで読み直す。
    for _ in range(20):
        written = _bytes(pending_file)
        master = digest_of(_bytes(plan) or b"")
        journal = _bytes(journal_file) or b""
        again = _bytes(pending_file), digest_of(_bytes(plan) or b""), _bytes(journal_file) or b""
        if again == (written, master, journal):
            break
    pending = _parse(written) if written is not None else None
    return DiskState(master, journal, pending, damaged=written is not None and pending is None)


@contextlib.contextmanager
def writing(plan: Path, before: str, after: str, lines: bytes) -> Iterator[None]:
    """記録簿に書き足す。中で計画のデータを入れ替える。しくじれば、始める前に戻す。

    ``before`` and ``after`` are the master's digests (the same when it stays); the lock
    must be held, and nothing may be pending.

    :raises SheetgenError: the journal cannot be written (R503); all is as it was.
    """
    journal = journal_path(plan)
    try:
        earlier = _bytes(journal) or b""
        if earlier and not earlier.endswith(b"\n"):
            lines = b"\n" + lines  # 壊れて残った行に続けない
        pending = Pending(before, after, len(earlier), digest_of(earlier), lines)
        sweep(journal.parent, pending_path(plan).name)
        put(pending_path(plan), _render(pending))
        _append(journal, lines, len(earlier))
        yield
    except BaseException as error:
        # 直せなければ印が残り、次の実行が直す。
        with contextlib.suppress(OSError, SheetgenError):
            recover(plan)
        if isinstance(error, OSError):
            raise SheetgenError(Problem("R503", Place(file=shown_journal(plan)))) from error
        raise
    # もう済んでいる。印を消せなくても、次の実行が消す。
    with contextlib.suppress(OSError):
        _forget(plan)


def recover(plan: Path, decide: Callable[[Pending], bool] = lambda _: True) -> tuple[Problem, ...]:
    """途中で止まった書き換えを、前か後かのどちらかに整える。錠を取ってから呼ぶ。

    ``decide`` tells whether it has happened where the master has been edited since.

    :raises SheetgenError: the journal cannot be written (R503).
    """
    journal = journal_path(plan)
    try:
        state = look(plan)
        if state.damaged:
            aside = _set_aside(plan)
            return (Problem("R505", Place(file=shown_journal(plan)), {"aside": aside}),)
        if state.pending is None:
            return ()
        completion = state.completion
        done = (
            decide(state.pending)
            if completion is Completion.UNKNOWN
            else completion is Completion.YES
        )
        _make(journal, state.journal, state.settled(done))
        _forget(plan)
    except OSError as error:
        raise SheetgenError(Problem("R503", Place(file=shown_journal(plan)))) from error
    return (Problem("R504", Place(file=shown_journal(plan)), {"outcome": OUTCOMES[done]}),)


def _make(path: Path, current: bytes, wanted: bytes) -> None:
    """記録簿を ``wanted`` にする。長さを切るか、後ろに足すかだけをする。"""
    if current == wanted:
        return
    if not wanted:
        path.unlink(missing_ok=True)
        flush_folder(path.parent)
        return
    pairs = zip(current, wanted, strict=False)
    shorter = min(len(current), len(wanted))
    same = next((i for i, (a, b) in enumerate(pairs) if a != b), shorter)
    with path.open("r+b" if path.exists() else "w+b") as stream:
        stream.truncate(same)
        stream.seek(same)
        stream.write(wanted[same:])
        stream.flush()
        os.fsync(stream.fileno())


def _append(path: Path, lines: bytes, size: int) -> None:
    is_new = not path.exists()
    with path.open("ab") as stream:
        stream.write(lines)
        stream.flush()
        os.fsync(stream.fileno())
    if is_new:
        flush_folder(path.parent)
    with path.open("rb") as stream:
        stream.seek(size)
        if stream.read() != lines:
            raise OSError("the disk gave back other bytes than were written")


def _forget(plan: Path) -> None:
    # 消したことが停電で失われても、同じ所に整うだけなので、書き切るのを待たない。
    pending_path(plan).unlink(missing_ok=True)


def _set_aside(plan: Path) -> str:
    path = pending_path(plan)
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    path.replace(aside)
    return aside.name


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _render(pending: Pending) -> bytes:
    head = {
        "version": VERSION,
        "before": pending.before,
        "after": pending.after,
        "size": pending.size,
        "head": pending.head,
        "lines": digest_of(pending.lines),
    }
    return json.dumps(head).encode("ascii") + b"\n" + pending.lines


def _parse(data: bytes) -> Pending | None:
    first, _, lines = data.partition(b"\n")
    try:
        head = json.loads(first)
        if head["version"] != VERSION or head["lines"] != digest_of(lines):
            return None
        return Pending(head["before"], head["after"], int(head["size"]), head["head"], lines)
    except (ValueError, LookupError, TypeError):
        return None
