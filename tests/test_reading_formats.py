"""xlsx のほかの形式の読み方（returned-forms.md の 11、13、23、24、29）。"""

from __future__ import annotations

import datetime
import struct
from pathlib import Path

import openpyxl
import pytest
from compound_samples import compound, record
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.workbook.defined_name import DefinedName
from programs import SHORT_SECONDS, need, run_node, soffice_convert
from reading_samples import zipped
from running import run_program

from sheetgen.problems import SheetgenError
from sheetgen.reading.biff_text import Fonts, rich_parts
from sheetgen.reading.book import BookFormat, CellKind, RawBook, RawName, Remark, RemarkKind
from sheetgen.reading.opening import read_book
from sheetgen.reading.worker import dump, understand

VALUES: list[object] = [
    34, -3, 0, 0.983, 1e20, "答え", "0012", "  前後  ", "一行目\n二行目", "😀𠮷葛\U000e0100", "-",
    "ー", "=文字", datetime.date(2024, 1, 2), datetime.datetime(2024, 1, 2, 3, 4, 5), "あ" * 9000,
]  # fmt: skip
EXPECTED = [
    value.isoformat() if isinstance(value, datetime.date) else value for value in VALUES
]  # fmt: skip


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """いろいろな値のあるブック。"""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = "様式"
    for index, value in enumerate(VALUES, 1):
        cell = page.cell(index, 1)
        cell.value = value  # type: ignore[assignment]
        if isinstance(value, str):
            cell.data_type = "s"
    page["A4"].number_format = "0.0%"
    page["B1"], page["B2"], page["B3"] = "=1/0", "=1+1", '="a"&"b"'
    page["C1"] = "取消"
    page["C1"].font = Font(strike=True)
    page["C2"] = CellRichText("約10", TextBlock(InlineFont(vertAlign="superscript"), "3"), "人")
    page["C3"] = CellRichText("CO", TextBlock(InlineFont(vertAlign="subscript"), "2"))
    page["D2"] = "隠れた列"
    page.column_dimensions["D"].hidden = True
    page["E3"] = "隠れた行"
    page.row_dimensions[3].hidden = True
    page.merge_cells("F1:G2")
    page["F1"] = "結合"
    page["F1"].comment = Comment("控え\n二行", "課")
    hidden = book.create_sheet("隠し")
    hidden.sheet_state = "hidden"
    hidden["A1"] = 1
    page.defined_names["sg.a"] = DefinedName("sg.a", attr_text="'様式'!$A$1")
    path = tmp_path_factory.mktemp("formats") / "source.xlsx"
    book.save(path)
    return path


def values(book: RawBook) -> list[object]:
    return [book.sheets[0].cells[f"A{n}"].value for n in range(1, len(VALUES) + 1)]


def check(book: RawBook, form: BookFormat) -> None:
    """どの形式でも変わらないもの。"""
    cells = book.sheets[0].cells
    assert book.format == form
    assert values(book) == EXPECTED
    assert cells["A4"].number_format.endswith("%")
    assert cells["A14"].kind == CellKind.DATE
    assert (cells["B1"].kind, cells["B1"].value) == (CellKind.ERROR, "#DIV/0!")
    assert (cells["B2"].value, cells["B3"].value) == (2, "ab")
    assert [sheet.name for sheet in book.sheets] == ["様式", "隠し"]
    assert "F1:G2" in book.sheets[0].merged
    assert understand(dump(book)) == book


def check_all(book: RawBook, form: BookFormat) -> None:
    """表計算ソフトが書いたものでは、セルの外のものも残る。"""
    check(book, form)
    page = book.sheets[0]
    assert all(page.cells[f"B{n}"].formula is not None for n in (1, 2, 3))
    assert page.cells["C1"].struck == "取消"
    assert [(page.cells[ref].value, page.cells[ref].raised) for ref in ("C1", "C2", "C3")] == [
        ("取消", None), ("約103人", "約10³人"), ("CO2", "CO₂")
    ]  # fmt: skip
    assert (page.hidden_rows, page.hidden_columns) == ({3}, {4})
    assert Remark(RemarkKind.COMMENT, "控え\n二行", "F1") in page.remarks
    assert book.sheets[1].hidden
    bare = [RawName(one.name, one.sheet, one.target.replace("'", "")) for one in book.names]
    assert RawName("sg.a", "様式", "様式!$A$1") in bare


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("ods", BookFormat.ODS),
        ("xls:MS Excel 97", BookFormat.XLS),
        ("xlsx:Calc MS Excel 2007 XML", BookFormat.XLSX),
    ],
)
def test_libreoffice(source: Path, tmp_path: Path, kind: str, form: BookFormat) -> None:
    made = soffice_convert(source, tmp_path, kind)
    check_all(read_book(made.read_bytes()), form)


