"""計画のデータとの突き合わせについてのことば（R4##）。"""

from __future__ import annotations

from sheetgen.messages.message import Message

MERGING: dict[str, Message] = {}
