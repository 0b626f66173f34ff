"""ZIP の目録から、入っているものの名だけを読む。中身は開かない。

Enough to tell a workbook from a zip of workbooks.  Source: APPNOTE.TXT 4.3.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import islice

SIGNATURE = b"PK\x03\x04"
EMPTY = b"PK\x05\x06"

_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_TAIL = 0xFFFF + _END.size
_MOST_NAMES = 20_000


def entry_count(data: bytes, most: int) -> int:
    """目録にある数。``most`` を超えたところで数えるのをやめる。

    Counted, not believed: what the end of the directory says may be anything.
    """
    return sum(1 for _ in islice(_raw_names(data), most + 1))


def is_zip64(data: bytes) -> bool:
    """4 GB を超えるもののための目録があるか。"""
    at = _end(data)
    return at is not None and data[max(0, at - 20) : at].startswith(b"PK\x06\x07")


def names(data: bytes) -> frozenset[str]:
    """入っているものの名（小文字、区切りは ``/``）。目録がなければ最初の一つだけ。"""
    if _end(data) is None:
        return frozenset({_plain(first_entry(data)[0])})
    return frozenset(_plain(name) for name in islice(_raw_names(data), _MOST_NAMES))


def _raw_names(data: bytes) -> Iterator[bytes]:
    at = _end(data)
    if at is None:
        return
    position = at - int(_END.unpack_from(data, at)[5])
    while 0 <= position <= at - _CENTRAL.size:
        fields = _CENTRAL.unpack_from(data, position)
        if fields[0] != b"PK\x01\x02":
            return
        name_length, extra, comment = fields[10:13]
        position += _CENTRAL.size
        yield data[position : position + name_length]
        position += name_length + extra + comment


def first_entry(data: bytes) -> tuple[bytes, bytes]:
    """最初のものの名と、圧縮していなければその中身（256バイトまで）。"""
    if len(data) < _LOCAL.size or not data.startswith(SIGNATURE):
        return b"", b""
    fields = _LOCAL.unpack_from(data, 0)
    method, size, name_length, extra = fields[3], fields[8], fields[9], fields[10]
    start = _LOCAL.size + name_length
    content = data[start + extra : start + extra + min(size, 256)] if method == 0 else b""
    return data[_LOCAL.size : start], content


def has_directory(data: bytes) -> bool:
    """終わりまで届いているか（目録があるか）。"""
    return _end(data) is not None


def _end(data: bytes) -> int | None:
    at = data.rfind(EMPTY, max(0, len(data) - _TAIL))
    return at if at >= 0 and at + _END.size <= len(data) else None


def _plain(name: bytes) -> str:
    return name.decode("utf-8", "replace").replace("\\", "/").lstrip("/").lower()
