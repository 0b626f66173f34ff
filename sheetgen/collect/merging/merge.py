"""戻った様式を実施項目ごとにまとめ、まるごと記録するか、まったくしないかを決める。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sheetgen.collect.answers import FormAnswer, Proposal, ReturnedForm
from sheetgen.collect.merging.decisions import (
    HIDDEN_DIGITS,
    Choice,
    WaiverResult,
    Waivers,
    check_decisions,
    named,
    unmatched_takes,
)
from sheetgen.collect.merging.field_merge import Field, FieldMerge, merge_field, shown
from sheetgen.collect.request import Change, ItemOutcome, ItemProposal, Rejected, Take, Waiver
from sheetgen.form.identity import round_mark
from sheetgen.form.rounds import asked_items, has_answer
from sheetgen.messages.catalogue import level_of
from sheetgen.messages.merging import PROVISIONAL_LABEL
from sheetgen.plan.item import Indicator, Item
from sheetgen.plan.paths import (
    NUMBER_FORMAT_PATH,
    PROVISIONAL_MARK,
    as_said,
    is_provisional,
    lasting_path,
    printed_initiative_year,
    provisional_path,
    read_path,
)
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import FieldKind, Round
from sheetgen.plan.text import check_text, check_value
from sheetgen.plan.value import Value, showing_all
from sheetgen.problems import Level, Place, Problem
from sheetgen.records.journal import storable
from sheetgen.records.open_items import ItemState
from sheetgen.records.past import Past, ProposedText


def proposed_text(item: str, proposal: Proposal) -> ProposedText:
    """前に受け取ったかどうかを、記録簿と比べられる形の変更申出。"""
    old, new = storable(proposal.old), storable(proposal.new)
    return ProposedText(item, proposal.label, old, new)


_NOTHING: frozenset[Value] = frozenset()


class MergeContext(NamedTuple):
    """すべての項目に共通のこと。"""

    plan: Plan
    round: Round
    initiative_year: int
    past: Past
    takes: tuple[Take, ...]
    waivers: Waivers
    formats: frozenset[str] = frozenset()


class ItemMerge(NamedTuple):
    """一つの項目の結果と、当たった ``--waive``。"""

    outcome: ItemOutcome
    met: frozenset[Waiver] = frozenset()


def merge_item(item: Item, forms: Sequence[ReturnedForm], context: MergeContext) -> ItemMerge:
    """一つの項目の様式（並びの決まったもの）をまとめる。"""
    section = item.owners[0].full_name
    if not forms:
        known = item.id in context.past.items or _has_results(item, context)
        state = ItemState.KEPT if known else ItemState.MISSING
        return ItemMerge(ItemOutcome(item.id, section, state))
    standing = _standing(forms)
    settled = _merge_fields(item, standing, context)
    found = list(_problems(item, forms, standing, settled, context))
    changes = list(_changes(item, settled, context))
    if item.id in context.formats:
        reformat = _reformat(item, settled, found)
        changes += [reformat] if reformat else []
        found = [one for one in found if one[0].code not in HIDDEN_DIGITS]
    waived = context.waivers.sift(item.id, found)
    state = _state(item, forms, waived, changes, context)
    outcome = ItemOutcome(
        item.id,
        section,
        state,
        changes=tuple(changes) if state is ItemState.RECORDED else (),
        proposals=tuple(_proposals(item.id, forms, context.past)),
        waivers=waived.used,
        rejected=tuple(_rejected(item.id, settled, context)),
        problems=waived.problems,
        files=tuple(dict.fromkeys(form.file for form in forms)),
    )
    return ItemMerge(outcome, waived.met)


def _standing(forms: Sequence[ReturnedForm]) -> list[ReturnedForm]:
    """差戻しに答え直した様式があれば、もとの様式を除く。"""
    replaced = {
        original for form in forms for original in form.issued.replaces if original != form.original
    }
    return [form for form in forms if form.original not in replaced] or list(forms)


def _merge_fields(
    item: Item, forms: Sequence[ReturnedForm], context: MergeContext
) -> Mapping[str, FieldMerge]:
    """開いた欄のそれぞれを突き合わせる。欄の順は様式の順。"""
    answers: dict[str, list[FormAnswer]] = {}
    for form in forms:
        for path, answer in form.answers.items():
            if path in form.issued.opened:
                answers.setdefault(path, []).append(FormAnswer(form, answer))
    choice = Choice(context.takes, item.id)
    settled: dict[str, FieldMerge] = {}
    for path, ones in answers.items():
        key = (item.id, lasting_path(path, context.initiative_year))
        field = Field(
            item.id,
            path,
            ones[0].answer.label,
            read_path(item, path, context.initiative_year),
            context.past.recorded.get(key, _NOTHING),
            context.past.rejected.get(key, _NOTHING),
            is_provisional(item, path),
        )
        settled[path] = merge_field(field, ones, choice, context.waivers.codes_of(item.id))
    return settled


def _problems(
    item: Item,
    forms: Sequence[ReturnedForm],
    standing: Sequence[ReturnedForm],
    settled: Mapping[str, FieldMerge],
    context: MergeContext,
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
    asked = {problem.place.path for form in standing for problem in form.problems
            if problem.code == "R308"}  # fmt: skip
    for path, one in settled.items():
        source = one.source
        for problem in one.problems:
            # 消された欄は、答えの点検でもう尋ねている。同じことは二度尋ねない。
            if problem.code != "R403" or path not in asked:
                yield problem, source.form if source else None
        if source is not None and not _can_hold(path, one.value, context.plan):
            yield Problem("R408", source.place, {"value": shown(one.value)}), source.form


def _still_stands(problem: Problem, form: ReturnedForm, settled: Mapping[str, FieldMerge]) -> bool:
    """答えについての問題は、その答えが計画のデータに入る（残る）ときだけ問題になる。

    ある課が文を、別の課が数を書くことがある。互いの書かなかった所は、誤りではない。
    """
    path = problem.place.path
    if path is None or path in form.unread or path not in form.answers or path not in settled:
        return True
    one = settled[path]
    return one.in_doubt or one.value == form.answers[path].value


def _can_hold(path: str, value: Value, plan: Plan) -> bool:
    """計画のデータのその欄に入る値か。"""
    field = plan.field(path)
    if value is None:
        return True
    try:
        if field is not None and field.options:
            return value in field.options
        if field is not None and field.kind is FieldKind.TEXT:
            return bool(check_text(value))
        check_value(value)
    except ValueError:
        return False
    return True


def _changes(
    item: Item, settled: Mapping[str, FieldMerge], context: MergeContext
) -> Iterator[Change]:
    for path, one in settled.items():
        if one.source is None:
            continue
        answer, form = one.source.answer, one.source.form
        origin = (answer, form.file, form.original, form.sheet)
        old = read_path(item, path, context.initiative_year)
        if old != one.value:
            yield Change(item.id, path, answer.label, old, one.value, *origin)
        was = is_provisional(item, path)
        if was or one.provisional:
            # 値とともに暫定の印も書けば、どの値が暫定だったかが、記録簿だけで分かる。
            label = PROVISIONAL_LABEL.format(label=answer.label)
            marks = [PROVISIONAL_MARK if mark else None for mark in (was, one.provisional)]
            yield Change(item.id, provisional_path(path), label, marks[0], marks[1], *origin)


def _reformat(
    item: Item,
    settled: Mapping[str, FieldMerge],
    found: Sequence[tuple[Problem, ReturnedForm | None]],
) -> Change | None:
    """指標の表示形式を、答えを入れたあとのどの数も見えるものに改める。要らなければ ``None``。"""
    asked = [
        (one.place.path, form)
        for one, form in found
        if one.code in HIDDEN_DIGITS and form and one.place.path
    ]
    old = item.indicator.number_format
    new = showing_all((*item.figures, *(settled[path].value for path, _ in asked)), old)
    for path, form in asked if new != old else ():
        label = str(Indicator.model_fields["number_format"].title)
        return Change(
            item.id, NUMBER_FORMAT_PATH, label, old, new, form.answers[path], form.file,
            form.original, form.sheet,
        )  # fmt: skip
    return None


def _rejected(
    item: str, settled: Mapping[str, FieldMerge], context: MergeContext
) -> Iterator[Rejected]:
    for path, one in settled.items():
        known = context.past.rejected.get(
            (item, lasting_path(path, context.initiative_year)), _NOTHING
        )
        for answer in one.rejected:
            if answer.said not in known:
                yield Rejected(
                    item,
                    path,
                    answer.answer.label,
                    as_said(one.value, one.provisional),
                    answer.said,
                    answer.form.file,
                    answer.form.original,
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
    waived: WaiverResult,
    changes: Sequence[Change],
    context: MergeContext,
) -> ItemState:
    if any(p.place.item == item.id and level_of(p) is not Level.NOTE for p in waived.problems):
        return ItemState.HELD
    if changes:
        return ItemState.RECORDED
    known = item.id in context.past.items or _has_results(item, context)
    filled = any(form.changed or form.unread for form in forms)
    return ItemState.KEPT if known or filled else ItemState.UNTOUCHED


def _has_results(item: Item, context: MergeContext) -> bool:
    """年度のことを聞く照会で、計画のデータにもう答えがあるか。"""
    chosen = context.round
    return chosen.result_year is not None and has_answer(context.plan, item, chosen)


class Merged(NamedTuple):
    """突き合わせた結果。``outcomes`` はこの照会で聞く実施項目と、聞かなくても答えのあったもの。

    印刷の順。

    ``problems`` は、どの実施項目のものでもない問題。誤った指定、使われない指定、よそのものの様式。
    """

    outcomes: tuple[ItemOutcome, ...]
    problems: tuple[Problem, ...] = ()


def merge(
    plan: Plan,
    chosen: Round,
    forms: Sequence[ReturnedForm],
    past: Past,
    waivers: Sequence[Waiver] = (),
    takes: Sequence[Take] = (),
    reason: str | None = None,
    formats: Sequence[str] = (),
) -> Merged:
    """戻った様式を計画のデータと突き合わせる。``forms`` の並びは結果に関わらない。

    計算だけで、何も書かない。
    """
    wrong = check_decisions(plan, waivers, takes, reason, formats)
    waivers, takes, formats = named(plan, waivers, takes, formats)
    problems = list(wrong)
    by_item: dict[str, list[ReturnedForm]] = {item.id: [] for _, _, item in plan.items()}
    for form in sorted(forms, key=_order):
        problem = _elsewhere(form, chosen, by_item)
        if problem is not None:
            problems.append(problem)
        else:
            by_item[form.issued.item_id].append(form)
    year = printed_initiative_year(plan, chosen)
    context = MergeContext(
        plan,
        chosen,
        year,
        past,
        tuple(takes),
        Waivers(waivers, reason, past, year),
        frozenset(formats),
    )
    merged = [merge_item(item, by_item[item.id], context) for _, _, item in plan.items()]
    met = frozenset(waiver for one in merged for waiver in one.met)
    if not wrong:
        # 指定の誤りを告げたうえに、当たらないとまで言わない。
        problems += [_idle(waiver) for waiver in dict.fromkeys(waivers) if waiver not in met]
        problems += unmatched_takes(takes, forms)
        problems += [_nothing_hidden(one) for one in formats if not _hides(by_item[one])]
    asked = {item.id for _, _, item in asked_items(plan, chosen)}
    outcomes = (one.outcome for one in merged)
    kept = tuple(one for one in outcomes if one.item in asked or _was_answered(one))
    return Merged(kept, tuple(problems))


def _was_answered(outcome: ItemOutcome) -> bool:
    return outcome.state not in (ItemState.MISSING, ItemState.UNTOUCHED) or bool(outcome.proposals)


def _order(form: ReturnedForm) -> tuple[str, str, str]:
    return form.file, form.sheet, form.original


def _elsewhere(
    form: ReturnedForm, chosen: Round, by_item: dict[str, list[ReturnedForm]]
) -> Problem | None:
    """この回収で扱わない様式なら、そのわけ。項目は場所に書かない：その項目を止めないため。"""
    place = Place(file=form.file, sheet=form.sheet)
    number = form.issued.item_id
    if form.round != chosen:
        return Problem("R409", place, {"number": number, "round": round_mark(form.round)})
    if number not in by_item:
        return Problem("R410", place, {"number": number})
    return None


def _hides(forms: Sequence[ReturnedForm]) -> bool:
    return any(one.code in HIDDEN_DIGITS for form in forms for one in form.problems)


def _nothing_hidden(item: str) -> Problem:
    return Problem("R384", Place(label="--format"), {"item": item})


def _idle(waiver: Waiver) -> Problem:
    facts = {"code": waiver.code, "number": waiver.item}
    return Problem("R424", Place(label="--waive"), facts)
