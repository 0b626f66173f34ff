"""取り消し"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

pages = Blueprint("undoing", __name__, url_prefix="/undoing")


@pages.get("/")
def index() -> Response:
    """取り消し"""
    return make_response(render_template("refused.html", title="取り消し", remedy=""))
