"""画面から開けるファイル。開けるのは、ページに出したものだけで、道をページから受け取ることはない。"""

from __future__ import annotations

import hashlib
from pathlib import Path

_LENGTH = 20


class OfferedFiles:
    """ページに出したファイルとフォルダー。``root`` は作業フォルダー。"""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._paths: dict[str, Path] = {}

    def offer(self, path: Path) -> str:
        """開けるものに加え、その名札を返す。同じものの名札は、いつも同じ。"""
        whole = path if path.is_absolute() else self._root / path
        name = hashlib.sha256(str(whole).encode("utf-8", "surrogatepass")).hexdigest()[:_LENGTH]
        self._paths[name] = whole
        return name

    def find(self, name: str) -> Path | None:
        """名札のもの。ページに出していないか、もうなければ ``None``。"""
        path = self._paths.get(name)
        return path if path is not None and path.exists() else None

    def shown(self, path: Path) -> str:
        """人に見せる道。作業フォルダーの中なら、そこから。"""
        try:
            return path.resolve().relative_to(self._root.resolve()).as_posix()
        except ValueError:
            return str(path)
