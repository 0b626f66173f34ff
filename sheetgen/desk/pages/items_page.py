"""項目"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

pages = Blueprint("items", __name__, url_prefix="/items")


@pages.get("/")
def index() -> Response:
    """項目"""
    return make_response(render_template("refused.html", title="項目", remedy=""))
