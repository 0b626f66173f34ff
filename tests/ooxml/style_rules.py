"""書式の定め：数と、互いの番号。"""

from __future__ import annotations

from collections.abc import Iterator

from ooxml.package import Element, Package, q

_COUNTED = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs")
# ここより下の番号は Excel があらかじめ持つ表示形式。
FIRST_CUSTOM_FORMAT = 164


def _size(root: Element, name: str) -> int:
    node = root.find(q(name))
    return 0 if node is None else len(node)


def style_sheet(package: Package) -> Iterator[str]:
    """書式の表の数と番号。"""
    root = package.single("styles")
    if root is None:
        return
    (part, *_) = package.related(package.workbook, "styles")
    for name in _COUNTED:
        node = root.find(q(name))
        if node is not None and node.get("count") not in {None, str(len(node))}:
            yield f"{part}: wrong-count: {name} {node.get('count')} ≠ {len(node)}"
    formats = [int(n.get("numFmtId", "0")) for n in root.iterfind(f"{q('numFmts')}/{q('numFmt')}")]
    for number in {n for n in formats if formats.count(n) > 1}:
        yield f"{part}: duplicate-format: {number}"
    limits = {name: _size(root, f"{name}s") for name in ("font", "fill", "border")}
    parents = _size(root, "cellStyleXfs")
    for table in ("cellStyleXfs", "cellXfs"):
        for index, xf in enumerate(root.iterfind(f"{q(table)}/{q('xf')}")):
            for name, limit in limits.items():
                if int(xf.get(f"{name}Id", "0")) >= limit:
                    yield f"{part}: style-index: {table}[{index}] {name}Id"
            number = int(xf.get("numFmtId", "0"))
            if number >= FIRST_CUSTOM_FORMAT and number not in formats:
                yield f"{part}: style-index: {table}[{index}] numFmtId {number}"
            if table == "cellXfs" and int(xf.get("xfId", "0")) >= max(parents, 1):
                yield f"{part}: style-index: {table}[{index}] xfId"
    for node in root.iterfind(f"{q('cellStyles')}/{q('cellStyle')}"):
        if int(node.get("xfId", "0")) >= parents:
            yield f"{part}: style-index: cellStyle {node.get('name')}"


def style_use(package: Package) -> Iterator[str]:
    """シートの使う書式の番号は、書式の表にある。"""
    root = package.single("styles")
    if root is None:
        return
    cells, differences = _size(root, "cellXfs"), _size(root, "dxfs")
    for sheet in package.sheets():
        used = [(node, node.get("s")) for node in sheet.root.iter(q("c"), q("row"))]
        used += [(node, node.get("style")) for node in sheet.root.iter(q("col"))]
        for node, value in used:
            if value is not None and int(value) >= cells:
                yield f"{sheet.part}: style-index: {node.get('r') or 'col'} {value} ≥ {cells}"
        for rule in sheet.root.iter(q("cfRule")):
            if int(rule.get("dxfId", "-1")) >= differences:
                yield f"{sheet.part}: style-index: dxfId {rule.get('dxfId')}"


RULES = (style_sheet, style_use)
