"""編集ブックの回を取り消す。

その回のあとに何も変わっていなければ、前の計画に一字も違えずに戻す。ほかの値が変わっていれば、
その回が変えた単位だけを、前の計画のものに戻す。
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sheetgen.messages.catalogue import message_of
from sheetgen.messages.editing import IN_MEASURE
from sheetgen.messages.quoting import quoted
from sheetgen.messages.vocabulary import terms
from sheetgen.plan.loading import parse_plan
from sheetgen.plan.paths import all_items
from sheetgen.plan.plan import Plan
from sheetgen.plan.units import PLACE, Unit, changed_units, units_of, with_units
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.records.edits import kept_bytes
from sheetgen.records.history import Restored, UndoResult
from sheetgen.records.journal import Action, JournalEntry
from sheetgen.records.ledger import Ledger, commit
from sheetgen.records.past import later_entries

Json = Any
_LONGEST = 30


def is_edit(lines: Sequence[JournalEntry]) -> bool:
    """編集ブックを読んだ回か。"""
    return any(entry.action is Action.END and entry.old and entry.new for entry in lines)


def undo_edit(
    ledger: Ledger,
    lines: Sequence[JournalEntry],
    now: datetime,
    *,
    dry_run: bool,
    who: str | None,
) -> UndoResult:
    """``lines``（編集ブックの一回の行）の変更を取り消す。

    :raises SheetgenError: 前か後の計画がもうない（E091）、あとで変わった値がある（R524、R525）、
        加えた実施項目があとで使われている（S131、S132）。何も変わっていない。
    """
    first, end = lines[0], lines[-1]
    changes = [one for one in lines if one.action in (Action.EDIT, Action.ADD)]
    kept, then = _kept(ledger, end.old), _kept(ledger, end.new)
    before, after = parse_plan(kept, str(ledger.path)), parse_plan(then, str(ledger.path))
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    added = {one.item for one in lines if one.action is Action.ADD}
    blocked = list(_blocked(ledger, lines, old, new, added))
    if blocked:
        raise SheetgenError(blocked)
    is_same = ledger.master.plan == after
    plan = before if is_same else _restored(ledger, old, new, added)
    name = None
    if not dry_run:
        run = ledger.new_run(now, who, undoes=first.run)
        name = run.name
        back = [
            run.entry(
                Action.UNDO, item=one.item, path=one.path, label=one.label, old=one.new, new=one.old
            )
            for one in changes
        ]
        commit(ledger, plan, [*back, run.end()], kept if is_same else None)
    restored = tuple(
        Restored(one.item or "", one.path or "", one.label or "", one.new, one.old)
        for one in changes
    )
    others = sum(one.action in (Action.WAIVE, Action.DECIDE) for one in lines)
    return UndoResult(first.run, first.at, first.by, restored, others, name, ledger.problems, True)


def _kept(ledger: Ledger, digest: object) -> bytes:
    data = kept_bytes(ledger.path, str(digest))
    if data is None:
        raise SheetgenError(Problem("E091", Place(file=str(ledger.path))))
    return data


def _restored(ledger: Ledger, old: Json, new: Json, added: Collection[str | None]) -> Plan:
    """その回の変えた単位だけを戻した計画。``added`` は、その回の加えた実施項目。

    :raises SheetgenError: 戻すと計画として正しくないか、ほかの実施項目の所がなくなる（E071）。
    """
    now = ledger.master.plan.model_dump(mode="json")
    tree = with_units(now, old, changed_units(old, new))
    try:
        data = json.dumps(tree, ensure_ascii=False).encode("utf-8")
        plan = parse_plan(data, str(ledger.path))
    except SheetgenError as error:
        raise SheetgenError(tuple(_in_use(one) for one in error.problems)) from error
    lost = set(all_items(ledger.master.plan)) - set(all_items(plan)) - set(added)
    if lost:
        raise SheetgenError(
            Problem("E071", Place(item=one), {"cause": IN_MEASURE.format(terms=terms())})
            for one in sorted(lost)
        )
    return plan


def _in_use(problem: Problem) -> Problem:
    """戻すと計画として正しくなくなる所。あとで、この回の変更を使っている。"""
    place = Place(label=problem.place.label, item=problem.place.item)
    return Problem("E071", place, {"cause": message_of(problem).cause})


def _blocked(
    ledger: Ledger,
    lines: Sequence[JournalEntry],
    before: Json,
    after: Json,
    added: Collection[str | None],
) -> Iterator[Problem]:
    """戻せない単位。"""
    old, new = units_of(before), units_of(after)
    now = units_of(ledger.master.plan.model_dump(mode="json"))
    later = later_entries(ledger.entries, lines[0].run)
    labels = {(one.item, one.path): one.label for one in lines}
    rolled = any(one.action is Action.ROLLOVER for one in later)
    for item in sorted(filter(None, added)):
        uses = [one for one in later if one.item == item]
        if rolled or uses:
            code = "S132" if rolled else "S131"
            yield Problem(
                code, Place(item=item), {"item": item, "run": uses[-1].run if uses else ""}
            )
    yield from _names_used(lines, later)
    for unit in dict.fromkeys((*old, *new)):
        if unit.item in added or old.get(unit, ...) == new.get(unit, ...):
            continue
        found, is_same = now.get(unit, ...), now.get(unit, ...) == new.get(unit, ...)
        if is_same and rolled and unit.item is None and unit.path.startswith("revision."):
            label = labels.get((None, unit.path)) or unit.path
            yield Problem("E072", Place(label=label))
        elif _last_run(unit, later) if is_same else found != old.get(unit, ...):
            yield _changed_since(unit, labels, later, now.get(unit), new.get(unit))


def _names_used(lines: Sequence[JournalEntry], later: Sequence[JournalEntry]) -> Iterator[Problem]:
    """改めた名に合わせて、あとの回で直した文。名だけを戻すと、文と食い違う。"""
    for line in lines:
        if not (line.path or "").startswith("departments[") or line.old == line.new:
            continue
        uses = [one.run for one in later if one.action is Action.EDIT
                and (one.found or "").endswith(f"/{line.old}")]  # fmt: skip
        if uses:
            facts = {"old": line.old, "new": line.new, "run": uses[-1]}
            yield Problem("E073", Place(label=line.label), facts)


def _last_run(unit: Unit, later: Sequence[JournalEntry]) -> str | None:
    """あとで、この単位の値を入れた終わりの回。"""
    inside = (f"{unit.path}.", f"{unit.path}[")
    for one in reversed(later):
        path = one.path or ""
        is_here = one.item == unit.item and (path == unit.path or path.startswith(inside))
        if is_here and one.action in (Action.EDIT, Action.RECORD):
            return one.run
    return None


def _changed_since(
    unit: Unit,
    labels: Mapping[tuple[str | None, str | None], str | None],
    later: Sequence[JournalEntry],
    now: Json,
    new: Json,
) -> Problem:
    label = labels.get((unit.item, unit.path)) or _label(unit.path)
    place = Place(path=unit.path, label=label, item=unit.item)
    facts = {
        "now": quoted(_words(unit, now, new), _LONGEST),
        "new": quoted(_words(unit, new, now), _LONGEST),
    }
    run = _last_run(unit, later)
    if run is None and any(one.action is Action.ROLLOVER for one in later):
        return Problem("E087", place, facts)
    return Problem("R524" if run else "R525", place, {**facts, "run": run or ""})


_LABELS = {
    PLACE: "{terms.measure}と番号",
    "departments": "部と課",
    "evaluation_scale": "評価の区分",
    "policies": "{terms.policy}と{terms.measure}",
    "revision.highlights": "主なポイント",
    "revision.highlight_notes": "主なポイントの参照",
    "terms": "計画のことば",
    "omit": "この計画にない欄",
    "fields": "増やした欄",
    "rounds": "増やした照会",
    "scales": "ほかの評価の区分",
}


def _label(path: str) -> str:
    """計画のことばで言う、値の名。"""
    return _LABELS[path].format(terms=terms()) if path in _LABELS else path


def _words(unit: Unit, value: Json, other: Json) -> Json:
    """人に見せる値。並びは、初めの違うところ。"""
    if isinstance(value, str | int | float) or value is None:
        return value
    if unit.path == PLACE and isinstance(value, list):
        return f"{terms().measure}{value[0]}の{value[1]}番目"
    if isinstance(value, list):
        known = other if isinstance(other, list) else []
        found = next((one for one in value if one not in known), None)
        return f"{len(value)}件の並び" if found is None else _words(unit, found, None)
    return " ".join(one for one in value.values() if isinstance(one, str))
