"""実施項目、再掲、担当、評価、年度ごとの値、指標の表。"""

from __future__ import annotations

from collections.abc import Iterator

from sheetgen.plan.item import CrossReference, Indicator, Item
from sheetgen.plan.plan import Plan
from sheetgen.publish.opendata.source import (
    FIGURE,
    GRADE_STATES,
    GRADED,
    ITEM,
    ITEM_ID,
    MEASURE,
    MEASURE_NUMBER,
    MUNICIPALITY,
    OWNED,
    POLICY,
    POLICY_NUMBER,
    STATUSES,
    THOUSAND_YEN,
    VALUE_KINDS,
    YEAR,
    YEARLY,
    Graded,
    GradeState,
    Owned,
    Row,
    Source,
    Status,
    ValueKind,
    Yearly,
    coded,
    item_key,
    order,
    year,
)
from sheetgen.xlsx.data_book import DataColumn, DataTable, DataType

_MONEY_FORMAT = "#,##0"
_ITEM_NUMBER = DataColumn(
    "item_number",
    Item.model_fields["number"].title or "",
    DataType.INTEGER,
    "推進項目の中で印刷される番号。年次見直しで変わることがある。",
    unit="番号",
)
_INTRODUCED = Item.model_fields["introduced"].title or ""
_ITEMS = (
    *MUNICIPALITY,
    DataColumn("plan", Plan.model_fields["plan_title"].title or "", DataType.TEXT, "計画の名称。"),
    ITEM_ID,
    POLICY_NUMBER,
    POLICY,
    MEASURE_NUMBER,
    MEASURE,
    _ITEM_NUMBER,
    DataColumn(
        "heading", Item.model_fields["section"].title or "", DataType.TEXT, "なければ空。"
    ),
    DataColumn("item", Item.model_fields["title"].title or "", DataType.TEXT, "実施項目の名称。"),
    DataColumn("introduced", f"{_INTRODUCED}（西暦）", DataType.YEAR, "計画に加えた年度。",
               unit="年度"),
    DataColumn("introduced_wareki", f"{_INTRODUCED}（和暦）", DataType.TEXT, "同じ年度の和暦。"),
    *coded("status", "実施項目の状態", "いまの計画にあるか、年次見直しで終了したか。"),
    DataColumn("ended", "終了した年度（西暦）", DataType.YEAR,
               "計画から除いた年次見直しの年度。計画にあれば空。", unit="年度"),
    DataColumn("ended_wareki", "終了した年度（和暦）", DataType.TEXT, "同じ年度の和暦。"),
)  # fmt: skip


def items_table(source: Source) -> DataTable:
    """実施項目の表。一行が一つの実施項目。"""

    def rows() -> Iterator[Row]:
        for policy, measure, item, ended in source.places():
            status = Status.CURRENT if ended is None else Status.ENDED
            yield (
                *source.municipality,
                source.plain(source.plan.plan_title),
                item_key(item.id),
                policy.number,
                source.plain(policy.name),
                measure.number,
                source.plain(measure.name),
                item.number,
                source.plain(item.section),
                source.plain(item.title),
                *year(item.introduced),
                status.value,
                STATUSES[status],
                *year(ended),
            )

    note = "一行が一つの実施項目。終了した実施項目は後ろにあり、終わったときの番号と名称を持つ。"
    return DataTable("items", "実施項目", note, _ITEMS, tuple(rows()))


def references_table(source: Source) -> DataTable:
    """再掲の表。一行が、ほかの推進項目にある実施項目への一つの参照。"""
    columns = (*ITEM, MEASURE_NUMBER, MEASURE, _ITEM_NUMBER)

    def rows() -> Iterator[Row]:
        for _, measure in source.plan.measures():
            for entry in measure.entries:
                if isinstance(entry, CrossReference):
                    _, _, item = source.plan.find(entry.item_id)
                    name = source.plain(measure.name)
                    yield (*source.item(item), measure.number, name, entry.number)

    note = "一行が一つの再掲。推進項目の番号は、再掲された先のもの。"
    return DataTable("cross_references", "再掲", note, columns, tuple(rows()))


