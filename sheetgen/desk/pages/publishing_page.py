"""公表"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

pages = Blueprint("publishing", __name__, url_prefix="/publishing")


@pages.get("/")
def index() -> Response:
    """公表"""
    return make_response(render_template("refused.html", title="公表", remedy=""))