@pytest.mark.parametrize(("kind", "form"), [("ods", BookFormat.ODS), ("xls", BookFormat.XLS)])
def test_gnumeric(source: Path, tmp_path: Path, kind: str, form: BookFormat) -> None:
    made = tmp_path / f"made.{kind}"
    run_program([need("ssconvert"), source, made], SHORT_SECONDS).check_returncode()
    check_all(read_book(made.read_bytes()), form)


def test_sheetjs(source: Path, tmp_path: Path) -> None:
    # 計算した値を持たせるため、いったん LibreOffice を通す
    made = soffice_convert(source, tmp_path, "xlsx:Calc MS Excel 2007 XML")
    run_node("resave.js", made, tmp_path / "a.xlsb", tmp_path / "a.xls", tmp_path / "a.xlsm")
    check(read_book((tmp_path / "a.xlsb").read_bytes()), BookFormat.XLSB)
    # SheetJS は、xls では文字を255字で切って書く
    old = read_book((tmp_path / "a.xls").read_bytes())
    assert values(old) == [*EXPECTED[:-1], str(EXPECTED[-1])[:255]]
    check(read_book((tmp_path / "a.xlsm").read_bytes()), BookFormat.XLSX)


def test_the_ending_of_the_name_plays_no_part(source: Path) -> None:
    assert read_book(source.read_bytes()).format == BookFormat.XLSX


def ods(cells: str, styles: str = "") -> RawBook:
    words = (
        '<o:document-content xmlns:o="o" xmlns:style="s" xmlns:table="t" xmlns:text="x" '
        'xmlns:office="f" xmlns:dc="d" xmlns:draw="w" xmlns:calcext="c">'
        f"<o:automatic-styles>{styles}</o:automatic-styles><o:body><o:spreadsheet>"
        f'<table:table table:name="様式"><table:table-row>{cells}</table:table-row></table:table>'
        "</o:spreadsheet></o:body></o:document-content>"
    )
    return read_book(zipped({"mimetype": MIMETYPE, "content.xml": words}))


MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("<text:p>一</text:p><text:p>二</text:p>", "一\n二"),
        ("<text:p>一</text:p><text:p/><text:p>三</text:p>", "一\n\n三"),
        ('<text:p><text:s text:c="2"/>前 <text:s/>後 <text:s/></text:p>', "  前  後  "),
        ("<text:p>一<text:line-break/>二<text:tab/>三</text:p>", "一\n二\t三"),
        ("<text:p><text:ruby><text:ruby-base>東京</text:ruby-base><text:ruby-text>とうきょう"
         "</text:ruby-text></text:ruby>都</text:p>", "東京都"),
        ("<text:p>\n  字下げ\n  した <text:span>文字</text:span>\n</text:p>",
         "字下げ\n  した 文字\n"),
        ("<text:p>・一\n・二\n\n・三</text:p><text:p>四\n</text:p><text:p>五</text:p>",
         "・一\n・二\n\n・三\n四\n\n五"),
        ("<text:p>一<text:span>\n二</text:span>\n\t三\n  </text:p>", "一\n二\n\t三"),
        ("<office:annotation><dc:date>2024</dc:date><text:p>控え</text:p></office:annotation>"
         "<text:p>本文</text:p>", "本文"),
    ],
)  # fmt: skip
def test_paragraphs_of_ods(content: str, value: str) -> None:
    book = ods(f'<table:table-cell office:value-type="string">{content}</table:table-cell>')
    assert book.sheets[0].cells["A1"].value == value


@pytest.mark.parametrize(
    ("position", "seen"),
    [
        ("super 58%", "3¹"),
        ("33% 58%", "3¹"),
        ("sub 58%", "3₁"),
        ("-33% 58%", "3₁"),
        ("0% 100%", None),
    ],
)
def test_raised_spans_of_ods(position: str, seen: str | None) -> None:
    book = ods(
        '<table:table-cell office:value-type="string"><text:p>3<text:span text:style-name="T1">'
        "<text:span>1</text:span></text:span></text:p></table:table-cell>",
        f'<style:style style:name="T1"><style:text-properties style:text-position="{position}"/>'
        "</style:style>",
    )
    cell = book.sheets[0].cells["A1"]
    assert (cell.value, cell.raised) == ("31", seen)


