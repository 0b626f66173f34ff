"""配布記録：作ったブックの控えを置き、記録がなければ今の計画から求める。"""

from __future__ import annotations

from pathlib import Path

from sheetgen.forms.context import round_text
from sheetgen.forms.jobs import plan_jobs
from sheetgen.keeping.issues import issues_folder, save_issue
from sheetgen.model.issued import Issue
from sheetgen.model.job import GenerateRequest
from sheetgen.model.plan import Plan
from sheetgen.model.round import Round
from sheetgen.pipeline.books import BookMaker
from sheetgen.pipeline.form_template import FormTemplate
from sheetgen.problems import Problem, SheetgenError


def keep_issue(issue: Issue, plan: Path) -> list[Problem]:
    """配布記録を、計画のデータのそばに置く。置けなければ、その問題を返す。

    ブックはもう置いてある。記録に失敗しても、ブックは取り下げない。
    """
    try:
        save_issue(issue, issues_folder(plan))
    except SheetgenError as error:
        return list(error.problems)
    return []


def computed_issue(plan: Plan, chosen: Round, template: FormTemplate) -> Issue:
    """今の計画とテンプレートで様式を作ったときの配布記録。何も書かない。

    :raises SheetgenError: テンプレートが使えない。
    """
    maker = BookMaker(plan, chosen, round_text(chosen, None), template)
    request = GenerateRequest(plan=Path(), template=template.path, root=Path(), round=chosen.kind)
    for job in plan_jobs(plan, request):
        for _ in maker.book(job).sheets:
            pass
    return maker.issue()
