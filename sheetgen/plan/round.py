"""照会（ラウンド）と、その様式の欄を表す値。

出典: 「見方」の「サ」（実績は翌年度に書く）、「カ」「ク」（翌年度の取組方針と、
それより先の年次計画は、毎年見直す）。この二つのほかは、計画のデータの ``rounds`` が決める。
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, NamedTuple

from sheetgen.era import wareki_full


class Of(StrEnum):
    """照会が、実施年度から見て、どの年度のことを聞くか。"""

    LAST_YEAR = "last_year"
    THIS_YEAR = "this_year"
    COMING_YEARS = "coming_years"


@dataclass(frozen=True, slots=True)
class RoundKind:
    """照会の種類。同じ種類かは ``value``（``results`` など）だけで決まる。

    ``label`` は人に見せる名。``asks`` は聞く欄の名（``years.values.half``）で、どの計画にもある
    二つの照会では、欄のほうが言うので空。``provisional`` なら、答えは暫定として記録する。
    """

    value: str
    label: str = field(compare=False)
    of: Of = field(compare=False)
    asks: tuple[str, ...] = field(default=(), compare=False)
    provisional: bool = field(default=False, compare=False)

    RESULTS: ClassVar[RoundKind]
    REVISION: ClassVar[RoundKind]

    @property
    def is_declared(self) -> bool:
        """計画のデータが決めた照会か。"""
        return self not in BUILT_IN


RoundKind.RESULTS = RoundKind("results", "実績照会", Of.LAST_YEAR)
RoundKind.REVISION = RoundKind("revision", "見直し照会", Of.COMING_YEARS)
BUILT_IN = (RoundKind.RESULTS, RoundKind.REVISION)
"""どの計画にもある照会。"""


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
        """実績を照会する年度。先の年度のことを聞く見直し照会では ``None``。"""
        return {Of.LAST_YEAR: self.year - 1, Of.THIS_YEAR: self.year}.get(self.kind.of)

    @property
    def initiative_year(self) -> int:
        """取組方針・取組内容を載せる年度。見直し照会では次の年度。"""
        return self.year + 1 if self.kind.of is Of.COMING_YEARS else self.year


class FieldKind(StrEnum):
    """記入欄の種類。"""

    TEXT = "text"
    FIGURE = "figure"
    MONEY = "money"
    GRADE = "grade"
    CHOICE = "choice"


class InputField(NamedTuple):
    """記入欄になりうる欄。

    ``path`` はテンプレートでの道、``year`` は何年度のことか（西暦。全期間のことなら None）、
    ``label`` は人に見せる名。``required`` が真なら、この欄のないテンプレートでは照会ができない。
    ``choices`` は、一覧から選ぶ欄の、選べることば。
    """

    path: str
    kind: FieldKind
    year: int | None
    label: str
    required: bool = True
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class About:
    """計画のデータの欄の性質。型の、欄の行に添える。

    ``asked`` は課に聞く照会（:class:`RoundKind` の ``value``）で、聞かない欄では ``None``。
    ``required`` が偽なら、その照会でも様式になくてよい。``sums`` なら、合計する。``role`` は、
    その欄だけの点検が、欄を見分ける名。
    """

    kind: FieldKind = FieldKind.TEXT
    asked: str | None = None
    required: bool = True
    sums: bool = False
    role: str = ""
