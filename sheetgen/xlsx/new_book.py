"""テンプレートのない、表だけのブックを始める。

XlsxWriter writes it: there is nothing to keep.  A text stays a text, and no date of making
is written, so that the same tables give the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsxwriter import Workbook

# 書式の求める最も古い日。
_NO_DATE = datetime(1980, 1, 1)


@contextmanager
def new_book(target: IO[bytes], title: str, author: str, **options: Any) -> Iterator[Workbook]:
    """``target`` に書くブック。この中で作り、出るときに書き終える。"""
    from xlsxwriter import Workbook  # late: most runs make no such book

    # 途中で止められると、XlsxWriter の ZIP は捨てられるときに自分を閉じようとする。
    # そのとき ``target`` はもう閉じている。
    whole = io.BytesIO()
    book = Workbook(
        whole,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            **options,
        },
    )
    book.set_properties({"title": title, "author": author, "created": _NO_DATE})
    yield book
    book.close()
    target.write(whole.getbuffer())
