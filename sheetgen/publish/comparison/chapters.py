"""実施項目より前にある所：計画の名称、概要の章、主なポイント。"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sheetgen.era import wareki_full
from sheetgen.plan.overview import Overview
from sheetgen.plan.plan import Highlight, HighlightNote, Plan, Policy, Revision
from sheetgen.plan.text import Record
from sheetgen.publish.comparison.blocks import (
    ComparedBlock,
    ComparedRow,
    ComparedSection,
    Heading,
    TurnGroup,
    block_of,
    compared_fields,
    compared_row,
    turn_row,
)
from sheetgen.publish.comparison.difference import alignment
from sheetgen.publish.comparison.matched import matched_policies
from sheetgen.publish.comparison.own_fields import said_fields
from sheetgen.publish.document.overview import policy_name

# プログラムが使う名で、印刷しない欄。
_INTERNAL = {"parts", "sample_item_id"}


def compared_records(old: Record | None, new: Record | None, label: str) -> Iterator[ComparedRow]:
    """まとまりの中の、変わった欄。``label`` は中のまとまりの、見出しの頭。"""
    one = new or old
    if one is None:
        return
    for name, field in type(one).model_fields.items():
        if name in _INTERNAL:
            continue
        before = getattr(old, name) if old else None
        after = getattr(new, name) if new else None
        whole = " ".join(part for part in (label, str(field.title)) if part)
        yield from compared_values(before, after, whole, old is not None, new is not None)


def compared_values(
    old: object, new: object, label: str, was_there: bool = True, is_there: bool = True
) -> Iterator[ComparedRow]:
    """変わった値。並びは、似たものどうしを比べる。"""
    if isinstance(old, Record | None) and isinstance(new, Record | None) and (old or new):
        yield from compared_records(old, new, label)
    elif isinstance(old, tuple | None) and isinstance(new, tuple | None):
        yield from compared_lists(old or (), new or (), label)
    else:
        row = compared_row(
            label, _text(old) if was_there else None, _text(new) if is_there else None
        )
        if row:
            yield row


def compared_lists(
    old: Sequence[object], new: Sequence[object], label: str
) -> Iterator[ComparedRow]:
    """並びの中の、変わったもの。番号は改正後のもの、なくなったものは改正前のもの。"""
    pairs = alignment([_whole(one) for one in old], [_whole(one) for one in new])
    for before, after in pairs:
        number = (before if after is None else after) or 0
        yield from compared_values(
            None if before is None else old[before],
            None if after is None else new[after],
            f"{label} {number + 1}",
            before is not None,
            after is not None,
        )


def _whole(value: object) -> str:
    """似たものを探すための、全体の文字。"""
    if isinstance(value, Record):
        return "\n".join(_whole(getattr(value, name)) for name in type(value).model_fields)
    return _text(value)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "\n".join(_whole(one) for one in value)
    # 概要の章にある数は、年度だけ。
    return wareki_full(value) if isinstance(value, int) else str(value)


_OVERVIEW = str(Plan.model_fields["overview"].title)
_HIGHLIGHTS = str(Revision.model_fields["highlights"].title)


def front_sections(old: Plan, new: Plan) -> Iterator[ComparedSection]:
    """変わった所のある節を、文書の順に。"""
    same_year = old.revision.fiscal_year == new.revision.fiscal_year
    for key, heading, blocks in (
        ("plan", "計画の名称など", tuple(_plan_blocks(old, new))),
        ("overview", _OVERVIEW, tuple(_chapters(old, new))),
        # 年度が違えば、年度ごとに書き改める文の部に載せる。
        ("highlights", _HIGHLIGHTS, tuple(_highlights(old, new)) if same_year else ()),
    ):
        if blocks:
            yield ComparedSection(key, heading, heading, blocks)


def _plan_blocks(old: Plan, new: Plan) -> Iterator[ComparedBlock]:
    before, after = _plan_fields(old), _plan_fields(new)
    rows = list(compared_fields(before | said_fields(old, new), after | said_fields(new, old)))
    name = _heading(new.plan_title)
    block = block_of("plan-names", "計画", name, name, rows, len(after))
    if block:
        yield block


def _plan_fields(plan: Plan) -> dict[str, tuple[str, str]]:
    years = "、".join(wareki_full(year) for year in plan.fiscal_years)
    out = {
        name: (str(Plan.model_fields[name].title), getattr(plan, name))
        for name in ("municipality", "plan_title", "office")
    }
    out["fiscal_years"] = (str(Plan.model_fields["fiscal_years"].title), years)
    for one in plan.evaluation_scale:
        out[f"grade.{one.grade}"] = (
            f"{_graded(plan)}「{one.grade}」の意味",
            one.meaning,
        )
    return out


def _graded(plan: Plan) -> str:
    for key in ("years.result.grade", "overall_grade"):
        if plan.has(key):
            return plan.words[key]
    return "評価"


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
    named = policy_name(new, shown)
    total = len(points[1]) + len(notes[1])
    key = f"highlights-{'' if policy else 'old-'}{shown.number}"
    head = _heading(f"{named.label} {named.name}")
    block = block_of(key, new.words.policy, head, head, rows, total)
    if block:
        yield block


def turned_highlights(old: Plan, new: Plan) -> TurnGroup | None:
    """年度の違う、基本方針ごとの主なポイント。

    計画の終わったあとの、まだ書かれていない主なポイントは、なくしたのではないので載せない。
    """
    if old.revision.fiscal_year == new.revision.fiscal_year:
        return None
    if new.revision.fiscal_year > new.final_year and not new.revision.highlights:
        return None
    matched = matched_policies(old, new)
    known = {policy.number: policy for policy in old.policies}
    rows = []
    for policy in new.policies:
        was = known.get(matched.get(policy.number, 0))
        named = policy_name(new, policy)
        name = f"{named.label} {named.name}"
        row = turn_row(name, _HIGHLIGHTS, _points(old, was), _points(new, policy))
        if row:
            rows.append(row)
    return TurnGroup("turn-highlights", _HIGHLIGHTS, _HIGHLIGHTS, tuple(rows)) if rows else None


def _points(plan: Plan, policy: Policy | None) -> str:
    revision = plan.revision
    texts = _texts(revision.highlights, policy) + _texts(revision.highlight_notes, policy)
    return "\n".join(texts)


def _texts(points: Sequence[Highlight | HighlightNote], policy: Policy | None) -> list[str]:
    return [one.text for one in points if policy and one.policy == policy.number]


def _heading(name: str, there: bool = True) -> Heading | None:
    """番号のない見出し。"""
    return Heading("", name) if there else None
