"""様式でも、配ったシートでもないシート。"""

from __future__ import annotations

import re

from sheetgen.matching.content import is_blank
from sheetgen.model.returned import RawSheet

_MOST_CELLS = 2000
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_PHONE = re.compile(r"(?<!\d)0\d{1,4}[-(]\d{1,4}[-)]\d{3,4}(?!\d)")
_HEADS = (
    "氏名",
    "住所",
    "生年月日",
    "電話番号",
    "マイナンバー",
    "個人番号",
    "職員番号",
    "口座番号",
)


def has_content(sheet: RawSheet) -> bool:
    """何か見えるものがあるか。"""
    return any(not is_blank(cell) for cell in sheet.cells.values())


def personal_data(sheet: RawSheet) -> str:
    """個人情報と思われるものの種類。なければ空。"""
    found: dict[str, None] = {}
    for cell in list(sheet.cells.values())[:_MOST_CELLS]:
        if not isinstance(cell.value, str):
            continue
        text = cell.value.strip()
        for head in _HEADS:
            if head in text and len(text) <= len(head) + 6:
                found[head] = None
        if _MAIL.search(text):
            found["メールアドレス"] = None
        if _PHONE.search(text):
            found["電話番号"] = None
    return "、".join(found)
