"""いま：一年のどこにいて、次に何をするか。初めての日には、始め方を示す。"""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

import sheetgen
from sheetgen.desk.desk import Desk
from sheetgen.desk.pages.common_pages import started
from sheetgen.desk.running import Shown
from sheetgen.plan.round import Round
from sheetgen.progress import Progress
from sheetgen.send.checking import CheckResult
from sheetgen.year.agenda import Duty

pages = Blueprint("now", __name__)
CHECKED = "check"
_PAGES = {
    Duty.FOUND: "founding.begin",
    Duty.ADD: "items.add",
    Duty.CHECK: "now.check",
    Duty.SEND: "sending.index",
    Duty.COLLECT: "collecting.index",
    Duty.RETURN: "sending.returns",
    Duty.REMIND: "standing.remind",
    Duty.ROLL: "closing.index",
    Duty.PUBLISH: "publishing.index",
}


@pages.get("/")
def index() -> Response:
    """いまの様子と、次にすること。"""
    desk = Desk.of_request()
    if not desk.plan.exists():
        return make_response(render_template("now_first.html"))
    agenda = desk.recall("agenda", lambda: sheetgen.agenda(desk.plan), date.today())
    values = {
        "agenda": agenda,
        "duties": Duty,
        "address": _address,
        "waiting": desk.uploads.waiting("collect"),
        "edits": desk.uploads.waiting("edit"),
        "has_template": desk.template.exists(),
        "checked": _checked(desk),
        "jobs": desk.host.runner.recent(),
        "today": date.today().isoformat(),
    }
    return make_response(render_template("now.html", **values))


@pages.get("/check")
def check() -> BaseResponse:
    """点検の結果。まだなら、点検する。"""
    desk = Desk.of_request()
    found = _checked(desk)
    if found is not None:
        return make_response(render_template("check.html", result=found))

    def work(progress: Progress) -> Shown:
        desk.recall(
            CHECKED, lambda: sheetgen.check(desk.plan, desk.template), *_template_mark(desk)
        )
        return Shown("", to=url_for("now.check"))

    return started(desk.host.runner.start("点検", url_for("now.index"), work))


@pages.post("/check")
def check_again() -> BaseResponse:
    """もう一度点検する。"""
    desk = Desk.of_request()
    desk.remembered.pop(CHECKED, None)
    return check()


def _checked(desk: Desk) -> CheckResult | None:
    """いまのデータとテンプレートについて、点検してあれば、その結果。"""
    found = desk.recalled(CHECKED, *_template_mark(desk))
    return found if isinstance(found, CheckResult) else None


def _template_mark(desk: Desk) -> tuple[object, ...]:
    try:
        status = desk.template.stat()
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_size


def _address(duty: Duty, chosen: Round | None) -> str:
    """その仕事のページ。"""
    values: dict[str, Any] = {}
    if chosen is not None and duty is not Duty.COLLECT:
        values = {"round": chosen.kind.value, "year": chosen.year}
    return url_for(_PAGES[duty], **values)
