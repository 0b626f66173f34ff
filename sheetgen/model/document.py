"""年次見直しの文書。組版も HTML も、この値だけから作る。

印刷の順の、飾りのない文字。ここには、紙のことも PDF や HTML のこともない。数は、
印刷する文字にしてある。計画にない部や章は None。
"""

from __future__ import annotations

from dataclasses import dataclass

from sheetgen.model.document_overview import NumberedName, OverviewPart
from sheetgen.model.document_results import ResultsPart
from sheetgen.model.document_sheets import SheetsPart


@dataclass(frozen=True, slots=True)
class Cover:
    """表紙。"""

    plan: str
    subject: str
    title: str
    office: str
    published: str


@dataclass(frozen=True, slots=True)
class Point:
    """主なポイントの一つ。"""

    text: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class HighlightGroup:
    """基本方針ごとの主なポイント。"""

    policy: NumberedName
    points: tuple[Point, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Highlights:
    """主なポイントのページ。``before`` と ``after`` は実施項目数の前後。"""

    heading: str
    before: str
    after: str
    groups: tuple[HighlightGroup, ...]


@dataclass(frozen=True, slots=True)
class PrintedOverviewRow:
    """概要表の一行。再掲の行は ``note`` だけを中の欄に持つ。``item`` は実施項目のID。"""

    item: str
    number: str
    title: str
    mark: str | None
    improvement: str
    initiative: str
    indicator: str
    target: str
    owners: str
    note: str | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class OverviewSection:
    """概要表の〔…〕の見出しと、その下の行。"""

    heading: str | None
    rows: tuple[PrintedOverviewRow, ...]


@dataclass(frozen=True, slots=True)
class OverviewTable:
    """推進項目の概要表。``columns`` は見出し。"""

    policy: NumberedName
    measure: NumberedName
    columns: tuple[str, ...]
    sections: tuple[OverviewSection, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RevisionPart:
    """「２．年次見直しの概要」。"""

    heading: tuple[str, ...]
    highlights: Highlights | None
    tables: tuple[OverviewTable, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """年次見直しの文書の全体。``year`` は年度、``published`` は公表年月 (``2024-03``)。"""

    year: int
    title: str
    author: str
    published: str
    draft: bool
    cover: Cover
    overview: OverviewPart | None
    revision: RevisionPart
    results: ResultsPart | None
    sheets: SheetsPart
