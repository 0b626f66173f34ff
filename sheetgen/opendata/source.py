"""表を作るもと：計画と、文字の置き換えと、符号の一覧を一緒に持つ。"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from enum import StrEnum

from sheetgen.era import wareki
from sheetgen.model.item import YearPlan
from sheetgen.model.opendata import Datum, EndedItem
from sheetgen.model.plan import Indicator, Item, Measure, Plan, Policy, Result, Value
from sheetgen.opendata.characters import Characters
from sheetgen.opendata.columns import ITEM_PREFIX

NO_UNIT = "単位なし"
THOUSAND_YEN = "千円"
_DASHES = frozenset("-‐−－ー―–")

Row = tuple[Datum, ...]


class ValueState(StrEnum):
    """値の状態。"""

    NUMBER = "number"
    DASH = "dash"
    TEXT = "text"
    BLANK = "blank"


STATES = {
    ValueState.NUMBER: "数値",
    ValueState.DASH: "「-」の記載",
    ValueState.TEXT: "数でない記載",
    ValueState.BLANK: "空欄",
}


class Owned(StrEnum):
    """所属の受け持ち方。"""

    OWNER = "owner"
    RELATED = "related_section"


OWNED = {
    Owned.OWNER: Item.model_fields["owners"].title or "",
    Owned.RELATED: Item.model_fields["related_sections"].title or "",
}


class ValueKind(StrEnum):
    """指標の値の種類。"""

    CURRENT = "current"
    TARGET = "final_target"


VALUE_KINDS = {
    ValueKind.CURRENT: Indicator.model_fields["current"].title or "",
    ValueKind.TARGET: Indicator.model_fields["target"].title or "",
}


class Yearly(StrEnum):
    """年度ごとの値の種類。"""

    TARGET = "target"
    EFFECT = "effect"
    RESULT = "result_value"
    RESULT_EFFECT = "result_effect"


def _money(title: str) -> str:
    # 単位は単位の列にある
    return title.removesuffix(f"({THOUSAND_YEN})")


YEARLY = {
    Yearly.TARGET: YearPlan.model_fields["target"].title or "",
    Yearly.EFFECT: _money(YearPlan.model_fields["effect"].title or ""),
    Yearly.RESULT: Result.model_fields["value"].title or "",
    Yearly.RESULT_EFFECT: _money(Result.model_fields["effect"].title or ""),
}


class Graded(StrEnum):
    """評価の種類。"""

    YEAR = "grade"
    OVERALL = "overall_grade"


GRADED = {
    Graded.YEAR: "年度の評価",
    Graded.OVERALL: Item.model_fields["overall_grade"].title or "",
}


class GradeState(StrEnum):
    """評価の状態。"""

    GRADED = "graded"
    BLANK = "blank"


GRADE_STATES = {GradeState.GRADED: "評価あり", GradeState.BLANK: "まだ評価がない"}


class Status(StrEnum):
    """実施項目が、いまの計画にあるか。"""

    CURRENT = "current"
    ENDED = "ended"


STATUSES = {Status.CURRENT: "計画にある", Status.ENDED: "終了した"}


class Source:
    """計画と、終了した実施項目と、表に共通の値。"""

    def __init__(self, plan: Plan, ended: Sequence[EndedItem] = ()) -> None:
        self.plan = plan
        self.ended = tuple(ended)
        self.characters = Characters()

    @property
    def scale(self) -> dict[str, str]:
        """評価から意味へ。いまの計画にない段階は、終了した実施項目が使ったときだけ。"""
        found = {step.grade: step.meaning for step in self.plan.evaluation_scale}
        for one in self.ended:
            used = {year.result.grade for year in one.item.years} | {one.item.overall_grade}
            for step in one.scale:
                if step.grade in used:
                    found.setdefault(step.grade, step.meaning)
        return found

    def plain(self, text: str | None) -> str | None:
        """公開する一行。``None`` は ``None`` のまま。"""
        return None if text is None else self.characters.plain(text)

    @property
    def municipality(self) -> Row:
        """どの行も初めに持つ、市区町村の符号と名称。"""
        return self.plan.municipality_code, self.plain(self.plan.municipality)

    def item(self, item: Item) -> Row:
        """実施項目ごとの表の、どの行も初めに持つ値。"""
        return *self.municipality, item_key(item.id), self.plain(item.title)

    def places(self) -> Iterator[tuple[Policy, Measure, Item, int | None]]:
        """実施項目を、印刷の順に返す。終了したものは、終了した年度とともに、その後ろに。"""
        for place in self.plan.items():
            yield *place, None
        for one in self.ended:
            yield one.policy, one.measure, one.item, one.ended

    def items(self) -> Iterator[Item]:
        """実施項目を返す。順は :meth:`places` のもの。"""
        for _, _, item, _ in self.places():
            yield item

    def figure(self, value: Value, unit: str | None, number_format: str) -> Row:
        """値、単位、値の状態コード、値の状態、記載された文字。"""
        shown_unit = self.plain(unit) or NO_UNIT
        state, number, printed = _parted(value)
        if number is not None and number_format.endswith("%"):
            number, shown_unit = _hundredfold(number), "%"
        return number, shown_unit, state.value, STATES[state], self.plain(printed)


def item_key(item_id: str) -> str:
    """公開するID。"""
    return ITEM_PREFIX + item_id


def year(fiscal_year: int | None) -> Row:
    """年度を、西暦と和暦で。"""
    return (None, None) if fiscal_year is None else (fiscal_year, wareki(fiscal_year))


def _parted(value: Value) -> tuple[ValueState, int | float | None, str | None]:
    if value is None:
        return ValueState.BLANK, None, None
    if not isinstance(value, str):
        return ValueState.NUMBER, value, None
    if value.strip() in _DASHES:
        return ValueState.DASH, None, value
    return (ValueState.TEXT, None, value) if value.strip() else (ValueState.BLANK, None, None)


def _hundredfold(number: int | float) -> int | float:
    scaled = Decimal(repr(number)) * 100
    return int(scaled) if scaled == scaled.to_integral_value() else float(scaled)
