"""照会（ラウンド）と、その様式の欄を表す値。

出典: 「見方」の「サ」（実績は翌年度に書く）、「カ」「ク」（翌年度の取組方針と、
それより先の年次計画は、毎年見直す）。
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

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


class InputField(NamedTuple):
    """記入欄になりうる欄。

    ``path`` はテンプレートでの道、``year`` は何年度のことか（西暦。全期間のことなら None）、
    ``label`` は人に見せる名。``required`` が真なら、この欄のないテンプレートでは照会ができない。
    """

    path: str
    kind: FieldKind
    year: int | None
    label: str
    required: bool = True
