"""計画から、オープンデータの一式を組み立てる。"""

from __future__ import annotations

from collections.abc import Sequence

from sheetgen.model.opendata import DataSet, EndedItem
from sheetgen.model.plan import Plan
from sheetgen.opendata.describing import (
    codes_table,
    dictionary_table,
    metadata_table,
    replacements_table,
)
from sheetgen.opendata.items import (
    figures_table,
    grades_table,
    indicators_table,
    items_table,
    owners_table,
    references_table,
)
from sheetgen.opendata.source import Source
from sheetgen.opendata.texts import item_texts_table, plan_texts_table
from sheetgen.problems import Place, Problem


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
