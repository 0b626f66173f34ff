"""新しい計画を始める：計画のデータ、テンプレートの写し、一覧、説明を置く。"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from sheetgen.form.shipped_templates import FORM, STARTING, TEMPLATES, find_templates
from sheetgen.messages.vocabulary import adopt, terms
from sheetgen.plan.loading import load_plan, parse_plan
from sheetgen.plan.plan import Plan
from sheetgen.plan.saving import render_schema, save_plan
from sheetgen.problems import Place, Problem, UsageError
from sheetgen.xlsx.output import place_fresh, refuse_existing
from sheetgen.year.editing.founding_book import found_from_book, write_founding_book
from sheetgen.year.editing.writing import TEMPLATE as EDIT_TEMPLATE
from sheetgen.year.list_columns import list_file
from sheetgen.year.new_plan import (
    README_FILE,
    InitRequest,
    InitResult,
    NewSection,
    founding_tree,
    list_guide,
    parse_policy,
    parse_section,
    parse_sections,
    readme,
)
from sheetgen.year.starting_points import USUAL, StartingPoint, point_of, starting_point
from sheetgen.year.succession import Row, inherited

PLAN_FILE = "data/plan.json"
MANY_YEARS = 7
"""伊勢原型の横の紙に、楽に入る年数。"""
SCHEMA_FILE = "data/plan.schema.json"
_OWN_FILES = (PLAN_FILE, SCHEMA_FILE, README_FILE)


def init(request: InitRequest) -> InitResult:
    """新しい計画を始める。前からあるファイルは、一つも書き換えない。

    :raises SheetgenError: ファイルがもうある（I001）、テンプレートが見つからない（I002）、
        前の計画が読めないか、ない実施項目を引き継ごうとした（S140）、
        言われたことからは使える計画にならない、またはフォルダーに書けない。
    """
    policies = [parse_policy(text) for text in request.policies]
    sections = [parse_section(text) for text in request.sections]
    if request.sections_file is not None:
        sections += read_sections(request.sections_file)
    skeleton = starting_point(request.kind).skeleton(find_templates())
    tree = founding_tree(request, policies, sections, skeleton)
    rows, problems = _inherit(request, tree)
    target = request.folder / PLAN_FILE
    plan = parse_plan(json.dumps(tree, ensure_ascii=False).encode("utf-8"), str(target))
    return _place(request.folder, plan, rows, problems)


def init_from_book(folder: Path, file: Path) -> InitResult:
    """書き込んだ編集ブックから、新しい計画を始める。前からあるファイルは、一つも書き換えない。

    :raises SheetgenError: ファイルがもうある（I001）、ブックに直すところがある、
        またはフォルダーに書けない。
    """
    refuse_started(folder)
    founded = found_from_book(folder, file)
    return _place(folder, founded.plan, (), list(founded.problems))


def init_blank(folder: Path, kind: str | None = None) -> Path:
    """新しい計画を書き込む、空の編集ブックを置く。``kind`` は始める形の名。

    :raises SheetgenError: もう始めてあるフォルダーである（I001）、またはフォルダーに書けない。
    """
    refuse_started(folder)
    templates = find_templates()
    skeleton = starting_point(kind).skeleton(templates)
    return write_founding_book(folder, templates / EDIT_TEMPLATE, date.today().year, skeleton)


def _place(
    folder: Path, plan: Plan, rows: tuple[Row, ...], problems: Sequence[Problem]
) -> InitResult:
    """計画のデータと、それに添えるものを置く。"""
    shipped = find_templates()
    point = point_of(plan, shipped)
    templates = dict(_templates(shipped, point, len(plan.fiscal_years)))
    target = folder / PLAN_FILE
    adopt(plan.words)
    listed = list_file(plan.words)
    refuse_existing(folder, [*_OWN_FILES, listed, *templates])
    files = {
        SCHEMA_FILE: render_schema().encode("utf-8"),
        README_FILE: readme(plan).encode("utf-8"),
        listed: item_list_book(plan, rows),
    }
    placed = place_fresh(folder, {**templates, **files})
    # 計画のデータを最後に置く：これがあれば、すべてそろっている。
    try:
        save_plan(plan, target)
    except BaseException:
        for path in placed:
            path.unlink(missing_ok=True)
        raise
    written = (target, *(folder / name for name in files))
    notes = _form_notes(point, len(plan.fiscal_years))
    return InitResult(folder, written, len(templates), (*notes, *problems))


def _form_notes(point: StartingPoint | None, years: int) -> tuple[Problem, ...]:
    """置いた様式について、言っておくこと。"""
    if point is None:
        return (Problem("I006"),)
    if point.name == USUAL and years > MANY_YEARS:
        return (Problem("I049", facts={"kind": point.name, "years": years}),)
    return ()


def _inherit(request: InitRequest, tree: dict[str, Any]) -> tuple[tuple[Row, ...], list[Problem]]:
    """前の計画から引き継ぐものを ``tree`` に重ね、一覧の行を返す。"""
    if request.source is None:
        if request.items:
            raise UsageError(Problem("S143", Place(label="--item")))
        return (), []
    found = inherited(
        load_plan(request.source),
        request.items,
        own_policies=bool(request.policies),
        own_sections=bool(request.sections or request.sections_file),
    )
    tree.update(found.tree)
    return found.rows, list(found.problems)


def refuse_started(folder: Path) -> None:
    """もう始めてあるフォルダーなら止める。聞く前に確かめる。

    :raises SheetgenError: ファイルがもうある（I001）。
    """
    refuse_existing(folder, [*_OWN_FILES, list_file(terms())])


def read_sections(path: Path) -> tuple[NewSection, ...]:
    """部と課のファイルを読む。Excel の保存した CSV（Shift_JIS）も読める。

    :raises SheetgenError: ファイルがない（I008）、読めない（I005）、
        または読めない行がある（I004）。
    """
    place = Place(file=str(path))
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise UsageError(Problem("I008", place)) from error
    except OSError as error:
        raise UsageError(Problem("I005", place)) from error
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return parse_sections(data.decode(encoding), str(path))
        except UnicodeDecodeError:
            continue
    raise UsageError(Problem("I005", place))


def _templates(
    folder: Path, point: StartingPoint | None, years: int
) -> Iterator[tuple[str, bytes]]:
    """置くテンプレート。様式は、始める形のものを、計画の年数に合わせる。"""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        # Excel が開いている間に置く「~$」のファイルは写さない。
        if not path.is_file() or path.name.startswith(("~$", ".")) or name.startswith(STARTING):
            continue
        form = point.form(folder) if point and name == FORM else path
        yield f"{TEMPLATES}/{name}", _of_years(form, years) if name == FORM else path.read_bytes()


def _of_years(form: Path, years: int) -> bytes:
    """年度の行を合わせた様式。合っていれば、一字も変えない。"""
    from sheetgen.form.year_rows import with_years
    from sheetgen.xlsx.package import read_package
    from sheetgen.xlsx.row_copies import packed

    package = read_package(form, str(form))
    fitted = with_years(package, years)
    return form.read_bytes() if fitted is package else packed(fitted)


def item_list_book(plan: Plan, rows: tuple[Row, ...] = ()) -> bytes:
    """実施項目を書いて加える、一覧のブック。``rows`` は、前の計画から引き継いだ行。"""
    from sheetgen.xlsx.list_book import write_list_book

    target = BytesIO()
    write_list_book(list_guide(plan, rows), target)
    return target.getvalue()
