"""「３．実施項目について」：見方と、実施項目ごとの様式、欄ごとの文字。"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sheetgen.era import circled, wareki, wareki_full, wareki_short
from sheetgen.messages.vocabulary import Vocabulary
from sheetgen.plan.item import Item
from sheetgen.plan.plan import Measure, Plan, Policy
from sheetgen.plan.round import FieldKind
from sheetgen.plan.value import EFFECT_FORMAT, printed
from sheetgen.publish.document.overview import (
    FIGURES,
    NumberedName,
    amount,
    lowest_name,
    marked,
    part_heading,
    policy_name,
    provisional_count_note,
    revision_title,
    section_name,
    title_lines,
    whole_title,
)
from sheetgen.publish.document.totals import total_text
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

    ``rows`` は行の高さ（pt）。``figures`` は、ことばではなく数の入ったセルの番号。``measure`` は、
    すぐ上の見出し。``opens_section`` は、ここから始まる三つめの階層の見出し（なければ空）。
    ``level`` は、項目の見出しの深さ。
    """

    item: str
    label: str
    title: str
    policy: NumberedName
    measure: NumberedName
    opens_measure: bool
    opens_section: str
    level: int
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
    """様式の一年度分の文字。``cells`` は、:attr:`SheetsPart.year_columns` の順の、計画の欄の値。"""

    label: str
    plan: str
    target: str
    effect: str
    result: str
    actual: str
    actual_effect: str
    grade: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class YearColumn:
    """年度の表の列。``is_text`` は、文の入る欄か。"""

    key: str
    name: str
    is_text: bool


@dataclass(frozen=True, slots=True)
class FieldText:
    """一つの欄の見出しと文字。``note`` は、文字に続けて書くこと（単位）。"""

    name: str
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ItemText:
    """一つの実施項目の様式の文字を、欄ごとに。紙の形によらない読み方のため。

    ``measure`` は、すぐ上の見出し。``section`` は、三つめの階層の見出し（なければ空）。
    ``fields`` は、年度ごとでない欄、``closing`` は、年度の表の下に書く小計と全期間の評価。
    """

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
    section: str
    fields: tuple[FieldText, ...]
    closing: str


@dataclass(frozen=True, slots=True)
class SheetsPart:
    """「３．実施項目について」。

    ``note`` は、暫定の値のことわり。``year_columns`` は、年度ごとの欄。``is_usual`` は、どの計画
    にもある欄を、そのまま持つ計画か。
    """

    heading: tuple[str, ...]
    note: str
    form: Form
    legend: PrintedLegend | None
    pages: tuple[FormPage, ...]
    headings: ItemHeadings
    year_columns: tuple[YearColumn, ...]
    is_usual: bool
    items: tuple[ItemText, ...]


def _vision_heading(plan: Plan) -> str:
    """目指す姿の見出し。"""
    return plan.words.heading(
        f"{wareki_full(plan.final_year)}（計画最終年度）において目指す姿", "vision"
    )


def item_text(plan: Plan, policy: Policy, measure: Measure, item: Item) -> ItemText:
    """一つの実施項目の文字。数は、様式に印刷するとおりに書く。"""
    code = item.indicator.number_format
    year, words = min(plan.revision.fiscal_year, plan.final_year), plan.words
    columns = year_columns(plan)
    return ItemText(
        item=item.id,
        label=f"({measure.number}){circled(item.number)}",
        title=item.title,
        badge=f"{wareki_short(item.introduced)}新規" if plan.is_new(item) else "",
        policy=policy_name(plan, policy),
        measure=lowest_name(plan, policy, measure),
        owners="、".join(owner.full_name for owner in item.owners),
        related="、".join(item.related_sections),
        improvement=item.improvement,
        current_state=item.current_state,
        initiative_heading=f"{wareki_full(year)}の{words['initiatives']}",
        initiative=item.initiative(year) or "",
        vision_heading=_vision_heading(plan),
        vision=item.vision,
        indicator=item.indicator.name,
        unit=item.indicator.unit or "",
        current=printed(item.indicator.current, code),
        target=printed(item.indicator.target, code),
        years=tuple(_year(plan, item, index, columns) for index in range(len(item.years))),
        effect_subtotal=amount(item.effect_subtotal),
        actual_effect_subtotal=amount(item.result_effect_subtotal),
        overall_grade=item.overall_grade or "",
        section=section_name(plan, item.section),
        fields=tuple(_item_fields(plan, item, year)),
        closing=_closing(plan, item),
    )


