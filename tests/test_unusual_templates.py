"""めずらしいが正しいテンプレート：失わず、ずらさず、壊さずに写す。"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from making import make
from second_city import FORM, GUIDE, write_plan, write_template

from sheetgen.problems import SheetgenError

Change = Callable[[str], str]
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
SECTION = "市民課"


def changed(path: Path, **changes: Change) -> Path:
    """部品の名の終わりごとに XML を書き換える（``sheet1``、``styles`` など）。"""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for stem, change in changes.items():
        name = next(name for name in parts if name.endswith((f"/{stem}.xml", f"{stem}].xml")))
        before = parts[name].decode()
        after = change(before)
        assert after != before, f"{stem} was not changed"
        parts[name] = after.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return write_template(tmp_path / "template.xlsx")


def written(template: Path) -> Path:
    """二つの様式の入る課のブック。"""
    folder = template.parent
    result = make(folder, write_plan(folder / "plan.json"), template, sections=(SECTION,))
    assert not [p for p in result.problems if not p.code.startswith(("T11", "F031"))]
    assert result.books[0].forms == 2
    return result.books[0].path


def part(path: Path, name: str) -> ElementTree.Element:
    with zipfile.ZipFile(path) as archive:
        return ElementTree.fromstring(archive.read(name))


def guide(path: Path) -> ElementTree.Element:
    return part(path, "xl/worksheets/sheet1.xml")


def inserted(before: str, xml: str) -> Change:
    return lambda text: text.replace(before, xml + before, 1)


def refusal(template: Path) -> list[str]:
    with pytest.raises(SheetgenError) as caught:
        written(template)
    return [problem.code for problem in caught.value.problems]


def below_data(xml: str) -> Change:
    """印刷の設定の前に入れる（どのシートにも余白がある）。"""
    return inserted("<pageMargins", xml)


def test_rows_and_cells_without_addresses(template: Path) -> None:
    def strip(text: str) -> str:
        assert text.index('r="A1"') < text.index('r="B4"')
        text = text.replace('<row r="1"', "<row").replace('<c r="A4"', "<c")
        return text.replace('<c r="B4"', "<c")

    sheet = openpyxl.load_workbook(written(changed(template, sheet1=strip)))[GUIDE]
    assert [sheet["A4"].value, sheet["A5"].value] == ["窓口の見直し その2", "窓口の見直し その3"]
    assert sheet["B5"].value == f"総務部 {SECTION}"


def test_formulas_in_and_above_repeated_rows(template: Path) -> None:
    def add(text: str) -> str:
        text = text.replace("</row>", '<c r="H1"><f>COUNTA(A4:A4)</f><v>1</v></c></row>', 1)
        head, mark, tail = text.partition('<row r="4"')
        return head + mark + tail.replace("</row>", '<c r="H4"><f>LEN(A4)</f></c></row>', 1)

    sheet = openpyxl.load_workbook(written(changed(template, sheet1=add)))[GUIDE]
    assert [sheet[ref].value for ref in ("H1", "H4", "H5")] == [
        "=COUNTA(A4:A5)",
        "=LEN(A4)",
        "=LEN(A5)",
    ]


@pytest.mark.parametrize(("height", "wanted"), [(400, ["5"]), (20, [])])
def test_rules_links_and_breaks_of_repeated_rows(
    template: Path, height: int, wanted: list[str]
) -> None:
    """改ページは、1ページに入らないときだけ、下がった行に入る。"""
    rule = '<cfRule type="expression" priority="1"><formula>LEN(A4)&gt;99</formula></cfRule>'
    xml = (
        f'<conditionalFormatting sqref="A4:B4">{rule}</conditionalFormatting>'
        '<dataValidations count="1"><dataValidation type="list" sqref="B4 B9">'
        "<formula1>$C$9:$C$9</formula1></dataValidation></dataValidations>"
        '<hyperlinks><hyperlink ref="B4" location="A1"/></hyperlinks>'
    )
    breaks = (
        '<rowBreaks count="1" manualBreakCount="1"><brk id="4" max="16383" man="1"/></rowBreaks>'
    )

    def add(text: str) -> str:
        text = below_data(xml)(text)
        tall = f'<row r="\\1" ht="{height}" customHeight="1">'
        text = re.sub('<row r="([123])"[^>]*>', tall, text)
        return text.replace("</worksheet>", f"{breaks}</worksheet>")

    root = guide(written(changed(template, sheet1=add)))
    ranges = {node.tag.removeprefix(MAIN): node.get("sqref") for node in root.iter()}
    assert ranges["conditionalFormatting"] == "A4:B4 A5:B5"
    assert ranges["dataValidation"] == "B4 B5 B10"
    assert [n.text for n in root.iter(f"{MAIN}formula1")] == ["$C$10:$C$10"]
    links = [node.get("ref") for node in root.iter(f"{MAIN}hyperlink")]
    assert sorted(links) == ["A4", "A5", "B4", "B5"]
    assert [node.get("id") for node in root.iter(f"{MAIN}brk")] == wanted


def test_extended_rules_below_repeated_rows(template: Path) -> None:
    x14 = (
        '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" '
        'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
        '<x14:dataValidations xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main" '
        'count="1"><x14:dataValidation type="list"><x14:formula1><xm:f>$D$9</xm:f>'
        "</x14:formula1><xm:sqref>A9</xm:sqref></x14:dataValidation></x14:dataValidations>"
        "</ext></extLst>"
    )
    add = inserted("</worksheet>", x14)
    root = guide(written(changed(template, sheet1=add)))
    words = {node.tag.rpartition("}")[2]: node.text for node in root.iter()}
    assert (words["f"], words["sqref"]) == ("$D$10", "A10")


@pytest.mark.parametrize(
    "empty", ['<dataValidations count="0"/>', "<dataValidations></dataValidations>"]
)
def test_an_empty_list_of_rules_is_filled(template: Path, empty: str) -> None:
    path = written(changed(template, sheet2=below_data(empty)))
    rules = part(path, "xl/worksheets/sheet2.xml").find(f"{MAIN}dataValidations")
    assert rules is not None
    assert int(rules.get("count", "0")) == len(rules) > 0


@pytest.mark.parametrize("kind", ["template", "sheet"])
def test_an_xltx_becomes_a_workbook(template: Path, kind: str) -> None:
    if kind == "template":
        changed(
            template,
            **{"[Content_Types": lambda t: t.replace("sheet.main+xml", "template.main+xml")},
        )
    types = part(written(template), "[Content_Types].xml")
    found = [
        node.get("ContentType") for node in types if node.get("PartName") == "/xl/workbook.xml"
    ]
    assert found == ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"]


def test_a_local_name_wins_over_a_global_one(template: Path) -> None:
    names = (
        f"<definedName name=\"ページ\">'{FORM}'!$A$1</definedName>"
        f'<definedName name="ページ" localSheetId="1" comment="控">\'{FORM}\'!$A$2</definedName>'
    )
    path = written(changed(template, workbook=inserted("</definedNames>", names)))
    found = [
        (node.get("name"), node.get("localSheetId"), node.text)
        for node in part(path, "xl/workbook.xml").iter(f"{MAIN}definedName")
    ]
    assert len({pair[:2] for pair in found}) == len(found)
    assert [text for name, _, text in found if name == "ページ"] == [
        "'(1)②'!$A$2",
        "'(1)③'!$A$2",
    ]


@pytest.mark.parametrize("target", ["{0}", "#REF!", "OFFSET(表紙!$A$1,0,0)", "いない!$A$1", "1"])
def test_a_sample_that_is_no_cell(template: Path, target: str) -> None:
    text = target.format("A1")
    changed(template, workbook=lambda t: re.sub(r"表紙!\$A\$2|'表紙'!\$A\$2", text, t))
    if target == "#REF!":
        assert refusal(template) == ["T015"]
    else:
        plan = write_plan(template.parent / "plan.json")
        result = make(template.parent, plan, template)
        assert [p.code for p in result.problems if p.code == "T112"] == ["T112"]


def test_several_plain_sheets_hidden_or_not(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    for title, state in (("資料", "visible"), ("一覧", "hidden"), ("控え", "veryHidden")):
        sheet = book.create_sheet(title, 0)
        sheet["A1"], sheet.sheet_state = f"{title}の本文", state
    book.save(template)
    result = openpyxl.load_workbook(written(template))
    assert [sheet.sheet_state for sheet in result.worksheets[:3]] == [
        "veryHidden",
        "hidden",
        "visible",
    ]
    assert result["控え"]["A1"].value == "控えの本文"
    active = result.active
    assert active is not None
    assert active.title == "資料"
    selected = [s.title for s in result.worksheets if s.sheet_view.tabSelected]
    assert selected == ["資料"]


def test_a_password_of_the_protection_stays(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    book[FORM].protection.password = "hash"
    book.save(template)
    wanted = openpyxl.load_workbook(template)[FORM].protection.password
    sheet = openpyxl.load_workbook(written(template))["(1)②"]
    assert sheet.protection.sheet
    assert sheet.protection.password == wanted != None  # noqa: E711


def test_constants_a_formula_reads(template: Path) -> None:
    cells = (
        '<c r="H1" t="b"><v>1</v></c><c r="I1" t="e"><v>#N/A</v></c><c r="J1" t="inlineStr"><is>'
        '<t>東</t><rPh sb="0" eb="1"><t>ヒガシ</t></rPh></is></c><c r="K1"><f>IF(H1,J1,"")</f></c>'
        '<c r="L1"><f>I1</f></c></row>'
    )
    path = written(changed(template, sheet2=lambda t: t.replace("</row>", cells, 1)))
    sheet = openpyxl.load_workbook(path, data_only=True)["(1)②"]
    assert [sheet["K1"].value, sheet["L1"].value] == ["東", "#N/A"]


def test_references_over_sheets_are_refused(template: Path) -> None:
    formula = f"<c r=\"H1\"><f>SUM('{GUIDE}:{FORM}'!A1)</f></c></row>"
    assert refusal(changed(template, sheet2=lambda t: t.replace("</row>", formula, 1))) == ["T011"]


def test_a_plain_sheet_that_reads_the_form_is_refused(template: Path) -> None:
    formula = f"<c r=\"H1\"><f>'{FORM}'!A1</f></c></row>"
    assert refusal(changed(template, sheet1=lambda t: t.replace("</row>", formula, 1))) == ["T010"]


def test_a_link_must_be_the_name_of_a_sheet(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    book[GUIDE]["A1"] = "{{ book.addressee | link(book.count) }}"
    book.save(template)
    assert refusal(template) == ["T116"]


def test_a_list_that_is_none_is_refused_with_its_cell(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    book[GUIDE]["A4"] = "{% for entry in plan.contact.phone %}{{ entry }}"
    book[GUIDE]["B4"] = "{% endfor %}"
    book.save(template)
    plan = write_plan(template.parent / "plan.json")
    with pytest.raises(SheetgenError) as caught:
        make(template.parent, plan, template)
    # 計画の端数の知らせ（M089）は、テンプレートのことではない。
    told = [(p.code, p.place.cell) for p in caught.value.problems if p.code.startswith("T")]
    assert told == [("T115", "A4")]


def test_nothing_repeated_leaves_no_row(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    book[GUIDE]["A4"] = "{% for entry in entries if entry.id == 'x' %}{{ entry.title }}"
    book[GUIDE]["A5"] = "以上"
    book[GUIDE].merge_cells("B4:C4")
    book.save(template)
    sheet = openpyxl.load_workbook(written(template))[GUIDE]
    assert sheet["A4"].value == "以上"
    assert not sheet.merged_cells.ranges


def test_an_array_formula_in_a_repeated_row_is_refused_with_its_cell(template: Path) -> None:
    def add(text: str) -> str:
        head, mark, tail = text.partition('<row r="4"')
        cell = '<c r="H4"><f t="array" ref="H4">LEN(A4)</f></c></row>'
        return head + mark + tail.replace("</row>", cell, 1)

    changed(template, sheet1=add)
    with pytest.raises(SheetgenError) as caught:
        written(template)
    (problem,) = caught.value.problems
    assert (problem.code, problem.place.sheet, problem.place.cell) == ("T012", GUIDE, "H4")


def test_a_filter_and_an_outer_link_around_repeated_rows(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    book[GUIDE].auto_filter.ref = "A3:B4"
    book[GUIDE]["A7"].hyperlink = "https://www.example.jp/"
    book[GUIDE].freeze_panes = "A4"
    book.save(template)
    sheet = openpyxl.load_workbook(written(template))[GUIDE]
    assert (sheet.auto_filter.ref, sheet.freeze_panes) == ("A3:B5", "A4")
    link = sheet["A8"].hyperlink
    assert link is not None
    assert link.target == "https://www.example.jp/"


def test_a_print_area_without_all_its_dollars_is_written_with_them(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    book[FORM].print_area = "A1:F20"
    book.save(template)
    changed(template, workbook=lambda text: text.replace("$A$1:$F$20", "$A1:$F20"))
    with zipfile.ZipFile(written(template)) as archive:
        assert archive.read("xl/workbook.xml").count(b"!$A$1:$F$20<") == 2
