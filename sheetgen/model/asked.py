"""様式を見分けるために、こちらで分かっていること。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sheetgen.model.answers import MatchedForm
from sheetgen.model.issued import Issue
from sheetgen.model.round import Round
from sheetgen.problems import Problem


@dataclass(frozen=True, slots=True)
class KnownItem:
    """計画の実施項目。``label`` は印刷の番号 ``(8)⑧``。"""

    id: str
    label: str
    title: str


class Issues(Protocol):
    """配布記録を引く口。"""

    def by_key(self, key: str) -> Issue | None:
        """目印の配布記録。なければ ``None``。"""

    def for_form(self, form_id: str) -> tuple[Issue, ...]:
        """この様式を配った記録。新しい順。"""

    def computed(self, form_id: str) -> Issue | None:
        """今の計画とテンプレートから求めた、この様式の記録。求められなければ ``None``。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectScope:
    """回収しようとしている照会。

    ``round`` が None なら、``year`` のどの照会でもよい。``retired`` は、
    もう計画にない実施項目のID。
    """

    round: Round | None
    year: int
    municipality: str
    plan_title: str
    items: Mapping[str, KnownItem]
    retired: frozenset[str]
    issues: Issues


@dataclass(frozen=True, slots=True)
class Matched:
    """一冊から見分けた様式と、様式にならなかった問題。"""

    forms: tuple[MatchedForm, ...]
    problems: tuple[Problem, ...]
