"""値の読み方についてのことば（R2##）。"""

from __future__ import annotations

from sheetgen.messages.message import Message

VALUES: dict[str, Message] = {}
