"""年次見直しの文書の、計画の概要の部。"""

from __future__ import annotations

from dataclasses import dataclass


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
class StructureStep:
    """計画体系の一段。"""

    name: str
    detail: str | None


@dataclass(frozen=True, slots=True)
class StructureDiagram:
    """計画体系の図。"""

    heading: str
    levels: tuple[StructureStep, ...]
    note: str
    statement: str


@dataclass(frozen=True, slots=True)
class PeriodBar:
    """計画期間の図の一行。

    ``start`` と ``end`` は、図の左端から数えた年数（0 が計画の初年度）。``before`` と
    ``after`` が真なら、帯はその側で図の外に続く。
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
class PrintedPolicyChapter:
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
class PrintedMeasureChapter:
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
    policies: PrintedPolicyChapter | None
    measures: PrintedMeasureChapter | None
