"""一つの回の記録を取り消す。加えた実施項目は、計画から除く。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from sheetgen.messages.quoting import quoted
from sheetgen.plan.item import CrossReference, Item
from sheetgen.plan.paths import all_items, read_path, with_items, with_values, without_items
from sheetgen.plan.plan import Plan
from sheetgen.plan.value import Value
from sheetgen.problems import Place, Problem, SheetgenError, UsageError
from sheetgen.records.history import Restored, UndoResult
from sheetgen.records.journal import Action, JournalEntry
from sheetgen.records.ledger import Ledger, commit, open_ledger
from sheetgen.records.past import later_entries, undone_runs
from sheetgen.records.undo_edits import is_edit, undo_edit


def take_out(
    ledger: Ledger, added: Sequence[JournalEntry], now: datetime, *, dry_run: bool, who: str | None
) -> UndoResult:
    """``added``（ある回の ADD の行）の実施項目を除く。IDは使い回されない。

    :raises SheetgenError: もう計画にないものがある（R526）、あとの回（S131）か年度の切り替え
        （S132）で使われている、またはほかから指されている（S133）。何も変わっていない。
    """
    blocked = list(_not_removable(ledger, added))
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


def _not_removable(ledger: Ledger, added: Sequence[JournalEntry]) -> Iterator[Problem]:
    """除けないわけ。"""
    plan = ledger.master.plan
    here = {item.id for _, _, item in plan.items()}
    pointed = set(_pointed(plan))
    later = later_entries(ledger.entries, added[0].run)
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


def _pointed(plan: Plan) -> Iterator[str]:
    """再掲と、見方の見本が指している実施項目。"""
    for _, measure in plan.measures():
        yield from (one.item_id for one in measure.entries if isinstance(one, CrossReference))
    if plan.overview.legend is not None:
        yield plan.overview.legend.sample_item_id


SHOWN_RUNS = 5
LONGEST_SHOWN = 30


def undo(
    path: Path,
    run: str | None = None,
    *,
    dry_run: bool = False,
    now: datetime | None = None,
    who: str | None = None,
) -> UndoResult:
    """回 ``run``（``None`` なら最後の回）の記録を取り消し、値を前に戻す。

    実施項目を加えた回は、それを除いて取り消す。記録簿は足すだけなので、戻したことも書く。

    :raises UsageError: その回はない、または取り消せる回ではない（R520～R522、S130）。
    :raises SheetgenError: 取り消すものがない（R523）、またはあとで値が変わっている（R524、R525、
        R526、S131～S133）。何も変わっていない。
    """
    moment = (now or datetime.now()).astimezone()
    with open_ledger(path, writing=not dry_run) as ledger:
        chosen = _chosen(ledger.entries, run)
        lines = [entry for entry in ledger.entries if entry.run == chosen]
        _refuse_rollover(chosen, lines)
        if is_edit(lines):
            return undo_edit(ledger, lines, moment, dry_run=dry_run, who=who)
        added = [entry for entry in lines if entry.action is Action.ADD]
        if added:
            return take_out(ledger, added, moment, dry_run=dry_run, who=who)
        records = [entry for entry in lines if entry.action is Action.RECORD]
        items = all_items(ledger.master.plan)
        blocked = list(_blocked(ledger, records, items))
        if blocked:
            raise SheetgenError(blocked)
        if not dry_run:
            taking_back = ledger.new_run(moment, who, round=lines[0].round, undoes=chosen)
            back = [
                taking_back.entry(
                    Action.UNDO,
                    item=entry.item,
                    path=entry.path,
                    label=entry.label,
                    old=entry.new,
                    new=entry.old,
                )
                for entry in records
            ]
            restored = _restored(ledger.master.plan, records, items)
            commit(ledger, restored, [*back, taking_back.end()])
    changes = tuple(
        Restored(e.item or "", e.path or "", e.label or "", e.new, e.old) for e in records
    )
    others = sum(entry.action in (Action.PROPOSE, Action.WAIVE, Action.DECIDE) for entry in lines)
    return UndoResult(
        chosen,
        lines[0].at,
        lines[0].by,
        changes,
        others,
        None if dry_run else taking_back.name,
        ledger.problems,
    )


def _chosen(entries: Sequence[JournalEntry], run: str | None) -> str:
    """取り消す回。"""
    undone = undone_runs(entries)
    undoing = set(undone.values())
    runs = list(dict.fromkeys(entry.run for entry in entries))
    open_runs = [name for name in runs if name not in undone and name not in undoing]
    place = Place(label="--run")
    if run is None:
        if not open_runs:
            raise SheetgenError(Problem("R523"))
        return open_runs[-1]
    if run not in runs:
        others = {one.run for one in entries if one.action is Action.ROLLOVER}
        restorable = [name for name in open_runs if name not in others]
        known = "、".join(reversed(restorable[-SHOWN_RUNS:])) or "なし"
        raise UsageError(Problem("R520", place, {"run": run, "known": known}))
    if run in undone:
        raise UsageError(Problem("R521", place, {"run": run, "by": undone[run]}))
    if run in undoing:
        raise UsageError(Problem("R522", place, {"run": run}))
    return run


def _refuse_rollover(run: str, lines: Sequence[JournalEntry]) -> None:
    """年度の切り替えは、値だけを戻しても元に戻らない。"""
    archive = [one.file for one in lines if one.action is Action.ROLLOVER and one.file]
    if archive:
        facts = {"run": run, "file": archive[0]}
        raise UsageError(Problem("S130", Place(label="--run"), facts))


def _blocked(
    ledger: Ledger, records: Sequence[JournalEntry], items: Mapping[str, Item]
) -> Iterator[Problem]:
    """そのあとに変わっていて、戻せない値。"""
    later = _later_runs(ledger.entries, records[0].run) if records else {}
    for entry in records:
        item, path = entry.item or "", entry.path or ""
        place = Place(path=path, label=entry.label, item=item)
        try:
            value = read_path(items[item], path, 0)
        except LookupError:
            yield Problem("R526", place)
            continue
        facts = {"now": quoted(value, LONGEST_SHOWN), "new": quoted(entry.new, LONGEST_SHOWN)}
        if (item, path) in later:
            yield Problem("R524", place, {**facts, "run": later[item, path]})
        elif value not in (entry.new, entry.old):
            yield Problem("R525", place, facts)


def _later_runs(entries: Sequence[JournalEntry], run: str) -> dict[tuple[str, str], str]:
    """その回よりあとに、同じ欄を記録した（取り消されていない）最後の回。"""
    undone = undone_runs(entries)
    names = list(dict.fromkeys(entry.run for entry in entries))
    after = set(names[names.index(run) + 1 :])
    return {
        (entry.item or "", entry.path or ""): entry.run
        for entry in entries
        if entry.action in (Action.RECORD, Action.EDIT)
        and entry.run in after
        and entry.run not in undone
    }


def _restored(plan: Plan, records: Sequence[JournalEntry], items: Mapping[str, Item]) -> Plan:
    """値を前に戻した計画。"""
    values: dict[str, dict[str, Value]] = {}
    for entry in records:
        values.setdefault(entry.item or "", {})[entry.path or ""] = entry.old
    return with_items(
        plan, {item: with_values(items[item], back, 0) for item, back in values.items()}
    )
