"""状況と督促：どの課がどこまで済んだか。期限を過ぎた課へのお願いを作る。"""

from __future__ import annotations

from datetime import date, datetime

from flask import Blueprint, Response, make_response, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

import sheetgen
from sheetgen.desk.command_lines import command_line, flag, option, options
from sheetgen.desk.desk import Desk
from sheetgen.desk.drafts import shown_drafts
from sheetgen.desk.forms import (
    carried,
    chosen_day,
    chosen_round,
    chosen_year,
    is_trial,
    several,
    ticked,
)
from sheetgen.desk.pages.common_pages import started
from sheetgen.desk.pages.sending_page import chosen_round_sections
from sheetgen.desk.plan_needed import without_plan
from sheetgen.desk.running import Shown
from sheetgen.era import iso_full
from sheetgen.messages.guidance import left_out_note
from sheetgen.progress import Progress
from sheetgen.year.standing import Stage, Standing

pages = Blueprint("standing", __name__, url_prefix="/standing")
pages.before_request(without_plan)


@pages.get("/")
def index() -> Response:
    """課ごとの数、要確認のもの、記録の済んでいないもの。何も書かない。"""
    desk = Desk.of_request()
    plan = sheetgen.load_plan(desk.plan)
    wanted = _request()
    minute = datetime.now().replace(second=0, microsecond=0)
    marks = (wanted.round, wanted.year, minute)
    result = desk.recall("standing", lambda: sheetgen.look(wanted, minute), *marks)
    items = result.standing.items
    page = render_template(
        "standing.html",
        result=result,
        standing=result.standing,
        years=range(plan.first_year, plan.final_year + 2),
        left_out=left_out_note(result.standing.not_asked),
        deadline=deadline_words(result.standing),
        asked=[one for one in items if one.stage is Stage.IN_QUESTION],
        rest=[one for one in items if one.stage not in (Stage.RECORDED, Stage.IN_QUESTION)],
        page=result.page if result.page.is_file() else None,
    )
    return make_response(page)


@pages.post("/")
def make() -> BaseResponse:
    """状況のページ（状況.html）を作る。"""
    desk = Desk.of_request()
    wanted = _request()
    words = command_line(
        ["sheetgen", "status", *option("--round", wanted.round), *option("--year", wanted.year)]
    )

    def work(progress: Progress) -> Shown:
        result = sheetgen.status(wanted)
        return Shown("standing_made.html", {"result": result, "words": words})

    back = url_for("standing.index")
    return started(desk.host.runner.start("状況のページを作る", back, work))


@pages.get("/remind")
def remind() -> Response:
    """督促を作るページ。"""
    found = chosen_round_sections()
    page = render_template(
        "remind.html",
        found=found,
        sent=[one for one in found.sections if one.sent_at],
        today=date.today(),
    )
    return make_response(page)


@pages.post("/remind")
def make_reminders() -> BaseResponse:
    """遅れている課への督促を作る。試すだけのときは、遅れている課を見せる。"""
    desk = Desk.of_request()
    given = chosen_day("today", "基準の日")
    wanted = sheetgen.RemindRequest(
        plan=desk.plan,
        letters=desk.letters,
        root=desk.root,
        round=chosen_round(),
        year=chosen_year(),
        sections=several("section"),
        today=given or date.today(),
        deadline=chosen_day("deadline", "提出期限"),
        early=ticked("early"),
        dry_run=is_trial(),
    )
    words = command_line(
        [
            "sheetgen",
            "remind",
            *option("--round", wanted.round),
            *option("--year", wanted.year),
            *options("--section", wanted.sections),
            *option("--today", given),
            *option("--deadline", wanted.deadline),
            *flag("--early", wanted.early),
            *flag("--dry-run", wanted.dry_run),
        ]
    )
    same = carried()

    def work(progress: Progress) -> Shown:
        result = sheetgen.remind(wanted)
        values = {
            "result": result,
            "drafts": [] if result.dry_run else shown_drafts(result.drafts),
            "total": sum(len(one.items) for one in result.reminders),
            "words": words,
            "same": same,
        }
        return Shown("reminded.html", values)

    back = url_for("standing.remind")
    return started(desk.host.runner.start("督促を作る", back, work))


def deadline_words(standing: Standing) -> str:
    """課に知らせた提出期限。課ごとの日は、表にある。"""
    days = sorted({one.deadline for one in standing.sections if one.deadline})
    if len(days) < 2:
        return "".join(f"提出期限 {iso_full(day)}" for day in days)
    return f"提出期限 {iso_full(days[0])}から{iso_full(days[-1])}まで（課ごとの日は、表にあります）"


def _request() -> sheetgen.StatusRequest:
    desk = Desk.of_request()
    return sheetgen.StatusRequest(
        plan=desk.plan,
        layout=desk.layouts,
        root=desk.root,
        round=chosen_round(),
        year=chosen_year(),
    )
