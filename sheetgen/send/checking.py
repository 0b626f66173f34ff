"""計画のデータとテンプレートの点検。"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sheetgen.form.books import BookMaker
from sheetgen.form.context import round_text
from sheetgen.form.correction import Correction, Reason
from sheetgen.form.jobs import GenerateRequest, Per, plan_jobs, return_jobs
from sheetgen.form.rounds import open_paths, rounds_in
from sheetgen.form.template import FormTemplate
from sheetgen.messages.vocabulary import adopt
from sheetgen.plan.loading import Master, load_master
from sheetgen.plan.names_in_texts import name_doubts
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round
from sheetgen.plan.scales import Scale
from sheetgen.plan.written_figures import figure_doubts
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.records.editions import history_of
from sheetgen.records.ledger import open_ledger
from sheetgen.records.leftovers import former_names
from sheetgen.send.letters import Addressees
from sheetgen.year.editing.book_template import draw_edit_template
from sheetgen.year.editing.rows import Beside
from sheetgen.year.editing.writing import TEMPLATE, make_edit_book


@dataclass(frozen=True, slots=True)
class CheckResult:
    """点検の結果。実施項目・所属・入力欄の数と、見つかった問題。"""

    problems: tuple[Problem, ...]
    items: int
    sections: int
    inputs: int


def check(plan: Path, template: Path) -> CheckResult:
    """計画のデータとテンプレートが使えるかを、二つの照会の様式を作ってみて確かめる。

    様式のテンプレートの隣に編集ブックのテンプレートがあれば、それも確かめる。
    何も書かない。結果には、二つの問題をすべて入れる。計画のデータが読めなければ、テンプレートは、
    それなしで分かる所まで見る。
    """
    form = FormTemplate(template)
    try:
        master = load_master(plan)
    except SheetgenError as error:
        found = (*error.problems, *_template_alone(form), *_edit_template(template))
        return CheckResult(found, 0, 0, 0)
    loaded = master.plan
    adopt(loaded.words)
    if not loaded.item_count:  # 始めたばかりの計画。様式はまだ作れない
        waiting = (*_unclear_scales(loaded, str(plan)), Problem("I035", Place(file=str(plan))))
        found = (*_template_alone(form), *_edit_template(template, loaded), *waiting)
        return CheckResult(found, 0, len(loaded.owners()), 0)
    problems = figure_doubts(loaded, str(plan)) + _names(plan, master)
    problems += _unclear_scales(loaded, str(plan))
    inputs = 0
    for chosen in rounds_in(loaded):
        try:
            maker = _make_all(loaded, chosen, form)
            if maker.lists_reasons:
                problems += _make_return(loaded, chosen, form)
        except SheetgenError as error:
            problems += error.problems
            break
        problems += maker.problems()
        inputs = maker.input_count
    problems += Addressees(loaded).malformed()
    problems += _edit_template(template, loaded)
    return CheckResult(
        problems=tuple(p for i, p in enumerate(problems) if p not in problems[:i]),
        items=loaded.item_count,
        sections=len(loaded.owners()),
        inputs=inputs,
    )


def _names(plan: Path, master: Master) -> list[Problem]:
    """文に残っている前の名。しまった計画と記録簿も見る。"""
    try:
        with open_ledger(plan, writing=False, known=master) as ledger:
            former = former_names(history_of(ledger))
    except SheetgenError as error:
        return list(error.problems)
    return name_doubts(master.plan, former, str(plan))


def _unclear_scales(plan: Plan, file: str) -> Iterator[Problem]:
    """扱い（counts）の分からない評価のある段階。"""
    scales = {"evaluation_scale": plan.evaluation_scale}
    scales |= {f"scales.{key}": steps for key, steps in plan.scales.items()}
    for at, one in enumerate(plan.past_scales):
        scales[f"past_scales[{at}].grades"] = one.grades
    for path, steps in scales.items():
        unclear = Scale(steps).unclear
        if unclear:
            place = Place(file=file, label="評価の段階", path=path)
            yield Problem("M078", place, {"grades": "・".join(unclear)})


def _template_alone(template: FormTemplate) -> tuple[Problem, ...]:
    """計画がなくても分かる、テンプレートの問題。"""
    try:
        _ = template.book
    except SheetgenError as error:
        return error.problems
    return ()


def _edit_template(template: Path, plan: Plan | None = None) -> tuple[Problem, ...]:
    """編集ブックのテンプレートの問題。計画があれば、作ってみる。"""
    path = template.with_name(TEMPLATE)
    if not path.is_file():
        return ()
    form = FormTemplate(path)
    try:
        if plan is None:
            return draw_edit_template(form.book).problems
        return make_edit_book(plan, b"", form, Beside()).problems
    except SheetgenError as error:
        return error.problems


def _make_return(loaded: Plan, chosen: Round, template: FormTemplate) -> list[Problem]:
    """差戻しのブックを一冊、欄の分かるわけと分からないわけを入れて、作ってみる。"""
    _, _, item = next(loaded.items())
    path = min(open_paths(loaded, chosen))
    reasons = tuple(Reason(one, "欄", "書かれていた文字", "わけ", "直し方") for one in (path, None))
    sample = {item.id: Correction(item.id, {}, {path: "わけ"}, reasons)}
    maker = BookMaker(loaded, chosen, round_text(loaded, chosen, None), template, loaded, sample)
    for job in return_jobs(loaded, sample):
        maker.writer.write(maker.book(job), io.BytesIO())
    return maker.problems()


def _make_all(loaded: Plan, chosen: Round, template: FormTemplate) -> BookMaker:
    request = GenerateRequest(
        plan=Path(), template=template.path, root=Path(), round=chosen.kind, per=Per.PLAN
    )
    maker = BookMaker(loaded, chosen, round_text(loaded, chosen, None), template)
    for job in plan_jobs(loaded, request):
        maker.writer.write(maker.book(job), io.BytesIO())
    return maker
