"""テンプレートの様式を、配布記録の形にする。"""

from __future__ import annotations

from pathlib import Path

from sheetgen.model.issued import IssuedCell, IssuedLayout
from sheetgen.model.refs import ref_of
from sheetgen.model.template import TemplateCell
from sheetgen.pipeline.blueprint import Blueprint
from sheetgen.problems import SheetgenError
from sheetgen.xlsx.package import Package


def issued_layout(blueprint: Blueprint, package: Package, file: Path) -> IssuedLayout:
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
    return IssuedLayout(
        template=blueprint.book.fingerprint,
        sheet=form.sheet.name,
        cells=tuple(cells),
        formulas=tuple(cell.ref for cell in form.sheet.cells if cell.is_formula),
        others=tuple(sheet.name for sheet in blueprint.book.sheets if sheet is not form.sheet),
        remarks=_remarks(package, file, form.sheet.name),
    )


def _remarks(package: Package, file: Path, sheet: str) -> tuple[str, ...]:
    """課の者が様式に描いた図形の文字など。戻ってきたときに、各課の書き込みと間違えない。"""
    if not any(_may_remark(name, data) for name, data in package.parts.items()):
        return ()
    # 図形のあるテンプレートでだけ要る。読み手は、書くだけのときには重い。
    from sheetgen.xlsx.reading import read_book

    try:
        book = read_book(file.read_bytes())
    except (OSError, SheetgenError):
        return ()
    return tuple(remark.text for one in book.sheets if one.name == sheet for remark in one.remarks)


def _may_remark(name: str, data: bytes) -> bool:
    lower = name.lower()
    return (
        "drawing" in lower
        or "comment" in lower
        or (lower.endswith(".rels") and b"External" in data)
    )


def _last(cell: TemplateCell) -> str:
    return ref_of(cell.last_row, cell.last_column)
