"""年度の切替"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

pages = Blueprint("closing", __name__, url_prefix="/closing")


@pages.get("/")
def index() -> Response:
    """年度の切替"""
    return make_response(render_template("refused.html", title="年度の切替", remedy=""))
