"""配布：照会と期限と課を選び、ブック、依頼文、メールの下書きを作る。見本、期限の延長、差戻しも。"""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

import sheetgen
from sheetgen.desk.command_lines import command_line, flag, option, options
from sheetgen.desk.desk import Desk
from sheetgen.desk.drafts import shown_drafts
from sheetgen.desk.forms import (
    Carried,
    carried,
    chosen_day,
    chosen_round,
    chosen_year,
    is_trial,
    several,
    ticked,
    whole_number,
)
from sheetgen.desk.pages.common_pages import started
from sheetgen.desk.plan_needed import without_plan
from sheetgen.desk.running import Shown
from sheetgen.problems import Place, Problem, UsageError
from sheetgen.progress import Progress
from sheetgen.records.issues import issues_folder
from sheetgen.send.deadlines import day_words, deadline_problems
from sheetgen.send.distributing import DistributeRequest, DistributeResult
from sheetgen.send.round_sections import RoundSections

pages = Blueprint("sending", __name__, url_prefix="/sending")
pages.before_request(without_plan)
LARGEST_MAIL = 1000
"""メールの大きさの上限として書ける数（MB）。"""


@pages.get("/")
def index() -> Response:
    """照会、期限、課を選ぶページ。"""
    return _form_page("sending.html")


@pages.post("/")
def make() -> BaseResponse:
    """選んだ課に送るものを作る。試すだけのときは、何を送るかを見せる。"""
    wanted = _request(chosen_sections())
    again = ("--again",) if wanted.again else ()
    words = command_line(
        ["sheetgen", "distribute", *_common(wanted), *again, *flag("--dry-run", wanted.dry_run)]
    )
    same = carried()

    def work(progress: Progress) -> Shown:
        return _shown(sheetgen.distribute(wanted, progress), words, "distribute", same)

    return _start("送るものを作る", url_for("sending.index"), work)


@pages.get("/samples")
def samples() -> Response:
    """見本を作るページ。"""
    return _form_page("sending_samples.html", per=tuple(sheetgen.Per))


@pages.post("/samples")
def make_samples() -> BaseResponse:
    """見本を作る。"""
    desk = Desk.of_request()
    per = request.form.get("per", "section")
    if per not in tuple(sheetgen.Per):
        choices = "、".join(sheetgen.Per)
        raise UsageError(
            Problem("U002", Place(label="ブックを分ける単位"), {"value": per, "choices": choices})
        )
    wanted = sheetgen.GenerateRequest(
        plan=desk.plan,
        template=desk.template,
        root=desk.root,
        round=chosen_round(),
        year=chosen_year(),
        per=sheetgen.Per(per),
        items=several("item"),
        sections=several("section"),
        deadline=chosen_day("deadline", "提出期限"),
    )
    words = command_line(
        [
            "sheetgen",
            "generate",
            *option("--round", wanted.round),
            *option("--year", wanted.year),
            *(() if wanted.per is sheetgen.Per.SECTION else option("--per", wanted.per)),
            *options("--item", wanted.items),
            *options("--section", wanted.sections),
            *option("--deadline", wanted.deadline),
        ]
    )

    def work(progress: Progress) -> Shown:
        result = sheetgen.generate(wanted, progress)
        return Shown("sending_sampled.html", {"result": result, "words": words})

    return _start("見本を作る", url_for("sending.samples"), work)


@pages.get("/extension")
def extension() -> Response:
    """期限を延ばすページ。"""
    return _form_page("sending_extension.html")


@pages.post("/extension")
def extend() -> BaseResponse:
    """選んだ課の期限を延ばす。"""
    wanted = _request(several("section"), extend=True)
    words = command_line(["sheetgen", "distribute", "--extend", *_common(wanted)])
    same = carried()

    def work(progress: Progress) -> Shown:
        return _shown(sheetgen.extend_deadline(wanted), words, "extend", same)

    return _start("期限を延ばす", url_for("sending.extension"), work)


