"""``.xlsb`` の中身を、Excel が書く形にそろえる。

SheetJS は、隣に続くセルを、列のない短い記録で書く（出典: [MS-XLSB] 2.4。BrtShortBlank から
BrtShortIsst まで、12～19）。Excel は長い記録（1～7）で書く。違いは、先頭の列の番号だけ。
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

_ROW, _FIRST_SHORT = 0, 12
# 短い記録 → ふつうの記録（Blank, Rk, Error, Bool, Real, St, Isst）
_FULL = {12: 1, 13: 2, 14: 3, 15: 4, 16: 5, 17: 6, 18: 7}
_CELLS = range(1, 12)


def with_full_records(path: Path) -> None:
    """ブックのすべてのシートの、短い記録をふつうの記録にする。"""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in parts.items():
            is_sheet = name.startswith("xl/worksheets/sheet") and name.endswith(".bin")
            book.writestr(name, b"".join(_full(data)) if is_sheet else data)


def records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """記録の種類と中身。"""
    at = 0
    while at < len(data):
        kind = data[at]
        at += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        while True:
            byte = data[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        yield kind, data[at : at + size]
        at += size


def _full(data: bytes) -> Iterator[bytes]:
    column = -1
    for kind, body in records(data):
        if kind == _ROW:
            column = -1
        elif kind in _FULL:
            column += 1
            kind, body = _FULL[kind], struct.pack("<I", column) + body
        elif kind in _CELLS:
            column = struct.unpack_from("<I", body)[0]
        yield _record(kind, body)


def _record(kind: int, body: bytes) -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(body)
    while size > 0x7F:
        head += bytes([size & 0x7F | 0x80])
        size >>= 7
    return head + bytes([size]) + body
