"""計画の名称、概要の章、主なポイント：実施項目より前にある所。"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sheetgen.document.comparison.blocks import Heading, block_of
from sheetgen.document.comparison.chapters import compared_lists, compared_records
from sheetgen.document.comparison.matching import matched_policies
from sheetgen.document.comparison.rows import Fields, compared_fields
from sheetgen.document.words import policy_name
from sheetgen.era import wareki_full
from sheetgen.model.comparison import ComparedBlock, ComparedSection
from sheetgen.model.overview import Overview
from sheetgen.model.plan import Highlight, HighlightNote, Plan, Policy, Revision

_OVERVIEW = str(Plan.model_fields["overview"].title)
_POLICY = str(Plan.model_fields["policies"].title)
_HIGHLIGHTS = str(Revision.model_fields["highlights"].title)


def front_sections(old: Plan, new: Plan) -> Iterator[ComparedSection]:
    """変わった所のある節を、文書の順に。"""
    for key, heading, blocks in (
        ("plan", "計画の名称など", tuple(_plan_blocks(old, new))),
        ("overview", _OVERVIEW, tuple(_chapters(old, new))),
        ("highlights", _HIGHLIGHTS, tuple(_highlights(old, new))),
    ):
        if blocks:
            yield ComparedSection(key, heading, heading, blocks)


def _plan_blocks(old: Plan, new: Plan) -> Iterator[ComparedBlock]:
    rows = list(compared_fields(_plan_fields(old), _plan_fields(new)))
    name = _heading(new.plan_title)
    block = block_of("plan-names", "計画", name, name, rows, len(_plan_fields(new)))
    if block:
        yield block


def _plan_fields(plan: Plan) -> Fields:
    years = "、".join(wareki_full(year) for year in plan.fiscal_years)
    out = {
        name: (str(Plan.model_fields[name].title), getattr(plan, name))
        for name in ("municipality", "plan_title", "office")
    }
    out["fiscal_years"] = (str(Plan.model_fields["fiscal_years"].title), years)
    for one in plan.evaluation_scale:
        out[f"grade.{one.grade}"] = (f"評価「{one.grade}」の意味", one.meaning)
    return out


def _chapters(old: Plan, new: Plan) -> Iterator[ComparedBlock]:
    for name, field in Overview.model_fields.items():
        before, after = getattr(old.overview, name), getattr(new.overview, name)
        title = str(field.title)
        if isinstance(before, str | None) and isinstance(after, str | None):
            fields = [{name: (title, one)} if one else {} for one in (before, after)]
            rows = list(compared_fields(fields[0], fields[1]))
            total = 1
        else:
            rows = list(compared_records(before, after, ""))
            total = len(type(after or before).model_fields) if (after or before) else 0
        heads = [_heading(title, one is not None) for one in (before, after)]
        block = block_of(f"overview-{name}", "章", heads[0], heads[1], rows, total)
        if block:
            yield block


def _highlights(old: Plan, new: Plan) -> Iterator[ComparedBlock]:
    """基本方針ごとの主なポイント。"""
    matched = matched_policies(old, new)
    known = {policy.number: policy for policy in old.policies}
    for policy in new.policies:
        yield from _policy_highlights(old, known.get(matched.get(policy.number, 0)), new, policy)
    for policy in old.policies:
        if policy.number not in matched.values():
            yield from _policy_highlights(old, policy, new, None)


def _policy_highlights(
    old: Plan, was: Policy | None, new: Plan, policy: Policy | None
) -> Iterator[ComparedBlock]:
    text = str(Highlight.model_fields["text"].title)
    note = str(HighlightNote.model_fields["text"].title)
    points = (_texts(old.revision.highlights, was), _texts(new.revision.highlights, policy))
    notes = (
        _texts(old.revision.highlight_notes, was),
        _texts(new.revision.highlight_notes, policy),
    )
    rows = [*compared_lists(*points, text), *compared_lists(*notes, note)]
    shown = policy or was
    if shown is None:
        return
    named = policy_name(shown)
    total = len(points[1]) + len(notes[1])
    key = f"highlights-{'' if policy else 'old-'}{shown.number}"
    head = _heading(f"{named.label} {named.name}")
    block = block_of(key, _POLICY, head, head, rows, total)
    if block:
        yield block


def _texts(points: Sequence[Highlight | HighlightNote], policy: Policy | None) -> list[str]:
    return [one.text for one in points if policy and one.policy == policy.number]


def _heading(name: str, there: bool = True) -> Heading | None:
    """番号のない見出し。"""
    return Heading("", name) if there else None
