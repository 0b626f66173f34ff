"""編集ブックの回を取り消す。

その回のあとに何も変わっていなければ、前の計画に一字も違えずに戻す。ほかの値が変わっていれば、
その回が変えた単位だけを、前の計画のものに戻す。
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sheetgen.messages.quoting import quoted
from sheetgen.plan.loading import parse_plan
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
    before, after = _kept(ledger, end.old), _kept(ledger, end.new)
    blocked = list(_blocked(ledger, lines, json.loads(before), json.loads(after)))
    if blocked:
        raise SheetgenError(blocked)
    plan, data = _restored(ledger, before, after)
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
        commit(ledger, plan, [*back, run.end()], data)
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


def _restored(ledger: Ledger, before: bytes, after: bytes) -> tuple[Plan, bytes | None]:
    """戻した計画と、前のままに戻せるときの中身。"""
    file = str(ledger.path)
    now = ledger.master.plan.model_dump(mode="json")
    then = parse_plan(after, file).model_dump(mode="json")
    if now == then:
        return parse_plan(before, file), before
    old = parse_plan(before, file).model_dump(mode="json")
    tree = with_units(now, old, changed_units(old, then))
    return parse_plan(json.dumps(tree, ensure_ascii=False).encode("utf-8"), file), None


def _blocked(
    ledger: Ledger, lines: Sequence[JournalEntry], before: Json, after: Json
) -> Iterator[Problem]:
    """戻せない単位。"""
    file = str(ledger.path)
    old = units_of(parse_plan(json.dumps(before).encode(), file).model_dump(mode="json"))
    new = units_of(parse_plan(json.dumps(after).encode(), file).model_dump(mode="json"))
    now = units_of(ledger.master.plan.model_dump(mode="json"))
    later = later_entries(ledger.entries, lines[0].run)
    labels = {(one.item, one.path): one.label for one in lines}
    added = {one.item for one in lines if one.action is Action.ADD}
    for item in sorted(filter(None, added)):
        uses = [one for one in later if one.item == item]
        rolled = any(one.action is Action.ROLLOVER for one in later)
        if rolled or uses:
            code = "S132" if rolled else "S131"
            yield Problem(
                code, Place(item=item), {"item": item, "run": uses[-1].run if uses else ""}
            )
    for unit in dict.fromkeys((*old, *new)):
        if unit.item in added or old.get(unit, ...) == new.get(unit, ...):
            continue
        found = now.get(unit, ...)
        if found not in (old.get(unit, ...), new.get(unit, ...)):
            yield _changed_since(unit, labels, later, now.get(unit), new.get(unit))


def _changed_since(
    unit: Unit,
    labels: Mapping[tuple[str | None, str | None], str | None],
    later: Sequence[JournalEntry],
    now: Json,
    new: Json,
) -> Problem:
    label = labels.get((unit.item, unit.path)) or _LABELS.get(unit.path, unit.path)
    place = Place(path=unit.path, label=label, item=unit.item)
    facts = {
        "now": quoted(_words(unit, now, new), _LONGEST),
        "new": quoted(_words(unit, new, now), _LONGEST),
    }
    run = next((one.run for one in reversed(later) if _is_of(one, unit)), None)
    if run is None and any(one.action is Action.ROLLOVER for one in later):
        return Problem("E087", place, facts)
    return Problem("R524" if run else "R525", place, {**facts, "run": run or ""})


_LABELS = {
    PLACE: "推進項目と番号",
    "departments": "部と課",
    "evaluation_scale": "評価の区分",
    "policies": "基本方針と推進項目",
    "revision.highlights": "主なポイント",
    "revision.highlight_notes": "主なポイントの参照",
}


def _is_of(entry: JournalEntry, unit: Unit) -> bool:
    """記録簿の行が、その単位の変更か。並びの単位では、その中の一つの変更も。"""
    path = entry.path or ""
    if entry.item != unit.item or entry.action is Action.ROLLOVER:
        return False
    inside = path == unit.path or path.startswith((f"{unit.path}[", f"{unit.path}."))
    # 単位は番号で、記録簿は場所で言う。
    of_texts = unit.path.startswith(("policies[", "measures[")) and path.startswith("policies")
    return inside or (of_texts and unit.path.rpartition(".")[2] in (*path.split("."), "references"))


def _words(unit: Unit, value: Json, other: Json) -> Json:
    """人に見せる値。並びは、初めの違うところ。"""
    if isinstance(value, str | int | float) or value is None:
        return value
    if unit.path == PLACE and isinstance(value, list):
        return "推進項目{}の{}番目".format(*value)
    if isinstance(value, list):
        known = other if isinstance(other, list) else []
        found = next((one for one in value if one not in known), None)
        return f"{len(value)}件の並び" if found is None else _words(unit, found, None)
    return " ".join(one for one in value.values() if isinstance(one, str))
