"""課とメール：一つの課の欄を直す。"""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

import sheetgen
from sheetgen.desk.desk import Desk
from sheetgen.desk.direct_editing import FIELD, try_directly, written_texts

pages = Blueprint("sections", __name__, url_prefix="/sections")


@pages.get("/")
def index() -> BaseResponse:
    """課とそのメール。"""
    desk = Desk.of_request()
    if not desk.plan.exists():
        return redirect(url_for("now.index"), 303)
    plan = desk.recall("plan", lambda: sheetgen.load_plan(desk.plan))
    counts = Counter(item.owners[0].full_name for _, _, item in plan.items())
    return make_response(render_template("sections.html", plan=plan, counts=counts))


@pages.get("/<department>/<section>")
def show(department: str, section: str) -> Response:
    """一つの課の、直せる欄。"""
    name = f"{department} {section}"
    desk = Desk.of_request()
    plan = desk.recall("plan", lambda: sheetgen.load_plan(desk.plan))
    values = {
        "name": name,
        "department": department,
        "section": section,
        "groups": sheetgen.open_section_fields(desk.plan, name),
        "has_related": plan.has("related_sections"),
    }
    return make_response(render_template("section.html", field_name=FIELD, **values))


@pages.post("/<department>/<section>")
def try_edit(department: str, section: str) -> BaseResponse:
    """課の欄の、直したあとの値を見る。"""
    desk = Desk.of_request()
    groups = sheetgen.open_section_fields(desk.plan, f"{department} {section}")
    return try_directly(desk, written_texts(groups), "")
