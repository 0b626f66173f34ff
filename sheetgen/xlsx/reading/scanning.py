"""よくある書き方の XML を、文字のまま読むための、確かめた切り分け。

A tokenizer, not a guess: where a text has no ``<!`` and no ``<?`` after its
declaration (:func:`is_plain`), every ``<`` in it begins a tag, so that splitting at
the start of a tag cuts between tags and never inside a text or an attribute.  Each
piece must then match its whole grammar from end to end.  Whoever meets a piece that
does not, gives up and leaves the part to the real parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from sheetgen.problems import SheetgenError
from sheetgen.xlsx.reading.xmlparts import UTF16_STARTS, tree

MAX_MEMO = 50_000
MAX_PARTS = 32

TEXT = rb"[^<\x00-\x08\x0b\x0c\x0e-\x1f]*"
"""XML に書ける文字。書けない文字を断るのは、本当の読み手の仕事とする。"""
_MAIN = (b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
         b"http://purl.oclc.org/ooxml/spreadsheetml/main")  # fmt: skip
_REFERENCE = re.compile("&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
# これより多ければ、読み手を一つ作るほうが速い。
_MANY = 12

_T = TypeVar("_T")


class NotPlainError(ValueError):
    """確かめた書き方と違う。本当の読み手に任せる。"""


def is_plain(data: bytes) -> bool:
    """UTF-8 で、コメント、CDATA、処理命令、DOCTYPE が一つもないか。"""
    if data[:2] in UTF16_STARTS:
        return False
    # 一文字を数えるほうが、二文字を探すよりずっと速い。? は宣言に二つある。
    return (b"!" not in data or b"<!" not in data) and (
        data.count(b"?") <= 2 or data.find(b"<?", 5) < 0
    )


def check_root(data: bytes, name: bytes) -> None:
    """接頭辞のない要素はどれも表計算の要素で、接頭辞のあるものはそうでないことを確かめる。

    :raises NotPlainError: another root, or the namespace of spreadsheets is bound to
        anything but the default, or twice.
    """
    start = data.find(b"<", data.find(b"?>") + 1)
    opening = data[start : data.find(b">", start)]
    if (
        not opening.startswith(b"<" + name + b" ")
        or not any(b' xmlns="%s"' % uri in opening for uri in _MAIN)
        or sum([data.count(uri) for uri in _MAIN]) != 1
    ):
        raise NotPlainError


def resolve(raw: bytes) -> str:
    """文字参照を文字に戻す。:class:`NotPlainError`。"""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise NotPlainError from None
    if not text.isascii() and ("\ufffe" in text or "\uffff" in text):
        raise NotPlainError
    if "&" not in text:
        return text
    count = text.count("&")
    if count > _MANY:
        try:
            return tree(b"<t>" + raw + b"</t>", "").text
        except SheetgenError:
            raise NotPlainError from None
    found, done = _REFERENCE.subn(_character, text)
    if done != count:
        raise NotPlainError
    return found


def _character(match: re.Match[str]) -> str:
    named, decimal, hexadecimal = match.groups()
    if named:
        return _NAMED[named]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    allowed = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE
    if not (allowed or 0x10000 <= code <= 0x10FFFF):
        raise NotPlainError(match[0])
    return chr(code)


class PartMemo:
    """同じ圧縮されたバイト列から読んだものを覚える。同じ書き手の部品はよく一致する。"""

    def __init__(self) -> None:
        self._found: dict[bytes, object] = {}

    def get(self, packed: bytes, make: Callable[[], _T]) -> _T:
        """覚えていなければ ``make`` で作る。"""
        found = self._found.get(packed)
        if found is None:
            if len(self._found) >= MAX_PARTS:
                self._found.clear()
            found = self._found[packed] = make()
        return found  # type: ignore[return-value]

    def forget(self) -> None:
        """覚えたことを捨てる。"""
        self._found.clear()
