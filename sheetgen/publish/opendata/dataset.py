"""オープンデータの一式と、データについてのデータ（コード表、項目定義書、説明）を組み立てる。"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from sheetgen.era import wareki
from sheetgen.plan.plan import Plan
from sheetgen.problems import Place, Problem
from sheetgen.publish.opendata.items import (
    figures_table,
    grades_table,
    indicators_table,
    items_table,
    owners_table,
    references_table,
)
from sheetgen.publish.opendata.source import (
    GRADE_STATES,
    GRADED,
    OWNED,
    STATES,
    STATUSES,
    VALUE_KINDS,
    YEARLY,
    EndedItem,
    Row,
    Source,
)
from sheetgen.publish.opendata.texts import (
    ITEM_TEXTS,
    PLAN_TEXTS,
    item_texts_table,
    plan_texts_table,
)
from sheetgen.xlsx.data_book import DataColumn, DataSet, DataTable, DataType

FORMAT_VERSION = "1.0"
"""表と列の形の版。形を変えたら進め、FORMAT_HISTORY に書く。"""
FORMAT_HISTORY = "1.0: はじめての版。"
Code = TypeVar("Code", bound=StrEnum)


def _listed(meanings: Mapping[Code, str]) -> dict[str, str]:
    return {code.value: meaning for code, meaning in meanings.items()}


# 表の名と列の名から、コード表へ。同じ名の列が、表によって別の符号を持つ。
_CODES: dict[str, dict[str, dict[str, str]]] = {
    "items": {"status": _listed(STATUSES)},
    "owners": {"role": _listed(OWNED)},
    "indicators": {"kind": _listed(VALUE_KINDS), "value_state": _listed(STATES)},
    "yearly_figures": {"kind": _listed(YEARLY), "value_state": _listed(STATES)},
    "grades": {"kind": _listed(GRADED), "grade_state": _listed(GRADE_STATES)},
    "item_texts": {"kind": _listed(ITEM_TEXTS)},
    "plan_texts": {"kind": _listed(PLAN_TEXTS)},
}


def _text(name: str, title: str, note: str) -> DataColumn:
    return DataColumn(name, title, DataType.TEXT, note)


def codes_table(source: Source, tables: Iterable[DataTable]) -> DataTable:
    """コード表。すべての符号の意味。"""
    columns = (
        _text("table", "表", "符号を使う表の名（ファイルの名）。"),
        _text("column", "列", "符号を使う列の英数字の名。"),
        DataColumn("code", "コード", DataType.CODE, "符号。"),
        _text("meaning", "意味", "符号の意味。"),
    )
    rows: list[Row] = []
    for table in tables:
        for column in table.columns:
            if not column.codes:
                continue
            if column.codes == "evaluation":
                rows += [
                    (table.name, column.name, source.plain(grade), source.plain(meaning))
                    for grade, meaning in source.scale.items()
                ]
            else:
                listed = _CODES[table.name][column.codes]
                rows += [(table.name, column.name, *pair) for pair in listed.items()]
    return DataTable("code_list", "コード表", "一行が一つの符号。", columns, tuple(rows))


def replacements_table(source: Source) -> DataTable:
    """文字の置き換えの表。"""
    columns = (
        DataColumn("code_point", "計画の文字（Unicode）", DataType.CODE, "U+ に続く16進の番号。"),
        _text("name", "文字の名称", "Unicode の名称。"),
        _text("replaced_by", "公開する文字", "このデータで使う文字。"),
    )
    rows = tuple(
        (f"U+{ord(old):04X}", unicodedata.name(old, ""), new)
        for old, new in sorted(source.characters.replaced.items())
    )
    note = "計画に印刷された機種依存文字を、何に置き換えたか。"
    return DataTable("character_replacements", "文字の置き換え", note, columns, rows)


def dictionary_table(tables: Iterable[DataTable]) -> DataTable:
    """データ項目定義書。一行が一つの列。"""
    columns = (
        _text("table", "表", "表の名（CSV ファイルと JSON での名）。"),
        _text("table_title", "表の名称", "Excel のシートの名。"),
        DataColumn("position", "列の順", DataType.INTEGER, "左からの順。", unit="番号"),
        _text("title", "項目名", "CSV と Excel の見出し。"),
        _text("column", "項目名（英数字）", "JSON での名。プログラムから使う名。"),
        _text("type", "型", "文字列、コード、整数、数値、年度のどれか。"),
        _text("unit", "単位", "数の単位。英数字の名があれば、その列に単位がある。"),
        _text("codes", "コード表", "コードの型で、コード表に意味があるときは「あり」。"),
        _text("note", "説明", "項目の定義。"),
    )
    described = list(tables)
    itself = DataTable("data_dictionary", "データ項目定義書", "一行が一つの列。", columns, ())
    rows = tuple(
        (
            table.name, table.title, position, column.title, column.name, column.type.value,
            column.unit or None, "あり" if column.codes else None, column.note,
        )
        for table in [*described, itself]
        for position, column in enumerate(table.columns, start=1)
    )  # fmt: skip
    return DataTable(itself.name, itself.title, itself.note, columns, rows)


def metadata_table(source: Source, tables: Iterable[DataTable]) -> DataTable:
    """データセットの説明。一行が一つのこと。"""
    columns = (
        DataColumn("key", "項目（英数字）", DataType.CODE, "プログラムから使う名。"),
        _text("title", "項目", "何についての説明か。"),
        _text("value", "内容", "説明。"),
    )
    plan, revision = source.plan, source.plan.revision
    first, last = plan.first_year, plan.final_year
    rows = (
        ("title", "データセットの名称", f"{plan.plan_title} 実施項目と実績"),
        ("publisher", "公開する団体", plan.municipality),
        ("publisher_code", "公開する団体の全国地方公共団体コード", plan.municipality_code),
        ("office", "担当", plan.office),
        ("source", "もとにした計画", f"{plan.municipality}{plan.plan_title} アクションプラン"),
        ("revision", "年次見直しの年度",
         f"{revision.fiscal_year}年度（{wareki(revision.fiscal_year)}）"),
        ("published", "年次見直しの公表年月", revision.published),
        ("period", "計画の期間",
         f"{first}年度（{wareki(first)}）から{last}年度（{wareki(last)}）まで"),
        ("coverage", "収録の範囲",
         "いまの計画のすべての実施項目と、計画の期間に年次見直しで終了した実施項目。"
         "終了したものは、計画にあった最後の年次見直しの内容で、実施項目の表の状態が ended。"
         "公表した文書の合計には入らないので、いまの計画だけを集めるときは除く。"),
        ("updates", "更新の頻度", "年に一度（年次見直しごと）"),
        ("format_version", "表と列の形の版", FORMAT_VERSION),
        ("format_history", "形の変更の履歴", FORMAT_HISTORY),
        ("encoding", "CSV の文字コード", "UTF-8（BOM付き）、改行は CRLF、区切りはカンマ"),
        ("json_encoding", "JSON の文字コード", "UTF-8（BOMなし）"),
        ("missing", "欠損値の書き方",
         "値がないときは空とし、0 とは書かない。わけは「値の状態」の列にある。"
         "空欄は、計画に記載がないか、実績がまだ記入されていないことを示す。"),
        ("dash", "「-」の扱い",
         "計画に「-」と印刷された値は、値を空、値の状態を dash とし、"
         "記載された文字に「-」を残す。「-」の意味は計画に定めがない。"),
        ("formula", "式と読まれる文字の扱い",
         "CSV では、=、+、-、@（全角も）で始まる文字列の前に '（アポストロフィ）を付ける。"
         "数値と、「-」だけの文字列には付けない。Excel と JSON では付けない。"),
        ("characters", "機種依存文字の扱い",
         "JIS X 0208 にない文字は、意味の同じ文字に置き換え、文字の置き換えの表に記す。"
         "置き換える文字のない固有名詞などは、そのまま残す。"),
        ("calculation", "算出方法",
         "値はすべて計画に記載されたもので、このデータのための計算はしていない。"),
        ("tables", "表", "、".join(f"{table.name}（{table.title}）" for table in tables)),
    )  # fmt: skip
    return DataTable(
        "metadata", "データセットの説明", "一行が一つのこと。", columns,
        tuple((key, title, source.plain(value)) for key, title, value in rows),
    )  # fmt: skip


def build_dataset(plan: Plan, ended: Sequence[EndedItem] = ()) -> DataSet:
    """オープンデータの表をすべて作る。担当者のメールや電話は入れない。"""
    source = Source(plan, ended)
    facts = (
        items_table(source),
        indicators_table(source),
        figures_table(source),
        grades_table(source),
        owners_table(source),
        item_texts_table(source),
        references_table(source),
        plan_texts_table(source),
    )
    codes = codes_table(source, facts)
    metadata = metadata_table(source, (*facts, codes))
    # ほかの表をすべて作り終えてから：どの文字を置き換えたかが、ここで決まる。
    replaced = replacements_table(source)
    tables = (*facts, codes, replaced, metadata)
    return DataSet(
        title=f"{plan.municipality} {plan.plan_title}",
        publisher=plan.municipality,
        tables=(*tables, dictionary_table(tables)),
        unusual="".join(sorted(source.characters.unusual)),
    )


def dataset_notes(plan: Plan, dataset: DataSet, file: str) -> list[Problem]:
    """公開する前に知っておくこと。"""
    found = []
    if plan.municipality_code is None:
        label = Plan.model_fields["municipality_code"].title
        found.append(Problem("X001", Place(file=file, path="municipality_code", label=label)))
    if dataset.unusual:
        facts = {"characters": "、".join(dataset.unusual)}
        found.append(Problem("X002", Place(file=file), facts))
    return found
