"""公表：年次見直しの文書、新旧対照表、オープンデータ。公表の前に足りないものも見る。"""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

import sheetgen
from sheetgen.desk.chosen_plans import ChosenPlans
from sheetgen.desk.command_lines import command_line, flag, option
from sheetgen.desk.desk import Desk
from sheetgen.desk.forms import chosen_month, chosen_year, ticked, written
from sheetgen.desk.pages.common_pages import started
from sheetgen.desk.plan_needed import without_plan
from sheetgen.desk.running import Shown
from sheetgen.messages.vocabulary import terms
from sheetgen.problems import Place, Problem, UsageError
from sheetgen.progress import Progress
from sheetgen.publish.exporting import DataFormat
from sheetgen.publish.made_before import made_before
from sheetgen.publish.publishing import Output

pages = Blueprint("publishing", __name__, url_prefix="/publishing")
pages.before_request(without_plan)
OUTPUT_NAMES = {"pdf": "PDF", "html": "ウェブページ", "xlsx": "ブック"}


@pages.get("/")
def index() -> Response:
    """作るものを選ぶページ。前に作ったものも並べる。"""
    desk = Desk.of_request()
    plan = sheetgen.load_plan(desk.plan)
    page = render_template(
        "publishing.html",
        plan=plan,
        years=range(plan.first_year, plan.final_year + 2),
        kept=sheetgen.kept_plans(desk.plan),
        made=made_before(desk.root, plan.words),
        outputs=OUTPUT_NAMES,
    )
    return make_response(page)


@pages.post("/report")
def report() -> BaseResponse:
    """文書を作るか、作る前に確かめる。"""
    desk = Desk.of_request()
    plans = ChosenPlans(desk)
    final, draft, only = ticked("final"), ticked("draft"), written("only")
    published = chosen_month("published", "公表年月")
    outputs = _outputs()
    wanted = sheetgen.ReportRequest(
        plan=desk.plan,
        template=desk.template,
        layout=desk.report_layout,
        root=desk.root,
        year=chosen_year(),
        outputs=outputs,
        draft=draft,
        earlier=plans.pick("earlier", "前に公表した計画"),
        final=final,
        published=published,
    )
    words = command_line(
        [
            "sheetgen",
            "report",
            *option("--year", wanted.year),
            *option("--only", only),
            *flag("--draft", draft),
            *option("--earlier", _shown(desk, wanted.earlier)),
            *flag("--final", final),
            *option("--published", published),
        ]
    )
    back = url_for("publishing.index")
    if request.form.get("step") == "make":

        def make(progress: Progress) -> Shown:
            with plans:
                result = sheetgen.report(wanted, progress)
            values = {"result": result, "words": words, "final": final, "names": OUTPUT_NAMES}
            return Shown("reported.html", values)

        return started(desk.host.runner.start(f"{terms().revision}の文書を作る", back, make))

    def look(progress: Progress) -> Shown:
        with plans:
            found = sheetgen.review(wanted)
        checked = sheetgen.check(desk.plan, desk.template).problems
        problems = (*found.problems, *(one for one in checked if one not in found.problems))
        return Shown("reviewed.html", {"font": found.font, "problems": problems})

    return started(desk.host.runner.start("公表の前に確かめる", back, look))


@pages.post("/compare")
def compare() -> BaseResponse:
    """新旧対照表を作る。"""
    desk = Desk.of_request()
    plans = ChosenPlans(desk)
    old, new = plans.pick("old", "改正前"), plans.pick("new", "改正後")
    if new is not None and old is None:
        plans.discard()
        raise UsageError(Problem("D073", Place(label="改正前")))
    only = written("only")
    wanted = sheetgen.CompareRequest(
        plan=desk.plan,
        layout=desk.report_layout,
        root=desk.root,
        old=old,
        new=new,
        outputs=_outputs(),
    )
    given = [_shown(desk, one) or "" for one in (old, new) if one is not None]
    words = command_line(["sheetgen", "compare", *given, *option("--only", only)])

    def work(progress: Progress) -> Shown:
        with plans:
            result = sheetgen.compare(wanted, progress)
        return Shown("compared.html", {"result": result, "words": words, "names": OUTPUT_NAMES})

    back = url_for("publishing.index")
    return started(desk.host.runner.start("新旧対照表を作る", back, work))


@pages.post("/export")
def export() -> BaseResponse:
    """オープンデータを書き出す。"""
    desk = Desk.of_request()
    only = written("only")
    if only not in (None, *DataFormat):
        raise _not_a_choice(only, tuple(DataFormat))
    formats = (DataFormat(only),) if only else tuple(DataFormat)
    wanted = sheetgen.ExportRequest(plan=desk.plan, root=desk.root, formats=formats)
    words = command_line(["sheetgen", "export", *option("--only", only)])

    def work(progress: Progress) -> Shown:
        return Shown("exported.html", {"result": sheetgen.export(wanted), "words": words})

    back = url_for("publishing.index")
    return started(desk.host.runner.start("オープンデータを書き出す", back, work))


def _outputs() -> tuple[Output, ...]:
    """作る形。選んでいなければ、すべて。"""
    only = written("only")
    if only not in (None, *Output):
        raise _not_a_choice(only, tuple(Output))
    return (Output(only),) if only else tuple(Output)


def _not_a_choice(value: str | None, choices: tuple[str, ...]) -> UsageError:
    facts = {"value": value, "choices": "、".join(choices)}
    return UsageError(Problem("U002", Place(label="作る形"), facts))


def _shown(desk: Desk, path: Path | None) -> str | None:
    """コマンドの行に書く道。渡されたファイルは、名だけ。"""
    if path is None:
        return None
    is_kept = path.parent == desk.plan.parent / "archive"
    return desk.files.shown(path) if is_kept else path.name
