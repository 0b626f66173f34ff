"""二つの計画の新旧対照表を、値として作る。"""

from sheetgen.document.comparison.building import TITLE, build_comparison, visible
from sheetgen.document.comparison.checking import comparison_notes, earlier_notes
from sheetgen.document.comparison.tables import comparison_book

__all__ = [
    "TITLE",
    "build_comparison",
    "comparison_book",
    "comparison_notes",
    "earlier_notes",
    "visible",
]
