"""差戻しの中身：一つの実施項目の、見せる答えと、直してもらうわけ。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sheetgen.model.filled import Value


@dataclass(frozen=True, slots=True)
class Reason:
    """直してもらうわけ一つ。``path`` は様式の欄の道（欄が分からなければ ``None``）。

    ``written`` is what was written there, shortened; ``mend`` how the section mends it.
    """

    path: str | None
    label: str
    written: str
    cause: str
    mend: str


@dataclass(frozen=True, slots=True)
class Correction:
    """一つの実施項目の差戻し。

    ``values`` are the answers to show (path → value or text as typed); ``marks`` the
    paths to be mended and the words at the cell; ``replaces`` the originals (sha256) whose
    answers these are; ``cut`` the paths whose text no cell can hold whole, and its length.
    """

    item: str
    values: Mapping[str, Value]
    marks: Mapping[str, str]
    reasons: tuple[Reason, ...]
    replaces: frozenset[str] = frozenset()
    cut: Mapping[str, int] = field(default_factory=dict)
