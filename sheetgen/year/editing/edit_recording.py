"""編集ブックを読み、計画のデータに記録する。"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sheetgen.messages.catalogue import is_error, message_of
from sheetgen.messages.quoting import in_short
from sheetgen.messages.vocabulary import terms
from sheetgen.plan.leaves import path_of
from sheetgen.plan.plan import Plan
from sheetgen.plan.saving import render_plan
from sheetgen.plan.text import addresses, writable
from sheetgen.plan.written_figures import figure_doubts
from sheetgen.problems import Level, Place, Problem, SheetgenError
from sheetgen.reading.book import RawBook
from sheetgen.reading.delivery import Delivered
from sheetgen.reading.reader import GuardedReader
from sheetgen.records.editions import history_of
from sheetgen.records.edits import EditBook, keep_plan, kept_plan, load_edit_book
from sheetgen.records.journal import Action, JournalEntry, storable
from sheetgen.records.ledger import Ledger, Run, commit, open_ledger
from sheetgen.records.leftovers import former_names
from sheetgen.records.originals import OriginalKeeper, originals_folder
from sheetgen.year.adding import AddedItem, ever_used
from sheetgen.year.editing.applying import Applied, Line, Take, apply_edits
from sheetgen.year.editing.beside import beside_of, stale_in
from sheetgen.year.editing.book_matching import issued_values, mark_of, match_edit_book, refusals
from sheetgen.year.editing.book_tables import ReturnedBook
from sheetgen.year.editing.cell_changes import edits_of
from sheetgen.year.editing.edit_fields import lists_of
from sheetgen.year.editing.expecting import EditReader
from sheetgen.year.editing.finishing import finish
from sheetgen.year.editing.fitting import too_long
from sheetgen.year.editing.rows import EditContext, edit_context, is_unfounded
from sheetgen.year.editing.sections import renamed_since
from sheetgen.year.editing.verdicts import decide

Json = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class EditRequest:
    """編集ブックを読む依頼。

    ``template`` は様式のテンプレートで、文が様式に入るかを確かめる。``take`` は、食い違う値を
    どちらにするか（決めないなら None）。``accept`` が真なら、「確認」は確かめたものとする。
    """

    plan: Path
    file: Path
    template: Path
    take: Take | None = None
    accept: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class EditResult:
    """編集ブックを読んだ結果。

    ``lines`` は変わる（変わった）値、``items`` は加わる実施項目。``already`` は、もう計画のデータが
    そうなっていた変更の数、``decided`` は、値を変えずに決めたこと（採らない、このままでよい、
    残す）の数。``names`` は実施項目のIDから印刷の番号と名称へ。記録しなければ ``run`` は None。
    """

    lines: tuple[Line, ...]
    items: tuple[AddedItem, ...]
    already: int
    names: Mapping[str, str]
    problems: tuple[Problem, ...]
    run: str | None = None
    decided: int = 0

    @property
    def is_held(self) -> bool:
        """問題があって、記録しなかった（できない）か。"""
        return self.run is None and any(
            message_of(one).level is not Level.NOTE for one in self.problems
        )


def edit(
    request: EditRequest, *, now: datetime | None = None, who: str | None = None
) -> EditResult:
    """編集ブックの変更を計画のデータに記録する。一つでも直すところがあれば、何も記録しない。

    :raises SheetgenError: 編集ブックでない（E010-E014）、控えがない（E067）、ファイルか計画の
        データが読めない、または書けない。何も変わっていない。
    """
    moment = (now or datetime.now()).astimezone()
    delivered, book, notes = read_book_file(request.file)
    with open_ledger(request.plan, writing=not request.dry_run) as ledger:
        record, base = _record(request, ledger, book)
        outcome = outcome_of(request, ledger, record, base, book)
        return recorded(request, ledger, outcome, notes, delivered, moment, who)


def recorded(
    request: EditRequest,
    ledger: Ledger,
    outcome: Outcome,
    notes: Sequence[Problem],
    delivered: Delivered | None,
    now: datetime,
    who: str | None,
) -> EditResult:
    """記録できれば、記録する。``delivered`` は原本（ブックによらなければ ``None``）。"""
    problems = (*ledger.problems, *notes, *map(_in_own_words, outcome.problems))
    result = EditResult(
        outcome.lines, outcome.items, outcome.already, outcome.names, problems,
        decided=len(outcome.decisions),
    )  # fmt: skip
    held = _held(problems, request.accept) or outcome.plan is None
    if request.dry_run or held or not (outcome.lines or outcome.items or outcome.decisions):
        return result
    return replace(result, run=_save(request, ledger, outcome, delivered, now, who))


def read_book_file(path: Path) -> tuple[Delivered, RawBook, list[Problem]]:
    """一冊のブックと、届いたファイル、気付いたこと。

    :raises SheetgenError: 読めない。
    """
    with GuardedReader() as reader:
        reading = reader.read([path])
        files = list(reading.files)
    problems = [*reading.problems, *(problem for file in files for problem in file.problems)]
    books = [(one.delivered, one.book) for one in files if one.book is not None]
    if len(books) != 1 or books[0][1] is None:
        found = [one for one in problems if is_error(one)]
        raise SheetgenError(found or Problem("E066", Place(file=str(path)), {"count": len(books)}))
    return books[0][0], books[0][1], problems


def _record(request: EditRequest, ledger: Ledger, book: RawBook) -> tuple[EditBook, Plan]:
    """書いたときの控えと、もとの計画。

    :raises SheetgenError: 編集ブックでない（E010-E014）、または控えがない（E067）。
    """
    file = request.file.name
    mark = mark_of(book)
    record = load_edit_book(request.plan, mark.key) if mark else None
    found = refusals(book, file, ledger.master.plan, record)
    if found:
        raise SheetgenError(found)
    base = kept_plan(request.plan, record.base) if record else None
    if record is None or base is None:
        raise SheetgenError(Problem("E067", Place(file=file), {"key": mark.key if mark else ""}))
    if is_unfounded(base):
        raise SheetgenError(Problem("E070", Place(file=file)))
    return record, base


class Outcome(NamedTuple):
    """記録する前の結果。``plan`` が None なら、計画として正しくない。"""

    plan: Plan | None
    lines: tuple[Line, ...]
    items: tuple[AddedItem, ...]
    decisions: tuple[JournalDecision, ...]
    already: int
    names: Mapping[str, str]
    problems: tuple[Problem, ...]


class JournalDecision(NamedTuple):
    """値を変えない決定（採らない、このままでよい、残す）。"""

    action: Action
    fields: Mapping[str, Any]


def outcome_of(
    request: EditRequest, ledger: Ledger, record: EditBook, base: Plan, book: RawBook
) -> Outcome:
    """ブックの変更を重ねた、記録する前の結果。何も書かない。"""
    file = request.file.name
    context = edit_context(base, "", beside_of(ledger))
    returned = match_edit_book(book, record, file, issued_values(record, context), lists_of(base))
    return outcome_with(request, ledger, base, context, returned)


def outcome_with(
    request: EditRequest, ledger: Ledger, base: Plan, context: EditContext, returned: ReturnedBook
) -> Outcome:
    """見分けたブックの変更を重ねた、記録する前の結果。何も書かない。"""
    file = request.file.name
    reader = EditReader(base, returned.tables)
    found = edits_of(returned, base, context, reader, file)
    now = ledger.master.plan
    renames = renamed_since(ledger.entries, now)
    applied = apply_edits(base, now, found, request.take, renames)
    decisions = list(decide(ledger, context, found, applied, reader))
    problems = [*found.problems, *applied.problems]
    ever = lambda: ever_used(request.plan, ledger)  # noqa: E731
    done = finish(base, now, applied, found, file, request.plan, ever)
    problems += done.problems
    if done.plan is not None:
        problems += _doubts(request, now, done.plan, applied, set(done.new), file)
        problems += _names_left(ledger, done.plan, applied.lines)
    return Outcome(
        done.plan,
        tuple(applied.lines),
        tuple(done.items()),
        tuple(JournalDecision(*one) for one in decisions),
        applied.already,
        done.names(),
        tuple(one for at, one in enumerate(problems) if one not in problems[:at]),
    )


def _doubts(
    request: EditRequest,
    before: Plan,
    plan: Plan,
    applied: Applied,
    new: set[str],
    file: str,
) -> Iterator[Problem]:
    """計画としては正しいが、確かめてもらうこと。変えた実施項目に限る。"""
    changed = new | {line.item for line in applied.lines if line.item}
    cells = {path_of(steps): place for steps, place in applied.places()}
    told: list[Place] = []
    found = sorted(too_long(request.template, plan, changed), key=lambda one: one.code != "E051")
    for problem in found:
        place = _written_at(problem.place, applied.lines)
        if place is None or place not in told:
            # 足した実施項目には、もとのセルがない。様式のセルの番地は、このブックにない。
            bare = Place(file, terms().item, None, None, problem.place.label, problem.place.item)
            yield replace(problem, place=place or bare)
            told += [place] if place else []
    for line in applied.lines:
        if line.path.endswith(".email") and addresses(str(line.new or "")) is None:
            section = line.path.rpartition("[")[2].partition("]")[0]
            yield Problem("L021", line.place, {"section": section, "email": line.new})
    known = figure_doubts(before, "")
    for problem in figure_doubts(plan, ""):
        if problem.place.item in changed and problem not in known:
            place = cells.get(problem.place.path or "")
            yield replace(problem, place=place or replace(problem.place, file=file, path=None))


def _names_left(ledger: Ledger, plan: Plan, lines: Sequence[Line]) -> Iterator[Problem]:
    """この回の変更で、文に残ることになる前の名。新しい編集ブックに並ぶので、数と初めを言う。"""
    if not any(_NAMING.search(line.path) for line in lines):
        return
    former = former_names(history_of(ledger))
    sections = {str(one.old): str(one.new) for one in lines if one.path.endswith(_RENAMED)}
    seen = former._replace(sections={**former.sections, **sections})
    known = stale_in(ledger.master.plan, former)
    found = [one for key, one in stale_in(plan, seen).items() if key not in known]
    if found:
        places = [f"{one.item or plan.plan_title}の{one.label}「{one.name}」" for one in found]
        facts = {"count": len(found), "places": in_short(places, _SHOWN, "か所")}
        yield Problem("E055", facts=facts)


_RENAMED = ("].name", "].department")
_NAMING = re.compile(r"^departments|^(?:title|owners)$")
"""変わると、ほかの文に前の名の残る欄。"""
_SHOWN = 5


_OWN_WORDS = {Level.ERROR: "E056", Level.CONFIRM: "E057", Level.NOTE: "E058"}


def _in_own_words(problem: Problem) -> Problem:
    """値の読み方の問題。様式のことばの「対処」は課に頼むことなので、ここでは使わない。"""
    if not problem.code.startswith("R2"):
        return problem
    message = message_of(problem)
    return Problem(_OWN_WORDS[message.level], problem.place, {"cause": message.cause})


def _written_at(place: Place, lines: Sequence[Line]) -> Place | None:
    """様式に入らない欄の、もとのセル。いくつもの値からできる欄なら、いちばん長い文のセル。"""
    mine = [line for line in lines if line.item is not None and line.item == place.item]
    if place.path:
        mine = [line for line in mine if line.path == place.path]
    longest = max(mine, key=lambda line: len(str(line.new or "")), default=None)
    return None if longest is None else longest.place


def _held(problems: Sequence[Problem], accept: bool) -> bool:
    """記録できないか。食い違う値は、承知するだけでは、どちらにするか決まらない。"""
    if any(problem.code == "E040" for problem in problems):
        return True
    levels = {message_of(problem).level for problem in problems}
    return Level.ERROR in levels or (Level.CONFIRM in levels and not accept)


def _save(
    request: EditRequest,
    ledger: Ledger,
    outcome: Outcome,
    delivered: Delivered | None,
    now: datetime,
    who: str | None,
) -> str:
    """前と後の計画と原本をしまってから、計画のデータと記録簿を新しくする。"""
    assert outcome.plan is not None
    before = keep_plan(request.plan, request.plan.read_bytes())
    after = keep_plan(request.plan, render_plan(outcome.plan))
    file = {"file": writable(request.file.name)}
    if delivered is not None:
        file["original"] = delivered.digest
        with OriginalKeeper(originals_folder(request.plan)) as keeper:
            keeper.add(delivered)
            keeper.finish()
    run = ledger.new_run(now, who)
    entries = [*_entries(run, outcome, file), run.entry(Action.END, old=before, new=after)]
    commit(ledger, outcome.plan, entries)
    return run.name


def _entries(run: Run, outcome: Outcome, file: Mapping[str, str]) -> Iterator[JournalEntry]:
    for line in outcome.lines:
        yield run.entry(
            Action.EDIT,
            item=line.item,
            path=line.path,
            label=line.label,
            old=storable(line.old),
            new=storable(line.new),
            raw=writable(line.raw) if line.raw else None,
            rule=line.rule or None,
            sheet=writable(line.place.sheet) if line.place.sheet else None,
            cell=line.place.cell,
            reason=writable(line.reason) if line.reason else None,
            found=line.key or None,
            **file,
        )
    for one in outcome.decisions:
        yield run.entry(one.action, **{**one.fields, **file})
    for item in outcome.items:
        new = f"{item.label} {item.title}"
        yield run.entry(Action.ADD, item=item.id, label=terms().item, new=new, **file)
