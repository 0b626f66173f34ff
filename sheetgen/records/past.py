"""記録簿が、この照会についてもう知っていること。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sheetgen.form.identity import round_mark
from sheetgen.plan.paths import PROVISIONAL_MARK, as_said, mark_path
from sheetgen.plan.round import Round
from sheetgen.plan.value import Value
from sheetgen.records.journal import Action, JournalEntry


class WaivedValue(NamedTuple):
    """通した問題。値が変われば、また確かめる。"""

    code: str
    item: str
    path: str | None
    value: Value


class ProposedText(NamedTuple):
    """受け取った変更申出。"""

    item: str
    label: str
    old: Value
    new: Value


FieldKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Past:
    """この照会で前に記録したこと。取り消した回のことは入らない。

    ``recorded`` と ``rejected`` は、欄ごとの、一度計画のデータに入れた値と、採らないと決めた値。
    暫定の値は、言われたとおりの形（``1200（暫定）``）で持つ。
    ``items`` は、記録したことのある実施項目。
    """

    recorded: Mapping[FieldKey, frozenset[Value]] = field(default_factory=dict)
    rejected: Mapping[FieldKey, frozenset[Value]] = field(default_factory=dict)
    waived: frozenset[WaivedValue] = frozenset()
    proposed: frozenset[ProposedText] = frozenset()
    items: frozenset[str] = frozenset()


def undone_runs(entries: Iterable[JournalEntry]) -> dict[str, str]:
    """取り消された回から、取り消した回へ。"""
    return {entry.undoes: entry.run for entry in entries if entry.undoes is not None}


def later_entries(entries: Sequence[JournalEntry], run: str) -> list[JournalEntry]:
    """その回よりあとの、取り消されていない行。"""
    undone = undone_runs(entries)
    names = list(dict.fromkeys(entry.run for entry in entries))
    after = set(names[names.index(run) + 1 :]) - set(undone) - set(undone.values())
    return [entry for entry in entries if entry.run in after]


def former_titles(entries: Sequence[JournalEntry]) -> dict[str, frozenset[str]]:
    """編集ブックで改めた、実施項目の前の名。IDから。取り消した回は数えない。"""
    undone = undone_runs(entries)
    found: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        corrected = entry.action is Action.EDIT and entry.path == "title"
        if corrected and entry.run not in undone and entry.item and isinstance(entry.old, str):
            found[entry.item].add(entry.old)
    return {item: frozenset(titles) for item, titles in found.items()}


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
    marks = {
        (entry.run, entry.item, entry.path)
        for entry in entries
        if entry.action is Action.RECORD and entry.new == PROVISIONAL_MARK
    }
    for entry in entries:
        if entry.round != mark or entry.run in undone or entry.item is None:
            continue
        key = (entry.item, entry.path or "")
        if entry.action is Action.RECORD:
            marked = (entry.run, entry.item, mark_path(entry.path or "")) in marks
            recorded[key].add(as_said(entry.new, marked))
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
