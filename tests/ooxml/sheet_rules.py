"""シートの定め：列、結合、入力規則、リンク、条件付き書式。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from openpyxl.utils.cell import range_boundaries

from ooxml.book_rules import wrong_references
from ooxml.package import X14, XM, Element, Package, q

_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
# 入力規則の文の長さ。Excel の画面が受け付ける上限。
VALIDATION_LIMITS = {"promptTitle": 32, "errorTitle": 32, "prompt": 255, "error": 225}
FORMULA_LIMIT = 255
MAX_ROW_HEIGHT = 409.5
MAX_COLUMN_WIDTH = 255

Bounds = tuple[int, int, int, int]


def bounds(reference: str) -> Bounds:
    """``B2:D5`` を (列, 行, 列, 行) にする。``A:A`` のような端のない側は端まで。"""
    left, top, right, bottom = range_boundaries(reference)
    return left or 1, top or 1, right or 16_384, bottom or 1_048_576


def overlaps(areas: list[tuple[str, Bounds]]) -> Iterator[str]:
    """重なる範囲の組。"""
    for index, (name, (x0, y0, x1, y1)) in enumerate(areas):
        for other, (left, top, right, bottom) in areas[index + 1 :]:
            if x0 <= right and left <= x1 and y0 <= bottom and top <= y1:
                yield f"{name} と {other}"


def columns(package: Package) -> Iterator[str]:
    """列は左から順に並び、重ならない。"""
    for sheet in package.sheets():
        nodes = list(sheet.root.iter(q("col")))
        for before, after in pairwise(nodes):
            if int(after.get("min", "0")) <= int(before.get("max", "0")):
                yield f"{sheet.part}: column-order: {after.get('min')}"
        for node in nodes:
            if float(node.get("width", "0")) > MAX_COLUMN_WIDTH:
                yield f"{sheet.part}: column-width: {node.get('min')} {node.get('width')}"
        for row in sheet.root.iter(q("row")):
            if float(row.get("ht", "0")) > MAX_ROW_HEIGHT:
                yield f"{sheet.part}: row-height: {row.get('r')} {row.get('ht')}"


def merges(package: Package) -> Iterator[str]:
    """結合は二つ以上のセルで、重ならず、数が合う。"""
    for sheet in package.sheets():
        nodes = list(sheet.root.iterfind(f"{q('mergeCells')}/{q('mergeCell')}"))
        areas = [(node.get("ref", ""), bounds(node.get("ref", ""))) for node in nodes]
        for line in overlaps(areas):
            yield f"{sheet.part}: merge-overlap: {line}"
        for name, (left, top, right, bottom) in areas:
            if (left, top) == (right, bottom):
                yield f"{sheet.part}: single-merge: {name}"
        holder = sheet.root.find(q("mergeCells"))
        if holder is not None and holder.get("count") not in {None, str(len(nodes))}:
            yield f"{sheet.part}: wrong-count: mergeCells {holder.get('count')} ≠ {len(nodes)}"


def _validations(root: Element) -> Iterator[tuple[Element, str, list[str]]]:
    """入力規則と、その範囲と式（x14 のものも）。"""
    for node in root.iterfind(f"{q('dataValidations')}/{q('dataValidation')}"):
        formulas = [n.text or "" for n in node if n.tag in {q("formula1"), q("formula2")}]
        yield node, node.get("sqref", ""), formulas
    for node in root.iter(q("dataValidation", X14)):
        area = node.findtext(q("sqref", XM)) or ""
        yield node, area, [n.text or "" for n in node.iter(q("f", XM))]


def validations(package: Package) -> Iterator[str]:
    """入力規則は数が合い、一つのセルに一つで、文と式が上限に収まる。"""
    for sheet in package.sheets():
        for holder in sheet.root.iter(q("dataValidations"), q("dataValidations", X14)):
            children = len([n for n in holder if isinstance(n.tag, str)])
            if holder.get("count") not in {None, str(children)}:
                yield f"{sheet.part}: wrong-count: dataValidations {holder.get('count')}"
        areas = []
        for node, area, formulas in _validations(sheet.root):
            if not area.split():
                yield f"{sheet.part}: empty-sqref: dataValidation"
            areas += [(reference, bounds(reference)) for reference in area.split()]
            for name, limit in VALIDATION_LIMITS.items():
                if len(node.get(name, "")) > limit:
                    yield f"{sheet.part}: validation-text: {area} {name} > {limit}"
            for formula in formulas:
                if len(formula) > FORMULA_LIMIT:
                    yield f"{sheet.part}: validation-formula: {area} > {FORMULA_LIMIT}"
            if node.get("type", "none") not in {"none"} and not any(formulas):
                yield f"{sheet.part}: validation-formula: {area} 式がない"
        for line in overlaps(areas):
            yield f"{sheet.part}: validation-overlap: {line}"


def formula_targets(package: Package) -> Iterator[str]:
    """数式・入力規則・条件付き書式が名指すシートは、ある。"""
    names = {sheet.name.lower() for sheet in package.sheets()}
    tags = (q("f"), q("formula"), q("formula1"), q("formula2"), q("f", XM))
    for sheet in package.sheets():
        for node in sheet.root.iter(*tags):
            for line in wrong_references(node.text or "", names) if node.text else ():
                yield f"{sheet.part}: {line}"


def hyperlinks(package: Package) -> Iterator[str]:
    """リンクは、あるシートか名前か外を指し、同じセルに二つない。"""
    names = {sheet.name.lower() for sheet in package.sheets()}
    book = package.tree(package.workbook) if package.workbook in package.parts else None
    defined = {
        (n.get("name") or "").lower() for n in (book.iter(q("definedName")) if book is not None
                                                else ())
    }  # fmt: skip
    for sheet in package.sheets():
        cells: Counter[str] = Counter()
        for node in sheet.root.iterfind(f"{q('hyperlinks')}/{q('hyperlink')}"):
            cells[node.get("ref", "")] += 1
            location = node.get("location")
            if location is None:
                continue
            lines = list(wrong_references(location, names)) if "!" in location else []
            if lines or ("!" not in location and location.lower() not in defined):
                yield f"{sheet.part}: hyperlink-target: {location}"
        for cell, count in cells.items():
            if count > 1:
                yield f"{sheet.part}: duplicate-hyperlink: {cell}"


def shape_ids(package: Package) -> Iterator[str]:
    """一枚の図面の図形の番号は重ならない。"""
    for part in package.parts:
        if "drawing+xml" not in package.content_type(part):
            continue
        root = package.tree(part)
        if root is None:
            continue
        ids = Counter(node.get("id", "") for node in root.iter(q("cNvPr", _DRAWING)))
        for identity, count in ids.items():
            if count > 1:
                yield f"{part}: duplicate-shape-id: {identity}"


RULES = (
    columns,
    merges,
    validations,
    formula_targets,
    hyperlinks,
    shape_ids,
)
