"""click のことばの訳（messages.po）から、実行時に読む messages.mo を作る。

.po を直したら動かす。二つが合うことは、試験が見る。
"""

from __future__ import annotations

import ast
import struct
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "sheetgen/cli/locale/ja/LC_MESSAGES"
MAGIC = 0x950412DE
KEYWORDS = ("msgid", "msgid_plural", "msgstr", "msgstr[0]")


def read_entries(text: str) -> dict[str, str]:
    """訳の一覧を読む。複数形は、単数と複数を NUL でつないだものを鍵とする。"""
    entries: dict[str, str] = {}
    for block in text.split("\n\n"):
        fields: dict[str, str] = {}
        current = ""
        for line in block.splitlines():
            if not line or line.startswith("#"):
                continue
            if not line.startswith('"'):
                current, _, line = line.partition(" ")
                if current not in KEYWORDS or current in fields:
                    raise ValueError(f"unexpected line: {current} {line}")
                fields[current] = ""
            fields[current] += ast.literal_eval(line)
        if not fields:
            continue
        key = fields["msgid"]
        if any(key == known.partition("\0")[0] for known in entries):
            raise ValueError(f"twice: {key!r}")  # gettext は単数形だけで引く
        if "msgid_plural" in fields:
            key += "\0" + fields["msgid_plural"]
        entries[key] = fields.get("msgstr[0]", fields.get("msgstr", ""))
    return entries


def compile_entries(entries: dict[str, str]) -> bytes:
    """訳の一覧を、gettext の .mo の形にする。"""
    pairs = sorted((key.encode(), value.encode()) for key, value in entries.items())
    keys_at, values_at = 28, 28 + 8 * len(pairs)
    offset = 28 + 16 * len(pairs)
    tables: list[bytes] = []
    strings = b""
    for column in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<II", len(pair[column]), offset + len(strings)))
            strings += pair[column] + b"\0"
    head = struct.pack("<7I", MAGIC, 0, len(pairs), keys_at, values_at, 0, offset)
    return head + b"".join(tables) + strings


def main() -> None:
    """messages.mo を書く。"""
    source = (FOLDER / "messages.po").read_text(encoding="utf-8")
    (FOLDER / "messages.mo").write_bytes(compile_entries(read_entries(source)))


if __name__ == "__main__":
    main()
