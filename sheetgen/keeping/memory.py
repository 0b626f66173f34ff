"""記録簿から、いまの回収に要ることを思い出す。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sheetgen.model.action import Action
from sheetgen.model.filled import Value
from sheetgen.model.identity import round_mark
from sheetgen.model.journal import JournalEntry
from sheetgen.model.past import FieldKey, Past, ProposedText, WaivedValue
from sheetgen.model.round import Round


def undone_runs(entries: Iterable[JournalEntry]) -> dict[str, str]:
    """取り消された回から、取り消した回へ。"""
    return {entry.undoes: entry.run for entry in entries if entry.undoes is not None}


def past_of(entries: Iterable[JournalEntry], chosen: Round) -> Past:
    """この照会で前に記録したこと。取り消した回のことは忘れる。"""
    entries = tuple(entries)
    undone = undone_runs(entries)
    mark = round_mark(chosen)
    recorded: defaultdict[FieldKey, set[Value]] = defaultdict(set)
    rejected: defaultdict[FieldKey, set[Value]] = defaultdict(set)
    waived: set[WaivedValue] = set()
    proposed: set[ProposedText] = set()
    items: set[str] = set()
    for entry in entries:
        if entry.round != mark or entry.run in undone or entry.item is None:
            continue
        key = (entry.item, entry.path or "")
        if entry.action is Action.RECORD:
            recorded[key].add(entry.new)
            items.add(entry.item)
        elif entry.action is Action.DECIDE:
            rejected[key].add(entry.new)
        elif entry.action is Action.WAIVE and entry.code:
            waived.add(WaivedValue(entry.code, entry.item, entry.path, entry.new))
        elif entry.action is Action.PROPOSE:
            proposed.add(ProposedText(entry.item, entry.label or "", entry.old, entry.new))
    return Past(
        {key: frozenset(values) for key, values in recorded.items()},
        {key: frozenset(values) for key, values in rejected.items()},
        frozenset(waived),
        frozenset(proposed),
        frozenset(items),
    )
