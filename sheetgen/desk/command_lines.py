"""同じことをコマンドで行うときの一行。Windows でもほかでも打てる書き方にする。"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

_PLAIN = frozenset("-_.=/:,")
_COMMANDING = frozenset('"$`\\')
"""「"」の中でも、そのままの字と見られないもの。"""


def command_line(words: Iterable[str]) -> str:
    """空白や記号のある語は「"」で囲む。"""
    return " ".join(map(_quoted, words))


def option(name: str, value: object) -> tuple[str, ...]:
    """値のある指定。値がなければ、何も書かない。"""
    if value is None or value == "":
        return ()
    return (name, value.isoformat() if isinstance(value, date) else str(value))


def options(name: str, values: Iterable[str]) -> tuple[str, ...]:
    """何度でも書ける指定。"""
    return tuple(word for value in values for word in (name, value))


def flag(name: str, is_given: bool) -> tuple[str, ...]:
    """値のない指定。"""
    return (name,) if is_given else ()


def _quoted(word: str) -> str:
    """写して打つと、書いてあるとおりの一つの語になる形。

    届いたファイルの名には、打つと命令になる字（``$(…)`` など）を書ける。PowerShell とほかの
    シェルは、「'」の中を命令と見ない。そこに「'」は書けないので、似た字に替える（名が合わずに
    止まるだけで済む）。
    """
    plain = "".join(one if one.isprintable() else " " for one in word)
    if plain and all(one.isalnum() or one in _PLAIN for one in plain):
        return plain
    if _COMMANDING & set(plain):
        return "'" + plain.replace("'", "’") + "'"
    return f'"{plain}"'
