"""状況の全体を、計画と照会の跡から組む：評価の数、効果額、目標と実績の推移。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sheetgen.era import moment_full, reiwa, wareki_full
from sheetgen.form.rounds import OVERALL, Placed, unsettled_paths
from sheetgen.plan.item import Item
from sheetgen.plan.plan import Plan, Policy, item_label
from sheetgen.plan.round import Round
from sheetgen.plan.value import printed
from sheetgen.plan.years import PlanYears
from sheetgen.publish.document.behind import is_reached
from sheetgen.publish.document.effects import effect_rows
from sheetgen.publish.document.grades import NOT_GRADED, grade_rows
from sheetgen.publish.document.overview import printed_words
from sheetgen.year.declared_counts import field_bars, field_counts
from sheetgen.year.standing import (
    ItemStanding,
    Picture,
    PolicyName,
    SectionStanding,
    Sending,
    Stage,
    Standing,
    Traces,
    TrendYear,
    is_counted,
    stage_of,
    waits_for_section,
)


def policy_label(plan: Plan, policy: Policy) -> str:
    """``基本方針1 行政サービスの最適化``。"""
    return f"{plan.words.policy}{policy.number} {policy.name}"


WIDTH, HEIGHT, MARGIN = 150, 44, 7
Number = int | float
_Points = tuple[tuple[float, float], ...]


def year_label(year: int) -> str:
    """``R5`` の形。"""
    return f"R{reiwa(year)}"


def trend_of(item: Item) -> tuple[TrendYear, ...]:
    """年度ごとの目標と実績。"""
    code = item.indicator.number_format
    return tuple(
        TrendYear(
            year_label(year.fiscal_year),
            printed(year.target, code),
            printed(year.result.value, code),
        )
        for year in item.years
    )


def picture_of(item: Item) -> Picture | None:
    """目標と実績の折れ線。数が一つもなければ ``None``。"""
    targets = [_number(year.target) for year in item.years]
    actuals = [_number(year.result.value) for year in item.years]
    known = [value for value in (*targets, *actuals) if value is not None]
    if not known:
        return None
    low, high = min(known), max(known)
    step = (WIDTH - 2 * MARGIN) / max(len(item.years) - 1, 1)

    def place(index: int, value: Number) -> tuple[float, float]:
        share = (value - low) / (high - low) if high > low else 0.5
        y = HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN)
        return round(MARGIN + index * step, 1), round(y, 1)

    def places(values: Sequence[Number | None]) -> list[tuple[float, float] | None]:
        return [None if one is None else place(index, one) for index, one in enumerate(values)]

    target, actual = places(targets), places(actuals)
    return Picture(
        WIDTH,
        HEIGHT,
        _lines(target),
        tuple(one for one in target if one),
        _lines(actual),
        tuple(one for one in actual if one),
    )


def _number(value: object) -> Number | None:
    return value if isinstance(value, int | float) else None


def _lines(points: Sequence[tuple[float, float] | None]) -> tuple[_Points, ...]:
    """続いた点の並び。一つだけの点に線はない。"""
    lines: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            lines.append([])
        else:
            lines[-1].append(point)
    return tuple(tuple(line) for line in lines if len(line) > 1)


def result_year(plan: Plan, chosen: Round) -> int | None:
    """成果を見せる年度。照会の前の年度。計画の初年度より前なら ``None``。"""
    year = chosen.year - 1
    return year if year in plan.fiscal_years else None


def build_standing(
    plan: Plan,
    years: PlanYears,
    chosen: Round,
    traces: Traces,
    grades: Mapping[str, str | None],
    now: datetime,
) -> Standing:
    """状況。``plan`` は照会の計画、``grades`` は :func:`result_year` の年度のもの。"""
    year = result_year(plan, chosen)
    today = now.date().isoformat()
    stages = {item.id: stage_of(plan, item, chosen, traces) for _, _, item in plan.items()}
    places = [
        place
        for place in plan.items()
        if is_counted(place[2], stages[place[2].id][0], chosen, traces)
    ]
    items = tuple(
        _item(place, stages[place[2].id], traces, grades, today, year) for place in places
    )
    counted = {one.item for one in items}
    rest = (place for place in plan.items() if place[2].id not in counted)
    # 初年度より前なら、生きていた実施項目はない。
    shown = plan.first_year - 1 if year is None else year
    then = years.in_year(shown)
    rows, total = grade_rows(then, shown)
    effects, effect_total = effect_rows(years, year)
    counts = Counter(one.stage for one in items)
    # 暫定の答えのない計画では、その欄を見せない。
    listed = tuple(one for one in Stage if one is not Stage.PROVISIONAL or counts[one])
    return Standing(
        title=f"{plan.municipality}{plan.plan_title}",
        words=printed_words(plan.words),
        round_name=chosen.full_name,
        at=moment_full(now),
        stages=listed,
        counts=tuple(counts[stage] for stage in listed),
        late=sum(one.is_late for one in items),
        policies=tuple(PolicyName(one.number, policy_label(plan, one)) for one in plan.policies),
        sections=tuple(_sections(plan, items, traces, today, listed)),
        items=items,
        years=tuple(year_label(one) for one in plan.fiscal_years),
        result_year=wareki_full(year) if year else "",
        grades=(*(one.grade for one in then.evaluation_scale), NOT_GRADED),
        grade_rows=rows,
        grade_total=total,
        effect_rows=effects,
        effect_total=effect_total,
        not_asked=tuple(item_label(measure, item) for _, measure, item in rest),
        provisional=sum(bool(unsettled_paths(plan, place[2], chosen)) for place in places),
        bars=tuple(field_bars(years, chosen, year)),
        answered=tuple(field_counts(years, chosen, year)),
        shows_trends=any(map(plan.has, ("years.target", "years.result.value"))),
        shows_grades=any(map(plan.has, ("years.result.grade", OVERALL))),
        shows_effects=any(map(plan.has, ("years.effect", "years.result.effect"))),
    )


def _item(
    place: Placed,
    stage_and_note: tuple[Stage, str],
    traces: Traces,
    grades: Mapping[str, str | None],
    today: str,
    year: int | None,
) -> ItemStanding:
    policy, measure, item = place
    stage, note = stage_and_note
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
        against=_against(item, year),
        indicator=f"{name}（{unit}）" if unit and unit not in ("-", "ー") else name,
        trend=trend_of(item),
        picture=picture_of(item),
    )


def _against(item: Item, year: int | None) -> str:
    """目標に届いたかどうか。文書の表と同じ決まりで、分からなければ何も言わない。"""
    reached = None if year is None else is_reached(item, year)
    return "" if reached is None else "達成" if reached else "未達"


def _is_over(sending: Sending | None, today: str) -> bool:
    return bool(sending and sending.deadline and sending.deadline < today)


def _sections(
    plan: Plan,
    items: tuple[ItemStanding, ...],
    traces: Traces,
    today: str,
    stages: tuple[Stage, ...],
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
                counts=tuple(counts[stage] for stage in stages),
                sent_on=sending.sent_on if sending else "",
                deadline=(sending.deadline or "") if sending else "",
                is_late=any(one.is_late for one in found[name]),
                reminders=sending.reminders if sending else 0,
            )
        )
    return rows
