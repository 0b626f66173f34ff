"""差戻しの中身：一つの実施項目の、見せる答えと、直してもらうわけ。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sheetgen.plan.value import Value


class Reason(NamedTuple):
    """直してもらうわけ一つ。``path`` は様式の欄の道（欄が分からなければ ``None``）。

    ``written`` はそこに書かれていた文字を短くしたもの、``mend`` は課の直し方。
    """

    path: str | None
    label: str
    written: str
    cause: str
    mend: str


@dataclass(frozen=True, slots=True)
class Correction:
    """一つの実施項目の差戻し。

    ``values`` は様式に見せる答え（道 → 値か、書かれたままの文字）。``marks`` は直す欄の道と、
    セルに添えることば。``replaces`` は、その答えのもとの原本（sha256）。``cut`` は、
    一つのセルに入りきらない文の道と、その長さ。
    """

    item: str
    values: Mapping[str, Value]
    marks: Mapping[str, str]
    reasons: tuple[Reason, ...]
    replaces: frozenset[str] = frozenset()
    cut: Mapping[str, int] = field(default_factory=dict)
