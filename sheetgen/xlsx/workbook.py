"""ブック本体と、どの書き出しでも変わらない部品。"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import NamedTuple

from sheetgen.messages.form import MANUAL_CALCULATION, PRECISION_AS_DISPLAYED
from sheetgen.problems import Place, Problem
from sheetgen.xlsx.dependents import refuse_unknown
from sheetgen.xlsx.filled import FilledBook, SheetBinding, SheetEntry
from sheetgen.xlsx.markup import (
    Node,
    Splice,
    attribute_text,
    cell_text,
    parse,
    workbook_position,
)
from sheetgen.xlsx.names import DefinedNames, WrittenSheet
from sheetgen.xlsx.package import OFFICE, Package, Relationship, relationships_name
from sheetgen.xlsx.strings import EMPTY, STRINGS_TYPE, SharedStrings


class WorkbookProgram:
    """切り分けたブック本体。"""

    def __init__(
        self, package: Package, part: str, bindings: Mapping[str, SheetBinding], form_sheet: str
    ) -> None:
        self.data, self.root = package.tree(part)
        sheets = self.root.find("sheets")
        if sheets is None:
            raise package.refuse("T003", part=part)
        self._sheets = sheets
        self.template_sheets = {node.attrs["name"]: node for node in sheets.children}
        self.names = DefinedNames(
            package,
            self.root.find("definedNames"),
            list(self.template_sheets),
            bindings,
            form_sheet,
        )
        settings = [words for _, words in _calculation_kept_back(self.root.find("calcPr"))]
        self.notes: tuple[Problem, ...] = (
            *self.names.notes,
            *(Problem("T125", Place(file=package.file), {"setting": one}) for one in settings),
        )

    def render(
        self,
        entries: tuple[SheetEntry, ...],
        ids: list[str],
        written: list[WrittenSheet],
        recalculate: bool,
    ) -> bytes:
        """ブック本体を書く。``ids`` は各シートの関係の番号。"""
        splice = Splice(self.data)
        splice.fill(self._sheets, self._sheet_list(entries, ids).encode())
        names = self.names.render(self.root.prefix, entries, written).encode()
        old = self.root.find("definedNames")
        if old is not None:
            splice.replace(old.start, old.end, names)
        else:
            splice.insert(workbook_position(self.root, "definedNames"), names)
        self._views(splice, self.first_visible(entries))
        self._calculation(splice, recalculate)
        for local in ("fileRecoveryPr", "absPath"):
            for node in self.root.all(local):
                splice.remove(node)
        for node in self.root.all("AlternateContent"):
            splice.remove(node)  # 作った人のパソコンの中の場所 (x15ac:absPath) を含む
        return splice.result()

    def _sheet_list(self, entries: tuple[SheetEntry, ...], ids: list[str]) -> str:
        words = []
        for number, (entry, rid) in enumerate(zip(entries, ids, strict=True), 1):
            node = self.template_sheets[entry.template_sheet]
            rid_name = next(name for name in node.attrs if name.endswith(":id"))
            changes = {"name": entry.name, "sheetId": str(number), rid_name: rid}
            words.append(node.open_tag(**changes).decode())
            if not node.is_empty_tag:
                words.append(f"</{node.qname}>")
        return "".join(words)

    def first_visible(self, entries: tuple[SheetEntry, ...]) -> int:
        """最初に開くシートの順番（0 から）。"""
        for index, entry in enumerate(entries):
            if (
                self.template_sheets[entry.template_sheet].attrs.get("state", "visible")
                == "visible"
            ):
                return index
        return 0

    def _views(self, splice: Splice, active: int) -> None:
        views = self.root.find("bookViews")
        for view in views.children if views else []:
            splice.retag(view, activeTab=str(active) if active else None, firstSheet=None)

    def _calculation(self, splice: Splice, recalculate: bool) -> None:
        """計算の設定。手動計算と「表示桁数で計算する」は、テンプレートのものを配らない。"""
        node = self.root.find("calcPr")
        changes: dict[str, str | None] = {"fullCalcOnLoad": "1"} if recalculate else {}
        if node is not None:
            changes |= {name: None for name, _ in _calculation_kept_back(node)}
            if changes:
                splice.retag(node, **changes)
        elif recalculate:
            tag = f'<{self.root.prefix}calcPr fullCalcOnLoad="1"/>'
            splice.insert(workbook_position(self.root, "calcPr"), tag.encode())


def _calculation_kept_back(node: Node | None) -> Iterator[tuple[str, str]]:
    """配らない計算の設定（属性）と、Excel でのその名。"""
    if node is None:
        return
    if node.attrs.get("calcMode", "auto") != "auto":
        yield "calcMode", MANUAL_CALCULATION
    if node.attrs.get("fullPrecision", "1") in ("0", "false"):
        yield "fullPrecision", PRECISION_AS_DISPLAYED


def core_properties(book: FilledBook) -> bytes:
    """文書のプロパティ。作った人の名は書かず、課名だけを書く。"""
    namespaces = (
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f"<cp:coreProperties {namespaces}><dc:title>{cell_text(book.title)}</dc:title>"
        f"<dc:creator>{cell_text(book.creator)}</dc:creator>"
        f"<cp:keywords>{cell_text(book.keywords)}</cp:keywords></cp:coreProperties>"
    ).encode()


def extended_properties(data: bytes, root: Node) -> bytes:
    """アプリケーションのプロパティから、シート名の一覧と、人や組織の名を除く。"""
    splice = Splice(data)
    for local in ("HeadingPairs", "TitlesOfParts", "Manager", "Company", "HyperlinkBase"):
        for node in root.all(local):
            splice.remove(node)
    return splice.result()


_SHEET = "worksheet"


# .xltx で保存されたテンプレートからも、ふつうのブックを書く。
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_DROPPED = {"calcChain", "thumbnail"}
_STRINGS = "sharedStrings"
_REWRITTEN = {"styles", "core-properties", _STRINGS}
_KEPT = {
    "theme", "customXml", "customXmlProps", "person", "sheetMetadata",
    "extended-properties", "custom-properties", "image", "classificationlabels",
}  # fmt: skip


class PlannedSheet(NamedTuple):
    """書き出す一枚。``parts`` は（テンプレートの部品, 書き先の部品）で、先頭がシート。"""

    template_sheet: str
    parts: tuple[tuple[str, str], ...]


class ConstantParts:
    """変わらない部品。``parts`` は部品名から中身への対応（関係の部品を含む）。"""

    def __init__(self, package: Package, main: str) -> None:
        self._package = package
        self.main = main
        self.parts: dict[str, bytes] = {}
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
        self.strings = self._shared_strings()

    def _keep(self, one: Relationship) -> None:
        if one.kind in _REWRITTEN:
            self.rewritten[one.kind] = one.target
            return
        if one.external or one.kind not in _KEPT:
            refuse_unknown(self._package, None, one.kind)
        self.add(one.target)
        if one.kind == "extended-properties":
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

    def _shared_strings(self) -> SharedStrings:
        """テンプレートの共有文字列。なければ、その部品を加える。"""
        part = self.rewritten.get(_STRINGS)
        if part is not None:
            return SharedStrings(*self._package.tree(part))
        part = posixpath.join(posixpath.dirname(self.main), "sharedStrings.xml")
        taken = {one.id for one in self.workbook_relationships}
        rid = next(one for n in count() if (one := f"rIdStrings{n or ''}") not in taken)
        self.workbook_relationships.append(Relationship(rid, f"{OFFICE}/{_STRINGS}", part, False))
        self.rewritten[_STRINGS] = part
        return SharedStrings(EMPTY, parse(EMPTY))

    def content_types(self, sheets: Iterable[PlannedSheet]) -> bytes:
        """``[Content_Types].xml`` を書く。"""
        package = self._package
        pairs = [(name, name) for name in (self.main, *self.rewritten.values(), *self.parts)]
        for sheet in sheets:
            pairs += sheet.parts
        defaults = dict(package.defaults)
        overrides = {
            **package.overrides, self.main: _WORKBOOK, self.rewritten[_STRINGS]: STRINGS_TYPE,
        }  # fmt: skip
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
