"""差戻しの送付：回収で作った差戻しのブックに、お願いの文とメールの下書きを添える。"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sheetgen.collect.answering import COLLECT_FOLDER
from sheetgen.era import wareki
from sheetgen.form.identity import round_mark
from sheetgen.form.issued import Issue
from sheetgen.form.jobs import RETURN_LABEL, return_file_name
from sheetgen.form.rounds import settle_round
from sheetgen.plan.item import Owner
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.records.issues import issues_folder, load_issues
from sheetgen.records.ledger import open_ledger
from sheetgen.records.open_items import ItemState
from sheetgen.records.sendouts import SendKind, latest, load_sendouts, of_round
from sheetgen.send.distributing import DistributeRequest, DistributeResult
from sheetgen.send.letters import (
    RETURN_LETTER,
    Addressees,
    LetterWriter,
    chosen_sections,
    left_over,
    letter_items,
    letter_text,
)
from sheetgen.send.mail import Letter
from sheetgen.send.posting import Posting, parcel_of, place_letters, record_sendouts
from sheetgen.send.reminding import item_states


class _Book(NamedTuple):
    """置いてある差戻しのブックと、それを作った記録。"""

    owner: Owner
    path: Path
    data: bytes
    issue: Issue
    items: tuple[str, ...]


def send_back(
    request: DistributeRequest, *, now: datetime | None = None, who: str | None = None
) -> DistributeResult:
    """差戻しのブックを送る用意をして、送付記録に残す。ブックはそのまま。

    送るのは、まだ聞くことのあるブックだけ。ブックに何があるかは、
    差戻しのいちばん新しい記録で分かる。

    :raises UsageError: その課はない（F004）。
    :raises SheetgenError: 差し戻すものがない（L040）、テンプレートが使えない、
        またはファイルが書けない。
    """
    moment = (now or datetime.now()).astimezone()
    with open_ledger(request.plan, writing=False) as ledger:
        plan = ledger.master.plan
        chosen = settle_round(plan, request.round, request.year)
        states, problems = item_states(ledger, chosen)
    base = request.out or request.root / "output" / wareki(chosen.year) / COLLECT_FOLDER
    folder = base / RETURN_LABEL
    issues, _ = load_issues(issues_folder(request.plan), chosen)
    wanted = chosen_sections(plan, request.sections)
    owners = [one for one in plan.owners() if one.full_name in wanted]
    held = {item for item, state in states.items() if state is ItemState.HELD}
    books = list(_books(plan, owners, folder, [one for one in issues if one.is_return], held))
    if not books:
        facts = {"round": chosen.full_name}
        raise SheetgenError([*problems, Problem("L040", Place(file=str(folder)), facts)])
    log = load_sendouts(request.plan)
    before = latest(of_round(log.sendouts, round_mark(chosen)), SendKind.RETURN)
    addressees = Addressees(plan)
    parcels = tuple(
        parcel_of(one.owner.full_name, one.path.name, "お願い", one.items, addressees, before)
        for one in books
    )
    found = [*ledger.problems, *problems, *addressees.problems(one.section for one in parcels)]
    letters = _letters(request, plan, chosen, books)
    recorded = 0
    kept: tuple[Path, ...] = ()
    if not request.dry_run:
        data = [book.data for book in books]
        kept = place_letters(folder, parcels, letters, data).kept_aside
        posting = Posting(SendKind.RETURN, chosen, moment, who)
        issued = [book.issue.key for book in books]
        lines = posting.book_lines(parcels, data, issued, request.deadline)
        recorded, failed = record_sendouts(request.plan, lines, again=request.again)
        found += failed
        if not request.sections:
            names = [name for parcel in parcels for name in parcel.files]
            found += left_over(folder, names, "*.eml", "*.html")
    return DistributeResult(
        chosen, folder, parcels, recorded, 0, kept, tuple(found), dry_run=request.dry_run
    )


def _letters(
    request: DistributeRequest, plan: Plan, chosen: Round, books: Sequence[_Book]
) -> list[Letter]:
    """課ごとのお願いの文。テンプレートの誤りは、何かを置く前に分かる。"""
    writer = LetterWriter(request.letters, RETURN_LETTER)
    letters = []
    for one in books:
        values = letter_text(plan, chosen, request.deadline, one.owner.full_name, one.path.name)
        items = letter_items(place for place in plan.items() if place[2].id in one.items)
        letters.append(writer.write(replace(values, items=items)))
    return letters


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
