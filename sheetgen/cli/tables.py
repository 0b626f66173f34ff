"""課ごとの数の表。幅80桁の画面に、折り返さずに収まるように詰める。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from sheetgen.cli.japanese import columns

if TYPE_CHECKING:
    from sheetgen.collect.request import CollectResult


def figure(number: int) -> str:
    """数の欄。0 は目立たなくし、目を引くべき数だけを残す。"""
    return str(number) if number else "・"


def padded(name: str, width: int) -> str:
    """名の後ろを空けて、``width`` 桁（全角は二桁）にそろえる。"""
    return name + " " * (width - columns(name))


def figure_table(
    heads: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]], marked: Iterable[str] = ()
) -> Iterator[str]:
    """見出しと、名と右にそろえた欄の行。``marked`` の名の行は ``*`` で始まる。

    列の幅は、その列のいちばん広いセルに合わせる。``heads`` の初めは、名の列の見出し。
    """
    first, *others = heads
    lines = [(first, others), *rows]
    width = max(columns(name) for name, _ in lines)
    widths = [
        max(columns(cells[place]) for _, cells in lines if place < len(cells))
        for place in range(len(others))
    ]
    late = set(marked)
    for name, cells in lines:
        yield (
            ("* " if name in late else "  ")
            + padded(name, width)
            + "".join(
                " " * (1 + wide - columns(cell)) + cell
                for cell, wide in zip(cells, widths, strict=False)
            )
        )


def section_table(result: CollectResult) -> Iterator[str]:
    """課ごとに、状態別の項目数を一行ずつ返す。庁内の順、最後に計。"""
    from sheetgen.records.open_items import COLLECTED

    states = COLLECTED
    sections: dict[str, Counter[str]] = {}
    for outcome in result.items:
        sections.setdefault(outcome.section, Counter())[outcome.state] += 1
    rows = [
        _row(name, sections[name], states)
        for name in sorted(sections, key=lambda one: result.sections.index(one))
    ]
    total = _row("計", sum(sections.values(), Counter()), states)
    yield from figure_table(["課", "項目", *states], [*rows, total])


def _row(name: str, counts: Counter[str], states: Sequence[str]) -> tuple[str, list[str]]:
    return name, list(map(figure, (counts.total(), *(counts[state] for state in states))))
