"""差戻しのブックを作る。openpyxl などを使うので、差戻しのあるときだけ読み込む。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sheetgen.collect.request import CollectRequest
from sheetgen.form.books import BookMaker
from sheetgen.form.context import round_text
from sheetgen.form.correction import Correction
from sheetgen.form.jobs import return_jobs
from sheetgen.form.rounds import input_fields
from sheetgen.form.template import FormTemplate
from sheetgen.messages.catalogue import is_error
from sheetgen.plan.paths import printed_initiative_year, with_items, with_values
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import FieldKind, Round
from sheetgen.plan.text import LONGEST_TEXT
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.records.shelf import keep_issue
from sheetgen.xlsx.output import Staging
from sheetgen.xlsx.template import DOUBT_SAMPLE

# 戻ってきた答えが長すぎても、差戻しは作れなければならない。問題は、知らせることに替える。
_DOWNGRADED = {"F010": "R604", "F015": "R606"}


# 計画のデータについての知らせ。差戻しでは言わない。
_OMITTED = {"F013"}


def make_returns(
    request: CollectRequest,
    plan: Plan,
    chosen: Round,
    corrections: Sequence[Correction],
    folder: Path,
    template: FormTemplate,
) -> tuple[tuple[Path, ...], list[Problem]]:
    """差戻しのブックを、課ごとに ``folder`` に置く。返すのは、置いたブックと、知らせること。

    ``plan`` は記録したあとの計画のデータ。

    :raises SheetgenError: テンプレートが使えない、またはファイルが書けない。
    """
    by_item = {one.item: one for one in corrections}
    shown = _with_answers(plan, chosen, by_item)
    asked = round_text(plan, chosen, None)
    maker = BookMaker(shown, chosen, asked, template, plan, by_item)
    jobs = return_jobs(shown, by_item)
    with Staging(folder, datetime.now()) as staging:
        for job in jobs:
            with staging.open(job.file_name) as target:
                maker.writer.write(maker.book(job), target)
        problems = [_downgraded(one, plan) for one in maker.problems() if one.code not in _OMITTED]
        if any(is_error(problem) for problem in problems):
            raise SheetgenError(problems)
        staging.place()
    problems = [one for one in problems if one.code in _DOWNGRADED.values()]
    problems += _cut_short(plan, corrections)
    problems += keep_issue(maker.issue(), request.plan)
    if not maker.lists_reasons:
        problems.append(Problem("R601", Place(file=str(template.path))))
    if not maker.writer.has_doubt_sample:
        place = Place(file=str(template.path))
        problems.append(Problem("R602", place, {"name": DOUBT_SAMPLE}))
    return tuple(folder / job.file_name for job in jobs), problems


def _with_answers(plan: Plan, chosen: Round, corrections: dict[str, Correction]) -> Plan:
    """答えを重ねた計画。これを様式に入れる。"""
    year = printed_initiative_year(plan, chosen)
    changed = {
        item.id: with_values(item, corrections[item.id].values, year)
        for _, _, item in plan.items()
        if item.id in corrections
    }
    return with_items(plan, changed)


def _downgraded(problem: Problem, plan: Plan) -> Problem:
    code = _DOWNGRADED.get(problem.code)
    if code is None:
        return problem
    facts = dict(problem.facts)
    kinds = {field.label: field.kind for field in input_fields(plan).values()}
    is_text = kinds.get(problem.place.label or "") is FieldKind.TEXT
    if code == "R604" and not is_text:  # 数の欄に打たれた長い文字
        code, facts = "R606", {"shown": f"{facts['length']}字"}
    place = Place(label=problem.place.label, item=problem.place.item)
    return Problem(code, place, facts)


def _cut_short(plan: Plan, corrections: Sequence[Correction]) -> list[Problem]:
    """一つのセルに入りきらなかった文。"""
    fields = input_fields(plan)
    return [
        Problem(
            "R605",
            Place(label=fields[path].label, path=path, item=one.item),
            {"length": length, "limit": LONGEST_TEXT},
        )
        for one in corrections
        for path, length in one.cut.items()
    ]
