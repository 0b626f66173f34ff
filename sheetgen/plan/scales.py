"""評価の段階と、それぞれが何を言うか。

段階の並びの前後からは、何も決めない。``1 未着手`` から始まる計画も、``対象外`` のある計画もある。
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from pydantic import Field

from sheetgen.plan.text import FiscalYear, Line, Record


class Counts(StrEnum):
    """評価の言うこと。目標に達した、順調、届いていない、進み具合を言わない（対象外など）。"""

    ACHIEVED = "achieved"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    NONE = "none"


class EvaluationGrade(Record):
    """評価の一段階。"""

    grade: Line = Field(title="評価")
    meaning: Line = Field(title="評価の意味")
    counts: Counts | None = Field(
        default=None, title="評価の扱い", exclude_if=lambda value: value is None, repr=False
    )


class PastScale(Record):
    """過ぎた年度の評価に使った段階。あとで段階を変えても、その年度の評価の意味は変わらない。"""

    fiscal_year: FiscalYear = Field(title="年度")
    grades: tuple[EvaluationGrade, ...] = Field(title="評価の段階", min_length=1)


SHIPPED = {
    "A": Counts.ACHIEVED,
    "B": Counts.ON_TRACK,
    "C": Counts.BEHIND,
    "D": Counts.BEHIND,
}
"""同梱の段階の扱い。公式の文書に定めはない。"""


class Scale:
    """一組の段階の扱い。``counts`` の書かれていない、知らない段階では、何も言えない。

    :attr:`is_unclear` が真なら、扱いの分からない段階がある。
    """

    def __init__(self, steps: Iterable[EvaluationGrade]) -> None:
        self.steps = tuple(steps)
        shipped = SHIPPED if [one.grade for one in self.steps] == list(SHIPPED) else {}
        self._counts = {one.grade: one.counts or shipped.get(one.grade) for one in self.steps}

    @property
    def is_unclear(self) -> bool:
        """扱いの分からない段階があるか。"""
        return None in self._counts.values()

    @property
    def unclear(self) -> tuple[str, ...]:
        """扱いの分からない評価。"""
        return tuple(grade for grade, counts in self._counts.items() if counts is None)

    def counts(self, grade: object) -> Counts | None:
        """その評価の扱い。段階にないか、分からなければ ``None``。"""
        return self._counts.get(grade) if isinstance(grade, str) else None

    def that(self, counts: Counts) -> tuple[str, ...]:
        """この扱いの評価。段階の順。"""
        return tuple(grade for grade, one in self._counts.items() if one is counts)

    @property
    def worst(self) -> tuple[str, ...]:
        """いちばん悪い評価。同梱の段階では終わりの一つ、決めた段階では ``behind`` のすべて。"""
        behind = self.that(Counts.BEHIND)
        declared = any(one.counts for one in self.steps)
        return behind if declared else behind[-1:]
