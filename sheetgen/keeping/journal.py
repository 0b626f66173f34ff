"""記録簿 ``journal.jsonl`` の読み書きの形。書き足すのは :mod:`sheetgen.keeping.transaction`。"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from sheetgen.model.action import Action
from sheetgen.model.journal import JournalEntry
from sheetgen.problems import Place, Problem

NAME = "journal.jsonl"

# 空欄だったこと、空欄にしたことも、書いておく。
_VALUED = {Action.RECORD, Action.UNDO, Action.DECIDE}


@dataclass(frozen=True, slots=True)
class Journal:
    """読んだ記録簿。``problems`` は読めない行。"""

    entries: tuple[JournalEntry, ...] = ()
    problems: tuple[Problem, ...] = ()


def journal_path(plan: Path) -> Path:
    """この計画のデータの記録簿。"""
    return plan.resolve().with_name(NAME)


def shown_journal(plan: Path) -> str:
    """人に見せる、記録簿の場所。"""
    return str(plan.with_name(NAME))


def render_entries(entries: Iterable[JournalEntry]) -> bytes:
    """記録簿に書き足す行。"""
    return b"".join(_line(entry) for entry in entries)


def parse_journal(data: bytes, file: str) -> Journal:
    """記録簿を読む。読めない行は問題とし、ほかの行はそのまま読む。"""
    entries: list[JournalEntry] = []
    problems: list[Problem] = []
    ended: set[str] = set()
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            entry = JournalEntry.model_validate_json(line)
        except ValidationError:
            problems.append(Problem("R501", Place(file=file), {"line": number}))
            continue
        entries.append(entry)
        if entry.action is Action.END:
            ended.add(entry.run)
    open_runs = dict.fromkeys(entry.run for entry in entries if entry.run not in ended)
    problems += [Problem("R502", Place(file=file), {"run": run}) for run in open_runs]
    return Journal(tuple(entries), tuple(problems))


def _line(entry: JournalEntry) -> bytes:
    values = {
        name: value
        for name in JournalEntry.model_fields
        if (value := getattr(entry, name)) is not None
        or (entry.action in _VALUED and name in ("old", "new"))
    }
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8") + b"\n"
