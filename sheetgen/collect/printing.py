"""書き終えた様式が、1ページに印刷できるかを確かめる。

様式を作るときと同じ割り付けで測る。測るのは、配ったときのセルの中身より長い答えだけ。
テンプレートを読むほうが、すべての様式の点検より時間がかかる。
"""

from __future__ import annotations

from collections.abc import Mapping

from sheetgen.collect.answers import Answer
from sheetgen.collect.rules.case import Case
from sheetgen.collect.unprinted import UnprintedCharacters
from sheetgen.form.template import FormTemplate
from sheetgen.plan.plan import Plan
from sheetgen.problems import Problem, SheetgenError

READABLE = 8.0  # pt。これより小さくなる様式は、読みにくいと知らせる。


# 様式の文が、配ったときのセルの字数を何倍分超えたら測るか。本物のテンプレートと計画では、
# 一つのセルに四倍（超えた分が三倍）の文を入れて、初めて字が 8 pt を下回る。
_SURELY_ENOUGH = 1.5
_LOST_PER_LINE_END = 20  # 全角の字。改行一つで使われずに終わる行の残り（およそ）


class Printing:
    """テンプレートでの割り付け。要るときにだけテンプレートを読む。"""

    def __init__(self, template: FormTemplate) -> None:
        self._template = template
        self._unprinted = UnprintedCharacters()

    def check(self, plan: Plan, case: Case) -> list[Problem]:
        """印刷できないほど長い文と、印刷する書体にない字。"""
        return [*self._too_long(plan, case), *self._unprinted.check(case)]

    def _too_long(self, plan: Plan, case: Case) -> list[Problem]:
        long = {
            answer.path: (answer, excess)
            for answer in case.asked("words")
            if isinstance(answer.value, str) and (excess := _excess(case, answer, answer.value)) > 0
        }
        if sum(excess for _, excess in long.values()) <= _SURELY_ENOUGH:
            return []
        try:
            sizes = self._sizes(plan, case)
        except SheetgenError:
            # 回収は配布記録によって行い、テンプレートは要らない。
            sizes = {}
        return [
            problem
            for path, (answer, _) in long.items()
            if case.is_new(answer) and (problem := _problem(case, answer, sizes.get(path)))
        ]

    def _sizes(self, plan: Plan, case: Case) -> Mapping[str, float]:
        """道ごとの文字の大きさ (pt)。収まらなければ 0。"""
        from sheetgen.form.context import BookText, form_context, round_text
        from sheetgen.form.filling import FormFiller
        from sheetgen.form.identity import Marks
        from sheetgen.plan.paths import with_values

        form = self._template.blueprint(plan).form
        filler = FormFiller(form, str(self._template.path), frozenset())
        policy, measure, item = plan.find(case.item.id)
        written = {
            path: answer.value
            for path, answer in case.answers.items()
            if path in case.issued.opened
        }
        filled_in = with_values(item, written, case.round.initiative_year)
        context = form_context(
            plan,
            case.round,
            (policy, measure, filled_in),
            BookText("", 1),
            round_text(case.round, None),
            Marks("0" * 8, "0" * 8),
        )
        fills = filler.fill(context, context.form.label).fills
        lost = {problem.place.cell for problem in filler.problems if problem.code == "F010"}
        sizes = {}
        for one in form.cells:
            if one.input is not None:
                size = fills[one.cell.ref, 0].size or one.cell.size
                sizes[one.input.path] = 0.0 if one.cell.ref in lost else size
        return sizes


def _excess(case: Case, answer: Answer, text: str) -> float:
    """配ったときの欄に入る字数を、その何倍分超えているか。超えていなければ負。

    差戻しの様式は、答えを入れて配るので、セルはもうその答えに合わせて広がっている。
    そこに入る字数では何も分からず、測るしかない。
    """
    capacity = case.issued.capacity.get(answer.path)
    if not capacity:
        return 0.0
    shown = case.issued.values.get(answer.ref)
    if shown is not None and shown != case.issued.base.get(answer.path):
        return _SURELY_ENOUGH + 1
    return (len(text) + _LOST_PER_LINE_END * text.count("\n")) / capacity - 1


def _problem(case: Case, answer: Answer, size: float | None) -> Problem | None:
    """``size`` は印刷される大きさ (pt)。0 は収まらない、``None`` は確かめられない。"""
    facts: dict[str, object] = {
        "length": len(str(answer.value)),
        "capacity": case.issued.capacity.get(answer.path, 0),
    }
    if size is None:
        return case.problem("R343", answer, facts)
    if size <= 0:
        return case.problem("R336", answer, facts)
    if size < READABLE:
        return case.problem("R337", answer, facts | {"size": f"{size:g}"})
    return None
