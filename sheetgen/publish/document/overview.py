"""「１．計画の概要」の章と、文書の見出し・番号の書き方。"""

from __future__ import annotations

from dataclasses import dataclass

from sheetgen.era import REIWA_OFFSET, wareki_full, wareki_short
from sheetgen.messages.vocabulary import Vocabulary
from sheetgen.plan import overview as master
from sheetgen.plan.fields import MEASURE
from sheetgen.plan.paths import PROVISIONAL_NOTE
from sheetgen.plan.plan import Measure, Plan, Policy
from sheetgen.plan.value import EFFECT_FORMAT, printed


@dataclass(frozen=True, slots=True)
class PrintedWords:
    """テンプレートに渡す、計画のことば。

    ``effect`` ``result_effect`` は金額の二つの欄の、``grade`` は評価の、短い名。
    """

    policy: str
    measure: str
    item: str
    revision: str
    effect: str
    result_effect: str
    grade: str
    overall_grade: str
    result: str
    owners: str
    indicator: str


def printed_words(words: Vocabulary) -> PrintedWords:
    """計画のことばを、テンプレートに渡す形にする。"""
    return PrintedWords(
        policy=words.policy,
        measure=words.measure,
        item=words.item,
        revision=words.revision,
        effect=words.heading("見込額", "years.effect"),
        result_effect=words.heading("実績額", "years.result.effect"),
        grade=words["years.result.grade"],
        overall_grade=words["overall_grade"],
        result=words["years.result.text"],
        owners=words["overview.owners"],
        indicator=words["indicator"],
    )


@dataclass(frozen=True, slots=True)
class NumberedName:
    """番号の付いた名。基本方針や推進項目。"""

    number: int
    label: str
    name: str


@dataclass(frozen=True, slots=True)
class PhilosophyChapter:
    """基本理念の章。"""

    heading: str
    name: str
    policies: tuple[NumberedName, ...]
    background: tuple[str, ...]
    declaration: str
    aims: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class StructureStep:
    """計画体系の一段。"""

    name: str
    detail: str | None


@dataclass(frozen=True, slots=True)
class StructureDiagram:
    """計画体系の図。"""

    heading: str
    levels: tuple[StructureStep, ...]
    note: str
    statement: str


@dataclass(frozen=True, slots=True)
class PeriodBar:
    """計画期間の図の一行。

    ``start`` と ``end`` は、図の左端から数えた年数（0 が計画の初年度）。``before`` と
    ``after`` が真なら、帯はその側で図の外に続く。
    """

    heading: str
    bar: str | None
    start: int
    end: int
    before: bool
    after: bool
    own: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class PeriodDiagram:
    """計画期間の図。"""

    years: tuple[str, ...]
    bars: tuple[PeriodBar, ...]
    alignment: str
    statement: str


@dataclass(frozen=True, slots=True)
class StructureChapter:
    """計画体系と計画期間の章。どちらかだけのこともある。"""

    heading: str
    structure: StructureDiagram | None
    period: PeriodDiagram | None


@dataclass(frozen=True, slots=True)
class PolicyText:
    """基本方針と、その文章。"""

    policy: NumberedName
    description: str


@dataclass(frozen=True, slots=True)
class PrintedPolicyChapter:
    """基本方針の章。``center`` は図の中央に置く基本理念。"""

    heading: str
    center: str | None
    policies: tuple[PolicyText, ...]


@dataclass(frozen=True, slots=True)
class MeasureGroup:
    """基本方針と、その推進項目。"""

    policy: NumberedName
    measures: tuple[NumberedName, ...]


@dataclass(frozen=True, slots=True)
class PrintedMeasureChapter:
    """推進方策の章。"""

    heading: str
    lead: str
    policies_heading: str
    measures_heading: str
    groups: tuple[MeasureGroup, ...]
    plan_label: str
    action_plan_label: str
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OverviewPart:
    """「１．計画の概要」。"""

    heading: str
    philosophy: PhilosophyChapter | None
    structure: StructureChapter | None
    policies: PrintedPolicyChapter | None
    measures: PrintedMeasureChapter | None


_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def wide(number: int) -> str:
    """全角の数字。"""
    return str(number).translate(_FULL_WIDTH)


