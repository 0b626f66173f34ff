"""文章の表。一行が一つの段落：セルの中に改行を入れないため。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from sheetgen.plan.fields import MEASURE as LEVEL
from sheetgen.plan.fields import PlanField
from sheetgen.plan.plan import Measure, Plan, Revision
from sheetgen.plan.round import FieldKind
from sheetgen.plan.text import Value
from sheetgen.publish.document.overview import notes_label
from sheetgen.publish.opendata.source import (
    ITEM,
    MEASURE_NUMBER,
    MUNICIPALITY,
    POLICY_NUMBER,
    TO_ITEMS,
    YEAR,
    Placed,
    Row,
    Source,
    coded,
    literal,
    order,
    year,
)
from sheetgen.xlsx.data_book import DataColumn, DataTable, DataType

_PARAGRAPH = (
    order("表の初めからの、段落の通し番号。"),
    DataColumn("paragraph", "段落", DataType.INTEGER, "同じ文章の中の、段落の順。", unit="番号"),
    DataColumn(
        "text",
        "文章",
        DataType.TEXT,
        "一つの段落。行頭の印（●◆■・など）は、計画に印刷されたもの。",
        printed=True,
    ),
)


_TABLE = "（概要表）"
_OVERVIEW = "overview."
_SHORT = frozenset({"section", "title", "owners", "related_sections"})
"""文章ではなく、ほかの表の列になる欄。"""
_CODES = {
    "initiatives": "initiative",
    "years.plan": "plan",
    "years.result.text": "result",
}


def text_fields(plan: Plan) -> dict[str, PlanField]:
    """文章の欄。符号から。計画が増やした欄も入る。"""
    return {
        _CODES.get(one.key) or one.name.replace(".", "_"): one
        for one in plan.field_table.values()
        if one.kind is FieldKind.TEXT
        and one.key not in _SHORT
        and not one.key.startswith("indicator.")
    }


def item_texts(plan: Plan) -> dict[str, str]:
    """実施項目の文章の種類の符号から、その名へ。"""
    return {code: _name(one) for code, one in text_fields(plan).items()}


def _name(field: PlanField) -> str:
    if not field.key.startswith(_OVERVIEW):
        return field.label
    return field.label.replace("･", "・").removesuffix(_TABLE) + _TABLE


class PlanTextKind(StrEnum):
    """計画の文章の種類。"""

    POLICY = "policy_description"
    MEASURE = "measure_note"
    HIGHLIGHT = "highlight"
    HIGHLIGHT_NOTE = "highlight_note"


PLAN_TEXTS = {
    PlanTextKind.POLICY: "{terms.policy}の文章",
    PlanTextKind.MEASURE: str(Measure.model_fields["notes"].title),
    PlanTextKind.HIGHLIGHT: Revision.model_fields["highlights"].title or "",
    PlanTextKind.HIGHLIGHT_NOTE: Revision.model_fields["highlight_notes"].title or "",
}


def plan_texts(plan: Plan) -> dict[PlanTextKind, str]:
    """計画の文章の種類の符号から、その名へ。"""
    return {**PLAN_TEXTS, PlanTextKind.MEASURE: literal(notes_label(plan))}


def item_texts_table(source: Source) -> DataTable:
    """実施項目の文章の表。"""
    columns = (
        *ITEM, *coded("kind", "文章の種類", "どの欄の文章か。"), *YEAR, *_PARAGRAPH,
    )  # fmt: skip

    names, fields = item_texts(source.plan), text_fields(source.plan)

    def rows() -> Iterator[Row]:
        total = 0
        for placed in source.places():
            for kind, fiscal_year, text in _item_texts(placed, fields):
                for number, line in enumerate(source.characters.paragraphs(text), start=1):
                    total += 1
                    start = (*source.item(placed.item), kind, names[kind])
                    yield (*start, *year(fiscal_year), total, number, line)

    note = (
        "一行が一つの段落。年度のない文章では、年度は空。"
        "年度のある文章は、その年度に計画にあった{terms.item}のものだけ。"
    )
    return DataTable(
        "item_texts", "{terms.item}の文章", note, columns, tuple(rows()), ("order",), (TO_ITEMS,)
    )


def _item_texts(
    placed: Placed, fields: Mapping[str, PlanField]
) -> Iterator[tuple[str, int | None, str | None]]:
    item = placed.item
    for kind, field in fields.items():
        if field.key == "initiatives":
            for key in sorted(item.initiatives):
                if placed.in_force(int(key)):
                    yield kind, int(key), item.initiatives[key]
        elif field.per_year:
            for each in placed.years:
                yield kind, each.fiscal_year, _text(field.of(each))
        else:
            yield kind, None, _text(field.of(item))


def _text(value: Value) -> str | None:
    return None if value is None else str(value)


def plan_texts_table(source: Source) -> DataTable:
    """計画の文章の表：基本方針、推進項目の注記、年次見直しの主なポイント。"""
    columns = (
        *MUNICIPALITY,
        *coded("kind", "文章の種類", "どの欄の文章か。"),
        POLICY_NUMBER,
        MEASURE_NUMBER,
        *YEAR,
        *_PARAGRAPH,
    )
    names = plan_texts(source.plan)

    def rows() -> Iterator[Row]:
        total = 0
        for kind, policy, measure, fiscal_year, texts in _plan_texts(source):
            lines = [line for text in texts for line in source.characters.paragraphs(text)]
            for number, line in enumerate(lines, start=1):
                total += 1
                start = (
                    *source.municipality,
                    kind.value,
                    source.told(names[kind]),
                    policy,
                    measure,
                )
                yield (*start, *year(fiscal_year), total, number, line)

    none = "{terms.measure}のない文章、" if source.plan.has(LEVEL) else ""
    note = f"一行が一つの段落。{none}年度のない文章では、その列は空。"
    return DataTable("plan_texts", "計画の文章", note, columns, tuple(rows()), ("order",))


def _plan_texts(
    source: Source,
) -> Iterator[tuple[PlanTextKind, int, int | None, int | None, list[str]]]:
    revision = source.plan.revision
    for policy in source.plan.policies:
        yield PlanTextKind.POLICY, policy.number, None, None, [policy.description]
    for policy, measure in source.plan.measures():
        yield PlanTextKind.MEASURE, policy.number, measure.number, None, list(measure.notes)
    for policy in source.plan.policies:
        points = [one.text for one in revision.highlights if one.policy == policy.number]
        notes = [one.text for one in revision.highlight_notes if one.policy == policy.number]
        yield PlanTextKind.HIGHLIGHT, policy.number, None, revision.fiscal_year, points
        yield PlanTextKind.HIGHLIGHT_NOTE, policy.number, None, revision.fiscal_year, notes
