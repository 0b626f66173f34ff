"""書き終えた様式が、1ページに印刷できるかを確かめる。

様式を作るときと同じ割り付けで測る。字が、割り付けが本文の下限とする大きさ（記入の余地を残せる、
いちばん小さい字）を下回れば聞く。測るのは、配ったときのセルに入りきらない答えだけ。
テンプレートを読むほうが、すべての様式の点検より時間がかかる。
"""

from __future__ import annotations

from sheetgen.collect.answers import Answer
from sheetgen.collect.rules.case import Case
from sheetgen.collect.unprinted import UnprintedCharacters
from sheetgen.form.template import FormTemplate
from sheetgen.plan.plan import Plan
from sheetgen.problems import Problem, SheetgenError

_LOST_PER_LINE_END = 20  # 全角の字。改行一つで使われずに終わる行の残り（およそ）


class Printing:
    """テンプレートでの割り付け。要るときにだけテンプレートを読む。"""

    def __init__(self, template: FormTemplate) -> None:
        self._template = template
        self._unprinted = UnprintedCharacters()

    def check(self, plan: Plan, case: Case) -> list[Problem]:
        """印刷できないほど長い文、字を小さくする文と、印刷する書体にない字。"""
        return [*self._too_long(plan, case), *self._unprinted.check(case)]

    def _too_long(self, plan: Plan, case: Case) -> list[Problem]:
        long = [
            answer
            for answer in case.asked("words")
            if isinstance(answer.value, str) and _is_over(case, answer, answer.value)
        ]
        if not any(case.is_new(answer) for answer in long):
            return []
        page: _Page | None
        try:
            page = _Page(self._template, plan, case)
        except SheetgenError:
            # 回収は配布記録によって行い、テンプレートは要らない。
            page = None
        return [
            problem
            for answer in long
            if case.is_new(answer) and (problem := _problem(case, answer, page))
        ]


class _Page:
    """答えを入れた様式の割り付け。

    :raises SheetgenError: テンプレートが使えない。
    """

    def __init__(self, template: FormTemplate, plan: Plan, case: Case) -> None:
        from sheetgen.form.filling import FormFiller
        from sheetgen.form.fit import ROOM_KEPT_DOWN_TO

        self.readable = ROOM_KEPT_DOWN_TO
        self._form = template.blueprint(plan).form
        # 記入し終えた様式なので、記入の余地は残さない。
        self._filler = FormFiller(self._form, str(template.path), frozenset())
        self._plan, self._case = plan, case
        self._place = plan.find(case.item.id)
        self._written = {
            path: answer.value
            for path, answer in case.answers.items()
            if path in case.issued.opened
        }

    def has(self, path: str) -> bool:
        """いまのテンプレートに、その欄があるか。なくてもよい欄は、配ったあとで除かれうる。"""
        return any(one.input and one.input.path == path for one in self._form.cells)

    def size(self, path: str, text: str | None) -> float:
        """その欄に ``text`` を入れたときの、その欄の文字の大きさ (pt)。収まらなければ 0。"""
        from sheetgen.form.context import BookText, form_context, round_text
        from sheetgen.form.identity import Marks
        from sheetgen.plan.paths import with_values

        policy, measure, item = self._place
        chosen, plan = self._case.round, self._plan
        filled_in = with_values(item, {**self._written, path: text}, chosen.initiative_year)
        context = form_context(
            plan,
            chosen,
            (policy, measure, filled_in),
            BookText("", 1),
            round_text(plan, chosen, None),
            Marks("0" * 8, "0" * 8),
        )
        known = len(self._filler.problems)
        fills = self._filler.fill(context, context.form.label).fills
        lost = {one.place.cell for one in self._filler.problems[known:] if one.code == "F010"}
        cell = next(one.cell for one in self._form.cells if one.input and one.input.path == path)
        return 0.0 if cell.ref in lost else fills[cell.ref, 0].size or cell.size

    def room(self, path: str, text: str, size: float) -> int:
        """字が ``size`` pt を下回らずに入る、この文の初めの字数。"""
        fits, over = 0, len(text)
        while over - fits > 1:
            middle = (fits + over) // 2
            if self.size(path, text[:middle]) >= size:
                fits = middle
            else:
                over = middle
        return fits


def _is_over(case: Case, answer: Answer, text: str) -> bool:
    """配ったときの欄に入る字数を超えたか。超えていなければ、字は小さくならない。

    差戻しの様式は、答えを入れて配るので、セルはもうその答えに合わせて広がっている。
    そこに入る字数では何も分からず、測るしかない。
    """
    capacity = case.issued.capacity.get(answer.path)
    if not capacity:
        return False
    shown = case.issued.values.get(answer.ref)
    if shown is not None and shown != case.issued.base.get(answer.path):
        return True
    return len(text) + _LOST_PER_LINE_END * text.count("\n") > capacity


def _problem(case: Case, answer: Answer, page: _Page | None) -> Problem | None:
    """長い文の問題。ページを測れなければ、そのことを知らせる。"""
    text, path = str(answer.value), answer.path
    facts: dict[str, object] = {
        "length": len(text),
        "capacity": case.issued.capacity.get(path, 0),
    }
    if page is None or not page.has(path):
        return case.problem("R343", answer, facts)
    size = page.size(path, text)
    if size >= page.readable:
        return None
    # ほかの欄のために、もう小さくなっているページもある。この文のために小さくなる分だけを聞く。
    without = page.size(path, None)
    if size and size >= without:
        return None
    least = min(page.readable, without)
    facts["capacity"] = page.room(path, text, least)
    if not size:
        return case.problem("R336", answer, facts)
    shown = {"size": f"{size:g}", "without": f"{without:g}", "least": f"{least:g}"}
    return case.problem("R337", answer, facts | shown)
