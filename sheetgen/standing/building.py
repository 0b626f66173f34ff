"""状況の全体を、計画と照会の跡から組む。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set
from datetime import datetime

from sheetgen.era import wareki_full
from sheetgen.model.item import Item
from sheetgen.model.plan import Measure, Plan, Policy, item_label
from sheetgen.model.round import Round
from sheetgen.model.standing import (
    ItemStanding,
    PolicyName,
    SectionStanding,
    Sending,
    Stage,
    Standing,
    Traces,
)
from sheetgen.standing.figures import NOT_GRADED, effect_rows, grade_rows, policy_label
from sheetgen.standing.stages import stage_of, waits_for_section
from sheetgen.standing.trends import picture_of, trend_of, year_label

STAGES = tuple(Stage)


def result_year(plan: Plan, chosen: Round) -> int | None:
    """成果を見せる年度。照会の前の年度。計画の初年度より前なら ``None``。"""
    year = chosen.year - 1
    return year if year in plan.fiscal_years else None


def build_standing(
    plan: Plan,
    chosen: Round,
    traces: Traces,
    grades: Mapping[str, str | None],
    behind: Set[str],
    now: datetime,
) -> Standing:
    """状況。``grades`` と ``behind``（目標に届かないID）は :func:`result_year` の年度のもの。"""
    year = result_year(plan, chosen)
    today = now.date().isoformat()
    items = tuple(
        _item(policy, measure, item, chosen, traces, grades, behind, today, year)
        for policy, measure, item in plan.items()
    )
    rows, total = grade_rows(plan, grades, year)
    effects, effect_total = effect_rows(plan, year)
    counts = Counter(one.stage for one in items)
    return Standing(
        title=f"{plan.municipality}{plan.plan_title}",
        round_name=chosen.full_name,
        at=f"{now:%Y-%m-%d %H:%M}",
        stages=STAGES,
        counts=tuple(counts[stage] for stage in STAGES),
        late=sum(one.is_late for one in items),
        policies=tuple(PolicyName(one.number, policy_label(one)) for one in plan.policies),
        sections=tuple(_sections(plan, items, traces, today)),
        items=items,
        years=tuple(year_label(one) for one in plan.fiscal_years),
        result_year=wareki_full(year) if year else "",
        grades=(*(one.grade for one in plan.evaluation_scale), NOT_GRADED),
        grade_rows=rows,
        grade_total=total,
        effect_rows=effects,
        effect_total=effect_total,
    )


def _item(
    policy: Policy,
    measure: Measure,
    item: Item,
    chosen: Round,
    traces: Traces,
    grades: Mapping[str, str | None],
    behind: Set[str],
    today: str,
    year: int | None,
) -> ItemStanding:
    stage, note = stage_of(item, chosen, traces)
    sending = (traces.sendings or {}).get(item.owners[0].full_name)
    name, unit = item.indicator.name, item.indicator.unit
    return ItemStanding(
        item=item.id,
        label=item_label(measure, item),
        title=item.title,
        policy=policy.number,
        section=item.owners[0].full_name,
        owners="、".join(owner.section for owner in item.owners),
        stage=stage,
        note=note,
        is_late=waits_for_section(item.id, stage, traces) and _is_over(sending, today),
        grade=grades.get(item.id) or "",
        against=_against(item, year, behind),
        indicator=f"{name}（{unit}）" if unit and unit not in ("-", "ー") else name,
        trend=trend_of(item),
        picture=picture_of(item),
    )


def _against(item: Item, year: int | None, behind: Set[str]) -> str:
    """数で比べられるときだけ、目標に届いたかどうか。"""
    if year is None:
        return ""
    record = item.year(year)
    figures = (record.target, record.result.value)
    if not all(isinstance(one, int | float) for one in figures):
        return ""
    return "未達" if item.id in behind else "達成"


def _is_over(sending: Sending | None, today: str) -> bool:
    return bool(sending and sending.deadline and sending.deadline < today)


def _sections(
    plan: Plan, items: tuple[ItemStanding, ...], traces: Traces, today: str
) -> list[SectionStanding]:
    """様式を受け持つ課を、庁内の順に並べる。"""
    found: dict[str, list[ItemStanding]] = {}
    for one in items:
        found.setdefault(one.section, []).append(one)
    order = [owner.full_name for owner in plan.owners()]
    rows = []
    for name in sorted(found, key=order.index):
        counts = Counter(one.stage for one in found[name])
        sending = (traces.sendings or {}).get(name)
        rows.append(
            SectionStanding(
                name=name,
                total=len(found[name]),
                counts=tuple(counts[stage] for stage in STAGES),
                sent_on=sending.sent_on if sending else "",
                deadline=(sending.deadline or "") if sending else "",
                is_late=any(one.is_late for one in found[name]),
                reminders=sending.reminders if sending else 0,
            )
        )
    return rows
