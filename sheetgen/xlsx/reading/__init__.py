"""戻ってきたブックを読む。形式は名前ではなく中身で見分ける。"""

from __future__ import annotations

from sheetgen.xlsx.reading.opening import read_book

__all__ = ["read_book"]
