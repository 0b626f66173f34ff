"""配布と督促の依頼、その結果。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sheetgen.model.round import Round, RoundKind
from sheetgen.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributeRequest:
    """配るものを作る依頼。

    The fields are those of :class:`sheetgen.model.job.GenerateRequest`; ``letters`` is
    the folder of the letter templates.  ``again`` writes the send-out down even where it
    is the same as before; ``dry_run`` makes and writes nothing.  Where 差戻し books are
    sent back, ``out`` is the folder of the collection that made them.
    """

    plan: Path
    template: Path
    letters: Path
    root: Path
    out: Path | None = None
    round: RoundKind = RoundKind.RESULTS
    year: int | None = None
    sections: tuple[str, ...] = ()
    deadline: date | None = None
    again: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Parcel:
    """一つの課に送るもの。``files`` はフォルダーの中の名、``items`` は実施項目のID。

    ``to`` is empty where the master knows no address; ``sent_before`` is the moment (ISO
    8601) of the last send-out of this file to this section, if any.
    """

    section: str
    to: tuple[str, ...]
    items: tuple[str, ...]
    files: tuple[str, ...]
    sent_before: str | None = None


@dataclass(frozen=True, slots=True)
class DistributeResult:
    """配るものを作った結果。``recorded`` は送付記録に加えた行の数。"""

    round: Round
    folder: Path
    parcels: tuple[Parcel, ...]
    recorded: int
    unchanged: int
    kept_aside: tuple[Path, ...]
    problems: tuple[Problem, ...]
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindRequest:
    """督促を作る依頼。

    ``today`` is the day to count from; ``deadline`` stands for the one each section was
    told; ``early`` makes reminders before the deadline, too.
    """

    plan: Path
    letters: Path
    root: Path
    out: Path | None = None
    round: RoundKind = RoundKind.RESULTS
    year: int | None = None
    sections: tuple[str, ...] = ()
    today: date
    deadline: date | None = None
    early: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Reminder:
    """一つの課への督促。

    ``missing`` and ``untouched`` are items not answered, ``questioned`` those sent back
    and not answered anew (item ids); ``days_late`` None where no deadline is known.
    """

    section: str
    to: tuple[str, ...]
    missing: tuple[str, ...]
    untouched: tuple[str, ...]
    questioned: tuple[str, ...]
    deadline: date | None
    days_late: int | None
    files: tuple[str, ...] = ()
    reminded_before: str | None = None

    @property
    def items(self) -> tuple[str, ...]:
        """答えのない実施項目のすべて。"""
        return (*self.missing, *self.untouched, *self.questioned)


@dataclass(frozen=True, slots=True)
class RemindResult:
    """督促を作った結果。``sent`` は配った課の数。"""

    round: Round
    folder: Path
    reminders: tuple[Reminder, ...]
    sent: int
    recorded: int
    problems: tuple[Problem, ...]
    dry_run: bool = False
