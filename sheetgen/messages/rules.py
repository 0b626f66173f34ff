"""答えの点検についてのことば（R3##）。"""

from __future__ import annotations

from sheetgen.messages.message import Message

RULES: dict[str, Message] = {}
