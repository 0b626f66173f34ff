"""差戻しのブックを作る。openpyxl などを使うので、差戻しのあるときだけ読み込む。"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from sheetgen.collect.request import CollectRequest
from sheetgen.form.books import BookMaker
from sheetgen.form.context import round_text
from sheetgen.form.correction import Correction
from sheetgen.form.identity import round_mark
from sheetgen.form.issued import Issue
from sheetgen.form.jobs import return_jobs
from sheetgen.form.rounds import input_fields
from sheetgen.form.template import FormTemplate
from sheetgen.messages.catalogue import is_error
from sheetgen.messages.merging import DEADLINE_IN_LETTER
from sheetgen.plan.paths import printed_initiative_year, with_items, with_values
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import FieldKind, Round
from sheetgen.plan.text import LONGEST_TEXT
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.records.sendouts import SendKind, SendOut, latest, load_sendouts, of_round
from sheetgen.records.shelf import keep_issue
from sheetgen.xlsx.output import Staging
from sheetgen.xlsx.template import DOUBT_SAMPLE

# 戻ってきた答えが長すぎても、差戻しは作れなければならない。問題は、知らせることに替える。
_DOWNGRADED = {"F010": "R604", "F015": "R606"}


# 計画のデータについての知らせ。差戻しでは言わない。
_OMITTED = {"F013"}


class ReturnMaker:
    """一つの課の差戻しのブックを作る。期限は、送るときに決まる。"""

    def __init__(
        self,
        plan: Plan,
        chosen: Round,
        corrections: Mapping[str, Correction],
        template: FormTemplate,
    ) -> None:
        self._plan, self._round, self._template = plan, chosen, template
        self._corrections = corrections
        self._shown = _with_answers(plan, chosen, corrections)
        (self.job,) = return_jobs(self._shown, corrections)

    def maker(self, deadline: date | None) -> BookMaker:
        """期限を入れたブックを作るもの。決まっていなければ、送る文で知らせるとだけ書く。"""
        asked = round_text(self._plan, self._round, deadline)
        if deadline is None:
            asked = replace(asked, deadline=DEADLINE_IN_LETTER)
        return BookMaker(
            self._shown, self._round, asked, self._template, self._plan, self._corrections
        )

    def book(self, maker: BookMaker) -> bytes:
        """ブックの中身。同じものからは同じバイト列になる。"""
        target = io.BytesIO()
        maker.writer.write(maker.book(self.job), target)
        return target.getvalue()


def make_returns(
    request: CollectRequest,
    plan: Plan,
    chosen: Round,
    corrections: Sequence[Correction],
    folder: Path,
    template: FormTemplate,
) -> tuple[tuple[Path, ...], list[Problem]]:
    """差戻しのブックを、課ごとに ``folder`` に置く。返すのは、置いたブックと、知らせること。

    ``plan`` は記録したあとの計画のデータ。もう送ったブックは、聞くことが同じなら、そのまま残す。

    :raises SheetgenError: テンプレートが使えない、送付記録が読めない、またはファイルが書けない。
    """
    by_item = {one.item: one for one in corrections}
    sendouts = of_round(load_sendouts(request.plan).sendouts, round_mark(chosen))
    sent = latest(sendouts, SendKind.RETURN)
    names: list[str] = []
    issues: list[Issue] = []
    problems: list[Problem] = []
    notes: list[Problem] = []
    with Staging(folder, datetime.now()) as staging:
        for job in return_jobs(plan, by_item):
            own = {item.id: by_item[item.id] for _, _, item in job.items}
            one = ReturnMaker(plan, chosen, own, template)
            before = sent.get((job.addressee, job.file_name))
            maker = one.maker(None)
            if before is not None and before.issue != maker.key and before.deadline_day:
                dated = one.maker(before.deadline_day)
                maker = dated if dated.key == before.issue else maker
            data = one.book(maker)
            names.append(job.file_name)
            if not _is_as_sent(folder / job.file_name, before, maker.key):
                with staging.open(job.file_name) as target:
                    target.write(data)
                issues.append(maker.issue())
            problems += [one for one in maker.problems() if one not in problems]
            notes = _lacking(maker, template)
        told = [_downgraded(one, plan) for one in problems if one.code not in _OMITTED]
        if any(is_error(problem) for problem in told):
            raise SheetgenError(told)
        staging.place()
    found = [one for one in told if one.code in _DOWNGRADED.values()]
    found += _cut_short(plan, corrections)
    for issue in issues:
        found += keep_issue(issue, request.plan)
    return tuple(folder / name for name in names), [*found, *notes]


def _is_as_sent(path: Path, before: SendOut | None, key: str) -> bool:
    """置いてあるブックは、いま聞くことを聞いて送ったときのままか（手を入れて送ったものも）。"""
    if before is None or before.issue != key or not path.is_file():
        return False
    return hashlib.sha256(path.read_bytes()).hexdigest() == before.sha256


def _lacking(maker: BookMaker, template: FormTemplate) -> list[Problem]:
    """テンプレートに、差戻しのためのものがなければ知らせる。"""
    place = Place(file=str(template.path))
    found = []
    if not maker.lists_reasons:
        found.append(Problem("R601", place))
    if not maker.writer.has_doubt_sample:
        found.append(Problem("R602", place, {"name": DOUBT_SAMPLE}))
    return found


def _with_answers(plan: Plan, chosen: Round, corrections: Mapping[str, Correction]) -> Plan:
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
