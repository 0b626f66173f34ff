"""ファイルの中身から形式を見分け、その読み手に渡す。

Names and endings are not trusted: an ``.xls`` that is a zip, or the reverse, comes
often.  Source: [MS-CFB] 2.2; [MS-OFFCRYPTO] 1.3; ODF 1.3 Part 2, 3.3 (mimetype).
"""

from __future__ import annotations

from sheetgen.model.returned import RawBook
from sheetgen.xlsx.reading.archive import Archive, refuse

_ZIP = b"PK"
_CFB = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage"


def read_book(data: bytes) -> RawBook:
    """届いたファイルの中身を、ブックとして読む。

    :raises SheetgenError: it cannot be read as a workbook (R020-R038); the place
        carries no file name.
    """
    if not data:
        raise refuse("R020")
    if data[:2] == _ZIP:
        return _read_zip(data)
    if data[:4] == _CFB:
        return _read_compound(data)
    raise refuse("R021")


def _read_zip(data: bytes) -> RawBook:
    archive = Archive(data)
    if "content.xml" in archive:
        from sheetgen.xlsx.reading.ods import read_ods

        return read_ods(archive)
    if "xl/workbook.bin" in archive:
        from sheetgen.xlsx.reading.xlsb import read_xlsb

        return read_xlsb(archive)
    from sheetgen.xlsx.reading.ooxml import read_ooxml

    return read_ooxml(archive)


def _read_compound(data: bytes) -> RawBook:
    from sheetgen.xlsx.reading.biff import read_biff
    from sheetgen.xlsx.reading.compound import Compound

    compound = Compound(data)
    names = compound.names
    if _ENCRYPTED in names:
        # パスワードだけの暗号化にも DataSpaces はある。ラベルのものには DRM の変換がある。
        raise refuse("R023" if any(name.startswith("DRM") for name in names) else "R022")
    for stream in ("Workbook", "Book"):
        if stream in names:
            return read_biff(compound, stream)
    raise refuse("R021")