def part_heading(number: int, text: str) -> str:
    """``１．計画の概要`` の形。"""
    return f"{wide(number)}．{text}"


def chapter_heading(number: int, text: str) -> str:
    """``１）基本理念`` の形。"""
    return f"{wide(number)}）{text}"


def policy_name(plan: Plan, policy: Policy) -> NumberedName:
    """``基本方針１`` とその名。"""
    label = f"{plan.words.policy}{wide(policy.number)}"
    return NumberedName(policy.number, label, policy.name)


def measure_name(measure: Measure, name: str | None = None) -> NumberedName:
    """``(１)`` とその名。``name`` は図にだけ書く名。"""
    return NumberedName(measure.number, f"({wide(measure.number)})", name or measure.name)


def lowest_name(plan: Plan, policy: Policy, measure: Measure) -> NumberedName:
    """項目のすぐ上の見出し。階層の一つだけの計画では、上の階層の見出し。"""
    if plan.has(MEASURE):
        return measure_name(measure)
    above = policy_name(plan, policy)
    return NumberedName(measure.number, f"{above.label} ", above.name)


def section_name(plan: Plan, section: str | None) -> str:
    """三つめの階層の見出し。計画がその名を決めていなければ、文書の見出しにはしない（空）。"""
    if not section or plan.terms is None or plan.terms.section is None:
        return ""
    return f"{plan.words.section} {section}"


def month_text(month: str | None) -> str:
    """``2024-03`` を ``令和６年３月`` にする。決まっていなければ、書き入れる所を空ける。"""
    if month is None:
        return "令和　　年　　月"
    year, _, number = month.partition("-")
    return f"令和{wide(int(year) - REIWA_OFFSET)}年{wide(int(number))}月"


def whole_title(plan: Plan) -> str:
    """市区町村の名の付いた計画の名。"""
    return f"{plan.municipality}{plan.plan_title}"


def revision_title(plan: Plan) -> str:
    """``令和６年度年次見直し``。初年度は、年次見直しではなく、計画の策定。"""
    if plan.is_founding:
        return "計画の策定時"
    return f"{wareki_full(plan.revision.fiscal_year)}{plan.words.revision}"


def subtitle_of(plan: Plan) -> str:
    """``-アクションプランの``。題に続く字のない計画では、空。"""
    return plan.words.subtitle and f"{plan.words.subtitle}の"


def title_lines(*lines: str) -> tuple[str, ...]:
    """部の題の行。題に続く字のない計画に、空の行を残さない。"""
    return tuple(filter(None, lines))


def amount(value: int | float | None) -> str:
    """金額（千円）の書き方。数がなければ ``-``。"""
    return "-" if value is None else printed(value, EFFECT_FORMAT)


def marked(text: str, is_provisional: bool) -> str:
    """暫定の値や、それを含む計に、印を付けた文字。空欄には付けない。"""
    return f"{text}{PROVISIONAL_NOTE}" if is_provisional and text else text


def is_marked(text: str) -> bool:
    """暫定の印の付いた文字か。"""
    return text.endswith(PROVISIONAL_NOTE)


def provisional_count_note(count: int, *, is_total: bool = False) -> str:
    """暫定の値の数のことわり。なければ空。``is_total`` は、暫定の値を含む計のこと。"""
    what = f"まだ確定していない値（{count}件）"
    said = f"{what}を含む計である。" if is_total else f"{what}である。"
    return f"{PROVISIONAL_NOTE}は、{said}" if count else ""


def shows(plan: Plan, *keys: str) -> bool:
    """計画に、どの欄（またはその集まり）もあるか。"""
    return all(plan.has(key) for key in keys)


FIGURES = ("indicator", "years.target", "years.result.value")
"""目標に届いたかを、数で決めるのに要る欄。"""


Columns = dict[str, str]
"""表の列：行の中の値の名から、見出しへ。列の順。"""


def columns_of(plan: Plan, *known: tuple[str, str, tuple[str, ...]]) -> Columns:
    """表の列。``known`` は、値の名、見出し、要る欄。計画にない欄の列は、ない。"""
    return {key: name for key, name, needed in known if shows(plan, *needed)}


