"""実物の計画から作った74枚：値と表示形式、開いた欄と閉じた欄、案内、名前、一覧。"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from making import (
    GUIDE,
    Place,
    bindings,
    form_sheets,
    input_cells,
    load,
    make,
    places,
    unlocked_cells,
    wanted,
)
from ooxml import clients, rules
from openpyxl.worksheet.worksheet import Worksheet

from sheetgen.plan.round import BUILT_IN, RoundKind
from sheetgen.send.generating import GenerateResult

INITIATIVE_YEAR = 2024
FIRST = "years[0]"
SUBTOTAL_COUNT, SUBTOTAL_SUM = 22, 2_671_349


@pytest.fixture(scope="module")
def books(result: GenerateResult) -> list[openpyxl.Workbook]:
    return [openpyxl.load_workbook(book.path) for book in result.books]


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


def test_every_form_is_set_up_for_its_page(books: list[openpyxl.Workbook]) -> None:
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
    result: GenerateResult,
) -> None:
    values = {book.addressee: clients.by_calamine(book.path) for book in result.books}
    sums = []
    for place, sheet in forms:
        cells = [c.coordinate for row in sheet.iter_rows() for c in row if c.data_type == "f"]
        assert len(cells) == 2, place.sheet
        cached = [values[place.addressee][place.sheet].get(cell) for cell in cells]
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


@pytest.mark.parametrize("kind", BUILT_IN)
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
            assert unlocked_cells(sheet) == expected
            assert sheet.protection.sheet
            for cell in inputs:
                fill = sheet[cell].fill
                painted = fill.fill_type == "solid" and fill.fgColor.rgb == colour
                assert painted == (cell in expected), f"{sheet.title} {cell}"


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
