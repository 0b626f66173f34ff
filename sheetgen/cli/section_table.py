"""課ごとの回収の表。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sheetgen.cli.figure_table import figure, figure_line
from sheetgen.cli.help_format import columns
from sheetgen.model.collect import CollectResult, ItemState

_STATES = tuple(ItemState)
_WIDTH = 10


def section_table(result: CollectResult) -> Iterator[str]:
    """課ごとに、状態別の項目数を一行ずつ返す。庁内の順、最後に計。"""
    sections: dict[str, Counter[ItemState]] = {}
    for outcome in result.items:
        sections.setdefault(outcome.section, Counter())[outcome.state] += 1
    width = max(map(columns, ("課", "計", *sections)))
    yield figure_line("課", ["項目", *_STATES], width, _WIDTH)
    for name in sorted(sections, key=lambda one: result.sections.index(one)):
        yield _row(name, sections[name], width)
    yield _row("計", sum(sections.values(), Counter()), width)


def _row(name: str, counts: Counter[ItemState], width: int) -> str:
    figures = [counts.total(), *(counts[state] for state in _STATES)]
    return figure_line(name, map(figure, figures), width, _WIDTH)
