"""openpyxl が書いたブックを、Excel が保存したときの形に整える。

Excel opens what openpyxl writes, but rewrites two things on its first save: strings
inside the cells become a shared table, and the children of a font change order.
Done here, the office's first save changes nothing but what the office has changed.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
SHARED_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
FONT_ORDER = ("b", "u", "sz", "color", "name", "family", "charset")


def tidy(path: Path) -> None:
    """``path`` のブックを整えて、書き直す。"""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    texts: dict[str, int] = {}
    for name in sorted(parts):
        if name.startswith("xl/worksheets/sheet"):
            parts[name] = _edited(parts[name], lambda root: _tidy_sheet(root, texts))
    parts["xl/styles.xml"] = _edited(parts["xl/styles.xml"], _tidy_styles)
    parts["xl/sharedStrings.xml"] = _shared_strings(texts)
    parts["xl/_rels/workbook.xml.rels"] = _edited(
        parts["xl/_rels/workbook.xml.rels"], _add_relation, PACKAGE
    )
    parts["[Content_Types].xml"] = _edited(parts["[Content_Types].xml"], _add_type, TYPES)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name in sorted(parts):
            package.writestr(zipfile.ZipInfo(name), parts[name], zipfile.ZIP_DEFLATED)


def _edited(data: bytes, edit: Callable[[Element], None], default: str = MAIN) -> bytes:
    ElementTree.register_namespace("", default)
    ElementTree.register_namespace("r", OFFICE)
    root = ElementTree.fromstring(data)
    edit(root)
    return _bytes(root)


def _bytes(root: Element) -> bytes:
    return bytes(ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _name(local: str) -> str:
    return f"{{{MAIN}}}{local}"


def _tidy_sheet(root: Element, texts: dict[str, int]) -> None:
    for cell in root.iter(_name("c")):
        text = cell.find(f"{_name('is')}/{_name('t')}")
        if text is not None:
            number = texts.setdefault(text.text or "", len(texts))
            del cell[:]
            cell.set("t", "s")
            SubElement(cell, _name("v")).text = str(number)
        elif cell.find(_name("f")) is not None:
            # A form without figures: its totals show a dash also where nothing calculates.
            cell.set("t", "str")
            value = cell.find(_name("v"))
            (SubElement(cell, _name("v")) if value is None else value).text = "-"
        elif cell.get("t") == "n" and len(cell) == 0:
            del cell.attrib["t"]


def _tidy_styles(root: Element) -> None:
    for fonts in root.iter(_name("fonts")):
        for font in fonts:
            font[:] = sorted(font, key=lambda child: FONT_ORDER.index(child.tag.split("}")[1]))
    empty = root.find(_name("numFmts"))
    if empty is not None and len(empty) == 0:
        root.remove(empty)
    palette = root.find(_name("colors"))
    if palette is not None:
        root.remove(palette)


def _shared_strings(texts: dict[str, int]) -> bytes:
    ElementTree.register_namespace("", MAIN)
    root = Element(_name("sst"), {"uniqueCount": str(len(texts))})
    for text in texts:
        item = SubElement(SubElement(root, _name("si")), _name("t"))
        item.text = text
        if text != text.strip() or "\n" in text:
            item.set(SPACE, "preserve")
    return _bytes(root)


def _add_relation(root: Element) -> None:
    SubElement(
        root,
        f"{{{PACKAGE}}}Relationship",
        {"Id": "rIdStrings", "Type": f"{OFFICE}/sharedStrings", "Target": "sharedStrings.xml"},
    )


def _add_type(root: Element) -> None:
    SubElement(
        root,
        f"{{{TYPES}}}Override",
        {"PartName": "/xl/sharedStrings.xml", "ContentType": SHARED_TYPE},
    )
