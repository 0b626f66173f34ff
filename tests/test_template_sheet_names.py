"""テンプレートのシートの名を文字で指すものと、写せない部品：写しに付いてくるか、セルで知らせる。"""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from making import FORM, GUIDE, form_sheets, make
from ooxml import refused
from ooxml.draft import Draft, cell_at, fragment, place, put_formula
from ooxml.package import MAIN
from ooxml.sample import drawing

from sheetgen.form.jobs import Per
from sheetgen.messages.catalogue import message_of
from sheetgen.problems import Problem, SheetgenError

ITEMS = ("08-08", "08-09")
_VND = "application/vnd.openxmlformats-officedocument"
_RICH = "http://schemas.microsoft.com/office/2017/06/relationships/rdRichValue"
_STRUCTURE = f"{_RICH}Structure"


@pytest.fixture
def draft(template_path: Path) -> Draft:
    return Draft(template_path)


def book_of(draft: Draft, tmp_path: Path, plan_path: Path) -> Path:
    """二枚の様式のブック。"""
    template = draft.save(tmp_path / "様式.xlsx")
    return make(tmp_path, plan_path, template, items=ITEMS, per=Per.PLAN).books[0].path


def refusal(draft: Draft, tmp_path: Path, plan_path: Path) -> Problem:
    with pytest.raises(SheetgenError) as caught:
        book_of(draft, tmp_path, plan_path)
    (problem,) = caught.value.problems
    assert message_of(problem).remedy
    return problem


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        (f'INDIRECT("{FORM}!C3")', "INDIRECT(\"'{0}'!C3\")"),
        (f"INDIRECT(\"'{FORM}'!C3\")", "INDIRECT(\"'{0}'!C3\")"),
        (f'HYPERLINK("#{FORM}!A1","上へ")', "HYPERLINK(\"#'{0}'!A1\",\"上へ\")"),
        (f"HYPERLINK(\"#'{FORM}'!A1\",\"{FORM}の上\")",
         f"HYPERLINK(\"#'{{0}}'!A1\",\"{FORM}の上\")"),
        (f'INDIRECT("[ほか.xlsx]{FORM}!C3")', f'INDIRECT("[ほか.xlsx]{FORM}!C3")'),
        (f'"{FORM}!C3 を見る"', f'"{FORM}!C3 を見る"'),
        (f'INDIRECT("{GUIDE}!A1")', f'INDIRECT("{GUIDE}!A1")'),
    ],
)  # fmt: skip
def test_a_text_that_names_the_form_follows_the_copy(
    formula: str, wanted: str, draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    with draft.edit(draft.sheet()) as root:
        put_formula(root, "T2", formula)
    sheets = form_sheets(openpyxl.load_workbook(book_of(draft, tmp_path, plan_path)))
    assert len(sheets) == len(ITEMS)
    for sheet in sheets:
        assert sheet["T2"].value == "=" + wanted.format(sheet.title)


def test_a_name_and_a_rule_that_name_the_form_in_text_follow_the_copy(
    draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    text = f'INDIRECT("{FORM}!C3")'
    draft.define("題名", text)
    with draft.edit(draft.sheet()) as root:
        rule = (
            f'<cfRule type="expression" priority="9"><formula>LEN({text})&gt;9</formula></cfRule>'
        )
        place(root, fragment(f'<conditionalFormatting sqref="T3">{rule}</conditionalFormatting>'))
    book = openpyxl.load_workbook(book_of(draft, tmp_path, plan_path))
    for sheet in form_sheets(book):
        own = f"INDIRECT(\"'{sheet.title}'!C3\")"
        assert sheet.defined_names["題名"].attr_text == own
        rules = [r.formula for area in sheet.conditional_formatting for r in area.rules]
        assert [f"LEN({own})>9"] in rules


@pytest.mark.parametrize(
    ("sheet", "formula", "code"),
    [
        (GUIDE, f'INDIRECT("{FORM}!C3")', "T010"),
        (GUIDE, f'HYPERLINK("#{FORM}!A1","様式")', "T010"),
        (FORM, f'INDIRECT("{FORM}"&"!C3")', "T018"),
        (FORM, f'INDIRECT(ADDRESS(3,3,1,1,"{FORM}"))', "T018"),
        (GUIDE, f'HYPERLINK("#\'{FORM}\'"&"!A1","様式")', "T018"),
    ],
)
def test_a_text_that_cannot_follow_is_refused_with_its_cell(
    sheet: str, formula: str, code: str, draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    with draft.edit(draft.sheet(sheet)) as root:
        put_formula(root, "T2", formula)
    problem = refusal(draft, tmp_path, plan_path)
    assert (problem.code, problem.place.sheet, problem.place.cell) == (code, sheet, "T2")


def test_a_linked_picture_shows_its_own_form(draft: Draft, tmp_path: Path, plan_path: Path) -> None:
    camera = (
        "<xdr:oneCellAnchor><xdr:from><xdr:col>19</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>1"
        '</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:ext cx="9" cy="9"/><xdr:sp macro="" '
        'textlink=""><xdr:nvSpPr><xdr:cNvPr id="2" name="図"><a:extLst><a:ext uri="{84589F7E-364E-'
        '4C9E-8A38-B11213B215E9}"><a14:cameraTool xmlns:a14="http://schemas.microsoft.com/office/'
        f'drawing/2010/main" cellRange="{FORM}!$A$1:$B$2" spid="_x0000_s1025"/></a:ext></a:extLst>'
        "</xdr:cNvPr><xdr:cNvSpPr/></xdr:nvSpPr><xdr:spPr/></xdr:sp><xdr:clientData/>"
        "</xdr:oneCellAnchor>"
    )
    draft.add("xl/drawings/drawing9.xml", drawing(camera), f"{_VND}.drawing+xml")
    rid = draft.relate(draft.sheet(), "drawing", "xl/drawings/drawing9.xml")
    with draft.edit(draft.sheet()) as root:
        place(root, fragment(f'<drawing r:id="{rid}"/>'))
    path = book_of(draft, tmp_path, plan_path)
    titles = {sheet.title for sheet in form_sheets(openpyxl.load_workbook(path))}
    with zipfile.ZipFile(path) as archive:
        names = [n for n in archive.namelist() if n.startswith("xl/drawings/drawing")]
        texts = [archive.read(name).decode() for name in names]
    assert len(texts) == len(titles)
    assert {title for title in titles for t in texts if f"'{title}'!$A$1:$B$2" in t} == titles
    assert not any(FORM in text for text in texts)


def _picture_in_cell(draft: Draft, structure: str) -> None:
    """Excel の「セルに配置」した画像。値は豊かな値の部品にある。"""
    head = f'xmlns="{MAIN}"'
    draft.add("xl/richData/rdrichvalue.xml", f'<rvData {head} count="0"/>', "application/xml")
    draft.add(
        "xl/richData/rdrichvaluestructure.xml",
        f'<rvStructures {head} count="1"><s t="{structure}"/></rvStructures>',
        "application/xml",
    )
    draft.relate(draft.book(), _RICH, "xl/richData/rdrichvalue.xml")
    draft.relate(draft.book(), _STRUCTURE, "xl/richData/rdrichvaluestructure.xml")
    with draft.edit(draft.sheet()) as root:
        put_formula(root, "T3", "")
        cell = cell_at(root, "T3")
        for child in list(cell):
            cell.remove(child)
        cell.set("vm", "1")


@pytest.mark.parametrize(
    ("structure", "thing"), [("_localImage", "セルに配置した画像"), ("_linkedentity", "データ型")]
)
def test_a_picture_in_a_cell_is_named_as_people_see_it(
    structure: str, thing: str, draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    _picture_in_cell(draft, structure)
    problem = refusal(draft, tmp_path, plan_path)
    assert (problem.code, problem.place.sheet, problem.place.cell) == ("T013", FORM, "T3")
    assert thing in str(problem.facts["thing"])


def test_a_chart_is_named_with_the_cell_where_it_stands(
    draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    refused.chart(draft)
    problem = refusal(draft, tmp_path, plan_path)
    assert (problem.code, problem.place.cell) == ("T013", "A1")


@pytest.mark.parametrize("kind", ["FeaturePropertyBag", "xmlMaps", "rdArray", "まだない部品"])
def test_no_refusal_shows_only_the_name_of_a_part(
    kind: str, draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    draft.add("xl/other.xml", f'<x xmlns="{MAIN}"/>', "application/xml")
    draft.relate(draft.book(), f"http://example.com/relationships/{kind}", "xl/other.xml")
    problem = refusal(draft, tmp_path, plan_path)
    assert problem.code == "T013"
    assert problem.facts["thing"] != kind
