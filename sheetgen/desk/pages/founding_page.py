"""計画を始める：画面に書くか、編集ブックに書くか、前の計画から引き継ぐ。"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

from flask import Blueprint, Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

import sheetgen
from sheetgen.desk.command_lines import command_line, option, options
from sheetgen.desk.desk import Desk
from sheetgen.desk.forms import chosen_year, lines, several, whole_number, written
from sheetgen.desk.pages.closing_page import measures_of
from sheetgen.desk.pages.common_pages import started
from sheetgen.desk.running import Shown
from sheetgen.desk.uploads import Batch
from sheetgen.era import LONGEST_PLAN
from sheetgen.messages.vocabulary import terms
from sheetgen.plan.plan import Plan
from sheetgen.problems import Place, Problem, SheetgenError, UsageError
from sheetgen.progress import Progress
from sheetgen.year.editing.writing import BOOK
from sheetgen.year.new_plan import InitRequest, InitResult
from sheetgen.year.starting_points import STARTING_POINTS, starting_point

pages = Blueprint("founding", __name__, url_prefix="/founding")
KIND = "founding"
USUAL_YEARS = 5


@pages.get("/")
def begin() -> Response:
    """始め方を選ぶページ。もう始めてあれば、そう言う。"""
    return make_response(
        render_template("founding.html", **_begin_values(Desk.of_request(), {}, ()))
    )


@pages.post("/")
def found() -> BaseResponse:
    """書かれたことから、計画を始める。前の計画があれば、引き継ぐ。

    直すところがあれば、書いたものを残したまま、同じ欄のあるページに出す。
    """
    desk = Desk.of_request()
    sheetgen.refuse_started(desk.root)
    batch = _earlier_batch(desk)
    source = _file_of(batch) if batch else None
    earlier = sheetgen.load_plan(source) if source else None
    sections_file = desk.uploads.keep(KIND, request.files.getlist("sections_file"))
    given = {name: value for name, value in request.form.items() if name != "item"}
    chosen = several("item")

    def again(error: SheetgenError) -> Shown:
        _discard(desk, sections_file)
        if batch is None or earlier is None:
            return Shown("founding.html", _begin_values(desk, given, error.problems))
        values = _earlier_values(earlier, batch, given, chosen)
        return Shown("founding_earlier.html", {**values, "problems": error.problems})

    try:
        wanted = _request(desk, source, earlier, sections_file)
    except UsageError as error:
        shown = again(error)
        return make_response(render_template(shown.template, **shown.values), 409)
    words = command_line(["sheetgen", "init", *_options(wanted)])

    def work(progress: Progress) -> Shown:
        try:
            result = sheetgen.init(wanted)
        except SheetgenError as error:
            return again(error)
        _discard(desk, sections_file)
        _discard(desk, batch)
        return _shown(result, words, has_items=False)

    return started(desk.host.runner.start("計画を始める", url_for("founding.begin"), work))


@pages.post("/earlier")
def earlier() -> Response:
    """前の計画のデータを受け取り、引き継ぐ実施項目を選ぶページ。"""
    desk = Desk.of_request()
    sheetgen.refuse_started(desk.root)
    for one in desk.uploads.waiting(KIND):
        desk.uploads.discard(one)
    batch = _needed(desk, "plan_file", "前の計画のデータ")
    try:
        plan = sheetgen.load_plan(_file_of(batch))
    except Exception:
        desk.uploads.discard(batch)
        raise
    chosen = tuple(item.id for _, _, item in plan.items())
    values = _earlier_values(plan, batch, {}, chosen)
    return make_response(render_template("founding_earlier.html", **values))


@pages.post("/blank")
def blank() -> BaseResponse:
    """空の編集ブックを置く。"""
    desk = Desk.of_request()
    kind = starting_point(written("kind")).name

    def work(progress: Progress) -> Shown:
        path = sheetgen.init_blank(desk.root, kind)
        words = ["sheetgen", "init", "--blank", *option("--kind", kind)]
        return Shown("founding_blank.html", {"path": path, "words": command_line(words)})

    return started(desk.host.runner.start("空の編集ブックを作る", url_for("founding.begin"), work))


@pages.post("/book")
def from_book() -> BaseResponse:
    """書き込んだ編集ブックから、計画を始める。"""
    desk = Desk.of_request()
    batch = _needed(desk, "book", "書き込んだ編集ブック")
    words = command_line(["sheetgen", "init", "--from", batch.names[0]])

    def work(progress: Progress) -> Shown:
        try:
            result = sheetgen.init_from_book(desk.root, _file_of(batch))
        finally:
            desk.uploads.discard(batch)
        return _shown(result, words, has_items=True)

    back = url_for("founding.begin")
    return started(desk.host.runner.start("編集ブックから計画を始める", back, work))


def _begin_values(
    desk: Desk, given: Mapping[str, str], problems: Iterable[Problem]
) -> dict[str, object]:
    """始め方を選ぶページの値。``given`` は、もう書かれたもの。"""
    book = desk.root / BOOK
    return {
        "is_started": desk.plan.is_file(),
        "book": book if book.is_file() else None,
        "longest": LONGEST_PLAN,
        "usual": USUAL_YEARS,
        "points": STARTING_POINTS,
        "given": given,
        "problems": tuple(problems),
    }


def _earlier_values(
    plan: Plan, batch: Batch, given: Mapping[str, str], chosen: tuple[str, ...]
) -> dict[str, object]:
    """引き継ぐものを選ぶページの値。"""
    old = {
        "municipality": plan.municipality,
        "code": plan.municipality_code or "",
        "office": plan.office,
        "first_year": plan.final_year + 1,
        "years": len(plan.fiscal_years),
    }
    return {
        "plan": plan,
        "batch": batch,
        "measures": measures_of(plan),
        "chosen": chosen,
        "longest": LONGEST_PLAN,
        "given": {**old, **given},
        "problems": (),
    }


def _request(
    desk: Desk, source: Path | None, earlier: Plan | None, sections_file: Batch | None
) -> InitRequest:
    """書かれたことからの依頼。

    :raises UsageError: 要る欄が書かれていない（I020）。欠けているものをすべて挙げる。
    """
    policies, sections = lines("policies"), lines("sections")
    items = several("item")
    texts = {
        "municipality": ("市区町村の名称", earlier.municipality if earlier else None),
        "plan_title": ("計画の名称", None),
        "office": ("事務局の名称", earlier.office if earlier else None),
    }
    given = {name: written(name) or old for name, (_, old) in texts.items()}
    first_year = chosen_year("first_year", "計画の初年度")
    years = whole_number("years", "計画の年数", 1, LONGEST_PLAN)
    if earlier is not None:
        first_year = first_year or earlier.final_year + 1
        years = years or len(earlier.fiscal_years)
    words = terms()
    lacking = [label for name, (label, _) in texts.items() if not given[name]]
    lacking += [] if first_year else ["計画の初年度"]
    lacking += [] if years else ["計画の年数"]
    lacking += [] if policies or earlier else [f"{words.policy}と{words.measure}"]
    lacking += [] if sections or sections_file or earlier else ["部と課"]
    lacking += [] if items or earlier is None else [f"引き継ぐ{words.item}"]
    if lacking:
        raise UsageError([Problem("I020", Place(label=one)) for one in lacking])
    offered = {item.id for _, _, item in earlier.items()} if earlier else set()
    code = unicodedata.normalize("NFKC", written("code") or "").strip()
    return InitRequest(
        folder=desk.root,
        municipality=given["municipality"] or "",
        plan_title=given["plan_title"] or "",
        office=given["office"] or "",
        first_year=first_year or 0,
        years=years or 0,
        policies=policies,
        sections=sections,
        sections_file=_file_of(sections_file) if sections_file else None,
        code=code or (earlier.municipality_code if earlier else None),
        source=source,
        kind=written("kind"),
        grades=lines("grades"),
        items=() if set(items) >= offered else items,
    )


def _options(wanted: InitRequest) -> tuple[str, ...]:
    return (
        *option("--kind", wanted.kind),
        *options("--grade", wanted.grades),
        *option("--municipality", wanted.municipality),
        *option("--code", wanted.code),
        *option("--plan-title", wanted.plan_title),
        *option("--office", wanted.office),
        *option("--first-year", wanted.first_year),
        *option("--years", wanted.years),
        *options("--policy", wanted.policies),
        *options("--section", wanted.sections),
        *option("--sections", wanted.sections_file.name if wanted.sections_file else None),
        *option("--from", wanted.source.name if wanted.source else None),
        *options("--item", wanted.items),
    )


def _earlier_batch(desk: Desk) -> Batch | None:
    """前のページで渡された、前の計画のデータ。

    :raises UsageError: もう置いていない（I020）。
    """
    name = written("earlier")
    if name is None:
        return None
    batch = desk.uploads.find(name)
    if batch is None or batch.kind != KIND:
        raise UsageError(Problem("I020", Place(label="前の計画のデータ")))
    return batch


def _needed(desk: Desk, name: str, label: str) -> Batch:
    """渡された一つのファイル。

    :raises UsageError: 渡されていない（I020）。
    """
    batch = desk.uploads.keep(KIND, request.files.getlist(name)[:1])
    if batch is None:
        raise UsageError(Problem("I020", Place(label=label)))
    return batch


def _file_of(batch: Batch) -> Path:
    return batch.files / batch.names[0]


def _discard(desk: Desk, batch: Batch | None) -> None:
    if batch is not None:
        desk.uploads.discard(batch)


def _shown(result: InitResult, words: str, *, has_items: bool) -> Shown:
    return Shown("founded.html", {"result": result, "words": words, "has_items": has_items})
