"""様式の文字を、欄ごとに取り出す。"""

from __future__ import annotations

from sheetgen.document.words import amount, measure_name, policy_name
from sheetgen.era import circled, wareki, wareki_full, wareki_short
from sheetgen.model.document_sheets import ItemText, YearText
from sheetgen.model.item import Item, YearPlan
from sheetgen.model.numbers import EFFECT_FORMAT, printed
from sheetgen.model.plan import Measure, Plan, Policy


def item_text(plan: Plan, policy: Policy, measure: Measure, item: Item) -> ItemText:
    """一つの実施項目の文字。数は、様式に印刷するとおりに書く。"""
    code = item.indicator.number_format
    year = min(plan.revision.fiscal_year, plan.final_year)
    return ItemText(
        item=item.id,
        label=f"({measure.number}){circled(item.number)}",
        title=item.title,
        badge=f"{wareki_short(item.introduced)}新規" if plan.is_new(item) else "",
        policy=policy_name(policy),
        measure=measure_name(measure),
        owners="、".join(owner.full_name for owner in item.owners),
        related="、".join(item.related_sections),
        improvement=item.improvement,
        current_state=item.current_state,
        initiative_heading=f"{wareki_full(year)}の取組方針・取組内容",
        initiative=item.initiative(year) or "",
        vision_heading=f"{wareki_full(plan.final_year)}（計画最終年度）において目指す姿",
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
