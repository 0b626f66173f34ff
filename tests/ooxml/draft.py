"""テンプレートの下書き：部品を手で足し、書き換えて、別の .xlsx にする。

セルは、入っているもので探す。本物のテンプレートの形が変わっても、ここの変更は直さずに済む。
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lxml import etree
from openpyxl.utils.cell import coordinate_from_string

from ooxml.package import (
    CONTENT_TYPES,
    MAIN,
    PACKAGE_REL,
    REL,
    TYPES_PART,
    Element,
    Package,
    local,
    q,
    write_parts,
)

FORM = "進捗管理シート"
GUIDE = "はじめに"
RETURN = "差戻し"
# シートの子の並び（18.3.1.99）。
_IN_ORDER = (
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection "
    "protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells "
    "phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins "
    "pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors "
    "smartTags drawing legacyDrawing legacyDrawingHF drawingHF picture oleObjects controls "
    "webPublishItems tableParts extLst"
)
SHEET_ORDER = _IN_ORDER.split()
_SML_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def fragment(text: str) -> Element:
    """名前空間を書かない XML の断片を、SpreadsheetML の要素にする。"""
    return etree.fromstring(f'<w xmlns="{MAIN}" xmlns:r="{REL}">{text}</w>')[0]


def place(root: Element, node: Element) -> Element:
    """シートの子を、並びの正しい位置に入れる。"""
    rank = SHEET_ORDER.index(local(node))
    at = sum(1 for child in root if SHEET_ORDER.index(local(child)) <= rank)
    root.insert(at, node)
    return node


class Draft:
    """手を加えている途中のテンプレート。"""

    def __init__(self, template: Path) -> None:
        self.parts: dict[str, bytes] = Package.open(template).parts

    def package(self) -> Package:
        """今の部品を読む道具。"""
        return Package(list(self.parts), self.parts)

    def save(self, path: Path) -> Path:
        """.xlsx にする。"""
        return write_parts(path, dict(self.parts))

    @contextmanager
    def edit(self, part: str) -> Iterator[Element]:
        """部品の XML を書き換える。"""
        root = etree.fromstring(self.parts[part])
        yield root
        self.parts[part] = etree.tostring(
            root, xml_declaration=True, encoding="UTF-8", standalone=True
        )

    def book(self) -> str:
        """ブックの部品名。"""
        return self.package().workbook

    def sheet(self, name: str = FORM) -> str:
        """シートの部品名。"""
        return next(sheet.part for sheet in self.package().sheets() if sheet.name == name)

    def text_of(self, cell: Element) -> str:
        """セルの文字。"""
        if cell.get("t") == "s":
            table = self.package().single("sharedStrings")
            assert table is not None
            node = list(table.iterfind(q("si")))[int(cell.findtext(q("v")) or 0)]
        else:
            node = cell.find(q("is"))
        if node is None:
            return ""
        runs = [*node.iterfind(q("t")), *node.iterfind(f"{q('r')}/{q('t')}")]
        return "".join(run.text or "" for run in runs)

    def find(self, root: Element, text: str) -> Element:
        """この文字の入ったセル（前方一致）。"""
        for cell in root.iter(q("c")):
            if self.text_of(cell).startswith(text):
                return cell
        raise LookupError(text)

    def address(self, text: str, sheet: str = FORM) -> str:
        """この文字の入ったセルの番地。"""
        root = etree.fromstring(self.parts[self.sheet(sheet)])
        return self.find(root, text).get("r", "")

    def add(self, part: str, data: bytes | str, content_type: str = "") -> None:
        """部品を足す。``content_type`` が空なら拡張子に任せる。"""
        self.parts[part] = data.encode() if isinstance(data, str) else data
        if content_type:
            with self.edit(TYPES_PART) as root:
                node = etree.SubElement(root, q("Override", CONTENT_TYPES))
                node.set("PartName", f"/{part}")
                node.set("ContentType", content_type)

    def default(self, extension: str, content_type: str) -> None:
        """拡張子の種類を定める。"""
        with self.edit(TYPES_PART) as root:
            if not any(n.get("Extension") == extension for n in root):
                node = etree.Element(q("Default", CONTENT_TYPES))
                node.set("Extension", extension)
                node.set("ContentType", content_type)
                root.insert(0, node)

    def relate(self, source: str, kind: str, target: str, external: bool = False) -> str:
        """関係を足し、その Id を返す。"""
        folder, name = posixpath.split(source)
        part = posixpath.join(folder, "_rels", f"{name}.rels")
        self.parts.setdefault(part, f'<Relationships xmlns="{PACKAGE_REL}"/>'.encode())
        with self.edit(part) as root:
            identity = f"rIdOffice{len(root) + 1}"
            node = etree.SubElement(root, q("Relationship", PACKAGE_REL))
            node.set("Id", identity)
            node.set("Type", kind if "/" in kind else f"{REL}/{kind}")
            node.set("Target", target if external else f"/{target}")
            if external:
                node.set("TargetMode", "External")
        return identity

    def rename(self, old: str, new: str) -> None:
        """部品の名を変え、指しているところを直す（関係は絶対の名にする）。"""
        package = self.package()
        for source in package.sources():
            folder, name = posixpath.split(source)
            part = posixpath.join(folder, "_rels", f"{name}.rels")
            if part not in self.parts:
                continue
            targets = {link.id: link for link in package.relationships(source)}
            with self.edit(part) as root:
                for node in root:
                    link = targets[node.get("Id", "")]
                    if not link.external:
                        node.set("Target", f"/{new if link.target == old else link.target}")
        with self.edit(TYPES_PART) as root:
            for node in root:
                if node.get("PartName") == f"/{old}":
                    node.set("PartName", f"/{new}")
        for one, other in ((old, new), (_links(old), _links(new))):
            if one in self.parts:
                self.parts[other] = self.parts.pop(one)

    def set_string(self, address: str, item: str, sheet: str = FORM) -> None:
        """セルを、共有文字列（``si`` の中身の XML）にする。"""
        package = self.package()
        found = package.related(package.workbook, "sharedStrings")
        if not found:
            self.add(
                "xl/sharedStrings.xml", f'<sst xmlns="{MAIN}"/>', f"{_SML_TYPE}.sharedStrings+xml"
            )
            self.relate(package.workbook, "sharedStrings", "xl/sharedStrings.xml")
            found = ["xl/sharedStrings.xml"]
        with self.edit(found[0]) as table:
            table.append(fragment(f"<si>{item}</si>"))
            index = len(table) - 1
            for name in ("count", "uniqueCount"):
                table.attrib.pop(name, None)
        with self.edit(self.sheet(sheet)) as root:
            cell = cell_at(root, address)
            cell.set("t", "s")
            for child in list(cell):
                cell.remove(child)
            etree.SubElement(cell, q("v")).text = str(index)

    def define(self, name: str, text: str, scope: str | None = None) -> None:
        """名前を定義する。``scope`` はシートの名。"""
        names = [sheet.name for sheet in self.package().sheets()]
        with self.edit(self.book()) as root:
            holder = root.find(q("definedNames"))
            if holder is None:
                holder = etree.Element(q("definedNames"))
                root.find(q("sheets")).addnext(holder)
            node = etree.SubElement(holder, q("definedName"))
            node.set("name", name)
            if scope is not None:
                node.set("localSheetId", str(names.index(scope)))
            node.text = text


def _links(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def cell_at(root: Element, address: str) -> Element:
    """番地のセル。なければ、行の正しい位置に作る。"""
    for cell in root.iter(q("c")):
        if cell.get("r") == address:
            return cell
    letters, number = coordinate_from_string(address)
    key = (len(letters), letters)
    data = root.find(q("sheetData"))
    row = next((r for r in data if int(r.get("r", "0")) == number), None)
    if row is None:
        row = etree.Element(q("row"))
        row.set("r", str(number))
        data.insert(sum(1 for r in data if int(r.get("r", "0")) < number), row)
    cell = etree.Element(q("c"))
    cell.set("r", address)
    columns = [coordinate_from_string(c.get("r", ""))[0] for c in row]
    row.insert(sum(1 for column in columns if (len(column), column) < key), cell)
    return cell


def put_text(root: Element, address: str, text: str) -> None:
    """セルに文字を入れる（書式はそのまま）。"""
    cell = cell_at(root, address)
    for child in list(cell):
        cell.remove(child)
    cell.set("t", "inlineStr")
    etree.SubElement(etree.SubElement(cell, q("is")), q("t")).text = text


def put_formula(root: Element, address: str, formula: str) -> None:
    """セルに数式を入れる（控えの値は空のまま）。"""
    cell = cell_at(root, address)
    for child in list(cell):
        cell.remove(child)
    cell.attrib.pop("t", None)
    etree.SubElement(cell, q("f")).text = formula


def clear(root: Element, address: str) -> None:
    """セルの値を消す（書式は残す）。"""
    cell = cell_at(root, address)
    for child in list(cell):
        cell.remove(child)
    cell.attrib.pop("t", None)
