"""操作の画面の組み立て。ページを集め、守りを付け、起きたことを人のことばにする。"""

from __future__ import annotations

import secrets
from importlib import import_module
from pathlib import Path

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from sheetgen.desk import safety
from sheetgen.desk.bugs import bug_page
from sheetgen.desk.desk import Desk
from sheetgen.desk.hosting import Host
from sheetgen.desk.rendering import add_words, problem_page
from sheetgen.desk.stale_pages import stale
from sheetgen.messages.vocabulary import adopt
from sheetgen.plan.fields import SHIPPED
from sheetgen.problems import SheetgenError

PAGES = (
    "now_page",
    "sending_page",
    "collecting_page",
    "standing_page",
    "editing_page",
    "items_page",
    "sections_page",
    "publishing_page",
    "closing_page",
    "undoing_page",
    "founding_page",
    "common_pages",
)
"""ページのファイル。それぞれが ``pages`` という blueprint を持つ。"""


def create_application(folder: Path, host: Host) -> Flask:
    """画面を組み立てる。

    ``folder`` は、``data``・``templates``・``output`` のあるフォルダー（空でもよい）。
    """
    app = Flask("sheetgen.desk")
    app.secret_key = secrets.token_bytes(32)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["desk"] = Desk(folder.resolve(), host)
    host.runner.check = stale
    safety.guard(app, host)
    app.before_request(_speak)
    app.teardown_request(_end_speech)
    app.before_request(_refuse_stale)
    add_words(app)
    for name in PAGES:
        app.register_blueprint(import_module(f"sheetgen.desk.pages.{name}").pages)
    app.register_error_handler(SheetgenError, problem_page)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(Exception, _broken)
    return app


def _speak() -> None:
    """この計画のことばで答える。"""
    if request.endpoint not in _WORDLESS:
        adopt(Desk.of_request().words)


def _end_speech(_: BaseException | None) -> None:
    """スレッドは使い回される。次の答えに、ことばを残さない。"""
    adopt(SHIPPED)


_WORDLESS = ("static", "common.alive", "common.events", "common.file")
"""ことばのない答え。計画は読まない。"""


def _refuse_stale() -> Response | None:
    """見せたあとで変わったデータについての決めごとは、何が変わったかを告げて断る。"""
    shown = stale()
    return shown and make_response(render_template(shown.template, **shown.values), 409)


_REFUSALS = {
    400: ("このアドレスでは開けません", "画面を、はじめのアイコンから開き直してください。"),
    403: ("この操作は受け付けられません", "画面を、はじめのアイコンから開き直してください。"),
    404: ("このページはありません", "上の一覧から、行うことを選んでください。"),
    405: ("このページは、この開き方では使えません", "上の一覧から、行うことを選んでください。"),
    413: (
        "一度に受け取れる大きさを超えています",
        f"一度に渡すのは、合わせて {safety.UPLOAD_LIMIT // 1024**2} MB まで、"
        f"{safety.PARTS_LIMIT}個までにしてください。何回に分けて渡してもかまいません。",
    ),
}


def _broken(error: Exception) -> Response:
    return bug_page(error, f"{request.method} {request.path}")


def _refused(error: HTTPException) -> Response:
    code = error.code or 500
    if code < 400:  # 移る先を告げるもの
        return make_response(error.get_response())
    title, remedy = _REFUSALS.get(code, _REFUSALS[404])
    return make_response(render_template("refused.html", title=title, remedy=remedy), code)
