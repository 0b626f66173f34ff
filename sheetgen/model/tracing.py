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

    ``at`` と ``by`` は、取り消された回のもの。``others`` は、その回の申し出・確認済みとしたこと・決
    定の数で、これらももう数えない。試しの回では ``run`` は None。
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

    ``undone_by`` は、これを取り消した回。``original`` は、届いたファイルをしまった所。どちらも、
    なければ None。
    """

    entry: JournalEntry
    undone_by: str | None = None
    original: Path | None = None


@dataclass(frozen=True, slots=True)
class FieldHistory:
    """一つの欄の来歴。``steps`` は古い順。

    ``now`` は計画のデータの今の値。``by_hand`` が真なら、その値は記録簿から入ったものではない。
    """

    path: str
    label: str
    now: Value
    steps: tuple[Step, ...]
    by_hand: bool


@dataclass(frozen=True, slots=True)
class ItemHistory:
    """一つの実施項目の来歴。

    ``number`` は印刷の番号。``fields`` は記録簿にある欄、``untraced`` は記録簿になくて値のある欄。
    ``others`` は、どの欄のものでもない申し出と確認済み。
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
