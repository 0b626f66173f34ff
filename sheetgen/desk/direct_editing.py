"""じかに直すこと。書かれた欄を読み、試しに見せ、記録する。項目のページと課のページが使う。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response as BaseResponse

import sheetgen
from sheetgen.desk.desk import Desk
from sheetgen.desk.pages.common_pages import started
from sheetgen.desk.revision import revision_of
from sheetgen.desk.running import Shown
from sheetgen.messages.catalogue import is_error, message_of
from sheetgen.problems import Level
from sheetgen.progress import Progress
from sheetgen.year.editing.direct_edits import DirectEditRequest, FieldGroup, ProposedField
from sheetgen.year.editing.edit_recording import EditResult

FIELD = "field|"
"""直す欄の、フォームの中の名の初め。後ろに、欄の名が続く。"""
_NO_REASON = "E046"


def written_texts(
    groups: Iterable[FieldGroup], proposals: Iterable[ProposedField] = ()
) -> dict[str, str]:
    """フォームに書かれた欄のうち、いまの値と違うもの。"""
    shown = {one.name: one.text for group in groups for one in group.fields}
    shown |= {one.name: "" for one in proposals}
    found = {}
    for name, text in shown.items():
        written = request.form.get(FIELD + name)
        if written is not None and _plain(written) != _plain(text):
            found[name] = written
    return found


def try_directly(desk: Desk, texts: Mapping[str, str], item: str) -> BaseResponse:
    """直したあとの値を、記録する前に見せる。``item`` は戻る実施項目（課の欄なら空）。"""
    reason = request.form.get("reason", "")
    asked = _request(desk, texts, reason, dry_run=True)
    back = _back(item)

    def work(progress: Progress) -> Shown:
        seen = revision_of(desk.plan)
        result = sheetgen.edit_directly(asked)
        return Shown("item_review.html", _review(result, texts, reason, item, seen) | back)

    return started(desk.host.runner.start("直した値の確かめ", back["back"], work))


def record_directly(desk: Desk) -> BaseResponse:
    """見せた値を記録する。"""
    texts = {
        name.removeprefix(FIELD): value
        for name, value in request.form.items()
        if name.startswith(FIELD)
    }
    reason, item = request.form.get("reason", ""), request.form.get("item", "")
    asked = _request(desk, texts, reason, accept=bool(request.form.get("accept")))
    back = _back(item)

    def work(progress: Progress) -> Shown:
        seen = revision_of(desk.plan)
        result = sheetgen.edit_directly(asked)
        if result.is_held:
            return Shown("item_review.html", _review(result, texts, reason, item, seen) | back)
        return Shown("item_recorded.html", {"result": result, **back})

    return started(desk.host.runner.start("直した値の記録", back["back"], work))


def _request(
    desk: Desk,
    texts: Mapping[str, str],
    reason: str,
    *,
    accept: bool = False,
    dry_run: bool = False,
) -> DirectEditRequest:
    return DirectEditRequest(
        plan=desk.plan, template=desk.template, texts=texts, reason=reason,
        accept=accept, dry_run=dry_run,
    )  # fmt: skip


def _back(item: str) -> dict[str, str]:
    """戻る先。"""
    if item:
        return {"back": url_for("items.show", item=item), "back_name": "項目のページ"}
    return {"back": url_for("sections.index"), "back_name": "課のページ"}


def _review(
    result: EditResult, texts: Mapping[str, str], reason: str, item: str, seen: str
) -> dict[str, Any]:
    return {
        "result": result,
        "texts": texts,
        "reason": reason,
        "item": item,
        "seen_revision": seen,
        "field_name": FIELD,
        "owes_reason": any(one.code == _NO_REASON for one in result.problems),
        "has_errors": any(is_error(one) for one in result.problems if one.code != _NO_REASON),
        "asks": any(message_of(one).level is Level.CONFIRM for one in result.problems),
        "changes": bool(result.lines or result.items or result.decided),
    }


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").rstrip()
