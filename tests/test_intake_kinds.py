"""届いたファイルの種類を、名でなく中身で見分ける。"""

from __future__ import annotations

import struct

import pytest
from deliveries import FREE, LAST, SECTOR, book_parts, ole, zipped

from sheetgen.reading.kinds import Kind, kind_of
from sheetgen.send.generating import GenerateResult

ODF = b"application/vnd.oasis.opendocument."
XML_2003 = (
    b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'
)

SAMPLES: list[tuple[str, bytes, Kind]] = [
    ("xlsx", zipped(book_parts("xl/worksheets/sheet1.xml")), Kind.XLSX),
    ("xlsm", zipped(book_parts("xl/vbaProject.bin")), Kind.XLSM),
    ("xlsb", zipped(book_parts("xl/workbook.bin")), Kind.XLSB),
    ("xlsx, backslashes", zipped({"[Content_Types].xml": b"", "xl\\workbook.xml": b""}), Kind.XLSX),
    ("xlsx, its own part names", zipped({"[Content_Types].xml": b"", "book.xml": b""}), Kind.XLSX),
    ("xlsx, without types", zipped({"xl/workbook.xml": b""}), Kind.XLSX),
    ("xlsx, without types, own names", zipped({"_rels/.rels": b"", "book.xml": b""}), Kind.XLSX),
    ("xlsb, without types", zipped({"xl/workbook.bin": b""}), Kind.XLSB),
    ("docx, without types", zipped({"_rels/.rels": b"", "word/document.xml": b""}), Kind.DOCUMENT),
    ("ods, compressed", zipped({"content.xml": b"", "META-INF/manifest.xml": b""}), Kind.ODS),
    ("xlsx, cut off", zipped(book_parts())[:60], Kind.XLSX),
    ("xlsx, cut off, other order", zipped({"xl/workbook.xml": b"a" * 99})[:60], Kind.XLSX),
    ("ods", zipped({"mimetype": ODF + b"spreadsheet", "content.xml": b""}, stored=True), Kind.ODS),
    ("odt", zipped({"mimetype": ODF + b"text", "content.xml": b""}, stored=True), Kind.DOCUMENT),
    ("docx", zipped({"[Content_Types].xml": b"", "word/document.xml": b""}), Kind.DOCUMENT),
    ("pptx", zipped({"[Content_Types].xml": b"", "ppt/slides/1.xml": b""}), Kind.DOCUMENT),
    ("docx with a book inside",
     zipped({"[Content_Types].xml": b"", "word/document.xml": b"", "word/embeddings/a.xlsx": b""}),
     Kind.DOCUMENT),
    ("numbers", zipped({"Index/Document.iwa": b""}), Kind.DOCUMENT),
    ("zip", zipped({"a.xlsx": b"x"}), Kind.ZIP),
    ("zip, empty", zipped({}), Kind.ZIP),
    ("zip, cut off", zipped({"a.xlsx": b"x" * 99})[:50], Kind.ZIP),
    ("zip behind a program", b"MZ" + bytes(99) + zipped({"a.xlsx": b"x"}), Kind.ZIP),
    ("xls", ole(["Workbook", "\x05SummaryInformation"]), Kind.XLS),
    ("xls of 1995", ole(["Book"]), Kind.XLS),
    ("xls with a document inside", ole(["MBD1", "Workbook"], ["WordDocument"]), Kind.XLS),
    ("doc with a book inside", ole(["ObjectPool", "WordDocument"], ["Workbook"]), Kind.DOCUMENT),
    ("ppt", ole(["PowerPoint Document"]), Kind.DOCUMENT),
    ("msg with a book inside", ole(["__properties_version1.0", "x"], ["Workbook"]), Kind.MAIL),
    ("password", ole(["EncryptionInfo", "EncryptedPackage"]), Kind.PASSWORD),
    ("password and data spaces",
     ole(["\x06DataSpaces", "EncryptionInfo", "EncryptedPackage"], ["StrongEncryptionDataSpace"]),
     Kind.PASSWORD),
    ("label",
     ole(["\x06DataSpaces", "EncryptedPackage"], ["DRMEncryptedDataSpace"]), Kind.LABEL),
    ("label on an xls", ole(["\tDRMContent"]), Kind.LABEL),
    ("thumbnails", ole(["Catalog", "1"]), Kind.UNKNOWN),
    ("ole, cut off", ole(["Workbook"])[:700], Kind.UNKNOWN),
    ("ole, head only", ole(["Workbook"])[:200], Kind.UNKNOWN),
    ("nothing", b"", Kind.EMPTY),
    ("pdf", b"%PDF-1.7\n%\xe2\xe3\n", Kind.PDF),
    ("pdf, late", bytes(100) + b"%PDF-1.4", Kind.PDF),
    ("csv", "項目,値\r\n08-08,34\r\n".encode("cp932"), Kind.TEXT),
    ("csv, UTF-8", "\ufeff項目,値\n".encode(), Kind.TEXT),
    ("text, UTF-16", "項目\t値\r\n".encode("utf-16"), Kind.TEXT),
    ("text, cut within a character", b"a" * 65535 + "あ".encode(), Kind.TEXT),
    ("html", b"<html><table><tr><td>1</td></tr></table></html>", Kind.DISGUISED),
    ("html, with a mark", b"\xef\xbb\xbf\r\n<!DOCTYPE html><p>", Kind.DISGUISED),
    ("XML 2003", XML_2003, Kind.DISGUISED),
    ("mht", b"MIME-Version: 1.0\r\nContent-Type: multipart/related; x\r\n", Kind.DISGUISED),
    ("xls of 1990", b"\x09\x02\x06\x00\x00\x00\x10\x00", Kind.DISGUISED),
    ("tnef", b"\x78\x9f\x3e\x22\x01\x00", Kind.TNEF),
    ("eml of a mail program",
     b"From - Sat Jul 20\nX-Mozilla-Status: 0\nTo: a\nDate: b\n\n", Kind.MAIL),
    ("eml with a raw attachment",
     b"To: a\r\nSubject: b\r\n\r\n" + zipped({"a.xlsx": b"x"}), Kind.MAIL),
    ("eml", b"Received: from mail\r\nFrom: a\r\n\r\nbody", Kind.MAIL),
    ("png", b"\x89PNG\r\n\x1a\n", Kind.IMAGE),
    ("jpeg", b"\xff\xd8\xff\xe0", Kind.IMAGE),
    ("bmp", b"BM" + (99).to_bytes(4, "little") + bytes(8), Kind.IMAGE),
    ("text that begins like a bmp", b"BMI,height\n22,170\n", Kind.TEXT),
    ("heic", b"\0\0\0\x18ftypheic", Kind.IMAGE),
    ("webp", b"RIFF\0\0\0\0WEBP", Kind.IMAGE),
    ("rar", b"Rar!\x1a\x07\x01\x00", Kind.ARCHIVE),
    ("7z", b"7z\xbc\xaf\x27\x1c", Kind.ARCHIVE),
    ("lzh", b"\x20\x11-lh5-\x00", Kind.ARCHIVE),
    ("gz", b"\x1f\x8b\x08", Kind.ARCHIVE),
    ("lnk", b"L\x00\x00\x00\x01\x14\x02\x00", Kind.SHORTCUT),
    ("url", b"[InternetShortcut]\r\nURL=", Kind.SHORTCUT),
    ("rtf", b"{\\rtf1", Kind.DOCUMENT),
    ("program", b"MZ\x90\x00", Kind.UNKNOWN),
    ("anything", bytes(range(256)), Kind.UNKNOWN),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "kind"), [sample[1:] for sample in SAMPLES], ids=[sample[0] for sample in SAMPLES]
)
def test_kind(data: bytes, kind: Kind) -> None:
    assert kind_of(data) is kind


