"""督促：配ったのに答えのない実施項目を、課ごとに手紙とメールの下書きにする。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from sheetgen.era import wareki
from sheetgen.forms.filenames import safe_name
from sheetgen.forms.rounds import settle_round
from sheetgen.keeping.sendouts import load_sendouts
from sheetgen.letters import (
    REMINDER_LETTER,
    LetterWriter,
    Outstanding,
    outstanding,
    sections_sent,
)
from sheetgen.messages.letters import UNTOUCHED
from sheetgen.messages.listing import in_short
from sheetgen.model.identity import round_mark
from sheetgen.model.letter import Letter, LetterItem
from sheetgen.model.plan import Plan
from sheetgen.model.round import Round
from sheetgen.model.sending import Reminder, RemindRequest, RemindResult
from sheetgen.model.sendout import SendKind, SendOut, of_round
from sheetgen.output import Staging
from sheetgen.pipeline.item_states import item_states
from sheetgen.pipeline.ledger import open_ledger
from sheetgen.pipeline.letters import (
    SHOWN,
    Addressees,
    chosen_sections,
    draft,
    left_over,
    letter_items,
    letter_text,
)
from sheetgen.pipeline.posting import Posting, record_sendouts
from sheetgen.problems import Problem, SheetgenError

FOLDER = "督促"


def remind(
    request: RemindRequest, *, now: datetime | None = None, who: str | None = None
) -> RemindResult:
    """遅れている課への督促を作り、送付記録に残す。遅れている課がなければ、何も作らない。

    日数は ``request.today`` から数える。期限の翌日から遅れとする。

    :raises UsageError: その課はない（F004）。
    :raises SheetgenError: この照会で送ったものがない（L030）。答えのないものはあるが、
        遅れたものがない（L031）か期限が分からず（L032）、``early`` でない。テンプレートが使えない。
        またはファイルが書けない。
    """
    moment = (now or datetime.now()).astimezone()
    with open_ledger(request.plan, writing=False) as ledger:
        plan = ledger.master.plan
        chosen = settle_round(plan, request.round, request.year)
        states, unread = item_states(ledger, chosen)
    log = load_sendouts(request.plan)
    sendouts = of_round(log.sendouts, round_mark(chosen))
    addressees = Addressees(plan)
    sections = _sections(request, plan, sendouts)
    if not sections:
        raise SheetgenError([*log.problems, Problem("L030", facts={"round": chosen.full_name})])
    found = [
        one
        for one in outstanding(sendouts, states, addressees.order, request.deadline)
        if one.section in sections
    ]
    late, problems = _late([one for one in found if one.asked], request)
    folder = _folder(request, chosen)
    reminders = tuple(_reminder(one, addressees, sendouts, request.today) for one in late)
    problems = [
        *ledger.problems,
        *unread,
        *addressees.problems(one.section for one in late),
        *problems,
        *_unsent_returns(found),
    ]
    # テンプレートの誤りは、試すだけのときにも分かる。
    writer = LetterWriter(request.letters, REMINDER_LETTER)
    letters = [_letter(writer, plan, chosen, one, request.today) for one in late]
    recorded = 0
    if late and not request.dry_run:
        mails = _place(folder, reminders, letters)
        posting = Posting(SendKind.REMINDER, chosen, moment, who)
        recorded, failed = record_sendouts(request.plan, _lines(posting, reminders, mails))
        problems += failed
        if not request.sections:
            made = [name for one in reminders for name in one.files]
            problems += left_over(folder, made, "*_督促.*")
    return RemindResult(
        chosen,
        folder,
        reminders,
        len(sections),
        recorded,
        tuple(problems),
        dry_run=request.dry_run,
    )


def _sections(request: RemindRequest, plan: Plan, sendouts: Sequence[SendOut]) -> list[str]:
    """調べる課。送った課のうち、指定されたもの。"""
    sent = sections_sent(sendouts)
    wanted = chosen_sections(plan, request.sections, sent)
    return [one for one in sent if one in wanted]


def _late(
    found: Sequence[Outstanding], request: RemindRequest
) -> tuple[list[Outstanding], list[Problem]]:
    """督促する課と、まだ督促しない課についての知らせ。"""
    if request.early:
        return list(found), []
    days = {one.section: one.days_late(request.today) for one in found}
    late = [one for one in found if (days[one.section] or 0) > 0]
    rest = [one for one in found if one not in late]
    if late and rest:
        facts = {
            "count": len(rest),
            "sections": in_short([one.section for one in rest], SHOWN, "課"),
        }
        return late, [Problem("L033", facts=facts)]
    if rest:
        known = [one.deadline for one in rest if one.deadline is not None]
        if known:
            shown = f"{min(known):%Y-%m-%d}"
            raise SheetgenError(Problem("L031", facts={"deadline": shown, "count": len(rest)}))
        raise SheetgenError(Problem("L032", facts={"count": len(rest)}))
    return late, []


def _unsent_returns(found: Sequence[Outstanding]) -> list[Problem]:
    """差戻しをまだ送っていない問い。課はまだ知らないので、促しようがない。"""
    waiting = [one for one in found if one.unsent_returns]
    if not waiting:
        return []
    count = sum(len(one.unsent_returns) for one in waiting)
    sections = in_short([one.section for one in waiting], SHOWN, "課")
    return [Problem("L034", facts={"count": count, "sections": sections})]


def _lines(
    posting: Posting, reminders: Sequence[Reminder], mails: Sequence[bytes]
) -> list[SendOut]:
    return [
        posting.line(
            section=one.section,
            to=one.to,
            file=one.files[-1],
            data=mail,
            deadline=one.deadline,
            items=one.items,
        )
        for one, mail in zip(reminders, mails, strict=True)
    ]


def _folder(request: RemindRequest, chosen: Round) -> Path:
    """置く先。日ごとに分け、前に作ったものと混ぜない。"""
    base = request.out or request.root / "output" / wareki(chosen.year) / FOLDER
    return base / f"{request.today:%Y-%m-%d}"


def _reminder(
    one: Outstanding, addressees: Addressees, sendouts: Sequence[SendOut], today: date
) -> Reminder:
    before = [
        sent.at
        for sent in sendouts
        if sent.kind is SendKind.REMINDER and sent.section == one.section
    ]
    stem = f"{safe_name(one.file.removesuffix('.xlsx'))}_督促"
    return Reminder(
        section=one.section,
        to=addressees.to(one.section),
        missing=one.missing,
        untouched=one.untouched,
        questioned=one.questioned,
        deadline=one.deadline,
        days_late=one.days_late(today),
        files=(f"{stem}.html", f"{stem}.eml"),
        reminded_before=before[-1] if before else None,
    )


def _letter(
    writer: LetterWriter, plan: Plan, chosen: Round, one: Outstanding, today: date
) -> Letter:
    items = {item.id: item for item in letter_items(plan.items())}

    def named(ids: Sequence[str], note: str = "") -> tuple[LetterItem, ...]:
        return tuple(replace(items[item], note=note) for item in items if item in ids)

    values = letter_text(plan, chosen, one.named_deadline, one.section, one.file)
    return writer.write(
        replace(
            values,
            items=named(one.asked),
            missing=_in_order(plan, named(one.missing), named(one.untouched, UNTOUCHED)),
            questioned=named(one.questioned),
            days_late=max((today - one.named_deadline).days, 0) if one.named_deadline else 0,
        )
    )


def _in_order(plan: Plan, *groups: tuple[LetterItem, ...]) -> tuple[LetterItem, ...]:
    by_id = {one.id: one for group in groups for one in group}
    return tuple(by_id[item.id] for _, _, item in plan.items() if item.id in by_id)


def _place(folder: Path, reminders: Sequence[Reminder], letters: Sequence[Letter]) -> list[bytes]:
    mails = []
    with Staging(folder, datetime.now()) as staging:
        for reminder, letter in zip(reminders, letters, strict=True):
            page, mail = reminder.files
            mails.append(draft(reminder.section, reminder.to, letter))
            with staging.open(page) as target:
                target.write(letter.page)
            with staging.open(mail) as target:
                target.write(mails[-1])
        staging.place()
    return mails
