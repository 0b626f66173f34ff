"""項目：すべての実施項目と、その値、来歴、印刷されるとおりの様式。小さな直しと、加えること。"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from werkzeug.wrappers import Response as BaseResponse

import sheetgen
from sheetgen.desk.command_lines import command_line
from sheetgen.desk.desk import Desk
from sheetgen.desk.direct_editing import FIELD, record_directly, try_directly, written_texts
from sheetgen.desk.forms import chosen_round, chosen_year
from sheetgen.desk.item_table import own_values, year_table
from sheetgen.desk.pages.common_pages import gone, started
from sheetgen.desk.pictures import picture_response
from sheetgen.desk.revision import revision_of
from sheetgen.desk.running import Shown
from sheetgen.desk.uploads import Batch
from sheetgen.form.rounds import Placed, settle_round
from sheetgen.messages.catalogue import is_error, message_of
from sheetgen.messages.records import ACTION_WORDS
from sheetgen.messages.values import explain_reading
from sheetgen.messages.vocabulary import terms
from sheetgen.plan.item_names import item_id_of
from sheetgen.plan.plan import Plan, item_label
from sheetgen.plan.round import FieldKind, Round, RoundKind
from sheetgen.problems import Level, Problem, SheetgenError
from sheetgen.progress import Progress
from sheetgen.publish.document.sheets import item_text
from sheetgen.publish.sheet_pictures import Picture, PrintedSheet, printed_sheet
from sheetgen.records.history import find_item
from sheetgen.year.adding import AddRequest, AddResult
from sheetgen.year.list_columns import (
    INITIATIVE,
    PLAN,
    list_columns,
    list_file,
    yearly,
    yearly_names,
)
from sheetgen.year.new_plan import list_guide

pages = Blueprint("items", __name__, url_prefix="/items")
ADDING = "add"


@pages.get("/")
def index() -> BaseResponse:
    """実施項目の一覧。"""
    desk = Desk.of_request()
    if not desk.plan.exists():
        return redirect(url_for("now.index"), 303)
    plan = _plan(desk)
    words = request.args.get("q", "").strip()
    wanted = (request.args.get("policy", ""), request.args.get("section", ""))
    rows = [place for place in plan.items() if _fits(plan, place, words, *wanted)]
    ended = [place for place in plan.ended() if _fits(plan, place, words, *wanted)]
    return make_response(
        render_template(
            "items.html",
            plan=plan,
            rows=rows,
            ended=ended,
            words=words,
            label=item_label,
            policy=wanted[0],
            section=wanted[1],
            total=plan.item_count,
        )
    )


@pages.get("/<item>")
def show(item: str) -> BaseResponse:
    """一つの実施項目。"""
    desk = Desk.of_request()
    plan = _plan(desk)
    place = _place(plan, item)
    if place[2].id != item:
        return redirect(url_for("items.show", item=place[2].id), 303)
    sheets = [_sheet(desk, plan, kind, item) for kind in plan.round_kinds]
    year = chosen_year()
    return make_response(
        render_template(
            "item.html",
            plan=plan,
            policy=place[0],
            measure=place[1],
            item=place[2],
            label=item_label(place[1], place[2]),
            is_ended=any(one.item.id == item for one in plan.ended_items),
            text=item_text(plan, *place),
            table=year_table(plan, place[2]),
            own_values=own_values(plan, place[2]),
            sheets=sheets,
            proposals=sheetgen.waiting_of(desk.plan, item),
            field_name=FIELD,
            history=sheetgen.trace(desk.plan, item, year),
            history_year=year,
            action_words=ACTION_WORDS,
            reading=_reading_words,
            command_line=command_line(["sheetgen", "history", item, *_year_words(year)]),
        )
    )


@pages.get("/<item>/sheet.svg")
def picture(item: str) -> Response:
    """印刷されるとおりの様式の絵。"""
    desk = Desk.of_request()
    plan = _plan(desk)
    chosen = _round(plan)
    if chosen is None:
        abort(404)
    marked = request.args.getlist("mark")[:50]
    return picture_response(lambda: _drawn(desk, plan, chosen, item, marked))


@pages.get("/<item>/sheet")
def sheet(item: str) -> BaseResponse:
    """様式を大きく見るページ。描けないときは、そのわけ。"""
    desk = Desk.of_request()
    plan = _plan(desk)
    place, chosen = _place(plan, item), _round(plan)
    if chosen is None:
        abort(404)
    problems: tuple[Problem, ...] = ()
    drawn: Picture | None = None
    try:
        drawn = _drawn(desk, plan, chosen, item, ())
    except SheetgenError as error:
        problems = error.problems
    values = {"item": place[2], "label": item_label(place[1], place[2]), "round": chosen}
    page = render_template("item_sheet.html", picture=drawn, problems=problems, **values)
    return make_response(page, 200 if drawn else 409)


@pages.get("/<item>/edit")
def edit(item: str) -> Response:
    """実施項目の、直せる欄。"""
    desk = Desk.of_request()
    place = _place(_plan(desk), item)
    values = {"item": place[2], "label": item_label(place[1], place[2]), "field_name": FIELD}
    groups = sheetgen.open_item_fields(desk.plan, item)
    return make_response(render_template("item_edit.html", groups=groups, **values))


@pages.post("/<item>/edit")
def try_edit(item: str) -> BaseResponse:
    """直したあとの値を、記録する前に見る。"""
    desk = Desk.of_request()
    groups = sheetgen.open_item_fields(desk.plan, item)
    texts = written_texts(groups, sheetgen.waiting_of(desk.plan, item))
    return try_directly(desk, texts, item)


@pages.post("/record")
def record() -> BaseResponse:
    """直した値を記録する。"""
    return record_directly(Desk.of_request())


@pages.get("/add")
def add() -> BaseResponse:
    """実施項目を加えるページ。"""
    desk = Desk.of_request()
    if not desk.plan.exists():
        return redirect(url_for("now.index"), 303)
    return make_response(_adding(desk))


@pages.post("/add")
def try_add() -> BaseResponse:
    """一件を、加える前に見る。"""
    desk = Desk.of_request()
    fields = _written(_plan(desk))
    if not fields:
        return make_response(
            _adding(desk, "名称などを書いてから、「加える前に見る」を押してください。"), 400
        )
    return _try_adding(desk, AddRequest(plan=desk.plan, fields=fields, dry_run=True), None)


@pages.get("/add/list")
def list_book() -> Response:
    """実施項目を書いて加える、一覧のブック。"""
    plan = _plan(Desk.of_request())
    data = sheetgen.item_list_book(plan)
    return send_file(io.BytesIO(data), as_attachment=True, download_name=list_file(plan.words))


@pages.post("/add/list")
def receive_list() -> BaseResponse:
    """書いた一覧を受け取り、加える前に見る。"""
    desk = Desk.of_request()
    given = [one for one in request.files.getlist("list") if one.filename]
    if len(given) != 1:
        return make_response(
            _adding(desk, "書いた一覧を一冊選んでから、「読む」を押してください。"), 400
        )
    batch = desk.uploads.keep(ADDING, given)
    assert batch is not None
    source = batch.files / batch.names[0]
    return _try_adding(desk, AddRequest(plan=desk.plan, source=source, dry_run=True), batch)


@pages.get("/add/list/<name>")
def reread_list(name: str) -> BaseResponse:
    """渡してある一覧を、もう一度見る。"""
    desk = Desk.of_request()
    batch = _list_batch(desk, name)
    source = batch.files / batch.names[0]
    return _try_adding(desk, AddRequest(plan=desk.plan, source=source, dry_run=True), batch)


@pages.post("/add/list/<name>/discard")
def discard_list(name: str) -> BaseResponse:
    """渡した一覧を、加えずに取りやめる。"""
    desk = Desk.of_request()
    desk.uploads.discard(_list_batch(desk, name))
    return redirect(url_for("items.add"), 303)


@pages.post("/add/record")
def record_added() -> BaseResponse:
    """見せた実施項目を加える。"""
    desk = Desk.of_request()
    name, accept = request.form.get("batch", ""), bool(request.form.get("accept"))
    batch = _list_batch(desk, name) if name else None
    if batch is not None:
        asked = AddRequest(plan=desk.plan, source=batch.files / batch.names[0], accept=accept)
    else:
        asked = AddRequest(plan=desk.plan, fields=_written(_plan(desk)), accept=accept)

    def work(progress: Progress) -> Shown:
        seen = revision_of(desk.plan)
        result = sheetgen.add_items(asked)
        if not result.saved:
            return Shown("adding_review.html", _added(asked, result, batch, seen))
        if batch is not None:
            desk.uploads.discard(batch)
        return Shown("adding_done.html", _added(asked, result, batch, seen))

    return started(desk.host.runner.start(f"{terms().item}を加える", url_for("items.add"), work))


@pages.get("/history/edits")
def edit_history() -> BaseResponse:
    """編集で変えたことを、回ごとに。"""
    runs, problems = sheetgen.edit_runs(Desk.of_request().plan)
    values = {"runs": runs[::-1], "problems": problems}
    return make_response(render_template("edit_history.html", **values))


@pages.get("/history/proposals")
def proposal_history() -> BaseResponse:
    """受け取った変更申出のすべて。"""
    listed = sheetgen.proposals(Desk.of_request().plan)
    return make_response(render_template("proposal_history.html", listed=listed))


def _plan(desk: Desk) -> Plan:
    return desk.recall("plan", lambda: sheetgen.load_plan(desk.plan))


def _place(plan: Plan, item: str) -> Placed:
    """実施項目。``08-08`` のほか、``８－８`` や ``(8)⑧`` でもよい。"""
    found, _ = find_item(plan, item)
    return next(p for p in (*plan.items(), *plan.ended()) if p[2].id == found.id)


def _fits(plan: Plan, place: Placed, words: str, policy: str, section: str) -> bool:
    of_policy, measure, item = place
    if policy and str(of_policy.number) != policy:
        return False
    if section and section not in {one.full_name for one in item.owners}:
        return False
    if not words:
        return True
    texts = (
        item.id, item.title, item.improvement, item.current_state, item.vision, measure.name,
        item.indicator.name, item_label(measure, item), *item.related_sections,
        *(one.full_name for one in item.owners), *item.initiatives.values(),
        *(one.plan or "" for one in item.years), *(one.result.text or "" for one in item.years),
        *(str(value) for value in item.values.values()),
        *(str(value) for one in item.years for value in one.values.values()),
    )  # fmt: skip
    return item_id_of(plan, words) == item.id or any(words in text for text in texts)


class ShownSheet(NamedTuple):
    """一つの照会の様式。``problems`` は、収まらない文と、作れないわけ。"""

    kind: RoundKind
    round: Round | None
    printed: PrintedSheet | None
    problems: tuple[Problem, ...]


def _sheet(desk: Desk, plan: Plan, kind: RoundKind, item: str) -> ShownSheet:
    try:
        chosen = settle_round(plan, kind, None)
        printed = printed_sheet(plan, desk.template, chosen, item)
    except SheetgenError as error:
        return ShownSheet(kind, None, None, error.problems)
    return ShownSheet(kind, chosen, printed, printed.problems)


def _round(plan: Plan) -> Round | None:
    """絵の照会。"""
    kind = chosen_round()
    return settle_round(plan, kind, chosen_year()) if kind is not None else None


def _drawn(desk: Desk, plan: Plan, chosen: Round, item: str, marked: Any) -> Picture:
    return sheetgen.sheet_picture(
        plan, desk.template, chosen, item, marked, layout=desk.picture_layout
    )


def _list_batch(desk: Desk, name: str) -> Batch:
    batch = desk.uploads.find(name)
    return batch if batch is not None and batch.kind == ADDING else gone()


def _adding(desk: Desk, problem: str = "") -> str:
    plan = _plan(desk)
    columns = list_columns(plan)
    yearly_of = {
        year: [yearly(name, year, plan) for name in yearly_names(plan)]
        for year in plan.fiscal_years
    }
    return render_template(
        "adding.html",
        plan=plan,
        columns=[
            one for one in columns if one.year is None and not one.key.startswith("overview.")
        ],
        overview=[one for one in columns if one.key.startswith("overview.")],
        yearly=yearly_of,
        choices=list_guide(plan).choices,
        long=(*_LONG, *_own_texts(plan)),
        waiting=desk.uploads.waiting(ADDING),
        problem=problem,
    )


_LONG = ("improvement", "current_state", "vision", INITIATIVE, PLAN)
"""何行にもなる欄。"""


def _own_texts(plan: Plan) -> list[str]:
    """計画が増やした、文の欄の名。"""
    fields = plan.field_table.values()
    return [one.name for one in fields if one.is_declared and one.kind is FieldKind.TEXT]


def _written(plan: Plan) -> dict[str, str]:
    """フォームに書かれた、一件の欄。"""
    known = [one.key for one in list_columns(plan)]
    known += [f"{name}:{year}" for name in yearly_names(plan) for year in plan.fiscal_years]
    found = {}
    for key in dict.fromkeys(known):
        text = request.form.get(f"add|{key}", "").replace("\r\n", "\n").rstrip()
        if text.strip():
            found[key] = text
    return found


def _try_adding(desk: Desk, asked: AddRequest, batch: Batch | None) -> BaseResponse:
    def work(progress: Progress) -> Shown:
        seen = revision_of(desk.plan)
        try:
            # 確認の問いがあっても、加わるものを見せる。
            result = sheetgen.add_items(replace(asked, accept=True))
        except SheetgenError:
            if batch is not None:
                desk.uploads.discard(batch)
            raise
        return Shown("adding_review.html", _added(asked, result, batch, seen))

    return started(desk.host.runner.start("加える前に見る", url_for("items.add"), work))


def _added(asked: AddRequest, result: AddResult, batch: Batch | None, seen: str) -> dict[str, Any]:
    words = ["sheetgen", "add-item"]
    if batch is not None:
        words += ["--from", batch.names[0]]
    return {
        "result": result,
        "fields": asked.fields,
        "batch": batch,
        "seen_revision": seen,
        "has_errors": any(map(is_error, result.problems)),
        "asks": any(message_of(one).level is Level.CONFIRM for one in result.problems),
        "command_line": command_line([*words, *([] if batch else _options(asked.fields))]),
    }


def _options(fields: Mapping[str, str]) -> list[str]:
    """同じ一件を、コマンドで書くときの指定。概要表の欄は、コマンドにはない。"""
    words = []
    for key, text in fields.items():
        name, _, year = key.partition(":")
        option = _OPTIONS.get(name)
        if option:
            words += [option, f"{year}={text}" if year else text]
    return words


_OPTIONS = {
    "measure": "--measure", "title": "--title", "owners": "--owner",
    "related_sections": "--related", "section": "--heading", "introduced": "--introduced",
    "improvement": "--improvement", "current_state": "--current-state", "vision": "--vision",
    "indicator.name": "--indicator", "indicator.unit": "--unit",
    "indicator.current": "--current", "indicator.target": "--final-target",
    "initiative": "--initiative", "plan": "--year-plan", "target": "--target",
    "effect": "--effect",
}  # fmt: skip


def _year_words(year: int | None) -> list[str]:
    return [] if year is None else ["--year", str(year)]


def _reading_words(rule: str | None) -> str:
    return explain_reading(rule or "")
