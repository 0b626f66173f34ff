"""「２．年次見直しの概要」：主なポイントと、推進項目ごとの概要表。"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from sheetgen.era import circled, reiwa, wareki_full, wareki_short
from sheetgen.plan.fields import MEASURE
from sheetgen.plan.item import CrossReference, Entry
from sheetgen.plan.plan import Measure, Plan, Policy
from sheetgen.publish.document.overview import (
    NumberedName,
    columns_of,
    measure_name,
    part_heading,
    policy_name,
    revision_title,
    section_name,
    subtitle_of,
    title_lines,
    wide,
)


@dataclass(frozen=True, slots=True)
class Point:
    """主なポイントの一つ。"""

    text: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class HighlightGroup:
    """基本方針ごとの主なポイント。"""

    policy: NumberedName
    points: tuple[Point, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Highlights:
    """主なポイントのページ。``before`` と ``after`` は実施項目数の前後。初年度には前がない。"""

    heading: str
    before: str
    after: str
    groups: tuple[HighlightGroup, ...]


@dataclass(frozen=True, slots=True)
class PrintedOverviewRow:
    """概要表の一行。再掲の行は ``note`` だけを中の欄に持つ。``item`` は実施項目のID。"""

    item: str
    number: str
    title: str
    mark: str | None
    improvement: str
    initiative: str
    indicator: str
    target: str
    owners: str
    note: str | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class OverviewSection:
    """概要表の〔…〕の見出しと、その下の行。"""

    heading: str | None
    rows: tuple[PrintedOverviewRow, ...]


@dataclass(frozen=True, slots=True)
class OverviewTable:
    """推進項目の概要表。``heading`` は、推進項目のない計画の、表の見出し（ほかでは空）。"""

    policy: NumberedName
    measure: NumberedName
    heading: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    sections: tuple[OverviewSection, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RevisionPart:
    """「２．年次見直しの概要」。"""

    heading: tuple[str, ...]
    highlights: Highlights | None
    tables: tuple[OverviewTable, ...]


def revision_part(plan: Plan, number: int) -> RevisionPart | None:
    """年次見直しの概要の部。主なポイントも概要表もない計画では ``None``。"""
    part = RevisionPart(
        heading=title_lines(
            part_heading(number, plan.plan_title),
            subtitle_of(plan),
            "概要" if plan.is_founding else f"{revision_title(plan)}の概要",
        ),
        highlights=_founding_highlights(plan) if plan.is_founding else _highlights(plan),
        tables=tuple(_table(plan, policy, measure) for policy, measure in plan.measures())
        if _has_tables(plan)
        else (),
    )
    return part if part.highlights or part.tables else None


def _has_tables(plan: Plan) -> bool:
    """概要表の欄が、一つでもある計画か。"""
    return any(key.startswith("overview.") for key in plan.field_table)


def _highlights(plan: Plan) -> Highlights:
    """主なポイント。ポイントのない基本方針も、件数のページなので名を並べる。"""
    before, after = _counts(plan)
    return Highlights(
        heading=f"{revision_title(plan)}後の{plan.words.document}の主なポイント",
        before=before,
        after=after,
        groups=_groups(plan),
    )


def _founding_highlights(plan: Plan) -> Highlights | None:
    """立てた計画の主なポイント。書かれていなければ、そのページはない。"""
    if not plan.revision.highlights:
        return None
    return Highlights(
        heading=f"{plan.words.document}の主なポイント",
        before="",
        after=f"{wareki_full(plan.first_year)}の{plan.words.item}数；{wide(plan.item_count)}件",
        groups=_groups(plan),
    )


def _groups(plan: Plan) -> tuple[HighlightGroup, ...]:
    revision = plan.revision
    return tuple(
        HighlightGroup(
            policy_name(plan, policy),
            tuple(
                Point(point.text, point.is_new)
                for point in revision.highlights
                if point.policy == policy.number
            ),
            tuple(note.text for note in revision.highlight_notes if note.policy == policy.number),
        )
        for policy in plan.policies
    )


def _counts(plan: Plan) -> tuple[str, str]:
    """年次見直しの前と後の、実施項目数の書き方。計画の終わった翌年度には、後の数はない。"""
    year, words = plan.revision.fiscal_year, plan.words
    if year > plan.final_year:
        last = plan.in_year(plan.final_year).item_count
        ended = sum(one.fiscal_year < plan.final_year for one in plan.ended_items)
        gone = f"（ほかに、計画期間の途中で終了{wide(ended)}件）" if ended else ""
        return (
            f"{wareki_full(plan.first_year)}の{plan.words.item}数；"
            f"{plan.in_year(plan.first_year).item_count}件",
            f"{wareki_full(plan.final_year)}（計画最終年度）の{plan.words.item}数；"
            f"{wide(last)}件{gone}",
        )
    changed = [
        f"{word}{wide(count)}件"
        for word, count in (
            ("新規", plan.new_item_count),
            ("終了", len(plan.revision.retired_items)),
        )
        if count
    ]
    count = f"{wide(plan.item_count)}件" + (f"（{'、'.join(changed)}）" if changed else "")
    return (
        f"{wareki_full(year - 1)}の{words.item}数；{plan.previous_item_count}件",
        f"{words.revision}後の{wareki_full(year)}の{words.item}数；{count}",
    )


def _table(plan: Plan, policy: Policy, measure: Measure) -> OverviewTable:
    year, words = plan.revision.fiscal_year, plan.words
    above = policy_name(plan, policy)
    initiative = words.heading("取組方針･取組内容", "overview.policy", "initiatives")
    columns = columns_of(
        plan,
        ("title", words.item, ()),
        ("improvement", words["overview.improvement"], ("overview.improvement",)),
        (
            "initiative",
            f"{wareki_short(min(year, plan.final_year))}の{initiative}",
            ("overview.policy",),
        ),
        ("indicator", words["indicator"], ("overview.indicator",)),
        (
            "target",
            f"{words.heading('目標', 'overview.target')}(R{reiwa(plan.final_year)})",
            ("overview.target",),
        ),
        ("owners", words["overview.owners"], ("overview.owners",)),
    )
    return OverviewTable(
        policy=above,
        measure=measure_name(measure),
        heading="" if plan.has(MEASURE) else f"{above.label} {above.name}",
        columns=tuple(columns.values()),
        keys=tuple(columns),
        sections=tuple(
            OverviewSection(
                section_name(plan, section) or f"〔{section}〕" if section else None,
                tuple(_row(plan, e) for e in rows),
            )
            for section, rows in groupby(measure.entries, key=lambda entry: entry.section)
        ),
        notes=measure.notes,
    )


def _row(plan: Plan, entry: Entry) -> PrintedOverviewRow:
    number = circled(entry.number)
    if isinstance(entry, CrossReference):
        return PrintedOverviewRow(
            entry.item_id, number, entry.title, entry.mark, "", "", "", "", entry.owners,
            f"→ {entry.note}", False,
        )  # fmt: skip
    row = entry.overview
    return PrintedOverviewRow(
        item=entry.id,
        number=number,
        title=row.title if plan.has("overview.title") else entry.title,
        mark=None,
        improvement=row.improvement or "",
        initiative=row.policy or "",
        indicator=row.indicator or "",
        target=row.target or "",
        owners=row.owners or "",
        note=None,
        is_new=plan.is_new(entry),
    )
