"""シートの行を、書き手に渡す前に増やすか減らす。

行を指すもの（結合、数式、名前、書式の範囲、図形の位置）も、一緒に移す。移し方の分からないものが
あれば :class:`FixedRowsError` とし、何も変えない。
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping

from sheetgen.xlsx.container import Container
from sheetgen.xlsx.markup import Node, Splice, cell_text
from sheetgen.xlsx.package import Package
from sheetgen.xlsx.references import (
    AmbiguousReferenceError,
    Shift,
    copied_formula,
    places,
    shift_formula,
    shift_range,
    shift_sqref,
)
from sheetgen.xlsx.refs import column_letters, split_ref
from sheetgen.xlsx.sheet_cells import numbered_cells, plain_text
from sheetgen.xlsx.tail import FORMULA_ELEMENTS, RANGE_ATTRIBUTES, SINGLE_RANGES

NewText = Callable[[str, int, int], str]
"""セルの文字、もとの行、何回目の写しか（0 から）から、新しい文字。"""
_TIED = {"comments", "vmlDrawing", "table"}
"""行の位置を自分で持ち、ここでは移せない部品。"""


class FixedRowsError(ValueError):
    """このシートの行は、増やせも減らせもしない。"""


def sheet_texts(package: Package, sheet: str) -> Iterator[tuple[str, str]]:
    """数式でない文字のセル。番地と文字。"""
    _, root = package.tree(package.sheet_parts()[sheet])
    strings = _strings(package)
    for number, row in _rows(root):
        for ref, cell in numbered_cells(row, number):
            text = _text(cell, strings)
            if text is not None and cell.find("f") is None:
                yield ref, text


def with_rows(package: Package, sheet: str, shift: Shift, new_text: NewText) -> Package:
    """``sheet`` の行を ``shift`` のとおりに写した（または除いた）パッケージ。

    :raises FixedRowsError: 行とともに移せないものがある。
    """
    part = package.sheet_parts()[sheet]
    if any(one.kind in _TIED for one in package.relationships(part)):
        raise FixedRowsError
    try:
        rows = _Rows(package, sheet, shift, new_text)
        parts = {**package.parts, part: rows.sheet(part), **rows.strings()}
        parts[package.main_part()] = _renamed(package, sheet, shift)
        for one in package.relationships(part):
            if one.kind == "drawing" and not one.external:
                parts[one.target] = _redrawn(package, one.target, shift)
    except AmbiguousReferenceError:
        raise FixedRowsError from None
    mark = f"{package.fingerprint} {sorted(shift.counts.items())}"
    return Package(package.file, parts, hashlib.sha256(mark.encode()).hexdigest()[:8])


def packed(package: Package) -> bytes:
    """パッケージをファイルの中身にする。"""
    target = io.BytesIO()
    container = Container(target)
    for name, data in package.parts.items():
        container.write(name, data)
    container.close()
    return target.getvalue()


def _rows(root: Node) -> Iterator[tuple[int, Node]]:
    data = root.find("sheetData")
    number = 0
    for row in data.children if data else []:
        number = int(row.attrs.get("r", number + 1))
        yield number, row


def _strings_part(package: Package) -> str | None:
    relations = package.relationships(package.main_part())
    return next((one.target for one in relations if one.kind == "sharedStrings"), None)


def _strings(package: Package) -> list[str]:
    part = _strings_part(package)
    return [plain_text(one) for one in package.tree(part)[1].all("si")] if part else []


def _text(cell: Node, strings: list[str]) -> str | None:
    """セルの文字。文字のセルでなければ None。"""
    kind, value, inline = cell.attrs.get("t"), cell.find("v"), cell.find("is")
    if kind == "s" and value is not None:
        return strings[int(value.text)]
    return plain_text(inline) if kind == "inlineStr" and inline is not None else None


class _Rows:
    """一枚の行を書き直す間、足す文字を集める。"""

    def __init__(self, package: Package, sheet: str, shift: Shift, new_text: NewText) -> None:
        self._package, self._own, self._shift = package, sheet, shift
        self._new_text = new_text
        self._strings = _strings(package)
        self._part = _strings_part(package)
        self._added: dict[str, int] = {}

    def sheet(self, part: str) -> bytes:
        """シートの部品。"""
        data, root = self._package.tree(part)
        splice = Splice(data)
        written: dict[int, bytes] = {}
        for number, row in _rows(root):
            for turn, new in enumerate(self._shift.rows(number)):
                written[new] = self._row(data, row, number, turn, new)
        sheet_data = root.find("sheetData")
        if sheet_data is not None:
            splice.fill(sheet_data, *(written[number] for number in sorted(written)))
        for node in root.children:
            if node.local != "sheetData":
                self._tail(splice, node)
        return splice.result()

    def strings(self) -> Mapping[str, bytes]:
        """足した文字の入った、共有文字列の部品。"""
        part = self._part
        if part is None:
            return {}
        data, root = self._package.tree(part)
        splice = Splice(data)
        splice.retag(root, count=None, uniqueCount=None)
        name = root.prefix
        words = "".join(
            f'<{name}si><{name}t xml:space="preserve">{cell_text(text)}</{name}t></{name}si>'
            for text in self._added
        )
        items = root.all("si")
        splice.insert(items[-1].end if items else root.open_end, words.encode())
        return {part: splice.result()}

    def _row(self, data: bytes, row: Node, number: int, turn: int, new: int) -> bytes:
        cells = b"".join(
            self._cell(data, ref, cell, number, turn, new)
            for ref, cell in numbered_cells(row, number)
        )
        opening = row.open_tag(r=str(new), spans=None).removesuffix(b"/>").removesuffix(b">")
        return b"".join([opening, b">", cells, f"</{row.qname}>".encode()])

    def _cell(self, data: bytes, ref: str, cell: Node, number: int, turn: int, new: int) -> bytes:
        place = f"{column_letters(split_ref(ref)[1])}{new}"
        formula = cell.find("f")
        if formula is not None:
            if formula.attrs.get("t", "normal") != "normal":
                raise FixedRowsError
            text = cell_text(self._formula(formula.text, number, turn))
            inside = f"<{cell.prefix}f>{text}</{cell.prefix}f>"
            return self._closed(cell, place, None, inside)
        text_now = _text(cell, self._strings)
        text_new = None if text_now is None else self._new_text(text_now, number, turn)
        if text_new is None or text_new == text_now:
            return cell.open_tag(r=place) + data[cell.open_end : cell.end]
        if self._part is None:
            name = cell.prefix
            words = f'<{name}t xml:space="preserve">{cell_text(text_new)}</{name}t>'
            return self._closed(cell, place, "inlineStr", f"<{name}is>{words}</{name}is>")
        known = len(self._strings) + self._added.setdefault(text_new, len(self._added))
        return self._closed(cell, place, "s", f"<{cell.prefix}v>{known}</{cell.prefix}v>")

    def _closed(self, cell: Node, place: str, kind: str | None, inside: str) -> bytes:
        opening = cell.open_tag(r=place, t=kind).removesuffix(b"/>").removesuffix(b">")
        return opening + f">{inside}</{cell.qname}>".encode()

    def _formula(self, text: str, number: int, turn: int) -> str:
        turns = self._shift.turns(number, number)
        if turns is None:
            found = copied_formula(text, self._own, self._shift)
            if found is None:
                raise FixedRowsError
            return found
        return shift_formula(text, self._own, turns[turn])

    def _tail(self, splice: Splice, top: Node) -> None:
        """シートの、行のほかの要素。"""
        shift = self._shift
        if top.local == "dimension":
            splice.remove(top)
        elif top.local == "mergeCells":
            refs = [new for one in top.all("mergeCell") for new in places(one.attrs["ref"], shift)]
            cells = "".join(f'<{top.prefix}mergeCell ref="{ref}"/>' for ref in refs)
            text = f'<{top.qname} count="{len(refs)}">{cells}</{top.qname}>' if refs else ""
            splice.replace(top.start, top.end, text.encode())
        elif top.local == "hyperlinks":
            for link in top.all("hyperlink"):
                splice.retag(link, ref=shift_range(link.attrs["ref"], shift))
        else:
            for node in top.walk():
                self._area(splice, node)

    def _area(self, splice: Splice, node: Node) -> None:
        shift, attribute = self._shift, RANGE_ATTRIBUTES.get(node.local, "")
        if node.local in FORMULA_ELEMENTS and node.text and not node.is_empty_tag:
            moved = shift_formula(node.text, self._own, shift)
            splice.fill(node, cell_text(moved).encode())
        elif node.local == "sqref" and node.text:
            splice.fill(node, shift_sqref(node.text, shift).encode())
        elif attribute in node.attrs:
            splice.retag(node, **{attribute: shift_sqref(node.attrs[attribute], shift)})
        elif node.local in SINGLE_RANGES:
            splice.retag(node, ref=shift_range(node.attrs["ref"], shift))


def _renamed(package: Package, sheet: str, shift: Shift) -> bytes:
    """ブック本体。シートの行を指す名前（印刷範囲など）を移す。"""
    data, root = package.tree(package.main_part())
    splice = Splice(data)
    sheets, names = root.find("sheets"), root.find("definedNames")
    order = [one.attrs["name"] for one in sheets.children] if sheets else []
    for node in names.children if names else []:
        index = node.attrs.get("localSheetId")
        inside = index is not None and order[int(index)] == sheet
        if node.text and not node.is_empty_tag:
            moved = shift_formula(node.text, sheet, shift, inside)
            splice.fill(node, cell_text(moved).encode())
    return splice.result()


def _redrawn(package: Package, part: str, shift: Shift) -> bytes:
    """図形の部品。位置は 0 から数えた行で書いてある。"""
    data, root = package.tree(part)
    splice = Splice(data)
    for anchor in root.children:
        for corner in (anchor.find("from"), anchor.find("to")):
            row = corner.find("row") if corner is not None else None
            if row is not None and row.text.strip().isdecimal():
                splice.fill(row, str(shift(int(row.text) + 1) - 1).encode())
    return splice.result()
