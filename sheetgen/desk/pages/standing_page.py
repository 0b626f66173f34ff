"""状況と督促"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

pages = Blueprint("standing", __name__, url_prefix="/standing")


@pages.get("/")
def index() -> Response:
    """状況と督促"""
    return make_response(render_template("refused.html", title="状況と督促", remedy=""))
