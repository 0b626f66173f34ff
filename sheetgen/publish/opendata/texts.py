"""文章の表。一行が一つの段落：セルの中に改行を入れないため。"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from sheetgen.messages.vocabulary import Vocabulary
from sheetgen.plan.plan import Measure, Revision
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


class ItemTextKind(StrEnum):
    """実施項目の文章の種類。"""

    IMPROVEMENT = "improvement"
    CURRENT_STATE = "current_state"
    INITIATIVE = "initiative"
    VISION = "vision"
    PLAN = "plan"
    RESULT = "result"
    OVERVIEW_TITLE = "overview_title"
    OVERVIEW_IMPROVEMENT = "overview_improvement"
    OVERVIEW_POLICY = "overview_policy"
    OVERVIEW_INDICATOR = "overview_indicator"
    OVERVIEW_TARGET = "overview_target"
    OVERVIEW_OWNERS = "overview_owners"


_TABLE = "（概要表）"


def item_texts(words: Vocabulary) -> dict[ItemTextKind, str]:
    """実施項目の文章の種類から、その名へ。"""
    return {kind: _name(words, kind) for kind in ItemTextKind}


def _name(words: Vocabulary, kind: ItemTextKind) -> str:
    label = words[_FIELDS.get(kind) or f"overview.{kind.removeprefix('overview_')}"]
    if kind in _FIELDS:
        return label
    return label.replace("･", "・").removesuffix(_TABLE) + _TABLE


_FIELDS = {
    ItemTextKind.IMPROVEMENT: "improvement",
    ItemTextKind.CURRENT_STATE: "current_state",
    ItemTextKind.INITIATIVE: "initiatives",
    ItemTextKind.VISION: "vision",
    ItemTextKind.PLAN: "years.plan",
    ItemTextKind.RESULT: "years.result.text",
}


class PlanTextKind(StrEnum):
    """計画の文章の種類。"""

    POLICY = "policy_description"
    MEASURE = "measure_note"
    HIGHLIGHT = "highlight"
    HIGHLIGHT_NOTE = "highlight_note"


PLAN_TEXTS = {
    PlanTextKind.POLICY: "{terms.policy}の文章",
    PlanTextKind.MEASURE: Measure.model_fields["notes"].title or "",
    PlanTextKind.HIGHLIGHT: Revision.model_fields["highlights"].title or "",
    PlanTextKind.HIGHLIGHT_NOTE: Revision.model_fields["highlight_notes"].title or "",
}


def item_texts_table(source: Source) -> DataTable:
    """実施項目の文章の表。"""
    columns = (
        *ITEM, *coded("kind", "文章の種類", "どの欄の文章か。"), *YEAR, *_PARAGRAPH,
    )  # fmt: skip

    names = item_texts(source.plan.words)

    def rows() -> Iterator[Row]:
        total = 0
        for placed in source.places():
            for kind, fiscal_year, text in _item_texts(placed):
                for number, line in enumerate(source.characters.paragraphs(text), start=1):
                    total += 1
                    start = (*source.item(placed.item), kind.value, names[kind])
                    yield (*start, *year(fiscal_year), total, number, line)

    note = (
        "一行が一つの段落。年度のない文章では、年度は空。"
        "年度のある文章は、その年度に計画にあった{terms.item}のものだけ。"
    )
    return DataTable(
        "item_texts", "{terms.item}の文章", note, columns, tuple(rows()), ("order",), (TO_ITEMS,)
    )


def _item_texts(placed: Placed) -> Iterator[tuple[ItemTextKind, int | None, str | None]]:
    item = placed.item
    yield ItemTextKind.IMPROVEMENT, None, item.improvement
    yield ItemTextKind.CURRENT_STATE, None, item.current_state
    for key in sorted(item.initiatives):
        if placed.in_force(int(key)):
            yield ItemTextKind.INITIATIVE, int(key), item.initiatives[key]
    yield ItemTextKind.VISION, None, item.vision
    for each in placed.years:
        yield ItemTextKind.PLAN, each.fiscal_year, each.plan
    for each in placed.years:
        yield ItemTextKind.RESULT, each.fiscal_year, each.result.text
    for kind in ItemTextKind:
        if kind.value.startswith("overview_"):
            text = getattr(item.overview, kind.value.removeprefix("overview_"))
            yield kind, None, text


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

    def rows() -> Iterator[Row]:
        total = 0
        for kind, policy, measure, fiscal_year, texts in _plan_texts(source):
            lines = [line for text in texts for line in source.characters.paragraphs(text)]
            for number, line in enumerate(lines, start=1):
                total += 1
                start = (
                    *source.municipality,
                    kind.value,
                    source.told(PLAN_TEXTS[kind]),
                    policy,
                    measure,
                )
                yield (*start, *year(fiscal_year), total, number, line)

    note = "一行が一つの段落。{terms.measure}のない文章、年度のない文章では、その列は空。"
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
