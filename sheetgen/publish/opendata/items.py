"""実施項目、再掲、担当、評価、年度ごとの値、指標の表。"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sheetgen.plan.fields import MEASURE as LEVEL
from sheetgen.plan.fields import PlanField
from sheetgen.plan.item import CrossReference, Item, YearPlan
from sheetgen.plan.paths import PROVISIONAL_MARK
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import FieldKind, RoundKind
from sheetgen.publish.opendata.own_columns import unit_of, with_declared
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
    TO_ITEMS,
    VALUE_KINDS,
    YEAR,
    Graded,
    Owned,
    Report,
    Row,
    Source,
    Status,
    ValueKind,
    coded,
    figure_columns,
    item_key,
    kept,
    literal,
    order,
    year,
)
from sheetgen.xlsx.data_book import DataColumn, DataJoin, DataTable, DataType

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


def _item_number(plan: Plan) -> DataColumn:
    """番号の列。階層の一つだけの計画では、上の階層の中の番号。"""
    if plan.has(LEVEL):
        return _ITEM_NUMBER
    return replace(
        _ITEM_NUMBER, note=_ITEM_NUMBER.note.replace("{terms.measure}", "{terms.policy}")
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
    number = _item_number(source.plan)
    columns = tuple(number if one is _ITEM_NUMBER else one for one in _ITEMS)
    table = DataTable("items", "{terms.item}", note, columns, tuple(rows()), ("item_id",))
    return with_declared(source, table)


def references_table(source: Source) -> DataTable:
    """再掲の表。一行が、ほかの推進項目にある実施項目への一つの参照。"""
    two = source.plan.has(LEVEL)
    above = (MEASURE_NUMBER, MEASURE) if two else (POLICY_NUMBER, POLICY)
    columns = (*ITEM, *above, _item_number(source.plan))

    def rows() -> Iterator[Row]:
        for policy, measure in source.plan.measures():
            for entry in measure.entries:
                if isinstance(entry, CrossReference):
                    _, _, item = source.plan.find(entry.item_id)
                    place = measure if two else policy
                    name = source.plain(place.name)
                    yield (*source.item(item), place.number, name, entry.number)

    what = "{terms.measure}" if two else "{terms.policy}"
    note = f"一行が一つの再掲。{what}の番号は、再掲された先のもの。"
    key = (above[0].name, "item_number")
    return DataTable("cross_references", "再掲", note, columns, tuple(rows()), key, (TO_ITEMS,))


def owners_table(source: Source) -> DataTable:
    """担当の表。一行が、一つの実施項目に関わる一つの所属。"""
    related = source.plan.has("related_sections")
    roles = "{terms[owners]}か{terms[related_sections]}か。" if related else "{terms[owners]}。"
    section = "課、または{terms[related_sections]}の名称。" if related else "課の名称。"
    columns = (
        *ITEM,
        *coded("role", "担当の区分", roles),
        order("区分の中の並び。{terms[owners]}の1番に様式を配る。"),
        DataColumn("department", "部", DataType.TEXT,
                   "計画の部と課の一覧で分かる部。一覧にない所属では空。"),
        DataColumn("section", "課", DataType.TEXT,
                   f"{section}一つずつに分け、英数字は半角、中黒とカナは全角とした。"),
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
        for text in item.related_sections if related else ():
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
    current = literal(source.plan.words.heading("現状値", "indicator.current"))
    kinds = kept(source.plan, VALUE_KINDS)
    said = {ValueKind.CURRENT: current, ValueKind.TARGET: "{terms[indicator.target]}"}
    columns = (
        *ITEM,
        DataColumn("indicator", "{terms[indicator.name]}", DataType.TEXT,
                   "{terms[indicator]}の名称。", printed=True),
        *coded("kind", "値の種類", _either(said[kind] for kind in kinds)),
        *FIGURE,
        DataColumn("printed_unit", "記載された単位", DataType.TEXT,
                   "計画に印刷された単位。書かれていなければ空。", printed=True),
    )  # fmt: skip

    def rows() -> Iterator[Row]:
        for item in source.items():
            indicator = item.indicator
            name = source.plain(indicator.name)
            for kind, named in kinds.items():
                value = indicator.current if kind is ValueKind.CURRENT else indicator.target
                figure = source.figure(value, indicator.unit, indicator.number_format)
                start = (*source.item(item), name, kind.value, source.told(named))
                yield (*start, *figure, source.plain(indicator.unit))

    moment = f"{current}の時点は、計画に定めがない。" if ValueKind.CURRENT in kinds else ""
    note = f"一行が一つの値。{moment}"
    key = ("item_id", "kind_code")
    return DataTable(
        "indicators", "{terms[indicator]}", note, columns, tuple(rows()), key, (TO_ITEMS,)
    )


def _either(names: Iterable[str]) -> str:
    """``現状値か、目標値か。``"""
    said = tuple(names)
    return f"{'か、'.join(said)}か。" if len(said) > 1 else f"{''.join(said)}。"


_PROVISIONAL = DataColumn(
    "provisional",
    PROVISIONAL_MARK,
    DataType.TEXT,
    f"まだ確定していない値のとき「{PROVISIONAL_MARK}」。ほかは空。",
)


def figure_fields(plan: Plan) -> dict[str, PlanField]:
    """年度ごとの数と金額の欄。値の種類の符号から。計画が増やした欄も入る。"""
    return {
        one.name.replace(".", "_"): one
        for one in plan.field_table.values()
        if one.per_year and one.kind in (FieldKind.FIGURE, FieldKind.MONEY)
    }


def _is_due(source: Source, field: PlanField, each: YearPlan) -> bool:
    """その年度の行を載せるか。答えを待つ欄は、答えのあった年度だけ。"""
    if field.asked == RoundKind.RESULTS.value:
        return source.report(each) is Report.REPORTED
    asked_otherwise = field.asked not in (None, RoundKind.REVISION.value)
    return not asked_otherwise or field.of(each) is not None


def figures_table(source: Source) -> DataTable:
    """年度ごとの値の表。一行が、一つの実施項目の一つの年度の一つの値。"""
    fields = figure_fields(source.plan)
    marks = (_PROVISIONAL,) if source.has_provisional else ()
    columns = (
        *ITEM, *YEAR, *coded("kind", "値の種類", "目標か見込か実績か。"),
        *figure_columns(source.plan), *marks,
    )  # fmt: skip

    def rows() -> Iterator[Row]:
        for placed in source.places():
            item = placed.item
            unit, shape = item.indicator.unit, item.indicator.number_format
            for each in placed.years:
                for kind, field in fields.items():
                    value = field.of(each)
                    if not _is_due(source, field, each):
                        continue
                    start = (*source.item(item), *year(each.fiscal_year))
                    if field.is_declared or field.kind is FieldKind.MONEY:
                        figure = source.figure(value, unit_of(field), field.number_format)
                    else:
                        figure = source.figure(value, unit, shape)
                    early = field.name in each.provisional and value is not None
                    mark = (PROVISIONAL_MARK if early else None,) if marks else ()
                    yield (*start, kind, source.told(literal(field.label)), *figure, *mark)

    note = (
        f"一行が、一つの{{terms.item}}の一つの年度の一つの値。{_IN_FORCE}"
        "実績の行は、報告のあった年度だけにあり、報告のない年度を 0 と数えることはない。"
    )
    if any(one.asked == RoundKind.RESULTS.value for one in source.yearly):
        note += "報告の有無は、報告の状況の表にある。"
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


def _counts_columns(source: Source) -> tuple[DataColumn, ...]:
    """評価の扱いの列。計画が扱いを決めていなければ、ない。"""
    columns = coded(
        "counts",
        "{terms[years.result.grade]}の扱い",
        "達成した、順調である、届いていない、進み具合を言わない、のどれと数えるか。",
    )
    return columns if source.says_counts else ()


def scale_table(source: Source) -> DataTable:
    """評価の段階の表。一行が、一つの年度の一つの段階。"""
    columns = (
        *YEAR,
        *_EVALUATION,
        order("計画に書かれた並び。"),
        *_counts_columns(source),
    )  # fmt: skip

    def rows() -> Iterator[Row]:
        for fiscal_year in source.plan.fiscal_years:
            for number, step in enumerate(source.scale(fiscal_year).items(), start=1):
                grade, meaning = map(source.plain, step)
                counts = source.counts(fiscal_year, step[0])
                yield (*year(fiscal_year), grade, meaning, number, *counts)

    note = "一行が、一つの年度に使う{terms[years.result.grade]}の一つの段階。"
    key = ("fiscal_year", "evaluation_code")
    return DataTable(
        "grade_scale", "{terms[years.result.grade]}の段階", note, columns, tuple(rows()), key
    )


def grades_table(source: Source) -> DataTable:
    """評価の表。一行が、一つの年度の評価か、全期間総合評価。"""
    kinds = kept(source.plan, GRADED)
    columns = (
        *ITEM,
        *coded("kind", "{terms[years.result.grade]}の種類", _either(kinds.values())),
        *YEAR,
        *_EVALUATION,
        *_counts_columns(source),
    )
    scales = {one: source.scale(one) for one in source.plan.fiscal_years}

    def rows() -> Iterator[Row]:
        for placed in source.places():
            for kind, fiscal_year, grade in source.grades(placed):
                yield (
                    *source.item(placed.item), kind.value, source.told(GRADED[kind]),
                    *year(fiscal_year),
                    source.plain(grade), source.plain(scales[fiscal_year][grade]),
                    *source.counts(fiscal_year, grade),
                )  # fmt: skip

    note = (
        "一行が、付いている一つの{terms[years.result.grade]}。"
        f"まだ付いていない{{terms[years.result.grade]}}の行はない。{_IN_FORCE}"
    )
    if Graded.OVERALL in kinds:
        note += (
            "{terms[overall_grade]}の年度は、計画の最終年度"
            "（終了した{terms.item}では、計画にあった最後の年度）。"
        )
    code = ("fiscal_year", "evaluation_code")
    joins = (TO_ITEMS, DataJoin(code, "grade_scale", code))
    key = ("item_id", "kind_code", "fiscal_year")
    return DataTable(
        "grades", "{terms[years.result.grade]}", note, columns, tuple(rows()), key, joins
    )
