"""壊れたファイルと、害をなすファイル（returned-forms.md の 24、26、29、31）。

どんなバイト列でも、答えはブックか :class:`SheetgenError`。
"""

from __future__ import annotations

import io
import struct
import warnings
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_samples import DECLARATION, parts, relations, row, sheet, text, zipped

from sheetgen.messages.catalogue import message_of
from sheetgen.problems import Level, SheetgenError
from sheetgen.reading import archive as limits
from sheetgen.reading.opening import read_book

ANSWER = row(text("A1", "答え"))
GOOD = zipped(parts(ANSWER))


def codes(data: bytes) -> list[str]:
    with pytest.raises(SheetgenError) as caught:
        read_book(data)
    for problem in caught.value.problems:
        assert message_of(problem).level == Level.ERROR
        assert problem.place.file is None
    return [problem.code for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "R020"),
        (b"PK", "R020"),
        (b"PK\x03\x04" + bytes(100), "R020"),
        (GOOD[: len(GOOD) // 2], "R020"),
        (GOOD[:-1], "R020"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "R020"),
        (b"%PDF-1.7\n", "R021"),
        (b"a,b,c\r\n", "R021"),
        (zipped({"readme.txt": "x"}), "R026"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}),
         "R021"),
    ],
)  # fmt: skip
def test_what_is_no_workbook(data: bytes, code: str) -> None:
    assert codes(data) == [code]


def test_a_zip_with_something_before_it_is_read() -> None:
    assert read_book(b"PK" + b"MIME header\r\n" + GOOD).sheets


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "_rels/.rels"])
def test_a_missing_part_is_named(part: str) -> None:
    made = parts(ANSWER)
    del made[part]
    assert codes(zipped(made)) == ["R026"]


def test_two_parts_of_one_name() -> None:
    for other in ("xl/worksheets/sheet1.xml", "XL/worksheets/Sheet1.xml",
                  "xl\\worksheets\\sheet1.xml"):  # fmt: skip
        target = io.BytesIO(GOOD)
        with warnings.catch_warnings(), zipfile.ZipFile(target, "a") as archive:
            warnings.simplefilter("ignore")
            archive.writestr(other, sheet(row(text("A1", "別の答え"))))
        assert codes(target.getvalue()) == ["R025"]


def test_an_entry_that_says_another_name_than_the_directory() -> None:
    at = GOOD.index(b"xl/worksheets/sheet1.xml")
    assert codes(GOOD[:at] + b"xl/worksheets/sheet2.xml" + GOOD[at + 24 :]) == ["R025"]


def test_a_damaged_part() -> None:
    made = zipped(parts(ANSWER), zipfile.ZIP_STORED)
    assert codes(made.replace("答え".encode(), "答う".encode())) == ["R020"]


def test_a_part_larger_than_it_says() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts(ANSWER).items():
            archive.writestr(name, data)
        archive.writestr("xl/sharedStrings.xml", "x" * 30_000_000)
    data = bytearray(target.getvalue())
    at = data.rindex(b"xl/sharedStrings.xml") - 46
    struct.pack_into("<L", data, at + 24, 100)
    made = parts(ANSWER, strings="")
    assert made
    # 目録がうそをついている部品は、使われるときに断られる
    archive_ = limits.Archive(bytes(data))
    with pytest.raises(SheetgenError) as caught:
        archive_.read("xl/sharedStrings.xml")
    assert caught.value.problems[0].code == "R025"


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    made = parts(ANSWER)
    made["xl/media/image1.png"] = bytes(40_000_000)
    assert codes(zipped(made)) == ["R024"]
    many = {f"xl/{i}": b"" for i in range(limits.MAX_ENTRIES + 1)}
    assert codes(zipped({**parts(ANSWER), **many})) == ["R024"]


def test_entries_that_lie_over_each_other() -> None:
    data = bytearray(GOOD)
    for _ in range(2):
        at = data.rindex(b"PK\x05\x06")
        count, length, offset = struct.unpack_from("<HLL", data, at + 10)
        directory = data[offset : offset + length]
        copies = b""
        for number in range(200):
            copy = directory.replace(b"sheet1.xml", b"sh%03d.xml" % number)
            copies += copy[copy.rindex(b"PK\x01\x02") :]
        break
    body = bytes(data[:offset]) + bytes(directory) + copies
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count + 200, count + 200,
                      length + len(copies), offset, 0)  # fmt: skip
    assert codes(body + end) in (["R024"], ["R025"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "_rels/.rels", "xl/sharedStrings.xml",
             "xl/styles.xml"],
)  # fmt: skip
def test_a_doctype_is_refused(part: str, encoding: str) -> None:
    made = parts(ANSWER, strings="", styles="<cellXfs/>")
    bomb = (
        '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
    )
    words = str(made[part]).removeprefix(DECLARATION)
    made[part] = (bomb + words).encode(encoding)
    assert codes(zipped(made)) == ["R028"]


