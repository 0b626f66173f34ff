"""計画のデータと記録簿を、二つで一つのものとして書き換える。

計画のデータの錠を持って、次の順に行う。

1. 新しい計画のデータを、元のものの隣に用意する（呼んだ側）。
2. ``.plan.json.pending`` に、これから行うことを書く。前と後の計画のデータの目印、
   記録簿の長さ、足す行。
3. 記録簿に行を足す。
4. 新しい計画のデータを、元のものと入れ替える（呼んだ側）。ここから、行ったことになる。
5. ``.plan.json.pending`` を除く。

ディスクの空きが要ることは、すべて 4 の前に済ませる。どちらになるかは、計画のデータだけで決まる。
pending のファイルがあり、計画のデータが前のままなら、記録簿を元の長さに切る。新しければ、
すべてそろっている。計画のデータを変えない回は、行がそろったときに行ったことになる。
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from sheetgen.messages.records import OUTCOMES
from sheetgen.plan.durable import flush_file, flush_folder, put, sweep
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.records.journal import journal_path, shown_journal

VERSION = 1


class Completion(Enum):
    """途中で止まった書き換えが、済んだことになるか。"""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    """計画のデータが、前とも後とも違う。止まったあとで人が直した。"""


class Pending(NamedTuple):
    """始めた書き換え。

    ``before`` と ``after`` は計画のデータの目印。``size`` は足す前の記録簿の長さ（バイト）、
    ``head`` はその中身の目印。``lines`` は足す行。
    """

    before: str
    after: str
    size: int
    head: str
    lines: bytes


@dataclass(frozen=True, slots=True)
class DiskState:
    """ディスクにあるもの。``pending`` は途中で止まった書き換え（なければ ``None``）。

    ``damaged`` が真なら、pending のファイルが読めない。
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

    :raises SheetgenError: 読めないファイルがある（R506）。
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
def written_together(plan: Path, before: str, after: str, lines: bytes) -> Iterator[None]:
    """記録簿に書き足す。中で計画のデータを入れ替える。しくじれば、始める前に戻す。

    ``before`` と ``after`` は計画のデータの目印（変えないなら同じ）。錠を持ち、
    途中で止まった書き換えがないときに呼ぶ。

    :raises SheetgenError: 記録簿が書けない（R503）。すべて元のまま。
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

    ``decide`` は、そのあと計画のデータが手で変えられていたときに、行ったことになるかを答える。

    :raises SheetgenError: 記録簿が書けない（R503）。
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
        flush_file(stream)


def _append(path: Path, lines: bytes, size: int) -> None:
    is_new = not path.exists()
    with path.open("ab") as stream:
        stream.write(lines)
        flush_file(stream)
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
