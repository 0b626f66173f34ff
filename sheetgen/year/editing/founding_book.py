"""空の編集ブックに書いて、新しい計画を立てる。"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from sheetgen.era import LONGEST_PLAN
from sheetgen.form.template import FormTemplate
from sheetgen.messages.catalogue import is_error
from sheetgen.messages.vocabulary import adopt, terms
from sheetgen.plan.fields import MEASURE
from sheetgen.plan.loading import parse_plan
from sheetgen.plan.plan import Plan
from sheetgen.plan.saving import render_plan
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.reading.book import RawBook
from sheetgen.records.edits import EditBook, kept_plan, load_edit_book, save_edit_book
from sheetgen.xlsx.output import Staging, refuse_existing
from sheetgen.year.editing.applying import apply_edits
from sheetgen.year.editing.book_matching import issued_values, mark_of, match_edit_book, refusals
from sheetgen.year.editing.book_tables import ReturnedBook
from sheetgen.year.editing.cell_changes import Edits, NewRow, edits_of
from sheetgen.year.editing.edit_fields import TextRow, lists_of, text_row
from sheetgen.year.editing.edit_recording import read_book_file
from sheetgen.year.editing.expecting import EditReader
from sheetgen.year.editing.finishing import finish
from sheetgen.year.editing.rows import UNNAMED, Beside, edit_context, is_unfounded
from sheetgen.year.editing.writing import BOOK, make_edit_book
from sheetgen.year.new_plan import InitRequest, founding_tree

_FOUNDING = Beside(founding=True)
_FIRST_YEAR, _YEARS = "founding.first_year", "founding.years"
_NEEDED = (*(f"plan.{name}" for name in UNNAMED), _FIRST_YEAR, _YEARS)
"""必ず書く欄の道。"""
USUAL_YEARS = 5


class Founded(NamedTuple):
    """ブックから立てた計画と、気付いたこと。"""

    plan: Plan
    problems: tuple[Problem, ...]


def write_founding_book(
    folder: Path, template: Path, year: int, skeleton: Mapping[str, Any] = MappingProxyType({})
) -> Path:
    """新しい計画を書き込む、空の編集ブックを ``folder`` に置く。``year`` は仮の初年度（西暦）。

    ``skeleton`` は、始める形の決めていること（ことば、ない欄、増やした欄、評価の段階）。

    :raises SheetgenError: ブックがもうある（I001）、テンプレートが使えない、
        またはフォルダーに書けない。
    """
    refuse_existing(folder, [BOOK])
    names = [*UNNAMED.values()]
    request = InitRequest(
        folder=folder, municipality=names[0], plan_title=names[1], office=names[2],
        first_year=year, years=USUAL_YEARS, policies=(),
    )  # fmt: skip
    data = json.dumps(founding_tree(request, (), (), skeleton), ensure_ascii=False).encode("utf-8")
    plan = parse_plan(data, BOOK)
    adopt(plan.words)
    base = render_plan(plan)
    made = make_edit_book(plan, base, FormTemplate(template), _FOUNDING)
    with Staging(folder, datetime.now()) as staging:
        with staging.open(BOOK) as target:
            target.write(made.data)
        save_edit_book(_plan_file(folder), made.book, base)
        staging.place()
    return folder / BOOK


def found_from_book(folder: Path, file: Path) -> Founded:
    """書き込んだ編集ブックから、計画を立てる。何も書かない。

    :raises SheetgenError: 空の編集ブックから書いたものでない、または直すところがある。
    """
    _, book, notes = read_book_file(file)
    record, base = _issued(book, file, dict.fromkeys((folder, file.resolve().parent)))
    adopt(base.words)
    context = edit_context(base, "", _FOUNDING)
    returned = match_edit_book(
        book, record, file.name, issued_values(record, context), lists_of(base)
    )
    reader = EditReader(base, returned.tables)
    found = edits_of(returned, base, context, reader, file.name)
    period = _period(found)
    unwritten = list(_unwritten(found, returned, file.name))
    labels = {one.place.label for one in unwritten}
    # 空のままの欄のことは、一度だけ言う。
    found.problems = [
        one for one in found.problems if one.code != "E085" or one.place.label not in labels
    ]
    problems = [*notes, *unwritten, *_too_long(found)]
    found.edits = [one for one in found.edits if not one.field.path.startswith("founding.")]
    # 期間が分からなければ、年度の行は、計画の年度かどうかを言えない。
    added = [one for one in found.added if period or one.rows != "years"]
    found.added = [*_numbered(added, problems)]
    if not base.has(MEASURE):
        found.added = [*_with_own_measures(found.added, base)]
    applied = apply_edits(base, base, found)
    if period is not None:
        applied.tree["fiscal_years"] = list(range(period[0], period[0] + period[1]))
        applied.tree["revision"]["fiscal_year"] = period[0]
    done = finish(base, base, applied, found, file.name, _plan_file(folder), tuple)
    problems += [*_empty(applied.tree, found.sheets, file.name)]
    problems += [*found.problems, *applied.problems, *done.problems]
    wrong = [one for one in problems if is_error(one)]
    if wrong or done.plan is None:
        raise SheetgenError(wrong)
    return Founded(done.plan, tuple(problems))


def _issued(book: RawBook, file: Path, folders: Iterable[Path]) -> tuple[EditBook, Plan]:
    """空の編集ブックを置いたときの控えと、そのもとの計画。

    :raises SheetgenError: 編集ブックでない（E010-E014）、もうある計画のもの（I041）、
        または控えがない（I044）。
    """
    place, mark = Place(file=file.name), mark_of(book)
    plans = [_plan_file(folder) for folder in folders]
    for path in plans:
        record = load_edit_book(path, mark.key) if mark else None
        base = kept_plan(path, record.base) if record else None
        if record is None or base is None:
            continue
        wrong = refusals(book, file.name, base, record)
        if wrong or not is_unfounded(base):
            raise SheetgenError(wrong or [Problem("I041", place)])
        return record, base
    if mark is None or mark.municipality == UNNAMED["municipality"]:
        facts = {"folders": "、".join(f"「{path.parent.parent}」" for path in plans)}
        raise SheetgenError(Problem("I044" if mark else "E010", place, facts))
    raise SheetgenError(Problem("I041", place))


def _period(found: Edits) -> tuple[int, int] | None:
    """計画の初年度と年数。どちらかがなければ ``None``。"""
    values = {one.field.path: one.new for one in found.edits}
    first, years = values.get(_FIRST_YEAR), values.get(_YEARS)
    return (int(first), min(int(years), LONGEST_PLAN)) if first and years else None


def _empty(tree: Mapping[str, Any], sheets: Mapping[str, str], file: str) -> Iterator[Problem]:
    """一つも書かれていないもの。"""
    measures = [one for policy in tree["policies"] for one in policy["measures"]]
    for rows, label, found in (
        ("sections", "部と課", tree["departments"]),
        ("policy_texts", f"{terms().policy}と{terms().measure}", measures),
    ):
        if not found:
            yield Problem("I047", Place(file, sheets.get(rows), label=label))


def _too_long(found: Edits) -> Iterator[Problem]:
    for one in found.edits:
        if one.field.path == _YEARS and one.new and one.new > LONGEST_PLAN:
            yield Problem("I042", one.place, {"years": one.new, "longest": LONGEST_PLAN})


def _unwritten(found: Edits, returned: ReturnedBook, file: str) -> Iterator[Problem]:
    """必ず書く欄のうち、空のままのもの。読めない書き方のものは、別に告げてある。"""
    labels = {one.path: one.label for one in returned.record.cells}
    written = {one.field.path for one in found.edits if one.new not in (None, "")}
    told = {(one.place.sheet, one.place.cell) for one in found.problems if is_error(one)}
    for path in _NEEDED:
        cell = returned.cells.get(path)
        sheet, ref = (cell.sheet, cell.ref) if cell else (None, None)
        if path not in written and (sheet, ref) not in told:
            yield Problem("I040", Place(file, sheet, ref, None, labels.get(path)))


def _numbered(added: Iterable[NewRow], problems: list[Problem]) -> Iterator[NewRow]:
    """基本方針と推進項目の行の番号を、上から順に付ける。

    推進項目と文章は、すぐ上の基本方針か推進項目のものになる。「欄」だけの行は、使わない行である。
    書かれた番号が、上から数えたものと違えば ``problems`` に加える。
    """
    counts = dict.fromkeys(_NUMBERS, 0)
    for row in added:
        if row.rows != "policy_texts":
            yield row
            continue
        if set(row.places) <= {"row.label"}:
            continue
        values = dict(row.values)
        label = values.get("row.label")
        kind = text_row(label)
        if kind in _UNDER_POLICY and not (counts["row.policy"] or "row.policy" in values):
            problems.append(Problem("I046", row.place("row.label"), {"label": label}))
            continue
        own = next((path for path, one in _NUMBERS.items() if kind is one), None)
        if own:
            counts[own] += 1
            written = values.get(own, counts[own])
            if written != counts[own]:
                facts = {"number": f"{written:g}", "counted": counts[own]}
                problems.append(Problem("I045", row.place(own), facts))
            values[own] = counts[own]
        for path in ("row.policy", *(("row.measure",) if kind is TextRow.NOTE else ())):
            if path not in values and counts[path]:
                values[path] = counts[path]
        yield row._replace(values=values)


def _with_own_measures(added: Iterable[NewRow], base: Plan) -> Iterator[NewRow]:
    """一つの階層の計画では、上の階層の行に、同じ名の推進項目を添える。"""
    for row in added:
        yield row
        values = dict(row.values)
        number = values.get("row.policy")
        if row.rows == "policy_texts" and text_row(values.get("row.label")) is TextRow.POLICY:
            values |= {"row.label": base.words.measure, "row.measure": number}
            yield row._replace(values=values)


_NUMBERS = {"row.policy": TextRow.POLICY, "row.measure": TextRow.MEASURE}
"""番号の欄と、その番号の付く行。"""
_UNDER_POLICY = (TextRow.DESCRIPTION, TextRow.MEASURE, TextRow.NOTE)


def _plan_file(folder: Path) -> Path:
    return folder / "data" / "plan.json"