def test_what_an_ods_showed_is_kept() -> None:
    book = ods(
        '<table:table-cell office:value-type="float" office:value="34"><text:p>34百台</text:p>'
        '</table:table-cell><table:table-cell office:value-type="date" office:date-value='
        '"2019-05-01"><text:p>令和元年5月</text:p></table:table-cell><table:table-cell '
        'office:value-type="float" office:value="34"/>',
    )
    found = book.sheets[0].cells
    assert [found[ref].shown for ref in ("A1", "B1", "C1")] == ["34百台", "令和元年5月", None]
    assert understand(dump(book)) == book


def test_raised_fonts_of_the_binary_formats() -> None:
    fonts = Fonts(set(), {})
    for number, place in enumerate((0, 1, 2)):
        fonts.add(number, 0, place)
    assert rich_parts("31", [(1, 1)], fonts).seen == "3¹"
    assert rich_parts("CO2排出", [(2, 2), (3, 0)], fonts).seen == "CO₂排出"
    assert rich_parts("𠮷3", [(2, 1)], fonts).seen == "𠮷³"
    assert rich_parts("31", [(1, 0)], fonts).seen == ""
    assert fonts.look("General", 1).raised


def test_what_is_left_of_struck_text_of_the_binary_formats() -> None:
    fonts = Fonts({1}, {})
    fonts.add(2, 0, 1)
    read = rich_parts("3人10310", [(0, 1), (1, 0), (2, 1), (4, 0)], fonts)
    assert (read.struck, read.left) == ("310", "人310")
    assert rich_parts("432", [(1, 1), (2, 2)], fonts).left == "4²"
    assert rich_parts("31", [(1, 0)], fonts).left == ""


def test_struck_spans_and_shapes_of_ods() -> None:
    book = ods(
        '<table:table-cell office:value-type="string"><text:p>のこす<text:span '
        'text:style-name="T1">けす</text:span></text:p><draw:frame><draw:text-box><text:p>図形の中'
        "</text:p></draw:text-box></draw:frame></table:table-cell>",
        '<style:style style:name="T1"><style:text-properties '
        'style:text-line-through-style="solid"/></style:style>',
    )
    cell = book.sheets[0].cells["A1"]
    assert (cell.value, cell.struck, cell.left) == ("のこすけす", "けす", "のこす")
    assert book.sheets[0].remarks == (Remark(RemarkKind.TEXT_BOX, "図形の中", "A1"),)


@pytest.mark.parametrize(
    ("streams", "storages", "code"),
    [
        ({"EncryptionInfo": b"", "EncryptedPackage": b""}, (), "R022"),
        ({"EncryptionInfo": b"", "EncryptedPackage": b""},
         ("\x06DataSpaces", "StrongEncryptionDataSpace"), "R022"),
        ({"EncryptedPackage": b""}, ("\x06DataSpaces", "DRMEncryptedDataSpace"), "R023"),
        ({"WordDocument": b""}, (), "R021"),
        ({"Workbook": b""}, (), "R020"),
        ({"Workbook": record(0x809, struct.pack("<HH", 0x600, 5)) + record(0x2F, bytes(6))},
         (), "R022"),
        ({"Book": record(0x809, struct.pack("<HH", 0x500, 5)) + record(0x0A)}, (), "R038"),
        ({"Workbook": record(0x809, struct.pack("<HH", 0x600, 5)) + record(0x0A)}, (), "R033"),
    ],
)  # fmt: skip
def test_what_cannot_be_opened(
    streams: dict[str, bytes], storages: tuple[str, ...], code: str
) -> None:
    with pytest.raises(SheetgenError) as caught:
        read_book(compound(streams, storages))
    assert [p.code for p in caught.value.problems] == [code]


def test_an_old_book_that_claims_a_billion_strings() -> None:
    head = record(0x809, struct.pack("<HH", 0x600, 5))
    strings = record(0xFC, struct.pack("<II", 0, 0x7FFFFFFF))
    with pytest.raises(SheetgenError) as caught:
        read_book(compound({"Workbook": head + strings + record(0x0A)}))
    assert [p.code for p in caught.value.problems] == ["R033"]  # 数えずに、シートのないことに着く


@pytest.fixture(scope="module")
def old(source: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("old")
    return soffice_convert(source, folder, "xls:MS Excel 97").read_bytes()


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_damage_to_an_old_book_ends_in_a_book_or_a_problem(
    old: bytes, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(old) - 1))
    changed = bytearray(old)
    changed[at] ^= data.draw(st.integers(1, 255))
    try:
        read_book(bytes(changed))
    except SheetgenError:
        return
