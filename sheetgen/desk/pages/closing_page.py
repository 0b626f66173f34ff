"""年度の切替：終える実施項目を選び、何が変わるかを見てから、次の年度を開く。"""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Response, make_response, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

import sheetgen
from sheetgen.desk.command_lines import command_line, flag, option, options
from sheetgen.desk.desk import Desk
from sheetgen.desk.forms import carried, chosen_year, is_trial, several, ticked, written
from sheetgen.desk.pages.common_pages import started
from sheetgen.desk.plan_needed import without_plan
from sheetgen.desk.running import Shown
from sheetgen.era import LONGEST_PLAN
from sheetgen.plan.plan import Plan, item_label
from sheetgen.problems import Problem, SheetgenError
from sheetgen.progress import Progress
from sheetgen.year.rolled_plan import RolloverRequest

pages = Blueprint("closing", __name__, url_prefix="/closing")
pages.before_request(without_plan)

Choice = tuple[str, list[tuple[str, str]]]
"""推進項目の名と、その実施項目（ID、番号と名称）。"""


@pages.get("/")
def index() -> Response:
    """終える実施項目を選ぶページ。"""
    values = _form_values(RolloverRequest(plan=Desk.of_request().plan), ())
    return make_response(render_template("closing.html", **values))


@pages.post("/")
def roll() -> BaseResponse:
    """切り替える。試すだけのときは、何が変わるかを見せる。"""
    desk = Desk.of_request()
    wanted = RolloverRequest(
        plan=desk.plan,
        to=chosen_year("to", "開く年度"),
        retire=several("retire"),
        renumber=ticked("renumber"),
        copy_initiatives=ticked("copy_initiatives"),
        force=ticked("force"),
        reason=written("reason"),
        until=chosen_year("until", "新しい最終年度"),
        keep_year=ticked("keep_year"),
        dry_run=is_trial(),
    )
    words = command_line(
        [
            "sheetgen",
            "rollover",
            *option("--to", wanted.to),
            *options("--retire", wanted.retire),
            *flag("--renumber", wanted.renumber),
            *flag("--copy-initiatives", wanted.copy_initiatives),
            *flag("--force", wanted.force),
            *option("--reason", wanted.reason),
            *option("--until", wanted.until),
            *flag("--keep-year", wanted.keep_year),
            *flag("--dry-run", wanted.dry_run),
        ]
    )
    same = carried()

    def work(progress: Progress) -> Shown:
        try:
            result = sheetgen.rollover(wanted)
        except SheetgenError as error:
            if not wanted.dry_run:
                raise
            # 選んだものを残したまま、わけを見せる。わけを書けば、そのまま閉じられる。
            return Shown("closing.html", _form_values(wanted, error.problems))
        return Shown("rolled.html", {"result": result, "words": words, "same": same})

    back = url_for("closing.index")
    return started(desk.host.runner.start("年度の切替", back, work))


def _form_values(wanted: RolloverRequest, problems: Iterable[Problem]) -> dict[str, object]:
    """選ぶページの値。``wanted`` は、もう選ばれているもの。"""
    plan = sheetgen.load_plan(wanted.plan)
    closed = plan.revision.fiscal_year
    return {
        "closed": closed,
        "measures": measures_of(plan),
        "has_initiatives": plan.has("initiatives"),
        "is_over": closed > plan.final_year,
        "final": plan.final_year,
        "later": range(plan.final_year + 1, plan.first_year + LONGEST_PLAN),
        "wanted": wanted,
        "problems": tuple(problems),
    }


def measures_of(plan: Plan) -> list[Choice]:
    """実施項目のある推進項目ごとの、選ぶもの。"""
    found = []
    for _, measure in plan.measures():
        items = [(one.id, f"{item_label(measure, one)} {one.title}") for one in measure.items]
        if items:
            found.append((f"{plan.words.above}{measure.number}　{measure.name}", items))
    return found
