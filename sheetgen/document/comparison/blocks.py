"""実施項目など、見出しのあるまとまり一つ。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sheetgen.document.comparison.rows import sides
from sheetgen.model.comparison import ComparedBlock, ComparedRow, ComparedState, Mark, Side
from sheetgen.model.difference import joined_runs


@dataclass(frozen=True, slots=True)
class Heading:
    """まとまりの番号と名。"""

    label: str
    name: str

    @property
    def text(self) -> str:
        """続けて書いた見出し。"""
        return f"{self.label} {self.name}".lstrip(" ")


def block_of(
    key: str,
    kind: str,
    old: Heading | None,
    new: Heading | None,
    rows: Sequence[ComparedRow],
    fields: int,
    item: str = "",
) -> ComparedBlock | None:
    """まとまり。何も変わっていなければ ``None``。``fields`` は欄の数。"""
    if new is None:
        if old is None:
            return None
        state, before, after = ComparedState.ENDED, _whole(old), Side((), Mark.DELETED)
    elif old is None:
        state, before, after = ComparedState.NEW, Side((), Mark.ADDED), _whole(new)
    else:
        before, after = _headings(old, new)
        state = ComparedState.CHANGED if rows or old.name != new.name else ComparedState.RENUMBERED
        if state is ComparedState.RENUMBERED and old.label == new.label:
            return None
    both = old is not None and new is not None
    return ComparedBlock(
        key, item, kind, state, after, before, tuple(rows), rest=both and len(rows) < fields
    )


def _whole(heading: Heading) -> Side:
    return Side(((heading.text, True),))


def _headings(old: Heading, new: Heading) -> tuple[Side, Side]:
    """番号と名の、改正前と改正後。番号は一つのことばとして比べる。"""
    left, right = sides(old.name, new.name)
    if not (old.label or new.label):
        return left, right
    moved = old.label != new.label
    return (
        Side(joined_runs([(old.label, moved), (" ", False), *left.runs])),
        Side(joined_runs([(new.label, moved), (" ", False), *right.runs])),
    )
