"""ブックのうち、どの書き出しでも変わらない部品と、部品の一覧。"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass

from sheetgen.xlsx.cells import plain_text
from sheetgen.xlsx.dependents import refuse_unknown
from sheetgen.xlsx.markup import Splice
from sheetgen.xlsx.package import Package, Relationship, relationships_name
from sheetgen.xlsx.text import attribute_text
from sheetgen.xlsx.workbook import extended_properties

_SHEET = "worksheet"
# .xltx で保存されたテンプレートからも、ふつうのブックを書く。
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_DROPPED = {"calcChain", "thumbnail"}
_REWRITTEN = {"styles", "core-properties"}
_KEPT = {
    "theme", "sharedStrings", "customXml", "customXmlProps", "person", "sheetMetadata",
    "extended-properties", "custom-properties", "image", "classificationlabels",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlannedSheet:
    """書き出す一枚。``parts`` は（テンプレートの部品, 書き先の部品）で、先頭がシート。"""

    template_sheet: str
    parts: tuple[tuple[str, str], ...]


class ConstantParts:
    """変わらない部品。``parts`` は部品名から中身への対応（関係の部品を含む）。"""

    def __init__(self, package: Package, main: str) -> None:
        self._package = package
        self.main = main
        self.parts: dict[str, bytes] = {}
        self.strings: list[str] = []
        self.workbook_relationships: list[Relationship] = []
        self.rewritten: dict[str, str] = {}
        root = [r for r in package.relationships("") if r.kind not in _DROPPED]
        for one in root:
            if one.target != main and not one.external:
                self._keep(one)
        self.root_relationships = root
        for one in package.relationships(main):
            if one.kind != _SHEET and one.kind not in _DROPPED:
                self.workbook_relationships.append(one)
                self._keep(one)

    def _keep(self, one: Relationship) -> None:
        if one.kind in _REWRITTEN:
            self.rewritten[one.kind] = one.target
            return
        if one.external or one.kind not in _KEPT:
            refuse_unknown(self._package, None, one.kind)
        self.add(one.target)
        if one.kind == "sharedStrings":
            self.parts[one.target] = self._shared_strings(one.target)
        elif one.kind == "extended-properties":
            self.parts[one.target] = extended_properties(*self._package.tree(one.target))

    def add(self, part: str) -> None:
        """部品と、そこから届く部品を、そのまま写すものに加える。"""
        if part in self.parts or part == self.main:
            return
        if part not in self._package.parts:
            raise self._package.refuse("T003", part=part)
        self.parts[part] = self._package.parts[part]
        name = relationships_name(part)
        if name in self._package.parts:
            self.parts[name] = self._package.parts[name]
        for one in self._package.relationships(part):
            if not one.external:
                self.add(one.target)

    def _shared_strings(self, part: str) -> bytes:
        """共有文字列から、もう使わない Jinja の式を消す。番号は変えない。"""
        data, root = self._package.tree(part)
        splice = Splice(data)
        splice.retag(root, count=None)  # 数はブックごとに違う。書かなくてよい
        for node in root.all("si"):
            text = plain_text(node)
            self.strings.append(text)
            if "{{" in text or "{%" in text:
                splice.fill(node, f"<{node.prefix}t/>".encode())
        return splice.result()

    def content_types(self, sheets: Iterable[PlannedSheet]) -> bytes:
        """``[Content_Types].xml`` を書く。"""
        package = self._package
        pairs = [(name, name) for name in (self.main, *self.rewritten.values(), *self.parts)]
        for sheet in sheets:
            pairs += sheet.parts
        defaults = dict(package.defaults)
        overrides = {**package.overrides, self.main: _WORKBOOK}
        used = {posixpath.splitext(name)[1].lstrip(".").lower() for _, name in pairs}
        words = [
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        ]
        words += [
            f'<Default Extension="{attribute_text(extension)}" ContentType="{kind}"/>'
            for extension, kind in defaults.items()
            if extension in used | {"rels", "xml"}
        ]
        words += [
            f'<Override PartName="/{attribute_text(name)}" ContentType="{overrides[source]}"/>'
            for source, name in pairs
            if source in overrides
        ]
        return "".join([*words, "</Types>"]).encode()
