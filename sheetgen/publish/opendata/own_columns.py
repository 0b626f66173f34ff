"""計画が増やした欄の列と、暫定の値の表。計画にない欄の列と表は、除く。"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from sheetgen.plan.declared import OFFICE
from sheetgen.plan.fields import MEASURE, PlanField
from sheetgen.plan.paths import PROVISIONAL_MARK
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import FieldKind, RoundKind
from sheetgen.plan.text import Value
from sheetgen.publish.opendata.source import (
    COUNTS,
    ITEM,
    THOUSAND_YEN,
    TO_ITEMS,
    YEAR,
    Row,
    Source,
    counted,
    literal,
    year,
)
from sheetgen.xlsx.data_book import DataColumn, DataTable, DataType, Datum

_KINDS = {
    FieldKind.TEXT: "文章",
    FieldKind.FIGURE: "数",
    FieldKind.MONEY: f"金額（{THOUSAND_YEN}）",
    FieldKind.GRADE: "評価",
    FieldKind.CHOICE: "一覧から選ぶことば",
}
_UNIT = re.compile(r"[(（]([^()（）]+)[)）]$")


class DeclaredColumn(NamedTuple):
    """増やした欄の列。``part`` は、欄の値のどこを載せるか。"""

    column: DataColumn
    field: PlanField
    part: str = ""


def column_name(field: PlanField) -> str:
    """列の英数字の名。``values_issue``。"""
    return field.name.replace(".", "_")


def unit_of(field: PlanField) -> str | None:
    """数の欄の単位。金額のほかでは、見出しの終わりのかっこの中。"""
    if field.kind is FieldKind.MONEY:
        return THOUSAND_YEN
    if field.number_format.endswith("%"):
        return "%"
    found = _UNIT.search(field.label)
    return found[1] if found else None


def described(plan: Plan, field: PlanField) -> str:
    """欄の種類、だれが書くか、選べる値。項目定義書と新旧対照表に書く。"""
    asked = {one.value: f"{one.label}で課に聞く" for one in plan.round_kinds}
    parts = [
        _KINDS[field.kind],
        "年度ごと" if field.per_year else "年度によらない",
        {**asked, OFFICE: "事務局が書く"}.get(field.asked or "", "計画を作るときに書く"),
    ]
    if field.required:
        parts.append("必ず書く")
    if field.sums:
        parts.append("計を出す")
    if field.options:
        parts.append(f"選べる値は「{'」「'.join(field.options)}」")
    return "、".join(parts)


def codes_in(field: PlanField) -> dict[str, str]:
    """選べる値から、その意味と扱いへ。"""
    if field.choices:
        return {one: one for one in field.choices}
    meanings = {}
    for step in field.scale:
        _, counts = counted(field.scale, step.grade)
        meanings[step.grade] = f"{step.meaning}（{counts}）" if counts else step.meaning
    return meanings


def declared(source: Source, *, per_year: bool) -> tuple[DeclaredColumn, ...]:
    """増やした欄の列。"""
    return tuple(
        column
        for field in source.plan.field_table.values()
        if field.is_declared and field.per_year is per_year
        for column in _columns(source, field)
    )


def _columns(source: Source, field: PlanField) -> Iterator[DeclaredColumn]:
    name, label = column_name(field), literal(field.label)
    note = f"{literal(described(source.plan, field))}。"
    kind = field.kind
    if kind in (FieldKind.FIGURE, FieldKind.MONEY):
        bare = label if kind is FieldKind.MONEY else _UNIT.sub("", label)
        number = f"{note}桁区切りも単位も付けない。数でないときは空。"
        unit = unit_of(field) or ""
        yield DeclaredColumn(DataColumn(name, bare, DataType.NUMBER, number, unit=unit), field)
        text = DataColumn(
            f"{name}_printed", f"{_UNIT.sub('', label)}の記載された文字", DataType.TEXT,
            "数でないとき、記載された文字。数と空欄のときは空。", printed=True,
        )  # fmt: skip
        yield DeclaredColumn(text, field, "printed")
    elif kind in (FieldKind.GRADE, FieldKind.CHOICE):
        yield DeclaredColumn(DataColumn(name, label, DataType.CODE, note, codes=name), field)
        if kind is FieldKind.GRADE:
            meaning = DataColumn(
                f"{name}_meaning", f"{label}の意味", DataType.TEXT, f"{label}の段階の意味。"
            )
            yield DeclaredColumn(meaning, field, "meaning")
            if any(step.counts for step in field.scale):
                said = "、".join(COUNTS.values())
                counts = DataColumn(
                    f"{name}_counts", f"{label}の扱い", DataType.TEXT, f"{said}のどれか。"
                )
                yield DeclaredColumn(counts, field, "counts")
    else:
        whole = f"{note}段落をつなげた一行。段落に分けたものは、文章の表にある。"
        yield DeclaredColumn(DataColumn(name, label, DataType.TEXT, whole, printed=True), field)
    if field.key in source.provisional:
        early = DataColumn(
            f"{name}_provisional", f"{_UNIT.sub('', label)}の{PROVISIONAL_MARK}", DataType.TEXT,
            f"まだ確定していない値のとき「{PROVISIONAL_MARK}」。",
        )  # fmt: skip
        yield DeclaredColumn(early, field, "provisional")


def cell(source: Source, column: DeclaredColumn, value: Value, is_provisional: bool) -> Datum:
    """増やした欄の一つの列の値。"""
    field, part = column.field, column.part
    if part == "provisional":
        return PROVISIONAL_MARK if is_provisional and value is not None else None
    if value is None:
        return None
    if field.kind in (FieldKind.FIGURE, FieldKind.MONEY):
        number, _, _, _, printed, *_ = source.figure(value, None, field.number_format)
        return printed if part else number
    if part == "meaning":
        return source.plain({one.grade: one.meaning for one in field.scale}.get(str(value)))
    if part == "counts":
        return counted(field.scale, str(value))[1]
    return source.plain(str(value))


def values_table(source: Source) -> DataTable:
    """増やした欄の、年度ごとの値の表。一行が、一つの実施項目の一つの年度。"""
    columns = declared(source, per_year=True)

    def rows() -> Iterator[Row]:
        for placed in source.places():
            for each in placed.years:
                values = [
                    cell(source, one, one.field.of(each), one.field.name in each.provisional)
                    for one in columns
                ]
                yield (*source.item(placed.item), *year(each.fiscal_year), *values)

    note = (
        "一行が、一つの{terms.item}の一つの年度。この計画が決めた欄の値。"
        "その年度に計画にあった{terms.item}だけを載せ、値のないところは空とする。"
    )
    shown = (*ITEM, *YEAR, *(one.column for one in columns))
    key = ("item_id", "fiscal_year")
    name, title = "yearly_values", "年度別のそのほかの値"
    return DataTable(name, title, note, _apart(shown), tuple(rows()), key, (TO_ITEMS,))


def with_declared(source: Source, table: DataTable) -> DataTable:
    """年度によらない、増やした欄の列を加えた、実施項目の表。"""
    columns = declared(source, per_year=False)
    added = [
        tuple(cell(source, one, one.field.of(item), False) for one in columns)
        for item in source.items()
    ]
    return replace(
        table,
        columns=_apart((*table.columns, *(one.column for one in columns))),
        rows=tuple((*row, *more) for row, more in zip(table.rows, added, strict=True)),
    )


def _apart(columns: tuple[DataColumn, ...]) -> tuple[DataColumn, ...]:
    """同じ見出しの列が二つないようにする。CSV では、見出しだけが列を分ける。"""
    seen: set[str] = set()
    made = []
    for one in columns:
        title = f"{one.title}（{one.name}）" if one.title in seen else one.title
        seen.add(title)
        made.append(replace(one, title=title))
    return tuple(made)


def provisional_table(source: Source) -> DataTable:
    """暫定の値の表。一行が一つの値。"""
    columns = (
        *ITEM,
        *YEAR,
        DataColumn("field", "欄の名", DataType.CODE, "計画のデータでの欄の名。"),
        DataColumn("label", "欄", DataType.TEXT, "欄の見出し。"),
    )

    def rows() -> Iterator[Row]:
        for placed in source.places():
            for each in placed.years:
                for field in source.yearly:
                    if field.name in each.provisional and field.of(each) is not None:
                        start = (*source.item(placed.item), *year(each.fiscal_year))
                        yield (*start, field.key, source.plain(field.label))

    note = (
        f"一行が、まだ確定していない（{PROVISIONAL_MARK}の）一つの値。ここにない値は確定している。"
    )
    key = ("item_id", "fiscal_year", "field")
    return DataTable(
        "provisional_values", "暫定の値", note, columns, tuple(rows()), key, (TO_ITEMS,)
    )


_NEEDS = {"measure_number": MEASURE, "measure": MEASURE, "heading": "section"}
"""列の名から、それが要る欄へ。"""


def _is_there(plan: Plan, table: DataTable) -> bool:
    """この計画に、この表に載せるものがあるか。"""
    fields = plan.field_table.values()
    graded = plan.has("years.result.grade") or plan.has("overall_grade")
    return {
        "indicators": plan.has("indicator.current") or plan.has("indicator.target"),
        "yearly_figures": any(
            one.per_year and one.kind in (FieldKind.FIGURE, FieldKind.MONEY) for one in fields
        ),
        "reports": any(one.per_year and one.asked == RoundKind.RESULTS.value for one in fields),
        "grades": graded,
        "grade_scale": graded,
        "yearly_values": any(one.per_year and one.is_declared for one in fields),
    }.get(table.name, True)


def present(source: Source, tables: tuple[DataTable, ...]) -> tuple[DataTable, ...]:
    """計画にない欄だけの表と、ない欄の列を除く。暫定の値がなければ、その表も。"""
    plan = source.plan
    return tuple(
        _without(plan, table)
        for table in tables
        if _is_there(plan, table) and (source.has_provisional or table.name != "provisional_values")
    )


def _without(plan: Plan, table: DataTable) -> DataTable:
    gone = {
        place
        for place, column in enumerate(table.columns)
        if not plan.has(_NEEDS.get(column.name, "title"))
    }
    if not gone:
        return table
    return replace(
        table,
        columns=tuple(one for place, one in enumerate(table.columns) if place not in gone),
        rows=tuple(
            tuple(one for place, one in enumerate(row) if place not in gone) for row in table.rows
        ),
    )