@pages.get("/returns")
def returns() -> Response:
    """差戻しを送るページ。"""
    return _form_page("sending_returns.html")


@pages.post("/returns")
def make_returns() -> BaseResponse:
    """回収で作った差戻しのブックを、送る用意をする。"""
    wanted = _request(several("section"))
    words = command_line(["sheetgen", "distribute", "--returns", *_common(wanted)])
    same = carried()

    def work(progress: Progress) -> Shown:
        return _shown(sheetgen.send_back(wanted), words, "returns", same)

    return _start("差戻しを送る用意をする", url_for("sending.returns"), work)


def chosen_round_sections() -> RoundSections:
    """選ばれた照会の課。データが同じ間は、覚えておく。"""
    desk, kind, year = Desk.of_request(), chosen_round(), chosen_year()
    issued = issues_folder(desk.plan)
    made = issued.stat().st_mtime_ns if issued.is_dir() else 0
    return desk.recall(
        "sections", lambda: sheetgen.round_sections(desk.plan, kind, year), kind, year, made
    )


def chosen_sections() -> tuple[str, ...]:
    """選んだ課。ページにあったすべてなら、空（絞らない）。

    :raises UsageError: 一つも選んでいない（L065）。
    """
    chosen, offered = several("section"), several("offered")
    if not chosen:
        raise UsageError(Problem("L065", Place(label="課")))
    return () if offered and set(chosen) >= set(offered) else chosen


def _request(sections: tuple[str, ...], *, extend: bool = False) -> DistributeRequest:
    """ページの欄からの依頼。"""
    desk = Desk.of_request()
    return DistributeRequest(
        plan=desk.plan,
        template=desk.template,
        letters=desk.letters,
        root=desk.root,
        round=chosen_round(),
        year=chosen_year(),
        sections=sections,
        deadline=chosen_day("deadline", "提出期限"),
        again=ticked("again"),
        extend=extend,
        dry_run=is_trial(),
        mail_limit_mb=whole_number("mail_limit", "メールの大きさの上限", 1, LARGEST_MAIL),
    )


def _common(wanted: DistributeRequest) -> tuple[str, ...]:
    return (
        *option("--round", wanted.round),
        *option("--year", wanted.year),
        *options("--section", wanted.sections),
        *option("--deadline", wanted.deadline),
        *flag("--again", wanted.again),
        *option("--mail-limit", wanted.mail_limit_mb),
        *flag("--dry-run", wanted.dry_run),
    )


def _form_page(template: str, **values: Any) -> Response:
    """照会と課を選ぶページ。期限が書いてあれば、休みの日かどうかも言う。"""
    found = chosen_round_sections()
    deadline = chosen_day("deadline", "提出期限")
    page = render_template(
        template,
        found=found,
        deadline=deadline,
        deadline_words=day_words(deadline) if deadline else "",
        deadline_problems=deadline_problems(deadline, date.today()),
        lacking=lacking(found),
        chosen=several("section") or tuple(one.name for one in found.sections),
        again=ticked("again"),
        **values,
    )
    return make_response(page)


def lacking(found: RoundSections) -> list[Problem]:
    """配る前に足りないもの：テンプレート、この照会では送れないわけ。"""
    template = Desk.of_request().template
    there = [] if template.is_file() else [Problem("T001", Place(file=str(template)))]
    return [*there, *found.problems]


def _start(title: str, back: str, work: Any) -> BaseResponse:
    return started(Desk.of_request().host.runner.start(title, back, work))


def _shown(result: DistributeResult, words: str, what: str, same: Carried) -> Shown:
    values = {
        "result": result,
        "forms": sum(len(one.items) for one in result.parcels),
        "drafts": [] if result.dry_run else shown_drafts(result.drafts),
        "words": words,
        "what": what,
        "same": same,
    }
    return Shown("sending_made.html", values)
