"""一年の状況の値：配ってから記録するまでと、それまでの成果。項目がどこまで進んだか。

数は、図を描く数と、表に印刷する文字の二つの形で持つ。図の中の位置は、その図の view box の単位。
金額は千円。
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sheetgen.form.rounds import has_answer, is_asked, unsettled_paths
from sheetgen.messages.year import (
    BY_HAND,
    FILES,
    LOST,
    MADE_NOT_SENT,
    NOTHING_WRITTEN,
    PROVISIONAL,
    RETURN_WAITS,
    UNDONE,
)
from sheetgen.plan.item import Item
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round, RoundKind
from sheetgen.problems import Problem
from sheetgen.publish.document.effects import EffectRow
from sheetgen.publish.document.grades import GradeRow
from sheetgen.publish.document.overview import PrintedWords
from sheetgen.records.open_items import ItemState, OpenItem


class Stage(StrEnum):
    """一つの実施項目が、その照会でどこまで進んだか。値は人に見せることば。

    回収にもある状態は、回収と同じことばで言う。RETURNED は、記録を取り消したもの。
    """

    NOT_SENT = "未配布"
    OUT = ItemState.MISSING.value
    BLANK = ItemState.UNTOUCHED.value
    RETURNED = "取消"
    IN_QUESTION = ItemState.HELD.value
    PROVISIONAL = ItemState.PROVISIONAL.value
    RECORDED = ItemState.KEPT.value

    @property
    def mark(self) -> str:
        """色が分からなくても見分けられる印。"""
        return _MARKS[self]


_MARKS = {
    Stage.NOT_SENT: "－",
    Stage.OUT: "○",
    Stage.BLANK: "□",
    Stage.RETURNED: "◇",
    Stage.IN_QUESTION: "▲",
    Stage.PROVISIONAL: "◐",
    Stage.RECORDED: "●",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRequest:
    """状況を見る依頼。

    ``round`` と ``year`` が None なら、最後に送った照会。``layout`` はテンプレート全体の
    フォルダー。ページは ``root/output/令和N年度/状況`` に置き、``out`` があればそこに置く。
    """

    plan: Path
    layout: Path
    root: Path
    out: Path | None = None
    round: RoundKind | str | None = None
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

    ``issued`` は様式を作った、``returned`` は差戻しの様式を作った、
    ``recorded`` は記録簿に値のある、``answered`` はそのうち、照会の答えの欄
    （:func:`~sheetgen.form.rounds.answer_paths`）に記録した、
    ``undone`` は取り消した値しかないもの。``sendings`` は、
    送付記録に何もなければ None で、そのときは配ったものを送ったとみなす。
    """

    issued: frozenset[str] = frozenset()
    returned: frozenset[str] = frozenset()
    recorded: frozenset[str] = frozenset()
    answered: frozenset[str] = frozenset()
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

    ``policy`` は基本方針の番号、``section`` は様式の行く課の正式な名。``against`` は 達成、
    未達 か空。``picture`` は、数がなければ None。
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
class FieldBar:
    """一覧から選ぶ、計画の増やした欄の数。``year`` は年度（全期間の欄では空）。

    ``options`` は ``rows`` の列で、最後は空欄。
    """

    label: str
    year: str
    options: tuple[str, ...]
    rows: tuple[GradeRow, ...]
    total: GradeRow


@dataclass(frozen=True, slots=True)
class FieldCount:
    """計画の増やした数・金額の欄に、値のある実施項目の数。``provisional`` は、そのうち暫定。"""

    label: str
    year: str
    filled: int
    provisional: int
    total: int


@dataclass(frozen=True, slots=True)
class Standing:
    """状況の全体。

    ``items`` はこの照会で数える実施項目、``not_asked`` はほかの実施項目の印刷の番号。
    ``result_year`` は、実績を見せる年度（最初の実績の前なら None）。``grades`` は
    ``grade_rows`` の列で、最後は未評価。``provisional`` は、暫定の値のある実施項目の数。``bars`` と
    ``answered`` は、計画の増やした欄のもの。``shows_`` で始まるものは、計画にその欄があるか。
    """

    title: str
    words: PrintedWords
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
    not_asked: tuple[str, ...] = ()
    provisional: int = 0
    bars: tuple[FieldBar, ...] = ()
    answered: tuple[FieldCount, ...] = ()
    shows_trends: bool = True
    shows_grades: bool = True
    shows_effects: bool = True

    @property
    def total(self) -> int:
        """この照会で数える実施項目の数。"""
        return len(self.items)


@dataclass(frozen=True, slots=True)
class StatusResult:
    """状況と、置いたページ。``is_found`` は、照会を送った記録から決めたか。"""

    round: Round
    standing: Standing
    page: Path
    problems: tuple[Problem, ...] = ()
    is_found: bool = False


def stage_of(plan: Plan, item: Item, chosen: Round, traces: Traces) -> tuple[Stage, str]:
    """段階と、そのわけ（要らなければ空）。

    聞くことが残っていれば、前に記録したことより優先する。あとから別のものが届いたのである。
    """
    found = (traces.open_items or {}).get(item.id)
    if found and found.state is ItemState.HELD:
        return Stage.IN_QUESTION, _words(found.reasons or found.codes, found.files)
    unsettled = unsettled_paths(plan, item, chosen)
    words = PROVISIONAL.format(labels="、".join(map(plan.label, unsettled))) if unsettled else ""
    if has_answer(plan, item, chosen) or (unsettled and item.id in traces.recorded):
        how = "" if item.id in traces.recorded else BY_HAND
        # 暫定の答えを集める照会では、暫定で済んでいる。
        awaited = unsettled and not chosen.kind.provisional
        stage = Stage.PROVISIONAL if awaited else Stage.RECORDED
        return stage, "\n".join(filter(None, (how, words)))
    if item.id in traces.answered:  # 前の計画のデータを置き直した
        return Stage.RETURNED, LOST
    if item.id in traces.recorded:
        return Stage.RECORDED, ""
    if item.id in traces.returned:
        return Stage.IN_QUESTION, RETURN_WAITS
    if found:
        return Stage.BLANK, _words((NOTHING_WRITTEN,), found.files)
    if item.id in traces.undone:
        return Stage.RETURNED, UNDONE
    if item.id not in traces.issued:
        return Stage.NOT_SENT, ""
    if traces.sendings is not None and item.owners[0].full_name not in traces.sendings:
        return Stage.NOT_SENT, MADE_NOT_SENT
    return Stage.OUT, ""


def waits_for_section(item: str, stage: Stage, traces: Traces) -> bool:
    """課の答えを待っているか。取り消したものは届いているので、事務局が回収し直す。"""
    return stage in (Stage.OUT, Stage.BLANK, Stage.IN_QUESTION, Stage.PROVISIONAL)


def is_counted(item: Item, stage: Stage, chosen: Round, traces: Traces) -> bool:
    """この照会で数えるか。聞いていない実施項目も、答えが届いていれば数える。"""
    if is_asked(item, chosen) or stage in (
        Stage.RECORDED,
        Stage.IN_QUESTION,
        Stage.PROVISIONAL,
    ):
        return True
    return stage is Stage.RETURNED and not waits_for_section(item.id, stage, traces)


def _words(reasons: tuple[str, ...], files: tuple[str, ...]) -> str:
    """わけとファイルを、一行ずつにする。"""
    source = (FILES.format(files="、".join(files)),) if files else ()
    return "\n".join((*reasons, *source))
