"""督促：配ったのに答えのない実施項目を、課ごとに手紙とメールの下書きにする。"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from sheetgen.era import day_full
from sheetgen.form.identity import round_mark
from sheetgen.form.jobs import safe_name
from sheetgen.form.rounds import unsettled_paths
from sheetgen.messages.quoting import in_short
from sheetgen.messages.send import UNREADABLE, UNREADABLE_OTHERWISE, UNTOUCHED
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round, RoundKind
from sheetgen.problems import Problem, SheetgenError
from sheetgen.reading.file_names import bare
from sheetgen.records.editions import history_of
from sheetgen.records.issues import issues_folder, load_issues
from sheetgen.records.ledger import Ledger, open_ledger
from sheetgen.records.leftovers import sections_renamed
from sheetgen.records.open_items import ItemState, UnreadFile, load_unread
from sheetgen.records.rounds_sent import REMINDER_FOLDER, round_folder, round_meant
from sheetgen.records.sendouts import SendKind, SendOut, load_sendouts, of_round
from sheetgen.send.deadlines import deadline_problems
from sheetgen.send.letters import (
    REMINDER_LETTER,
    SHOWN,
    Addressees,
    LetterWriter,
    chosen_sections,
    left_over,
    letter_items,
    letter_text,
)
from sheetgen.send.mail import Letter, LetterFile, LetterItem
from sheetgen.send.posting import Draft, Posting, drafts_of, place_notes, record_sendouts
from sheetgen.year.standing import Stage, is_counted, stage_of, waits_for_section
from sheetgen.year.status import traces_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindRequest:
    """督促を作る依頼。

    ``round`` と ``year`` が None なら、最後に送った照会。``today`` は日数を数える基準の日。
    ``deadline`` は、課ごとに伝えた期限の代わり。
    ``early`` が真なら、期限の前でも作る。
    """

    plan: Path
    letters: Path
    root: Path
    out: Path | None = None
    round: RoundKind | str | None = None
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
    直されていないもの（ID）。``days_late`` は、期限が分からなければ None。``unreadable`` は、
    届いたが読めなかったファイル、``provisional`` は、暫定の値の確定を待つ実施項目。
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
    unreadable: tuple[UnreadFile, ...] = ()
    provisional: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[str, ...]:
        """答えのない実施項目のすべて。"""
        return (*self.missing, *self.untouched, *self.questioned, *self.provisional)


@dataclass(frozen=True, slots=True)
class RemindResult:
    """督促を作った結果。``sent`` は配った課の数、``is_found`` は照会を記録から決めたか。

    ``drafts`` は、``reminders`` と同じ順の、メールの下書き。
    """

    round: Round
    folder: Path
    reminders: tuple[Reminder, ...]
    sent: int
    recorded: int
    problems: tuple[Problem, ...]
    dry_run: bool = False
    is_found: bool = False
    drafts: tuple[Draft, ...] = ()


_OPEN = (ItemState.MISSING, ItemState.UNTOUCHED, ItemState.HELD, ItemState.PROVISIONAL)


@dataclass(frozen=True, slots=True)
class Outstanding:
    """一つの課の、答えのない実施項目（ID）。``deadline`` は最後に知らせた期限。

    ``file`` は最後に送ったブック。``questioned`` は差戻しで聞いている項目、``unsent_returns`` は
    事務局がまだ差戻しを送っていない項目。``named_deadline`` は手紙に書いてよい期限：様式が
    すべて戻った課には、差戻しの期限しかない。``provisional`` は、暫定の値の確定を待つ項目。
    """

    section: str
    file: str
    deadline: date | None
    missing: tuple[str, ...]
    untouched: tuple[str, ...]
    questioned: tuple[str, ...]
    unsent_returns: tuple[str, ...] = ()
    named_deadline: date | None = None
    provisional: tuple[str, ...] = ()

    @property
    def asked(self) -> tuple[str, ...]:
        """課の答えを待っている実施項目のすべて。"""
        return (*self.missing, *self.untouched, *self.questioned, *self.provisional)

    def days_late(self, today: date) -> int | None:
        """期限を過ぎた日数。期限の当日までは 0 以下。期限がなければ ``None``。"""
        return None if self.deadline is None else (today - self.deadline).days


def sections_sent(sendouts: Iterable[SendOut]) -> tuple[str, ...]:
    """様式を配った課。"""
    return tuple(dict.fromkeys(one.section for one in sendouts if one.kind is SendKind.ISSUE))


def outstanding(
    sendouts: Sequence[SendOut],
    states: Mapping[str, ItemState],
    order: Sequence[str],
    deadline: date | None = None,
    asked: Collection[str] | None = None,
) -> list[Outstanding]:
    """課ごとの、答えのない実施項目。すべて答えた課は出ない。

    ``sendouts`` は一つの照会の送付記録で、古い順。``states`` は今の計画の実施項目で、
    印刷の順（計画からなくなったものは求めない）。``order`` は課の正式な名。``deadline`` は、
    どの課の期限よりも優先する。``asked`` は、いまの問いをもう差戻しで送った項目（None なら、
    差戻しを送ったことのある項目）。
    """
    issued = [one for one in sendouts if one.kind is SendKind.ISSUE]
    returned = [one for one in sendouts if one.kind is SendKind.RETURN]
    # 担当の課が変わって配り直した項目は、あとで配った課のもの。
    holder = {item: one.section for one in issued for item in one.items}
    known = {section: place for place, section in enumerate(order)}
    found = []
    for section in sorted(sections_sent(issued), key=lambda one: (known.get(one, len(known)), one)):
        mine = [one for one in issued if one.section == section]
        back = [one for one in returned if one.section == section]
        sent_back = {item for one in back for item in one.items if asked is None or item in asked}
        by_state: dict[ItemState, list[str]] = {state: [] for state in _OPEN}
        for item, state in states.items():
            if holder.get(item) == section and state in by_state:
                by_state[state].append(item)
        if not any(by_state.values()):
            continue
        held = by_state[ItemState.HELD]
        lacking = any(state is not ItemState.HELD for state in _OPEN if by_state[state])
        first, again = deadlines_told(one for one in sendouts if one.section == section)
        first, again = deadline or first, deadline or again
        found.append(
            Outstanding(
                section,
                mine[-1].file,
                first if lacking else again or first,
                tuple(by_state[ItemState.MISSING]),
                tuple(by_state[ItemState.UNTOUCHED]),
                tuple(item for item in held if item in sent_back),
                tuple(item for item in held if item not in sent_back),
                first if lacking else again,
                tuple(by_state[ItemState.PROVISIONAL]),
            )
        )
    return found


def _asked(path: Path, chosen: Round, sendouts: Iterable[SendOut]) -> set[str]:
    """いまの問いを、もう差戻しで送った実施項目。答え直して新しい問いが出たものは、まだ。"""
    sent = {one.issue for one in sendouts if one.kind is SendKind.RETURN}
    issues, _ = load_issues(issues_folder(path), chosen)
    newest: dict[str, str] = {}
    for issue in issues:  # 新しい順
        for form in issue.forms.values() if issue.is_return else ():
            newest.setdefault(form.item_id, issue.key)
    return {item for item, key in newest.items() if key in sent}


def deadlines_told(sendouts: Iterable[SendOut]) -> tuple[date | None, date | None]:
    """一つの課に最後に知らせた、配布の期限と差戻しの期限。延ばした期限は、どちらにも当てる。"""
    first = again = None
    is_back = False
    for one in sendouts:
        is_back = is_back or one.kind is SendKind.RETURN
        day = one.deadline_day
        if day is None:
            continue
        if one.kind in (SendKind.ISSUE, SendKind.EXTENSION):
            first = day
        if one.kind is SendKind.RETURN or (one.kind is SendKind.EXTENSION and is_back):
            again = day
    return first, again


_STATES = {
    Stage.NOT_SENT: ItemState.MISSING,
    Stage.OUT: ItemState.MISSING,
    Stage.BLANK: ItemState.UNTOUCHED,
    Stage.IN_QUESTION: ItemState.HELD,
    Stage.PROVISIONAL: ItemState.PROVISIONAL,
    Stage.RECORDED: ItemState.KEPT,
}


def item_states(
    ledger: Ledger, plan: Plan, chosen: Round
) -> tuple[Mapping[str, ItemState], tuple[Problem, ...]]:
    """この照会で数える実施項目の状態。``plan``（照会の計画）の順。読めない記録も返す。

    戻ったあとで取り消したものは、答えのあったもの（記録済み）とする。課にもう一度求めず、
    事務局にだけ知らせる（L035）。
    """
    traces, problems = traces_of(ledger, chosen)
    states = {}
    undone = []
    for _, _, item in plan.items():
        stage, _ = stage_of(plan, item, chosen, traces)
        if not is_counted(item, stage, chosen, traces):
            continue
        back = ItemState.UNTOUCHED
        if stage is Stage.RETURNED and not waits_for_section(item.id, stage, traces):
            back = ItemState.KEPT
            undone.append(item.id)
        states[item.id] = _STATES.get(stage, back)
    if undone:
        facts = {"count": len(undone), "items": in_short(undone, SHOWN, "件")}
        problems = (*problems, Problem("L035", facts=facts))
    return states, problems


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
        history = history_of(ledger)
        meant = round_meant(request.plan, history.plan, request.round, request.year)
        chosen = meant.round
        plan = history.plan_of(chosen.year, chosen.kind)
        states, unread = item_states(ledger, plan, chosen)
        files = load_unread(ledger.path, round_mark(chosen))
    log = load_sendouts(request.plan)
    renamed = sections_renamed(history.entries, history.plan)
    sendouts = of_round(log.sendouts, round_mark(chosen), renamed)
    addressees = Addressees(plan)
    sections = _sections(request, plan, sendouts)
    if not sections:
        raise SheetgenError([*log.problems, Problem("L030", facts={"round": chosen.full_name})])
    found = [
        one
        for one in outstanding(
            sendouts,
            states,
            addressees.order,
            request.deadline,
            _asked(request.plan, chosen, sendouts),
        )
        if one.section in sections
    ]
    late, problems = _late([one for one in found if one.asked], request, chosen)
    folder = _folder(request, chosen)
    reminders = tuple(_reminder(one, addressees, sendouts, request.today, files) for one in late)
    problems = [
        *ledger.problems,
        *unread,
        *addressees.problems(one.section for one in late),
        *problems,
        *_unsent_returns(found),
        *_of_nobody(files),
        *deadline_problems(request.deadline, date.min),  # 過ぎた期限を言うのが督促
    ]
    # テンプレートの誤りは、試すだけのときにも分かる。
    writer = LetterWriter(request.letters, REMINDER_LETTER)
    letters = [
        _letter(writer, plan, chosen, one, request.today, reminder.unreadable)
        for one, reminder in zip(late, reminders, strict=True)
    ]
    recorded = 0
    if late and not request.dry_run:
        mails = place_notes(folder, reminders, letters)
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
        is_found=meant.is_found,
        drafts=drafts_of(folder, reminders, letters),
    )


def _sections(request: RemindRequest, plan: Plan, sendouts: Sequence[SendOut]) -> list[str]:
    """調べる課。送った課のうち、指定されたもの。"""
    sent = sections_sent(sendouts)
    wanted = chosen_sections(plan, request.sections, sent)
    return [one for one in sent if one in wanted]


def _late(
    found: Sequence[Outstanding], request: RemindRequest, chosen: Round
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
            facts = {
                "round": chosen.full_name,
                "deadline": day_full(min(known)),
                "count": len(rest),
            }
            raise SheetgenError(Problem("L031", facts=facts))
        facts = {"round": chosen.full_name, "count": len(rest)}
        raise SheetgenError(Problem("L032", facts=facts))
    return late, []


def _unsent_returns(found: Sequence[Outstanding]) -> list[Problem]:
    """差戻しをまだ送っていない問い。課はまだ知らないので、促しようがない。"""
    waiting = [one for one in found if one.unsent_returns]
    if not waiting:
        return []
    count = sum(len(one.unsent_returns) for one in waiting)
    sections = in_short([one.section for one in waiting], SHOWN, "課")
    return [Problem("L034", facts={"count": count, "sections": sections})]


def _of_nobody(files: Sequence[UnreadFile]) -> list[Problem]:
    """読めなかったファイルのうち、どの課のものか分からないもの。"""
    names = [bare(one.file) for one in files if not one.section]
    facts = {"count": len(names), "names": in_short(names, SHOWN, "個")}
    return [Problem("L064", facts=facts)] if names else []


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
    base = request.out or round_folder(request.root, chosen, REMINDER_FOLDER)
    return base / f"{request.today:%Y-%m-%d}"


def _reminder(
    one: Outstanding,
    addressees: Addressees,
    sendouts: Sequence[SendOut],
    today: date,
    files: Sequence[UnreadFile],
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
        unreadable=tuple(file for file in files if file.section == one.section),
        provisional=one.provisional,
    )


def _letter(
    writer: LetterWriter,
    plan: Plan,
    chosen: Round,
    one: Outstanding,
    today: date,
    files: Sequence[UnreadFile],
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
            provisional=_provisional(plan, chosen, named(one.provisional)),
            unreadable=tuple(
                LetterFile(bare(file.file), UNREADABLE.get(file.code, UNREADABLE_OTHERWISE))
                for file in files
            ),
            days_late=max((today - one.named_deadline).days, 0) if one.named_deadline else 0,
        )
    )


def _provisional(plan: Plan, chosen: Round, items: Sequence[LetterItem]) -> tuple[LetterItem, ...]:
    """暫定の値のある実施項目に、その欄の名を添える。"""
    known = {item.id: item for _, _, item in plan.items()}
    return tuple(
        replace(one, note="、".join(map(plan.label, unsettled_paths(plan, known[one.id], chosen))))
        for one in items
    )


def _in_order(plan: Plan, *groups: tuple[LetterItem, ...]) -> tuple[LetterItem, ...]:
    by_id = {one.id: one for group in groups for one in group}
    return tuple(by_id[item.id] for _, _, item in plan.items() if item.id in by_id)
