"""計画のデータと記録簿を、合わせて開く。"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sheetgen.messages.vocabulary import adopt
from sheetgen.plan.item import Item
from sheetgen.plan.loading import Master, digest_of, load_master
from sheetgen.plan.paths import all_items, read_path
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round
from sheetgen.plan.saving import LOCK_WAIT, hold, prepared, user_name
from sheetgen.plan.value import Value
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.records.archives import refuse_archived
from sheetgen.records.journal import (
    Action,
    JournalEntry,
    parse_journal,
    render_entries,
    shown_journal,
)
from sheetgen.records.past import Past, past_of
from sheetgen.records.transaction import Completion, Pending, look, recover, written_together

# 読む間にほかの人が書いていたら、読み直す。書くほうは続いても、人の数ほど。
_READS = 50


class Run(NamedTuple):
    """記録簿に書く一回。``common`` は、どの行にも共通のこと。"""

    name: str
    common: Mapping[str, str | None]

    def entry(self, action: Action, **values: Value) -> JournalEntry:
        """この回の一行。"""
        return JournalEntry.model_validate({**self.common, "action": action, **values})

    def end(self) -> JournalEntry:
        """この回の終わりの行。"""
        return self.entry(Action.END)


@dataclass(frozen=True, slots=True)
class Ledger:
    """開いた計画のデータと記録簿。

    ``problems`` は、読めない行と、途中で止まった回が残した直すこと。
    """

    path: Path
    master: Master
    entries: tuple[JournalEntry, ...]
    problems: tuple[Problem, ...] = ()

    def past(self, chosen: Round) -> Past:
        """この照会で前に記録したこと。"""
        return past_of(self.entries, chosen)

    def new_run(self, now: datetime, who: str | None, **common: str | None) -> Run:
        """新しい回。``who`` がなければ、いま動かしている人。

        名は ``20241112-143015`` の形。その秒の回がもうあれば、後ろに番号を付ける。
        """
        runs = {entry.run for entry in self.entries}
        name = base = now.strftime("%Y%m%d-%H%M%S")
        number = 1
        while name in runs:
            number += 1
            name = f"{base}-{number}"
        at = now.isoformat(timespec="seconds")
        return Run(name, {"run": name, "at": at, "by": user_name(who), **common})


@contextlib.contextmanager
def open_ledger(
    path: Path, *, writing: bool, known: Master | None = None, wait: float = LOCK_WAIT
) -> Iterator[Ledger]:
    """計画のデータと記録簿を開く。書くときは、抜けるまで錠を持つ。

    ``writing`` なら、途中で止まった回を、まず終わりまで進めるか、初めに戻す。
    そうでなければ何も書かず、そうしたときの姿だけを見せる。``known`` は、
    計画のデータがそのときから変わっていなければ、そのまま使う。

    :raises SheetgenError: 計画のデータがない（M001）か読めない、ほかの人が錠を持っている（M081）、
        しまった計画である（S113）、または記録簿が直せない（R503）。
    """
    if not writing:
        yield _view(path, known)
        return
    refuse_archived(path)
    # 始めていないフォルダーで、錠を作れないことを言わない。
    if not path.parent.exists():
        raise SheetgenError(Problem("M001", Place(file=str(path))))
    with hold(path, wait):
        master = _load(path, known)
        mended = recover(path, lambda pending: _is_completed(pending, master.plan))
        journal = parse_journal(look(path).journal, shown_journal(path))
        yield Ledger(path, master, journal.entries, (*mended, *journal.problems))


def commit(
    ledger: Ledger, plan: Plan, entries: Sequence[JournalEntry], data: bytes | None = None
) -> None:
    """計画のデータと記録簿を、二つ一緒に新しくする。:func:`open_ledger` の中で呼ぶ。

    ``data`` は、計画のデータのファイルの中身。なければ ``plan`` から作る。

    :raises SheetgenError: 書けない。何も変わっていない（M082、M083、M085、R503）。
    """
    lines = render_entries(entries)
    before = ledger.master.digest
    if plan == ledger.master.plan and data is None:
        with written_together(ledger.path, before, before, lines):
            pass
        return
    with (
        prepared(plan, ledger.path, replacing=before, data=data) as new,
        written_together(ledger.path, before, new.digest, lines),
    ):
        new.place()


def _view(path: Path, known: Master | None) -> Ledger:
    """錠を取らずに読む。ほかの人の書き換えをまたがない。"""
    master = _load(path, known)
    state = look(path)
    for _ in range(_READS):
        if state.master == master.digest:
            break
        master = _load(path, None)
        state = look(path)
    completion = state.completion
    done = completion is Completion.YES
    if completion is Completion.UNKNOWN and state.pending is not None:
        done = _is_completed(state.pending, master.plan)
    journal = parse_journal(state.settled(done), shown_journal(path))
    return Ledger(path, master, journal.entries, journal.problems)


def _load(path: Path, known: Master | None) -> Master:
    master = _read_master(path, known)
    adopt(master.plan.words)
    return master


def _read_master(path: Path, known: Master | None) -> Master:
    if known is not None:
        with contextlib.suppress(OSError):
            if digest_of(path.read_bytes()) == known.digest:
                return known
    return load_master(path)


_VALUED = (Action.RECORD, Action.EDIT, Action.UNDO)


def _read(item: Item, path: str) -> object:
    try:
        return read_path(item, path, 0)
    except LookupError:
        return ...


def _is_completed(pending: Pending, plan: Plan) -> bool:
    """止まったあとで人が直した計画のデータに、その回の値が入っているか。"""
    items = all_items(plan)
    new = old = 0
    for entry in parse_journal(pending.lines, "").entries:
        if entry.action is Action.ROLLOVER and entry.path == "fiscal_years":
            return plan.final_year == entry.new
        if entry.action is Action.ROLLOVER and entry.item is None:
            return plan.revision.fiscal_year == entry.new
        if entry.action is Action.ADD:
            return entry.item in items
        if entry.action is Action.UNDO and entry.item and entry.path is None:
            return entry.item not in items
        if entry.action not in _VALUED or entry.item not in items:
            continue
        value = _read(items[entry.item], entry.path or "")
        new += value == entry.new
        old += value == entry.old
    return new > old
