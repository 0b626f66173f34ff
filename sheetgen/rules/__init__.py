"""答えを点検する段階。"""

from sheetgen.rules.books import check_book
from sheetgen.rules.case import Case
from sheetgen.rules.changes import locked, outside_round
from sheetgen.rules.table import RULES, Rule, check
from sheetgen.rules.together import check_together

__all__ = [
    "RULES",
    "Case",
    "Rule",
    "check",
    "check_book",
    "check_together",
    "locked",
    "outside_round",
]
