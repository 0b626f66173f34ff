"""sheetData より後ろの要素（保護、結合、入力規則、リンク、拡張など）を切り分ける。"""

from __future__ import annotations

import re
from functools import lru_cache

from sheetgen.xlsx.filled import Validation
from sheetgen.xlsx.markup import Node, attribute_text, cell_text, worksheet_position
from sheetgen.xlsx.references import places, quoted, shift_formula, shift_range, shift_sqref
from sheetgen.xlsx.refs import ref_of, split_ref
from sheetgen.xlsx.sheet_cells import lies_in
from sheetgen.xlsx.sheet_source import SheetSource
from sheetgen.xlsx.slots import ComputedSlot, Piece, RenderState

FORMULA_ELEMENTS = {"formula", "formula1", "formula2", "f"}


# 範囲を属性に持つ要素と、その属性。
RANGE_ATTRIBUTES = {
    "conditionalFormatting": "sqref",
    "dataValidation": "sqref",
    "protectedRange": "sqref",
    "ignoredError": "sqref",
}


# 一つの範囲だけを ref に持つ要素。
SINGLE_RANGES = {"autoFilter", "sortState", "sortCondition"}


def cut_tail(source: SheetSource) -> None:
    """後ろの要素を切り分ける。"""
    root = source.root
    if root.find("sheetProtection") is None and source.binding.dynamic:
        _insert(source, "sheetProtection", f'<{root.prefix}sheetProtection sheet="1"/>')
    for node in root.children:
        if node.local == "headerFooter":
            for text in (one.text for one in node.children if "{{" in one.text):
                source.note("T118", text=text)
        if node.local == "sheetProtection":
            source.splice.retag(node, sheet="1")
        elif node.local == "mergeCells" and source.binding.blocks:
            source.splice.replace(node.start, node.end, _merges(node))
        elif node.local == "dataValidations":
            _repoint_below(source, node)
        elif node.local == "hyperlinks":
            _hyperlinks(source, node)
        elif node.local == "rowBreaks" and not source.binding.is_form:
            source.splice.replace(node.start, node.end, _breaks(node))
        elif node.local not in {"sheetData", "sheetViews", "sheetPr", "cols", "mergeCells"}:
            _repoint_below(source, node)
    if source.binding.is_form:
        _cut_validations(source)
    if source.binding.dynamic and root.find("hyperlinks") is None:
        _insert(source, "hyperlinks", ComputedSlot(lambda s: _new_links(root.prefix, s)))


def _insert(source: SheetSource, local: str, piece: Piece) -> None:
    position = worksheet_position(source.root, local)
    source.splice.insert(position, piece.encode() if isinstance(piece, str) else piece)


def _merges(node: Node) -> ComputedSlot:
    refs = [child.attrs["ref"] for child in node.all("mergeCell")]
    prefix = node.prefix

    def compute(state: RenderState) -> str:
        found = [one for ref in refs for one in places(ref, state.shift)]
        cells = "".join(f'<{prefix}mergeCell ref="{ref}"/>' for ref in found)
        return f'<{node.qname} count="{len(found)}">{cells}</{node.qname}>' if found else ""

    return ComputedSlot(compute)


def _repoint_below(source: SheetSource, top: Node) -> None:
    """この要素と下にある、数式と範囲を直す。"""
    ref = None
    for node in top.walk():
        ref = _first_cell(node.attrs.get("sqref")) or ref
        if node.local in FORMULA_ELEMENTS and node.text and not node.is_empty_tag:
            source.splice.fill(node, *_formula(source, node.text, ref))
        elif node.local == "sqref" and node.text and source.binding.blocks:
            source.splice.fill(node, _shifted(node.text))
        elif source.binding.blocks:
            _move(source, node)


def _first_cell(sqref: str | None) -> str | None:
    """範囲の初めのセル。"""
    return re.split("[ :]", sqref, maxsplit=1)[0] if sqref else None


def _move(source: SheetSource, node: Node) -> None:
    """要素の属性にある範囲を移す。"""
    attribute = RANGE_ATTRIBUTES.get(node.local, "")
    # 拡張 (x14) の同じ名の要素は、範囲を属性ではなく子の sqref に持つ。
    if attribute in node.attrs:
        _shift_attribute(source, node, attribute)
    elif node.local in SINGLE_RANGES:
        _shift_attribute(source, node, "ref")


def _breaks(node: Node) -> ComputedSlot:
    """改ページ。``id`` はその上の行の番号。1ページに入るシートには入れない。"""
    found = [(int(one.attrs.get("id", 0)), one) for one in node.all("brk")]

    def compute(state: RenderState) -> str:
        if state.sheet.on_one_page:
            return ""
        moved = [
            one.open_tag(id=str(state.shift.end(row, row))).decode().rstrip("/>") + "/>"
            for row, one in found
        ]
        return node.open_tag().decode() + "".join(moved) + f"</{node.qname}>"

    return ComputedSlot(compute)


def _shifted(sqref: str) -> ComputedSlot:
    return ComputedSlot(lambda state: shift_sqref(sqref, state.shift))


def _formula(source: SheetSource, text: str, ref: str | None) -> tuple[object, ...]:
    pieces = source.repointed(text, ref)
    if source.binding.blocks:
        own = source.binding.name
        return (ComputedSlot(lambda s: cell_text(shift_formula(text, own, s.shift))),)
    return tuple(p.encode() if isinstance(p, str) else p for p in pieces)


