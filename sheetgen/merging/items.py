"""一つの実施項目の様式をまとめ、まるごと記録するか、まったくしないかを決める。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sheetgen.merging.fields import Field, Settled, settle
from sheetgen.merging.said import Said
from sheetgen.merging.taking import Choice
from sheetgen.merging.waiving import Desk, Sifted, level_of
from sheetgen.merging.wording import shown
from sheetgen.model.answers import ReturnedForm
from sheetgen.model.collect import (
    Change,
    ItemOutcome,
    ItemProposal,
    ItemState,
    Rejected,
    Take,
    Waiver,
)
from sheetgen.model.filled import Value
from sheetgen.model.item import Item
from sheetgen.model.past import Past, proposed_text
from sheetgen.model.paths import lasting_path, read_path
from sheetgen.model.round import Round
from sheetgen.model.text import check_text, check_value
from sheetgen.problems import Level, Place, Problem

_NOTHING: frozenset[Value] = frozenset()


@dataclass(frozen=True, slots=True)
class Case:
    """すべての項目に共通のこと。``grades`` は評価の段階。"""

    round: Round
    initiative_year: int
    grades: frozenset[str]
    past: Past
    takes: tuple[Take, ...]
    desk: Desk


@dataclass(frozen=True, slots=True)
class ItemMerge:
    """一つの項目の結果と、当たった ``--waive``。"""

    outcome: ItemOutcome
    met: frozenset[Waiver] = frozenset()


def merge_item(item: Item, forms: Sequence[ReturnedForm], case: Case) -> ItemMerge:
    """一つの項目の様式（並びの決まったもの）をまとめる。"""
    section = item.owners[0].full_name
    if not forms:
        known = item.id in case.past.items or _has_results(item, case.round)
        state = ItemState.KEPT if known else ItemState.MISSING
        return ItemMerge(ItemOutcome(item.id, section, state))
    standing = _standing(forms)
    settled = _settle_fields(item, standing, case)
    found = _problems(item, forms, standing, settled, case)
    sifted = case.desk.sift(item.id, found)
    changes = tuple(_changes(item, settled, case))
    state = _state(item, forms, sifted, changes, case)
    outcome = ItemOutcome(
        item.id,
        section,
        state,
        changes=changes if state is ItemState.RECORDED else (),
        proposals=tuple(_proposals(item.id, forms, case.past)),
        waivers=sifted.used,
        rejected=tuple(_rejected(item.id, settled, case)),
        problems=sifted.problems,
        files=tuple(dict.fromkeys(form.file for form in forms)),
    )
    return ItemMerge(outcome, sifted.met)


def _standing(forms: Sequence[ReturnedForm]) -> list[ReturnedForm]:
    """差戻しに答え直した様式があれば、もとの様式を除く。"""
    replaced = {
        original for form in forms for original in form.issued.replaces if original != form.original
    }
    return [form for form in forms if form.original not in replaced] or list(forms)


def _settle_fields(item: Item, forms: Sequence[ReturnedForm], case: Case) -> Mapping[str, Settled]:
    """開いた欄のそれぞれを突き合わせる。欄の順は様式の順。"""
    said: dict[str, list[Said]] = {}
    for form in forms:
        for path, answer in form.answers.items():
            if path in form.issued.opened:
                said.setdefault(path, []).append(Said(form, answer))
    choice = Choice(case.takes, item.id)
    settled: dict[str, Settled] = {}
    for path, ones in said.items():
        key = (item.id, lasting_path(path, case.initiative_year))
        field = Field(
            item.id,
            path,
            ones[0].answer.label,
            read_path(item, path, case.initiative_year),
            case.past.recorded.get(key, _NOTHING),
            case.past.rejected.get(key, _NOTHING),
        )
        settled[path] = settle(field, ones, choice)
    return settled


def _problems(
    item: Item,
    forms: Sequence[ReturnedForm],
    standing: Sequence[ReturnedForm],
    settled: Mapping[str, Settled],
    case: Case,
) -> Iterator[tuple[Problem, ReturnedForm | None]]:
    """この項目について言うべき問題のすべて。"""
    for form in forms:
        if form not in standing:
            place = Place(file=form.file, sheet=form.sheet, item=item.id)
            yield Problem("R406", place), form
            continue
        for problem in form.problems:
            if _still_stands(problem, form, settled):
                yield problem, form
    told = {problem.place.path for form in standing for problem in form.problems
            if problem.code == "R308"}  # fmt: skip
    for path, one in settled.items():
        source = one.source
        for problem in one.problems:
            # 消された欄は、答えの点検でもう尋ねている。同じことは二度尋ねない。
            if problem.code != "R403" or path not in told:
                yield problem, source.form if source else None
        if source is not None and not _can_hold(path, one.value, case.grades):
            yield Problem("R408", source.place, {"value": shown(one.value)}), source.form


def _still_stands(problem: Problem, form: ReturnedForm, settled: Mapping[str, Settled]) -> bool:
    """答えについての問題は、その答えが計画のデータに入る（残る）ときだけ問題になる。

    One department fills the text, another the figures: what each left out is no fault.
    """
    path = problem.place.path
    if path is None or path in form.unread or path not in form.answers or path not in settled:
        return True
    one = settled[path]
    return one.in_doubt or one.value == form.answers[path].value


def _can_hold(path: str, value: Value, grades: frozenset[str]) -> bool:
    """計画のデータのその欄に入る値か。"""
    if value is None:
        return True
    name = path.rpartition(".")[2]
    try:
        if name in ("grade", "overall_grade"):
            return value in grades
        if name in ("text", "plan"):
            return bool(check_text(value))
        check_value(value)
    except ValueError:
        return False
    return True


def _changes(item: Item, settled: Mapping[str, Settled], case: Case) -> Iterator[Change]:
    for path, one in settled.items():
        if one.source is None:
            continue
        answer, form = one.source.answer, one.source.form
        old = read_path(item, path, case.initiative_year)
        yield Change(
            item.id,
            path,
            answer.label,
            old,
            one.value,
            answer,
            form.file,
            form.original,
            form.sheet,
        )


def _rejected(item: str, settled: Mapping[str, Settled], case: Case) -> Iterator[Rejected]:
    for path, one in settled.items():
        known = case.past.rejected.get((item, lasting_path(path, case.initiative_year)), _NOTHING)
        for said in one.rejected:
            if said.value not in known:
                yield Rejected(
                    item,
                    path,
                    said.answer.label,
                    one.value,
                    said.value,
                    said.form.file,
                    said.form.original,
                )


def _proposals(item: str, forms: Sequence[ReturnedForm], past: Past) -> Iterator[ItemProposal]:
    """まだ受け取っていない変更申出。同じものは一度だけ。"""
    seen = set(past.proposed)
    for form in forms:
        for proposal in form.proposals:
            key = proposed_text(item, proposal)
            if key not in seen:
                seen.add(key)
                yield ItemProposal(item, proposal, form.file, form.original, form.sheet)


def _state(
    item: Item,
    forms: Sequence[ReturnedForm],
    sifted: Sifted,
    changes: Sequence[Change],
    case: Case,
) -> ItemState:
    if any(p.place.item == item.id and level_of(p) is not Level.NOTE for p in sifted.problems):
        return ItemState.HELD
    if changes:
        return ItemState.RECORDED
    known = item.id in case.past.items or _has_results(item, case.round)
    filled = any(form.changed or form.unread for form in forms)
    return ItemState.KEPT if known or filled else ItemState.UNTOUCHED


def _has_results(item: Item, chosen: Round) -> bool:
    """実績照会で、計画のデータにもう実績があるか。"""
    for year in item.years:
        if year.fiscal_year == chosen.result_year:
            result = year.result
            return any(
                value is not None
                for value in (result.text, result.value, result.effect, result.grade)
            )
    return False
