"""記録した回の一覧：いつ、誰が、何から、いくつの値を変え、取り消されたか。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from sheetgen.form.identity import round_of_mark
from sheetgen.messages.vocabulary import terms
from sheetgen.plan.plan import item_label
from sheetgen.plan.round import RoundKind
from sheetgen.problems import Problem
from sheetgen.records.editions import history_of
from sheetgen.records.journal import Action, JournalEntry
from sheetgen.records.ledger import open_ledger
from sheetgen.records.past import undone_runs
from sheetgen.records.undo_edits import is_edit


class RunKind(StrEnum):
    """回の種類。文字にすると、人に見せることば。"""

    COLLECT = "回収"
    EDIT = "編集ブック"
    ADD = "{terms.item}の追加"
    ROLLOVER = "年度の切り替え"
    PUBLISH = "公表の確定"
    UNDO = "取り消し"

    def __str__(self) -> str:
        """人に見せることば。計画のことばで言う。"""
        return self.value.format(terms=terms())


_VALUES = (Action.RECORD, Action.EDIT, Action.ADD, Action.ROLLOVER, Action.UNDO, Action.PUBLISH)
_OTHERS = (Action.PROPOSE, Action.WAIVE, Action.DECIDE)


class RecordedRun(NamedTuple):
    """記録簿の一つの回。

    ``at`` は ISO 8601、``by`` は動かした人、``round`` は照会の名（照会の回でなければ空）。
    ``files`` は、もとのファイル。``changes`` は変えた値の行、``others`` は変更申出、確認して
    通したこと、食い違いの決定の行。``undone_by`` は取り消した回、``undoes`` は取り消された回で、
    なければ None。
    """

    run: str
    kind: RunKind
    at: str
    by: str
    round: str
    files: tuple[str, ...]
    changes: tuple[JournalEntry, ...]
    others: tuple[JournalEntry, ...]
    undone_by: str | None = None
    undoes: str | None = None

    @property
    def can_be_undone(self) -> bool:
        """取り消せる種類の回で、まだ取り消されていないか。あとの回に妨げられることはある。"""
        kinds = (RunKind.COLLECT, RunKind.EDIT, RunKind.ADD)
        return self.kind in kinds and self.undone_by is None


class RunList(NamedTuple):
    """記録した回のすべて。新しい順。``names`` は実施項目のIDから、印刷の番号と名称へ。"""

    runs: tuple[RecordedRun, ...]
    names: Mapping[str, str]
    problems: tuple[Problem, ...] = ()

    def find(self, run: str) -> RecordedRun | None:
        """その名の回。なければ None。"""
        return next((one for one in self.runs if one.run == run), None)


def runs(path: Path) -> RunList:
    """記録簿の回を、新しい順に返す。何も書かない。

    :raises SheetgenError: 計画のデータか記録簿が読めない。
    """
    with open_ledger(path, writing=False) as ledger:
        plan = history_of(ledger).plan
        names = {
            item.id: f"{item_label(measure, item)} {item.title}"
            for _, measure, item in (*plan.ended(), *plan.items())
        }
        undone = undone_runs(ledger.entries)
        by_run: dict[str, list[JournalEntry]] = {}
        for entry in ledger.entries:
            by_run.setdefault(entry.run, []).append(entry)
        found = [_summary(lines, undone, plan.round_kinds) for lines in by_run.values()]
        return RunList(tuple(reversed(found)), names, ledger.problems)


def _summary(
    lines: Sequence[JournalEntry], undone: Mapping[str, str], kinds: Sequence[RoundKind]
) -> RecordedRun:
    first = lines[0]
    asked = round_of_mark(first.round, kinds) if first.round else None
    return RecordedRun(
        first.run,
        _kind(lines),
        first.at,
        first.by,
        asked.full_name if asked else "",
        tuple(_files(lines)),
        tuple(one for one in lines if one.action in _VALUES),
        tuple(one for one in lines if one.action in _OTHERS),
        undone.get(first.run),
        next((one.undoes for one in lines if one.undoes), None),
    )


def _files(lines: Iterable[JournalEntry]) -> Iterable[str]:
    return dict.fromkeys(one.file for one in lines if one.file)


def _kind(lines: Sequence[JournalEntry]) -> RunKind:
    actions = {one.action for one in lines}
    if any(one.undoes for one in lines):
        return RunKind.UNDO
    if Action.ROLLOVER in actions:
        return RunKind.ROLLOVER
    if Action.PUBLISH in actions:
        return RunKind.PUBLISH
    if is_edit(lines):
        return RunKind.EDIT
    return RunKind.ADD if Action.ADD in actions else RunKind.COLLECT
