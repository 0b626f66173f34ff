"""計画の概要の章（基本理念・体系・計画期間・基本方針・推進方策・見方）。

「１．計画の概要」の各章と、シートの前の「見方」。年次見直しの文書のページと図は、
これらの値から描く。基本方針と推進項目の名と文は計画の側にあるので、ここには、
公式の図で字が違うものだけを持つ。
"""

from __future__ import annotations

from pydantic import Field

from sheetgen.plan.text import FiscalYear, ItemId, Line, OptionalLine, OptionalText, Record, Text


class Philosophy(Record):
    """基本理念の章。"""

    title: Line = Field(title="章の見出し")
    name: Line = Field(title="基本理念")
    background: tuple[Text, ...] = Field(title="背景の文章")
    declaration: Text = Field(title="基本理念を定める文章")
    aims: tuple[Text, ...] = Field(title="図に添えたねらい")
    note: Text = Field(title="図に添えた注記")


class StructureLevel(Record):
    """計画体系の図の一段。"""

    name: Line = Field(title="段の名称")
    detail: OptionalLine = Field(title="段の数・説明")


class Structure(Record):
    """計画体系の図。"""

    title: Line = Field(title="章の見出し")
    heading: Line = Field(title="図の見出し")
    levels: tuple[StructureLevel, ...] = Field(title="体系の段（上から）")
    note: Text = Field(title="図の注記")
    statement: Text = Field(title="体系の説明文")


class RelatedPlan(Record):
    """計画期間の図の一行（当計画または関連する計画）。

    ``first_year`` と ``last_year`` は年度（西暦）。公式の文書に年がなければ null で、
    帯は当計画の期間に引く。
    """

    heading: Line = Field(title="行の見出し")
    bar: OptionalLine = Field(title="帯に書く名称")
    first_year: FiscalYear | None = Field(title="初年度")
    last_year: FiscalYear | None = Field(title="最終年度")
    note: OptionalText = Field(title="行の注記")


class Period(Record):
    """計画期間の図。"""

    related_plans: tuple[RelatedPlan, ...] = Field(title="図の行（上から）")
    alignment: Text = Field(title="総合計画との整合の注記")
    statement: Text = Field(title="計画期間の説明文")


class PolicyChapter(Record):
    """５つの基本方針の章。文章は各基本方針の ``description`` にある。"""

    title: Line = Field(title="章の見出し")


class MeasureChapter(Record):
    """推進方策の章（推進項目の一覧図と、進め方の文章）。"""

    title: Line = Field(title="章の見出し")
    lead: Text = Field(title="導入の文章")
    policies_heading: Line = Field(title="基本方針の列の見出し")
    measures_heading: Line = Field(title="推進項目の列の見出し")
    measure_names: tuple[Line, ...] = Field(title="図に書く推進項目名")
    plan_label: Line = Field(title="本体計画の枠の名称")
    action_plan_label: Line = Field(title="アクションプランの枠の名称")
    statements: tuple[Text, ...] = Field(title="進め方の文章")


class Callout(Record):
    """見方の一つの説明。``parts`` は指す欄（計画のデータの欄の名）。"""

    letter: Line = Field(title="記号")
    title: Line = Field(title="欄の名称")
    text: Text = Field(title="説明")
    parts: tuple[Line, ...] = Field(title="指し示す欄")


class Legend(Record):
    """進捗管理シートの見方。"""

    title: Line = Field(title="見出し")
    sample_item_id: ItemId = Field(title="見本にする実施項目")
    callouts: tuple[Callout, ...] = Field(title="欄の説明")


class Overview(Record):
    """計画の概要。その計画にない章は ``null``。"""

    title: OptionalLine = Field(default=None, title="概要の章の題名")
    philosophy: Philosophy | None = Field(default=None, title="基本理念")
    structure: Structure | None = Field(default=None, title="計画体系")
    period: Period | None = Field(default=None, title="計画期間")
    policies: PolicyChapter | None = Field(default=None, title="基本方針の章")
    measures: MeasureChapter | None = Field(default=None, title="推進方策の章")
    legend: Legend | None = Field(default=None, title="見方")