def overview_part(plan: Plan, number: int) -> OverviewPart | None:
    """概要の部。一つの章もなければ ``None``。章の番号は、ある章だけに付ける。"""
    overview = plan.overview
    chapters = 0

    def heading(text: str) -> str:
        nonlocal chapters
        chapters += 1
        return chapter_heading(chapters, text)

    part = OverviewPart(
        heading=part_heading(number, overview.title or f"{plan.plan_title}の概要"),
        philosophy=_philosophy(plan, heading(overview.philosophy.title))
        if overview.philosophy
        else None,
        structure=_structure(plan, heading(_structure_title(overview)))
        if overview.structure or overview.period
        else None,
        policies=_policies(plan, heading(overview.policies.title)) if overview.policies else None,
        measures=_measures(plan, overview.measures, heading(overview.measures.title))
        if overview.measures
        else None,
    )
    return part if chapters else None


def _structure_title(overview: master.Overview) -> str:
    return overview.structure.title if overview.structure else "計画期間"


def _ideal(plan: Plan) -> str | None:
    philosophy = plan.overview.philosophy
    return f"【基本理念】{philosophy.name}" if philosophy else None


def _philosophy(plan: Plan, heading: str) -> PhilosophyChapter:
    chapter = plan.overview.philosophy
    assert chapter is not None
    return PhilosophyChapter(
        heading=heading,
        name=_ideal(plan) or "",
        policies=tuple(policy_name(plan, policy) for policy in plan.policies),
        background=chapter.background,
        declaration=chapter.declaration,
        aims=chapter.aims,
        note=chapter.note,
    )


def _structure(plan: Plan, heading: str) -> StructureChapter:
    structure, period = plan.overview.structure, plan.overview.period
    diagram = (
        StructureDiagram(
            heading=structure.heading,
            levels=tuple(StructureStep(level.name, level.detail) for level in structure.levels),
            note=structure.note,
            statement=structure.statement,
        )
        if structure
        else None
    )
    return StructureChapter(heading, diagram, _period(plan, period) if period else None)


def _period(plan: Plan, period: master.Period) -> PeriodDiagram:
    return PeriodDiagram(
        years=tuple(wareki_short(year) for year in plan.fiscal_years),
        bars=tuple(_bar(plan, row) for row in period.related_plans),
        alignment=period.alignment,
        statement=period.statement,
    )


def _bar(plan: Plan, row: master.RelatedPlan) -> PeriodBar:
    """図の一行。年の分からない帯は、計画の期間の全体とする。"""
    first, last = row.first_year or plan.first_year, row.last_year or plan.final_year
    start = min(max(first, plan.first_year), plan.final_year)
    end = max(min(last, plan.final_year), plan.first_year)
    return PeriodBar(
        heading=row.heading,
        bar=row.bar,
        start=start - plan.first_year,
        end=end - plan.first_year + 1,
        before=first < plan.first_year,
        after=last > plan.final_year,
        own=row.bar is not None and row.bar == plan.plan_title,
        note=row.note,
    )


def _policies(plan: Plan, heading: str) -> PrintedPolicyChapter:
    texts = tuple(
        PolicyText(policy_name(plan, policy), policy.description) for policy in plan.policies
    )
    return PrintedPolicyChapter(heading, _ideal(plan), texts)


def _measures(plan: Plan, chapter: master.MeasureChapter, heading: str) -> PrintedMeasureChapter:
    """推進方策の章。図の推進項目名は、順に推進項目に当てる。"""
    drawn = dict(
        zip((measure.number for _, measure in plan.measures()), chapter.measure_names, strict=False)
    )
    return PrintedMeasureChapter(
        heading=heading,
        lead=chapter.lead,
        policies_heading=chapter.policies_heading,
        measures_heading=chapter.measures_heading,
        groups=tuple(
            MeasureGroup(
                policy_name(plan, policy),
                tuple(measure_name(m, drawn.get(m.number)) for m in policy.measures)
                if plan.has(MEASURE)
                else (),
            )
            for policy in plan.policies
        ),
        plan_label=chapter.plan_label,
        action_plan_label=chapter.action_plan_label,
        statements=chapter.statements,
    )


def notes_label(plan: Plan) -> str:
    """推進項目に添えた文章の名。概要表のない計画では、概要表を言わない。"""
    label = str(Measure.model_fields["notes"].title)
    return label if plan.has("overview") else label.removeprefix("概要表の")
