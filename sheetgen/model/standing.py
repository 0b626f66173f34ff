"""一年の状況：配ってから記録するまでと、それまでの成果。

The figures come as the number a picture draws and the words a table prints; places in
the pictures are in units of their own view box.  Money is 千円.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sheetgen.model.document_results import EffectRow, GradeRow
from sheetgen.model.open_item import OpenItem
from sheetgen.model.round import Round, RoundKind
from sheetgen.problems import Problem


class Stage(StrEnum):
    """一つの実施項目が、その照会でどこまで進んだか。値は人に見せることば。"""

    NOT_SENT = "未配布"
    OUT = "回答待ち"
    RETURNED = "戻り未記録"
    IN_QUESTION = "要確認"
    RECORDED = "記録済み"

    @property
    def mark(self) -> str:
        """色が分からなくても見分けられる印。"""
        return _MARKS[self]


_MARKS = {
    Stage.NOT_SENT: "－",
    Stage.OUT: "○",
    Stage.RETURNED: "◇",
    Stage.IN_QUESTION: "▲",
    Stage.RECORDED: "●",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRequest:
    """状況を見る依頼。

    ``round`` None is the one sent out last in ``year`` (None: the plan's revision).
    ``layout`` is the folder of all templates; the page goes to
    ``root/output/令和N年度/状況`` unless ``out`` says otherwise.
    """

    plan: Path
    layout: Path
    root: Path
    out: Path | None = None
    round: RoundKind | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """一つの課への送付。日は ISO 8601。``reminders`` は督促の回数。"""

    sent_on: str
    deadline: str | None
    reminders: int = 0


@dataclass(frozen=True, slots=True)
class Traces:
    """照会の跡。実施項目のIDと、課の名がキー。

    ``issued`` have a form, ``returned`` a 差戻し form, ``recorded`` values in the journal,
    ``undone`` only values that were taken back.  ``sendings`` is None where nothing sent is
    written down: then what is issued counts as sent.
    """

    issued: frozenset[str] = frozenset()
    returned: frozenset[str] = frozenset()
    recorded: frozenset[str] = frozenset()
    undone: frozenset[str] = frozenset()
    open_items: dict[str, OpenItem] | None = None
    sendings: dict[str, Sending] | None = None


@dataclass(frozen=True, slots=True)
class TrendYear:
    """一年度の目標と実績。文字は印刷どおり。"""

    label: str
    target: str
    actual: str


@dataclass(frozen=True, slots=True)
class Picture:
    """目標と実績の折れ線。点は ``(x, y)``、線は欠けた年度で切れる。"""

    width: int
    height: int
    target_lines: tuple[tuple[tuple[float, float], ...], ...]
    target_points: tuple[tuple[float, float], ...]
    actual_lines: tuple[tuple[tuple[float, float], ...], ...]
    actual_points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class ItemStanding:
    """一つの実施項目の状況。

    ``policy`` is the number of its 基本方針; ``section`` the full name of the section the
    form goes to; ``against`` 達成, 未達 or empty; ``picture`` None where there are no figures.
    """

    item: str
    label: str
    title: str
    policy: int
    section: str
    owners: str
    stage: Stage
    note: str
    is_late: bool
    grade: str
    against: str
    indicator: str
    trend: tuple[TrendYear, ...]
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class SectionStanding:
    """一つの課の状況。``counts`` は :class:`Stage` の順。"""

    name: str
    total: int
    counts: tuple[int, ...]
    sent_on: str
    deadline: str
    is_late: bool
    reminders: int


@dataclass(frozen=True, slots=True)
class PolicyName:
    """基本方針の番号と、印刷の名。"""

    number: int
    label: str


@dataclass(frozen=True, slots=True)
class Standing:
    """状況の全体。

    ``result_year`` is the fiscal year whose results are shown (None before the first);
    ``grades`` are the columns of ``grade_rows``, the last for 未評価.
    """

    title: str
    round_name: str
    at: str
    stages: tuple[Stage, ...]
    counts: tuple[int, ...]
    late: int
    policies: tuple[PolicyName, ...]
    sections: tuple[SectionStanding, ...]
    items: tuple[ItemStanding, ...]
    years: tuple[str, ...]
    result_year: str
    grades: tuple[str, ...]
    grade_rows: tuple[GradeRow, ...]
    grade_total: GradeRow
    effect_rows: tuple[EffectRow, ...]
    effect_total: EffectRow

    @property
    def total(self) -> int:
        """実施項目の数。"""
        return len(self.items)


@dataclass(frozen=True, slots=True)
class StatusResult:
    """状況と、置いたページ。"""

    round: Round
    standing: Standing
    page: Path
    problems: tuple[Problem, ...] = ()
