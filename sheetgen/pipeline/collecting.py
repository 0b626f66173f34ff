"""回収：届いたファイルから、計画のデータと、事務局と各課への答えまで。"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sheetgen.answering.questions import distinct
from sheetgen.forms.rounds import settle_round
from sheetgen.master import load_plan
from sheetgen.matching.book import match_book
from sheetgen.merging import check_decisions, merge
from sheetgen.model.answers import MatchedForm, ReturnedForm
from sheetgen.model.asked import Asked, KnownItem
from sheetgen.model.collect import CollectRequest, CollectResult, FileOutcome
from sheetgen.model.plan import Plan, item_label
from sheetgen.model.round import Round, RoundKind
from sheetgen.pipeline.answering import answer
from sheetgen.pipeline.examining import Examiner
from sheetgen.pipeline.ledger import open_ledger
from sheetgen.pipeline.printing import Printing
from sheetgen.pipeline.reading import BookReader, ReadFile, Reading
from sheetgen.pipeline.recording import keep_originals, record
from sheetgen.pipeline.shelf import IssueShelf
from sheetgen.problems import Problem, UsageError
from sheetgen.rules import check_book, check_together

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class _Sorted:
    """読んで見分け、点検し終えたもの。"""

    forms: tuple[ReturnedForm, ...]
    files: tuple[FileOutcome, ...]
    problems: tuple[Problem, ...]


def collect(request: CollectRequest, progress: Progress | None = None) -> CollectResult:
    """戻ったブックを読み、点検し、確かな答えを計画のデータに入れる。

    ``progress`` is called with (files done, files in all, name).  What is wrong with a
    file or an answer is a problem in the result and stops nothing else.

    :raises SheetgenError: the master, the options or the place to write to is not sound,
        or another person holds the lock; nothing has been recorded then.
    """
    # 読むプロセスの用意は、計画のデータを読む間に済む。
    with (
        BookReader() as reader,
        open_ledger(request.plan, writing=not request.dry_run) as ledger,
    ):
        plan = ledger.master.plan
        wrong = check_decisions(plan, request.waivers, request.takes, request.reason)
        if wrong:
            raise UsageError(wrong)
        shelf = IssueShelf(plan, request.plan, request.template)
        asked = _asked(request, plan, shelf)
        reading = reader.read(request.paths)
        read = _read_all(reading, progress)
        kept: tuple[Problem, ...] = ()
        if not request.dry_run:
            # 何を取り込むより先に、届いたものをしまう。
            kept = keep_originals(ledger, [one.delivered for one in read])
        found = _examine(read, asked, plan, request)
        chosen = asked.round or _round_of(found.forms, plan, asked.year)
        merged = merge(
            plan, chosen, found.forms, ledger.past(chosen),
            request.waivers, request.takes, request.reason,
        )  # fmt: skip
        run = None if request.dry_run else record(ledger, chosen, merged.outcomes)
    problems = (
        *ledger.problems, *shelf.problems, *reading.problems, *kept,
        *found.problems, *merged.problems,
    )  # fmt: skip
    recorded = plan if run is None else load_plan(request.plan)
    answered = answer(
        request, recorded, chosen, merged.outcomes, found.files, problems, found.forms
    )
    of_items = [problem for outcome in merged.outcomes for problem in outcome.problems]
    return CollectResult(
        round=chosen,
        sections=tuple(owner.full_name for owner in plan.owners()),
        items=merged.outcomes,
        files=found.files,
        problems=tuple(distinct([*problems, *of_items, *answered.problems])),
        run=run,
        report=answered.report,
        returns=answered.returns,
        dry_run=request.dry_run,
    )


def _asked(request: CollectRequest, plan: Plan, shelf: IssueShelf) -> Asked:
    """回収する照会。種類を指定しなければ、届いた様式で決める。"""
    year = plan.revision.fiscal_year if request.year is None else request.year
    chosen = settle_round(plan, request.round, year) if request.round else None
    return Asked(
        round=chosen,
        year=year,
        municipality=plan.municipality,
        plan_title=plan.plan_title,
        items={
            item.id: KnownItem(item.id, item_label(measure, item), item.title)
            for _, measure, item in plan.items()
        },
        retired=frozenset(plan.revision.retired_items),
        issues=shelf,
    )


def _read_all(reading: Reading, progress: Progress | None) -> list[ReadFile]:
    read = []
    for one in reading.files:
        read.append(one)
        if progress:
            progress(len(read), reading.total, one.delivered.name)
    return read


def _examine(
    read: Sequence[ReadFile], asked: Asked, plan: Plan, request: CollectRequest
) -> _Sorted:
    """一つずつのファイルを見分け、点検する。"""
    examiner = Examiner(plan, Printing(request.template))
    forms: list[ReturnedForm] = []
    files: list[FileOutcome] = []
    problems: list[Problem] = []
    for one in read:
        file = one.delivered
        here = list(one.problems)
        matched: tuple[MatchedForm, ...] = ()
        if one.book is not None:
            found = match_book(one.book, file.name, file.digest, asked)
            matched = found.forms
            sheets = {form.sheet: form.issued.item_id for form in matched}
            here += [*found.problems, *check_book(one.book, file.name, sheets)]
        forms += [examiner.examine(form) for form in matched]
        kind = one.book.format.value if one.book else file.suffix
        files.append(FileOutcome(file.name, file.digest, kind, len(matched), tuple(here)))
        problems += here
    problems += check_together(forms)
    return _Sorted(
        tuple(_with_own(form, problems) for form in forms),
        tuple(files),
        tuple(problem for problem in problems if problem.place.item is None),
    )


def _with_own(form: ReturnedForm, problems: Sequence[Problem]) -> ReturnedForm:
    """ブックを見て分かった、この様式の問題を加える。"""
    here = (form.file, form.sheet, form.issued.item_id)
    own = [one for one in problems if (one.place.file, one.place.sheet, one.place.item) == here]
    return replace(form, problems=(*form.problems, *own)) if own else form


def _round_of(forms: Sequence[ReturnedForm], plan: Plan, year: int) -> Round:
    """届いた様式の照会。

    :raises UsageError: forms of both kinds (F016), or no round that year (F001, F002).
    """
    kinds = {form.round.kind for form in forms}
    if len(kinds) > 1:
        raise UsageError(Problem("F016"))
    return settle_round(plan, kinds.pop() if kinds else RoundKind.RESULTS, year)
