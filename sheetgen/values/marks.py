"""数の代わりに書かれる印とことば。

公式の文書は、数のない所に ``-``（半角のハイフン）を書き、単位に一か所だけ ``ー``（長音）を書く。
二つは別のものとして持つ。日本語入力がハイフンの代わりに出す全角、マイナス、ダッシュ、罫線は、
幅が違うだけの同じ印なので ``-`` と読む。半角の ``ｰ`` は ``ー`` と読む。
"""

from __future__ import annotations

import re

from sheetgen.values.found import Notes
from sheetgen.values.plain_text import BLANKS

HYPHEN = "-"
LONG_MARK = "ー"
HYPHENS = "-－−‐‑‒–—―⁻﹣─━"
"""``-`` と同じ印として読む字。"""

MINUS = "▲△▼▽" + HYPHENS + LONG_MARK + "ｰ"

_FOLD: dict[int, int | str | None] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FOLD |= {ord(char): None for char in "\u200b\u2060\ufeff"}
_FOLD |= {ord(char): " " for char in BLANKS if char not in "\r\n\u200b\u2060\ufeff"}
_FOLD |= {ord("￥"): ord("¥"), ord("％"): ord("%"), ord("ｰ"): ord(LONG_MARK)}

_BRACKETS = r"^[(（\[【〔]|[)）\]】〕。]$"
_LISTED = """
なし 無し 無 ナシ 皆無 該当なし 該当無し 特になし 特に無し 対象外 対象なし 実績なし 効果なし
効果額なし 未定 未実施 未集計 未確定 未算定 未把握 把握不可 算定中 算定不可 算定困難 算出不可
集計中 確認中 調整中 精査中 不明 N/A n/a NA na none
"""
WORDS = frozenset(_LISTED.split())
"""数の欄に書かれる、数でないことば。"""


def fold(text: str, notes: Notes) -> str:
    """全角の数字・記号を半角にし、前後の空白を除く。"""
    plain = text.strip(BLANKS).translate(_FOLD).strip()
    if plain != text:
        notes.use("width" if any("！" <= c <= "￥" for c in text) else "spaces")
    return plain


def lone_mark(text: str, notes: Notes) -> str | None:
    """印だけのとき、その印。``text`` は書かれたまま（前後の空白は除く）。"""
    bare = text.strip(BLANKS)
    if len(bare) != 1:
        return None
    if bare in HYPHENS:
        found = HYPHEN
    elif bare in (LONG_MARK, "ｰ"):
        found = LONG_MARK
    else:
        return None
    if bare != found:
        notes.use("dash")
    elif bare != text:
        notes.use("spaces")
    return found


def is_word(text: str) -> bool:
    """``なし`` ``（未定）`` など、数でないことばだけが書かれているか。"""
    bare = text.strip(BLANKS)
    return re.sub(_BRACKETS, "", re.sub(_BRACKETS, "", bare)) in WORDS
