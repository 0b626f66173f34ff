"""回収のあとの値を、試験のために組み立てる：戻った様式、問題、項目ごとの結果。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sheetgen.collect.answers import Answer, Proposal, ReturnedForm
from sheetgen.collect.request import (
    Change,
    CollectRequest,
    FileOutcome,
    ItemOutcome,
    ItemProposal,
    Rejected,
    UsedWaiver,
)
from sheetgen.form.identity import form_id
from sheetgen.form.issued import IssuedForm
from sheetgen.form.rounds import input_fields, open_paths, settle_round
from sheetgen.plan.paths import printed_initiative_year, read_path
from sheetgen.plan.plan import Plan, item_label
from sheetgen.plan.round import Round, RoundKind
from sheetgen.plan.value import Value
from sheetgen.problems import Place, Problem
from sheetgen.records.open_items import ItemState

FILE = "0501_経済環境部 商工観光課_実績照会(1).xlsx"
SHA = "ab" * 32
TEXT, VALUE, EFFECT, GRADE = (f"years[0].result.{n}" for n in ("text", "value", "effect", "grade"))
REFS = {TEXT: "H13", VALUE: "L13", EFFECT: "L14", GRADE: "M13"}


def results_round(plan: Plan) -> Round:
    """年次見直しの年度の実績照会。"""
    return settle_round(plan, RoundKind.RESULTS, None)


def issued(plan: Plan, chosen: Round, item_id: str) -> IssuedForm:
    """この実施項目の、配ったときの記録。"""
    _, measure, item = plan.find(item_id)
    year = printed_initiative_year(plan, chosen)
    return IssuedForm(
        form_id=form_id(chosen, item_id),
        item_id=item_id,
        sheet=item_label(measure, item),
        book=FILE,
        values={},
        base={path: read_path(item, path, year) for path in input_fields(plan)},
        opened=open_paths(plan, chosen),
    )


def answer(plan: Plan, path: str, value: Value, raw: str | None = None, rule: str = "") -> Answer:
    """一つの答え。"""
    label = input_fields(plan)[path].label
    written = raw if raw is not None else "" if value is None else str(value)
    return Answer(path, label, REFS.get(path, "Z1"), value, written, rule)


def returned(
    plan: Plan,
    chosen: Round,
    item_id: str,
    values: Mapping[str, Value | Answer],
    *,
    unread: Mapping[str, str] | None = None,
    problems: Iterable[Problem] = (),
    proposals: Iterable[Proposal] = (),
    file: str = FILE,
    original: str = SHA,
) -> ReturnedForm:
    """戻った様式。"""
    found = issued(plan, chosen, item_id)
    return ReturnedForm(
        file=file,
        original=original,
        sheet=found.sheet,
        round=chosen,
        issued=found,
        answers={
            path: value if isinstance(value, Answer) else answer(plan, path, value)
            for path, value in values.items()
        },
        proposals=tuple(proposals),
        problems=tuple(problems),
        unread=dict(unread or {}),
    )


def question(
    plan: Plan, code: str, item_id: str, path: str, *, file: str = FILE, **facts: Any
) -> Problem:
    """ある欄の問題。"""
    _, measure, item = plan.find(item_id)
    label = input_fields(plan)[path].label
    place = Place(file, item_label(measure, item), REFS.get(path, "Z1"), path, label, item_id)
    return Problem(code, place, facts)


def outcome(plan: Plan, item_id: str, state: ItemState, **found: Any) -> ItemOutcome:
    """一つの実施項目の結果。"""
    section = plan.find(item_id)[2].owners[0].full_name
    return ItemOutcome(item=item_id, section=section, state=state, **found)


def held(plan: Plan, form: ReturnedForm, *more: Problem) -> ItemOutcome:
    """聞くことのある項目。"""
    problems = (*form.problems, *more)
    return outcome(plan, form.issued.item_id, ItemState.HELD, problems=problems, files=(form.file,))


def recorded(plan: Plan, form: ReturnedForm) -> ItemOutcome:
    """記録した項目。"""
    changes = tuple(
        Change(
            form.issued.item_id,
            path,
            one.label,
            form.issued.base.get(path),
            one.value,
            one,
            form.file,
            form.original,
            form.sheet,
        )
        for path, one in form.changed.items()
    )
    proposals = tuple(
        ItemProposal(form.issued.item_id, one, form.file, form.original, form.sheet)
        for one in form.proposals
    )
    return outcome(
        plan,
        form.issued.item_id,
        ItemState.RECORDED,
        changes=changes,
        proposals=proposals,
        problems=form.problems,
        files=(form.file,),
    )


def every_item(plan: Plan, known: Iterable[ItemOutcome]) -> tuple[ItemOutcome, ...]:
    """計画のすべての実施項目の結果。挙げていないものは未提出。"""
    found = {one.item: one for one in known}
    return tuple(
        found.get(item.id) or outcome(plan, item.id, ItemState.MISSING)
        for _, _, item in plan.items()
    )


def file_outcome(file: str = FILE, *problems: Problem, forms: int = 1) -> FileOutcome:
    """届いたファイル。"""
    return FileOutcome(file, SHA, "xlsx", forms, tuple(problems))


def request(root: Path, plan: Path, template: Path) -> CollectRequest:
    """回収の依頼。"""
    return CollectRequest(paths=(), plan=plan, template=template, root=root)


def waived(code: str, item_id: str, path: str | None, value: Value) -> UsedWaiver:
    """通した問題。"""
    return UsedWaiver(code, item_id, path, value, "電話で確かめた", FILE)


def rejected(plan: Plan, item_id: str, path: str, kept: Value, other: Value) -> Rejected:
    """採らなかった値。"""
    return Rejected(item_id, path, input_fields(plan)[path].label, kept, other, FILE, SHA)
