"""「２．年次見直しの概要」：主なポイントと、推進項目ごとの概要表。"""

from __future__ import annotations

from itertools import groupby

from sheetgen.document.words import (
    measure_name,
    part_heading,
    policy_name,
    revision_title,
    wide,
)
from sheetgen.era import circled, reiwa, wareki_full, wareki_short
from sheetgen.model.document import (
    HighlightGroup,
    Highlights,
    OverviewSection,
    OverviewTable,
    Point,
    PrintedOverviewRow,
    RevisionPart,
)
from sheetgen.model.item import CrossReference, Entry
from sheetgen.model.plan import Measure, Plan, Policy


def revision_part(plan: Plan, number: int) -> RevisionPart:
    """年次見直しの概要の部。"""
    return RevisionPart(
        heading=(
            part_heading(number, plan.plan_title),
            "-アクションプランの",
            f"{revision_title(plan)}の概要",
        ),
        highlights=_highlights(plan),
        tables=tuple(_table(plan, policy, measure) for policy, measure in plan.measures()),
    )


def _highlights(plan: Plan) -> Highlights:
    """主なポイント。ポイントのない基本方針も、件数のページなので名を並べる。"""
    revision = plan.revision
    year = revision.fiscal_year
    changed = [
        f"{word}{wide(count)}件"
        for word, count in (("新規", plan.new_item_count), ("終了", len(revision.retired_items)))
        if count
    ]
    count = f"{wide(plan.item_count)}件" + (f"（{'、'.join(changed)}）" if changed else "")
    before = plan.previous_item_count
    return Highlights(
        heading=f"{revision_title(plan)}後のアクションプランの主なポイント",
        before=f"{wareki_full(year - 1)}の実施項目数；{before}件",
        after=f"年次見直し後の{wareki_full(year)}の実施項目数；{count}",
        groups=tuple(
            HighlightGroup(
                policy_name(policy),
                tuple(
                    Point(point.text, point.is_new)
                    for point in revision.highlights
                    if point.policy == policy.number
                ),
                tuple(
                    note.text for note in revision.highlight_notes if note.policy == policy.number
                ),
            )
            for policy in plan.policies
        ),
    )


def _table(plan: Plan, policy: Policy, measure: Measure) -> OverviewTable:
    year = plan.revision.fiscal_year
    return OverviewTable(
        policy=policy_name(policy),
        measure=measure_name(measure),
        columns=(
            "実施項目",
            "改善内容",
            f"{wareki_short(min(year, plan.final_year))}の取組方針･取組内容",
            "指標",
            f"目標(R{reiwa(plan.final_year)})",
            "担当",
        ),
        sections=tuple(
            OverviewSection(
                f"〔{section}〕" if section else None, tuple(_row(plan, e) for e in rows)
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
        title=row.title,
        mark=None,
        improvement=row.improvement or "",
        initiative=row.policy or "",
        indicator=row.indicator or "",
        target=row.target or "",
        owners=row.owners or "",
        note=None,
        is_new=plan.is_new(entry),
    )
