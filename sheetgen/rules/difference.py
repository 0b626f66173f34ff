"""二つの文の、ことばごとの違い。"""

from __future__ import annotations

import re

# Runs of one script are the nearest thing to words that needs no dictionary.
_TOKEN = (
    r"(?s)[一-龥々〆ヵヶ㐀-䶿]+|[ぁ-ゖー]+|[ァ-ヺー]+|[A-Za-zＡ-Ｚａ-ｚ]+|[0-9０-９.,．，]+|\s+|."
)
_MOST_TOKENS = 1500
_MOST_SHOWN = 5


def difference(old: str, new: str) -> str:
    """違う所を ``「前」→「後」`` の形で並べる。多ければ初めの五つと残りの数。"""
    if not old:
        return f"「{_cut(new)}」を追加"
    if not new:
        return f"「{_cut(old)}」を削除"
    pairs = list(_changed(re.findall(_TOKEN, old), re.findall(_TOKEN, new)))
    words = [_words(before, after) for before, after in pairs[:_MOST_SHOWN]]
    rest = len(pairs) - len(words)
    return "、".join(words) + (f"、ほか{rest}か所" if rest else "")


def _changed(old: list[str], new: list[str]) -> list[tuple[str, str]]:
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    if len(old) + len(new) > _MOST_TOKENS:
        return [("".join(old), "".join(new))]
    from difflib import SequenceMatcher  # only here, and not for every run

    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [
        ("".join(old[a:b]), "".join(new[c:d]))
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal"
    ]


def _words(old: str, new: str) -> str:
    if not old:
        return f"「{_cut(new)}」を追加"
    if not new:
        return f"「{_cut(old)}」を削除"
    return f"「{_cut(old)}」→「{_cut(new)}」"


def _cut(text: str, length: int = 40) -> str:
    text = text.replace("\n", "⏎")
    return text if len(text) <= length else text[:length] + "…"
