"""年度の切り替えの依頼と、その結果。"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sheetgen.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloverRequest:
    """切り替えの依頼。

    ``to`` is the year to open (None: the next); ``retire`` are the ids of the items that
    end.  ``renumber`` closes up the printed numbers behind them, ``copy_initiatives`` takes
    the last year's 取組方針 for a draft.  ``force`` needs ``reason`` and ``to``.
    """

    plan: Path
    to: int | None = None
    retire: tuple[str, ...] = ()
    renumber: bool = False
    copy_initiatives: bool = False
    force: bool = False
    reason: str | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Retired:
    """終えた実施項目。``label`` は印刷の番号。"""

    item: str
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class Renumbered:
    """印刷の番号の変わった実施項目。IDは変わらない。"""

    item: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RolloverResult:
    """切り替えの結果。

    ``archive`` is the copy of the master as it was closed, ``run`` the journal's name of
    this run; both None in a dry run.  ``copied`` are the ids whose 取組方針 is a draft.
    """

    closed: int
    opened: int
    retired: tuple[Retired, ...]
    renumbered: tuple[Renumbered, ...]
    copied: tuple[str, ...]
    items: int
    archive: Path | None = None
    run: str | None = None
    problems: tuple[Problem, ...] = ()
