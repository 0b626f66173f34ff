"""配布記録の棚：作ったブックの控えを置き、要る記録だけを読む。なければ今の計画から求める。"""

from __future__ import annotations

from pathlib import Path

from sheetgen.form.identity import split_form_id
from sheetgen.form.issued import Issue
from sheetgen.form.rounds import settle_round
from sheetgen.form.template import FormTemplate
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round
from sheetgen.problems import Problem, SheetgenError
from sheetgen.records.archives import refuse_archived
from sheetgen.records.issues import issue_files, issues_folder, load_issue, load_issues, save_issue


def keep_issue(issue: Issue, plan: Path) -> list[Problem]:
    """配布記録を、計画のデータのそばに置く。置けなければ、その問題を返す。

    ブックはもう置いてある。記録に失敗しても、ブックは取り下げない。
    """
    try:
        refuse_archived(plan)
        save_issue(issue, issues_folder(plan))
    except SheetgenError as error:
        return list(error.problems)
    return []


def computed_issue(plan: Plan, chosen: Round, template: FormTemplate) -> Issue:
    """今の計画とテンプレートで様式を作ったときの配布記録。何も書かない。

    :raises SheetgenError: テンプレートが使えない。
    """
    # ここで読み込む。配布記録があれば、様式を作る部品は要らない。
    from sheetgen.form.books import BookMaker
    from sheetgen.form.context import round_text
    from sheetgen.form.jobs import GenerateRequest, plan_jobs

    maker = BookMaker(plan, chosen, round_text(plan, chosen, None), template)
    request = GenerateRequest(plan=Path(), template=template.path, root=Path(), round=chosen.kind)
    for job in plan_jobs(plan, request):
        for _ in maker.book(job).sheets:
            pass
    return maker.issue()


class IssueShelf:
    """一つの計画のデータの配布記録。``problems`` は、読めなかった記録。"""

    def __init__(self, plan: Plan, path: Path, template: FormTemplate) -> None:
        self._plan = plan
        self._folder = issues_folder(path)
        self._template = template
        self._by_key: dict[str, Issue | None] = {}
        self._by_round: dict[Round, tuple[Issue, ...]] = {}
        self._computed: dict[Round, Issue | None] = {}
        self.problems: list[Problem] = []

    def by_key(self, key: str) -> Issue | None:
        """目印の配布記録。なければ ``None``。"""
        if key not in self._by_key:
            files = [path for path in issue_files(self._folder) if path.stem.endswith(f"-{key}")]
            self._by_key[key] = self._load(files[0]) if files else None
        return self._by_key[key]

    def for_form(self, form_id: str) -> tuple[Issue, ...]:
        """この様式を配った記録。新しい順。"""
        parts = split_form_id(form_id, self._plan.round_kinds)
        if parts is None:
            return ()
        chosen = parts[0]
        if chosen not in self._by_round:
            issues, problems = load_issues(self._folder, chosen)
            self._by_round[chosen] = tuple(issues)
            self._report(problems)
        return tuple(issue for issue in self._by_round[chosen] if form_id in issue.forms)

    def computed(self, form_id: str) -> Issue | None:
        """今の計画とテンプレートから求めた、この様式の記録。求められなければ ``None``。"""
        parts = split_form_id(form_id, self._plan.round_kinds)
        if parts is None:
            return None
        chosen = parts[0]
        if chosen not in self._computed:
            self._computed[chosen] = self._compute(chosen)
        return self._computed[chosen]

    def _compute(self, chosen: Round) -> Issue | None:
        try:
            settle_round(self._plan, chosen.kind, chosen.year)
            return computed_issue(self._plan, chosen, self._template)
        except SheetgenError as error:
            self._report(error.problems)
            return None

    def _load(self, path: Path) -> Issue | None:
        try:
            return load_issue(path)
        except SheetgenError as error:
            self._report(error.problems)
            return None

    def _report(self, problems: tuple[Problem, ...] | list[Problem]) -> None:
        self.problems += [one for one in problems if one not in self.problems]
