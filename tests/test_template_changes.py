"""人が手を入れたテンプレート：プログラムを変えずに使え、足したものを何も失わない。"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import survival
from making import (
    bindings,
    form_sheets,
    input_cells,
    load,
    make,
    places,
    wanted,
)
from ooxml import clients, dialects, nasty, office, printed, reshape, rules
from ooxml.draft import Draft, put_formula
from ooxml.package import Element, Package
from programs import soffice_convert

from sheetgen.send.generating import GenerateResult

# 職員課の三枚と、関わりのない一枚。二冊になる。
ITEMS = ("03-01", "03-06", "08-08")
JOINT_BOOK = "総務部 職員課"
Act = Callable[[Draft], None]


def _made(
    tmp_path: Path, plan_path: Path, template_path: Path, *acts: Act
) -> tuple[Path, GenerateResult]:
    template = nasty.changed(template_path, tmp_path / "様式.xlsx", *acts)
    return template, make(tmp_path, plan_path, template, items=ITEMS)


def _check(template: Path, result: GenerateResult, plan_path: Path) -> None:
    """包みが正しく、様式の値が原本と同じことを確かめる。"""
    written = [book.path for book in result.books]
    assert rules.violations_of(written) == {}
    by_item = {place.item["id"]: place for place in places(load(plan_path))}
    bound = bindings(template)
    seen = 0
    for book in result.books:
        opened = openpyxl.load_workbook(book.path)
        assert [sheet.title for sheet in form_sheets(opened)] == [
            by_item[item].sheet for item in book.items
        ]
        for item in book.items:
            for cell, path in bound.items():
                if not path.startswith(("form.", "round.", "book.")):
                    value = opened[by_item[item].sheet][cell].value
                    assert value == wanted(by_item[item], path, 2024), f"{item} {cell} {path}"
                    seen += 1
    assert seen > len(ITEMS) * 30


@pytest.mark.parametrize(
    "act", [*office.OFFICE, nasty.office_template], ids=lambda act: act.__name__
)
def test_what_the_office_put_in_survives_on_every_sheet(
    act: Callable[..., object], tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    acts = office.OFFICE if act is nasty.office_template else (act,)
    template, result = _made(tmp_path, plan_path, template_path, *acts)  # type: ignore[arg-type]
    _check(template, result, plan_path)
    for book in result.books:
        for index in (0, -1):
            assert survival.lost(template, book.path, index) == []
        assert set(survival.own_parts(book.path).values()) <= {1}


def test_the_loss_would_be_noticed(tmp_path: Path, template_path: Path, plan_path: Path) -> None:
    """openpyxl で読んで書き直すと失われるものを、この試験は見つける。"""
    template, result = _made(tmp_path, plan_path, template_path, *office.OFFICE)
    path = next(book.path for book in result.books if book.addressee == JOINT_BOOK)
    openpyxl.load_workbook(path).save(path)
    lines = "\n".join(survival.lost(template, path, -1))
    for word in ("図面", "printerSettings", "ふりがな", "dataValidation", "conditionalFormatting"):
        assert word in lines


RESHAPED = (
    nasty.wider_column,
    nasty.moved_field,
    nasty.field_beside_the_page,
    nasty.split_runs,
    nasty.shared_formula,
    nasty.cleared_badge,
    nasty.checked_input,
    reshape.inserted_row,
    reshape.portrait,
)


@pytest.mark.parametrize("act", [*RESHAPED, *dialects.DIALECTS], ids=lambda act: act.__name__)
def test_a_changed_template_works_without_a_code_change(
    act: Act, tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    template, result = _made(tmp_path, plan_path, template_path, act)
    if act is not nasty.split_runs:
        assert len(bindings(template)) > 30
    _check(template, result, plan_path)
    for book in result.books if act is not dialects.moved_book else ():
        # calamine はブックの部品の場所を決めてかかるので、動かしたものは読めない。
        values = clients.by_openpyxl(book.path)
        assert clients.differences(values, clients.by_calamine(book.path)) == []


def test_what_stands_below_the_list_moves_with_it(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    template, result = _made(tmp_path, plan_path, template_path, reshape.below_the_list)
    lines = [line for book in result.books for line in rules.violations(book.path)]
    # 一覧のシートの数式は開いたときに計算され、そのことが知らされる。
    assert all("no-cached-value" in line for line in lines)
    assert not lines or "T117" in {problem.code for problem in result.problems}
    before = openpyxl.load_workbook(template)["はじめに"]
    at = next(cell.row for (cell,) in before["A1:A99"] if cell.value == reshape.END_TEXT)
    grades = len(load(plan_path)["evaluation_scale"])
    for book in result.books:
        opened = openpyxl.load_workbook(book.path)
        guide = opened["はじめに"]
        listed = sum(1 for row in guide for cell in row if cell.value in _labels(plan_path))
        # 見直し照会だけの一行（今の文）は、実績照会では入らない。
        row = at + (grades - 1) + (listed - 1) - 1
        text = f"A{row}"
        assert guide[text].value == reshape.END_TEXT
        assert guide[f"A{row + 1}"].value == f"=LEN({text})+LEN($A$1)"
        assert f"B{row}:C{row + 1}" in {str(area) for area in guide.merged_cells.ranges}
        assert guide[text].hyperlink.ref == text
        assert opened.defined_names["終わり"].attr_text.endswith(f"!$A${row}")
        (area,) = [a for a in guide.conditional_formatting if str(a.sqref) == text]
        assert area.rules[0].formula == [f"LEN({text})>99"]
        (check,) = guide.data_validations.dataValidation
        assert (str(check.sqref), check.formula1) == (f"D{row + 1}", f"A{row + 1}")
        package = Package.open(book.path)
        (sheet,) = [one for one in package.sheets() if one.name == "はじめに"]
        (part,) = package.related(sheet.part, "drawing")
        drawn = package.tree(part)
        assert drawn is not None
        assert [node.text for node in drawn.iterfind(".//{*}from/{*}row")] == [str(row)]


def test_the_makers_own_folder_is_not_handed_on(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    template, result = _made(tmp_path, plan_path, template_path, dialects.excel_itself)
    folder = dialects.PRIVATE_FOLDER.encode()
    assert any(folder in data for data in Package.open(template).parts.values())
    for book in result.books:
        assert not any(folder in data for data in Package.open(book.path).parts.values())


def _labels(plan_path: Path) -> set[str]:
    return {place.item["title"] for place in places(load(plan_path))}


def test_a_value_in_split_runs_is_whole(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    """式が二つの書式に分かれ、ふりがなが付いていても、一つの値になる。"""
    (cell,) = [c for c, path in bindings(template_path).items() if path == "item.title"]
    _, result = _made(tmp_path, plan_path, template_path, nasty.split_runs)
    titles = {place.sheet: place.item["title"] for place in places(load(plan_path))}
    for book in result.books:
        for sheet in form_sheets(openpyxl.load_workbook(book.path)):
            assert sheet[cell].value == titles[sheet.title]


def test_shared_formulas_have_their_values(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    _, result = _made(tmp_path, plan_path, template_path, nasty.shared_formula)
    plan = load(plan_path)
    (place,) = [one for one in places(plan) if one.item["id"] == "08-08"]
    (path,) = [book.path for book in result.books if "08-08" in book.items]
    cells = clients.by_openpyxl(path)[place.sheet]
    column = [cells[cell] for cell in sorted(cells) if cell.startswith("T")]
    assert column == [year["effect"] for year in place.item["years"]][:3]


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ('IF(COUNTA({})=0,"－",SUM({})*2)', lambda effect: _twice(effect)),
        ('COUNTIF({},">0")', None),
        ("ABS({})+LEN({})", None),
        ("{}^2", None),
    ],
)
def test_a_formula_beyond_ours_is_left_to_excel_and_told(
    formula: str,
    value: Callable[[object], object] | None,
    tmp_path: Path,
    plan_path: Path,
    template_path: Path,
) -> None:
    """計算しない関数のある数式は、値を添えずに置き、開いたときに計算させる。"""
    draft = Draft(template_path)
    with draft.edit(draft.sheet()) as root:
        put_formula(root, "T1", formula.replace("{}", _effect_cell(draft, root)))
    template = draft.save(tmp_path / "様式.xlsx")
    result = make(tmp_path, plan_path, template, items=ITEMS)
    told = [one.place.cell for one in result.problems if one.code == "T117"]
    assert told == ([] if value else ["T1"])
    effects = {one.sheet: one.item["years"][0]["effect"] for one in places(load(plan_path))}
    for book in result.books:
        opened = openpyxl.load_workbook(book.path)
        calculated = openpyxl.load_workbook(book.path, data_only=True)
        for sheet in form_sheets(opened):
            assert sheet["T1"].data_type == "f"
            shown = calculated[sheet.title]["T1"].value
            assert shown == (value(effects[sheet.title]) if value else None)


def _twice(effect: object) -> object:
    """空欄は「－」、文字（「-」など）は足し算に入らない。"""
    if effect is None:
        return "－"
    return effect * 2 if isinstance(effect, int) else 0


def _effect_cell(draft: Draft, root: Element) -> str:
    return str(draft.find(root, "{{ years[0].effect }}").get("r", ""))


@pytest.fixture(scope="module")
def reshaped_pdfs(
    tmp_path_factory: pytest.TempPathFactory, plan_path: Path, template_path: Path
) -> dict[str, tuple[Path, Path]]:
    """形を変えたテンプレートから作った一冊と、その PDF。"""
    folder, books = tmp_path_factory.mktemp("reshaped"), {}
    for act in (*RESHAPED, nasty.office_template):
        acts = office.OFFICE if act is nasty.office_template else (act,)
        home = folder / act.__name__
        home.mkdir()
        _, result = _made(home, plan_path, template_path, *acts)  # type: ignore[arg-type]
        path = next(book.path for book in result.books if book.addressee == JOINT_BOOK)
        books[act.__name__] = path.rename(folder / f"{act.__name__}.xlsx")
    pdfs = soffice_convert(list(books.values()), folder / "pdf")
    return {name: (books[name], pdf) for name, pdf in zip(books, pdfs, strict=True)}


@pytest.mark.parametrize("act", RESHAPED, ids=lambda act: act.__name__)
def test_a_changed_form_still_prints_on_one_page(
    act: Act, reshaped_pdfs: dict[str, tuple[Path, Path]]
) -> None:
    book, pdf = reshaped_pdfs[act.__name__]
    judged = printed.judge(book, pdf)
    names = [sheet.title for sheet in form_sheets(openpyxl.load_workbook(book))]
    assert [judged.pages[name] for name in names] == [1] * len(names)
    # 細かな見出しは、縦の紙に合わせて直すのが人の仕事なので、ここでは問わない。
    if act is not reshape.portrait:
        assert judged.problems_of(names) == []


def test_libreoffice_shows_the_text_box_on_every_form(
    reshaped_pdfs: dict[str, tuple[Path, Path]],
) -> None:
    book, pdf = reshaped_pdfs["office_template"]
    sheets = printed.printed_sheets(book)
    pages = printed.pages_of(sheets, printed.pdftotext_bbox(pdf))
    for sheet, own in zip(sheets, pages, strict=True):
        if sheet.name.startswith("("):
            assert office.BOX_TEXT[:8] in "".join(page.text for page in own)


def test_inputs_follow_a_moved_cell(tmp_path: Path, plan_path: Path, template_path: Path) -> None:
    """入力欄を動かすと、錠・色・名前も動く。"""
    template, result = _made(tmp_path, plan_path, template_path, reshape.inserted_row)
    inputs = input_cells(template)
    assert inputs != input_cells(template_path)
    for book in result.books:
        for sheet in form_sheets(openpyxl.load_workbook(book.path)):
            named = {
                area.replace("$", "").partition(":")[0]
                for name in sheet.defined_names.values()
                if name.name.startswith("sg.")
                for _, area in name.destinations
            }
            assert named == set(inputs)
