"""編集ブックを書き出さずに、実施項目か課の欄をじかに直す。

直したところだけの編集ブックが戻ったものとして、編集ブックと同じ道で読み、重ね、確かめ、記録する。
開く欄も、問題も、記録簿の行も、取り消し方も、編集ブックと同じになる。
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sheetgen.plan.loading import load_plan
from sheetgen.plan.plan import Plan
from sheetgen.plan.value import Value, printed
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.reading.book import CellKind, RawCell
from sheetgen.records.edits import EditBook, EditTable
from sheetgen.records.history import find_item
from sheetgen.records.ledger import open_ledger
from sheetgen.year.editing.beside import proposal_entries, waiting_proposals
from sheetgen.year.editing.book_tables import BookCell, BookRow, BookTable, ReturnedBook
from sheetgen.year.editing.cell_changes import ONLY_NEW, issued_value
from sheetgen.year.editing.edit_fields import (
    ITEM_VALUES,
    YEAR_VALUES,
    EditField,
    EditKind,
    kind_at,
    lists_of,
    owes_reason,
)
from sheetgen.year.editing.edit_recording import (
    EditRequest,
    EditResult,
    outcome_with,
    recorded,
)
from sheetgen.year.editing.rows import Beside, EditContext, edit_context, measure_text

SOURCE = "項目のページ"
"""記録簿と問題に書く、ブックの名の代わり。"""
REASON = "row.reason"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_OF_ITEM = ("items", "overview", "years", "results", YEAR_VALUES, ITEM_VALUES)
"""項目のページで直せる表。"""
_OF_YEAR = ("years", "results", YEAR_VALUES)
_OWN = "ほかの欄"


class OpenField(NamedTuple):
    """直せる一つの欄。

    ``name`` は :class:`DirectEditRequest` に渡す名。``text`` はいまの値を、編集ブックのセルに見える
    とおりに書いたもの。``choices`` があれば、その中から選ぶ。``is_long`` なら、何行にもなる文。
    """

    name: str
    label: str
    kind: EditKind
    text: str
    choices: tuple[str, ...] = ()

    @property
    def is_long(self) -> bool:
        """何行にもなる文か。"""
        return self.kind is EditKind.TEXT


class FieldGroup(NamedTuple):
    """一つの表の一行の欄。``owes_reason`` なら、直すときにわけが要る。"""

    heading: str
    fields: tuple[OpenField, ...]
    owes_reason: bool = False


class ProposedField(NamedTuple):
    """まだ決めていない変更申出。``name`` に「○」（採る）か「×」（採らない）を渡す。"""

    name: str
    field: str
    now: Value
    old: Value
    new: Value
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectEditRequest:
    """じかに直す依頼。

    ``texts`` は、直した欄の名（:class:`OpenField` の ``name``）から、書いた文字へ。いまの値のままの
    ものは、直したことにならない。``reason`` は、記録した実績を直すわけ。ほかは
    :class:`~sheetgen.year.editing.edit_recording.EditRequest` と同じ。
    """

    plan: Path
    template: Path
    texts: Mapping[str, str]
    reason: str = ""
    accept: bool = False
    dry_run: bool = False


def open_item_fields(plan: Path, item: str) -> tuple[FieldGroup, ...]:
    """実施項目の、直せる欄。終わった実施項目では、記録した実績だけ。

    :raises SheetgenError: 計画にない（R530）、または計画のデータが読めない。
    """
    now = load_plan(plan)
    found, _ = find_item(now, item)
    context = edit_context(now, "", Beside())
    home = _home(context, found.id)
    groups = (
        _group(rows, row, now)
        for rows in _OF_ITEM
        for row in getattr(context, rows)
        if row.key == home or row.key.startswith(f"{home}.")
    )
    return tuple(one for one in groups if one.fields)


def waiting_of(plan: Path, item: str) -> tuple[ProposedField, ...]:
    """実施項目（ID）の、まだ決めていない変更申出。

    :raises SheetgenError: 計画のデータが読めない。
    """
    with open_ledger(plan, writing=False) as ledger:
        mine = {key for key, entry in proposal_entries(ledger).items() if entry.item == item}
        rows = [one for one in waiting_proposals(ledger) if one.key in mine]
    return tuple(
        ProposedField(
            _name("proposals", one.key, "row.decision"),
            one.field, one.now, one.old, one.new, one.source,
        )
        for one in rows
    )  # fmt: skip


def open_section_fields(plan: Path, section: str) -> tuple[FieldGroup, ...]:
    """課の、直せる欄。``section`` は部と課（``総務部 総務課``）。

    :raises SheetgenError: 計画にない（E041）、または計画のデータが読めない。
    """
    now = load_plan(plan)
    context = edit_context(now, "", Beside())
    for row in context.sections:
        if f"{row.department} {row.section.name}" == section:
            return (_group("sections", row, now),)
    raise _unknown(section)


def edit_directly(
    request: DirectEditRequest, *, now: datetime | None = None, who: str | None = None
) -> EditResult:
    """欄をじかに直す。一つでも直すところがあれば、何も記録しない。

    :raises SheetgenError: その欄がない（E041）、計画のデータが読めない、または書けない。
    """
    moment = (now or datetime.now()).astimezone()
    asked = EditRequest(
        plan=request.plan, file=Path(SOURCE), template=request.template,
        accept=request.accept, dry_run=request.dry_run,
    )  # fmt: skip
    with open_ledger(request.plan, writing=not request.dry_run) as ledger:
        base = ledger.master.plan
        # 旧名の残る文と、前の年度のままの文は、ここでは決めない。
        beside = Beside(proposals=tuple(waiting_proposals(ledger)))
        context = edit_context(base, "", beside)
        book = _returned(request, base, context)
        outcome = outcome_with(asked, ledger, base, context, book)
        shown = tuple(_without_cell(one) for one in outcome.problems)
        lines = tuple(one._replace(place=_bare(one.place)) for one in outcome.lines)
        decisions = tuple(
            one._replace(fields={**one.fields, "sheet": None, "cell": None})
            for one in outcome.decisions
        )
        outcome = outcome._replace(problems=shown, lines=lines, decisions=decisions)
        return recorded(asked, ledger, outcome, (), None, moment, who)


def _returned(request: DirectEditRequest, base: Plan, context: EditContext) -> ReturnedBook:
    """直したところだけの編集ブック。"""
    cells: dict[tuple[str, str], dict[str, BookCell]] = {}
    for name, text in request.texts.items():
        rows, key, path = _parts(name)
        row = _row(context, rows, key)
        field = next((one for one in _open(rows, row, base) if one.path == path), None)
        if field is None:
            raise _unknown(name)
        if _plain(text) != _plain(_shown(row, field)):
            found = cells.setdefault((rows, key), {})
            found[path] = BookCell(path, "", "", _cell(text, _kind(field, key, base)))
    for (rows, _), found in cells.items():
        if rows in ("results", YEAR_VALUES) and request.reason.strip():
            found[REASON] = BookCell(REASON, "", "", RawCell(CellKind.TEXT, request.reason))
    tables = [
        BookTable(EditTable("", rows, 0, 0, (), ()), (BookRow(key, "", 0, found),))
        for (rows, key), found in cells.items()
    ]
    return ReturnedBook(EditBook("", "", "", (), ()), tuple(tables), {}, ())


def _group(rows: str, row: Any, plan: Plan) -> FieldGroup:
    heading = _headings(plan).get(rows, "")
    if rows in _OF_YEAR:
        heading = f"{row.fiscal_year}の{heading}"
    fields = tuple(_field(rows, row, one, plan) for one in _open(rows, row, plan))
    owed = any(owes_reason(plan, rows, one) for one in _open(rows, row, plan))
    return FieldGroup(heading, fields, owed)


def _headings(plan: Plan) -> dict[str, str]:
    """表から、その欄の集まりの見出しへ。"""
    words = plan.words
    return {
        "items": words.item,
        "overview": "概要表" if plan.has("overview") else words.section,
        "years": words["years.plan"],
        "results": words["years.result.text"],
        YEAR_VALUES: _OWN,
        ITEM_VALUES: _OWN,
        "proposals": "変更申出",
    }


def _field(rows: str, row: Any, one: EditField, plan: Plan) -> OpenField:
    kind = _kind(one, row.key, plan)
    choices: tuple[str, ...] = ()
    text = _shown(row, one)
    if kind is EditKind.MEASURE:
        choices = tuple(measure_text(measure) for _, measure in plan.measures())
    elif one.options:
        choices = tuple(dict.fromkeys(["", *one.options, text]))
    elif kind is EditKind.GRADE:
        grades = [step.grade for step in plan.scale_of(row.year.fiscal_year)]
        choices = tuple(dict.fromkeys(["", *grades, text]))
    return OpenField(_name(rows, row.key, one.path), one.label, kind, text, choices)


def _open(rows: str, row: Any, plan: Plan) -> Iterator[EditField]:
    """その行で直せる欄。"""
    for one in lists_of(plan)[rows]:
        if one.path in ONLY_NEW.get(rows, ()) or one.path in _NOT_HERE or one.path == REASON:
            continue
        if rows == "results" and one.path == "row.overall_grade" and row.overall_grade is None:
            continue
        yield one


_NOT_HERE = ("row.reference_mark", "row.note", "row.settled", "row.order")
"""実施項目の行にない欄と、並べ方だけを決める欄。"""


def _kind(one: EditField, key: str, plan: Plan) -> EditKind:
    kind = kind_at(one, key, plan) if one.relative is not None else None
    return EditKind(kind.value) if kind else one.kind


def _shown(row: Any, one: EditField) -> str:
    """いまの値の、編集ブックのセルに見える文字。"""
    value = issued_value(row, one.path.partition(".")[2])
    return "" if value is None else printed(value, "General")


def _cell(text: str, kind: EditKind) -> RawCell | None:
    """書いた文字の入ったセル。数の欄に打った数は、Excel と同じに数になる。"""
    plain = _plain(text)
    if not plain:
        return None
    if kind in (EditKind.FIGURE, EditKind.MONEY) and _NUMBER.fullmatch(plain):
        number = float(plain)
        found = int(plain) if "." not in plain else number
        if printed(found, "General") == plain:
            return RawCell(CellKind.NUMBER, found)
    return RawCell(CellKind.TEXT, plain)


def _plain(text: str) -> str:
    """改行の書き方をそろえ、終わりの空白を除いた文字。"""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip()


def _name(rows: str, key: str, path: str) -> str:
    return "|".join((rows, key, path))


def _parts(name: str) -> tuple[str, str, str]:
    """欄の名を、表、行の目印、道に分ける。

    :raises SheetgenError: 欄の名でない（E041）。
    """
    parts = name.split("|")
    if len(parts) != 3 or parts[0] not in (*_OF_ITEM, "proposals", "sections"):
        raise _unknown(name)
    return parts[0], parts[1], parts[2]


def _row(context: EditContext, rows: str, key: str) -> Any:
    for row in getattr(context, rows):
        if row.key == key:
            return row
    raise _unknown(key)


def _unknown(name: str) -> SheetgenError:
    return SheetgenError(Problem("E041", Place(file=SOURCE), {"name": name}))


def _home(context: EditContext, item: str) -> str:
    """実施項目のある場所。記録した実績のない、終わった実施項目では空。"""
    for row in context.items:
        if row.item.id == item:
            return row.key
    for at, one in enumerate(context.plan.ended_items):
        if one.item.id == item:
            return f"ended_items[{at}].item"
    return ""


def _bare(place: Place) -> Place:
    """ブックのシートと番地のない場所。"""
    return replace(place, sheet=None, cell=None)


def _without_cell(problem: Problem) -> Problem:
    return replace(problem, place=_bare(problem.place))