def owners_table(source: Source) -> DataTable:
    """担当の表。一行が、一つの実施項目に関わる一つの所属。"""
    columns = (
        *ITEM,
        *coded("role", "担当の区分", "主管課か関連所属か。"),
        order("区分の中の並び。主管課の1番に様式を配る。"),
        DataColumn("department", "部", DataType.TEXT, "主管課の部。関連所属では空。"),
        DataColumn("section", "課", DataType.TEXT, "課、または関連所属の名称。"),
    )

    def rows() -> Iterator[Row]:
        for item in source.items():
            named = [(Owned.OWNER, each.department, each.section) for each in item.owners]
            named += [(Owned.RELATED, "", each) for each in item.related_sections]
            for role in Owned:
                mine = [(part, section) for kind, part, section in named if kind is role]
                for number, (part, section) in enumerate(mine, start=1):
                    yield (
                        *source.item(item), role.value, OWNED[role], number,
                        source.plain(part) or None, source.plain(section),
                    )  # fmt: skip

    return DataTable("owners", "担当", "一行が一つの所属。", columns, tuple(rows()))


def indicators_table(source: Source) -> DataTable:
    """指標の表。一行が、一つの指標の現状値か最終年度の目標値。"""
    columns = (
        *ITEM,
        DataColumn(
            "indicator", Indicator.model_fields["name"].title or "", DataType.TEXT, "指標の名称。"
        ),
        *coded("kind", "値の種類", "現状値か、計画最終年度の目標値か。"),
        *FIGURE,
    )

    def rows() -> Iterator[Row]:
        for item in source.items():
            indicator = item.indicator
            name = source.plain(indicator.name)
            for kind in ValueKind:
                value = indicator.current if kind is ValueKind.CURRENT else indicator.target
                figure = source.figure(value, indicator.unit, indicator.number_format)
                yield (*source.item(item), name, kind.value, VALUE_KINDS[kind], *figure)

    note = "一行が一つの値。現状値の時点は、計画に定めがない。"
    return DataTable("indicators", "指標", note, columns, tuple(rows()))


def figures_table(source: Source) -> DataTable:
    """年度ごとの値の表。一行が、一つの実施項目の一つの年度の一つの値。"""
    columns = (
        *ITEM, *YEAR, *coded("kind", "値の種類", "目標か見込か実績か。"), *FIGURE,
    )  # fmt: skip

    def rows() -> Iterator[Row]:
        for item in source.items():
            unit, shape = item.indicator.unit, item.indicator.number_format
            for each in item.years:
                values = {
                    Yearly.TARGET: source.figure(each.target, unit, shape),
                    Yearly.EFFECT: source.figure(each.effect, THOUSAND_YEN, _MONEY_FORMAT),
                    Yearly.RESULT: source.figure(each.result.value, unit, shape),
                    Yearly.RESULT_EFFECT: source.figure(
                        each.result.effect, THOUSAND_YEN, _MONEY_FORMAT
                    ),
                }
                for kind, figure in values.items():
                    start = (*source.item(item), *year(each.fiscal_year))
                    yield (*start, kind.value, YEARLY[kind], *figure)

    note = "一行が、一つの実施項目の一つの年度の一つの値。"
    return DataTable("yearly_figures", "年度別の値", note, columns, tuple(rows()))


def grades_table(source: Source) -> DataTable:
    """評価の表。一行が、一つの年度の評価か、全期間総合評価。"""
    columns = (
        *ITEM,
        *coded("kind", "評価の種類", "年度の評価か、全期間総合評価か。"),
        *YEAR,
        *coded("evaluation", "評価", "評価の段階。まだ評価がないときは空。"),
        *coded("grade_state", "評価の状態", "評価があるか、まだないか。"),
    )
    scale = source.scale

    def row(item: Item, kind: Graded, fiscal_year: int, grade: str | None) -> Row:
        state = GradeState.BLANK if grade is None else GradeState.GRADED
        meaning = None if grade is None else source.plain(scale[grade])
        return (
            *source.item(item), kind.value, GRADED[kind], *year(fiscal_year),
            source.plain(grade), meaning, state.value, GRADE_STATES[state],
        )  # fmt: skip

    def rows() -> Iterator[Row]:
        for item in source.items():
            for each in item.years:
                # 公式の様式は、最終年度には全期間総合評価だけを置く。
                if each.fiscal_year != source.plan.final_year or each.result.grade:
                    yield row(item, Graded.YEAR, each.fiscal_year, each.result.grade)
            yield row(item, Graded.OVERALL, source.plan.final_year, item.overall_grade)

    note = "一行が一つの評価。全期間総合評価の年度は、計画の最終年度。"
    return DataTable("grades", "評価", note, columns, tuple(rows()))
