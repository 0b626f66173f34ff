"""差戻しの送付：回収で作った差戻しのブックに、期限を入れ、お願いの文とメールの下書きを添える。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from sheetgen.collect.return_books import ReturnMaker
from sheetgen.form.identity import round_mark
from sheetgen.form.issued import Issue
from sheetgen.form.jobs import RETURN_LABEL, return_file_name
from sheetgen.form.template import FormTemplate
from sheetgen.messages.quoting import in_short
from sheetgen.plan.item import Owner
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.records.editions import history_of
from sheetgen.records.issues import issues_folder, load_issues
from sheetgen.records.ledger import open_ledger
from sheetgen.records.leftovers import sections_renamed
from sheetgen.records.open_items import ItemState
from sheetgen.records.rounds_sent import (
    COLLECT_FOLDER,
    folder_before,
    round_folder,
    round_meant,
)
from sheetgen.records.sendouts import SendKind, SendOut, latest, load_sendouts, of_round
from sheetgen.records.shelf import keep_issue
from sheetgen.send.deadlines import day_words, deadline_problems, week_later, working_day
from sheetgen.send.distributing import DistributeRequest, DistributeResult
from sheetgen.send.letters import (
    RETURN_LETTER,
    SHOWN,
    Addressees,
    LetterWriter,
    chosen_sections,
    left_over,
    letter_items,
    letter_text,
)
from sheetgen.send.mail import Letter
from sheetgen.send.posting import (
    Parcel,
    Posting,
    parcel_of,
    place_letters,
    record_sendouts,
    with_words,
)
from sheetgen.send.reminding import deadlines_told, item_states
from sheetgen.xlsx.output import Staging


class _Book(NamedTuple):
    """置いてある差戻しのブックと、それを作った記録。"""

    owner: Owner
    path: Path
    data: bytes
    issue: Issue
    items: tuple[str, ...]


class _Return(NamedTuple):
    """送る差戻し。``issue`` は期限を入れて作り直したときの記録。

    ``is_edited`` は、事務局が手を入れたブックで、期限を入れずにそのまま送るもの。
    """

    book: _Book
    parcel: Parcel
    deadline: date | None
    data: bytes
    key: str
    issue: Issue | None = None
    is_edited: bool = False


def send_back(
    request: DistributeRequest, *, now: datetime | None = None, who: str | None = None
) -> DistributeResult:
    """差戻しのブックを送る用意をして、送付記録に残す。

    送るのは、まだ聞くことのあるブックだけ。ブックに何があるかは、差戻しのいちばん新しい記録で
    分かる。期限は、指定がなければ一週間後か、
    配布のときの期限の、遅いほう。もう送ったものは、``again`` でなければ変えない。

    :raises UsageError: その課はない（F004）。
    :raises SheetgenError: 差し戻すものがない（L040、L059）、テンプレートが使えない、
        またはファイルが書けない。
    """
    moment = (now or datetime.now()).astimezone()
    with open_ledger(request.plan, writing=False) as ledger:
        history = history_of(ledger)
        meant = round_meant(request.plan, history.plan, request.round, request.year)
        chosen = meant.round
        plan = history.plan_of(chosen.year, chosen.kind)
        states, problems = item_states(ledger, plan, chosen)
    base = request.out or round_folder(request.root, chosen, COLLECT_FOLDER)
    folder = base / RETURN_LABEL
    issues, _ = load_issues(issues_folder(request.plan), chosen)
    wanted = chosen_sections(plan, request.sections)
    owners = [one for one in plan.owners() if one.full_name in wanted]
    held = {item for item, state in states.items() if state is ItemState.HELD}
    books = list(_books(plan, owners, folder, [one for one in issues if one.is_return], held))
    problems = (*problems, *_of_former_names(plan, folder, issues, held))
    if not books:
        raise SheetgenError([*problems, _nothing(request, chosen, folder)])
    log = load_sendouts(request.plan)
    renamed = sections_renamed(ledger.entries, ledger.master.plan)
    sendouts = of_round(log.sendouts, round_mark(chosen), renamed)
    before = latest(sendouts, SendKind.RETURN)
    addressees = Addressees(plan)
    template = FormTemplate(request.template)
    returns = [
        _return(
            one,
            request,
            plan,
            chosen,
            request.deadline or _own_deadline(sendouts, one.owner, moment.date()),
            addressees,
            before,
            template,
        )
        for one in books
    ]
    parcels = tuple(one.parcel for one in returns)
    found = [*ledger.problems, *problems, *addressees.problems(one.section for one in parcels)]
    found += _told_of_deadline(request, returns, moment.date())
    letters = _letters(request, plan, chosen, returns)
    parcels = tuple(map(with_words, parcels, letters))
    recorded = 0
    kept: tuple[Path, ...] = ()
    if not request.dry_run:
        kept = _place_dated(folder, returns, again=request.again)
        data = [one.data for one in returns]
        kept += place_letters(folder, parcels, letters, data).kept_aside
        for one in returns:
            found += keep_issue(one.issue, request.plan) if one.issue else []
        posting = Posting(SendKind.RETURN, chosen, moment, who)
        lines = posting.book_lines(
            parcels, data, [one.key for one in returns], [one.deadline for one in returns]
        )
        recorded, failed = record_sendouts(request.plan, lines, again=request.again)
        found += failed
        if not request.sections:
            names = [name for parcel in parcels for name in parcel.files]
            found += left_over(folder, names, "*.eml", "*.html")
    return DistributeResult(
        chosen,
        folder,
        parcels,
        recorded,
        0,
        kept,
        tuple(found),
        dry_run=request.dry_run,
        is_found=meant.is_found,
    )


def _own_deadline(sendouts: Sequence[SendOut], owner: Owner, today: date) -> date:
    """指定のないときの、その課への差戻しの期限。

    一週間後。配布のときの（延ばしたならその）期限のほうが後なら、それを縮めない。
    """
    first, _ = deadlines_told(one for one in sendouts if one.section == owner.full_name)
    week = week_later(today)
    return week if first is None else working_day(max(week, first))


def _nothing(request: DistributeRequest, chosen: Round, folder: Path) -> Problem:
    """送る差戻しがない。前の版の置き場所に残っていれば、そう言う。"""
    facts: dict[str, object] = {"round": chosen.full_name}
    old = folder_before(request.root, chosen, COLLECT_FOLDER) / RETURN_LABEL
    if request.out is None and any(old.glob(f"*_{RETURN_LABEL}.xlsx")):
        return Problem("L059", Place(file=str(folder)), {**facts, "old": str(old)})
    return Problem("L040", Place(file=str(folder)), facts)


def _return(
    book: _Book,
    request: DistributeRequest,
    plan: Plan,
    chosen: Round,
    deadline: date,
    addressees: Addressees,
    before: Mapping[tuple[str, str], SendOut],
    template: FormTemplate,
) -> _Return:
    """一冊の差戻し。送ったものはそのまま、まだのものは期限を入れて作り直す。"""
    section = book.owner.full_name
    parcel = parcel_of(section, book.path.name, "お願い", book.items, addressees, before)
    last = before.get((section, book.path.name))
    if last is not None and last.issue == book.issue.key and not request.again:
        return _Return(book, parcel, last.deadline_day, book.data, book.issue.key)
    corrections = {
        form.item_id: form.correction
        for form in book.issue.forms.values()
        if form.book == book.path.name and form.correction is not None
    }
    if set(corrections) != set(book.items):  # 前の版が作ったもの
        return _Return(book, parcel, deadline, book.data, book.issue.key, is_edited=True)
    maker = ReturnMaker(plan, chosen, corrections, template)
    dated = maker.maker(deadline)
    data = maker.book(dated)
    earlier = [None, last.deadline_day] if last is not None else [None]
    if book.data != data and all(
        book.data != maker.book(maker.maker(one)) for one in dict.fromkeys(earlier)
    ):
        return _Return(book, parcel, deadline, book.data, book.issue.key, is_edited=True)
    return _Return(book, parcel, deadline, data, dated.key, dated.issue())


def _place_dated(folder: Path, returns: Sequence[_Return], *, again: bool) -> tuple[Path, ...]:
    """期限を入れたブックを置く。旧版に残すのは、送り直すときの、前に送ったものだけ。"""
    with Staging(folder, datetime.now(), keep_aside=again) as staging:
        for one in returns:
            if one.issue is not None:
                with staging.open(one.book.path.name) as target:
                    target.write(one.data)
        return staging.place().kept_aside


def _told_of_deadline(
    request: DistributeRequest, returns: Sequence[_Return], today: date
) -> Iterator[Problem]:
    """期限について知らせること。"""
    new = {one.deadline for one in returns if one.deadline and (one.issue or one.is_edited)}
    if request.deadline is None and new:
        days = in_short([day_words(day) for day in sorted(new)], SHOWN, "通り")
        yield Problem("L052", facts={"deadline": days})
    yield from deadline_problems(request.deadline, today)
    kept = [
        one.book.owner.full_name
        for one in returns
        if request.deadline is not None and one.deadline != request.deadline
    ]
    if kept:
        facts = {"count": len(kept), "sections": in_short(kept, SHOWN, "課")}
        yield Problem("L054", facts=facts)
    edited = [one.book.path.name for one in returns if one.is_edited]
    if edited:
        facts = {"count": len(edited), "names": in_short(edited, SHOWN, "冊")}
        yield Problem("L053", facts=facts)


def _letters(
    request: DistributeRequest, plan: Plan, chosen: Round, returns: Sequence[_Return]
) -> list[Letter]:
    """課ごとのお願いの文。テンプレートの誤りは、何かを置く前に分かる。"""
    writer = LetterWriter(request.letters, RETURN_LETTER)
    letters = []
    for one in returns:
        book = one.book
        values = letter_text(plan, chosen, one.deadline, book.owner.full_name, book.path.name)
        items = letter_items(place for place in plan.items() if place[2].id in book.items)
        letters.append(writer.write(replace(values, items=items)))
    return letters


def _of_former_names(
    plan: Plan, folder: Path, issues: Sequence[Issue], held: set[str]
) -> Iterator[Problem]:
    """課の名か順が変わる前に作り、いまの課のものと分からない差戻しのブック。"""
    known = {return_file_name(plan, owner) for owner in plan.owners()}
    names = {
        form.book
        for issue in issues if issue.is_return
        for form in issue.forms.values()
        if form.item_id in held and form.book not in known and (folder / form.book).is_file()
    }  # fmt: skip
    if names:
        facts = {"count": len(names), "names": in_short(sorted(names), SHOWN, "冊")}
        yield Problem("E076", Place(file=str(folder)), facts)


def _books(
    plan: Plan, owners: Sequence[Owner], folder: Path, issues: Sequence[Issue], held: set[str]
) -> Iterator[_Book]:
    """まだ答えを待っている差戻しのブック。庁内の順。"""
    for owner in owners:
        name = return_file_name(plan, owner)
        path = folder / name if name else None
        if path is None or not path.is_file():
            continue
        for issue in issues:  # 新しい順
            inside = {form.item_id for form in issue.forms.values() if form.book == name}
            if inside:
                items = tuple(item.id for _, _, item in plan.items() if item.id in inside)
                if held & inside:
                    yield _Book(owner, path, path.read_bytes(), issue, items)
                break
