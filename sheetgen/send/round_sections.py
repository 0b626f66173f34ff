"""これから送る照会の、課ごとの中身：どの課に、どの実施項目を聞き、もう送ってあるか。"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sheetgen.form.identity import round_mark
from sheetgen.form.jobs import GenerateRequest, plan_jobs
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round, RoundKind
from sheetgen.problems import Problem, UsageError
from sheetgen.records.editions import open_history
from sheetgen.records.leftovers import sections_renamed
from sheetgen.records.rounds_sent import round_meant
from sheetgen.records.sendouts import SendKind, SendOut, load_sendouts, of_round
from sheetgen.send.letters import Addressees, letter_items
from sheetgen.send.mail import LetterItem
from sheetgen.send.reminding import deadlines_told


class SectionAsked(NamedTuple):
    """照会で様式の行く一つの課。

    ``sent_at`` は、この照会を最後に配った日時（ISO 8601。まだなら None）、``deadline`` は、
    その課に最後に知らせた期限。
    """

    name: str
    to: tuple[str, ...]
    items: tuple[LetterItem, ...]
    sent_at: str | None = None
    deadline: date | None = None


class RoundSections(NamedTuple):
    """一つの照会と、様式の行く課（庁内の順）。

    ``is_found`` は、照会を記録から決めたか。``years`` は、照会を行える年度。``problems`` は、
    この照会では送れないわけと、読めない記録。
    """

    round: Round
    is_found: bool
    years: tuple[int, ...]
    sections: tuple[SectionAsked, ...]
    problems: tuple[Problem, ...] = ()


def round_sections(
    path: Path, kind: RoundKind | str | None = None, year: int | None = None
) -> RoundSections:
    """照会の課。``kind`` と ``year`` を省くと、最後に送った照会。何も書かない。

    :raises SheetgenError: 計画のデータか記録が読めない。
    """
    history = open_history(path)
    years = tuple(range(history.plan.first_year, history.plan.final_year + 2))
    try:
        meant = round_meant(path, history.plan, kind, year)
    except UsageError as error:
        fallback = history.plan.revision.fiscal_year if year is None else year
        asked = Round(RoundKind.RESULTS, fallback)
        return RoundSections(asked, False, years, (), error.problems)
    chosen = meant.round
    log = load_sendouts(path)
    renamed = sections_renamed(history.entries, history.plan)
    sendouts = of_round(log.sendouts, round_mark(chosen), renamed)
    plan = history.plan_of(chosen.year, chosen.kind)
    try:
        sections = tuple(_sections(plan, path, chosen, sendouts))
    except UsageError as error:
        return RoundSections(chosen, meant.is_found, years, (), (*log.problems, *error.problems))
    return RoundSections(chosen, meant.is_found, years, sections, log.problems)


def _sections(
    plan: Plan, path: Path, chosen: Round, sendouts: Iterable[SendOut]
) -> Iterable[SectionAsked]:
    addressees = Addressees(plan)
    wanted = GenerateRequest(
        plan=path,
        template=path,
        root=path.parent,
        round=chosen.kind,
        year=chosen.year,
        only_asked=True,
    )
    by_section: dict[str, list[SendOut]] = {}
    for one in sendouts:
        by_section.setdefault(one.section, []).append(one)
    for job in plan_jobs(plan, wanted):
        mine = by_section.get(job.addressee, [])
        issued = [one.at for one in mine if one.kind is SendKind.ISSUE]
        yield SectionAsked(
            job.addressee,
            addressees.to(job.addressee),
            letter_items(job.items),
            issued[-1] if issued else None,
            deadlines_told(mine)[0],
        )
