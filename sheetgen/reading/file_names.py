"""届いたファイルの、人に見せる名。

外から来た名は、見せるだけで、パスとして使わない。
"""

from __future__ import annotations

import unicodedata
from pathlib import PurePath

_NOISE = frozenset({".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini"})
_MAC_FOLDER = "__macosx"
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})


# 並びを逆さに見せる文字。「xslx.exe」を「exe.xlsx」に見せるのに使われる。
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNKNOWN = "\ufffd"
_LONGEST = 200
_INSIDE = " の中の "


def shown(text: str) -> str:
    """一つの名を、画面に出して害のない、NFC の文字にする。"""
    clean = "".join(
        _UNKNOWN if unicodedata.category(c) in _UNSEEN or c in _TURNING else c
        for c in unicodedata.normalize("NFC", text)
    )
    return clean if len(clean) <= _LONGEST else clean[: _LONGEST - 1] + "…"


def joined(*parts: str) -> str:
    """フォルダーとファイルの名をつなぐ。"""
    return "/".join(part for part in parts if part)


def inside(container: str, name: str) -> str:
    """ZIP の中のファイルの名。"""
    return f"{container}{_INSIDE}{name}"


def bare(name: str) -> str:
    """人に見せる名から、置き場所（フォルダー、ZIP）を除いた、ファイルだけの名。"""
    return name.rpartition(_INSIDE)[2].rpartition("/")[2]


def member_parts(raw: str) -> tuple[str, ...]:
    """ZIP に書かれた名を、フォルダーとファイルの名に分ける。

    ``../``、先頭の ``/``、ドライブは除く。ここでは、どこも指さない。
    """
    parts = [part.strip() for part in raw.replace("\\", "/").split("/")]
    if parts and len(parts[0]) == 2 and parts[0][1] == ":":
        del parts[0]
    return tuple(shown(part) for part in parts if part not in ("", ".", ".."))


def member_name(raw: str) -> str:
    """書かれた名のうち、フォルダーを除いた、ファイルの名。名になっていなければ空。"""
    parts = member_parts(raw)
    return parts[-1] if parts else ""


def is_noise(parts: tuple[str, ...]) -> bool:
    """OS が置くだけで、中身のないファイルか。"""
    name = parts[-1].lower() if parts else ""
    return (
        not name
        or name in _NOISE
        or name.startswith("._")
        or any(part.lower() == _MAC_FOLDER for part in parts)
    )


def locked_name(name: str) -> str | None:
    """ブックを開いている印のファイルなら、そのブックの名。"""
    if name.startswith("~$"):
        return name[2:]
    if name.startswith(".~lock.") and name.endswith("#"):
        return name[len(".~lock.") : -1]
    return None


def extension(name: str) -> str:
    """名に付いた拡張子（小文字、点なし）。"""
    return PurePath(name).suffix.lower().lstrip(".")


class UniqueNames:
    """同じ名が二つにならないように、二つ目からは番号を付ける。"""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def take(self, name: str) -> str:
        """まだ使っていない名を返す。"""
        number, candidate = 1, name
        while candidate in self._used:
            number += 1
            candidate = f"{name}（{number}）"
        self._used.add(candidate)
        return candidate
