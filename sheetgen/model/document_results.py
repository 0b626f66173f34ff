"""年次見直しの文書の、実績の部（二年目から）。

数は、図を描く数と、表に印刷する文字の二つの形で持つ。金額は千円。
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """図に描く数と、表に書く文字。数がなければ ``value`` は ``None``。"""

    value: float | None
    text: str


@dataclass(frozen=True, slots=True)
class GradeRow:
    """評価の数の一行。``counts`` は評価の段階の順、最後が未評価。"""

    label: str
    counts: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Grades:
    """評価の集計。``grades`` は列（評価の段階と「未評価」）、``meanings`` はその意味。

    ``section_note`` は、二つ以上の課の実施項目をどこに数えるかの断り。断りが要らなければ空。
    """

    heading: str
    grades: tuple[str, ...]
    meanings: tuple[str, ...]
    by_policy: tuple[GradeRow, ...]
    by_section: tuple[GradeRow, ...]
    section_note: str
    total: GradeRow


@dataclass(frozen=True, slots=True)
class EffectRow:
    """効果額の一行。"""

    label: str
    planned: Figure
    actual: Figure
    planned_to_date: Figure
    actual_to_date: Figure
    planned_in_all: Figure


@dataclass(frozen=True, slots=True)
class EffectYear:
    """一年度の効果額と、その年度までの累計。実績のない年度の ``actual`` は空。"""

    label: str
    planned: Figure
    actual: Figure
    planned_to_date: Figure
    actual_to_date: Figure


@dataclass(frozen=True, slots=True)
class Effects:
    """効果額の集計。"""

    heading: str
    note: str
    by_policy: tuple[EffectRow, ...]
    total: EffectRow
    by_year: tuple[EffectYear, ...]


@dataclass(frozen=True, slots=True)
class BehindRow:
    """目標に届いていない実施項目。"""

    item: str
    label: str
    title: str
    owners: str
    indicator: str
    target: str
    actual: str
    grade: str
    reason: str


@dataclass(frozen=True, slots=True)
class Behind:
    """目標に届いていない実施項目の表。"""

    heading: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[BehindRow, ...]


@dataclass(frozen=True, slots=True)
class ChangedItem:
    """新しい、終わった、または変わった実施項目。``what`` は変わった欄。"""

    item: str
    label: str
    title: str
    owners: str
    what: str


@dataclass(frozen=True, slots=True)
class Changes:
    """年次見直しで新しくなった、終わった、変わった実施項目。

    分からないものは None で、印刷しない。0 と書けば、なかったことになる。
    """

    heading: str
    new: tuple[ChangedItem, ...]
    ended: tuple[ChangedItem, ...] | None
    changed: tuple[ChangedItem, ...] | None


@dataclass(frozen=True, slots=True)
class ResultsPart:
    """「３．取組実績について」。"""

    heading: tuple[str, ...]
    grades: Grades
    effects: Effects
    behind: Behind
    changes: Changes
