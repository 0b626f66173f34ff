"""取り消し：記録した回の一覧と、その中身。何が戻るかを見てから、取り消す。"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

import sheetgen
from sheetgen.desk.command_lines import command_line, flag
from sheetgen.desk.desk import Desk
from sheetgen.desk.forms import carried, is_trial
from sheetgen.desk.pages.common_pages import started
from sheetgen.desk.plan_needed import without_plan
from sheetgen.desk.running import Shown
from sheetgen.messages.quoting import quoted
from sheetgen.messages.records import ACTION_WORDS
from sheetgen.plan.value import Value
from sheetgen.progress import Progress
from sheetgen.records.journal import Action, JournalEntry

pages = Blueprint("undoing", __name__, url_prefix="/undoing")
pages.before_request(without_plan)
WHOLE = "計画の全体"
SHOWN = 60


class ChangeRow(NamedTuple):
    """表の一行：どの実施項目の、どの欄が、どう変わったか。

    ``words`` があれば、``old`` と ``new`` の代わりに見せる。``source`` は、もとのファイルとセル。
    """

    item: str
    name: str
    label: str
    action: str = ""
    old: Value = None
    new: Value = None
    words: str = ""
    reason: str = ""
    source: str = ""


@pages.get("/")
def index() -> Response:
    """記録した回の一覧。"""
    found = sheetgen.runs(Desk.of_request().plan)
    last = next((one.run for one in found.runs if one.can_be_undone), None)
    return make_response(render_template("undoing.html", found=found, last=last))


@pages.get("/run/<run>")
def show(run: str) -> Response:
    """一つの回の中身。"""
    found = sheetgen.runs(Desk.of_request().plan)
    chosen = found.find(run)
    if chosen is None:
        abort(404)
    page = render_template(
        "undoing_run.html",
        run=chosen,
        changes=[_row(one, found.names) for one in chosen.changes],
        others=[_row(one, found.names) for one in chosen.others],
        problems=found.problems,
    )
    return make_response(page)


@pages.post("/")
def take_back() -> BaseResponse:
    """回を取り消す。試すだけのときは、何が戻るかを見せる。"""
    desk = Desk.of_request()
    run = request.form.get("run") or None
    is_dry = is_trial()
    given = () if run is None else ("--run", run)
    words = command_line(["sheetgen", "undo", *given, *flag("--dry-run", is_dry)])
    same = carried()

    def work(progress: Progress) -> Shown:
        result = sheetgen.undo(desk.plan, run, dry_run=is_dry)
        names = sheetgen.runs(desk.plan).names
        rows = [
            ChangeRow(
                one.item,
                names.get(one.item, one.item or WHOLE),
                one.label,
                old=one.old,
                new=one.new,
                words="" if one.path else f"{one.old} を除く",
            )
            for one in result.changes
        ]
        is_added = bool(result.changes) and not result.changes[0].path and not result.is_edit
        values = {"result": result, "rows": rows, "is_added": is_added}
        return Shown("undone.html", {**values, "words": words, "same": same})

    return started(desk.host.runner.start("取り消す", url_for("undoing.index"), work))


def _row(entry: JournalEntry, names: Mapping[str, str]) -> ChangeRow:
    item = entry.item or ""
    words = ""
    if entry.action is Action.WAIVE:
        words = f"{entry.code} を通した"
    elif entry.action is Action.DECIDE:
        words = f"{quoted(entry.old, SHOWN)} とし、{quoted(entry.new, SHOWN)} を採らなかった"
    elif entry.action is Action.ADD:
        words = quoted(entry.new, SHOWN)
    return ChangeRow(
        item,
        names.get(item, item or WHOLE),
        entry.label or "",
        ACTION_WORDS[entry.action],
        entry.old,
        entry.new,
        words,
        entry.reason or "",
        _source(entry),
    )


def _source(entry: JournalEntry) -> str:
    sheet = f"シート「{entry.sheet}」" if entry.sheet else None
    cell = f"セル {entry.cell}" if entry.cell else None
    return " ".join(one for one in (entry.file, sheet, cell) if one)
