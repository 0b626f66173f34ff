"""年数の違う計画の様式：年度の行を足すか除く。始める形のどれでも、3年から10年まで。"""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import new_city
import openpyxl
import pytest
import second_city
from making import make
from ooxml import rules

from sheetgen.form.template import FormTemplate
from sheetgen.form.year_rows import with_years
from sheetgen.plan.loading import load_plan
from sheetgen.problems import UsageError
from sheetgen.send.checking import check
from sheetgen.xlsx.references import Shift, copied_formula
from sheetgen.xlsx.row_copies import packed
from sheetgen.year.adding import AddRequest, add_items
from sheetgen.year.founding import init
from sheetgen.year.starting_points import STARTING_POINTS, parse_grades, starting_point

FORM = "進捗管理シート"
KINDS = [one.name for one in STARTING_POINTS]


def _started(folder: Path, kind: str, years: int) -> Path:
    """始めて、一つの項目を加えた計画。"""
    init(new_city.request(folder, kind=kind, years=years, policies=("窓口", "財政")))
    plan = folder / "data" / "plan.json"
    (listed,) = folder.glob("*一覧.xlsx")
    book = openpyxl.load_workbook(listed)
    sheet = book.worksheets[0]
    heads = {str(cell.value): cell.column for cell in sheet[1]}
    words = load_plan(plan).words
    values = {words["title"]: "窓口の統合", words["owners"]: "総務部 総務課"}
    for number, (head, column) in enumerate(heads.items()):
        first = book["選択肢"].cell(2, 1).value if number == 0 else None
        sheet.cell(2, column).value = values.get(head, first)
    book.save(listed)
    assert add_items(AddRequest(plan=plan, source=listed)).saved
    return plan


@pytest.mark.parametrize("kind", KINDS)
def test_each_starting_point_makes_its_forms(tmp_path: Path, kind: str) -> None:
    """始めてから様式まで、テンプレートの点検に何も出ない。"""
    for years in (3, 10):
        folder = tmp_path / str(years)
        plan = _started(folder, kind, years)
        form = folder / "templates" / "shinchoku_sheet.xlsx"
        assert check(plan, form).problems == ()
        result = make(folder, plan, form, year=2026)
        (book,) = [one.path for one in result.books]
        assert rules.violations_of([book]) == {}
        sheet = openpyxl.load_workbook(book)["(1)①"]
        texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
        # ほかの市のことばは、どのシートにもない。
        whole = "".join(str(cell.value) for one in openpyxl.load_workbook(book)
                        for row in one.iter_rows() for cell in row if cell.value)  # fmt: skip
        if kind != KINDS[0]:
            assert not re.search("アクションプラン|実施項目|進捗管理シート|効果額|取組方針", whole)
        for index in range(years):
            assert f"令和{7 + index}年度" in texts
        assert f"令和{7 + years}年度" not in texts


def test_rows_are_added_before_the_last_year(project_root: Path) -> None:
    template = FormTemplate(project_root / "templates" / "shinchoku_sheet.xlsx").package
    assert with_years(template, 5) is template
    for years in (2, 3, 7, 10):
        book = openpyxl.load_workbook(io.BytesIO(packed(with_years(template, years))))
        sheet = book[FORM]
        bottom = 10 + years * 2
        assert sheet.print_area == f"'{FORM}'!$A$1:$M${bottom + 1}"
        cells = ",".join(f"G{row}" for row in range(11, bottom, 2))
        assert sheet[f"G{bottom}"].value == f'=IF(COUNT({cells})=0,"-",SUM({cells}))'
        for index in range(years):
            top = 10 + index * 2
            assert sheet[f"B{top}"].value == f"{{{{ years[{index}].plan }}}}"
            assert f"B{top}:F{top + 1}" in {str(one) for one in sheet.merged_cells.ranges}
            grade = "item.overall_grade" if index == years - 1 else f"years[{index}].result.grade"
            assert sheet[f"M{top + 1}"].value == f"{{{{ {grade} }}}}"
        assert sheet.row_dimensions[bottom + 2].hidden


def test_a_template_of_another_office_follows_too(tmp_path: Path) -> None:
    """事務局が作った四年のテンプレートを、六年の計画に使う。"""
    path = second_city.write_plan(tmp_path / "plan.json")
    tree = json.loads(path.read_text("utf-8"))
    blank = tree["policies"][0]["measures"][0]["entries"][0]["years"][0]
    tree["fiscal_years"] += [2029, 2030]
    for item in tree["policies"][0]["measures"][0]["entries"]:
        item["years"] += [{**blank, "fiscal_year": year} for year in (2029, 2030)]
    path.write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")
    form = second_city.write_template(tmp_path / "事業票.xlsx")
    before = form.read_bytes()
    codes = {one.code for one in check(path, form).problems}
    assert not {code for code in codes if code.startswith("T")}
    assert form.read_bytes() == before


def test_years_side_by_side_stay_as_they_are(tmp_path: Path) -> None:
    """年度を横に並べたテンプレートの行は、足せない。足りない欄は、点検が言う。"""
    book = openpyxl.Workbook()
    for index in range(3):
        book.active.cell(1, index + 1, f"{{{{ years[{index}].plan }}}}")
    book.save(tmp_path / "横.xlsx")
    package = FormTemplate(tmp_path / "横.xlsx").package
    assert with_years(package, 5) is package


@pytest.mark.parametrize(
    ("formula", "count", "wanted"),
    [
        ("SUM(A1,A2,A3)", 3, "SUM(A1,A2,A3,A4,A5)"),
        ("A1+A2+A3", 2, "A1+A2+A3+A4"),
        ("SUM(A1:A3)", 3, "SUM(A1:A5)"),
        ("SUM(A1,A2,A3)", 0, "SUM(A1,A2)"),
        ("A2+A3", 0, "A2"),
        ("A3-A2", 0, None),
        ("A3-A2", 2, "A4-A2"),
    ],
)
def test_a_sum_follows_the_rows(formula: str, count: int, wanted: str | None) -> None:
    assert copied_formula(formula, "表", Shift(((2, 2),), {2: count})) == wanted


def test_grades_as_they_are_written() -> None:
    assert parse_grades(["S：目標を上回った：達成", "対象外：評価しない：対象外", "A：よい"]) == [
        {"grade": "S", "meaning": "目標を上回った", "counts": "achieved"},
        {"grade": "対象外", "meaning": "評価しない", "counts": "none"},
        {"grade": "A", "meaning": "よい"},
    ]
    for wrong in ("S", "S：", "S：よい：最高", "S：よい：達成：順調"):
        with pytest.raises(UsageError) as caught:
            parse_grades([wrong, "A：よい"])
        assert [one.code for one in caught.value.problems] == ["I051"]
    with pytest.raises(UsageError) as caught:
        starting_point("二次")
    assert [one.code for one in caught.value.problems] == ["I050"]
    assert starting_point("ＫＰＩ型").name == "KPI型"
