"""OLE2 の入れ物（.xls、パスワード付きのブックなど）の、いちばん上にある名を読む。

Source: [MS-CFB] 2.2-2.6.  Only what tells the kind of the file is read.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_DIFAT_MORE, _DIFAT_AT, _DIFAT_COUNT = 68, 76, 109
_ENTRY = 128
_END = 0xFFFFFFFA  # this and above are marks, not sectors
_MOST_ENTRIES = 20_000


def root_names(data: bytes) -> frozenset[str]:
    """根の入れ物に直に入っているものの名。読めなければ空。"""
    return _children(list(_entries(data)))


def all_names(data: bytes) -> frozenset[str]:
    """入れ物の中のすべてのものの名。"""
    return frozenset(name for name, *_ in _entries(data))


def _children(entries: list[tuple[str, int, int, int]]) -> frozenset[str]:
    """根の子を、左右の枝をたどって集める。"""
    if not entries:
        return frozenset()
    waiting, seen = [entries[0][3]], set[int]()
    while waiting:
        number = waiting.pop()
        if number < len(entries) and number not in seen:
            seen.add(number)
            waiting += entries[number][1:3]
    return frozenset(entries[number][0] for number in seen)


def _entries(data: bytes) -> Iterator[tuple[str, int, int, int]]:
    """目録の一つずつ：名、左、右、子。"""
    if len(data) < 512 or not data.startswith(SIGNATURE):
        return
    (shift,) = struct.unpack_from("<H", data, 30)
    if shift not in (9, 12):
        return
    size = 1 << shift
    found = 0
    for sector in _chain(data, size, struct.unpack_from("<I", data, 48)[0]):
        start = (sector + 1) * size
        for at in range(start, min(start + size, len(data) - _ENTRY + 1), _ENTRY):
            length = struct.unpack_from("<H", data, at + 64)[0]
            name = data[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            left, right, child = struct.unpack_from("<3I", data, at + 68)
            yield name, left, right, child
            found += 1
            if found >= _MOST_ENTRIES:
                return


def _chain(data: bytes, size: int, first: int) -> Iterator[int]:
    """``first`` から続くセクターの番号。輪になっていれば止まる。"""
    tables = list(_tables(data, size))
    per_table = size // 4
    seen: set[int] = set()
    sector = first
    while sector < _END and sector not in seen:
        seen.add(sector)
        yield sector
        table, index = divmod(sector, per_table)
        if table >= len(tables):
            return
        found = _number(data, (tables[table] + 1) * size + 4 * index)
        if found is None:
            return
        sector = found


def _tables(data: bytes, size: int) -> Iterator[int]:
    """続き方の表があるセクター。大きなファイルでは、見出しに書ききれずに続きがある。"""
    yield from struct.unpack_from(f"<{_DIFAT_COUNT}I", data, _DIFAT_AT)
    more, seen = _number(data, _DIFAT_MORE), set[int]()
    while more is not None and more < _END and more not in seen:
        seen.add(more)
        start = (more + 1) * size
        if start + size > len(data):
            return
        *numbers, more = struct.unpack_from(f"<{size // 4}I", data, start)
        yield from numbers


def _number(data: bytes, at: int) -> int | None:
    return struct.unpack_from("<I", data, at)[0] if at + 4 <= len(data) else None
