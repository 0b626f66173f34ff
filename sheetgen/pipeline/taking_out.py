"""加えた実施項目を、計画から除く：実施項目を加えた回の取り消し。"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sheetgen import keeping
from sheetgen.model.action import Action
from sheetgen.model.item import CrossReference
from sheetgen.model.journal import JournalEntry
from sheetgen.model.paths import without_items
from sheetgen.model.plan import Plan
from sheetgen.model.tracing import Restored, UndoResult
from sheetgen.pipeline.ledger import Ledger, commit
from sheetgen.problems import Place, Problem, SheetgenError


def take_out(
    ledger: Ledger, added: Sequence[JournalEntry], now: datetime, *, dry_run: bool, who: str | None
) -> UndoResult:
    """``added``（ある回の ADD の行）の実施項目を除く。IDは使い回されない。

    :raises SheetgenError: もう計画にないものがある（R526）、あとの回（S131）か年度の切り替え
        （S132）で使われている、またはほかから指されている（S133）。何も変わっていない。
    """
    blocked = list(_blocked(ledger, added))
    if blocked:
        raise SheetgenError(blocked)
    name = None
    if not dry_run:
        run = ledger.new_run(now, who, undoes=added[0].run)
        name = run.name
        gone = [run.entry(Action.UNDO, item=e.item, label=e.label, old=e.new) for e in added]
        plan = without_items(ledger.master.plan, {e.item or "" for e in added})
        commit(ledger, plan, [*gone, run.end()])
    first = added[0]
    changes = tuple(Restored(e.item or "", "", e.label or "", e.new, None) for e in added)
    return UndoResult(first.run, first.at, first.by, changes, 0, name, ledger.problems)


def _blocked(ledger: Ledger, added: Sequence[JournalEntry]) -> Iterator[Problem]:
    """除けないわけ。"""
    plan = ledger.master.plan
    here = {item.id for _, _, item in plan.items()}
    pointed = set(_pointed(plan))
    later = _later(ledger.entries, added[0].run)
    for entry in added:
        item = entry.item or ""
        place = Place(item=item)
        uses = [one for one in later if one.item == item and one.action is not Action.ROLLOVER]
        if item not in here:
            yield Problem("R526", place)
        elif any(one.action is Action.ROLLOVER for one in later):
            yield Problem("S132", place, {"item": item})
        elif uses:
            yield Problem("S131", place, {"run": uses[-1].run})
        elif item in pointed:
            yield Problem("S133", place)


def _later(entries: Sequence[JournalEntry], run: str) -> list[JournalEntry]:
    """その回よりあとの、取り消されていない行。"""
    undone = keeping.undone_runs(entries)
    names = list(dict.fromkeys(entry.run for entry in entries))
    after = set(names[names.index(run) + 1 :]) - set(undone) - set(undone.values())
    return [entry for entry in entries if entry.run in after]


def _pointed(plan: Plan) -> Iterator[str]:
    """再掲と、見方の見本が指している実施項目。"""
    for _, measure in plan.measures():
        yield from (one.item_id for one in measure.entries if isinstance(one, CrossReference))
    if plan.overview.legend is not None:
        yield plan.overview.legend.sample_item_id
