"""編集"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

pages = Blueprint("editing", __name__, url_prefix="/editing")


@pages.get("/")
def index() -> Response:
    """編集"""
    return make_response(render_template("refused.html", title="編集", remedy=""))
