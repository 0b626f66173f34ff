"""編集ブックの行：計画のデータのどの記録を、どう並べて見せるか。

ここの欄の名が、編集ブックのテンプレートで使えることば。行の ``key`` は、その記録の、もとの計画の
JSON の中の場所（``policies[0].measures[1].entries[3]``）。シートの隠した列に入り、並べ替えても、
間に行を入れても、どの記録の行かが分かる。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from sheetgen.era import wareki, wareki_full
from sheetgen.form.context import owners_text
from sheetgen.plan.item import CrossReference, Item, YearPlan
from sheetgen.plan.leaves import LeafKind, Steps, leaf_at, leaves_under, path_of, value_at
from sheetgen.plan.overview import Overview
from sheetgen.plan.plan import Measure, Plan, Policy, Section, item_label
from sheetgen.plan.scales import EvaluationGrade
from sheetgen.plan.value import GENERAL, Value
from sheetgen.plan.years import has_result
from sheetgen.year.editing.edit_fields import text_label
from sheetgen.year.editing.own_rows import (
    COUNTS_WORDS,
    ItemValues,
    StepRow,
    WordRow,
    YearValues,
    item_values,
    step_rows,
    word_rows,
    year_values,
)

YES = "○"
"""新規の印、採る、このままでよい、の書き方。"""
HIGHLIGHT, HIGHLIGHT_NOTE = "主なポイント", "参照"
SEPARATOR = "、"
UNNAMED = {
    "municipality": "（市区町村の名称）",
    "plan_title": "（計画の名称）",
    "office": "（事務局の名称）",
}
"""まだ立てていない計画の名。空の編集ブックには出さない。"""


@dataclass(frozen=True, slots=True)
class BookMark:
    """ブックの目印。``carrier`` は、どのシートにも隠した行に入れる文字。"""

    carrier: str
    year: str
    founding: bool


@dataclass(frozen=True, slots=True)
class Founding:
    """計画の期間。新しい計画を立てるときだけ、書く欄になる。"""

    first_year: str | None
    years: int | None


@dataclass(frozen=True, slots=True)
class SectionRow:
    """部と課の一行。"""

    key: str
    order: int
    department: str
    section: Section
    items: int


@dataclass(frozen=True, slots=True)
class HighlightRow:
    """主なポイントか、その参照の一行。"""

    key: str
    order: int
    kind: str
    policy: str
    text: str
    is_new: str | None


@dataclass(frozen=True, slots=True)
class TextRow:
    """名と文章の一行。``key`` はその文のある場所。``text`` が None なら、まだない。"""

    key: str
    policy: int | None
    measure: int | None
    chapter: str
    label: str
    text: Value


@dataclass(frozen=True, slots=True)
class OverviewEntry:
    """概要表の一行。再掲の行では、実施項目だけの欄が空。

    ``coming`` は、様式の、その年度の取組方針・取組内容。``mark`` は、前の年度の文のままの印。
    """

    key: str
    measure: str
    label: str
    item_id: str
    section: str | None
    title: str
    improvement: str | None
    policy: str | None
    coming: str | None
    mark: str | None
    settled: str | None
    indicator: str | None
    target: str | None
    owners: str | None
    reference_mark: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class ItemRow:
    """実施項目の一行。"""

    key: str
    label: str
    measure: str
    item: Item
    owners: str
    related_sections: str | None
    introduced: str
    number_format: str


@dataclass(frozen=True, slots=True)
class YearRow:
    """一つの実施項目の、一つの年度の一行。``initiative`` はその年度の取組方針・取組内容。"""

    key: str
    label: str
    title: str
    fiscal_year: str
    year: YearPlan
    initiative: str | None
    unit: str | None
    number_format: str


@dataclass(frozen=True, slots=True)
class ResultRow:
    """記録した取組実績の一行。変えるときは、``reason`` にわけを書く。"""

    key: str
    label: str
    title: str
    owners: str
    fiscal_year: str
    year: YearPlan
    overall_grade: str | None
    reason: str | None
    unit: str | None
    number_format: str


@dataclass(frozen=True, slots=True)
class GradeRow:
    """評価の一段階の行。"""

    key: str
    order: int
    step: EvaluationGrade
    counts: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """変更申出の一行。``key`` は記録簿の回と、その中の何番目か。"""

    key: str
    label: str
    title: str
    field: str
    now: Value
    old: Value
    new: Value
    source: str
    decision: str | None


@dataclass(frozen=True, slots=True)
class StaleRow:
    """もうない名の残る文の一行。``proposed`` は、いまの名に替えた文。"""

    key: str
    place: str
    field: str
    name: str
    successor: str | None
    text: str
    proposed: str | None
    decision: str | None


@dataclass(frozen=True, slots=True)
class EditContext:
    """編集ブックのテンプレートで使える名前。"""

    plan: Plan
    book: BookMark
    founding: Founding
    sections: tuple[SectionRow, ...]
    highlights: tuple[HighlightRow, ...]
    policy_texts: tuple[TextRow, ...]
    overview: tuple[OverviewEntry, ...]
    items: tuple[ItemRow, ...]
    years: tuple[YearRow, ...]
    results: tuple[ResultRow, ...]
    grades: tuple[GradeRow, ...]
    overview_texts: tuple[TextRow, ...]
    proposals: tuple[ProposalRow, ...] = ()
    stale_names: tuple[StaleRow, ...] = ()
    year_values: tuple[YearValues, ...] = field(default=(), repr=False)
    item_values: tuple[ItemValues, ...] = field(default=(), repr=False)
    words: tuple[WordRow, ...] = field(default=(), repr=False)
    steps: tuple[StepRow, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Beside:
    """計画のほかに要る、記録から分かること。

    ``unsettled`` は、概要表の取組方針がまだ前の年度の文である実施項目のID。
    """

    unsettled: frozenset[str] = frozenset()
    proposals: tuple[ProposalRow, ...] = ()
    stale_names: tuple[StaleRow, ...] = ()
    founding: bool = False


SPARE, SPARE_OF_NEW = 1, 3
"""並びの文の後ろに添える空の行の数。章がまだないときは、多くする。"""
_NOT_SHOWN = {"parts"}
"""人が書き換えるものではない欄。"""


class TextLeaf(NamedTuple):
    """一つの文。``key`` はその場所、``text`` が None なら、まだない。"""

    key: str
    policy: int | None
    measure: int | None
    chapter: str
    label: str
    text: Value


def policy_leaves(plan: Plan) -> Iterator[TextLeaf]:
    """基本方針の名と文章、推進項目の名と☆の文章を、印刷の順に返す。"""
    for p, policy in enumerate(plan.policies):
        for name in ("name", "description"):
            key = f"policies[{p}].{name}"
            label = text_label(key, plan.words)
            yield TextLeaf(key, policy.number, None, "", label, getattr(policy, name))
        for m, measure in enumerate(policy.measures):
            at, numbers = f"policies[{p}].measures[{m}]", (policy.number, measure.number)
            label = text_label(f"{at}.name", plan.words)
            yield TextLeaf(f"{at}.name", *numbers, "", label, measure.name)
            label = text_label(f"{at}.notes[0]", plan.words)
            for n, note in enumerate((*measure.notes, None)):
                yield TextLeaf(f"{at}.notes[{n}]", *numbers, "", label, note)


def overview_leaves(plan: Plan) -> Iterator[TextLeaf]:
    """計画の概要の章の、すべての文を、型の順に返す。ない章の文も、空で返す。"""
    tree = plan.model_dump(mode="json")
    for name, info in Overview.model_fields.items():
        chapter = info.title or ""
        steps: Steps = ("overview", name)
        for path, label in leaves_under(tree, steps, _spare):
            if path[-2] not in _NOT_SHOWN:
                text = _value(tree, path)
                yield TextLeaf(path_of(path), None, None, chapter, label or chapter, text)


def _spare(is_there: bool) -> int:
    return SPARE if is_there else SPARE_OF_NEW


def _value(tree: Any, steps: Steps) -> Any:
    try:
        value = value_at(tree, steps)
    except (LookupError, TypeError):
        return None
    leaf = leaf_at(steps)
    if leaf is not None and leaf.kind is LeafKind.YEAR and value is not None:
        return wareki(value)
    return value


def edit_context(plan: Plan, carrier: str, beside: Beside) -> EditContext:
    """この計画を編集するブックの、名前と値。"""
    blank = beside.founding
    return EditContext(
        plan=plan.model_copy(update=dict.fromkeys(UNNAMED)) if blank else plan,
        book=BookMark(carrier, wareki_full(plan.revision.fiscal_year), blank),
        founding=Founding(
            None if blank else wareki(plan.first_year), None if blank else len(plan.fiscal_years)
        ),
        sections=tuple(_sections(plan)),
        highlights=tuple(_highlights(plan)),
        policy_texts=tuple(TextRow(*one) for one in policy_leaves(plan)),
        overview=tuple(_overview(plan, beside.unsettled)),
        items=tuple(_items(plan)),
        years=tuple(_years(plan)),
        results=tuple(_results(plan)),
        grades=tuple(
            GradeRow(
                f"evaluation_scale[{at}]",
                at + 1,
                step,
                COUNTS_WORDS[step.counts] if step.counts else None,
            )
            for at, step in enumerate(plan.evaluation_scale)
        ),
        overview_texts=tuple(TextRow(*one) for one in overview_leaves(plan)),
        proposals=beside.proposals,
        stale_names=beside.stale_names,
        year_values=tuple(year_values(plan, (*_living(plan), *_ended(plan)))),
        item_values=tuple(item_values(plan, (*_living(plan), *_ended(plan)))),
        words=tuple(word_rows(plan)),
        steps=tuple(step_rows(plan)),
    )


def is_unfounded(plan: Plan) -> bool:
    """空の編集ブックのもとになる、まだ立てていない計画か。"""
    return all(getattr(plan, name) == words for name, words in UNNAMED.items())


def names_of_book(context: EditContext) -> dict[str, Any]:
    """式に渡す形にする。"""
    return {one.name: getattr(context, one.name) for one in fields(context)}


def measure_text(measure: Measure) -> str:
    """推進項目の番号と名 ``8 歳入改革(歳入の確保)``。"""
    return f"{measure.number} {measure.name}"


def policy_text(policy: Policy) -> str:
    """基本方針の番号と名。"""
    return f"{policy.number} {policy.name}"


def placed_entries(
    plan: Plan,
) -> Iterator[tuple[str, Policy, Measure, Item | CrossReference]]:
    """実施項目と再掲を、JSON の中の場所とともに、印刷の順に返す。"""
    for p, policy in enumerate(plan.policies):
        for m, measure in enumerate(policy.measures):
            for e, entry in enumerate(measure.entries):
                yield f"policies[{p}].measures[{m}].entries[{e}]", policy, measure, entry


def _sections(plan: Plan) -> Iterator[SectionRow]:
    order = 0
    owners = [owner for _, _, item in plan.items() for owner in item.owners]
    for d, department in enumerate(plan.departments):
        for s, section in enumerate(department.sections):
            order += 1
            count = sum(
                one.department == department.name and one.section == section.name for one in owners
            )
            key = f"departments[{d}].sections[{s}]"
            yield SectionRow(key, order, department.name, section, count)


def _highlights(plan: Plan) -> Iterator[HighlightRow]:
    names = {policy.number: policy_text(policy) for policy in plan.policies}
    revision = plan.revision
    for at, one in enumerate(revision.highlights):
        mark = YES if one.is_new else None
        key = f"revision.highlights[{at}]"
        yield HighlightRow(key, at + 1, HIGHLIGHT, names[one.policy], one.text, mark)
    for at, note in enumerate(revision.highlight_notes):
        key = f"revision.highlight_notes[{at}]"
        yield HighlightRow(key, at + 1, HIGHLIGHT_NOTE, names[note.policy], note.text, None)


def _overview(plan: Plan, unsettled: frozenset[str]) -> Iterator[OverviewEntry]:
    year = min(plan.revision.fiscal_year, plan.final_year)
    for key, _, measure, entry in placed_entries(plan):
        name = measure_text(measure)
        if isinstance(entry, CrossReference):
            yield OverviewEntry(
                key, name, f"({measure.number}){entry.number}", entry.item_id, entry.section,
                entry.title, None, None, None, None, None, None, None, entry.owners,
                entry.mark, entry.note,
            )  # fmt: skip
            continue
        row = entry.overview
        mark = UNSETTLED if entry.id in unsettled else None
        yield OverviewEntry(
            key, name, item_label(measure, entry), entry.id, entry.section, row.title,
            row.improvement, row.policy, entry.initiative(year), mark, None, row.indicator,
            row.target, row.owners, None, None,
        )  # fmt: skip


UNSETTLED = "前の年度のまま"
"""取組方針がまだ前の年度の文である行の印。"""


def _items(plan: Plan) -> Iterator[ItemRow]:
    for key, _, measure, entry in placed_entries(plan):
        if isinstance(entry, Item):
            yield ItemRow(
                key,
                item_label(measure, entry),
                measure_text(measure),
                entry,
                owners_text(entry),
                SEPARATOR.join(entry.related_sections) or None,
                wareki(entry.introduced),
                entry.indicator.number_format,
            )


def _years(plan: Plan) -> Iterator[YearRow]:
    for key, _, measure, entry in placed_entries(plan):
        if not isinstance(entry, Item):
            continue
        for at, year in enumerate(entry.years):
            yield YearRow(
                f"{key}.years[{at}]",
                item_label(measure, entry),
                entry.title,
                wareki(year.fiscal_year),
                year,
                entry.initiative(year.fiscal_year),
                entry.indicator.unit,
                entry.indicator.number_format,
            )


def _results(plan: Plan) -> Iterator[ResultRow]:
    for key, measure, item in (*_living(plan), *_ended(plan)):
        for at, year in enumerate(item.years):
            final = year.fiscal_year == plan.final_year
            overall = item.overall_grade if final else None
            if has_result(plan, year) or overall is not None:
                yield ResultRow(
                    f"{key}.years[{at}]",
                    item_label(measure, item),
                    item.title,
                    owners_text(item),
                    wareki(year.fiscal_year),
                    year,
                    overall,
                    None,
                    item.indicator.unit,
                    item.indicator.number_format or GENERAL,
                )


def _living(plan: Plan) -> Iterator[tuple[str, Measure, Item]]:
    for key, _, measure, entry in placed_entries(plan):
        if isinstance(entry, Item):
            yield key, measure, entry


def _ended(plan: Plan) -> Iterator[tuple[str, Measure, Item]]:
    measures = {measure.number: measure for _, measure in plan.measures()}
    for at, one in enumerate(plan.ended_items):
        yield f"ended_items[{at}].item", measures[one.measure], one.item
