"""いま何をする時か：記録から、一年の仕事のどこまで済み、次に何をするかを求める。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from sheetgen.era import day_full, wareki_full
from sheetgen.form.identity import round_mark
from sheetgen.form.rounds import rounds_in
from sheetgen.messages.vocabulary import terms
from sheetgen.messages.year import BY_HAND, NEXT_STEPS, STEP_WORDS
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Of, Round
from sheetgen.problems import Problem
from sheetgen.records.editions import Occasion, has_edition
from sheetgen.records.ledger import Ledger, open_ledger
from sheetgen.records.open_items import OpenItem, load_open_items
from sheetgen.records.rounds_sent import rounds_sent
from sheetgen.records.sendouts import SendKind, SendOut, load_sendouts
from sheetgen.year.standing import ItemStanding, SectionStanding, Stage, Standing
from sheetgen.year.status import standing_of


class Duty(StrEnum):
    """一年の仕事。文字にすると、人に見せることば。"""

    FOUND = "計画を始める"
    ADD = "{terms.item}を加える"
    CHECK = "点検"
    SEND = "配布"
    COLLECT = "回収"
    RETURN = "差戻し"
    REMIND = "督促"
    ROLL = "年度の切替"
    PUBLISH = "公表"

    def __str__(self) -> str:
        """人に見せることば。計画のことばで言う。"""
        return self.value.format(terms=terms())


class Step(NamedTuple):
    """一年の仕事の一つ。``round`` は、照会の仕事なら、その照会。

    ``is_done`` は済んだか、``is_now`` は、いま手を付けられるか。``words`` は様子。
    """

    duty: Duty
    is_done: bool
    is_now: bool
    words: str
    round: Round | None = None


class Next(NamedTuple):
    """次にすること一つ。"""

    duty: Duty
    words: str
    round: Round | None = None


@dataclass(frozen=True, slots=True)
class Agenda:
    """年度 ``year`` の、いまの様子。

    ``sections`` は、いま行っている照会 ``round`` の課ごとの数で、``stages`` の順
    （まだ送っていなければ空）。``deadline`` は、待っている課の、いちばん早い提出期限。
    """

    year: int
    steps: tuple[Step, ...]
    next: Next
    round: Round | None = None
    stages: tuple[Stage, ...] = ()
    sections: tuple[SectionStanding, ...] = ()
    deadline: date | None = None
    problems: tuple[Problem, ...] = ()


class _RoundFacts(NamedTuple):
    """一つの照会の数。``sent`` は送った課の数（0 なら、まだ）。"""

    round: Round
    standing: Standing
    sent: int
    counts: Counter[Stage]
    late: int
    returns_to_send: int
    deadline: date | None

    @property
    def is_waiting(self) -> bool:
        """送ったあとの仕事が残っているか。暫定の値の確定を待つだけなら、次へ進める。"""
        left = self.standing.total - self.counts[Stage.RECORDED] - self.counts[Stage.PROVISIONAL]
        return self.sent > 0 and left > 0

    @property
    def is_done(self) -> bool:
        """すべて記録したか。"""
        return self.sent > 0 and self.counts[Stage.RECORDED] == self.standing.total


def agenda(path: Path, now: datetime | None = None) -> Agenda:
    """記録を読み、いまの様子を求める。何も書かない。``path`` は計画のデータ。

    :raises SheetgenError: 計画のデータか記録が読めない。
    """
    moment = now or datetime.now()
    with open_ledger(path, writing=False) as ledger:
        plan = ledger.master.plan
        year = plan.revision.fiscal_year
        if not plan.item_count:
            return Agenda(year, (), Next(Duty.ADD, NEXT_STEPS["empty"].format(terms=plan.words)))
        log = load_sendouts(path)
        sent = rounds_sent(log.sendouts, plan)
        # 一年の順：前の年度のこと、この年度のこと、先の年度のこと。
        yearly = sorted(rounds_in(plan), key=lambda one: tuple(Of).index(one.kind.of))
        rounds = [_facts(ledger, one, log.sendouts, one in sent, moment) for one in yearly]
        published = has_edition(path, year, Occasion.PUBLISHED)
        rolled = any(entry.path == "revision.fiscal_year" for entry in ledger.entries)
        problems = (*ledger.problems, *log.problems)
    following = _next(rounds, published, rolled, year, plan, moment.date())
    # 済んでいない、送ってある照会。なければ、次に送る照会。
    active = next((one for one in rounds if one.sent and not one.is_done), None)
    shown = active or next((one for one in reversed(rounds) if one.sent), None)
    return Agenda(
        year,
        tuple(_steps(rounds, following, published, year, year > plan.final_year)),
        following,
        shown.round if shown else None,
        shown.standing.stages if shown else (),
        shown.standing.sections if shown else (),
        active.deadline if active else None,
        problems,
    )


def _facts(
    ledger: Ledger, chosen: Round, sendouts: tuple[SendOut, ...], is_sent: bool, now: datetime
) -> _RoundFacts:
    standing, _ = standing_of(ledger, chosen, now)
    counts = Counter(item.stage for item in standing.items)
    mark = round_mark(chosen)
    own = [one for one in sendouts if one.round == mark]
    waiting = {item.section for item in standing.items if item.stage in (Stage.OUT, Stage.BLANK)}
    days = [
        date.fromisoformat(one.deadline)
        for one in standing.sections
        if one.deadline and one.name in waiting
    ]
    sections = {one.section for one in own if one.kind is SendKind.ISSUE} if is_sent else set()
    if not sections and any(map(_came_back, standing.items)):
        # 送付記録のない配り方（手で配った、前の版）でも、答えが届いていれば、配ってある。
        sections = {one.section for one in standing.items if one.stage is not Stage.NOT_SENT}
    held, _ = load_open_items(ledger.path, mark)
    return _RoundFacts(
        chosen, standing, len(sections), counts, standing.late,
        _unsent_returns(standing, own, held), min(days, default=None),
    )  # fmt: skip


def _came_back(item: ItemStanding) -> bool:
    """課から何か届いたか。計画に手で書かれた値は数えない。"""
    if item.stage is Stage.RECORDED:
        return item.note != BY_HAND
    return item.stage in (Stage.BLANK, Stage.RETURNED, Stage.IN_QUESTION)


def _unsent_returns(standing: Standing, own: list[SendOut], held: Mapping[str, OpenItem]) -> int:
    """要確認なのに、まだ差戻しを送っていない課の数。

    差戻しへの答えにもまた聞くことがあれば、もう一度送る。
    """
    sent_at: dict[str, datetime] = {}
    for one in own:
        if one.kind is SendKind.RETURN:
            sent_at[one.section] = max(sent_at.get(one.section, _LONG_AGO), _moment(one.at))
    waiting = {
        item.section
        for item in standing.items
        if item.stage is Stage.IN_QUESTION
        and (
            item.section not in sent_at
            or (item.item in held and _moment(held[item.item].at) > sent_at[item.section])
        )
    }
    return len(waiting)


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def _moment(at: str) -> datetime:
    """時刻。読めなければ、ずっと前。"""
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        return _LONG_AGO
    return found if found.tzinfo else found.astimezone()


def _next(
    rounds: list[_RoundFacts], published: bool, rolled: bool, year: int, plan: Plan, today: date
) -> Next:
    if rolled and not published and not any(one.sent for one in rounds):
        return Next(
            Duty.PUBLISH, NEXT_STEPS["publish"].format(year=wareki_full(year), terms=plan.words)
        )
    for one in _by_turn(rounds):
        if not one.sent:
            words = NEXT_STEPS["send"].format(round=one.round.full_name)
            return Next(Duty.SEND, words, one.round)
        if one.is_waiting:
            return _under_way(one, today)
    for one in rounds:
        if not one.is_done:
            return _under_way(one, today)
    if year <= plan.final_year:
        return Next(Duty.ROLL, NEXT_STEPS["roll"].format(year=wareki_full(year + 1)))
    words = NEXT_STEPS["over" if published else "publish"]
    return Next(Duty.PUBLISH, words.format(year=wareki_full(year), terms=plan.words))


def _by_turn(rounds: Sequence[_RoundFacts]) -> list[_RoundFacts]:
    """手を付ける順。計画の増やした照会は、いつ行うかが決まっていないので、送ってあれば先にする。"""
    extra = [one for one in rounds if one.round.kind.is_declared]
    started = [one for one in extra if one.sent]
    usual = [one for one in rounds if not one.round.kind.is_declared]
    return [*started, *usual, *(one for one in extra if not one.sent)]


def _under_way(one: _RoundFacts, today: date) -> Next:
    """送ってある照会の、次の仕事。"""
    if one.returns_to_send:
        words = NEXT_STEPS["return"].format(count=one.returns_to_send)
        return Next(Duty.RETURN, words, one.round)
    if one.late:
        words = NEXT_STEPS["remind"].format(round=one.round.full_name, count=one.late)
        return Next(Duty.REMIND, words, one.round)
    return Next(Duty.COLLECT, _waiting(one, today), one.round)


def _waiting(one: _RoundFacts, today: date) -> str:
    left = one.standing.total - one.counts[Stage.RECORDED]
    words = NEXT_STEPS["collect"].format(round=one.round.full_name, count=left)
    if one.deadline is None:
        return words
    days = (one.deadline - today).days
    return words + NEXT_STEPS["deadline"].format(day=day_full(one.deadline), days=days)


def _steps(
    rounds: list[_RoundFacts], following: Next, published: bool, year: int, is_last: bool
) -> list[Step]:
    steps = [Step(Duty.CHECK, False, following.duty is Duty.SEND, STEP_WORDS["check"])]
    for one in rounds:
        total, recorded = one.standing.total, one.counts[Stage.RECORDED]
        asked, late = one.counts[Stage.IN_QUESTION], one.late
        mine = following.round == one.round

        def now(duty: Duty, mine: bool = mine) -> bool:
            return mine and following.duty is duty

        sent = STEP_WORDS["sent"].format(count=one.sent) if one.sent else STEP_WORDS["unsent"]
        steps.append(Step(Duty.SEND, one.sent > 0, now(Duty.SEND), sent, one.round))
        words = STEP_WORDS["recorded"].format(done=recorded, total=total)
        is_open = one.sent > 0 and not one.is_done
        steps.append(Step(Duty.COLLECT, one.is_done, is_open, words, one.round))
        words = STEP_WORDS["asked"].format(count=asked) if asked else STEP_WORDS["none"]
        steps.append(Step(Duty.RETURN, one.is_done, asked > 0, words, one.round))
        words = STEP_WORDS["late"].format(count=late) if late else STEP_WORDS["none"]
        steps.append(Step(Duty.REMIND, one.is_done, late > 0, words, one.round))
    if not is_last:
        words = STEP_WORDS["roll"].format(year=wareki_full(year + 1))
        steps.append(Step(Duty.ROLL, False, following.duty is Duty.ROLL, words))
    words = STEP_WORDS["published" if published else "unpublished"].format(year=wareki_full(year))
    steps.append(Step(Duty.PUBLISH, published, following.duty is Duty.PUBLISH, words))
    return steps
