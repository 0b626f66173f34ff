"""実施項目と、そのほかの概要表の行。

一つの :class:`Item` が、進捗管理シート一枚と、一覧表の一行になる。二つの間で、
わざと違えて印刷する文があるので、両方を持つ。
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from sheetgen.plan.text import (
    FiscalYear,
    ItemId,
    Line,
    Number,
    NumberFormat,
    OptionalLine,
    OptionalText,
    Record,
    Text,
    Value,
)
from sheetgen.plan.value import in_thousands


def subtotal(values: Iterable[Value]) -> int | None:
    """効果額（千円）の計。印刷する数どうしを足す。数が一つもなければ ``None``。

    どの表でも、見えている数を足せば、見えている計になる。
    """
    numbers = [number for value in values if isinstance(number := in_thousands(value), int)]
    return sum(numbers) if numbers else None


class Owner(Record):
    """主管課。"""

    department: Line = Field(title="部")
    section: Line = Field(title="課")

    @property
    def full_name(self) -> str:
        """部と課 ``企画部 経営企画課``。宛先にもなる。"""
        return f"{self.department} {self.section}"


class Indicator(Record):
    """指標(行動/成果)。``number_format`` は現状値・目標値・実績値の数の表示形式。"""

    name: Text = Field(title="指標(行動/成果)")
    unit: OptionalLine = Field(title="単位")
    current: Value = Field(title="指標の現状値")
    target: Value = Field(title="計画最終年度の目標値")
    number_format: NumberFormat = Field(title="指標の表示形式")


class Result(Record):
    """一年度の取組実績。``effect`` は千円。"""

    text: OptionalText = Field(title="取組実績")
    value: Value = Field(title="成果指標の実績値")
    effect: Value = Field(title="実績効果額(千円)")
    grade: OptionalLine = Field(title="評価")


class YearPlan(Record):
    """一年度の年次計画と取組実績。``effect`` は千円。"""

    fiscal_year: FiscalYear = Field(title="年度")
    plan: OptionalText = Field(title="年次計画")
    target: Value = Field(title="成果指標の目標値")
    effect: Value = Field(title="効果見込額(千円)")
    result: Result = Field(title="取組実績")


class OverviewRow(Record):
    """年次見直しの概要表の一行。印刷どおりの文字で持つ。"""

    title: Text = Field(title="実施項目（概要表）")
    improvement: OptionalText = Field(title="改善内容")
    policy: OptionalText = Field(title="取組方針･取組内容（概要表）")
    indicator: OptionalText = Field(title="指標（概要表）")
    target: OptionalText = Field(title="目標（概要表）")
    owners: OptionalText = Field(title="担当")


class Item(Record):
    """一つの実施項目。"""

    type: Literal["item"] = Field(title="種類")
    id: ItemId = Field(title="実施項目のID")
    number: Number = Field(title="実施項目の番号")
    section: OptionalLine = Field(title="概要表の見出し")
    title: Line = Field(title="実施項目")
    owners: tuple[Owner, ...] = Field(title="主管課", min_length=1)
    related_sections: tuple[Line, ...] = Field(title="関連所属")
    introduced: FiscalYear = Field(title="追加した年度")
    improvement: Text = Field(title="具体的な改善取組内容")
    current_state: Text = Field(title="現状と課題")
    initiatives: dict[str, Text] = Field(title="取組方針・取組内容")
    vision: Text = Field(title="計画最終年度において目指す姿")
    indicator: Indicator = Field(title="指標")
    years: tuple[YearPlan, ...] = Field(title="年次計画・取組実績")
    overall_grade: OptionalLine = Field(title="全期間総合評価")
    overview: OverviewRow = Field(title="概要表の行")

    def year(self, fiscal_year: int) -> YearPlan:
        """その年度の年次計画を返す。なければ :class:`KeyError`。"""
        for year in self.years:
            if year.fiscal_year == fiscal_year:
                return year
        raise KeyError(fiscal_year)

    def initiative(self, fiscal_year: int) -> str | None:
        """その年度の取組方針・取組内容。まだなければ ``None``。"""
        return self.initiatives.get(str(fiscal_year))

    @property
    def figures(self) -> tuple[Value, ...]:
        """指標の表示形式で印刷する、すべての値。"""
        known = [self.indicator.current, self.indicator.target]
        for year in self.years:
            known += [year.target, year.result.value]
        return tuple(known)

    @property
    def effect_subtotal(self) -> int | None:
        """〔小計〕効果見込額（千円）。数が一つもなければ ``None``。"""
        return subtotal(year.effect for year in self.years)

    @property
    def result_effect_subtotal(self) -> int | None:
        """〔小計〕実績効果額（千円）。数が一つもなければ ``None``。"""
        return subtotal(year.result.effect for year in self.years)


class CrossReference(Record):
    """再掲の行。ほかの推進項目にある実施項目を指す。"""

    type: Literal["cross_reference"] = Field(title="種類")
    number: Number = Field(title="実施項目の番号")
    item_id: ItemId = Field(title="再掲する実施項目のID")
    section: OptionalLine = Field(title="概要表の見出し")
    title: Line = Field(title="実施項目（再掲）")
    mark: Line = Field(title="再掲の印")
    owners: Line = Field(title="担当")
    note: Line = Field(title="記載先の注記")


Entry = Annotated[Item | CrossReference, Field(discriminator="type")]
