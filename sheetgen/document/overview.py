"""「１．計画の概要」の章。"""

from __future__ import annotations

from sheetgen.document.words import chapter_heading, measure_name, part_heading, policy_name
from sheetgen.era import wareki_short
from sheetgen.model import overview as master
from sheetgen.model.document_overview import (
    MeasureGroup,
    OverviewPart,
    PeriodBar,
    PeriodDiagram,
    PhilosophyChapter,
    PolicyText,
    PrintedMeasureChapter,
    PrintedPolicyChapter,
    StructureChapter,
    StructureDiagram,
    StructureStep,
)
from sheetgen.model.plan import Plan


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
        policies=tuple(policy_name(policy) for policy in plan.policies),
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
    texts = tuple(PolicyText(policy_name(policy), policy.description) for policy in plan.policies)
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
                policy_name(policy),
                tuple(measure_name(m, drawn.get(m.number)) for m in policy.measures),
            )
            for policy in plan.policies
        ),
        plan_label=chapter.plan_label,
        action_plan_label=chapter.action_plan_label,
        statements=chapter.statements,
    )
