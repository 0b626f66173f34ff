"""よその市：四年の計画、ほかの評価の段階、縦の紙の様式が、そのまま使える。"""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import second_city
from making import make
from ooxml import clients, printed, rules
from programs import soffice_convert

from sheetgen.send.generating import GenerateResult


@pytest.fixture(scope="module")
def other_city(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, GenerateResult]:
    folder = tmp_path_factory.mktemp("city")
    plan = second_city.write_plan(folder / "plan.json")
    template = second_city.write_template(folder / "事業票.xlsx")
    return plan, template, make(folder, plan, template)


def test_a_second_city_needs_no_code(other_city: tuple[Path, Path, GenerateResult]) -> None:
    _, _, result = other_city
    assert [(book.addressee, book.forms) for book in result.books] == [
        ("総務部 総務課", 1),
        ("総務部 市民課", 2),
    ]
    assert rules.violations_of([book.path for book in result.books]) == {}
    first = openpyxl.load_workbook(result.books[0].path)["(1)①"]
    assert first["A1"].value == "行政改革推進プラン 事業票（窓口の見直し その1）"
    assert (first["C5"].value, first["C5"].number_format) == (12.0, "0.0")
    # 実績照会は令和8年度なので、前の年度（一年目）の実績だけが開く。
    opened = {c.coordinate for row in first["A1:F13"] for c in row if not c.protection.locked}
    assert {cell for cell in opened if first[cell].value is None and cell[0] in "DEF"} >= {
        "D5",
        "E5",
        "E6",
        "F5",
    }
    assert not opened & {"B3", "B5", "C5", "C6", "D7", "E7", "F7", "F13"}
    grades = [c.formula1 for c in first.data_validations.dataValidation if c.type == "list"]
    assert grades == ['"S,A,B"']


def test_a_second_citys_total_is_computed(
    other_city: tuple[Path, Path, GenerateResult],
) -> None:
    _, _, result = other_city
    totals = [
        cells["C13"]
        for book in result.books
        for name, cells in clients.by_openpyxl(book.path).items()
        if name.startswith("(")
    ]
    # 表示形式が小数まで出すテンプレートでも、効果額は千円で印刷し、その数を足す。
    assert totals == [601, 0, 10]


def test_a_second_city_prints_on_upright_pages(
    other_city: tuple[Path, Path, GenerateResult], tmp_path: Path
) -> None:
    _, _, result = other_city
    written = [book.path for book in result.books]
    for path, pdf in zip(written, soffice_convert(written, tmp_path), strict=True):
        judged = printed.judge(path, pdf)
        names = [name for name in judged.pages if name.startswith("(")]
        assert names
        assert [judged.pages[name] for name in names] == [1] * len(names)
        assert judged.problems_of(names) == []
