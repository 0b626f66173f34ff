"""セルの定め：並び、値の型、数式の控えの値、文字。"""

from __future__ import annotations

from collections.abc import Iterator

from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from ooxml.package import Element, Package, Sheet, q

MAX_TEXT = 32_767
_ERRORS = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"}
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def cell_order(package: Package) -> Iterator[str]:
    """行は上から、セルは左から順に並び、重ならない。"""
    for sheet in package.sheets():
        last_row = 0
        for row in sheet.root.iterfind(f"{q('sheetData')}/{q('row')}"):
            number = int(row.get("r", last_row + 1))
            if number <= last_row:
                yield f"{sheet.part}: row-order: {number}"
            last_row = max(last_row, number)
            last_column = 0
            for cell in row.iterfind(q("c")):
                reference = cell.get("r")
                if reference is None:
                    last_column += 1
                    continue
                letters, cell_row = coordinate_from_string(reference)
                column = column_index_from_string(letters)
                if cell_row != number or column <= last_column:
                    yield f"{sheet.part}: cell-order: {reference}"
                last_column = max(last_column, column)


def _plain_text(node: Element) -> str:
    """``si`` か ``is`` の文字（ふりがなを除く）。"""
    return "".join(
        t.text or ""
        for t in node.iter(q("t"))
        if t.getparent() is node or t.getparent().tag == q("r")
    )


def _wrong_value(cell: Element) -> str | None:
    kind = cell.get("t", "n")
    value = cell.findtext(q("v"))
    if kind == "inlineStr":
        return None if cell.find(q("is")) is not None else "inline-string: 文字がない"
    if not value:
        return None
    if kind == "b" and value not in {"0", "1"}:
        return f"cell-value: 真偽値 {value}"
    if kind == "e" and value not in _ERRORS:
        return f"cell-value: エラー値 {value}"
    if kind in {"n", "s"}:
        try:
            number = float(value)
        except ValueError:
            return f"cell-value: 数でない {value}"
        if number != number or number in {float("inf"), float("-inf")}:
            return f"cell-value: 有限でない {value}"
    return None


def cell_values(package: Package) -> Iterator[str]:
    """値は型に合い、数式には計算ずみの値がある。"""
    table = package.single("sharedStrings")
    strings = 0 if table is None else len(list(table.iterfind(q("si"))))
    used = 0
    for sheet in package.sheets():
        for cell in sheet.root.iter(q("c")):
            used += cell.get("t") == "s"
            wrong = _wrong_value(cell)
            if wrong:
                yield f"{sheet.part}: {wrong} ({cell.get('r')})"
            if cell.find(q("f")) is not None:
                value = cell.find(q("v"))
                if value is None or (not value.text and cell.get("t") != "str"):
                    yield f"{sheet.part}: no-cached-value: {cell.get('r')}"
    if table is not None:
        for name, actual in (("uniqueCount", strings), ("count", used)):
            if table.get(name) not in {None, str(actual)}:
                yield f"sharedStrings: wrong-count: {name} {table.get(name)} ≠ {actual}"


def texts(package: Package) -> Iterator[str]:
    """文字は上限に収まり、端の空白が守られ、生の CR がない。"""
    holders: list[tuple[str, Element]] = [
        (sheet.part, node) for sheet in package.sheets() for node in sheet.root.iter(q("is"))
    ]
    table = package.single("sharedStrings")
    if table is not None:
        holders += [("sharedStrings", node) for node in table.iterfind(q("si"))]
    for part, node in holders:
        text = _plain_text(node)
        if len(text.encode("utf-16-le")) // 2 > MAX_TEXT:
            yield f"{part}: long-text: {text[:20]}…"
        for t in node.iter(q("t")):
            value = t.text or ""
            if value.strip(" \t\n\r") != value and t.get(_SPACE) != "preserve":
                yield f"{part}: lost-blank: {value[:20]!r}"
            if "\r" in value:
                yield f"{part}: raw-cr: {value[:20]!r}"


def dimension(package: Package) -> Iterator[str]:
    """書かれた広さは、すべてのセルを含む。"""
    for sheet in package.sheets():
        node = sheet.root.find(q("dimension"))
        if node is not None and node.get("ref"):
            yield from _outside(sheet, node.get("ref", ""))


def _outside(sheet: Sheet, reference: str) -> Iterator[str]:
    first, _, last = reference.partition(":")
    last = last or first
    left, top = coordinate_from_string(first)
    right, bottom = coordinate_from_string(last)
    span = (column_index_from_string(left), column_index_from_string(right))
    for cell in sheet.root.iter(q("c")):
        if not cell.get("r") or (cell.find(q("v")) is None and cell.find(q("is")) is None):
            continue
        letters, row = coordinate_from_string(cell.get("r", ""))
        if not (top <= row <= bottom and span[0] <= column_index_from_string(letters) <= span[1]):
            yield f"{sheet.part}: dimension: {cell.get('r')} は {reference} の外"
            return


RULES = (cell_order, cell_values, texts, dimension)