def _shift_attribute(source: SheetSource, node: Node, name: str) -> None:
    def compute(state: RenderState) -> str:
        move = shift_range if name == "ref" else shift_sqref
        return node.open_tag(**{name: move(node.attrs[name], state.shift)}).decode()

    source.splice.replace(node.start, node.open_end, ComputedSlot(compute))


def _hyperlinks(source: SheetSource, node: Node) -> None:
    for link in node.all("hyperlink"):
        _hyperlink(source, link)
    if source.binding.dynamic:
        source.splice.insert(node.close_start, ComputedSlot(lambda s: _links(node.prefix, s)))


def _hyperlink(source: SheetSource, link: Node) -> None:
    location = link.attrs.get("location", "")
    ref = _first_cell(link.attrs["ref"])
    pieces = source.repointed(location, ref) if "!" in location else (location,)

    def compute(state: RenderState) -> str:
        changes = {}
        if len(pieces) > 1:
            own = quoted(state.sheet.name)
            changes["location"] = "".join(p if isinstance(p, str) else own for p in pieces)
        tags = [link.open_tag(ref=ref, **changes) for ref in places(link.attrs["ref"], state.shift)]
        closing = b"" if link.is_empty_tag else f"</{link.qname}>".encode()
        return b"".join(tag + closing for tag in tags).decode()

    source.splice.replace(link.start, link.end, ComputedSlot(compute))


def _links(prefix: str, state: RenderState) -> str:
    """値とともに渡された、シートへのリンク。"""
    written = []
    for (ref, turn), fill in state.sheet.fills.items():
        if fill.link is None:
            continue
        row, column = split_ref(ref)
        place = ref_of(state.shift.rows(row)[turn], column)
        target = attribute_text(f"{quoted(fill.link.sheet)}!{fill.link.cell}")
        written.append(
            f'<{prefix}hyperlink ref="{place}" location="{target}"'
            f' display="{attribute_text(str(fill.value))}"/>'
        )
    return "".join(written)


def _new_links(prefix: str, state: RenderState) -> str:
    links = _links(prefix, state)
    return f"<{prefix}hyperlinks>{links}</{prefix}hyperlinks>" if links else ""


def _cut_validations(source: SheetSource) -> None:
    """様式の入力規則に、書き足す所を作る。

    事務局が記入欄に自分の規則を置いていれば、それを残し、こちらの規則は書かない。一つの
    セルに二つの規則は置けない。
    """
    root = source.root
    areas = _ruled_areas(root)
    ruled = frozenset(ref for ref in source.binding.inputs if lies_in(ref, areas))
    node = root.find("dataValidations")
    if node is None or not node.children:
        slot = ComputedSlot(lambda state: _validations(root.prefix, _added(state, ruled)))
        if node is None:
            source.splice.insert(worksheet_position(root, "dataValidations"), slot)
        else:
            source.splice.replace(node.start, node.end, slot)
        return
    existing = len(node.children)

    def opening(state: RenderState) -> str:
        return node.open_tag(count=str(existing + len(_added(state, ruled)))).decode()

    source.splice.replace(node.start, node.open_end, ComputedSlot(opening))
    source.splice.insert(
        node.close_start, ComputedSlot(lambda state: _each(node.prefix, _added(state, ruled)))
    )


def _ruled_areas(root: Node) -> str:
    """テンプレートの規則のある範囲を、空白でつないで返す。拡張 (x14) は範囲を子に持つ。"""
    areas = []
    for node in root.walk():
        if node.local == "dataValidation":
            inner = node.find("sqref")
            areas.append(inner.text if inner else node.attrs.get("sqref", ""))
    return " ".join(areas)


def _added(state: RenderState, ruled: frozenset[str]) -> list[Validation]:
    return [one for one in state.sheet.validations if one.ref not in ruled]


def _validations(prefix: str, added: list[Validation]) -> str:
    if not added:
        return ""
    name = f"{prefix}dataValidations"
    return f'<{name} count="{len(added)}">{_each(prefix, added)}</{name}>'


def _each(prefix: str, added: list[Validation]) -> str:
    return "".join([_validation(one, prefix) for one in added])


@lru_cache(maxsize=4096)
def _validation(one: Validation, prefix: str) -> str:
    """一つの入力規則を書く。属性の順は ECMA-376 18.3.1.32 による。"""
    attrs = {
        "type": one.kind,
        "errorStyle": "" if one.strict else "warning",
        "operator": one.operator,
        "allowBlank": "1",
        "showInputMessage": "1",
        "showErrorMessage": "1",
        "errorTitle": one.error_title,
        "error": one.error,
        "promptTitle": one.prompt_title,
        "prompt": one.prompt,
        "sqref": one.ref,
    }
    words = [f'{name}="{attribute_text(value)}"' for name, value in attrs.items() if value]
    formulas = "".join(
        f"<{prefix}formula{number}>{cell_text(text)}</{prefix}formula{number}>"
        for number, text in enumerate(one.formulas, 1)
    )
    return f"<{prefix}dataValidation {' '.join(words)}>{formulas}</{prefix}dataValidation>"
