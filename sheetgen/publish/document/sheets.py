"""「３．実施項目について」：見方と、実施項目ごとの様式、欄ごとの文字。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sheetgen.era import circled, wareki, wareki_full, wareki_short
from sheetgen.messages.vocabulary import Vocabulary
from sheetgen.plan.item import Item, YearPlan
from sheetgen.plan.plan import Measure, Plan, Policy
from sheetgen.plan.value import EFFECT_FORMAT, printed
from sheetgen.publish.document.overview import (
    NumberedName,
    amount,
    measure_name,
    part_heading,
    policy_name,
    revision_title,
    whole_title,
)
from sheetgen.xlsx.look import CellLook, SheetLook


@dataclass(frozen=True, slots=True)
class LegendCallout:
    """見方の一つの説明。``cells`` は記号を置くセル。"""

    letter: str
    title: str
    text: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrintedLegend:
    """進捗管理シートの見方。``page`` は見本のページ。"""

    heading: str
    page: FormPage
    callouts: tuple[LegendCallout, ...]


@dataclass(frozen=True, slots=True)
class FormPage:
    """一つの実施項目の様式。``texts`` と ``sizes`` は、様式のセルの順。

    ``rows`` は行の高さ（pt）。``figures`` は、ことばではなく数の入ったセルの番号。
    """

    item: str
    label: str
    title: str
    policy: NumberedName
    measure: NumberedName
    opens_measure: bool
    rows: tuple[float, ...]
    texts: tuple[str, ...]
    sizes: tuple[float, ...]
    figures: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """様式の形。``names`` は、セルごとの、そこに出る計画のデータの欄の名。

    ``headings`` は、セルごとの、見出しとしての役。``row`` は右に並ぶ値の、``column`` は下に続く値の
    見出し。``running`` は、どのページにもある題。どれでもなければ空。
    """

    look: SheetLook
    names: tuple[tuple[str, ...], ...]
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemHeadings:
    """欄ごとの見出し。年度によって変わるものは :class:`ItemText` にある。"""

    related: str
    improvement: str
    current_state: str
    indicator: str
    unit: str
    current: str
    target: str
    plan: str
    year_target: str
    effect: str
    result: str
    actual: str
    actual_effect: str
    grade: str
    overall_grade: str


@dataclass(frozen=True, slots=True)
class YearText:
    """様式の一年度分の文字。"""

    label: str
    plan: str
    target: str
    effect: str
    result: str
    actual: str
    actual_effect: str
    grade: str


@dataclass(frozen=True, slots=True)
class ItemText:
    """一つの実施項目の様式の文字を、欄ごとに。紙の形によらない読み方のため。"""

    item: str
    label: str
    title: str
    badge: str
    policy: NumberedName
    measure: NumberedName
    owners: str
    related: str
    improvement: str
    current_state: str
    initiative_heading: str
    initiative: str
    vision_heading: str
    vision: str
    indicator: str
    unit: str
    current: str
    target: str
    years: tuple[YearText, ...]
    effect_subtotal: str
    actual_effect_subtotal: str
    overall_grade: str


@dataclass(frozen=True, slots=True)
class SheetsPart:
    """「３．実施項目について」。"""

    heading: tuple[str, ...]
    form: Form
    legend: PrintedLegend | None
    pages: tuple[FormPage, ...]
    headings: ItemHeadings
    items: tuple[ItemText, ...]


def item_text(plan: Plan, policy: Policy, measure: Measure, item: Item) -> ItemText:
    """一つの実施項目の文字。数は、様式に印刷するとおりに書く。"""
    code = item.indicator.number_format
    year, words = min(plan.revision.fiscal_year, plan.final_year), plan.words
    return ItemText(
        item=item.id,
        label=f"({measure.number}){circled(item.number)}",
        title=item.title,
        badge=f"{wareki_short(item.introduced)}新規" if plan.is_new(item) else "",
        policy=policy_name(plan, policy),
        measure=measure_name(measure),
        owners="、".join(owner.full_name for owner in item.owners),
        related="、".join(item.related_sections),
        improvement=item.improvement,
        current_state=item.current_state,
        initiative_heading=f"{wareki_full(year)}の{words['initiatives']}",
        initiative=item.initiative(year) or "",
        vision_heading=words.heading(
            f"{wareki_full(plan.final_year)}（計画最終年度）において目指す姿", "vision"
        ),
        vision=item.vision,
        indicator=item.indicator.name,
        unit=item.indicator.unit or "",
        current=printed(item.indicator.current, code),
        target=printed(item.indicator.target, code),
        years=tuple(_year(one, code) for one in item.years),
        effect_subtotal=amount(item.effect_subtotal),
        actual_effect_subtotal=amount(item.result_effect_subtotal),
        overall_grade=item.overall_grade or "",
    )


def _headings(words: Vocabulary) -> ItemHeadings:
    return ItemHeadings(
        related=words["related_sections"],
        improvement=words["improvement"],
        current_state=words["current_state"],
        indicator=words["indicator.name"],
        unit=words["indicator.unit"],
        current=words["indicator.current"],
        target=words["indicator.target"],
        plan=words["years.plan"],
        year_target=words.heading("目標値", "years.target"),
        effect=words["years.effect"],
        result=words["years.result.text"],
        actual=words.heading("実績値", "years.result.value"),
        actual_effect=words["years.result.effect"],
        grade=words["years.result.grade"],
        overall_grade=words["overall_grade"],
    )


def _year(year: YearPlan, code: str) -> YearText:
    result = year.result
    return YearText(
        label=wareki(year.fiscal_year),
        plan=year.plan or "",
        target=printed(year.target, code),
        effect=printed(year.effect, EFFECT_FORMAT),
        result=result.text or "",
        actual=printed(result.value, code),
        actual_effect=printed(result.effect, EFFECT_FORMAT),
        grade=result.grade or "",
    )


def sheets_part(plan: Plan, number: int, form: Form, pages: Sequence[FormPage]) -> SheetsPart:
    """実施項目の部。"""
    return SheetsPart(
        heading=(
            part_heading(number, whole_title(plan)),
            plan.words.subtitle,
            f"{plan.words.item}について"
            if plan.is_founding
            else f"{revision_title(plan)}後の{plan.words.item}について",
        ),
        form=form,
        legend=_legend(plan, form, pages),
        pages=tuple(pages),
        headings=_headings(plan.words),
        items=tuple(item_text(plan, *place) for place in plan.items()),
    )


def _legend(plan: Plan, form: Form, pages: Sequence[FormPage]) -> PrintedLegend | None:
    """見方。見本の実施項目がもうなければ、初めの実施項目を見本にする。"""
    legend = plan.overview.legend
    if legend is None or not pages:
        return None
    sample = next((page for page in pages if page.item == legend.sample_item_id), pages[0])
    return PrintedLegend(
        heading=legend.title,
        page=sample,
        callouts=tuple(
            LegendCallout(
                one.letter,
                _in_year(plan, one.title),
                _in_year(plan, one.text),
                _marked(form, one.parts),
            )
            for one in legend.callouts
        ),
    )


def _in_year(plan: Plan, text: str) -> str:
    """様式の見出しを言う所の年度を、その文書の年度にする。ほかの年度は、書かれたまま。

    計画のデータの見方は「令和６年度の取組方針・取組内容」と、その年度の様式の見出しで書いてある。
    ほかの年度の様式では、同じセルの見出しがその年度になる。
    """
    shown = wareki_full(min(plan.revision.fiscal_year, plan.final_year))
    initiatives, plans = plan.words["initiatives"], plan.words["years.plan"]
    for year in plan.fiscal_years:
        for rest in (f"の{initiatives}", f"以降の{plans}"):
            text = text.replace(f"{wareki_full(year)}{rest}", f"{shown}{rest}")
    return text


def _marked(form: Form, parts: Sequence[str]) -> tuple[str, ...]:
    """記号を置くセル。続いて並ぶ欄には、いちばん広い一つにだけ置く。"""
    clusters: list[list[CellLook]] = []
    for part in parts:
        for look, names in zip(form.look.cells, form.names, strict=True):
            if not any(_is_part(name, part) for name in names):
                continue
            near = [group for group in clusters if any(_touch(look, other) for other in group)]
            joined = [cell for group in near for cell in group]
            clusters = [group for group in clusters if group not in near]
            clusters.append([*joined, look])
    return tuple(max(group, key=lambda cell: _width(form, cell)).ref for group in clusters)


def _width(form: Form, cell: CellLook) -> float:
    columns = range(cell.first_column, cell.last_column + 1)
    return sum(form.look.columns.get(column, 0.0) for column in columns)


def _is_part(name: str, part: str) -> bool:
    return name == part or name.startswith(f"{part}.")


def _touch(one: CellLook, other: CellLook) -> bool:
    """二つのセルが、辺か角で接するか。"""
    rows = one.first_row <= other.last_row + 1 and other.first_row <= one.last_row + 1
    columns = (
        one.first_column <= other.last_column + 1 and other.first_column <= one.last_column + 1
    )
    return rows and columns
