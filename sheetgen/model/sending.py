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

    欄は :class:`sheetgen.model.job.GenerateRequest` と同じ。``letters`` は手紙のテンプレートの
    フォルダー。``again`` が真なら、前と同じものでも、送付記録に書く。``dry_run`` が真なら、
    何も作らず、書かない。差戻しのブックを送り返すときの ``out`` は、それを作った回収のフォルダー。
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

    ``to`` は、計画のデータに宛先がなければ空。``sent_before`` は、このファイルをこの課に最後に
    送った時刻（ISO 8601）で、なければ None。
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

    ``today`` は日数を数える基準の日。``deadline`` は、課ごとに伝えた期限の代わり。
    ``early`` が真なら、期限の前でも作る。
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

    ``missing`` と ``untouched`` は答えのない実施項目、``questioned`` は差し戻して答え
    直されていないもの（ID）。``days_late`` は、期限が分からなければ None。
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
