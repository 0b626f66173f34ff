"""書いたものを読むと同じになる、という法則。"""

from __future__ import annotations

import io

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_samples import parts, row, sheet, zipped

from sheetgen.problems import SheetgenError
from sheetgen.reading import sheet_scanner
from sheetgen.reading.cells import CellMaker, Text
from sheetgen.reading.opening import read_book
from sheetgen.reading.scanning import NotPlainError, is_plain
from sheetgen.reading.sheet_parser import parse_sheet
from sheetgen.reading.sheet_scanner import scan_sheet
from sheetgen.reading.worker import dump, understand
from sheetgen.xlsx.markup import cell_text

# 機種依存文字、異体字、代理対、先頭の空白、書けない文字の書き方に似た文字
PIECES = st.sampled_from(
    ["あ", "①", "㈱", "髙", "葛\U000e0100", "😀", "𠮷", " ", "　", "\n", "_x000D_", "_x0041_",
     "<b>", "&amp;", '"', "'", "0012", "=1+1", "-", "ー", "\t", "]]>", "\u2028", "e\u0301"]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(st.characters(codec="utf-8"), max_size=4), max_size=8).map(
    "".join
)
NUMBERS = st.integers(-(10**14), 10**14) | st.floats(-1e300, 1e300, allow_subnormal=False)


def same(text: str) -> str:
    """読み手が一つにそろえる改行。"""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS.filter(bool), min_size=1, max_size=5))
def test_what_the_own_writer_writes(texts: list[str]) -> None:
    cells = "".join(
        f'<c r="A{n}" t="inlineStr"><is><t xml:space="preserve">{cell_text(one)}</t></is></c>'
        for n, one in enumerate(texts, 1)
    )
    for rows in (row(cells), "<!-- -->" + row(cells)):
        found = read_book(zipped(parts(rows)))
        values = [cell.value for cell in found.sheets[0].cells.values()]
        assert values == [same(one) for one in texts]
        assert understand(dump(found)) == found


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS.filter(bool) | NUMBERS | st.booleans(), min_size=1, max_size=8))
def test_what_xlsxwriter_writes(values: list[object]) -> None:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    page = book.add_worksheet("様式")
    for index, value in enumerate(values):
        if isinstance(value, str):
            page.write_string(index, 0, value)
        else:
            page.write(index, 0, value)
    book.close()
    found = read_book(target.getvalue()).sheets[0].cells
    for index, value in enumerate(values, 1):
        got = found[f"A{index}"].value
        if isinstance(value, float):
            assert got == pytest.approx(value, rel=1e-15)
        else:
            assert got == (same(value) if isinstance(value, str) else value)


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS.filter(bool) | NUMBERS | st.booleans(), min_size=1, max_size=8))
def test_what_openpyxl_writes(values: list[object]) -> None:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    written = {}
    for index, value in enumerate(values, 1):
        if isinstance(value, str) and openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.search(value):
            continue
        cell = page.cell(index, 1)
        cell.value = value
        if isinstance(value, str):
            # openpyxl は _x0041_ を、文字でなく書き方として書く
            if "_x" in value or "\ufffe" in value or "\uffff" in value:
                cell.value = None
                continue
            cell.data_type = "s"
        written[f"A{index}"] = same(value) if isinstance(value, str) else value
    target = io.BytesIO()
    book.save(target)
    found = read_book(target.getvalue()).sheets[0].cells
    for ref, value in written.items():
        assert found[ref].value == (pytest.approx(value) if type(value) is float else value)


ATTRS = st.sampled_from(["", ' s="0"', ' s="1"', ' t="n"', ' s="1" t="s"', ' t="str"', ' t="b"',
                         ' t="inlineStr"', ' s="1" t="inlineStr"', ' t="e"'])  # fmt: skip
CONTENTS = st.sampled_from([
    "/>", " />", "></c>", "><v>1</v></c>", "><v>0</v></c>", "><v>0.50</v></c>", "><v/></c>",
    "><v></v></c>", "><is><t>あ</t></is></c>", '><is><t xml:space="preserve"> あ </t></is></c>',
    "><is><t/></is></c>", "><f>1+1</f><v>2</v></c>", "><f>A1&amp;B1</f></c>",
    '><f aca="false">1</f><v>1</v></c>', "><is><r><t>あ</t></r></is></c>", "><v>&#49;</v></c>",
    "><v>x</v></c>", "><is><t>&lt;_x0041_&#x3042;</t></is></c>", '><f t="shared" si="0"/></c>',
    "><v>1</v><!-- --></c>", "><v><![CDATA[1]]></v></c>",
])  # fmt: skip
ROW_ATTRS = st.sampled_from(["", ' spans="1:3"', ' ht="15.5" customHeight="1"', ' hidden="1"',
                             ' hidden="false" ht="0"', " "])  # fmt: skip


@st.composite
def sheets(draw: st.DrawFn) -> str:
    rows = []
    for number in range(1, draw(st.integers(1, 4))):
        cells = [
            f'<c r="{letter}{number}"{draw(ATTRS)}{draw(CONTENTS)}'
            for letter in draw(st.lists(st.sampled_from("ABCD"), max_size=4, unique=True))
        ]
        rows.append(row(*cells, number=number, attrs=draw(ROW_ATTRS)))
    before = draw(st.sampled_from(["", '<cols><col min="2" max="3" hidden="1"/></cols>']))
    after = draw(
        st.sampled_from(["", '<mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>'])
    )
    return sheet("".join(rows), before, after)


def _clear_memory() -> None:
    for memory in (sheet_scanner._edges, sheet_scanner._merges, sheet_scanner._rows):
        memory.clear()


@settings(max_examples=600, deadline=None)
@given(sheets())
def test_the_scanner_and_the_parser_read_the_same(made: str) -> None:
    data = made.encode()
    strings = [Text("〇"), Text("一")]
    if not is_plain(data):
        return
    _clear_memory()
    try:
        quick = scan_sheet(data, CellMaker(strings, (), False))
    except NotPlainError:
        return
    assert quick == parse_sheet((data,), "", CellMaker(strings, (), False))


@settings(max_examples=300, deadline=None)
@given(sheets(), st.integers(0, 10_000), st.sampled_from(['"', "<", ">", "/", "x", " ", "&", "="]))
def test_what_the_scanner_takes_the_parser_takes(made: str, at: int, put: str) -> None:
    """一字を変えても、速い読み方が受け取るものは、読み手の読むものと同じである。"""
    begin, end = made.index("<sheetData>") + 11, made.index("</sheetData>")
    if begin == end:
        return
    place = begin + at % (end - begin)
    data = (made[:place] + put + made[place + 1 :]).encode()
    strings = [Text("〇"), Text("一")]
    if not is_plain(data):
        return
    _clear_memory()
    try:
        quick = scan_sheet(data, CellMaker(strings, (), False))
    except NotPlainError:
        return
    except SheetgenError:
        pytest.fail("速い読み方が、読み手より先に断った")
    assert quick == parse_sheet((data,), "", CellMaker(strings, (), False))


def test_the_usual_spellings_are_scanned() -> None:
    """速い読み方が、実際のブックで使われている（使われなければ、比べる意味がない）。"""
    usual = sheet(
        row('<c r="A1" s="1" t="s"><v>0</v></c><c r="B1" s="1"/>', attrs=' spans="1:2"')
        + '<row r="2"/>'
        + row('<c r="A2" t="inlineStr"><is><t>あ</t></is></c>', number=3)
    )
    maker = CellMaker([Text("〇")], (), False)
    assert len(scan_sheet(usual.encode(), maker).cells) == 2
