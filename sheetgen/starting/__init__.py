"""新しい計画を始め、一覧から実施項目を作る段階。計算だけで、ファイルは書かない。"""

from sheetgen.starting.drafting import Draft, draft_items, with_drafts
from sheetgen.starting.founding import (
    LIST_FILE,
    founding_notes,
    founding_tree,
    list_guide,
    parse_policy,
    parse_section,
    parse_sections,
)
from sheetgen.starting.numbering import Numbering
from sheetgen.starting.readme import README_FILE, readme
from sheetgen.starting.rows import rows_of

__all__ = [
    "LIST_FILE",
    "README_FILE",
    "Draft",
    "Numbering",
    "draft_items",
    "founding_notes",
    "founding_tree",
    "list_guide",
    "parse_policy",
    "parse_section",
    "parse_sections",
    "readme",
    "rows_of",
    "with_drafts",
]
