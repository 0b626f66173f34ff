"""年次見直しの文書。組版も HTML も、この値だけから作る。

Plain words in the order of print: nothing here knows of paper, PDF or HTML.  Numbers are
already written as they are printed.  A part or chapter the plan does not have is None.
"""

from __future__ import annotations

from dataclasses import dataclass

from sheetgen.model.document_results import ResultsPart
from sheetgen.model.look import SheetLook


@dataclass(frozen=True, slots=True)
class Cover:
    """表紙。"""

    plan: str
    subject: str
    title: str
    office: str
    published: str


@dataclass(frozen=True, slots=True)
class NumberedName:
    """番号の付いた名。基本方針や推進項目。"""

    number: int
    label: str
    name: str


@dataclass(frozen=True, slots=True)
class PhilosophyChapter:
    """基本理念の章。"""

    heading: str
    name: str
    policies: tuple[NumberedName, ...]
    background: tuple[str, ...]
    declaration: str
    aims: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Level:
    """計画体系の一段。"""

    name: str
    detail: str | None


@dataclass(frozen=True, slots=True)
class StructureDiagram:
    """計画体系の図。"""

    heading: str
    levels: tuple[Level, ...]
    note: str
    statement: str


@dataclass(frozen=True, slots=True)
class PeriodBar:
    """計画期間の図の一行。

    ``start`` and ``end`` count years from the left edge of the chart (0 is the first
    year of the plan); ``before`` and ``after`` tell that the bar goes on outside.
    """

    heading: str
    bar: str | None
    start: int
    end: int
    before: bool
    after: bool
    own: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class PeriodDiagram:
    """計画期間の図。"""

    years: tuple[str, ...]
    bars: tuple[PeriodBar, ...]
    alignment: str
    statement: str


@dataclass(frozen=True, slots=True)
class StructureChapter:
    """計画体系と計画期間の章。どちらかだけのこともある。"""

    heading: str
    structure: StructureDiagram | None
    period: PeriodDiagram | None


@dataclass(frozen=True, slots=True)
class PolicyText:
    """基本方針と、その文章。"""

    policy: NumberedName
    description: str


@dataclass(frozen=True, slots=True)
class PolicyChapter:
    """基本方針の章。``center`` は図の中央に置く基本理念。"""

    heading: str
    center: str | None
    policies: tuple[PolicyText, ...]


@dataclass(frozen=True, slots=True)
class MeasureGroup:
    """基本方針と、その推進項目。"""

    policy: NumberedName
    measures: tuple[NumberedName, ...]


@dataclass(frozen=True, slots=True)
class MeasureChapter:
    """推進方策の章。"""

    heading: str
    lead: str
    policies_heading: str
    measures_heading: str
    groups: tuple[MeasureGroup, ...]
    plan_label: str
    action_plan_label: str
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OverviewPart:
    """「１．計画の概要」。"""

    heading: str
    philosophy: PhilosophyChapter | None
    structure: StructureChapter | None
    policies: PolicyChapter | None
    measures: MeasureChapter | None


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
    """主なポイントの頁。``before`` と ``after`` は実施項目数の前後。"""

    heading: str
    before: str
    after: str
    groups: tuple[HighlightGroup, ...]


@dataclass(frozen=True, slots=True)
class OverviewRow:
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
    rows: tuple[OverviewRow, ...]


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
class LegendCallout:
    """見方の一つの説明。``cells`` は記号を置くセル。"""

    letter: str
    title: str
    text: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Legend:
    """進捗管理シートの見方。``page`` は見本の頁。"""

    heading: str
    page: FormPage
    callouts: tuple[LegendCallout, ...]


@dataclass(frozen=True, slots=True)
class FormPage:
    """一つの実施項目の様式。``texts`` と ``sizes`` は、様式のセルの順。

    ``rows`` are the heights in points, ``figures`` the numbers of the cells that hold a
    figure rather than words.
    """

    item: str
    label: str
    title: str
    policy: NumberedName
    measure: NumberedName
    opens_measure: bool
    rows: tuple[float, ...]
    texts: tuple[str, ...]
    sizes: tuple[float, ...]
    figures: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """様式の形。``names`` は、セルごとの、そこに出るマスターの欄の名。"""

    look: SheetLook
    names: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class YearText:
    """様式の一年度分の文字。"""

    label: str
    plan: str
    target: str
    effect: str
    result: str
    actual: str
    actual_effect: str
    grade: str


@dataclass(frozen=True, slots=True)
class ItemText:
    """一つの実施項目の様式の文字を、欄ごとに。紙の形によらない読み方のため。"""

    item: str
    label: str
    title: str
    badge: str
    policy: NumberedName
    measure: NumberedName
    owners: str
    related: str
    improvement: str
    current_state: str
    initiative_heading: str
    initiative: str
    vision_heading: str
    vision: str
    indicator: str
    unit: str
    current: str
    target: str
    years: tuple[YearText, ...]
    effect_subtotal: str
    actual_effect_subtotal: str
    overall_grade: str


@dataclass(frozen=True, slots=True)
class SheetsPart:
    """「３．実施項目について」。"""

    heading: tuple[str, ...]
    form: Form
    legend: Legend | None
    pages: tuple[FormPage, ...]
    items: tuple[ItemText, ...]


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
