"""数式の値を、LibreOffice の計算と比べる。"""

from __future__ import annotations

import math
from pathlib import Path

from formula_samples import CELLS, FORMULAS
from openpyxl import Workbook, load_workbook
from programs import need, soffice_convert

from sheetgen.xlsx.formula_values import FormulaError, FormulaValue
from sheetgen.xlsx.formulas import compile_formula

CLOSE = 1e-12  # 割合。LibreOffice は二進の小数の端数を書き、こちらは書かない


def _same(ours: FormulaValue, theirs: object) -> bool:
    if isinstance(ours, FormulaError):
        return ours.code == theirs
    if isinstance(ours, (bool, str)) or isinstance(theirs, (bool, str)):
        return type(ours) is type(theirs) and ours == theirs
    if not isinstance(ours, (int, float)) or not isinstance(theirs, (int, float)):
        return False
    return math.isclose(ours, theirs, rel_tol=CLOSE, abs_tol=CLOSE)


def test_values_agree_with_libreoffice(tmp_path: Path) -> None:
    need("soffice")
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for ref, value in CELLS.items():
        sheet[ref] = value
    for row, formula in enumerate(FORMULAS, start=1):
        sheet.cell(row, 3, formula)
    source = tmp_path / "formulas.xlsx"
    book.save(source)
    made = soffice_convert(source, tmp_path / "out", "xlsx")
    calculated = load_workbook(made, data_only=True).active
    assert calculated is not None

    differing = []
    for row, formula in enumerate(FORMULAS, start=1):
        compiled = compile_formula(formula)
        assert compiled is not None, formula
        ours = compiled.evaluate(CELLS.get)
        theirs = calculated.cell(row, 3).value
        if not _same(ours, theirs):
            differing.append((formula, ours, theirs))
    assert not differing, "\n".join(map(str, differing))
