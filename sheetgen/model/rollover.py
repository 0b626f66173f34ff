"""年度の切り替えの依頼と、その結果。"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sheetgen.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloverRequest:
    """切り替えの依頼。

    ``to`` は開く年度（None なら次の年度）。``retire`` は終わる実施項目のID。``renumber`` は、
    その後ろの印刷の番号を詰める。``copy_initiatives`` は、前年度の取組方針を下書きとして写す。
    ``force`` には、``reason`` と ``to`` が要る。
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

    ``archive`` は閉じたときの計画のデータの写し、``run`` は記録簿でのこの回の名。試しの回では、
    どちらも None。``copied`` は、取組方針が下書きのままの実施項目のID。
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
