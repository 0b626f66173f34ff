"""実物の計画から作った28冊：包みの正しさ、値、印刷、ほかのプログラムでの見え方。"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from making import (
    GUIDE,
    Place,
    bindings,
    changed_plan,
    form_sheets,
    input_cells,
    item_of,
    load,
    make,
    places,
    wanted,
)
from ooxml import audit, clients, printed, rules
from openpyxl.worksheet.worksheet import Worksheet
from programs import soffice_convert

from sheetgen.model.job import GenerateResult, RoundKind

INITIATIVE_YEAR = 2024
FIRST = "years[0]"
SUBTOTAL_COUNT, SUBTOTAL_SUM = 22, 2_671_349


@pytest.fixture(scope="module")
def result(
    tmp_path_factory: pytest.TempPathFactory, plan_path: Path, template_path: Path
) -> GenerateResult:
    return make(tmp_path_factory.mktemp("real"), plan_path, template_path)


@pytest.fixture(scope="module")
def paths(result: GenerateResult) -> list[Path]:
    return [book.path for book in result.books]


@pytest.fixture(scope="module")
def values(paths: list[Path]) -> dict[str, clients.Book]:
    return {path.name: clients.by_openpyxl(path) for path in paths}


@pytest.fixture(scope="module")
def books(paths: list[Path]) -> list[openpyxl.Workbook]:
    return [openpyxl.load_workbook(path) for path in paths]


@pytest.fixture(scope="module")
def plan(plan_path: Path) -> dict[str, Any]:
    return load(plan_path)


@pytest.fixture(scope="module")
def forms(
    plan: dict[str, Any], result: GenerateResult, books: list[openpyxl.Workbook]
) -> list[tuple[Place, Worksheet]]:
    """実施項目と、その様式。宛先とシートの名でつなぐ。"""
    by_addressee = {
        written.addressee: book for written, book in zip(result.books, books, strict=True)
    }
    return [(place, by_addressee[place.addressee][place.sheet]) for place in places(plan)]


def test_there_are_28_books_with_74_forms(
    result: GenerateResult, books: list[openpyxl.Workbook], plan: dict[str, Any]
) -> None:
    assert len(books) == 28
    assert [len(form_sheets(book)) for book in books] == [book.forms for book in result.books]
    assert sum(book.forms for book in result.books) == len(list(places(plan))) == 74
    names = [path.name for path in sorted(result.folder.glob("*.xlsx"))]
    assert names == [book.path.name for book in result.books], "部と課の順に並ばない"


def test_every_package_keeps_the_rules(paths: list[Path]) -> None:
    assert rules.violations_of(paths) == {}


def test_the_second_judge_agrees(paths: list[Path]) -> None:
    found = {path.name: audit.findings(path) for path in paths}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_calamine_reads_the_same(paths: list[Path], values: dict[str, clients.Book]) -> None:
    for path in paths:
        assert clients.differences(values[path.name], clients.by_calamine(path)) == []


@pytest.mark.parametrize("reader", ["exceljs", "sheetjs"])
def test_node_reads_the_same(
    reader: str, paths: list[Path], values: dict[str, clients.Book]
) -> None:
    found = clients.by_node(paths)[reader]
    for path in paths:
        assert clients.differences(values[path.name], found[path.name]) == []


def test_libreoffice_keeps_the_values(
    paths: list[Path], values: dict[str, clients.Book], tmp_path: Path
) -> None:
    saved = clients.by_libreoffice(paths, tmp_path)
    for path in paths:
        assert clients.differences(values[path.name], saved[path.name]) == []


def test_every_form_is_one_page_with_nothing_outside_its_cell(
    paths: list[Path], books: list[openpyxl.Workbook], tmp_path: Path
) -> None:
    pdfs = soffice_convert(paths, tmp_path)
    total, lines = 0, []
    for path, pdf, book in zip(paths, pdfs, books, strict=True):
        names = {sheet.title for sheet in form_sheets(book)}
        judged = printed.judge(path, pdf)
        total += sum(judged.pages[name] for name in names)
        assert {judged.pages[name] for name in names} == {1}, f"{path.name}: {judged.pages}"
        lines += [f"{path.name}: {line}" for line in judged.problems_of(names)]
    assert lines == []
    assert total == 74
    for book in books:
        for sheet in form_sheets(book):
            assert sheet.page_setup.orientation == "landscape"
            assert int(sheet.page_setup.paperSize) == 9
            assert int(sheet.page_setup.scale or 100) == 100
            assert not sheet.sheet_properties.pageSetUpPr.fitToPage


def _master_cells(
    forms: list[tuple[Place, Worksheet]], template: Path
) -> Iterator[tuple[Place, Worksheet, str, str, object]]:
    """様式、番地、道、原本での値。"""
    bound = bindings(template)
    for place, sheet in forms:
        for cell, path in bound.items():
            if not path.startswith(("form.", "round.", "book.")):
                yield place, sheet, cell, path, wanted(place, path, INITIATIVE_YEAR)


def test_every_cell_holds_the_master_value(
    forms: list[tuple[Place, Worksheet]], template_path: Path
) -> None:
    count = 0
    for place, sheet, cell, path, value in _master_cells(forms, template_path):
        got = sheet[cell].value
        assert got == value, f"{place.item['id']} {path}"
        assert type(got) is type(value), f"{place.item['id']} {path}"
        assert sheet[cell].data_type != "f", f"{place.item['id']} {path}"
        count += 1
    assert count > 74 * 40


def test_numbers_have_their_own_format(
    forms: list[tuple[Place, Worksheet]], template_path: Path
) -> None:
    seen = set()
    for place, sheet, cell, path, value in _master_cells(forms, template_path):
        if isinstance(value, str) or not path.startswith(("years", "item.indicator")):
            continue
        own = place.item["indicator"]["number_format"]
        code = "#,##0" if path.endswith("effect") else own
        if path.endswith(("effect", "value", "target", "current")):
            assert sheet[cell].number_format == code, f"{place.item['id']} {path} {value}"
            seen.add(code)
    assert len(seen) > 1


def _numbers(values: list[object]) -> list[int | float]:
    return [value for value in values if isinstance(value, int | float)]


def test_subtotals_have_their_cached_values(
    forms: list[tuple[Place, Worksheet]],
    values: dict[str, clients.Book],
    result: GenerateResult,
) -> None:
    names = {book.addressee: book.path.name for book in result.books}
    sums = []
    for place, sheet in forms:
        cells = [c.coordinate for row in sheet.iter_rows() for c in row if c.data_type == "f"]
        assert len(cells) == 2, place.sheet
        cached = [values[names[place.addressee]][place.sheet].get(cell) for cell in cells]
        years = place.item["years"]
        for value, effects in zip(
            cached,
            ([y["effect"] for y in years], [y["result"]["effect"] for y in years]),
            strict=True,
        ):
            numbers = _numbers(effects)
            assert value == (sum(numbers) if numbers else "-"), place.item["id"]
        if isinstance(cached[0], int | float):
            sums.append(cached[0])
    assert (len(sums), sum(sums)) == (SUBTOTAL_COUNT, SUBTOTAL_SUM)


def _unlocked(sheet: Worksheet) -> set[str]:
    inner = {
        (row, column)
        for area in sheet.merged_cells.ranges
        for row, column in area.cells
        if (row, column) != (area.min_row, area.min_col)
    }
    return {
        cell.coordinate
        for row in sheet.iter_rows()
        for cell in row
        if not cell.protection.locked and (cell.row, cell.column) not in inner
    }


def _is_open(path: str, kind: RoundKind) -> bool:
    """年次見直しの年度が令和6年度の計画で、この照会に開くはずの欄か。"""
    if kind is RoundKind.RESULTS:
        return path.startswith("years[0].result.")
    coming = path.startswith(("years[2].", "years[3].", "years[4]."))
    return path == "initiative.text" or (coming and ".result." not in path)


@pytest.fixture(scope="module")
def revision(
    tmp_path_factory: pytest.TempPathFactory, plan_path: Path, template_path: Path
) -> list[openpyxl.Workbook]:
    wishes = {"round": RoundKind.REVISION, "items": ("08-08", "01-04")}
    made = make(tmp_path_factory.mktemp("revision"), plan_path, template_path, **wishes)
    assert rules.violations_of([book.path for book in made.books]) == {}
    return [openpyxl.load_workbook(book.path) for book in made.books]


@pytest.mark.parametrize("kind", list(RoundKind))
def test_only_the_rounds_inputs_are_open_and_coloured(
    kind: RoundKind,
    books: list[openpyxl.Workbook],
    revision: list[openpyxl.Workbook],
    template_path: Path,
) -> None:
    inputs = input_cells(template_path)
    expected = {cell for cell, path in inputs.items() if _is_open(path, kind)}
    assert expected
    for book in books if kind is RoundKind.RESULTS else revision:
        sample = book.defined_names["input_sample"].attr_text
        colour = book[GUIDE][sample.rpartition("!")[2].replace("$", "")].fill.fgColor.rgb
        for sheet in form_sheets(book):
            assert _unlocked(sheet) == expected
            assert sheet.protection.sheet
            for cell in inputs:
                fill = sheet[cell].fill
                painted = fill.fill_type == "solid" and fill.fgColor.rgb == colour
                assert painted == (cell in expected), f"{sheet.title} {cell}"


def test_the_last_round_asks_for_the_overall_grade(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    """計画の翌年度の実績照会では、最終年度の実績と全期間総合評価が開く。"""
    made = make(tmp_path, plan_path, template_path, year=2028, items=("08-08",))
    (book,) = made.books
    assert rules.violations(book.path) == []
    inputs = input_cells(template_path)
    (sheet,) = form_sheets(openpyxl.load_workbook(book.path))
    assert {inputs[cell] for cell in _unlocked(sheet)} == {
        "years[4].result.text",
        "years[4].result.value",
        "years[4].result.effect",
        "item.overall_grade",
    }


def test_what_earlier_rounds_brought_in_is_shown_and_locked(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    """二年目の照会では、前の年の実績が、閉じた欄に、足し算に入って出る。"""

    def fill_in(plan: dict[str, Any]) -> None:
        plan["revision"]["fiscal_year"] = 2025
        item = item_of(plan, "08-08")
        item["initiatives"]["2025"] = "■ 設置台数を36台とする。"
        item["years"][0]["result"] = {
            "text": "・34台を設置した。",
            "value": 34,
            "effect": 6912.5,
            "grade": "A",
        }
        item["years"][1]["result"]["effect"] = "-"

    plan = changed_plan(plan_path, tmp_path / "plan.json", fill_in)
    (book,) = make(tmp_path, plan, template_path, items=("08-08",)).books
    (place,) = [one for one in places(load(plan)) if one.item["id"] == "08-08"]
    (sheet,) = form_sheets(openpyxl.load_workbook(book.path))
    inputs = input_cells(template_path)
    for cell, path in bindings(template_path).items():
        if not path.startswith(("form.", "round.", "book.")):
            assert sheet[cell].value == wanted(place, path, 2025), path
    assert {inputs[cell].partition(".")[0] for cell in _unlocked(sheet)} == {"years[1]"}
    formulas = [c.coordinate for row in sheet for c in row if c.data_type == "f"]
    cached = clients.by_openpyxl(book.path)[place.sheet]
    assert [cached[cell] for cell in formulas] == [36000, 6912.5]


def test_open_inputs_guide_and_closed_ones_do_not(
    books: list[openpyxl.Workbook], plan: dict[str, Any], template_path: Path
) -> None:
    inputs = input_cells(template_path)
    grade = next(cell for cell, path in inputs.items() if path == f"{FIRST}.result.grade")
    scale = '"' + ",".join(one["grade"] for one in plan["evaluation_scale"]) + '"'
    for book in books:
        for sheet in form_sheets(book):
            checks = sheet.data_validations.dataValidation
            covered = {str(one.sqref).partition(":")[0]: one for one in checks}
            assert set(covered) == {
                cell for cell, path in inputs.items() if _is_open(path, RoundKind.RESULTS)
            }
            assert all(one.prompt and one.promptTitle for one in checks)
            assert (covered[grade].type, covered[grade].formula1) == ("list", scale)


def test_every_input_has_its_own_name_in_its_sheet(
    books: list[openpyxl.Workbook], template_path: Path
) -> None:
    inputs = input_cells(template_path)
    for book in books:
        for sheet in form_sheets(book):
            named = {}
            for name in sheet.defined_names.values():
                ((title, area),) = name.destinations
                if name.name.startswith("sg."):
                    assert title == sheet.title
                    named[area.replace("$", "").partition(":")[0]] = name.name
            assert set(named) == set(inputs), sheet.title
            assert len(set(named.values())) == len(named)


def test_one_sheet_is_selected_and_it_is_the_first(books: list[openpyxl.Workbook]) -> None:
    for book in books:
        chosen = [sheet.title for sheet in book.worksheets if sheet.sheet_view.tabSelected]
        assert chosen == [GUIDE]
        assert book.active.title == GUIDE


def test_the_list_links_to_every_form(books: list[openpyxl.Workbook], plan: dict[str, Any]) -> None:
    titles = {place.sheet: place.item["title"] for place in places(plan)}
    for book in books:
        guide, names = book[GUIDE], [sheet.title for sheet in form_sheets(book)]
        links = {
            cell.hyperlink.location.rpartition("!")[0].strip("'"): [one.value for one in row]
            for row in guide.iter_rows()
            for cell in row
            if cell.hyperlink and cell.hyperlink.location
        }
        assert set(links) == set(names)
        assert all(titles[name] in row for name, row in links.items())


def test_a_joint_item_has_one_form_and_is_named_in_the_other_list(
    result: GenerateResult, books: list[openpyxl.Workbook], plan: dict[str, Any]
) -> None:
    place = next(one for one in places(plan) if one.item["id"] == "03-06")
    addressees = [f"{o['department']} {o['section']}" for o in place.item["owners"]]
    assert len(addressees) == 2
    holders = [book.addressee for book in result.books if "03-06" in book.items]
    assert holders == addressees[:1]
    assert holders[0].endswith("職員課")
    by_addressee = {b.addressee: book for b, book in zip(result.books, books, strict=True)}
    other = by_addressee[addressees[1]]
    assert addressees[1].endswith("経営企画課")
    assert place.sheet not in other.sheetnames
    rows = [[cell.value for cell in row] for row in other[GUIDE].iter_rows()]
    (row,) = [row for row in rows if place.item["title"] in row]
    assert any(isinstance(value, str) and "職員課" in value for value in row[2:])


def test_a_second_run_gives_the_same_bytes(
    result: GenerateResult, plan_path: Path, template_path: Path, tmp_path: Path
) -> None:
    """別のプロセスで、並びの乱れうる設定で作っても、一バイトも違わない。"""
    command = [sys.executable, "-m", "sheetgen", "generate", "--out", str(tmp_path / "again")]
    command += ["--plan", str(plan_path), "--template", str(template_path)]
    environment = {**os.environ, "PYTHONHASHSEED": "4649", "PYTHONUTF8": "1"}
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    first = {book.path.name: _digest(book.path) for book in result.books}
    assert {path.name: _digest(path) for path in (tmp_path / "again").glob("*.xlsx")} == first


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
