"""テンプレートのない、表だけのブックを始める。

XlsxWriter writes it: there is nothing to keep.  A text stays a text, and no date of making
is written, so that the same tables give the same bytes.
"""

from __future__ import annotations

from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsxwriter import Workbook

# 書式の求める最も古い日。
_NO_DATE = datetime(1980, 1, 1)


def new_book(target: IO[bytes], title: str, author: str, **options: Any) -> Workbook:
    """``target`` に書くブック。閉じるのは、呼んだ側。"""
    from xlsxwriter import Workbook  # late: most runs make no such book

    book = Workbook(
        target,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            **options,
        },
    )
    book.set_properties({"title": title, "author": author, "created": _NO_DATE})
    return book
