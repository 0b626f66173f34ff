"""差戻しの中身とことば：どの実施項目に、どの答えを見せ、どの欄をどう直してもらうか。

課の書いたものは失わず、推し量りもしない。疑わしい答えは打たれたまま見せるので、
だれかが直さなければ、同じ点検がまた見つける。
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sheetgen.collect.answers import ReturnedForm
from sheetgen.collect.merging.decisions import KEEPS_PLAN
from sheetgen.collect.request import ItemOutcome
from sheetgen.collect.results import open_questions
from sheetgen.collect.rules.case import OF_INDICATOR, unit_in
from sheetgen.collect.values.cell_value import PROVISIONAL_RULE
from sheetgen.form.correction import Correction, Reason
from sheetgen.messages.catalogue import cause_for_section, message_of
from sheetgen.messages.merging import (
    EITHER_VALUE,
    HOW_TO_MEND,
    HOW_TO_MEND_FIELD,
    MEND_CLOSED,
    MEND_ELSEWHERE,
    MEND_IF_WRONG,
    MEND_MARK,
    MEND_WRONG_PLACE,
    NOT_FILLED,
    WRITE_IT,
    WRITTEN_DIFFERENTLY,
)
from sheetgen.messages.quoting import shortened
from sheetgen.messages.vocabulary import terms
from sheetgen.plan.fields import PlanField
from sheetgen.plan.item import Item
from sheetgen.plan.paths import lasting_path, read_path
from sheetgen.plan.plan import Plan, item_label
from sheetgen.plan.round import FieldKind, InputField
from sheetgen.plan.text import LONGEST_TEXT
from sheetgen.plan.value import Value
from sheetgen.problems import Level, Problem
from sheetgen.reading.file_names import bare
from sheetgen.records.open_items import ItemState

_ITEM_ID = re.compile(r"[0-9]{2}-[0-9]{2}")
LONGEST_QUOTE = 99
"""わけの表に写す、書かれていた文字の長さの上限。略した印を足して百字。全文は様式にある。"""


def mend_of(problem: Problem, field: PlanField | None, is_blank: bool, item: Item) -> str:
    """直し方。``field`` は計画の欄、欄が分からなければ ``None``。"""
    own = HOW_TO_MEND.get(problem.code)
    if own is not None:
        return own.format(**problem.facts)
    if field is None:
        return MEND_ELSEWHERE
    unit = item.indicator.unit if field.role in OF_INDICATOR else unit_in(field.label)
    words = HOW_TO_MEND_FIELD[field.kind.value].format(
        unit=unit or "なし",
        grades="、".join(field.options),
        write=WRITE_IT[is_blank],
        money=terms().money,
    )
    if message_of(problem).level is Level.CONFIRM and not is_blank:
        return MEND_IF_WRONG.format(how=words)
    return words


def mark_of(cause: str, mend: str) -> str:
    """欄を選んだときに出ることば。"""
    return MEND_MARK.format(cause=cause, mend=mend)


def quote_of(text: str | None) -> str:
    """わけの表に写す、書かれていた文字。"""
    if text is None or not text.strip():
        return NOT_FILLED
    return shortened(text, LONGEST_QUOTE)


@dataclass(frozen=True, slots=True)
class RoundInputs:
    """この照会の欄。``opened`` は記入してもらう欄の道、``initiative_year`` は方針の年度。"""

    fields: Mapping[str, InputField]
    opened: frozenset[str]
    initiative_year: int


def corrections(
    plan: Plan, inputs: RoundInputs, outcomes: Sequence[ItemOutcome], forms: Sequence[ReturnedForm]
) -> list[Correction]:
    """聞くことのある実施項目の差戻し。計画の順。"""
    held = {one.item: one for one in outcomes if one.state is ItemState.HELD}
    by_item: dict[str, list[ReturnedForm]] = {}
    for form in sorted(forms, key=lambda one: (one.file, one.sheet, one.original)):
        by_item.setdefault(form.issued.item_id, []).append(form)
    return [
        _correction(plan, inputs, item, held[item.id], _standing(by_item.get(item.id, [])))
        for _, _, item in plan.items()
        if item.id in held
    ]


def _standing(forms: list[ReturnedForm]) -> list[ReturnedForm]:
    """差戻しに答え直した様式があれば、もとの様式を除く。"""
    replaced = {
        original for form in forms for original in form.issued.replaces if original != form.original
    }
    return [form for form in forms if form.original not in replaced] or forms


def _correction(
    plan: Plan, inputs: RoundInputs, item: Item, outcome: ItemOutcome, forms: list[ReturnedForm]
) -> Correction:
    questions = open_questions(outcome)
    paths = [_path_of(problem, inputs, forms) for problem in questions]
    doubtful = {path for path in paths if path is not None}
    kept = {path for problem, path in zip(questions, paths, strict=True) if path is not None
            and problem.code in KEEPS_PLAN}  # fmt: skip
    values: dict[str, Value] = {}
    cut: dict[str, int] = {}
    for path in sorted(inputs.opened):
        if path in kept:
            values[path] = read_path(item, path, inputs.initiative_year)
        elif any(path in form.answers or path in form.unread for form in forms):
            whole = _shown(path, inputs.fields[path].kind, forms, doubtful)
            values[path] = _holdable(whole)
            if isinstance(whole, str) and _length(whole) > LONGEST_TEXT:
                cut[path] = _length(whole)
    reasons: list[Reason] = []
    marks: dict[str, list[str]] = {}
    places = {path: place for place, path in enumerate(inputs.fields)}
    pairs = zip(questions, paths, strict=True)
    # 様式の欄の順に並べる。欄の分からないものは、終わりに置く。
    for problem, found in sorted(pairs, key=lambda pair: places.get(pair[1] or "", len(places))):
        reason = _reason(problem, found, inputs, plan, item, forms)
        if reason in reasons:
            continue
        reasons.append(reason)
        if found is not None and found in inputs.opened:
            marks.setdefault(found, []).append(mark_of(reason.cause, reason.mend))
    return Correction(
        item=item.id,
        values=values,
        marks={path: "\n".join(words) for path, words in marks.items()},
        reasons=tuple(reasons),
        replaces=frozenset(form.original for form in forms),
        cut=cut,
    )


def _path_of(problem: Problem, inputs: RoundInputs, forms: list[ReturnedForm]) -> str | None:
    """問題のある欄の、様式での道。"""
    place = problem.place
    for path in inputs.fields:
        if place.path in (path, lasting_path(path, inputs.initiative_year)):
            return path
    for form in forms:
        for path, answer in form.answers.items():
            if place.cell and (form.file, form.sheet, answer.ref) == (
                place.file,
                place.sheet,
                place.cell,
            ):
                return path
    same = (path for path, field in inputs.fields.items() if field.label == place.label)
    return next(same, None)


def _shown(path: str, kind: FieldKind, forms: list[ReturnedForm], doubtful: set[str]) -> Value:
    """見せる答え。様式どうしで違えば、どれも選ばず、すべて並べる。"""
    found: dict[Value, ReturnedForm] = {}
    for form in forms:
        value = _answer(path, form, path in doubtful)
        if value is not None and value != "":
            found.setdefault(value, form)
    if len(found) <= 1:
        return next(iter(found), None)
    if kind is FieldKind.TEXT:
        files = [bare(form.file) for form in found.values()]
        return "\n".join(
            WRITTEN_DIFFERENTLY.format(
                file=file if files.count(file) == 1 else f"{file} {form.sheet}", text=value
            )
            for file, (value, form) in zip(files, found.items(), strict=True)
        )
    return EITHER_VALUE.join(str(value) for value in found)


def _answer(path: str, form: ReturnedForm, is_doubtful: bool) -> Value:
    """一枚の様式の答え。疑わしい読み方をしたものと読めなかったものは、書かれていたとおり。"""
    if path in form.unread:
        return form.unread[path]
    answer = form.answers.get(path)
    if answer is None:
        return None
    # 暫定の印は値の外にあるので、書かれていたとおりに見せる。
    marked = PROVISIONAL_RULE in answer.rule.split()
    return answer.raw if answer.rule and (is_doubtful or marked) else answer.value


def _length(text: str) -> int:
    """Excel の数え方（UTF-16）での長さ。"""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _holdable(value: Value) -> Value:
    """セルに入る値にする。対のない代用符号などは置き換え、長すぎる文は切る。"""
    if not isinstance(value, str):
        return value
    encoded = value.encode("utf-16-le", "surrogatepass")
    return encoded[: 2 * LONGEST_TEXT].decode("utf-16-le", "replace")


def _reason(
    problem: Problem,
    path: str | None,
    inputs: RoundInputs,
    plan: Plan,
    item: Item,
    forms: list[ReturnedForm],
) -> Reason:
    field = inputs.fields.get(path) if path is not None else None
    written = "、".join(_written(path, problem, forms)) if path is not None else None
    cause = cause_for_section(_with_labels(problem, plan))
    if path is not None and path not in inputs.opened:
        mend = MEND_WRONG_PLACE if problem.code == "R340" else MEND_CLOSED
    else:
        about = plan.field(path) if path is not None and field is not None else None
        mend = mend_of(problem, about, not (written or "").strip(), item)
    return Reason(
        path=path,
        label=problem.place.label or (field.label if field else ""),
        written=quote_of(written) if path is not None else "",
        cause=cause,
        mend=mend,
    )


def _with_labels(problem: Problem, plan: Plan) -> Problem:
    """実施項目の ID を、課の知る印刷の番号に替える。"""
    if "items" not in problem.facts:
        return problem
    labels = {item.id: item_label(measure, item) for _, measure, item in plan.items()}
    items = _ITEM_ID.sub(lambda found: labels.get(found[0], found[0]), str(problem.facts["items"]))
    return replace(problem, facts={**problem.facts, "items": items})


def _written(path: str, problem: Problem, forms: list[ReturnedForm]) -> Iterator[str]:
    """その欄に書かれていた文字。問題の出た様式が分かれば、その様式のもの。"""
    own = [form for form in forms if form.file == problem.place.file] or forms
    seen = set()
    for form in own:
        answer = form.answers.get(path)
        text = form.unread.get(path) or (answer.raw if answer else "")
        if text.strip() and text not in seen:
            seen.add(text)
            yield text