def test_every_kind_has_a_sample() -> None:
    assert {kind for *_, kind in SAMPLES} == set(Kind)


@pytest.mark.parametrize("sample", [sample[1] for sample in SAMPLES if sample[1]])
def test_cut_anywhere_it_is_still_something(sample: bytes) -> None:
    for end in range(1, min(len(sample), 2048), 7):
        assert kind_of(sample[:end]) in Kind


def test_a_large_file_keeps_its_names_far_behind() -> None:
    """続き方の表が見出しに書ききれない、7 MB を超える OLE2 の入れ物。"""
    small = ole(["a", "b", "c", "EncryptedPackage"])
    directory = small[2 * SECTOR :]
    assert len(directory) == 2 * SECTOR
    head = bytearray(small[:SECTOR])
    per_table = SECTOR // 4
    first = 109 * per_table + 5
    struct.pack_into("<I", head, 48, first)
    struct.pack_into("<I", head, 44, 110)
    struct.pack_into("<2I109I", head, 68, 1, 1, *[0] * 109)
    more = struct.pack("<2I", 2, FREE).ljust(SECTOR, b"\xff")
    table = bytearray(b"\xff" * SECTOR)
    struct.pack_into("<2I", table, 4 * 5, first + 1, LAST)
    data = bytes(head) + bytes(SECTOR) + more + bytes(table)
    data = data.ljust((first + 1) * SECTOR, b"\0") + directory
    assert kind_of(data) is Kind.PASSWORD


def test_our_own_books_are_books(result: GenerateResult) -> None:
    for book in result.books:
        assert kind_of(book.path.read_bytes()) is Kind.XLSX
