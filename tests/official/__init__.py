"""計画のデータを、公式文書の文字と比べる。

使うのは、JSON の値と公式の文だけ。プログラムも、データを作ったスクリプトも使わない。
公式の文のすべてを、空白を除いて、ページごとに確かめる。

* シートの前の各章、十の概要表、「見方」は、文の順に組み直し、一字ずつ等しくなければならない。
* シートのページの中は順が乱れているので、項目を入れた様式とちょうど同じ字があり、
  どの文も途切れずにあり、計画・目標・効果が年ごとに続いていなければならない。
"""

from __future__ import annotations

from official.chapters import chapter_differences
from official.sheets import sheet_differences
from official.tables import table_differences
from official.text import Json, Official, items_of, measures_of

__all__ = [
    "Json",
    "Official",
    "chapter_differences",
    "differences",
    "items_of",
    "measures_of",
    "sheet_differences",
    "table_differences",
]


def differences(plan: Json, official: Official) -> list[str]:
    """計画のデータが、公式文書と違う所のすべて。"""
    found = chapter_differences(plan, official)
    for policy, measure in measures_of(plan):
        found += table_differences(policy, measure, official.tables.get(measure["number"], []))
    items = list(items_of(plan))
    if len(items) != len(official.sheets):
        return [*found, f"{len(items)} items, {len(official.sheets)} sheets"]
    for (policy, measure, item), page in zip(items, official.sheets, strict=True):
        found += sheet_differences(plan, policy, measure, item, page)
    return found
