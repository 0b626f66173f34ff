"""回収"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

pages = Blueprint("collecting", __name__, url_prefix="/collecting")


@pages.get("/")
def index() -> Response:
    """回収"""
    return make_response(render_template("refused.html", title="回収", remedy=""))
