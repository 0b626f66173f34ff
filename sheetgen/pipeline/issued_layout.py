"""テンプレートの様式を、配布記録の形にする。"""

from __future__ import annotations

from sheetgen.model.issued import IssuedCell, IssuedLayout
from sheetgen.model.refs import ref_of
from sheetgen.model.template import TemplateCell
from sheetgen.pipeline.blueprint import Blueprint


def issued_layout(blueprint: Blueprint) -> IssuedLayout:
    """様式のシートの、値の入るセルと、文字の変わらないセルのすべて。"""
    form = blueprint.form
    bound = {one.cell.ref: one for one in form.cells}
    cells = []
    for cell in form.sheet.cells:
        one = bound.get(cell.ref)
        if one is not None:
            path = one.input.path if one.input else one.expression.path
            cells.append(IssuedCell(cell.ref, _last(cell), path, one.label, "", bool(one.input)))
        elif cell.is_formula:
            cells.append(IssuedCell(cell.ref, _last(cell), None, None))
        else:
            cells.append(IssuedCell(cell.ref, _last(cell), None, None, cell.text))
    return IssuedLayout(blueprint.book.fingerprint, form.sheet.name, tuple(cells))


def _last(cell: TemplateCell) -> str:
    return ref_of(cell.last_row, cell.last_column)
