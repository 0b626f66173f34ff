"""古いページからの決めごとを断る。何が変わったかを告げ、新しい内容のページへ案内する。"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException

from sheetgen.desk.desk import Desk
from sheetgen.desk.revision import Moved, moved_since
from sheetgen.desk.running import Shown

REVISION = "revision"


def stale() -> Shown | None:
    """いま送られた決めごとの、もとのページが古ければ、そのわけのページ。"""
    if request.method != "POST" or REVISION not in request.form:
        return None
    moved = moved_since(Desk.of_request().plan, request.form[REVISION])
    return stale_page(moved, _page_before()) if moved else None


def stale_page(moved: Iterable[Moved], back: str) -> Shown:
    """何が変わったかを告げるページ。``back`` は、新しい内容で開き直すページ。"""
    return Shown("stale.html", {"moved": tuple(moved), "back": back})


def _page_before() -> str:
    """決めごとを送り出したページ。仕事の結果のページは作り直せないので、その仕事の始めのページ。

    ブラウザーの告げる道（Referer）は、この画面のページを指すときだけ使う。
    """
    home = url_for("now.index")
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return home
    try:
        adapter = current_app.create_url_adapter(request)
        endpoint, values = adapter.match(parts.path, method="GET") if adapter else ("", {})
    except HTTPException:
        return home
    if endpoint == "common.job":
        job = Desk.of_request().host.runner.find(values["name"])
        return job.back if job is not None else home
    return url_for(endpoint, **values) + (f"?{parts.query}" if parts.query else "")
