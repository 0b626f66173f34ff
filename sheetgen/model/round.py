"""照会（ラウンド）と、その様式の欄を表す値。

Source: 見方の「サ」 — results are written in the year after; 「カ」「ク」 — the coming
year's initiative and the plans from then on are revised each year.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sheetgen.era import wareki_full


class RoundKind(StrEnum):
    """照会の種類。"""

    RESULTS = "results"
    REVISION = "revision"

    @property
    def label(self) -> str:
        """照会の名。``実績照会`` か ``見直し照会``。"""
        return _ROUND_LABELS[self]


_ROUND_LABELS = {RoundKind.RESULTS: "実績照会", RoundKind.REVISION: "見直し照会"}


@dataclass(frozen=True, slots=True)
class Round:
    """一回の照会。``year`` は照会を行う年度（実施年度）。"""

    kind: RoundKind
    year: int

    @property
    def full_name(self) -> str:
        """年度の付いた照会の名。``令和６年度の実績照会``。"""
        return f"{wareki_full(self.year)}の{self.kind.label}"

    @property
    def result_year(self) -> int | None:
        """取組実績を照会する年度（前の年度）。見直し照会では ``None``。"""
        return self.year - 1 if self.kind is RoundKind.RESULTS else None

    @property
    def initiative_year(self) -> int:
        """取組方針・取組内容を載せる年度。見直し照会では次の年度。"""
        return self.year if self.kind is RoundKind.RESULTS else self.year + 1


class FieldKind(StrEnum):
    """記入欄の種類。"""

    TEXT = "text"
    FIGURE = "figure"
    MONEY = "money"
    GRADE = "grade"


@dataclass(frozen=True, slots=True)
class InputField:
    """記入欄になりうる欄。

    ``path`` is the template's path, ``year`` the western fiscal year it is about
    (None for the whole period), ``label`` what people call it, ``required`` whether
    a template without it could not carry the rounds.
    """

    path: str
    kind: FieldKind
    year: int | None
    label: str
    required: bool = True
