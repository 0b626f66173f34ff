"""編集ブックに並べる、計画のデータのほかに記録から分かること。

変更申出、旧名の残る文、前の年度のままの概要表の文。決めたものは、もう並べない。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from sheetgen.plan.item import Item
from sheetgen.plan.leaves import address_of, steps_of, value_at
from sheetgen.plan.names_in_texts import FormerNames, stale_key, stale_names
from sheetgen.plan.paths import all_items
from sheetgen.plan.plan import Plan, item_label
from sheetgen.plan.value import Value
from sheetgen.records.editions import history_of
from sheetgen.records.journal import Action, JournalEntry
from sheetgen.records.ledger import Ledger
from sheetgen.records.leftovers import former_names, unsettled_overview
from sheetgen.records.past import undone_runs
from sheetgen.year.editing.rows import Beside, ProposalRow, StaleRow


def beside_of(ledger: Ledger) -> Beside:
    """この計画の記録から分かること。"""
    plan, history = ledger.master.plan, history_of(ledger)
    return Beside(
        unsettled=frozenset(unsettled_overview(history)),
        proposals=tuple(waiting_proposals(ledger)),
        stale_names=tuple(
            StaleRow(
                one.key, _label(plan, one.item), one.label, one.name, one.successor, one.text,
                one.proposed, None,
            )
            for one in stale_in(plan, former_names(history)).values()
        ),
    )  # fmt: skip


def proposal_entries(ledger: Ledger) -> dict[str, JournalEntry]:
    """取り消していない、まだ決めていない変更申出。目印（回と、その回の何番目か）から。"""
    undone = undone_runs(ledger.entries)
    decided = {
        entry.found
        for entry in ledger.entries
        if entry.action in (Action.EDIT, Action.DECIDE) and entry.found and entry.run not in undone
    }
    count: Counter[str] = Counter()
    found: dict[str, JournalEntry] = {}
    for entry in ledger.entries:
        if entry.action is not Action.PROPOSE:
            continue
        key = f"{entry.run}/{count[entry.run]}"
        count[entry.run] += 1
        if entry.run not in undone and key not in decided:
            found[key] = entry
    return found


def waiting_proposals(ledger: Ledger) -> Iterator[ProposalRow]:
    """採るか採らないかを、まだ決めていない変更申出。終わった実施項目のものは並べない。"""
    plan = ledger.master.plan
    items = all_items(plan)
    labels = {item.id: item_label(measure, item) for _, measure, item in plan.items()}
    for key, entry in proposal_entries(ledger).items():
        if entry.item in labels:
            item = items[entry.item]
            yield ProposalRow(
                key, labels[item.id], item.title, entry.label or "", _now(item, entry.path),
                entry.old, entry.new, entry.file or "", None,
            )  # fmt: skip


def _now(item: Item, path: str | None) -> Value:
    """申し出た欄の、いまの値。計画のデータの一つの値でない欄（主管課など）では ``None``。"""
    try:
        steps = steps_of(path or "")
        found = value_at(item.model_dump(mode="json"), steps[1:] if steps[0] == "item" else steps)
    except (LookupError, TypeError, ValueError):
        return None
    return found if isinstance(found, int | float | str) else None


class Stale(NamedTuple):
    """文に残る、もうない名。``path`` は記録簿の道、``json_path`` はいまの計画の中の場所。"""

    key: str
    item: str | None
    path: str
    json_path: str
    label: str
    name: str
    successor: str | None
    text: str
    proposed: str | None


def stale_in(plan: Plan, former: FormerNames) -> dict[str, Stale]:
    """もうない名の残る文のうち、まだ決めていないもの。目印から。"""
    tree = plan.model_dump(mode="json")
    found: dict[str, Stale] = {}
    for one in stale_names(plan, former):
        item, path = address_of(tree, steps_of(one.path))
        key = stale_key(one, tree)
        if not one.is_past and key not in former.left:
            found[key] = Stale(
                key, item, path, one.path, one.label or "", one.name, one.successor, one.text,
                one.proposed,
            )  # fmt: skip
    return found


def _label(plan: Plan, item: str | None) -> str:
    """どこの文か。実施項目なら、番号と名称。"""
    for _, measure, one in plan.items():
        if one.id == item:
            return f"{item_label(measure, one)} {one.title}"
    return plan.plan_title
