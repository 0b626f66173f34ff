"""テンプレート ``templates/shinchoku_sheet.xlsx`` の最初の版を作る。

Not part of the program: from here on the office edits the workbook in Excel, and
running this again would overwrite what it did.  Kept because it says how the first
version was measured.  Widths are column units of the workbook's Normal style
(BIZ UDゴシック 12 pt: one unit is 8 px, 6 pt); heights are points.
"""

from __future__ import annotations

import sys
from pathlib import Path

from openpyxl import Workbook
from template_cover import draw_cover, draw_register
from template_form import draw_form
from template_return import draw_return
from template_styles import add_styles
from template_tidy import tidy

DEFAULT_TARGET = Path(__file__).resolve().parent.parent / "templates" / "shinchoku_sheet.xlsx"


def make_template(target: Path) -> None:
    """テンプレートを ``target`` に書く。"""
    book = Workbook()
    add_styles(book)
    cover = book.active
    assert cover is not None
    draw_cover(book, cover)
    draw_return(book, book.create_sheet("差戻し"))
    draw_form(book.create_sheet("進捗管理シート"))
    draw_register(book.create_sheet("_sheetgen"))
    book.properties.creator = ""
    book.properties.title = "進捗管理シートのテンプレート"
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    tidy(target)


if __name__ == "__main__":
    make_template(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_TARGET)
