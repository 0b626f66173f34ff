"""日本語で書かれた値を読む段階。セルの中身から、計画のデータに入る値へ。"""

from sheetgen.values.reading import Expected, ReadValue, read_value

__all__ = ["Expected", "ReadValue", "read_value"]
