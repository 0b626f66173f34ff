"""Windows でも使えるファイル名にする。"""

from __future__ import annotations

import unicodedata

_FORBIDDEN = '<>:"/\\|?*'
_FULL_WIDTH = {ord(c): chr(ord(c) + 0xFEE0) for c in _FORBIDDEN}
_RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"COM{n}" for n in range(1, 10)),
             *(f"LPT{n}" for n in range(1, 10))}  # fmt: skip

RETURN_LABEL = "差戻し"
"""差戻しのブックとフォルダーの名。"""

MAX_NAME = 80
"""ファイル名の長さの上限（拡張子などを除く文字数）。長い道でも開けるようにする。"""

MAX_BYTES = 220
"""UTF-8 での長さの上限。共有フォルダーには、一つの名を255バイトまでとするものがある。"""


def safe_name(text: str) -> str:
    """使えない文字を全角などに替えた名。空なら ``_``。"""
    wide = text.translate(_FULL_WIDTH)
    clean = "".join("_" if unicodedata.category(c)[0] == "C" else c for c in wide)
    clean = clean[:MAX_NAME].encode()[:MAX_BYTES].decode(errors="ignore").strip(" .")
    # 「..」だけの名や予約された名は、Windows でファイルにならない。
    if not clean or clean.upper().partition(".")[0] in _RESERVED:
        return f"_{clean}"
    return clean
