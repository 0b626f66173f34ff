"""sheetData より後ろの要素（保護、結合、入力規則、リンク、拡張など）を切り分ける。"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgen.xlsx.cells import split_ref
from sheetgen.xlsx.markup import Node
from sheetgen.xlsx.order import worksheet_position
from sheetgen.xlsx.references import places, quoted, shift_formula, shift_range, shift_sqref
from sheetgen.xlsx.slots import ComputedSlot, Piece, RenderState
from sheetgen.xlsx.text import attribute_text, cell_text
from sheetgen.xlsx.validations import cut_validations

if TYPE_CHECKING:
    from sheetgen.xlsx.sheet import SheetCutter

_FORMULA_ELEMENTS = {"formula", "formula1", "formula2", "f"}
# 範囲を属性に持つ要素と、その属性。
_RANGE_ATTRIBUTES = {
    "conditionalFormatting": "sqref",
    "dataValidation": "sqref",
    "protectedRange": "sqref",
    "ignoredError": "sqref",
}

# 一つの範囲だけを ref に持つ要素。
_SINGLE_RANGES = {"autoFilter", "sortState", "sortCondition"}


def cut_tail(cutter: SheetCutter) -> None:
    """後ろの要素を切り分ける。"""
    root = cutter.root
    if root.find("sheetProtection") is None and cutter.binding.dynamic:
        _insert(cutter, "sheetProtection", f'<{root.prefix}sheetProtection sheet="1"/>')
    for node in root.children:
        if node.local == "headerFooter":
            for text in (one.text for one in node.children if "{{" in one.text):
                cutter.note("T118", text=text)
        if node.local == "sheetProtection":
            cutter.splice.retag(node, sheet="1")
        elif node.local == "mergeCells" and cutter.binding.blocks:
            cutter.splice.replace(node.start, node.end, _merges(node))
        elif node.local == "dataValidations":
            _repoint_below(cutter, node)
        elif node.local == "hyperlinks":
            _hyperlinks(cutter, node)
        elif node.local not in {"sheetData", "sheetViews", "sheetPr", "cols", "mergeCells"}:
            _repoint_below(cutter, node)
    if cutter.binding.is_form:
        cut_validations(cutter)
    if cutter.binding.dynamic and root.find("hyperlinks") is None:
        _insert(cutter, "hyperlinks", ComputedSlot(lambda s: _new_links(root.prefix, s)))


def _insert(cutter: SheetCutter, local: str, piece: Piece) -> None:
    position = worksheet_position(cutter.root, local)
    cutter.splice.insert(position, piece.encode() if isinstance(piece, str) else piece)


def _merges(node: Node) -> ComputedSlot:
    refs = [child.attrs["ref"] for child in node.all("mergeCell")]
    prefix = node.prefix

    def compute(state: RenderState) -> str:
        found = [one for ref in refs for one in places(ref, state.shift)]
        cells = "".join(f'<{prefix}mergeCell ref="{ref}"/>' for ref in found)
        return f'<{node.qname} count="{len(found)}">{cells}</{node.qname}>' if found else ""

    return ComputedSlot(compute)


def _repoint_below(cutter: SheetCutter, top: Node) -> None:
    """この要素と下にある、数式と範囲を直す。"""
    for node in top.walk():
        if node.local in _FORMULA_ELEMENTS and node.text and not node.is_empty_tag:
            cutter.splice.fill(node, *_formula(cutter, node.text))
        elif node.local == "sqref" and node.text and cutter.binding.blocks:
            cutter.splice.fill(node, _shifted(node.text))
        elif cutter.binding.blocks:
            _move(cutter, node)


def _move(cutter: SheetCutter, node: Node) -> None:
    """要素の属性にある範囲と、改ページの行を移す。"""
    attribute = _RANGE_ATTRIBUTES.get(node.local, "")
    # 拡張 (x14) の同じ名の要素は、範囲を属性ではなく子の sqref に持つ。
    if attribute in node.attrs:
        _shift_attribute(cutter, node, attribute)
    elif node.local in _SINGLE_RANGES:
        _shift_attribute(cutter, node, "ref")
    elif node.local == "rowBreaks":
        for one in node.all("brk"):
            _shift_break(cutter, one)


def _shift_break(cutter: SheetCutter, node: Node) -> None:
    """改ページ。``id`` はその上の行の番号。"""
    row = int(node.attrs.get("id", 0))

    def compute(state: RenderState) -> str:
        return node.open_tag(id=str(state.shift.end(row, row))).decode()

    cutter.splice.replace(node.start, node.open_end, ComputedSlot(compute))


def _shifted(sqref: str) -> ComputedSlot:
    return ComputedSlot(lambda state: shift_sqref(sqref, state.shift))


def _formula(cutter: SheetCutter, text: str) -> tuple[object, ...]:
    pieces = cutter.repointed(text)
    if cutter.binding.blocks:
        own = cutter.binding.name
        return (ComputedSlot(lambda s: cell_text(shift_formula(text, own, s.shift))),)
    return tuple(p.encode() if isinstance(p, str) else p for p in pieces)


def _shift_attribute(cutter: SheetCutter, node: Node, name: str) -> None:
    def compute(state: RenderState) -> str:
        move = shift_range if name == "ref" else shift_sqref
        return node.open_tag(**{name: move(node.attrs[name], state.shift)}).decode()

    cutter.splice.replace(node.start, node.open_end, ComputedSlot(compute))


def _hyperlinks(cutter: SheetCutter, node: Node) -> None:
    for link in node.all("hyperlink"):
        _hyperlink(cutter, link)
    if cutter.binding.dynamic:
        cutter.splice.insert(node.close_start, ComputedSlot(lambda s: _links(node.prefix, s)))


def _hyperlink(cutter: SheetCutter, link: Node) -> None:
    location = link.attrs.get("location", "")
    pieces = cutter.repointed(location) if "!" in location else (location,)

    def compute(state: RenderState) -> str:
        changes = {}
        if len(pieces) > 1:
            own = quoted(state.sheet.name)
            changes["location"] = "".join(p if isinstance(p, str) else own for p in pieces)
        tags = [link.open_tag(ref=ref, **changes) for ref in places(link.attrs["ref"], state.shift)]
        closing = b"" if link.is_empty_tag else f"</{link.qname}>".encode()
        return b"".join(tag + closing for tag in tags).decode()

    cutter.splice.replace(link.start, link.end, ComputedSlot(compute))


def _links(prefix: str, state: RenderState) -> str:
    """値とともに渡された、シートへのリンク。"""
    written = []
    for (ref, turn), fill in state.sheet.fills.items():
        if fill.link is None:
            continue
        column, row = split_ref(ref)
        rows = state.shift.rows(row)
        target = attribute_text(f"{quoted(fill.link.sheet)}!{fill.link.cell}")
        written.append(
            f'<{prefix}hyperlink ref="{column}{rows[turn]}" location="{target}"'
            f' display="{attribute_text(str(fill.value))}"/>'
        )
    return "".join(written)


def _new_links(prefix: str, state: RenderState) -> str:
    links = _links(prefix, state)
    return f"<{prefix}hyperlinks>{links}</{prefix}hyperlinks>" if links else ""
