"""手で置いた記録簿の行と、小さな計画の値。回のまとまりと取り消しと来歴の試験に使う。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from merge_samples import PLAN, VALUE

from sheetgen.plan.loading import load_master
from sheetgen.plan.paths import with_items, with_values
from sheetgen.plan.plan import Plan
from sheetgen.plan.saving import save_plan
from sheetgen.plan.value import Value
from sheetgen.problems import Problem, SheetgenError
from sheetgen.records.journal import Action, JournalEntry, journal_path, render_entries

NOW = datetime(2026, 7, 1, 9, 0, 0, 123456, tzinfo=UTC)
ONE, TWO = "01-01", "01-02"


def line(run: str, action: Action = Action.RECORD, **values: object) -> JournalEntry:
    head = {"run": run, "at": f"2026-07-0{run[-1]}T09:00:00+09:00", "by": f"係{run}"}
    return JournalEntry.model_validate({**head, "action": action, "round": "2026J", **values})


def value(run: str, new: Value, old: Value = None, **changes: object) -> JournalEntry:
    """成果指標の実績値を記録した行。"""
    return line(
        run, **{"item": ONE, "path": VALUE, "label": "実績値", "old": old, "new": new} | changes
    )


def back(run: str, undone: str, **values: object) -> list[JournalEntry]:
    """取り消した回の行。"""
    ends = line(run, Action.END, undoes=undone)
    return [line(run, Action.UNDO, undoes=undone, **values), ends] if values else [ends]


def lay(path: Path, *lines: JournalEntry) -> None:
    """記録簿を置く。終わりの行のない回には、足す。"""
    runs = dict.fromkeys(one.run for one in lines)
    ended = {one.run for one in lines if one.action is Action.END}
    ends = [line(run, Action.END) for run in runs if run not in ended]
    journal_path(path).write_bytes(render_entries([*lines, *ends]))


def holding(values: Mapping[str, Value], item: str = ONE, plan: Plan = PLAN) -> Plan:
    """この値を持つ計画。"""
    return with_items(plan, {item: with_values(plan.find(item)[2], values, 2026)})


def replace_master(path: Path, plan: Plan) -> None:
    save_plan(plan, path, replacing=load_master(path).digest)


def everything(path: Path) -> dict[str, bytes]:
    hidden = (".lock", ".holder")
    return {one.name: one.read_bytes() for one in path.parent.iterdir() if one.suffix not in hidden}


def codes(problems: tuple[Problem, ...]) -> list[str]:
    return [problem.code for problem in problems]


def refused(act: Callable[[], object]) -> tuple[Problem, ...]:
    with pytest.raises(SheetgenError) as raised:
        act()
    return raised.value.problems
