"""様式の見分けと欄の見つけ方についてのことば（R1##）。"""

from __future__ import annotations

from sheetgen.messages.message import Message

MATCHING: dict[str, Message] = {}
