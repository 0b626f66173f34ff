"""様式のブック：74枚すべてが閉じていて、PDF のページと同じ所に同じ文字がある。"""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from making import form_sheets, unlocked_cells
from ooxml import rules
from programs import pdftotext_bbox, soffice_convert
from reporting import document_for, joined, lines_in, make_report, pdf_of, placed_cells

from sheetgen.publish.publishing import Output, ReportResult

NEVER_FIRST = "、。，．・：；？！）〕］｝〉》」』】ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々％･)｣ｰ"
NEVER_LAST = "（〔［｛〈《「『【(｢"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    result = make_report(tmp_path_factory.mktemp("book"), outputs=(Output.XLSX,))
    (file,) = result.files
    return file.path


def test_every_form_is_there_and_closed(book: Path) -> None:
    assert book.name == "令和６年度年次見直し.xlsx"
    assert rules.violations_of([book]) == {}
    forms = form_sheets(openpyxl.load_workbook(book))
    assert len(forms) == 74
    assert all(sheet.protection.sheet for sheet in forms)
    assert {cell for sheet in forms for cell in unlocked_cells(sheet)} == set()


def test_the_published_book_holds_the_forms_alone(book: Path) -> None:
    """記入の案内、様式ID、回収の目印、名前は、公表するブックにはない。"""
    opened = openpyxl.load_workbook(book)
    assert len(opened.sheetnames) == 74
    assert all(sheet.sheet_state == "visible" for sheet in opened.worksheets)
    texts = {
        cell.value
        for sheet in opened.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str)
    }
    assert [one for one in texts if "様式ID" in one or "sheetgen" in one or "はじめに" in one] == []
    assert [n for s in opened.worksheets for n in s.defined_names if n.startswith("sg.")] == []
    assert [cell for s in opened.worksheets for row in s.iter_rows() for cell in row
            if cell.hyperlink] == []  # fmt: skip
    with zipfile.ZipFile(book) as archive:
        assert b"sheetgen-form" not in b"".join(map(archive.read, archive.namelist()))
    assert "関係各課" not in (opened.properties.title or "")


def test_the_pdf_has_the_places_and_breaks_of_the_printed_form(
    book: Path, report_result: ReportResult, tmp_path: Path
) -> None:
    document = document_for(tmp_path)
    printed = pdftotext_bbox(soffice_convert(book, tmp_path))[-74:]
    ours = pdftotext_bbox(pdf_of(report_result))[-74:]
    cells = same = 0
    other = []
    for page, left, right in zip(document.sheets.pages, ours, printed, strict=True):
        for cell in placed_cells(document.sheets, page):
            mine, theirs = joined(lines_in(left, cell)), joined(lines_in(right, cell))
            cells += 1
            if mine == theirs:
                same += 1
            elif not any(line[0] in NEVER_FIRST or line[-1] in NEVER_LAST for line in theirs):
                other.append((page.label, cell.look.ref, mine, theirs))
    # LibreOffice は、ときに約物を行の頭に置く。そうでない違いは、行の端の詰め方だけによる。
    assert cells > 4000
    assert same / cells > 0.985
    assert len(other) < 15
    for _, _, mine, theirs in other:
        assert len(mine) == len(theirs)
        assert all(abs(len(a) - len(b)) <= 4 for a, b in zip(mine, theirs, strict=True))
