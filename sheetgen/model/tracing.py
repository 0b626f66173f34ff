"""記録簿をたどった結果と、取り消しの結果。"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sheetgen.model.filled import Value
from sheetgen.problems import Problem

if TYPE_CHECKING:
    from sheetgen.model.journal import JournalEntry


@dataclass(frozen=True, slots=True)
class Restored:
    """取り消しで戻す（戻した）一つの値。``old`` は記録していた値、``new`` は戻る値。"""

    item: str
    path: str
    label: str
    old: Value
    new: Value


@dataclass(frozen=True, slots=True)
class UndoResult:
    """取り消しの結果。``undone`` は取り消した回、``run`` は取り消しの回。

    ``at`` and ``by`` are of the run that was taken back; ``others`` counts its proposals,
    waivers and decisions, which count no more.  ``run`` is None in a dry run.
    """

    undone: str
    at: str
    by: str
    changes: tuple[Restored, ...]
    others: int
    run: str | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """記録簿の一行。

    ``undone_by`` is the run that took it back, ``original`` where the delivered file is
    kept; None where there is none.
    """

    entry: JournalEntry
    undone_by: str | None = None
    original: Path | None = None


@dataclass(frozen=True, slots=True)
class FieldHistory:
    """一つの欄の来歴。``steps`` は古い順。

    ``now`` is what the master holds; ``by_hand`` tells that it is not what the journal
    brought there.
    """

    path: str
    label: str
    now: Value
    steps: tuple[Step, ...]
    by_hand: bool


@dataclass(frozen=True, slots=True)
class ItemHistory:
    """一つの実施項目の来歴。

    ``number`` is the printed one; ``fields`` are those the journal knows of, ``untraced``
    the others that hold a value, ``others`` what belongs to no field: proposals and waivers.
    """

    item: str
    number: str
    title: str
    fields: tuple[FieldHistory, ...]
    untraced: tuple[FieldHistory, ...]
    others: tuple[Step, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class ProposedStep:
    """変更申出の一つ。``number`` は印刷の番号（計画にない項目なら空）。"""

    item: str
    number: str
    title: str
    step: Step


@dataclass(frozen=True, slots=True)
class ProposalList:
    """変更申出のすべて。項目の順、古い順。"""

    proposals: tuple[ProposedStep, ...]
    problems: tuple[Problem, ...] = ()
