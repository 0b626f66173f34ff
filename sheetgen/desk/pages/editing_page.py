"""編集：計画のデータを編集ブックに書き出し、直して戻したものを、見てから記録する。"""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as BaseResponse

import sheetgen
from sheetgen.desk.command_lines import command_line
from sheetgen.desk.desk import Desk
from sheetgen.desk.pages.common_pages import gone, started
from sheetgen.desk.revision import revision_of
from sheetgen.desk.running import Shown
from sheetgen.desk.uploads import Batch
from sheetgen.era import wareki
from sheetgen.messages.catalogue import is_error, message_of
from sheetgen.problems import Level, Problem, SheetgenError
from sheetgen.progress import Progress
from sheetgen.year.editing.applying import Take
from sheetgen.year.editing.edit_recording import EditRequest, EditResult
from sheetgen.year.editing.plan_sheets import own_sheets
from sheetgen.year.editing.writing import BOOK, FOLDER, TEMPLATE, EditBookRequest

pages = Blueprint("editing", __name__, url_prefix="/editing")
KIND = "edit"


@pages.get("/")
def index() -> BaseResponse:
    """書き出す、渡す、続きを見る。"""
    desk = Desk.of_request()
    if not desk.plan.exists():
        return redirect(url_for("now.index"), 303)
    return make_response(_index(desk))


@pages.post("/write")
def write() -> BaseResponse:
    """編集ブックを書き出す。"""
    desk = Desk.of_request()
    sheets = tuple(request.form.getlist("sheets"))
    asked = EditBookRequest(
        plan=desk.plan, template=_book_template(desk), root=desk.root, sheets=sheets
    )
    words = ["sheetgen", "edit", *(word for one in sheets for word in ("--sheet", one))]

    def work(progress: Progress) -> Shown:
        written = sheetgen.write_edit_book(asked)
        values = {"written": written, "sheets": sheets, "command_line": command_line(words)}
        return Shown("editing_written.html", values)

    return started(desk.host.runner.start("編集ブックの書き出し", url_for("editing.index"), work))


@pages.post("/")
def receive() -> BaseResponse:
    """直したブックを受け取り、読む。"""
    desk = Desk.of_request()
    given = [one for one in request.files.getlist("file") if one.filename]
    if len(given) != 1:
        words = (
            "直した編集ブックを選んでから、「読む」を押してください。"
            if not given
            else "編集ブックは、一冊ずつ渡してください。"
        )
        return make_response(_index(desk, words), 400)
    batch = desk.uploads.keep(KIND, given)
    assert batch is not None
    return _reading(desk, batch)


@pages.get("/<name>")
def show(name: str) -> BaseResponse:
    """読んだ結果。"""
    return _reading(Desk.of_request(), _batch(name))


@pages.post("/<name>/take")
def take(name: str) -> BaseResponse:
    """ほかで変わった値を、どちらにするか決めて、読み直す。"""
    desk, batch = Desk.of_request(), _batch(name)
    chosen = request.form.get("take", "")
    if chosen not in ("", *Take):
        abort(400)
    batch.note["take"] = chosen
    desk.uploads.write(batch)
    return redirect(url_for("editing.show", name=name), 303)


@pages.post("/<name>/record")
def record(name: str) -> BaseResponse:
    """記録する。"""
    desk, batch = Desk.of_request(), _batch(name)
    accept = bool(request.form.get("accept"))
    asked = _request(desk, batch, accept=accept)

    def work(progress: Progress) -> Shown:
        seen = revision_of(desk.plan)
        result = sheetgen.edit(asked)
        if result.is_held:
            return Shown("editing_review.html", _values(desk, batch, result, seen))
        desk.uploads.discard(batch)
        values = {"result": result, "command_line": _command(batch, accept=accept)}
        return Shown("editing_recorded.html", values)

    return started(desk.host.runner.start("編集の記録", url_for("editing.index"), work))


@pages.post("/<name>/discard")
def discard(name: str) -> BaseResponse:
    """記録せずに取りやめる。"""
    desk = Desk.of_request()
    desk.uploads.discard(_batch(name))
    return redirect(url_for("editing.index"), 303)


def _index(desk: Desk, problem: str = "") -> str:
    sheets: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    try:
        sheets = desk.recall(
            "edit sheets",
            lambda: sheetgen.edit_sheets(_book_template(desk), desk.plan),
            _written_at(desk),
        )
    except SheetgenError as error:
        problems = error.problems
    plan = desk.recall("plan", lambda: sheetgen.load_plan(desk.plan))
    last = desk.root / "output" / wareki(plan.revision.fiscal_year) / FOLDER / BOOK
    return render_template(
        "editing.html",
        sheets=sheets,
        on_request=[name for name, is_usual in own_sheets(plan).items() if not is_usual],
        problems=problems,
        last=last if last.is_file() else None,
        folder=last.parent,
        waiting=desk.uploads.waiting(KIND),
        problem=problem,
    )


def _book_template(desk: Desk) -> Any:
    return desk.template.with_name(TEMPLATE)


def _written_at(desk: Desk) -> int:
    try:
        return int(_book_template(desk).stat().st_mtime_ns)
    except OSError:
        return 0


def _batch(name: str) -> Batch:
    batch = Desk.of_request().uploads.find(name)
    return batch if batch is not None and batch.kind == KIND else gone()


def _request(
    desk: Desk, batch: Batch, *, accept: bool = False, dry_run: bool = False
) -> EditRequest:
    chosen = batch.note.get("take")
    return EditRequest(
        plan=desk.plan,
        file=batch.files / batch.names[0],
        template=desk.template,
        take=Take(chosen) if chosen in tuple(Take) else None,
        accept=accept,
        dry_run=dry_run,
    )


def _reading(desk: Desk, batch: Batch) -> BaseResponse:
    asked = _request(desk, batch, dry_run=True)

    def work(progress: Progress) -> Shown:
        seen = revision_of(desk.plan)
        try:
            result = sheetgen.edit(asked)
        except SheetgenError as error:
            desk.uploads.discard(batch)  # 編集ブックでないものは、置いておいても使えない
            return Shown(
                "editing_unread.html", {"name": batch.names[0], "problems": error.problems}
            )
        return Shown("editing_review.html", _values(desk, batch, result, seen))

    return started(desk.host.runner.start("編集ブックを読む", url_for("editing.index"), work))


def _values(desk: Desk, batch: Batch, result: EditResult, seen: str) -> dict[str, Any]:
    levels = {message_of(one).level for one in result.problems}
    both = any(one.code == "E040" for one in result.problems)
    return {
        "batch": batch,
        "result": result,
        "seen_revision": seen,
        "both": both,
        "take": batch.note.get("take") or "",
        "has_errors": any(map(is_error, result.problems)),
        "asks": Level.CONFIRM in levels,
        "changes": bool(result.lines or result.items or result.decided),
        "command_line": _command(batch),
    }


def _command(batch: Batch, *, accept: bool = False) -> str:
    words = ["sheetgen", "edit", batch.names[0]]
    if batch.note.get("take"):
        words += ["--take", batch.note["take"]]
    return command_line([*words, *(["--accept"] if accept else [])])
