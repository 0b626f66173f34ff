"""届いたファイルの中身を、その種類の読み手に渡す。

名と拡張子は信じない。``.xls`` という名の zip も、その逆も、よく届く。
"""

from __future__ import annotations

from sheetgen.reading.archive import Archive, refuse
from sheetgen.reading.book import RawBook
from sheetgen.reading.kinds import COMPOUND, Kind, kind_of

# 途中で切れていても ZIP と分かる、初めの二字。
_ZIP = b"PK"
_LOCKED = {Kind.PASSWORD: "R022", Kind.LABEL: "R023"}


def read_book(data: bytes) -> RawBook:
    """届いたファイルの中身を、ブックとして読む。

    :raises SheetgenError: ブックとして読めない (R020-R038)。場所にファイルの名はまだない。
    """
    kind = kind_of(data)
    if kind in _LOCKED:
        raise refuse(_LOCKED[kind])
    if data.startswith(COMPOUND):
        from sheetgen.reading.compound import Compound

        compound = Compound(data)
        if kind is Kind.XLS:
            from sheetgen.reading.biff import read_biff

            return read_biff(compound)
    elif data.startswith(_ZIP):
        return _read_zip(Archive(data), kind)
    raise refuse("R021" if data else "R020")


def _read_zip(archive: Archive, kind: Kind) -> RawBook:
    if kind is Kind.ODS:
        from sheetgen.reading.ods import read_ods

        return read_ods(archive)
    if kind is Kind.XLSB:
        from sheetgen.reading.xlsb import read_xlsb

        return read_xlsb(archive)
    from sheetgen.reading.ooxml import read_ooxml

    return read_ooxml(archive)
