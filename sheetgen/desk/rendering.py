"""ページに出すことば。問題と、ファイルの道と、年度を、どのページでも同じ形に書く。"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from flask import Flask, Response, current_app, make_response, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.local import LocalProxy

import sheetgen
from sheetgen.desk.changes import by_item, change_pieces
from sheetgen.desk.desk import Desk
from sheetgen.desk.revision import revision_of
from sheetgen.era import iso_full, wareki, wareki_full
from sheetgen.messages import catalogue
from sheetgen.messages.catalogue import message_of, page_message_of, where
from sheetgen.messages.page_words import page_label
from sheetgen.messages.vocabulary import terms
from sheetgen.problems import Level, Place, Problem, SheetgenError

PAGE_OF_COMMAND = {
    "init": ("founding.begin", "計画を始める"),
    "edit": ("editing.index", "編集"),
    "add-item": ("items.add", "{terms.item}を加える"),
    "check": ("now.check", "点検"),
    "generate": ("sending.index", "配布"),
    "distribute": ("sending.index", "配布"),
    "collect": ("collecting.index", "回収"),
    "status": ("standing.index", "状況"),
    "remind": ("standing.remind", "督促"),
    "report": ("publishing.index", "公表"),
    "compare": ("publishing.index", "公表"),
    "export": ("publishing.index", "公表"),
    "rollover": ("closing.index", "年度の切替"),
    "undo": ("undoing.index", "取り消し"),
    "history": ("items.index", "項目"),
}
"""コマンドの名から、同じことをするページと、その名（計画のことばで埋める）へ。"""
_COMMAND = re.compile(r"sheetgen ([a-z-]+)")


class Told(NamedTuple):
    """人に見せる一つの問題。``pages`` は、対処に出てくるコマンドと同じことをするページ。"""

    level: Level
    code: str
    where: str
    cause: str
    remedy: str
    pages: tuple[tuple[str, str], ...]


class ToldLevel(NamedTuple):
    """同じ重さの問題。"""

    level: Level
    problems: tuple[Told, ...]


def told(problem: Problem) -> Told:
    """一つの問題を、人に見せる形にする。"""
    entry = message_of(problem)
    named = dict.fromkeys(_COMMAND.findall(entry.remedy))
    known = [PAGE_OF_COMMAND[name] for name in named if name in PAGE_OF_COMMAND]
    pages = tuple((page, name.format(terms=terms())) for page, name in known)
    label = page_label(problem.place.label)
    place = where(replace(_from_root(problem.place), label=label), problem.code)
    shown = page_message_of(problem)
    return Told(entry.level, problem.code, place, shown.cause, shown.remedy, pages)


def _from_root(place: Place) -> Place:
    """作業フォルダーの中のファイルは、そこからの道で見せる。"""
    if place.file is None or not Path(place.file).is_absolute():
        return place
    return replace(place, file=Desk.of_request().files.shown(Path(place.file)))


def by_level(problems: Iterable[Problem]) -> list[ToldLevel]:
    """問題を重い順に分ける。同じ重さの中の順はそのまま。"""
    found = catalogue.by_level(problems)
    return [ToldLevel(level, tuple(map(told, ones))) for level, ones in found.items()]


def problem_page(error: SheetgenError) -> Response:
    """続けられなかったわけのページ。"""
    return make_response(
        render_template("problems.html", title="続けられませんでした", problems=error.problems), 409
    )


NAVIGATION: Sequence[tuple[str, str]] = (
    ("now.index", "いま"),
    ("sending.index", "配布"),
    ("collecting.index", "回収"),
    ("standing.index", "状況・督促"),
    ("editing.index", "編集"),
    ("items.index", "項目"),
    ("publishing.index", "公表"),
    ("closing.index", "年度の切替"),
    ("undoing.index", "取り消し"),
)
"""上に並べるページ。"""


def _here(desk: Desk) -> str:
    """いまのページの仕事（blueprint の名）。仕事の結果のページは、始めたページのもの。"""
    page = (request.endpoint or "").partition(".")[0]
    job = desk.host.runner.find((request.view_args or {}).get("name", ""))
    if page != "common" or job is None:
        return page
    adapter = current_app.url_map.bind("")
    try:
        return str(adapter.match(job.back.partition("?")[0])[0]).partition(".")[0]
    except HTTPException:
        return page


def add_words(app: Flask) -> None:
    """ひな型で使うことばを加える。"""
    env = app.jinja_env
    env.filters.update(
        wareki=wareki,
        wareki_full=wareki_full,
        day=iso_full,
        by_level=by_level,
        counts=catalogue.counts,
        told=told,
    )
    # 取り込んだひな型の中でも使えるように、いつ見ても今のことばを指すものを置く。
    env.globals.update(change_pieces=change_pieces, by_item=by_item, terms=LocalProxy(terms))

    @app.context_processor
    def words() -> dict[str, object]:
        desk = Desk.of_request()
        here = _here(desk)

        def path(one: Path) -> str:
            return desk.files.shown(one)

        return {
            "desk": desk,
            "host": desk.host,
            "version": sheetgen.__version__,
            "navigation": [
                (url_for(endpoint), name, endpoint.partition(".")[0] == here)
                for endpoint, name in NAVIGATION
            ],
            "revision": lambda: revision_of(desk.plan),
            "shown_path": path,
            "offer": desk.files.offer,
        }
