"""様式の数式の試験。"""

from __future__ import annotations

import pytest
from formula_samples import CELLS, FORMULAS
from hypothesis import given
from hypothesis import strategies as st

from sheetgen.xlsx.formula_values import FormulaError, FormulaValue
from sheetgen.xlsx.formulas import compile_formula


def value_of(formula: str, cells: dict[str, FormulaValue] | None = None) -> FormulaValue:
    compiled = compile_formula(formula)
    assert compiled is not None, formula
    return compiled.evaluate((cells or {}).get)


SUBTOTAL = '=IF(COUNT(G11,G13,G15)=0,"-",SUM(G11,G13,G15))'


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, "-"),
        ({"G11": "-", "G13": "ー"}, "-"),
        ({"G11": 0}, 0),
        ({"G11": 6800, "G13": "-", "G15": 700}, 7500),
        ({"G11": 0.1, "G13": 0.2}, 0.3),
        ({"G11": FormulaError("#N/A"), "G13": 1}, FormulaError("#N/A")),
    ],
)
def test_the_subtotal_of_the_form(cells: dict[str, FormulaValue], expected: FormulaValue) -> None:
    assert value_of(SUBTOTAL, cells) == expected


def test_only_the_cells_of_the_formula_are_asked_for() -> None:
    asked: list[str] = []
    compiled = compile_formula("=SUM(A1:B2)+IF(C1=0,1,D1)")
    assert compiled is not None
    assert compiled.evaluate(lambda ref: asked.append(ref)) == 1
    assert asked == ["A1", "B1", "A2", "B2", "C1"]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("=-2*-3", 6),
        ("=2-3-4", -5),
        ("=50%*4", 2),
        ("=1-0.9-0.1", 0),
        ("=1/3+1/3+1/3-1", 0),
        ("=1346.25-1333.38", 12.87),
        ("=SUM(1346.25,-1333.38)", 12.87),
        ("=0.1+0.2=0.3", True),
        ("=ROUND(2.675,2)", 2.68),
        ("=ROUND(-2.5,0)", -3),
        ("=ROUNDUP(1234,-2)", 1300),
        ("=ROUNDDOWN(-1.29,1)", -1.2),
        ("=1/3", 0.333333333333333),
        ("=1/0", FormulaError("#DIV/0!")),
        ("=AVERAGE(Z1:Z9)", FormulaError("#DIV/0!")),
        ('="a"+1', FormulaError("#VALUE!")),
        ("=1E+300*1E+300", FormulaError("#NUM!")),
        ('=IFERROR(1E+300*1E+300,"－")', "－"),
        ("=INT(-1.5)", -2),
        ("=INT(2-0.9-0.1)", 1),
        ("=ISBLANK(Z1)", True),
        ("=ISBLANK(1/0)", False),
        ("=Z1", 0),
        ("=Z1=0", True),
        ('=Z1=""', True),
        ('="a"="A"', True),
        ('="a">9', True),
        ('=TRUE>"z"', True),
        ('=1.50&"千円"', "1.5千円"),
        ("=1E+20&Z1", "1E+20"),
        ('=IFERROR(1/0,"－")', "－"),
        ('=IF(FALSE,1/0,"""")', '"'),
        ("=IF(FALSE,1)", False),
        ('=COUNT("3","x",TRUE)', 2),
    ],
)
def test_as_in_excel(formula: str, expected: FormulaValue) -> None:
    value = value_of(formula)
    assert value == expected
    assert isinstance(value, bool) == isinstance(expected, bool)


@pytest.mark.parametrize(
    "formula",
    [
        "SUM(A1)",
        "=",
        "=1+",
        "=(1",
        "=SUM(A1",
        "=Sheet2!A1",
        "='表 1'!A1",
        "=A:A",
        "=SUM(1:3)",
        "=売上合計",
        "=SUM(,1)",
        "=A1:A3",
        "=SUM(A1:A3*2)",
        "=IF(A1:A3,1,2)",
        "=INT()",
        "=INT(1,2)",
        "=ISBLANK(A1:A3)",
        "=2^3",
        "=LEN(A1)",
        "=ABS(A1)",
        "=NOT(A1)",
        "=ISNUMBER(A1)",
        '=COUNTIF(A1:A3,">0")',
        "=SUMIF(A1:A3,1,B1:B3)",
        "=SUM(1(2)",
        "={1,2}",
        "=#REF!+1",
        "=A1 A2",
        "=VLOOKUP(1,A1:B2,2)",
        "=NOW()",
        "=SUM(A1:XFD1048576)",
        "=" + "(" * 5000 + "1" + ")" * 5000,
    ],
)
def test_what_is_not_known_is_left_to_excel(formula: str) -> None:
    assert compile_formula(formula) is None


values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["#N/A", "#DIV/0!"]).map(FormulaError),
)


@given(st.lists(values, min_size=len(CELLS), max_size=len(CELLS)), st.sampled_from(FORMULAS))
def test_any_value_in_a_cell_gives_a_value(found: list[FormulaValue], formula: str) -> None:
    value = value_of(formula, dict(zip(CELLS, found, strict=True)))
    assert isinstance(value, (int, float, str, bool, FormulaError))
    if isinstance(value, float):
        assert value - value == 0  # 有限の数。ほかはセルの値にならない


@given(st.lists(st.decimals(-(10**6), 10**6, places=2), min_size=1, max_size=30))
def test_decimal_figures_add_up_as_on_paper(figures: list[object]) -> None:
    cells: dict[str, FormulaValue] = {
        f"A{row}": float(str(figure)) for row, figure in enumerate(figures, start=1)
    }
    total = value_of(f"=SUM(A1:A{len(figures)})", cells)
    assert total == float(str(sum(figures)))  # type: ignore[call-overload]
