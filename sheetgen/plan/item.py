"""実施項目と、そのほかの概要表の行。

一つの :class:`Item` が、進捗管理シート一枚と、一覧表の一行になる。二つの間で、
わざと違えて印刷する文があるので、両方を持つ。
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from sheetgen.plan.declared import Key, unless
from sheetgen.plan.round import About, FieldKind, RoundKind
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


_RESULTS, _REVISION = RoundKind.RESULTS.value, RoundKind.REVISION.value


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

    name: Annotated[Text, About()] = Field(title="指標(行動/成果)")
    unit: Annotated[OptionalLine, About()] = Field(title="単位")
    current: Annotated[Value, About(FieldKind.FIGURE)] = Field(title="指標の現状値")
    target: Annotated[Value, About(FieldKind.FIGURE)] = Field(title="計画最終年度の目標値")
    number_format: NumberFormat = Field(title="指標の表示形式")


class Result(Record):
    """一年度の取組実績。``effect`` は千円。"""

    text: Annotated[OptionalText, About(asked=_RESULTS, role="text")] = Field(title="取組実績")
    value: Annotated[Value, About(FieldKind.FIGURE, asked=_RESULTS, role="value")] = Field(
        title="成果指標の実績値"
    )
    effect: Annotated[Value, About(FieldKind.MONEY, asked=_RESULTS, sums=True, role="effect")] = (
        Field(title="実績効果額(千円)")
    )
    grade: Annotated[OptionalLine, About(FieldKind.GRADE, asked=_RESULTS, role="grade")] = Field(
        title="評価"
    )


class YearPlan(Record):
    """一年度の年次計画と取組実績。``effect`` は千円。

    ``values`` は計画が増やした欄の値。``provisional`` は、答えが暫定（決算前など）の欄の名で、
    ``result.effect``・``values.income`` の形。
    """

    fiscal_year: FiscalYear = Field(title="年度")
    plan: Annotated[OptionalText, About(asked=_REVISION, role="plan")] = Field(title="年次計画")
    target: Annotated[Value, About(FieldKind.FIGURE, asked=_REVISION, role="target")] = Field(
        title="成果指標の目標値"
    )
    effect: Annotated[
        Value, About(FieldKind.MONEY, asked=_REVISION, sums=True, role="planned_effect")
    ] = Field(title="効果見込額(千円)")
    result: Result = Field(title="取組実績")
    values: dict[Key, Value] = Field(
        default_factory=dict, title="増やした欄", exclude_if=unless({}), repr=False
    )
    provisional: tuple[Line, ...] = Field(
        default=(), title="暫定の答え", exclude_if=unless(()), repr=False
    )


class OverviewRow(Record):
    """年次見直しの概要表の一行。印刷どおりの文字で持つ。"""

    title: Annotated[Text, About()] = Field(title="実施項目（概要表）")
    improvement: Annotated[OptionalText, About()] = Field(title="改善内容")
    policy: Annotated[
        OptionalText, About(asked=_REVISION, required=False, role="overview_policy")
    ] = Field(title="取組方針･取組内容（概要表）")
    indicator: Annotated[OptionalText, About()] = Field(title="指標（概要表）")
    target: Annotated[OptionalText, About()] = Field(title="目標（概要表）")
    owners: Annotated[OptionalText, About()] = Field(title="担当")


class Item(Record):
    """一つの実施項目。"""

    type: Literal["item"] = Field(title="種類")
    id: ItemId = Field(title="実施項目のID")
    number: Number = Field(title="実施項目の番号")
    section: Annotated[OptionalLine, About()] = Field(title="概要表の見出し")
    title: Annotated[Line, About()] = Field(title="実施項目")
    owners: Annotated[tuple[Owner, ...], About()] = Field(title="主管課", min_length=1)
    related_sections: Annotated[tuple[Line, ...], About()] = Field(title="関連所属")
    introduced: FiscalYear = Field(title="追加した年度")
    improvement: Annotated[Text, About()] = Field(title="具体的な改善取組内容")
    current_state: Annotated[Text, About()] = Field(title="現状と課題")
    initiatives: Annotated[dict[str, Text], About(asked=_REVISION, role="initiative")] = Field(
        title="取組方針・取組内容"
    )
    vision: Annotated[Text, About()] = Field(title="計画最終年度において目指す姿")
    indicator: Indicator = Field(title="指標")
    years: tuple[YearPlan, ...] = Field(title="年次計画・取組実績")
    overall_grade: Annotated[
        OptionalLine, About(FieldKind.GRADE, asked=_RESULTS, role="overall")
    ] = Field(title="全期間総合評価")
    overview: OverviewRow = Field(title="概要表の行")
    values: dict[Key, Value] = Field(
        default_factory=dict, title="増やした欄", exclude_if=unless({}), repr=False
    )

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