_ELSEWHERE = frozenset(
    {"section", "title", "owners", "related_sections", "overall_grade", "indicator.unit"}
)
"""欄の並びでなく、見出しや、ほかの欄のわきに書く欄。"""


def _item_fields(plan: Plan, item: Item, year: int) -> Iterator[FieldText]:
    """年度ごとでない欄。概要表の行は、概要表の章にある。"""
    words = plan.words
    for field in plan.field_table.values():
        key = field.key
        if field.per_year or key in _ELSEWHERE or key.startswith("overview."):
            continue
        name, text, note = field.label, printed(field.value(item, 0), field.number_format), ""
        if key == "initiatives":
            name, text = f"{wareki_full(year)}の{name}", item.initiative(year) or ""
        elif key == "vision":
            name = _vision_heading(plan)
        elif key == "indicator.name" and item.indicator.unit and plan.has("indicator.unit"):
            note = f"（{words['indicator.unit']}：{item.indicator.unit}）"
        elif key.startswith("indicator."):
            text = printed(field.value(item), item.indicator.number_format)
        yield FieldText(name, text, note)


def year_columns(plan: Plan) -> tuple[YearColumn, ...]:
    """年度の表の列。指標のない計画には、目標値と実績値もない。"""
    words = plan.words
    short = {
        "years.target": words.heading("目標値", "years.target"),
        "years.result.value": words.heading("実績値", "years.result.value"),
    }
    return tuple(
        YearColumn(field.key, short.get(field.key, field.label), field.kind is FieldKind.TEXT)
        for field in plan.field_table.values()
        if field.per_year and (field.key not in short or plan.has("indicator"))
    )


def _cell(plan: Plan, item: Item, index: int, key: str) -> str:
    """年度の表の一つの値。暫定の値には印を付ける。"""
    field, year = plan.field_table[key], item.years[index]
    value, code = field.value(item, index), field.number_format
    if key in FIGURES:
        code = item.indicator.number_format
    if key == "years.result.grade" and index == len(item.years) - 1:
        value = item.overall_grade or value  # 最終年度の評価は、全期間のもの
    return marked(printed(value, code), field.name in year.provisional)


def _closing(plan: Plan, item: Item) -> str:
    """合計する欄の小計と、全期間の評価。"""
    parts = []
    for field in plan.field_table.values():
        if field.sums and field.per_year:
            years = range(len(item.years))
            total = total_text((field.value(item, index) for index in years), field)
            early = any(field.name in year.provisional for year in item.years)
            parts.append(f"〔小計〕{field.label} {marked(total, early)}")
    if item.overall_grade and plan.has("overall_grade"):
        parts.append(f"{plan.words['overall_grade']} {item.overall_grade}")
    return "　".join(parts)


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


def _year(plan: Plan, item: Item, index: int, columns: Sequence[YearColumn]) -> YearText:
    year, code = item.years[index], item.indicator.number_format
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
        cells=tuple(_cell(plan, item, index, one.key) for one in columns),
    )


def sheets_part(plan: Plan, number: int, form: Form, pages: Sequence[FormPage]) -> SheetsPart:
    """実施項目の部。"""
    return SheetsPart(
        heading=title_lines(
            part_heading(number, whole_title(plan)),
            plan.words.subtitle,
            f"{plan.words.item}について"
            if plan.is_founding
            else f"{revision_title(plan)}後の{plan.words.item}について",
        ),
        note=provisional_count_note(_provisional_count(plan)),
        form=form,
        legend=_legend(plan, form, pages),
        pages=tuple(pages),
        headings=_headings(plan.words),
        year_columns=year_columns(plan),
        is_usual=not (plan.omit or any(one.is_declared for one in plan.field_table.values())),
        items=tuple(item_text(plan, *place) for place in plan.items()),
    )


def _provisional_count(plan: Plan) -> int:
    """暫定の値の数。"""
    fields = [one for one in plan.field_table.values() if one.per_year]
    return sum(
        field.name in year.provisional and field.of(year) is not None
        for _, _, item in plan.items()
        for year in item.years
        for field in fields
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
