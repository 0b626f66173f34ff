"""検査のために .xlsx を部品に開く。

``sheetgen`` のコードは使わない。書き手の間違いを、判定役が繰り返してはならない。
"""

from __future__ import annotations

import posixpath
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from lxml import etree

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
XM = "http://schemas.microsoft.com/office/excel/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_REL = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
TYPES_PART = "[Content_Types].xml"

Element = etree._Element


def q(local: str, uri: str = MAIN) -> str:
    """``{uri}local`` の形の名。"""
    return f"{{{uri}}}{local}"


def local(element: Element) -> str:
    """名前空間を除いた名。"""
    return etree.QName(element).localname


@dataclass(frozen=True, slots=True)
class Relationship:
    """一つの関係。``target`` は内なら部品名、外なら書かれたまま。"""

    source: str
    id: str
    kind: str
    target: str
    external: bool


@dataclass(slots=True)
class Sheet:
    """ブックの一枚のシート。"""

    index: int
    name: str
    part: str
    state: str
    root: Element


@dataclass(slots=True)
class Package:
    """開いた包み。``order`` は zip の並び、``parts`` は部品名から中身。"""

    order: list[str]
    parts: dict[str, bytes]
    broken: dict[str, str] = field(default_factory=dict)
    _trees: dict[str, Element] = field(default_factory=dict)

    @classmethod
    def open(cls, path: Path) -> Package:
        """ファイルを開く。zip でなければ ``zipfile.BadZipFile``。"""
        with zipfile.ZipFile(path) as archive:
            order = [info.orig_filename for info in archive.infolist()]
            parts = {info.filename: archive.read(info) for info in archive.infolist()}
        return cls(order, {name: data for name, data in parts.items() if not name.endswith("/")})

    def find(self, name: str) -> str | None:
        """この名の部品の、zip の中での名（大小と %XX の違いは同じと見る）。"""
        if name in self.parts:
            return name
        wanted = unquote(name).lower()
        return next((part for part in self.parts if unquote(part).lower() == wanted), None)

    def is_xml(self, part: str) -> bool:
        """XML の部品か。"""
        return part.endswith((".xml", ".rels", ".vml")) or self.content_type(part).endswith("xml")

    def tree(self, part: str) -> Element | None:
        """部品の XML の根。読めなければ None で、理由は ``broken`` に残る。"""
        if part not in self._trees and part not in self.broken:
            parser = etree.XMLParser(resolve_entities=False, huge_tree=True)
            try:
                self._trees[part] = etree.fromstring(self.parts[part], parser)
            except (etree.XMLSyntaxError, KeyError) as error:
                self.broken[part] = str(error)
        return self._trees.get(part)

    def content_type(self, part: str) -> str:
        """部品の種類。定めがなければ空。"""
        root = self.tree(TYPES_PART)
        if root is None:
            return ""
        name = "/" + unquote(part).lower()
        for override in root.iter(q("Override", CONTENT_TYPES)):
            if unquote(override.get("PartName", "")).lower() == name:
                return override.get("ContentType", "")
        extension = part.rpartition(".")[2].lower()
        for default in root.iter(q("Default", CONTENT_TYPES)):
            if default.get("Extension", "").lower() == extension:
                return default.get("ContentType", "")
        return ""

    def relationships(self, source: str) -> list[Relationship]:
        """部品（空文字なら包み全体）の関係。"""
        folder, name = posixpath.split(source)
        part = self.find(posixpath.join(folder, "_rels", f"{name}.rels"))
        root = self.tree(part) if part else None
        if root is None:
            return []
        found = []
        for node in root.iter(q("Relationship", PACKAGE_REL)):
            target = node.get("Target", "")
            # 図形に付けたリンク「#シート!A1」は、部品を指さない。
            external = node.get("TargetMode") == "External" or target.startswith("#")
            if not external:
                inside = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                target = self.find(inside) or inside
            kind = node.get("Type", "").rpartition("/")[2]
            found.append(Relationship(source, node.get("Id", ""), kind, target, external))
        return found

    def sources(self) -> list[str]:
        """関係を持ちうるもの（包み全体と、関係の部品でない部品すべて）。"""
        return ["", *(name for name in self.parts if not name.endswith(".rels"))]

    def related(self, source: str, kind: str) -> list[str]:
        """この種類の関係の先の部品名。"""
        return [
            link.target
            for link in self.relationships(source)
            if link.kind == kind and not link.external
        ]

    @property
    def workbook(self) -> str:
        """ブックの部品名。"""
        return next(iter(self.related("", "officeDocument")), "")

    def single(self, kind: str) -> Element | None:
        """ブックから一つだけつながる部品（styles など）の根。"""
        part = next(iter(self.related(self.workbook, kind)), None)
        return self.tree(part) if part in self.parts else None

    def sheets(self) -> list[Sheet]:
        """シートを、ブックの並びで返す。"""
        root = self.tree(self.workbook) if self.workbook in self.parts else None
        if root is None:
            return []
        targets = {link.id: link.target for link in self.relationships(self.workbook)}
        found = []
        for index, node in enumerate(root.iterfind(f"{q('sheets')}/{q('sheet')}")):
            part = targets.get(node.get(q("id", REL), ""), "")
            tree = self.tree(part) if part in self.parts else None
            if tree is not None:
                found.append(
                    Sheet(index, node.get("name", ""), part, node.get("state", "visible"), tree)
                )
        return found


def write_parts(path: Path, parts: dict[str, bytes | str]) -> Path:
    """部品から .xlsx を作る（[Content_Types].xml をはじめに置く）。"""
    order = sorted(parts, key=lambda name: name != TYPES_PART)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in order:
            archive.writestr(name, parts[name])
    return path
