"""テンプレートの式が使う名前と値。

ここの欄の名が、テンプレートで使えることば。事務局のための一覧は docs/template.md にある。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sheetgen.era import day_full, wareki_short
from sheetgen.form.identity import Marks, carrier, form_id
from sheetgen.form.rounds import asked_fields
from sheetgen.messages.guidance import joined, results_task, revision_task, round_task
from sheetgen.messages.vocabulary import Vocabulary
from sheetgen.plan.fields import MEASURE, VALUES, PlanField
from sheetgen.plan.item import Item, OverviewRow, YearPlan
from sheetgen.plan.paths import printed_initiative_year, read_path, with_values
from sheetgen.plan.plan import Measure, Plan, Policy, item_label
from sheetgen.plan.round import FieldKind, Round, RoundKind
from sheetgen.plan.value import Value, in_thousands


@dataclass(frozen=True, slots=True)
class RoundText:
    """照会。``deadline`` は期限の書き方（決まっていなければ空）。

    ``grade`` は、書いてもらう評価の欄の名（見直し照会では空）。``previous_year`` は、
    見直し照会の様式に添える、今の取組方針の年度（実績照会では ``None``）。
    """

    name: str
    fiscal_year: int
    deadline: str
    task: str
    grade: str = ""
    previous_year: int | None = None


@dataclass(frozen=True, slots=True)
class BookText:
    """ブック。``count`` は様式の枚数。"""

    addressee: str
    count: int


@dataclass(frozen=True, slots=True)
class Initiative:
    """様式に載せる年度の取組方針・取組内容。

    ``previous`` は、見直し照会の様式に添える、今の年度（``previous_year``）の文。ほかでは None。
    """

    fiscal_year: int
    text: str | None
    previous_year: int
    previous: str | None


@dataclass(frozen=True, slots=True)
class FormText:
    """一枚の様式に印刷する、組み立てた文字。

    ``policy`` ``measure`` ``section`` は、計画のことばを添えた階層の見出し。計画にない階層では空。
    """

    id: str
    carrier: str
    label: str
    badge: str
    owners: str
    related: str
    policy: str
    measure: str
    section: str


@dataclass(frozen=True, slots=True)
class ListEntry:
    """「はじめに」の一覧の一行。様式がこのブックになければ ``sheet`` は ``None``。"""

    id: str
    label: str
    title: str
    owners: str
    note: str
    sheet: str | None
    form_id: str
    carrier: str


@dataclass(frozen=True, slots=True)
class ReasonText:
    """差戻しのわけの一行。欄が様式になければ ``cell`` は ``None``。"""

    number: int
    label: str
    title: str
    sheet: str
    cell: str | None
    field: str
    written: str
    cause: str
    mend: str


@dataclass(frozen=True, slots=True)
class BookContext:
    """実施項目によらないシートで使える名前。``reasons`` は差戻しのブックだけにある。

    ``terms`` は計画のことば、``labels`` は欄の名（``years.plan``）から見出しへ。
    """

    plan: Plan
    terms: Vocabulary
    labels: Mapping[str, str]
    round: RoundText
    book: BookText
    final_year: int
    entries: tuple[ListEntry, ...]
    reasons: tuple[ReasonText, ...] = ()


@dataclass(frozen=True, slots=True)
class FormContext:
    """様式のシートで使える名前。"""

    plan: Plan
    terms: Vocabulary
    labels: Mapping[str, str]
    round: RoundText
    book: BookText
    final_year: int
    policy: Policy
    measure: Measure
    item: Item
    years: tuple[YearPlan, ...]
    initiative: Initiative
    overview: OverviewRow
    form: FormText


FORM_NAMES = frozenset(f.name for f in fields(FormContext)) - {f.name for f in fields(BookContext)}
"""様式のシートだけで使える名前。これを使うシートが、様式のシートである。"""
RETURN_NAME = "reasons"
"""差戻しのわけの名前。これを使うシートは、差戻しのブックだけに入る。"""


def names_of(context: FormContext | BookContext) -> dict[str, Any]:
    """式に渡す形にする。"""
    return {field.name: getattr(context, field.name) for field in fields(context)}


def owners_text(item: Item) -> str:
    """主管課 ``企画部 経営企画課``。複数なら読点でつなぐ。"""
    return "、".join(owner.full_name for owner in item.owners)


def deadline_text(deadline: date | None) -> str:
    """期限 ``令和６年５月３１日（金）まで``。決まっていなければ空。"""
    if deadline is None:
        return ""
    return f"{day_full(deadline)}まで"


def field_labels(plan: Plan) -> dict[str, str]:
    """欄の名から見出しへ。この計画にない欄の見出しは、空。"""
    return {key: label if plan.has(key) else "" for key, label in plan.words.labels.items()}


def round_text(plan: Plan, chosen: Round, deadline: date | None) -> RoundText:
    """照会の名、期限、してもらうこと。"""
    year = chosen.result_year
    grades = _grade_names(plan, chosen)
    return RoundText(
        name=chosen.kind.label,
        fiscal_year=chosen.year,
        deadline=deadline_text(deadline),
        task=_task(plan, chosen, grades),
        grade=joined(grades) if year is not None else "",
        previous_year=chosen.year if year is None else None,
    )


def _grade_names(plan: Plan, chosen: Round) -> list[str]:
    """書いてもらう評価の欄の名。"""
    found = [one for one in asked_fields(plan, chosen) if one.kind is FieldKind.GRADE]
    # 公式の様式は、最終年度には全期間総合評価だけを置く。
    if any(one.role == "overall" for one in found):
        found = [one for one in found if one.role != "grade"]
    return [one.label for one in found]


def _task(plan: Plan, chosen: Round, grades: list[str]) -> str:
    """照会で課にしてもらうこと。"""
    fields, year = asked_fields(plan, chosen), chosen.result_year
    rest = [one for one in fields if one.kind is not FieldKind.GRADE]
    if year is None:
        # 取組方針は新しく書き、ほかの欄は、いまの計画を見直す。
        written = [one.label for one in rest if one.role == "initiative"]
        reviewed = [_spoken(plan, one) for one in rest if one.role not in _BY_ITSELF]
        return revision_task(chosen.initiative_year, written, reviewed + grades)
    if chosen.kind == RoundKind.RESULTS and plan.has("years.result.text"):
        # 実績値と実績効果額は、取組実績のうち。
        rest = [one for one in rest if one.role == "text" or one.is_declared]
    names = [_spoken(plan, one) for one in rest] + grades
    if chosen.kind == RoundKind.RESULTS:
        return results_task(year, names)
    return round_task(year, names, chosen.kind.provisional)


_BY_ITSELF = ("initiative", "overview_policy")
"""見直す欄に数えない欄の役目。"""


def _spoken(plan: Plan, one: PlanField) -> str:
    """文の中で言うときの、欄の名。"""
    return plan.words.short[one.key].removeprefix("成果指標の")


def as_printed(plan: Plan, item: Item, opened: frozenset[str]) -> Item:
    """金額を、印刷する千円の数にした実施項目。``opened``（記入欄の道）の値は、そのまま。

    様式の小計は、セルの値を足す数式である。セルの値が見えている数なら、計も見えている数の計になる。
    """
    rounded = {}
    for one in plan.field_table.values():
        for index in range(len(item.years) if one.per_year else 1):
            path = one.path(index)
            if one.kind is FieldKind.MONEY and path not in opened:
                value = read_path(item, path, 0)
                if isinstance(value, float):
                    rounded[path] = in_thousands(value)
    return with_values(item, rounded, 0) if rounded else item


def _with_blanks(plan: Plan, item: Item) -> Item:
    """計画が増やした欄の、まだ書いていない値を、空欄として持たせた実施項目。"""
    declared = [one for one in plan.field_table.values() if one.is_declared]
    if not declared:
        return item

    def filled(values: Mapping[str, Value], per_year: bool) -> dict[str, Value]:
        keys = [one.name.removeprefix(VALUES) for one in declared if one.per_year == per_year]
        return {**dict.fromkeys(keys), **values}

    years = tuple(
        year.model_copy(update={"values": filled(year.values, True)}) for year in item.years
    )
    return item.model_copy(update={"values": filled(item.values, False), "years": years})


def _measure_heading(plan: Plan, measure: Measure) -> str:
    """推進項目の見出し。一つの階層だけの計画では空。"""
    if not plan.has(MEASURE):
        return ""
    return f"{plan.words.measure_heading} ({measure.number}) {measure.name}"


def _section_heading(plan: Plan, item: Item) -> str:
    """三つめの階層の見出し。名のない計画では〔〕で囲む。どこにも入らない項目では空。"""
    if not item.section or not plan.has("section"):
        return ""
    named = plan.terms is not None and plan.terms.section is not None
    return f"{plan.words.section} {item.section}" if named else f"〔{item.section}〕"


def form_context(
    plan: Plan,
    chosen: Round,
    place: tuple[Policy, Measure, Item],
    book: BookText,
    asked: RoundText,
    marks: Marks,
    opened: frozenset[str] = frozenset(),
    *,
    beside: bool = False,
) -> FormContext:
    """一枚の様式の名前と値。``opened`` は、記入欄の道。

    ``beside`` が真なら、見直し照会に今の年度の取組方針を添える。
    """
    policy, measure, item = place
    item = _with_blanks(plan, as_printed(plan, item, opened))
    related = "、".join(item.related_sections)
    initiative_year = printed_initiative_year(plan, chosen)
    return FormContext(
        plan=plan,
        terms=plan.words,
        labels=field_labels(plan),
        round=asked,
        book=book,
        final_year=plan.final_year,
        policy=policy,
        measure=measure,
        item=item,
        years=item.years,
        initiative=Initiative(
            initiative_year,
            item.initiative(initiative_year),
            initiative_year - 1,
            item.initiative(initiative_year - 1) if beside else None,
        ),
        overview=item.overview,
        form=FormText(
            id=form_id(chosen, item.id),
            carrier=carrier(plan, chosen, item.id, marks),
            label=item_label(measure, item),
            badge=_badge(plan, item),
            owners=f"【{owners_text(item)}】",
            related=f"〔関連所属；{related}〕" if related else "",
            policy=f"{plan.words.policy} {policy.number} {policy.name}",
            measure=_measure_heading(plan, measure),
            section=_section_heading(plan, item),
        ),
    )


def _badge(plan: Plan, item: Item) -> str:
    """``Ｒ６新規``。終わった実施項目の最後の様式では ``Ｒ６終了``。どちらでもなければ空。"""
    if plan.is_new(item):
        return f"{wareki_short(item.introduced)}新規"
    ended = [one.fiscal_year for one in plan.ended_items if one.item.id == item.id]
    return f"{wareki_short(ended[0])}終了" if ended else ""


def list_entry(
    plan: Plan, chosen: Round, measure: Measure, item: Item, marks: Marks, note: str, here: bool
) -> ListEntry:
    """一覧の一行。``here`` は、様式がこのブックにあるか。"""
    label = item_label(measure, item)
    return ListEntry(
        id=item.id,
        label=label,
        title=item.title,
        owners=owners_text(item),
        note=note,
        sheet=label if here else None,
        form_id=form_id(chosen, item.id) if here else "",
        carrier=carrier(plan, chosen, item.id, marks) if here else "",
    )
