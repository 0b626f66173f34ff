"""計画のまだないフォルダーで、計画の要るページを開いたときの案内。"""

from __future__ import annotations

from flask import Response, make_response, render_template, request

from sheetgen.desk.desk import Desk


def without_plan() -> Response | None:
    """計画のデータがなければ、始め方のページ。あれば ``None``。"""
    if Desk.of_request().plan.is_file():
        return None
    status = 200 if request.method == "GET" else 409
    return make_response(render_template("without_plan.html"), status)
