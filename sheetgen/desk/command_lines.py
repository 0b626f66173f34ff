"""同じことをコマンドで行うときの一行。Windows でもほかでも打てる書き方にする。"""

from __future__ import annotations

from collections.abc import Iterable

_PLAIN = frozenset("-_.=/:,")


def command_line(words: Iterable[str]) -> str:
    """空白や記号のある語は「"」で囲む。"""
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    if word and all(one.isalnum() or one in _PLAIN for one in word):
        return word
    return '"' + word.replace('"', '\\"') + '"'
