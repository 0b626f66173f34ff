"""二つの文の違いを、短いことばで言う。"""

from __future__ import annotations

_MOST_SHOWN = 5


def difference_in_words(old: str, new: str) -> str:
    """違う所を ``「前」→「後」`` の形で並べる。多ければ初めの五つと残りの数。"""
    from sheetgen.model.difference import difference  # ここで読み込む。違いのない回が多い

    changed = [piece for piece in difference(old, new) if piece.differs]
    words = [_words(piece.old, piece.new) for piece in changed[:_MOST_SHOWN]]
    rest = len(changed) - len(words)
    return "、".join(words) + (f"、ほか{rest}か所" if rest else "")


def _words(old: str, new: str) -> str:
    if not old:
        return f"「{_cut(new)}」を追加"
    if not new:
        return f"「{_cut(old)}」を削除"
    return f"「{_cut(old)}」→「{_cut(new)}」"


def _cut(text: str, length: int = 40) -> str:
    text = text.replace("\n", "⏎")
    return text if len(text) <= length else text[:length] + "…"
