"""届くファイルの見本を作る：ZIP、OLE2 の入れ物、いろいろな種類の書き出し。"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence

SECTOR = 512
FREE, LAST, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_LOCAL_FLAGS, _CENTRAL_FLAGS = 6, 8


def zipped(members: Mapping[str, bytes], stored: bool = False) -> bytes:
    """ZIP にする。名は UTF-8 の印が付く。"""
    target = io.BytesIO()
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return target.getvalue()


def zipped_raw(members: Mapping[bytes, bytes]) -> bytes:
    """名を、書かれたバイトのまま、印なしで入れた ZIP。"""
    target = io.BytesIO()
    stand_ins = {}
    with zipfile.ZipFile(target, "w") as archive:
        for number, (name, data) in enumerate(members.items()):
            stand_in = f"{number:03}".ljust(len(name), "#")
            assert len(stand_in) == len(name)
            stand_ins[stand_in.encode()] = name
            archive.writestr(stand_in, data)
    made = target.getvalue()
    for stand_in, name in stand_ins.items():
        assert made.count(stand_in) == 2
        made = made.replace(stand_in, name)
    return made


def patched(archive: bytes, offsets: tuple[int, int], fmt: str, value: int) -> bytes:
    """ZIP の見出しと目録の、すべての項目の同じ欄を書き換える。"""
    made = bytearray(archive)
    for mark, offset in zip((b"PK\x03\x04", b"PK\x01\x02"), offsets, strict=True):
        at = made.find(mark)
        while at >= 0:
            struct.pack_into(fmt, made, at + offset, value)
            at = made.find(mark, at + 4)
    return bytes(made)


def encrypted(archive: bytes) -> bytes:
    """中のファイルに、パスワードの印を付ける。"""
    return patched(archive, (6, 8), "<H", 1)


def book_parts(*more: str) -> dict[str, bytes]:
    """見分けるのに要るだけの、ブックの部品。"""
    names = ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", *more)
    return {name: f"<{number}/>".encode() for number, name in enumerate(names)}


def ole(names: Sequence[str], inner: Sequence[str] = ()) -> bytes:
    """OLE2 の入れ物。``names`` は根の下、``inner`` は最初のものの下。"""
    entries = [("Root Entry", 5), *((name, 2) for name in (*names, *inner))]
    rows = []
    for number, (name, kind) in enumerate(entries):
        right = child = FREE
        if number == 0 and names:
            child = 1
        elif 1 <= number < len(names) or len(names) < number < len(entries) - 1:
            right = number + 1
        if number == 1 and inner:
            child = len(names) + 1
        encoded = name.encode("utf-16-le")
        rows.append(
            encoded.ljust(64, b"\0")
            + struct.pack("<HBB3I", len(encoded) + 2, kind, 1, FREE, right, child)
            + bytes(36)
            + struct.pack("<IQ", LAST, 0)
        )
    while len(rows) % 4:
        rows.append(bytes(128))
    directory = b"".join(rows)
    sectors = len(directory) // SECTOR
    chain = [TABLE, *range(2, sectors + 1), LAST]
    table = struct.pack("<128I", *(chain + [FREE] * (128 - len(chain))))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<5H6x3I", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1)
    header += struct.pack("<6I", 0, 4096, LAST, 0, LAST, 0)
    header += struct.pack("<109I", 0, *[FREE] * 108)
    assert len(header) == SECTOR
    return header + table + directory
