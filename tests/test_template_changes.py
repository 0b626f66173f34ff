"""人が手を入れたテンプレート：受け付けるものは何も失わず、断るものは名を挙げて断る。"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import second_city
import survival
from making import (
    FORM,
    bindings,
    form_sheets,
    input_cells,
    load,
    make,
    places,
    wanted,
)
from ooxml import audit, clients, dialects, nasty, printed, refused, reshape, rules
from ooxml.draft import Draft, clear, put_formula, put_text
from ooxml.package import q
from programs import soffice_convert

from sheetgen.messages import message_of
from sheetgen.model.job import GenerateResult
from sheetgen.problems import Level, Problem, SheetgenError

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
    assert [line for path in written for line in audit.findings(path)] == []
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
    "act", [*nasty.OFFICE, nasty.office_template], ids=lambda act: act.__name__
)
def test_what_the_office_put_in_survives_on_every_sheet(
    act: Callable[..., object], tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    acts = nasty.OFFICE if act is nasty.office_template else (act,)
    template, result = _made(tmp_path, plan_path, template_path, *acts)  # type: ignore[arg-type]
    _check(template, result, plan_path)
    for book in result.books:
        for index in (0, -1):
            assert survival.lost(template, book.path, index) == []
        assert set(survival.own_parts(book.path).values()) <= {1}


def test_the_loss_would_be_noticed(tmp_path: Path, template_path: Path, plan_path: Path) -> None:
    """openpyxl で読んで書き直すと失われるものを、この試験は見つける。"""
    template, result = _made(tmp_path, plan_path, template_path, *nasty.OFFICE)
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


@pytest.fixture(scope="module")
def reshaped_pdfs(
    tmp_path_factory: pytest.TempPathFactory, plan_path: Path, template_path: Path
) -> dict[str, tuple[Path, Path]]:
    """形を変えたテンプレートから作った一冊と、その PDF。"""
    folder, books = tmp_path_factory.mktemp("reshaped"), {}
    for act in (*RESHAPED, nasty.office_template):
        acts = nasty.OFFICE if act is nasty.office_template else (act,)
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
            assert nasty.BOX_TEXT[:8] in "".join(page.text for page in own)


def _refusal(tmp_path: Path, plan_path: Path, template: Path) -> list[Problem]:
    """断られた理由。何も書き出されていないことも確かめる。"""
    with pytest.raises(SheetgenError) as caught:
        make(tmp_path, plan_path, template, items=ITEMS)
    folder = tmp_path / "books"
    assert not folder.exists() or list(folder.rglob("*.xlsx")) == []
    problems = list(caught.value.problems)
    for problem in problems:
        entry = message_of(problem)
        assert entry.cause
        assert entry.remedy
    return [p for p in problems if message_of(p).level is Level.ERROR]


@pytest.mark.parametrize(
    ("act", "thing"),
    [
        (refused.table, "テーブル"),
        (refused.chart, "グラフ"),
        (refused.form_control, "コントロール"),
        (refused.threaded_comment, "コメント"),
        (refused.embedded_object, "埋め込み"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_is_not_understood_is_refused_by_name(
    act: Act, thing: str, tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    template = nasty.changed(template_path, tmp_path / "様式.xlsx", act)
    (problem,) = _refusal(tmp_path, plan_path, template)
    assert problem.code == "T013"
    assert problem.place.sheet == FORM
    assert thing in message_of(problem).cause
    assert problem.place.file is not None
    assert problem.place.file.endswith(template.name)


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (refused.pivot, "T013"),
        (refused.external_link, "T013"),
        (refused.macros, "T013"),
        (refused.strict, "T005"),
        (refused.document_type, "T004"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_book_of_another_kind_is_refused(
    act: Act, code: str, tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    template = nasty.changed(template_path, tmp_path / "様式.xlsx", act)
    assert [problem.code for problem in _refusal(tmp_path, plan_path, template)] == [code]


def _typo(draft: Draft) -> str:
    with draft.edit(draft.sheet()) as root:
        cell = draft.find(root, "{{ item.title }}").get("r", "")
        put_text(root, cell, "{{ item.titel }}")
    return cell


def _typo_in_list(draft: Draft) -> str:
    part = draft.sheet("はじめに")
    with draft.edit(part) as root:
        cell = draft.find(root, "{{ entry.owners }}").get("r", "")
        put_text(root, cell, "{{ entry.owner }}")
    return cell


def _double(draft: Draft) -> str:
    with draft.edit(draft.sheet()) as root:
        cell = draft.find(root, "{{ years[1].target }}").get("r", "")
        put_text(root, cell, "{{ years[0].target }}")
    return cell


def _locked(draft: Draft) -> str:
    with draft.edit(draft.sheet()) as root:
        cell = draft.find(root, "{{ years[0].result.text }}")
        cell.set("s", draft.find(root, "{{ item.vision").get("s", "0"))
        return cell.get("r", "")


def _missing(draft: Draft) -> None:
    with draft.edit(draft.sheet()) as root:
        cell = draft.find(root, "{{ years[0].result.text }}").get("r", "")
        put_text(root, cell, "取組実績")


def _broken_jinja(draft: Draft) -> str:
    with draft.edit(draft.sheet()) as root:
        cell = draft.find(root, "{{ item.title }}").get("r", "")
        put_text(root, cell, "{{ item.title }")
    return cell


def _python(draft: Draft) -> str:
    with draft.edit(draft.sheet()) as root:
        cell = draft.find(root, "{{ item.title }}").get("r", "")
        put_text(root, cell, "{{ item.__class__.__mro__ }}")
    return cell


@pytest.mark.parametrize(
    ("breaking", "code"),
    [
        (_typo, "T102"),
        (_typo_in_list, "T102"),
        (_double, "T106"),
        (_locked, "T107"),
        (_missing, "T105"),
        (_broken_jinja, None),
        (_python, None),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_broken_template_is_refused_with_its_cell(
    breaking: Callable[[Draft], str | None],
    code: str | None,
    tmp_path: Path,
    plan_path: Path,
    template_path: Path,
) -> None:
    draft = Draft(template_path)
    cell = breaking(draft)
    problems = _refusal(tmp_path, plan_path, draft.save(tmp_path / "様式.xlsx"))
    assert code in {None, *(problem.code for problem in problems)}
    if cell is not None:
        assert cell in {problem.place.cell for problem in problems}
        assert all(problem.place.sheet for problem in problems)
    else:
        assert [problem.place.label for problem in problems if problem.code == code]


def _guide_names_form(draft: Draft) -> None:
    with draft.edit(draft.sheet("はじめに")) as root:
        put_formula(root, "H1", f"{FORM}!A1")


def _two_forms(draft: Draft) -> None:
    with draft.edit(draft.sheet("はじめに")) as root:
        put_text(root, "H1", "{{ item.title }}")


def _no_form(draft: Draft) -> None:
    part = draft.sheet()
    with draft.edit(part) as root:
        for cell in list(root.iter(q("c"))):
            if "{" in draft.text_of(cell):
                clear(root, cell.get("r", ""))


def _open_loop(draft: Draft) -> None:
    with draft.edit(draft.sheet("はじめに")) as root:
        cell = draft.find(root, "{{ entry.sheet")
        put_text(root, cell.get("r", ""), "{{ entry.sheet }}")


@pytest.mark.parametrize(
    ("breaking", "code"),
    [
        (_guide_names_form, "T010"),
        (_two_forms, "T104"),
        (_no_form, "T103"),
        (_open_loop, "T109"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_template_that_cannot_be_laid_out_is_refused(
    breaking: Callable[[Draft], None],
    code: str,
    tmp_path: Path,
    plan_path: Path,
    template_path: Path,
) -> None:
    draft = Draft(template_path)
    breaking(draft)
    problems = _refusal(tmp_path, plan_path, draft.save(tmp_path / "様式.xlsx"))
    assert code in {problem.code for problem in problems}


def test_every_fault_is_told_at_once(tmp_path: Path, plan_path: Path, template_path: Path) -> None:
    draft = Draft(template_path)
    cells = {_typo(draft), _double(draft), _locked(draft)}
    problems = _refusal(tmp_path, plan_path, draft.save(tmp_path / "様式.xlsx"))
    assert cells <= {problem.place.cell for problem in problems}


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
    assert totals == [600.5, 0, 10]


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
