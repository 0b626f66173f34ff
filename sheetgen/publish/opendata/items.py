"""実施項目、再掲、担当、評価、年度ごとの値、指標の表。"""

from __future__ import annotations

from collections.abc import Iterator

from sheetgen.plan.item import CrossReference, Item
from sheetgen.plan.plan import Plan
from sheetgen.publish.opendata.printed import SCOPES, Named, Scope, clean_name, read_sections
from sheetgen.publish.opendata.source import (
    FIGURE,
    GRADED,
    ITEM,
    ITEM_ID,
    MEASURE,
    MEASURE_NUMBER,
    MUNICIPALITY,
    OWNED,
    POLICY,
    POLICY_NUMBER,
    REPORTS,
    STATUSES,
    THOUSAND_YEN,
    TO_ITEMS,
    VALUE_KINDS,
    YEAR,
    YEARLY,
    Owned,
    Report,
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
from sheetgen.xlsx.data_book import DataColumn, DataJoin, DataTable, DataType

_MONEY_FORMAT = "#,##0"
_IN_FORCE = (
    "その年度に計画にあった（追加した年度から、終了した年度の前まで）{terms.item}だけを載せる。"
)
_ITEM_NUMBER = DataColumn(
    "item_number",
    "{terms.item}の番号",
    DataType.INTEGER,
    "{terms.measure}の中で印刷される番号。{terms.revision}で変わることがある。",
    unit="番号",
)
_EVALUATION = (
    DataColumn(
        "evaluation_code",
        "{terms[years.result.grade]}コード",
        DataType.CODE,
        "{terms[years.result.grade]}の段階。",
    ),
    DataColumn(
        "evaluation",
        "{terms[years.result.grade]}",
        DataType.TEXT,
        "その年度の、{terms[years.result.grade]}コードの意味。",
        printed=True,
    ),
)
_ITEMS = (
    *MUNICIPALITY,
    DataColumn("plan", Plan.model_fields["plan_title"].title or "", DataType.TEXT, "計画の名称。",
               printed=True),
    ITEM_ID,
    POLICY_NUMBER,
    POLICY,
    MEASURE_NUMBER,
    MEASURE,
    _ITEM_NUMBER,
    DataColumn("heading", "{terms.section}", DataType.TEXT, "なければ空。",
               printed=True),
    ITEM[-1],
    DataColumn("introduced", "{terms[introduced]}（西暦）", DataType.YEAR, "計画に加えた年度。",
               unit="年度"),
    DataColumn("introduced_wareki", "{terms[introduced]}（和暦）", DataType.TEXT,
               "同じ年度の和暦。"),
    *coded("status", "{terms.item}の状態", "いまの計画にあるか、{terms.revision}で終了したか。"),
    DataColumn("ended", "終了した年度（西暦）", DataType.YEAR,
               "計画から除いた{terms.revision}の年度。その前の年度までは計画にあった。いまもあれば空。",
               unit="年度"),
    DataColumn("ended_wareki", "終了した年度（和暦）", DataType.TEXT, "同じ年度の和暦。"),
)  # fmt: skip


def items_table(source: Source) -> DataTable:
    """実施項目の表。一行が一つの実施項目。"""

    def rows() -> Iterator[Row]:
        for placed in source.places():
            policy, measure, item, _, ended = placed
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

    note = (
        "一行が一つの{terms.item}。"
        "終了した{terms.item}は後ろにあり、終わったときの番号と名称を持つ。"
    )
    return DataTable("items", "{terms.item}", note, _ITEMS, tuple(rows()), ("item_id",))


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

    note = "一行が一つの再掲。{terms.measure}の番号は、再掲された先のもの。"
    key = ("measure_number", "item_number")
    return DataTable("cross_references", "再掲", note, columns, tuple(rows()), key, (TO_ITEMS,))


def owners_table(source: Source) -> DataTable:
    """担当の表。一行が、一つの実施項目に関わる一つの所属。"""
    columns = (
        *ITEM,
        *coded("role", "担当の区分", "{terms[owners]}か{terms[related_sections]}か。"),
        order("区分の中の並び。{terms[owners]}の1番に様式を配る。"),
        DataColumn("department", "部", DataType.TEXT,
                   "計画の部と課の一覧で分かる部。一覧にない所属では空。"),
        DataColumn("section", "課", DataType.TEXT,
                   "課、または{terms[related_sections]}の名称。一つずつに分け、英数字は半角、中黒とカナは全角とした。"),
        *coded("scope", "所属の範囲", "一つの所属か、ほかにもあるか、いくつもの所属のまとまりか。"),
        DataColumn("printed", "記載された所属", DataType.TEXT,
                   "計画に印刷された所属。一つの記載を二つ以上の行に分けたときは、どの行も同じ。",
                   printed=True),
    )  # fmt: skip
    departments = {
        each.name: [section.name for section in each.sections] for each in source.plan.departments
    }

    def named(item: Item) -> Iterator[tuple[Owned, Named, str]]:
        for each in item.owners:
            one = Named(clean_name(each.department), clean_name(each.section), Scope.ONE)
            yield Owned.OWNER, one, each.section
        for text in item.related_sections:
            for one in read_sections(text, departments):
                yield Owned.RELATED, one, text

    def rows() -> Iterator[Row]:
        for item in source.items():
            numbers = dict.fromkeys(Owned, 0)
            for role, one, text in named(item):
                numbers[role] += 1
                yield (
                    *source.item(item), role.value, source.told(OWNED[role]), numbers[role],
                    source.plain(one.department), source.plain(one.section),
                    one.scope.value, SCOPES[one.scope], source.plain(text),
                )  # fmt: skip

    key = ("item_id", "role_code", "order")
    note = "一行が一つの所属。"
    return DataTable("owners", "担当", note, columns, tuple(rows()), key, (TO_ITEMS,))


def indicators_table(source: Source) -> DataTable:
    """指標の表。一行が、一つの指標の現状値か最終年度の目標値。"""
    current = source.plan.words.heading("現状値", "indicator.current")
    columns = (
        *ITEM,
        DataColumn("indicator", "{terms[indicator.name]}", DataType.TEXT,
                   "{terms[indicator]}の名称。", printed=True),
        *coded("kind", "値の種類", f"{current}か、{{terms[indicator.target]}}か。"),
        *FIGURE,
        DataColumn("printed_unit", "記載された単位", DataType.TEXT,
                   "計画に印刷された単位。書かれていなければ空。", printed=True),
    )  # fmt: skip

    def rows() -> Iterator[Row]:
        for item in source.items():
            indicator = item.indicator
            name = source.plain(indicator.name)
            for kind in ValueKind:
                value = indicator.current if kind is ValueKind.CURRENT else indicator.target
                figure = source.figure(value, indicator.unit, indicator.number_format)
                start = (*source.item(item), name, kind.value, source.told(VALUE_KINDS[kind]))
                yield (*start, *figure, source.plain(indicator.unit))

    note = "一行が一つの値。現状値の時点は、計画に定めがない。"
    key = ("item_id", "kind_code")
    return DataTable(
        "indicators", "{terms[indicator]}", note, columns, tuple(rows()), key, (TO_ITEMS,)
    )


def figures_table(source: Source) -> DataTable:
    """年度ごとの値の表。一行が、一つの実施項目の一つの年度の一つの値。"""
    columns = (
        *ITEM, *YEAR, *coded("kind", "値の種類", "目標か見込か実績か。"), *FIGURE,
    )  # fmt: skip

    def rows() -> Iterator[Row]:
        for placed in source.places():
            item = placed.item
            unit, shape = item.indicator.unit, item.indicator.number_format
            for each in placed.years:
                values = {
                    Yearly.TARGET: (each.target, unit, shape),
                    Yearly.EFFECT: (each.effect, THOUSAND_YEN, _MONEY_FORMAT),
                }
                if source.report(each) is Report.REPORTED:
                    values[Yearly.RESULT] = (each.result.value, unit, shape)
                    values[Yearly.RESULT_EFFECT] = (
                        each.result.effect, THOUSAND_YEN, _MONEY_FORMAT,
                    )  # fmt: skip
                for kind, figure in values.items():
                    start = (*source.item(item), *year(each.fiscal_year))
                    yield (*start, kind.value, source.told(YEARLY[kind]), *source.figure(*figure))

    note = (
        f"一行が、一つの{{terms.item}}の一つの年度の一つの値。{_IN_FORCE}"
        "実績の行は、報告のあった年度だけにあり、報告のない年度を 0 と数えることはない。"
        "報告の有無は、報告の状況の表にある。"
    )
    key = ("item_id", "fiscal_year", "kind_code")
    return DataTable("yearly_figures", "年度別の値", note, columns, tuple(rows()), key, (TO_ITEMS,))


def reports_table(source: Source) -> DataTable:
    """報告の状況の表。一行が、一つの実施項目の一つの年度。"""
    columns = (*ITEM, *YEAR, *coded("report", "報告の状態", "その年度の実績が報告されたか。"))

    def rows() -> Iterator[Row]:
        for placed in source.places():
            for each in placed.years:
                state = source.report(each)
                start = (*source.item(placed.item), *year(each.fiscal_year))
                yield (*start, state.value, REPORTS[state])

    note = f"一行が、一つの{{terms.item}}の一つの年度。{_IN_FORCE}"
    key = ("item_id", "fiscal_year")
    return DataTable("reports", "報告の状況", note, columns, tuple(rows()), key, (TO_ITEMS,))


def scale_table(source: Source) -> DataTable:
    """評価の段階の表。一行が、一つの年度の一つの段階。"""
    columns = (
        *YEAR,
        *_EVALUATION,
        order("計画に書かれた並び。"),
    )  # fmt: skip

    def rows() -> Iterator[Row]:
        for fiscal_year in source.plan.fiscal_years:
            for number, step in enumerate(source.scale(fiscal_year).items(), start=1):
                grade, meaning = map(source.plain, step)
                yield (*year(fiscal_year), grade, meaning, number)

    note = "一行が、一つの年度に使う{terms[years.result.grade]}の一つの段階。"
    key = ("fiscal_year", "evaluation_code")
    return DataTable(
        "grade_scale", "{terms[years.result.grade]}の段階", note, columns, tuple(rows()), key
    )


def grades_table(source: Source) -> DataTable:
    """評価の表。一行が、一つの年度の評価か、全期間総合評価。"""
    columns = (
        *ITEM,
        *coded(
            "kind",
            "{terms[years.result.grade]}の種類",
            "年度の{terms[years.result.grade]}か、{terms[overall_grade]}か。",
        ),
        *YEAR,
        *_EVALUATION,
    )  # fmt: skip
    scales = {one: source.scale(one) for one in source.plan.fiscal_years}

    def rows() -> Iterator[Row]:
        for placed in source.places():
            for kind, fiscal_year, grade in source.grades(placed):
                yield (
                    *source.item(placed.item), kind.value, source.told(GRADED[kind]),
                    *year(fiscal_year),
                    source.plain(grade), source.plain(scales[fiscal_year][grade]),
                )  # fmt: skip

    note = (
        f"一行が、付いている一つの{{terms[years.result.grade]}}。まだ付いていない{{terms[years.result.grade]}}の行はない。{_IN_FORCE}"
        "{terms[overall_grade]}の年度は、計画の最終年度（終了した{terms.item}では、計画にあった最後の年度）。"
    )
    code = ("fiscal_year", "evaluation_code")
    joins = (TO_ITEMS, DataJoin(code, "grade_scale", code))
    key = ("item_id", "kind_code", "fiscal_year")
    return DataTable(
        "grades", "{terms[years.result.grade]}", note, columns, tuple(rows()), key, joins
    )
