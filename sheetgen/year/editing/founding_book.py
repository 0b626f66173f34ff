"""空の編集ブックに書いて、新しい計画を立てる。"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sheetgen.form.template import FormTemplate
from sheetgen.messages.catalogue import is_error
from sheetgen.plan.loading import parse_plan
from sheetgen.plan.plan import Plan
from sheetgen.plan.saving import render_plan
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.records.edits import kept_plan, load_edit_book, save_edit_book
from sheetgen.xlsx.output import Staging
from sheetgen.year.editing.applying import apply_edits
from sheetgen.year.editing.changes import Edits, edits_of
from sheetgen.year.editing.expecting import EditReader
from sheetgen.year.editing.finishing import finish
from sheetgen.year.editing.matching import issued_values, mark_of, match_edit_book, refusals
from sheetgen.year.editing.opening import read_book_file
from sheetgen.year.editing.rows import Beside, edit_context
from sheetgen.year.editing.writing import BOOK, make_edit_book
from sheetgen.year.new_plan import InitRequest, founding_tree

_BLANKS = {
    "plan.municipality": "（市区町村の名称）",
    "plan.plan_title": "（計画の名称）",
    "plan.office": "（事務局の名称）",
}
"""まだ書いていない欄に入れておくことば。"""
_FOUNDING = Beside(founding=True)
USUAL_YEARS = 5


class Founded(NamedTuple):
    """ブックから立てた計画と、気付いたこと。"""

    plan: Plan
    problems: tuple[Problem, ...]


def write_founding_book(folder: Path, template: Path, year: int) -> Path:
    """新しい計画を書き込む、空の編集ブックを ``folder`` に置く。``year`` は仮の初年度（西暦）。

    :raises SheetgenError: テンプレートが使えない、またはフォルダーに書けない。
    """
    names = [*_BLANKS.values()]
    request = InitRequest(
        folder=folder, municipality=names[0], plan_title=names[1], office=names[2],
        first_year=year, years=USUAL_YEARS, policies=(),
    )  # fmt: skip
    data = json.dumps(founding_tree(request, (), ()), ensure_ascii=False).encode("utf-8")
    plan = parse_plan(data, BOOK)
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
    mark = mark_of(book)
    homes = dict.fromkeys((folder, file.resolve().parent))
    records = [(load_edit_book(_plan_file(home), mark.key), home) for home in homes if mark]
    record, home = next((one for one in records if one[0]), (None, folder))
    base = kept_plan(_plan_file(home), record.base) if record else None
    if record is None or base is None:
        if mark is None:
            raise SheetgenError(Problem("E010", Place(file=file.name)))
        raise SheetgenError(Problem("E067", Place(file=file.name), {"key": mark.key}))
    wrong = refusals(book, file.name, base, record)
    if wrong or base.municipality != _BLANKS["plan.municipality"]:
        raise SheetgenError(wrong or [Problem("I041", Place(file=file.name))])
    context = edit_context(base, "", _FOUNDING)
    returned = match_edit_book(book, record, file.name, issued_values(record, context))
    reader = EditReader(base, returned.tables)
    found = edits_of(returned, base, context, reader, file.name)
    years = _period(found)
    unwritten = list(_unwritten(found, file.name))
    labels = {one.place.label for one in unwritten}
    found.problems = [one for one in found.problems
                      if one.code != "E085" or one.place.label not in labels]  # fmt: skip
    found.edits = [one for one in found.edits if not one.field.path.startswith("founding.")]
    applied = apply_edits(base, base, found)
    if years is not None:
        applied.tree["fiscal_years"] = list(range(years[0], years[0] + years[1]))
        applied.tree["revision"]["fiscal_year"] = years[0]
    done = finish(applied, found, file.name, _plan_file(folder), tuple)
    problems = (*notes, *unwritten, *found.problems, *applied.problems, *done.problems)
    if any(is_error(one) for one in problems) or done.plan is None:
        raise SheetgenError(tuple(one for one in problems if is_error(one)))
    return Founded(done.plan, problems)


def _period(found: Edits) -> tuple[int, int] | None:
    """計画の初年度と年数。どちらかがなければ ``None``。"""
    values = {one.field.path: one.new for one in found.edits}
    first, years = values.get("founding.first_year"), values.get("founding.years")
    return (int(first), int(years)) if first and years else None


def _unwritten(found: Edits, file: str) -> Iterator[Problem]:
    """必ず書く欄のうち、書いていないもの。"""
    labels = {"founding.first_year": "計画の初年度", "founding.years": "計画の年数"}
    labels |= {path: words.strip("（）") for path, words in _BLANKS.items()}
    written = {one.field.path for one in found.edits if one.new not in (None, "")}
    for path, label in labels.items():
        if path not in written:
            yield Problem("I040", Place(file=file, sheet="計画", label=label))


def _plan_file(folder: Path) -> Path:
    return folder / "data" / "plan.json"
