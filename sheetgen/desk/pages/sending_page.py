"""配布"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

pages = Blueprint("sending", __name__, url_prefix="/sending")


@pages.get("/")
def index() -> Response:
    """配布"""
    return make_response(render_template("refused.html", title="配布", remedy=""))
