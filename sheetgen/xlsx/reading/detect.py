"""ファイルの中身から形式を見分け、その読み手に渡す。

Names and endings are not trusted: an ``.xls`` that is a zip, or the reverse, comes
often.  Source: [MS-CFB] 2.2; ODF 1.3 Part 2, 3.3 (mimetype).
"""

from __future__ import annotations

from sheetgen.model.returned import RawBook
from sheetgen.xlsx.reading.archive import Archive, refuse
from sheetgen.xlsx.reading.ooxml import read_ooxml

_ZIP = b"PK"


def read_book(data: bytes) -> RawBook:
    """届いたファイルの中身を、ブックとして読む。

    :raises SheetgenError: it cannot be read as a workbook (R020-R037); the place
        carries no file name.
    """
    if not data:
        raise refuse("R020")
    if data[:2] == _ZIP:
        return read_ooxml(Archive(data))
    raise refuse("R021")
