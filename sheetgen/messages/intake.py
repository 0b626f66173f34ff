"""届いたファイルについてのことば（R0##）。"""

from __future__ import annotations

from sheetgen.messages.message import Message

INTAKE: dict[str, Message] = {}
