"""計画のデータを、公式文書の文字と比べる。

Works on plain JSON values and the official text only: nothing of the package and
nothing of the script that made the data.  The whole of the official text is
accounted for, page by page, with white space removed:

* the chapters before the sheets, the ten overview tables and the 見方 legend are
  rebuilt in the order of the text and must be equal to it, character by character;
* the order inside a sheet's page is scrambled, so there the page must have exactly
  the characters of the form filled with the item, every passage must stand in it
  unbroken, and plans, targets and effects must follow each other year by year.
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
