"""公開する文字：機種依存文字を、意味の同じ文字に置き換える。

機種依存文字とは、ここでは Shift_JIS（JIS X 0201 と JIS X 0208）にない字のこと。
Windows だけが別の字に当てる六字（``～`` など）は、規格では同じ字なので、そのままにする。
名に使うまれな漢字のように、置き換える字のないものもそのままにし、知らせる。
"""

from __future__ import annotations

import unicodedata

_SAME_IN_STANDARD = frozenset("～－∥￠￡￢")
_DASHES = dict.fromkeys("‐‑‒–−", "-") | {"—": "―", "•": "・", "▪": "・", "\u00a0": " "}
_CIRCLE = "<circle>"


def is_dependent(character: str) -> bool:
    """機種依存文字か。"""
    if character in _SAME_IN_STANDARD:
        return False
    try:
        character.encode("shift_jis")
    except UnicodeEncodeError:
        return True
    return False


def equal_of(character: str) -> str | None:
    """置き換える先の文字。``①`` は ``(1)``、``㎡`` は ``m2``。なければ ``None``。"""
    plain = _DASHES.get(character) or unicodedata.normalize("NFKC", character)
    if plain == character or any(map(is_dependent, plain)):
        return None
    if unicodedata.decomposition(character).startswith(_CIRCLE):
        return f"({plain})"
    return plain


class Characters:
    """文字を置き換え、どれを何にしたかを覚える。"""

    def __init__(self) -> None:
        self.replaced: dict[str, str] = {}
        self.unusual: set[str] = set()

    def plain(self, text: str) -> str:
        """前後の空白を除き、機種依存文字を置き換えた一行。途中の空白はそのまま。"""
        return "".join(map(self._plain, text)).strip()

    def paragraphs(self, text: str | None) -> list[str]:
        """改行で分けた段落。空の行は除く。"""
        lines = (self.plain(line) for line in (text or "").splitlines())
        return [line for line in lines if line]

    def _plain(self, character: str) -> str:
        if character in "\t\n\r":
            return " "
        if not is_dependent(character):
            return character
        found = equal_of(character)
        if found is None:
            self.unusual.add(character)
            return character
        self.replaced[character] = found
        return found
