"""手で組み立てた複合ファイル（OLE2）。古い Excel と、暗号化したブックの入れ物。"""

from __future__ import annotations

import struct
from collections.abc import Mapping

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound(streams: Mapping[str, bytes], storages: tuple[str, ...] = (), spare: int = 0) -> bytes:
    """流れ（4 KiB 未満なら 0 で埋める）と、空の入れ物を持つファイル。根の下に一列に並べる。

    ``spare`` は、目録の終わりの空いた項目の数。
    """
    chains = [data.ljust(4096, b"\0") for data in streams.values()]
    sizes = [-(-len(data) // _SECTOR) for data in chains]
    names = (*streams, *storages)
    entries = [_entry("Root Entry", 5, _END, 0, child=1 if names else _FREE)]
    fat = []
    for name, data, size in zip(streams, chains, sizes, strict=True):
        entries.append(_entry(name, 2, len(fat), len(data), _next(len(entries), len(names))))
        fat += [*range(len(fat) + 1, len(fat) + size), _END]
    for name in storages:
        entries.append(_entry(name, 1, 0, 0, _next(len(entries), len(names))))
    directory = b"".join(entries) + bytes(128 * spare)
    directory = directory.ljust(-(-len(directory) // _SECTOR) * _SECTOR, b"\0")
    start = len(fat)
    count = len(directory) // _SECTOR
    fat += [*range(start + 1, start + count), _END]
    tables = -(-len(fat) // (_SECTOR // 4 - 1))
    fat += [_FAT] * tables
    fat += [_FREE] * (_SECTOR // 4 * tables - len(fat))
    header = struct.pack(
        "<8s16x5H6x9I", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
        0, tables, start, 0, 4096, _END, 0, _END, 0,
    )  # fmt: skip
    header += struct.pack(
        "<109I", *range(start + count, start + count + tables), *[_FREE] * (109 - tables)
    )
    body = b"".join(
        data.ljust(size * _SECTOR, b"\0") for data, size in zip(chains, sizes, strict=True)
    )
    return header + body + directory + struct.pack(f"<{len(fat)}I", *fat)


def _next(number: int, last: int) -> int:
    return number + 1 if number < last else _FREE


def _entry(
    name: str, kind: int, start: int, size: int, right: int = _FREE, child: int = _FREE
) -> bytes:
    words = name.encode("utf-16-le") + b"\0\0"
    return (
        words.ljust(64, b"\0")
        + struct.pack("<HBB3I", len(words), kind, 1, _FREE, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def record(kind: int, body: bytes = b"") -> bytes:
    """BIFF の一つのレコード。"""
    return struct.pack("<HH", kind, len(body)) + body
