"""計画を始める"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

pages = Blueprint("founding", __name__, url_prefix="/founding")


@pages.get("/")
def index() -> Response:
    """計画を始める"""
    return make_response(render_template("refused.html", title="計画を始める", remedy=""))
