"""実施項目の一覧（Excel）と、そこから加える依頼・結果。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sheetgen.model.filled import Value
from sheetgen.model.returned import RawCell
from sheetgen.model.round import FieldKind
from sheetgen.problems import Problem

ITEM_SHEET = "実施項目"
"""一覧のブックで、実施項目を書くシート。"""


@dataclass(frozen=True, slots=True)
class ListColumn:
    """一覧の一列。``key`` は計画のデータでの名、``title`` は見出し。

    ``year`` は、ある年度のための列なら、その西暦の年度。
    """

    key: str
    title: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    note: str = ""
    year: int | None = None


@dataclass(frozen=True, slots=True)
class ListRow:
    """一つの実施項目として書かれたもの。``refs`` は名からセルの番地へ。"""

    cells: Mapping[str, RawCell]
    refs: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class ReadField:
    """読んだ一つの値。``doubts`` は、問題の符号と事実。"""

    value: Value
    doubts: tuple[tuple[str, Mapping[str, object]], ...] = ()
    readable: bool = True


ReadCell = Callable[[RawCell, FieldKind, str | None, bool], ReadField]
"""セルを読む関数。引数は、セル、欄の種類、単位、数を待つかどうか。"""


@dataclass(frozen=True, slots=True)
class ListGuide:
    """記入する一覧のブックに書くこと。``choices`` は名から、選べることばへ。"""

    title: str
    creator: str
    columns: tuple[ListColumn, ...]
    choices: Mapping[str, tuple[str, ...]]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddRequest:
    """実施項目を加える依頼。``source`` の一覧か、``fields``（名から値へ）の一件。

    ``accept`` が真なら、「確認」だけのものは、確かめたものとして入れる。
    """

    plan: Path
    source: Path | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False
    accept: bool = False


@dataclass(frozen=True, slots=True)
class AddedItem:
    """加えた実施項目。``label`` は印刷の番号 ``(8)⑧``。"""

    id: str
    label: str
    title: str
    owner: str


@dataclass(frozen=True, slots=True)
class AddResult:
    """加えた結果。``saved`` は計画のデータに書いたかどうか、``run`` は記録簿の回。"""

    items: tuple[AddedItem, ...]
    problems: tuple[Problem, ...]
    saved: bool
    run: str | None = None
