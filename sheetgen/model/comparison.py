"""新旧対照表：二つの計画の違いを、文書の順に並べた値。

印刷の順の、飾りのない文字。一方の側の切れ端をつなぐと、その版の文とちょうど同じになる。
違う所には印がある。文のない側は、``mark`` がそのわけを言う。
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sheetgen.model.difference import Runs
from sheetgen.model.report import Output, ReportResult


class Mark(StrEnum):
    """文のない側に書く印。対照表の書き方による。"""

    NONE = ""
    ADDED = "（新設）"
    DELETED = "（削除）"
    BLANK = "（記載なし）"
    OMITTED = "（略）"


class ComparedState(StrEnum):
    """まとまり一つの区分。"""

    NEW = "新規"
    ENDED = "終了"
    CHANGED = "変更"
    RENUMBERED = "番号"


@dataclass(frozen=True, slots=True)
class Side:
    """改正後か改正前の文。``mark`` があれば ``runs`` は空。"""

    runs: Runs
    mark: Mark = Mark.NONE

    @property
    def text(self) -> str:
        """印を除いた全文。"""
        return "".join(text for text, _ in self.runs)


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """一つの欄の、改正後と改正前。"""

    label: str
    new: Side
    old: Side


@dataclass(frozen=True, slots=True)
class ComparedBlock:
    """実施項目など一つのまとまり。``new`` と ``old`` はその見出し（番号と名）。

    ``key`` は表の中で一つしかない名、``item`` は実施項目のIDか空。``rest`` が真なら、
    変わらないので載せない欄がほかにある。
    """

    key: str
    item: str
    kind: str
    state: ComparedState
    new: Side
    old: Side
    rows: tuple[ComparedRow, ...]
    rest: bool


@dataclass(frozen=True, slots=True)
class ComparedSection:
    """基本方針や推進項目など、見出し一つの下のまとまり。``short`` は短い見出し。"""

    key: str
    heading: str
    short: str
    blocks: tuple[ComparedBlock, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """比べた計画の一方。``count`` は実施項目数の書き方。"""

    title: str
    revision: str
    published: str
    count: str


@dataclass(frozen=True, slots=True)
class Listed:
    """一覧の一行。``block`` は対照表のまとまりの ``key``（なければ空）。"""

    block: str
    new_number: str
    old_number: str
    title: str
    what: str


@dataclass(frozen=True, slots=True)
class Listing:
    """区分一つの一覧。"""

    heading: str
    count: str
    rows: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """新旧対照表の全体。``year`` は改正後の年度、``published`` はその公表年月。

    ``same`` は、違いがないときに印刷する文。違いがあれば空。
    """

    year: int
    title: str
    subject: str
    author: str
    published: str
    draft: bool
    new: Edition
    old: Edition
    note: str
    same: str
    listings: tuple[Listing, ...]
    sections: tuple[ComparedSection, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareRequest:
    """新旧対照表の依頼。

    ``old`` と ``new`` は計画のデータ。``layout`` はページのテンプレートのフォルダー。``out`` が
    None なら、``root/output/令和N年度/新旧対照表`` に置く。
    """

    old: Path
    new: Path
    layout: Path
    root: Path
    out: Path | None = None
    outputs: tuple[Output, ...] = tuple(Output)
    fonts: Path | None = None


@dataclass(frozen=True, slots=True)
class CompareResult:
    """新旧対照表を作った結果。``counts`` は（区分, 件数の書き方）、``differs`` は違いの有無。"""

    report: ReportResult
    counts: tuple[tuple[str, str], ...]
    differs: bool
