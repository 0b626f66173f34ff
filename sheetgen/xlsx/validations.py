"""記入欄の入力規則を書き足す。

Where the office has put a rule of its own on an input, that rule stands and ours
is left out: two rules on one cell are not allowed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sheetgen.model.filled import Validation
from sheetgen.xlsx.cells import lies_in
from sheetgen.xlsx.markup import Node
from sheetgen.xlsx.order import worksheet_position
from sheetgen.xlsx.slots import ComputedSlot, RenderState
from sheetgen.xlsx.text import attribute_text, cell_text

if TYPE_CHECKING:
    from sheetgen.xlsx.sheet import SheetCutter


def cut_validations(cutter: SheetCutter) -> None:
    """様式の入力規則に、書き足す所を作る。"""
    root = cutter.root
    areas = _ruled_areas(root)
    ruled = frozenset(ref for ref in cutter.binding.inputs if lies_in(ref, areas))
    node = root.find("dataValidations")
    if node is None or not node.children:
        slot = ComputedSlot(lambda state: _element(root.prefix, _added(state, ruled)))
        if node is None:
            cutter.splice.insert(worksheet_position(root, "dataValidations"), slot)
        else:
            cutter.splice.replace(node.start, node.end, slot)
        return
    existing = len(node.children)

    def opening(state: RenderState) -> str:
        return node.open_tag(count=str(existing + len(_added(state, ruled)))).decode()

    cutter.splice.replace(node.start, node.open_end, ComputedSlot(opening))
    cutter.splice.insert(
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


def _element(prefix: str, added: list[Validation]) -> str:
    if not added:
        return ""
    name = f"{prefix}dataValidations"
    return f'<{name} count="{len(added)}">{_each(prefix, added)}</{name}>'


def _each(prefix: str, added: list[Validation]) -> str:
    return "".join([validation(one, prefix) for one in added])


@lru_cache(maxsize=4096)
def validation(one: Validation, prefix: str) -> str:
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
