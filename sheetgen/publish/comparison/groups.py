"""基本方針と推進項目の節を、改正後の文書の順に並べる。"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from sheetgen.plan.fields import MEASURE
from sheetgen.plan.plan import Measure, Plan, Policy
from sheetgen.publish.comparison.blocks import (
    ComparedBlock,
    ComparedRow,
    ComparedSection,
    Heading,
    TurnGroup,
    TurnRow,
    block_of,
    compared_row,
    merged_order,
)
from sheetgen.publish.comparison.chapters import compared_lists
from sheetgen.publish.comparison.entries import Entries
from sheetgen.publish.comparison.matched import matched_measures, matched_policies
from sheetgen.publish.document.overview import measure_name, notes_label, policy_name

Group = TypeVar("Group", Policy, Measure)


def group_sections(old: Plan, new: Plan) -> Iterator[ComparedSection]:
    """変わった所のある節。"""
    entries = Entries(old, new)
    policies = {policy.number: policy for policy in old.policies}
    measures = {measure.number: measure for _, measure in old.measures()}
    by_policy, by_measure = matched_policies(old, new), matched_measures(old, new)
    for was, policy in paired(old.policies, new.policies, policies, by_policy):
        heading = _policy(new, policy or was) or Heading("", "")
        block = _policy_block(new, was, policy)
        past, now = (was.measures if was else ()), (policy.measures if policy else ())
        pairs = paired(past, now, measures, by_measure)
        if not new.has(MEASURE):
            # 階層の一つだけの計画では、見出しも一つ。
            blocks = [one for pair in pairs for one in _under_policy(new, heading, *pair, entries)]
            own = [block] if block else []
            if own or blocks:
                key = _key("policy", was, policy)
                yield ComparedSection(key, heading.text, heading.label, (*own, *blocks))
            continue
        if block:
            yield ComparedSection(block.key, heading.text, heading.label, (block,))
        for before, after in pairs:
            section = _measure_section(new, heading, before, after, entries)
            if section:
                yield section


def turn_groups(old: Plan, new: Plan) -> Iterator[TurnGroup]:
    """取組方針・取組内容を年度ごとに書き改めた、推進項目。改正後の文書の順。"""
    return _grouped(new, "turn", Entries(old, new).turned)


def record_groups(old: Plan, new: Plan) -> Iterator[TurnGroup]:
    """計画が増やした記録の欄の違う、推進項目。改正後の文書の順。"""
    return _grouped(new, "record", Entries(old, new).recorded)


def _grouped(
    plan: Plan, kind: str, rows_of: Callable[[Measure], Iterator[TurnRow]]
) -> Iterator[TurnGroup]:
    for policy, measure in plan.measures():
        rows = tuple(rows_of(measure))
        if rows:
            heading, shown = policy_heading(plan, policy), _measure(measure)
            below = plan.has(MEASURE)
            yield TurnGroup(
                f"{kind}-{measure.number}",
                f"{heading.text}　{shown.label}{shown.name}" if below else heading.text,
                f"{heading.label}{shown.label}" if below else heading.label,
                rows,
            )


def paired(
    old: Sequence[Group],
    new: Sequence[Group],
    every: Mapping[int, Group],
    matched: Mapping[int, int],
) -> Iterator[tuple[Group | None, Group | None]]:
    """（改正前, 改正後）を、改正後の順に。終わったものは、もとの所に。

    ``every`` は改正前のすべて（番号 → もの）。組になる相手は、よその所にあったかもしれない。
    """
    partner = {known: number for number, known in matched.items()}
    after = {group.number: group for group in new}
    # 終わったものは、符号を変えた番号で表す（番号は1から）。
    before = [
        partner.get(group.number, -group.number)
        for group in old
        if partner.get(group.number) in after or group.number not in partner
    ]
    for number in merged_order(list(after), before):
        if number < 0:
            yield every[-number], None
        else:
            yield (every[matched[number]] if number in matched else None), after[number]


def _policy_block(plan: Plan, old: Policy | None, new: Policy | None) -> ComparedBlock | None:
    row = compared_row(
        f"{plan.words.policy}の文章",
        old.description if old else None,
        new.description if new else None,
    )
    heads = _policy(plan, old), _policy(plan, new)
    return block_of(_key("policy", old, new), plan.words.policy, *heads, [row] if row else [], 1)


def _note_rows(plan: Plan, old: Measure | None, new: Measure | None) -> list[ComparedRow]:
    return list(
        compared_lists(
            old.notes if old else (),
            new.notes if new else (),
            notes_label(plan),
        )
    )


def _under_policy(
    plan: Plan, policy: Heading, old: Measure | None, new: Measure | None, entries: Entries
) -> Iterator[ComparedBlock]:
    """階層の一つだけの計画の、見出しの下のまとまり。"""
    rows = _note_rows(plan, old, new) if old and new else []
    key = f"{_key('measure', old, new)}-notes"
    notes = block_of(key, plan.words.policy, policy, policy, rows, 1) if rows else None
    if notes:
        yield notes
    yield from entries.blocks(old, new)


def _measure_section(
    plan: Plan, policy: Heading, old: Measure | None, new: Measure | None, entries: Entries
) -> ComparedSection | None:
    words = plan.words
    key = _key("measure", old, new)
    was, now = (_measure(one) if one else None for one in (old, new))
    own = block_of(f"{key}-name", words.measure, was, now, _note_rows(plan, old, new), 1)
    blocks = [*([own] if own else []), *entries.blocks(old, new)]
    shown = now or was
    if not blocks or shown is None:
        return None
    return ComparedSection(
        key,
        f"{policy.text}　{shown.label}{shown.name}",
        f"{policy.label}{shown.label}",
        tuple(blocks),
    )


def _key(kind: str, old: Policy | Measure | None, new: Policy | Measure | None) -> str:
    if new is not None:
        return f"{kind}-{new.number}"
    return f"{kind}-old-{old.number if old else 0}"


def policy_heading(plan: Plan, policy: Policy) -> Heading:
    """基本方針の番号と名。"""
    named = policy_name(plan, policy)
    return Heading(named.label, named.name)


def _policy(plan: Plan, policy: Policy | None) -> Heading | None:
    return None if policy is None else policy_heading(plan, policy)


def _measure(measure: Measure) -> Heading:
    named = measure_name(measure)
    return Heading(named.label, named.name)
