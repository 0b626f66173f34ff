"""二つの文の違いを、短いことばで言う。"""

from __future__ import annotations

from sheetgen.messages.listing import excerpt, in_short

_MOST_SHOWN = 5


def difference_in_words(old: str, new: str) -> str:
    """違う所を ``「前」→「後」`` の形で並べる。多ければ初めの五つと残りの数。"""
    from sheetgen.model.difference import difference  # ここで読み込む。違いのない回が多い

    changed = [piece for piece in difference(old, new) if piece.differs]
    return in_short([_words(piece.old, piece.new) for piece in changed], _MOST_SHOWN, "か所")


def _words(old: str, new: str) -> str:
    if not old:
        return f"「{excerpt(new)}」を追加"
    if not new:
        return f"「{excerpt(old)}」を削除"
    return f"「{excerpt(old)}」→「{excerpt(new)}」"
