"""バイナリ形式（.xlsb、.xls）の、めったにない書き方。出典: [MS-XLSB] 2.4、[MS-XLS] 2.4。"""

from __future__ import annotations

import math
import struct

import pytest
from compound_samples import compound, record
from reading_samples import TYPES, relations, zipped

from sheetgen.reading.book import CellKind, RawBook, RawCell
from sheetgen.reading.opening import read_book
from sheetgen.reading.worker import dump, understand

BAD = [math.nan, math.inf, -math.inf]


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def item(kind: int, body: bytes = b"") -> bytes:
    """BIFF12 の一つのレコード。"""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + bytes([len(body)]) + body


def real(column: int, value: float) -> bytes:
    return item(5, struct.pack("<IId", column, 0, value))


def xlsb(*cells: bytes, book: bytes = b"", more: dict[str, bytes] | None = None) -> RawBook:
    """一枚のシート「様式」を持つ .xlsb。"""
    bundle = item(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("様式"))
    row = item(0, struct.pack("<I", 0) + bytes(13))
    related = [("rId1", "worksheet", "worksheets/sheet1.bin")]
    related += [("rIdS", "sharedStrings", "sharedStrings.bin")] if more else []
    made = zipped(
        {
            "[Content_Types].xml": TYPES,
            "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.bin")),
            "xl/workbook.bin": bundle + book,
            "xl/_rels/workbook.bin.rels": relations(*related),
            "xl/worksheets/sheet1.bin": row + b"".join(cells),
            **(more or {}),
        }
    )
    return read_book(made)


def xls(*records: bytes, strings: bytes = b"") -> RawBook:
    """一枚のシート「様式」を持つ .xls。"""
    begin = struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)
    name = "様式".encode("utf-16-le")
    size = len(record(0x809, begin)) + 4 + 8 + len(name) + len(strings) + 4
    sheet = record(0x85, struct.pack("<IBBBB", size, 0, 0, 2, 1) + name)
    page = record(0x809, struct.pack("<HHHHII", 0x600, 16, 0, 0, 0, 0))
    whole = record(0x809, begin) + sheet + strings + record(0x0A)
    assert len(whole) == size
    return read_book(
        compound({"Workbook": whole + page + b"".join(records) + record(0x0A)}),
    )


def number(column: int, value: float) -> bytes:
    return record(0x203, struct.pack("<HHHd", 0, column, 0, value))


def shared(column: int, index: int) -> bytes:
    return record(0xFD, struct.pack("<HHHI", 0, column, 0, index))


def table(count: int, *texts: str, after: bytes = b"") -> bytes:
    words = b"".join(struct.pack("<HB", len(text), 1) + text.encode("utf-16-le") for text in texts)
    return record(0xFC, struct.pack("<II", count, count) + words + after)


def values(book: RawBook) -> dict[str, object]:
    return {ref: cell.value for ref, cell in book.sheets[0].cells.items()}


def told(book: RawBook) -> list[tuple[str, str | None, str | None]]:
    codes = ("R036", "R045")
    found = [one for one in book.problems if one.code in codes]
    return [(one.code, one.place.sheet, one.place.cell) for one in found]


@pytest.mark.parametrize("value", BAD)
@pytest.mark.parametrize("kind", ["xlsb", "xls"])
def test_a_number_that_is_none_is_told_with_its_cell(kind: str, value: float) -> None:
    """一つのセルのために、ブックの全体を断らない（R064）。"""
    if kind == "xlsb":
        book = xlsb(
            real(0, 34.0), real(2, value), item(9, struct.pack("<IIdHI", 3, 0, value, 0, 0))
        )
    else:
        formula = struct.pack("<HHHdHII", 0, 3, 0, value, 0, 0, 0)
        book = xls(number(0, 34.0), number(2, value), record(0x06, formula))
    assert book.sheets[0].cells["A1"] == RawCell(CellKind.NUMBER, 34)
    assert [book.sheets[0].cells[ref].kind for ref in ("C1", "D1")] == [CellKind.ERROR] * 2
    assert told(book) == [("R036", "様式", "C1")]
    assert [one.facts["more"] for one in book.problems if one.code == "R036"] == ["（D1も同じ）"]
    assert understand(dump(book)) == book


def test_a_name_through_a_link_to_another_book() -> None:
    """番号は、ほかのブックも数える。名前の指す所が、このブックかどうかを取り違えない。"""
    area = struct.pack("<BHIH", 0x3A, 1, 4, 2)
    outside = struct.pack("<BHIH", 0x3A, 0, 4, 2)
    nowhere = struct.pack("<BHIH", 0x3A, 9, 4, 2)
    links = struct.pack("<I", 2) + struct.pack("<Iii", 0, 0, 0) + struct.pack("<Iii", 1, 0, 0)
    names = b"".join(
        item(39, bytes(5) + struct.pack("<I", 0xFFFFFFFF) + wide(name)
             + struct.pack("<I", len(code)) + code)
        for name, code in (("sg.a", area), ("外", outside), ("どこ", nowhere))
    )  # fmt: skip
    book = xlsb(real(0, 1.0), book=item(355, wide("rId9")) + item(357) + item(362, links) + names)
    assert {one.name: one.target for one in book.names} == {
        "sg.a": "'様式'!$C$5",
        "外": "?",
        "どこ": "?",
    }


@pytest.mark.parametrize("count", [0, 1, 2, 3, 0x7FFFFFFF])
def test_a_wrong_count_of_shared_strings_is_no_matter(count: int) -> None:
    book = xls(shared(0, 1), shared(1, 0), strings=table(count, "一", "二"))
    assert (values(book), told(book)) == ({"A1": "二", "B1": "一"}, [])


def test_a_shared_string_that_is_not_there_is_told_with_its_cell() -> None:
    for book in (
        xls(shared(0, 0), shared(1, 7), strings=table(9, "一", after=b"")),
        xlsb(
            *(item(7, struct.pack("<III", column, 0, index)) for column, index in ((0, 0), (1, 7))),
            more={"xl/sharedStrings.bin": item(19, b"\0" + wide("一"))},
        ),
    ):
        assert values(book)["A1"] == "一"
        assert told(book) == [("R036", "様式", "B1")]


def test_bytes_after_the_counted_strings_are_no_matter() -> None:
    book = xls(shared(0, 0), strings=table(1, "一", after=b"\x05"))
    assert values(book) == {"A1": "一"}


@pytest.mark.parametrize("kind", [0x208, 0x7D, 0x1C, 0x5D, 0x1B6])
def test_an_odd_record_beside_the_values_hides_no_value(kind: int) -> None:
    """行の高さや図形の、短すぎるレコード。値は読み、読めない部分のあることを知らせる。"""
    book = xls(record(kind, b"\1"), number(0, 34.0))
    assert (values(book), told(book)) == ({"A1": 34}, [("R045", "様式", None)])


def test_a_count_of_merged_areas_larger_than_the_record() -> None:
    areas = struct.pack("<5H", 9, 0, 1, 2, 3)
    assert xls(record(0xE5, areas)).sheets[0].merged == ("C1:D2",)


def test_form_controls_of_an_old_book_are_told() -> None:
    """絞り込みの印（0x14）は、記入ではない。"""
    for kind, codes in ((0x0B, ["R042"]), (0x14, [])):
        book = xls(record(0x5D, struct.pack("<4H", 0x15, 18, kind, 1)), number(0, 34.0))
        assert ([one.code for one in book.problems], values(book)) == (codes, {"A1": 34})