def test_an_undefined_entity_is_no_xml() -> None:
    assert codes(zipped(parts(row(text("A1", "&x;"))))) == ["R027"]
    assert codes(zipped(parts(row(text("A1", "&#0;"))))) == ["R027"]
    assert codes(zipped(parts(row(text("A1", "a\x01b"))))) == ["R027"]
    assert codes(zipped(parts(whole=b"<worksheet>\xff</worksheet>"))) == ["R027"]


@pytest.mark.parametrize("cell", ["XFE1", "A1048577", "ZZZ1", "A9999999", "A0", "1A", "A1:B2"])
def test_a_cell_that_no_sheet_has(cell: str) -> None:
    assert codes(zipped(parts(row(text(cell, "x"))))) == ["R032"]


@pytest.mark.parametrize("comment", ["", "<!-- -->"])
def test_the_same_cell_twice(comment: str) -> None:
    rows = comment + row(text("A1", "一"), text("B1", "二"), text("A1", "三"))
    assert codes(zipped(parts(rows))) == ["R037"]


def test_too_many_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("sheet_scanner", "sheet_parser", "ooxml"):
        monkeypatch.setattr(f"sheetgen.reading.{room}.MAX_CELLS", 10)
    rows = row(*(f'<c r="A{n}"><v>1</v></c>' for n in range(1, 12)))
    assert codes(zipped(parts(rows))) == ["R029"]
    assert codes(zipped(parts("<!-- -->" + rows))) == ["R029"]


def test_deep_nesting() -> None:
    deep = "<a>" * 100_000 + "</a>" * 100_000
    assert codes(zipped(parts(whole=sheet("<!-- -->", after=deep)))) == ["R031"]
    assert codes(zipped(parts(ANSWER, strings=f"<si>{deep}</si>"))) == ["R031"]


def test_a_huge_sheet_of_nothing_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheetgen.reading.ooxml.MAX_PART", 1000)
    rows = "".join(f'<row r="{n}"/>' for n in range(2, 100_000))
    assert read_book(zipped(parts(ANSWER + rows))).sheets[0].cells["A1"].value == "答え"


def test_external_targets_are_never_opened() -> None:
    made = parts(ANSWER, sheet_relations=relations(
        ("rId1", "drawing", "file:///etc/passwd", "External"),
        ("rId2", "comments", "../../../../../../etc/passwd")))  # fmt: skip
    book = read_book(zipped(made))
    assert [p.code for p in book.problems] == ["R045"]


def test_repeated_cells_of_ods_are_counted_and_not_made() -> None:
    def ods(cell: str, repeated: int) -> bytes:
        return zipped({
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": '<o:d xmlns:o="o" xmlns:table="t" xmlns:text="x" xmlns:office="f">'
            f'<o:spreadsheet><table:table table:name="様式"><table:table-row '
            f'table:number-rows-repeated="{repeated}"><table:table-cell '
            f'table:number-columns-repeated="{repeated}" {cell}</table:table-row>'
            "</table:table></o:spreadsheet></o:d>",
        })  # fmt: skip

    assert read_book(ods("/>", 999_999_999)).sheets[0].cells == {}
    filled = 'office:value-type="float" office:value="1"/>'
    assert codes(ods(filled, 999_999)) == ["R029"]
    assert len(read_book(ods(filled, 3)).sheets[0].cells) == 9


def test_password_of_ods() -> None:
    made = {"content.xml": b"\x00", "META-INF/manifest.xml": "<m:encryption-data/>"}
    assert codes(zipped(made)) == ["R022"]


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255), st.integers(0, 4))
def test_any_damage_ends_in_a_book_or_a_problem(at: int, change: int, cut: int) -> None:
    data = bytearray(GOOD)
    data[at] ^= change
    try:
        read_book(bytes(data[: len(data) - cut]))
    except SheetgenError:
        return


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='<>/"=! cvrst1AB&;#x-[]?', max_size=60), st.booleans())
def test_any_markup_ends_in_a_book_or_a_problem(markup: str, inside: bool) -> None:
    whole = sheet(markup) if inside else sheet(ANSWER, after=markup)
    try:
        read_book(zipped(parts(whole=whole)))
    except SheetgenError:
        return
