"""原本・配布記録・記録簿をしまう段階。"""

from sheetgen.keeping.journal import Journal, journal_path, parse_journal, render_entries
from sheetgen.keeping.memory import past_of, undone_runs
from sheetgen.keeping.originals import (
    OriginalKeeper,
    find_original,
    original_path,
    originals_folder,
)
from sheetgen.keeping.transaction import Completion, DiskState, Pending, look, recover, writing

__all__ = [
    "Completion",
    "DiskState",
    "Journal",
    "OriginalKeeper",
    "Pending",
    "find_original",
    "journal_path",
    "look",
    "original_path",
    "originals_folder",
    "parse_journal",
    "past_of",
    "recover",
    "render_entries",
    "undone_runs",
    "writing",
]
