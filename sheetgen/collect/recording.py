"""突き合わせた結果を、計画のデータと記録簿に入れる。"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sheetgen.collect.request import Change, ItemOutcome, ItemProposal, Rejected, UsedWaiver
from sheetgen.form.identity import round_mark
from sheetgen.messages.catalogue import message_of
from sheetgen.plan.paths import (
    all_items,
    lasting_path,
    printed_initiative_year,
    with_items,
    with_values,
)
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round
from sheetgen.plan.text import writable
from sheetgen.problems import Level, Problem
from sheetgen.reading.mail_parts import MailSource
from sheetgen.records.editions import keep_round
from sheetgen.records.journal import Action, JournalEntry, storable
from sheetgen.records.ledger import Ledger, Run, commit
from sheetgen.records.open_items import (
    ItemState,
    OpenItem,
    UnreadFile,
    load_open_items,
    save_open_items,
)
from sheetgen.records.originals import OriginalKeeper, originals_folder


def original_keeper(ledger: Ledger) -> OriginalKeeper:
    """届いたファイルを、読むのと並べてしまう係。"""
    return OriginalKeeper(originals_folder(ledger.path))


def record(
    ledger: Ledger,
    chosen: Round,
    outcomes: Sequence[ItemOutcome],
    base: Plan | None = None,
    mails: Mapping[str, MailSource] | None = None,
    *,
    now: datetime | None = None,
    who: str | None = None,
) -> str | None:
    """結果を記録し、その回の名を返す。記録することがなければ ``None`` で、何も変えない。

    ``base`` は値を入れる計画。None なら、開いた計画のデータ。``mails`` は、ファイルの名から、
    それの添付されていたメールへ。

    値を入れるのは、「今回記録」の実施項目だけ。申し出、確認済み、決定は、
    すべての実施項目のものを残す。人のことばであり、なくしてはならない。

    :raises SheetgenError: 書けない。何も記録していない。
    """
    moment = (now or datetime.now()).astimezone()
    base = base or ledger.master.plan
    year = printed_initiative_year(base, chosen)
    run = ledger.new_run(moment, who, round=round_mark(chosen))
    lines = _Lines(run, year, mails or {})
    entries = [entry for outcome in outcomes for entry in lines.of(outcome)]
    if not entries:
        return None
    plan = with_outcomes(base, chosen, outcomes)
    if chosen.year == base.revision.fiscal_year:
        # 手で配った照会なら、ここが初めての答え。記録の前の計画をしまう。
        keep_round(ledger.path, chosen, ledger.path.read_bytes(), ledger.entries)
    commit(ledger, plan, [*entries, run.end()])
    return run.name


def note_open_items(
    ledger: Ledger, chosen: Round, outcomes: Sequence[ItemOutcome], unread: Sequence[UnreadFile]
) -> tuple[Problem, ...]:
    """届いたがまだ記録できない実施項目とファイルを、状況と督促のために控える。記録のあとに呼ぶ。"""
    mark = round_mark(chosen)
    before, _ = load_open_items(ledger.path, mark)
    at = datetime.now().astimezone().isoformat(timespec="seconds")
    return save_open_items(ledger.path, mark, open_items_after(before, outcomes, at), unread)


def with_outcomes(plan: Plan, chosen: Round, outcomes: Iterable[ItemOutcome]) -> Plan:
    """結果の値を入れた計画。:func:`record` のあとに計画のデータにあるのと同じもの。"""
    year = printed_initiative_year(plan, chosen)
    items = all_items(plan)
    changed = {
        outcome.item: with_values(
            items[outcome.item], {change.path: change.new for change in outcome.changes}, year
        )
        for outcome in outcomes
        if outcome.state is ItemState.RECORDED
    }
    return with_items(plan, changed) if changed else plan


class _Lines:
    """その回の、実施項目ごとの行。"""

    def __init__(self, run: Run, year: int, mails: Mapping[str, MailSource]) -> None:
        self._run = run
        self._year = year
        self._mails = {writable(file): mail for file, mail in mails.items()}

    def of(self, outcome: ItemOutcome) -> Iterator[JournalEntry]:
        """一つの実施項目の行。メールで届いたファイルの行には、差出人と日時を添える。"""
        for entry in self._entries(outcome):
            mail = self._mails.get(entry.file or "")
            if mail is None:
                yield entry
            else:
                added = {"mail": mail.original, "sender": mail.sender, "sent": mail.sent}
                yield entry.model_copy(update=added)

    def _entries(self, outcome: ItemOutcome) -> Iterator[JournalEntry]:
        if outcome.state is ItemState.RECORDED:
            yield from map(self._change, outcome.changes)
        yield from map(self._proposal, outcome.proposals)
        yield from map(self._waiver, outcome.waivers)
        yield from map(self._rejected, outcome.rejected)

    def _change(self, change: Change) -> JournalEntry:
        answer = change.answer
        return self._run.entry(
            Action.RECORD,
            item=change.item,
            path=lasting_path(change.path, self._year),
            label=change.label,
            old=change.old,
            new=change.new,
            raw=writable(answer.raw),
            rule=answer.rule or None,
            file=writable(change.file),
            original=change.original,
            sheet=writable(change.sheet),
            cell=answer.ref,
            found=answer.how.value,
        )

    def _proposal(self, one: ItemProposal) -> JournalEntry:
        return self._run.entry(
            Action.PROPOSE,
            item=one.item,
            path=one.proposal.path,
            label=one.proposal.label,
            old=storable(one.proposal.old),
            new=storable(one.proposal.new),
            file=writable(one.file),
            original=one.original,
            sheet=writable(one.sheet),
            cell=one.proposal.ref,
        )

    def _waiver(self, used: UsedWaiver) -> JournalEntry:
        return self._run.entry(
            Action.WAIVE,
            item=used.item,
            path=lasting_path(used.path, self._year) if used.path else None,
            new=storable(used.value),
            file=writable(used.file) or None,
            code=used.code,
            reason=writable(used.reason),
        )

    def _rejected(self, one: Rejected) -> JournalEntry:
        return self._run.entry(
            Action.DECIDE,
            item=one.item,
            path=lasting_path(one.path, self._year),
            label=one.label,
            old=one.kept,
            new=one.rejected,
            file=writable(one.file),
            original=one.original,
        )


_DONE = (ItemState.RECORDED, ItemState.KEPT)


def open_items_after(
    before: Mapping[str, OpenItem], outcomes: Iterable[ItemOutcome], at: str
) -> dict[str, OpenItem]:
    """一回の回収のあとの、まだ記録できない実施項目。

    今回届かなかったものは、前のまま残す。白紙の様式が届いても、前の問いは消えない。
    前と同じことを言うものは、前の時刻のままにする。
    """
    after = dict(before)
    for outcome in outcomes:
        earlier = before.get(outcome.item)
        if outcome.state in _DONE:
            after.pop(outcome.item, None)
        elif outcome.state is ItemState.HELD or (
            outcome.state is ItemState.UNTOUCHED
            and (earlier is None or earlier.state is ItemState.UNTOUCHED)
        ):
            codes = tuple(sorted({one.code for one in outcome.problems if _is_question(one)}))
            reasons = tuple(dict.fromkeys(map(_sentence, filter(_is_question, outcome.problems))))
            new = OpenItem(outcome.state, at, outcome.files, codes, reasons)
            same = earlier is not None and earlier._replace(at=at) == new
            after[outcome.item] = earlier if earlier is not None and same else new
    return after


def _is_question(problem: Problem) -> bool:
    return message_of(problem).level is not Level.NOTE


def _sentence(problem: Problem) -> str:
    label = f"{problem.place.label}: " if problem.place.label else ""
    return f"{label}{message_of(problem).cause}（{problem.code}）"
