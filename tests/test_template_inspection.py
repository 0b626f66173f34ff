"""見た目は正しいのに、作った様式で違って出るテンプレート：セルを挙げて知らせる。"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from lxml import etree
from making import FORM, GUIDE, form_sheets, make
from ooxml import rules
from ooxml.draft import Draft, cell_at, fragment, place, put_formula, put_text
from ooxml.package import Element, q
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sheetgen.form.blueprint import draw_blueprint
from sheetgen.form.fit import lines_in
from sheetgen.form.template import FormTemplate
from sheetgen.form.wrap import count_lines, line_capacity
from sheetgen.messages.catalogue import describe, message_of
from sheetgen.plan.loading import load_plan
from sheetgen.problems import Level, Problem, SheetgenError
from sheetgen.send.checking import check


@pytest.fixture
def draft(template_path: Path) -> Draft:
    return Draft(template_path)


def told(draft: Draft, tmp_path: Path, plan_path: Path) -> list[Problem]:
    """点検で分かること。ことばも、事実で埋まる。"""
    problems = list(check(plan_path, draft.save(tmp_path / "様式.xlsx")).problems)
    for problem in problems:
        assert message_of(problem).remedy
    return problems


def drawn(draft: Draft, tmp_path: Path, plan_path: Path) -> list[Problem]:
    """様式を作らずに、テンプレートだけから分かること。"""
    template = FormTemplate(draft.save(tmp_path / "様式.xlsx"))
    problems = list(draw_blueprint(template.book, load_plan(plan_path)).problems)
    for problem in problems:
        assert message_of(problem).remedy
    return problems


def cells_of(problems: list[Problem], code: str) -> list[tuple[str | None, str | None]]:
    return [(one.place.sheet, one.place.cell) for one in problems if one.code == code]


def styled(draft: Draft, address: str, sheet: str = FORM, **changes: str) -> None:
    """このセルだけの書式を作る。``changes`` は書式の属性と、``protection`` などの子の XML。"""
    with draft.edit(draft.sheet(sheet)) as root:
        cell = cell_at(root, address)
        number = int(cell.get("s", "0"))
        with draft.edit("xl/styles.xml") as styles:
            formats = styles.find(q("cellXfs"))
            new = etree.fromstring(etree.tostring(formats[number]))
            for name, value in changes.items():
                if not value.startswith("<"):
                    new.set(name, value)
                    continue
                old = new.find(q(name))
                node = fragment(value)
                if old is not None:
                    new.replace(old, node)
                else:
                    new.insert(0 if name == "alignment" else len(new), node)
            formats.append(new)
            formats.set("count", str(len(formats)))
            cell.set("s", str(len(formats) - 1))


def new_font(draft: Draft, xml: str) -> str:
    """書体を足し、その番号を返す。"""
    with draft.edit("xl/styles.xml") as styles:
        fonts = styles.find(q("fonts"))
        fonts.append(fragment(f"<font>{xml}</font>"))
        fonts.set("count", str(len(fonts)))
        return str(len(fonts) - 1)


@pytest.mark.parametrize(
    "text",
    [
        "｛｛ item.title ｝｝",
        "{ { item.title }}",
        "{｛ item.title ｝}",
        "｛% if item.title %｝済｛% endif %｝",
        "{ % if item.title % }済{ % endif % }",
        "item.title }}",
        "{item.title}",
        '{labels["years.plan"]}',
        "｛terms.item｝",
        "{{ item.title }}｛｛ item.id ｝｝",
    ],
)
@pytest.mark.parametrize("sheet", [FORM, GUIDE])
def test_a_mark_that_would_be_printed_is_refused_with_its_cell(
    text: str, sheet: str, draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    with draft.edit(draft.sheet(sheet)) as root:
        put_text(
            root, "A2", text.replace("item.title", "plan.office").replace("item.id", "final_year")
        )
    problems = drawn(draft, tmp_path, plan_path)
    assert cells_of(problems, "T124") == [(sheet, "A2")]
    with pytest.raises(SheetgenError):
        make(tmp_path, plan_path, tmp_path / "様式.xlsx", items=("03-01",))


@pytest.mark.parametrize(
    "text",
    ["{{ {'a': {'b': 1}}['a'] and plan.office }}", "集合 { 1, 2 }", "100％（注）", "{#控え#}"],
)
def test_braces_that_are_right_are_left_alone(
    text: str, draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    with draft.edit(draft.sheet()) as root:
        put_text(root, "A2", text)
    assert cells_of(drawn(draft, tmp_path, plan_path), "T124") == []


@pytest.mark.parametrize("font", ["游ゴシック", "ＭＳ Ｐゴシック", "Meiryo UI", "Calibri"])
def test_a_font_of_another_pitch_is_named_with_its_cell(
    font: str, draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    number = new_font(draft, f'<sz val="10.5"/><name val="{font}"/>')
    address = draft.address("{{ years[0].plan }}")
    styled(draft, address, fontId=number)
    (problem,) = (p for p in drawn(draft, tmp_path, plan_path) if p.code == "T126")
    assert (problem.place.sheet, problem.place.cell) == (FORM, address)
    assert problem.facts["font"] == font
    assert message_of(problem).level is Level.CONFIRM


@pytest.mark.parametrize(
    "font", ["ＭＳ ゴシック", "MS 明朝", "BIZ UD明朝 Medium", "BIZ UDゴシック"]
)
def test_a_font_of_even_pitch_is_fine(
    font: str, draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    number = new_font(draft, f'<sz val="10.5"/><name val="{font}"/>')
    styled(draft, draft.address("{{ years[0].plan }}"), fontId=number)
    assert drawn(draft, tmp_path, plan_path) == []


def test_a_font_where_no_lines_are_counted_does_not_matter(
    draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    number = new_font(draft, '<sz val="10.5"/><name val="游ゴシック"/>')
    with draft.edit(draft.sheet()) as root:
        put_text(root, "T2", "事務局の控え")
    styled(draft, "T2", fontId=number)
    assert drawn(draft, tmp_path, plan_path) == []


@pytest.mark.parametrize("address", ["O3", "T40"])
def test_an_unlocked_empty_cell_of_the_form_is_refused(
    address: str, draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    styled(draft, address, protection='<protection locked="0"/>', applyProtection="1")
    assert cells_of(drawn(draft, tmp_path, plan_path), "T128") == [(FORM, address)]


def test_an_unlocked_column_of_the_form_is_refused(
    draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    open_cell = draft.address("{{ years[0].plan }}")
    with draft.edit(draft.sheet()) as root:
        column = next(one for one in root.iter(q("col")) if one.get("min") == "15")
        column.set("style", cell_at(root, open_cell).get("s", "0"))
    assert cells_of(drawn(draft, tmp_path, plan_path), "T128") == [(FORM, "O:O")]


def test_an_unlocked_empty_cell_beside_the_list_is_a_place_for_notes(
    draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    styled(draft, "G3", GUIDE, protection='<protection locked="0"/>', applyProtection="1")
    assert drawn(draft, tmp_path, plan_path) == []


def _row_break(root: Element, number: int) -> None:
    xml = '<rowBreaks count="1" manualBreakCount="1"><brk id="{}" max="16383" man="1"/></rowBreaks>'
    place(root, fragment(xml.format(number)))


def _column_break(root: Element, number: int) -> None:
    xml = '<colBreaks count="1" manualBreakCount="1"><brk id="{}" max="99" man="1"/></colBreaks>'
    place(root, fragment(xml.format(number)))


@pytest.mark.parametrize(
    ("act", "number", "cell"),
    [
        (_row_break, 9, "A10"),
        (_row_break, 21, None),  # 印刷範囲の終わり
        (_row_break, 30, None),
        (_column_break, 7, "H1"),
        (_column_break, 13, None),
    ],
)
def test_a_page_break_through_the_form_is_refused(
    act: Callable[[Element, int], None],
    number: int,
    cell: str | None,
    draft: Draft,
    tmp_path: Path,
    plan_path: Path,
) -> None:
    with draft.edit(draft.sheet()) as root:
        act(root, number)
    found = cells_of(drawn(draft, tmp_path, plan_path), "T129")
    assert found == ([] if cell is None else [(FORM, cell)])


def test_two_print_areas_are_two_pages(draft: Draft, tmp_path: Path, plan_path: Path) -> None:
    with draft.edit(draft.book()) as root:
        (area,) = (n for n in root.iter(q("definedName")) if FORM in (n.text or ""))
        area.text = f"'{FORM}'!$A$1:$M$9,'{FORM}'!$A$10:$M$20"
    assert cells_of(drawn(draft, tmp_path, plan_path), "T130") == [(FORM, None)]


def test_a_cell_that_does_not_wrap_is_one_fault(
    draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    """どの項目の文も、短くする必要はない。"""
    address = draft.address("{{ item.current_state }}")
    styled(draft, address, alignment='<alignment horizontal="left" vertical="center"/>')
    problems = told(draft, tmp_path, plan_path)
    assert [(p.code, p.place.cell, p.place.item) for p in problems] == [("T127", address, None)]


def test_an_input_that_does_not_wrap_is_told_before_anyone_writes(
    draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    address = draft.address("{{ years[0].result.text }}")
    styled(draft, address, alignment='<alignment horizontal="left" vertical="center"/>')
    problems = drawn(draft, tmp_path, plan_path)
    assert [(p.code, p.place.cell) for p in problems] == [("T127", address)]


def test_justified_text_wraps_without_the_mark(
    draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    address = draft.address("{{ item.current_state }}")
    styled(draft, address, alignment='<alignment horizontal="left" vertical="justify"/>')
    assert told(draft, tmp_path, plan_path) == []


def made(draft: Draft, tmp_path: Path, plan_path: Path, item: str = "03-01") -> Path:
    """一枚の様式のブック。"""
    result = make(tmp_path, plan_path, draft.save(tmp_path / "様式.xlsx"), items=(item,))
    return result.books[0].path


def book_part(path: Path, name: str) -> Element:
    with zipfile.ZipFile(path) as archive:
        return etree.fromstring(archive.read(name))


def test_a_font_without_a_size_is_made_smaller_like_any_other(
    draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    """大きさは書かなくてもよい（18.8.22）。小さくするときに書き足す。"""
    with draft.edit("xl/styles.xml") as styles:
        for font in styles.find(q("fonts")):
            if font.find(q("sz")).get("val") == "10.5":
                font.remove(font.find(q("sz")))
    path = made(draft, tmp_path, plan_path)
    fonts = [
        [child.tag.partition("}")[2] for child in font]
        for font in book_part(path, "xl/styles.xml").find(q("fonts"))
    ]
    assert ["sz", "name", "family", "charset"] in fonts
    sizes = {cell.font.sz for row in form_of(path).iter_rows() for cell in row}
    assert any(size is not None and size < 11 for size in sizes)
    assert rules.violations(path) == []


def form_of(path: Path) -> Worksheet:
    return form_sheets(openpyxl.load_workbook(path))[0]


@pytest.mark.parametrize(
    ("attributes", "count"),
    [
        ({"calcMode": "manual"}, 1),
        ({"calcMode": "autoNoTable"}, 1),
        ({"fullPrecision": "0"}, 1),
        ({"calcMode": "manual", "fullPrecision": "0"}, 2),
        ({"calcMode": "auto", "fullPrecision": "1"}, 0),
    ],
)
def test_how_the_office_calculates_is_not_handed_on(
    attributes: dict[str, str], count: int, draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    with draft.edit(draft.book()) as root:
        root.find(q("calcPr")).attrib.update(attributes)
    template = draft.save(tmp_path / "様式.xlsx")
    result = make(tmp_path, plan_path, template, items=("03-01",))
    notes = [p for p in result.problems if p.code == "T125"]
    assert len(notes) == count
    assert {message_of(p).level for p in notes} <= {Level.NOTE}
    found = book_part(result.books[0].path, "xl/workbook.xml").find(q("calcPr"))
    assert found.get("calcMode", "auto") == "auto"
    assert found.get("fullPrecision", "1") == "1"


def test_dead_names_that_the_form_does_not_use_are_dropped_with_a_word(
    draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    draft.define("昔の表", "#REF!$A$1:$B$9")
    draft.define("隠れた名前", "#REF!")
    draft.define("範囲", f"'{FORM}'!#REF!", scope=FORM)
    draft.define("_xlnm._FilterDatabase", "#REF!", scope=GUIDE)
    problems = told(draft, tmp_path, plan_path)
    assert [p.code for p in problems] == ["T017"]
    assert message_of(problems[0]).level is Level.NOTE
    assert "昔の表" in message_of(problems[0]).cause
    path = made(draft, tmp_path, plan_path)
    names = book_part(path, "xl/workbook.xml").find(q("definedNames"))
    assert not [node.get("name") for node in names if "#REF!" in (node.text or "")]
    assert "昔の表" not in {node.get("name") for node in names}


def test_dead_names_that_are_used_are_told_all_at_once(
    draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    draft.define("単価", "#REF!")
    draft.define("率", "#REF!")
    draft.define("税", "1+率")
    draft.define("昔の表", "#REF!")
    with draft.edit(draft.book()) as root:
        for node in root.iter(q("definedName")):
            titles = node.get("name") == "_xlnm.Print_Titles" and GUIDE in node.text
            if titles or node.get("name") == "doubt_sample":
                node.text = "#REF!"
    with draft.edit(draft.sheet()) as root:
        put_formula(root, "T2", "単価*2")
    problems = told(draft, tmp_path, plan_path)
    assert {(p.code, p.facts["name"], p.place.cell) for p in problems} == {
        ("T015", "単価", "T2"),
        ("T015", "率", None),
        ("T015", "doubt_sample", None),
        ("T015", "_xlnm.Print_Titles", None),
    }


def _view(draft: Draft, sheet: str, **attributes: str) -> None:
    with draft.edit(draft.sheet(sheet)) as root:
        view = next(root.iter(q("sheetView")))
        view.attrib.update(attributes)
        selection = view.find(q("selection"))
        selection.set("activeCell", "Z99")
        selection.set("sqref", "Z99")


def test_a_form_opens_at_its_top_in_a_size_that_can_be_read(
    draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    _view(draft, FORM, zoomScale="10", zoomScaleNormal="10", topLeftCell="Z99")
    _view(draft, GUIDE, zoomScale="85", topLeftCell="Z99")
    template = draft.save(tmp_path / "様式.xlsx")
    result = make(tmp_path, plan_path, template, items=("03-01",))
    assert [(p.code, p.place.sheet) for p in result.problems] == [("T133", FORM)]
    book = openpyxl.load_workbook(result.books[0].path)
    for sheet, zoom in ((form_sheets(book)[0], 100), (book[GUIDE], 85)):
        view = sheet.sheet_view
        assert (view.topLeftCell, view.zoomScale) == (None, zoom)
        assert {(one.activeCell, one.sqref) for one in view.selection} == {("A1", "A1")}


def test_frozen_rows_stay_and_what_follows_them_is_not_scrolled_away(
    draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    with draft.edit(draft.sheet()) as root:
        view = next(root.iter(q("sheetView")))
        for child in list(view):
            view.remove(child)
        xml = '<pane ySplit="3" topLeftCell="A90" activePane="bottomLeft" state="frozen"/>'
        view.append(fragment(xml))
    sheet = form_of(made(draft, tmp_path, plan_path))
    assert sheet.freeze_panes == "A4"
    assert sheet.sheet_view.pane is not None
    assert sheet.sheet_view.pane.ySplit == 3


def test_a_data_table_is_told_as_what_it_is(draft: Draft, tmp_path: Path, plan_path: Path) -> None:
    with draft.edit(draft.sheet()) as root:
        put_formula(root, "T2", "")
        formula = cell_at(root, "T2").find(q("f"))
        formula.attrib.update({"t": "dataTable", "ref": "T2:T5", "r1": "S1", "dt2D": "0"})
    problems = told(draft, tmp_path, plan_path)
    assert [(p.code, p.place.cell) for p in problems] == [("T134", "T2")]


def test_a_shared_formula_beyond_ours_is_told_as_it_stands_in_its_cell(
    draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    with draft.edit(draft.sheet()) as root:
        for number, text in ((2, "PHONETIC(A2)"), (3, "")):
            put_formula(root, f"T{number}", text)
            node = cell_at(root, f"T{number}").find(q("f"))
            node.attrib.update({"t": "shared", "si": "0"} | ({"ref": "T2:T3"} if text else {}))
    problems = told(draft, tmp_path, plan_path)
    assert {p.place.cell: p.facts["formula"] for p in problems} == {
        "T2": "PHONETIC(A2)",
        "T3": "PHONETIC(A3)",
    }


def _without_sheet(template: Path, target: Path, name: str) -> Path:
    """シートを、Excel で消すように消す。"""
    book = openpyxl.load_workbook(template)
    del book[name]
    for label in [n for n, one in book.defined_names.items() if name in one.attr_text]:
        del book.defined_names[label]
    book.save(target)
    return target


def test_a_link_to_a_sheet_that_is_not_there_is_told_and_left_empty(
    template_path: Path, tmp_path: Path, plan_path: Path
) -> None:
    template = _without_sheet(template_path, tmp_path / "様式.xlsx", GUIDE)
    result = make(tmp_path, plan_path, template, items=("03-01",))
    assert cells_of(list(result.problems), "T131") == [(FORM, "O1")]
    sheet = form_of(result.books[0].path)
    assert sheet["O1"].value is None
    assert sheet["O1"].hyperlink is None


def test_a_template_without_the_sheet_of_marks_is_told(
    template_path: Path, tmp_path: Path, plan_path: Path
) -> None:
    template = FormTemplate(_without_sheet(template_path, tmp_path / "様式.xlsx", "_sheetgen"))
    (problem,) = draw_blueprint(template.book, load_plan(plan_path)).problems
    assert problem.code == "T132"
    assert message_of(problem).level is Level.CONFIRM


INDENT = 18.0  # pt。字下げの一段は、標準の書体（12 pt の等幅）の空白三つ分
TEXTS = ("item.improvement", "item.current_state", "initiative.text", "item.vision")


@pytest.mark.parametrize("levels", [2, 4])
def test_an_indent_leaves_less_room_for_the_text(
    levels: int, draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    """字下げの分だけ狭い欄に折り返した行が、どれも行の高さに入る。"""
    addresses = [draft.address(f"{{{{ {path} }}}}") for path in TEXTS]
    addresses += [draft.address(f"{{{{ years[{n}].plan }}}}") for n in range(5)]
    for address in addresses:
        xml = f'<alignment horizontal="left" vertical="center" wrapText="1" indent="{levels}"/>'
        styled(draft, address, alignment=xml)
    sheet = form_of(made(draft, tmp_path, plan_path, "04-12"))
    areas = {sheet.cell(a.min_row, a.min_col).coordinate: a for a in sheet.merged_cells.ranges}
    for address in addresses:
        area, cell = areas[address], sheet[address]
        columns = range(area.min_col, area.max_col + 1)
        width = sum(6 * sheet.column_dimensions[get_column_letter(c)].width for c in columns)
        rows = range(area.min_row, area.max_row + 1)
        height = sum(sheet.row_dimensions[row].height for row in rows)
        lines = count_lines(cell.value or "", line_capacity(width - INDENT * levels, cell.font.sz))
        assert lines <= lines_in(height, cell.font.sz), address


def test_the_guide_shows_what_check_says(
    draft: Draft, tmp_path: Path, plan_path: Path, project_root: Path
) -> None:
    """手引きの例は、令和５年度の取組実績の式を、下の欄に写した様式の点検そのもの。"""
    with draft.edit(draft.sheet()) as root:
        put_text(root, "H12", "{{ years[0].result.text }}")
    (found,) = [one for one in told(draft, tmp_path, plan_path) if one.code == "T106"]
    shown = describe(
        replace(found, place=replace(found.place, file="templates/shinchoku_sheet.xlsx"))
    )
    assert f"```text\n{shown}\n```" in (project_root / "docs" / "guide.md").read_text("utf-8")
