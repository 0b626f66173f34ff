"""年次見直しの文書の、実施項目の部：見方と、様式のページと、欄ごとの文字。"""

from __future__ import annotations

from dataclasses import dataclass

from sheetgen.model.document_overview import NumberedName
from sheetgen.model.look import SheetLook


@dataclass(frozen=True, slots=True)
class LegendCallout:
    """見方の一つの説明。``cells`` は記号を置くセル。"""

    letter: str
    title: str
    text: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrintedLegend:
    """進捗管理シートの見方。``page`` は見本のページ。"""

    heading: str
    page: FormPage
    callouts: tuple[LegendCallout, ...]


@dataclass(frozen=True, slots=True)
class FormPage:
    """一つの実施項目の様式。``texts`` と ``sizes`` は、様式のセルの順。

    ``rows`` は行の高さ（pt）。``figures`` は、ことばではなく数の入ったセルの番号。
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
    """様式の形。``names`` は、セルごとの、そこに出る計画のデータの欄の名。"""

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
    legend: PrintedLegend | None
    pages: tuple[FormPage, ...]
    items: tuple[ItemText, ...]
