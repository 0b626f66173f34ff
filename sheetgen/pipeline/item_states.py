"""いまの回収の状態：計画のデータ、記録簿、配布記録、回収の控えから求める。"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sheetgen import keeping
from sheetgen.keeping.issues import issues_folder, load_issues
from sheetgen.keeping.open_items import load_open_items
from sheetgen.model.action import Action
from sheetgen.model.collect import ItemState
from sheetgen.model.identity import round_mark
from sheetgen.model.item import Item
from sheetgen.model.round import Round
from sheetgen.pipeline.ledger import Ledger
from sheetgen.problems import Problem


def item_states(
    ledger: Ledger, plan: Path, chosen: Round
) -> tuple[Mapping[str, ItemState], list[Problem]]:
    """この照会での、すべての実施項目の状態。計画の順。読めない記録も返す。

    What came back and was later undone has been answered (記録済み): the section need not
    be asked again for it.
    """
    mark = round_mark(chosen)
    open_items, unread = load_open_items(plan, mark)
    issues, damaged = load_issues(issues_folder(plan), chosen)
    sent_back = {
        form.item_id for issue in issues if issue.is_return for form in issue.forms.values()
    }
    recorded = ledger.past(chosen).items
    undone = keeping.undone_runs(ledger.entries)
    answered = {
        entry.item
        for entry in ledger.entries
        if entry.round == mark and entry.action is Action.RECORD and entry.run in undone
    }

    def state(item: Item) -> ItemState:
        found = open_items.get(item.id)
        if found is not None and found.state is ItemState.HELD:
            return ItemState.HELD
        if item.id in recorded or _has_answer(item, chosen):
            return ItemState.KEPT
        if item.id in sent_back:
            return ItemState.HELD
        if found is not None:
            return found.state
        return ItemState.KEPT if item.id in answered else ItemState.MISSING

    states = {item.id: state(item) for _, _, item in ledger.master.plan.items()}
    return states, [*unread, *damaged]


def _has_answer(item: Item, chosen: Round) -> bool:
    """計画のデータに、もうこの照会の答えが入っているか。"""
    if chosen.result_year is None:
        return bool((item.initiative(chosen.initiative_year) or "").strip())
    result = item.year(chosen.result_year).result
    return any(
        value is not None for value in (result.text, result.value, result.effect, result.grade)
    )
