"""いま"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

pages = Blueprint("now", __name__)


@pages.get("/")
def index() -> Response:
    """いま"""
    return make_response(render_template("refused.html", title="いま", remedy=""))
