"""実施項目を加える：一覧のブックか一件の指定から、計画のデータまで。"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sheetgen.collect.values.cell_value import Expected, read_value
from sheetgen.era import wareki_full
from sheetgen.messages.catalogue import is_error, message_of
from sheetgen.messages.vocabulary import terms
from sheetgen.messages.year import CARRIED
from sheetgen.plan.loading import load_plan, parse_plan
from sheetgen.plan.plan import Plan, item_label
from sheetgen.plan.round import FieldKind
from sheetgen.plan.text import writable
from sheetgen.plan.written_figures import figure_doubts
from sheetgen.problems import Level, Place, Problem, SheetgenError, UsageError
from sheetgen.reading.book import CellKind, RawBook, RawCell
from sheetgen.reading.reader import GuardedReader
from sheetgen.records.archives import archives
from sheetgen.records.journal import Action, JournalEntry
from sheetgen.records.ledger import Ledger, Run, commit, open_ledger
from sheetgen.year.drafting import Numbering, draft_items, with_drafts
from sheetgen.year.list_rows import ListRow, ReadField, rows_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AddRequest:
    """実施項目を加える依頼。``source`` の一覧か、``fields``（名から値へ）の一件。

    ``accept`` が真なら、「確認」だけのものは、確かめたものとして入れる。
    """

    plan: Path
    source: Path | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False
    accept: bool = False


@dataclass(frozen=True, slots=True)
class AddedItem:
    """加えた実施項目。``label`` は印刷の番号 ``(8)⑧``。"""

    id: str
    label: str
    title: str
    owner: str


@dataclass(frozen=True, slots=True)
class AddResult:
    """加えた結果。``saved`` は計画のデータに書いたかどうか、``run`` は記録簿の回。"""

    items: tuple[AddedItem, ...]
    problems: tuple[Problem, ...]
    saved: bool
    run: str | None = None


# 一覧がないか、開けない。直すのは、動かした人。
_OWN_FAULT = {"R001", "R002"}


def add_items(
    request: AddRequest, *, now: datetime | None = None, who: str | None = None
) -> AddResult:
    """実施項目を加える。一つでも直すところがあれば、何も加えない。

    すべてを見てから、まとめて言う。「確認」だけのものも、``accept`` がなければ一覧を止める。いつ、
    だれが、どの一覧から、何を加えたかを記録簿に書く。

    :raises SheetgenError: 計画のデータか一覧が読めない、ほかのプログラムが計画のデータを
        使っている、または何も頼まれていない（I031、I032）。
    """
    moment = (now or datetime.now()).astimezone()
    with open_ledger(request.plan, writing=not request.dry_run) as ledger:
        added = _added(request, ledger, moment, who)
        return replace(added, problems=(*ledger.problems, *added.problems))


def _added(request: AddRequest, ledger: Ledger, now: datetime, who: str | None) -> AddResult:
    """錠を持ったまま、読み、確かめ、書く。"""
    plan = ledger.master.plan
    if plan.revision.fiscal_year > plan.final_year:
        raise SheetgenError(Problem("S115", facts={"final": wareki_full(plan.final_year)}))
    file = str(request.source) if request.source else None
    rows, problems = _rows(request, plan)
    numbering = Numbering(plan, ever_used(request.plan, ledger))
    drafts, found = draft_items(rows, plan, numbering, file, read_field)
    problems += found
    if _held(problems, request.accept):
        return AddResult((), tuple(problems), saved=False)
    # 一覧の点検を通っても、計画のデータとして正しくなければ、ここで止まる。
    tree = json.dumps(with_drafts(plan, drafts), ensure_ascii=False)
    new = parse_plan(tree.encode("utf-8", "surrogatepass"), str(request.plan))
    names = {draft.item["id"] for draft in drafts}
    doubts = figure_doubts(new, file or str(request.plan))
    problems += [replace(one, place=replace(one.place, path=None)) for one in doubts
                 if one.place.item in names]  # fmt: skip
    if _held(problems, request.accept):
        return AddResult((), tuple(problems), saved=False)
    items = tuple(
        AddedItem(item.id, item_label(measure, item), item.title, item.owners[0].full_name)
        for _, measure, item in new.items()
        if item.id in names
    )
    run = None
    if not request.dry_run:
        run = ledger.new_run(now, who)
        former = {draft.item["id"]: draft.former for draft in drafts}
        commit(ledger, new, [*_entries(run, items, file, former), run.end()])
    name = run.name if run else None
    return AddResult(items, tuple(problems), saved=not request.dry_run, run=name)


def _entries(
    run: Run, items: Sequence[AddedItem], file: str | None, former: Mapping[str, str | None]
) -> Iterator[JournalEntry]:
    """記録簿に書き足す行。``former`` は、前の計画から引き継いだもののID。"""
    for item in items:
        before = former[item.id]
        yield run.entry(
            Action.ADD,
            item=item.id,
            label=terms().item,
            new=f"{item.label} {item.title}",
            file=writable(file) if file else None,
            reason=CARRIED.format(item=writable(before)) if before else None,
        )


def _rows(request: AddRequest, plan: Plan) -> tuple[list[ListRow], list[Problem]]:
    if request.source and request.fields:
        raise UsageError(Problem("I032"))
    if request.source:
        book, problems = _book(request.source)
        rows, found = rows_of(book, plan, str(request.source))
        return rows, problems + found
    if not request.fields:
        raise UsageError(Problem("I031"))
    strangers = {
        int(year)
        for key in request.fields
        if (year := key.partition(":")[2]) and int(year) not in plan.fiscal_years
    }
    if strangers:
        facts = {"first": plan.first_year, "last": plan.final_year}
        raise UsageError([Problem("I034", Place(), {**facts, "year": one}) for one in strangers])
    cells = {key: RawCell(CellKind.TEXT, text) for key, text in request.fields.items()}
    return [ListRow(cells)], []


def _book(path: Path) -> tuple[RawBook, list[Problem]]:
    """一覧のブック。名ではなく中身で形式を見分けるので、ods や xls でもよい。"""
    with GuardedReader() as reader:
        reading = reader.read([path])
        files = list(reading.files)
    problems = [*reading.problems, *(problem for file in files for problem in file.problems)]
    books = [file.book for file in files if file.book is not None]
    if len(books) == 1:
        return books[0], problems
    errors = [one for one in problems if is_error(one)]
    if any(one.code in _OWN_FAULT for one in errors):
        raise SheetgenError(errors)
    # ほかの回収のことばの「対処」は、課に頼むことなので、ここでは使わない。
    reasons = [message_of(one).cause for one in errors] or [f"ブックが{len(books)}冊あります。"]
    facts = {"reason": reasons[0].removesuffix("。")}
    raise SheetgenError(Problem("I037", Place(file=str(path)), facts))


def read_field(cell: RawCell, kind: FieldKind, unit: str | None, numeric: bool) -> ReadField:
    """一つの値を、様式の答えと同じに読む。"""
    found = read_value(cell, kind, Expected(unit=unit, numeric=numeric))
    return ReadField(found.value, found.problems, found.readable)


def _held(problems: list[Problem], accept: bool) -> bool:
    levels = {message_of(problem).level for problem in problems}
    return Level.ERROR in levels or (Level.CONFIRM in levels and not accept)


def ever_used(path: Path, ledger: Ledger) -> Iterator[str]:
    """前に使ったID。終わった項目も、加えてから除いた項目も、いまの計画にはない。

    :raises SheetgenError: 控えのどれかが読めない（I030）。
    """
    for archived in archives(path):
        try:
            plan = load_plan(archived)
        except SheetgenError as error:
            raise SheetgenError(Problem("I030", Place(file=str(archived)))) from error
        yield from (item.id for _, _, item in plan.items())
        yield from plan.revision.retired_items
    yield from (one.item.id for one in ledger.master.plan.ended_items)
    yield from (entry.item for entry in ledger.entries if entry.item)
