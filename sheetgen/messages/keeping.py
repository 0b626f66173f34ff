"""記録と取り消しについてのことば（R5##）。"""

from __future__ import annotations

from sheetgen.messages.message import Message

KEEPING: dict[str, Message] = {}
