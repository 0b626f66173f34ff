"""思わぬ例外を、その記録の場所を告げるページにする。"""

from __future__ import annotations

from flask import Response, make_response, render_template

from sheetgen.desk.desk import Desk
from sheetgen.records.bug_report import report_bug


def bug_page(error: BaseException, doing: str) -> Response:
    """思わぬことが起きたページ。``doing`` は、していたこと。"""
    found = report_bug(error, f"desk {doing}", Desk.of_request().root)
    page = render_template("bug.html", problems=[found.problem], record=found.record)
    return make_response(page, 500)
