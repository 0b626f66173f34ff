"""部品と部品の関係。部品は、名ではなく関係をたどって見つける。

出典: OPC（ECMA-376 Part 2）8。:mod:`sheetgen.xlsx.package` は丁寧に作られたテンプレートを読むが、
ここではどのプログラムが書いたものも受け付ける。変わった名、絶対・相対の行き先、逆斜線、
% で書いた字。
"""

from __future__ import annotations

import posixpath
from typing import NamedTuple

from sheetgen.reading.archive import Archive
from sheetgen.reading.xml_parts import Element, tree


class Relation(NamedTuple):
    """一つの関係。``kind`` は種類の最後の語、``target`` は内部なら部品の名。"""

    id: str
    kind: str
    target: str
    external: bool


class Relations:
    """パッケージの中の関係を、部品ごとに読む。"""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def of(self, part: str) -> list[Relation]:
        """部品から出る関係。``""`` はパッケージ自体。:class:`SheetgenError` (R027, R028)。"""
        folder, name = posixpath.split(part)
        source = posixpath.join(folder, "_rels", f"{name}.rels")
        if source not in self._archive:
            return []
        root = self.tree(source)
        return [self._relation(node, folder) for node in root.all("Relationship")]

    def tree(self, part: str) -> Element:
        """部品を XML として読む。:class:`SheetgenError` (R026, R027, R028)。"""
        return tree(self._archive.read(part), part)

    def _relation(self, node: Element, folder: str) -> Relation:
        attrs = node.attrs
        target = attrs.get("Target", "")
        external = attrs.get("TargetMode") == "External" or target.startswith("#")
        if not external:
            target = self._resolve(folder, target)
        kind = attrs.get("Type", "").rsplit("/", 1)[-1]
        return Relation(attrs.get("Id", ""), kind, target, external)

    def _resolve(self, folder: str, target: str) -> str:
        written = target.replace("\\", "/")
        path = written if written.startswith("/") else posixpath.join(folder, written)
        path = posixpath.normpath(path).lstrip("/")
        if path in self._archive:
            return path
        if "%" in path:
            from urllib.parse import unquote  # ここで読み込む。こう書くプログラムはまれ

            if unquote(path) in self._archive:
                return unquote(path)
        # 先頭の / を付けずに、根からの名を書く書き手がある。
        rooted = posixpath.normpath(written).lstrip("/")
        return rooted if rooted in self._archive else path
