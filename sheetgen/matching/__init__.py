"""戻ってきたブックの様式を見分け、欄を見つける段階。値はまだ読まない。"""

from sheetgen.matching.book import match_book

__all__ = ["match_book"]
