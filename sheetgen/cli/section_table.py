"""課ごとの回収の表。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sheetgen.cli.figure_table import figure, figure_table
from sheetgen.model.collect import CollectResult, ItemState

_STATES = tuple(ItemState)


def section_table(result: CollectResult) -> Iterator[str]:
    """課ごとに、状態別の項目数を一行ずつ返す。庁内の順、最後に計。"""
    sections: dict[str, Counter[ItemState]] = {}
    for outcome in result.items:
        sections.setdefault(outcome.section, Counter())[outcome.state] += 1
    rows = [
        _row(name, sections[name])
        for name in sorted(sections, key=lambda one: result.sections.index(one))
    ]
    total = _row("計", sum(sections.values(), Counter()))
    yield from figure_table(["課", "項目", *_STATES], [*rows, total])


def _row(name: str, counts: Counter[ItemState]) -> tuple[str, list[str]]:
    return name, list(map(figure, (counts.total(), *(counts[state] for state in _STATES))))
