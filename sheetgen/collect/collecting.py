"""回収：読んだブックから、計画のデータと、事務局と各課への答えまで。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from sheetgen.collect.answering import answer
from sheetgen.collect.answers import CollectScope, KnownItem, MatchedForm, ReturnedForm
from sheetgen.collect.examining import Examiner
from sheetgen.collect.matching.matched_book import match_book
from sheetgen.collect.merging.decisions import check_decisions
from sheetgen.collect.merging.merge import merge
from sheetgen.collect.printing import Printing
from sheetgen.collect.questions import questions
from sheetgen.collect.recording import note_open_items, original_keeper, record, with_outcomes
from sheetgen.collect.request import CollectRequest, CollectResult, FileOutcome
from sheetgen.collect.results import distinct
from sheetgen.collect.rules.hidden_places import check_book
from sheetgen.collect.rules.table import check_together
from sheetgen.collect.unread import unread_files
from sheetgen.form.identity import round_mark
from sheetgen.form.rounds import settle_round
from sheetgen.form.template import FormTemplate
from sheetgen.messages.quoting import in_short
from sheetgen.plan.plan import Plan, item_label
from sheetgen.plan.round import Round, RoundKind
from sheetgen.plan.value import Value
from sheetgen.problems import Place, Problem, UsageError
from sheetgen.progress import Progress
from sheetgen.reading.reader import ReadFile, Reading
from sheetgen.records.editions import history_of
from sheetgen.records.ledger import open_ledger
from sheetgen.records.open_items import load_open_items, load_unread
from sheetgen.records.originals import OriginalKeeper
from sheetgen.records.past import former_titles
from sheetgen.records.rounds_sent import round_meant
from sheetgen.records.shelf import IssueShelf

_STRAYS = 5
_FormKey = tuple[str | None, str | None, str | None]


class _Sorted(NamedTuple):
    """読んで見分け、点検し終えたもの。"""

    forms: tuple[ReturnedForm, ...]
    files: tuple[FileOutcome, ...]
    problems: tuple[Problem, ...]


def gather(
    request: CollectRequest, reading: Reading, progress: Progress | None = None
) -> CollectResult:
    """読んでいるブックを点検し、確かな答えを計画のデータに入れる。

    ``progress`` と例外は :func:`sheetgen.collect.receiving.collect` と同じ。
    """
    with open_ledger(request.plan, writing=not request.dry_run) as ledger:
        history = history_of(ledger)
        meant = round_meant(request.plan, history.plan, request.round, request.year).round
        plan = history.plan_of(meant.year, meant.kind if request.round else None)
        wrong = check_decisions(
            plan, request.waivers, request.takes, request.reason, request.formats
        )
        if wrong:
            raise UsageError(wrong)
        template = FormTemplate(request.template)
        shelf = IssueShelf(plan, request.plan, template)
        former = former_titles(ledger.entries)
        scope = _scope(meant if request.round else None, meant.year, plan, shelf, former)
        sorter = _Sorter(scope, Examiner(plan, Printing(template)))
        with original_keeper(ledger) as keeper:
            _take_in(reading, None if request.dry_run else keeper, sorter, progress)
            found = sorter.result()
            chosen = scope.round or _round_of(found.forms, plan, meant)
            merged = merge(
                plan, chosen, found.forms, ledger.past(chosen),
                request.waivers, request.takes, request.reason, request.formats,
            )  # fmt: skip
            # 届いたものがディスクに書き切られるまで、何も記録しない。
            kept = () if request.dry_run else keeper.finish()
        mails = {one.file: one.mail for one in found.files if one.mail is not None}
        run = None if request.dry_run else record(
            ledger, chosen, merged.outcomes, history.plan, mails
        )  # fmt: skip
        mark = round_mark(chosen)
        open_items, _ = load_open_items(ledger.path, mark)
        unread = unread_files(
            plan, merged.outcomes, [*reading.problems, *found.problems], open_items,
            load_unread(ledger.path, mark), reading.mails,
        )  # fmt: skip
        noted = () if request.dry_run else note_open_items(
            ledger, chosen, merged.outcomes, unread.left
        )  # fmt: skip
    problems = unread.told((
        *ledger.problems, *shelf.problems, *reading.problems, *kept,
        *found.problems, *merged.problems, *noted,
    ))  # fmt: skip
    files = tuple(one._replace(problems=unread.told(one.problems)) for one in found.files)
    recorded = with_outcomes(plan, chosen, merged.outcomes)
    answered = answer(
        request, recorded, chosen, merged.outcomes, files, problems, found.forms, template
    )
    asked = questions(plan, chosen, merged.outcomes, found.forms)
    of_items = [problem for outcome in merged.outcomes for problem in outcome.problems]
    return CollectResult(
        round=chosen,
        sections=tuple(owner.full_name for owner in plan.owners()),
        items=merged.outcomes,
        files=files,
        problems=tuple(distinct([*problems, *of_items, *answered.problems])),
        run=run,
        report=answered.report,
        returns=answered.returns,
        dry_run=request.dry_run,
        questions=asked,
        returned=_returned(found.forms, chosen),
        names={
            item.id: f"{item_label(measure, item)} {item.title}"
            for _, measure, item in plan.items()
        },
    )


def _returned(forms: Sequence[ReturnedForm], chosen: Round) -> dict[str, dict[str, Value]]:
    """実施項目ごとの、戻った値。二枚あれば、後のもの。"""
    values: defaultdict[str, dict[str, Value]] = defaultdict(dict)
    for form in forms:
        if form.round == chosen:
            values[form.issued.item_id] |= {
                path: answer.value
                for path, answer in form.answers.items()
                if path in form.issued.opened and answer.value is not None
            }
    return dict(values)


def _scope(
    chosen: Round | None,
    year: int,
    plan: Plan,
    shelf: IssueShelf,
    former: Mapping[str, frozenset[str]],
) -> CollectScope:
    """回収する照会。種類を指定しなければ（``chosen`` が None）、届いた様式で決める。

    ``former`` は、実施項目の改める前の名。
    """
    known = {
        item.id: KnownItem(
            item.id, item_label(measure, item), item.title, former.get(item.id, frozenset())
        )
        for _, measure, item in plan.items()
    }
    ended = {one.item.id for one in plan.ended_items} | set(plan.revision.retired_items)
    return CollectScope(
        round=chosen,
        kinds=plan.round_kinds,
        year=year,
        municipality=plan.municipality,
        plan_title=plan.plan_title,
        items=known,
        retired=frozenset(ended - known.keys()),
        issues=shelf,
    )


def _take_in(
    reading: Reading, keeper: OriginalKeeper | None, sorter: _Sorter, progress: Progress | None
) -> None:
    """届いたものを、しまいながら（``keeper`` があれば）見分け、点検する。"""
    if keeper is not None:
        for other in reading.others:  # 読まないものも、しまう
            keeper.add(other)
    for done, one in enumerate(reading.files, 1):
        if keeper is not None:
            keeper.add(one.delivered)
        sorter.add(one)
        if progress:
            progress(done, reading.total, one.delivered.name)


class _Sorter:
    """読んだファイルを、一つずつ見分け、点検する。"""

    def __init__(self, scope: CollectScope, examiner: Examiner) -> None:
        self._scope = scope
        self._examiner = examiner
        self._forms: list[ReturnedForm] = []
        self._files: list[FileOutcome] = []
        self._problems: list[Problem] = []

    def add(self, one: ReadFile) -> None:
        """一つのファイルの様式と問題を加える。"""
        file = one.delivered
        here = list(one.problems)
        matched: tuple[MatchedForm, ...] = ()
        if one.book is not None:
            found = match_book(one.book, file.name, file.digest, self._scope)
            matched = found.forms
            sheets = {form.sheet: form.issued.item_id for form in matched}
            personal = check_book(one.book, file.name, sheets)
            here += [*_not_reported_by(personal, found.problems), *personal]
        self._forms += [self._examiner.examine(form) for form in matched]
        kind = one.book.format.value if one.book else file.suffix
        self._files.append(
            FileOutcome(file.name, file.digest, kind, len(matched), tuple(here), file.mail)
        )
        self._problems += here

    def result(self) -> _Sorted:
        """すべてを見終えた結果。一枚の様式についての問題は、その様式に付ける。"""
        problems = [*self._problems, *check_together(self._forms)]
        of_form: defaultdict[_FormKey, list[Problem]] = defaultdict(list)
        for problem in problems:
            of_form[problem.place.file, problem.place.sheet, problem.place.item].append(problem)
        keys = [(form.file, form.sheet, form.issued.item_id) for form in self._forms]
        forms = tuple(
            replace(form, problems=(*form.problems, *of_form[key])) if key in of_form else form
            for form, key in zip(self._forms, keys, strict=True)
        )
        own = set(keys)
        rest = [one for key, found in of_form.items() if key not in own for one in found]
        return _Sorted(forms, tuple(self._files), tuple(rest))


def _not_reported_by(personal: Sequence[Problem], problems: Sequence[Problem]) -> Iterator[Problem]:
    """個人情報を告げる隠したシートについては、隠したシートのあることを重ねて知らせない。"""
    sheets = {one.place.sheet for one in personal if one.place.sheet}
    return (one for one in problems if one.code != "R142" or one.place.sheet not in sheets)


def _round_of(forms: Sequence[ReturnedForm], plan: Plan, meant: Round) -> Round:
    """届いた様式の照会。様式が一枚もなければ ``meant``（最後に送った照会）。

    :raises UsageError: 二種類の照会の様式が混ざっている（F016、F018）、
        またはその年度の照会がない（F001、F002）。
    """
    files: dict[RoundKind, list[str]] = {}
    for kind in dict.fromkeys(form.round.kind for form in forms):
        files[kind] = list(dict.fromkeys(form.file for form in forms if form.round.kind == kind))
    kinds = list(files)
    if len(kinds) > 1:
        strays = min(files.values(), key=len)
        names = [one.label for one in plan.round_kinds if one in files]
        facts = {
            "kinds": "と".join(names),
            "options": " か ".join(f"--round {name}" for name in names),
        }
        code = "F018" if any(one.is_declared for one in kinds) else "F016"
        raise UsageError(Problem(code, Place(file=in_short(strays, _STRAYS, "個")), facts))
    return settle_round(plan, kinds[0], meant.year) if kinds else meant
