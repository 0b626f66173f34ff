"""編集ブックに並べる、計画のデータのほかに記録から分かること。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sheetgen.plan.item import Item
from sheetgen.plan.leaves import steps_of, value_at
from sheetgen.plan.paths import all_items
from sheetgen.plan.plan import item_label
from sheetgen.plan.value import Value
from sheetgen.records.journal import Action, JournalEntry
from sheetgen.records.ledger import Ledger
from sheetgen.records.past import undone_runs
from sheetgen.year.editing.rows import Beside, ProposalRow

DECISION_PATH = "proposal"
"""変更申出を採るか採らないかを決めた記録の、欄。その記録の ``raw`` は、申出の目印。"""


def beside_of(ledger: Ledger) -> Beside:
    """この計画の記録から分かること。"""
    return Beside(proposals=tuple(_waiting(ledger)))


def proposals_of(ledger: Ledger) -> Iterator[tuple[str, JournalEntry]]:
    """取り消していない変更申出を、目印（回と、その回の何番目か）とともに、届いた順に返す。"""
    undone = undone_runs(ledger.entries)
    count: Counter[str] = Counter()
    for entry in ledger.entries:
        if entry.action is Action.PROPOSE:
            if entry.run not in undone:
                yield f"{entry.run}/{count[entry.run]}", entry
            count[entry.run] += 1


def _waiting(ledger: Ledger) -> Iterator[ProposalRow]:
    """採るか採らないかを、まだ決めていない変更申出。終わった実施項目のものは並べない。"""
    undone = undone_runs(ledger.entries)
    decided = {
        entry.raw
        for entry in ledger.entries
        if entry.path == DECISION_PATH and entry.run not in undone
    }
    plan = ledger.master.plan
    items = all_items(plan)
    labels = {item.id: item_label(measure, item) for _, measure, item in plan.items()}
    for key, entry in proposals_of(ledger):
        if key in decided or entry.item not in labels:
            continue
        item = items[entry.item]
        yield ProposalRow(
            key,
            labels[item.id],
            item.title,
            entry.label or "",
            _now(item, entry.path),
            entry.old,
            entry.new,
            entry.file or "",
            None,
        )


def _now(item: Item, path: str | None) -> Value:
    """申し出た欄の、いまの値。計画のデータの一つの値でない欄（主管課など）では ``None``。"""
    try:
        steps = steps_of(path or "")
        found = value_at(item.model_dump(mode="json"), steps[1:] if steps[0] == "item" else steps)
    except (LookupError, TypeError, ValueError):
        return None
    return found if isinstance(found, int | float | str) else None
