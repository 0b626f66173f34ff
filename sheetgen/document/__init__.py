"""計画を、年次見直しの文書の値にする。計算だけで、紙も画面も知らない。"""

from sheetgen.document.building import build_document
from sheetgen.document.years import as_of, settle_year, stale_rows, year_notes

__all__ = ["as_of", "build_document", "settle_year", "stale_rows", "year_notes"]
