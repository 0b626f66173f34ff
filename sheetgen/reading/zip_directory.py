"""ZIP の目録を読む。中身は開かない。

ここでは書かれたとおりに読むだけで、信じてよいかは使う所が決める。種類の見分けは壊れたもの
からも名を拾い、ブックの読み手（:mod:`sheetgen.reading.archive`）は一つの食い違いも許さない。
出典: APPNOTE.TXT 4.3。
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

SIGNATURE = b"PK\x03\x04"
EMPTY = b"PK\x05\x06"
_END = struct.Struct("<4s4H2LH")
_CENTRAL_SIGNATURE = b"PK\x01\x02"
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")


# 目録の終わりは、最後の 64 KiB の注釈の前にある。
_TAIL = 0xFFFF + _END.size
_MOST_NAMES = 20_000


class End(NamedTuple):
    """目録の終わりの記録。``at`` はその始まり、``length`` は目録の長さ。"""

    at: int
    disk: int
    first_disk: int
    here: int
    total: int
    length: int
    offset: int


class Header(NamedTuple):
    """目録の見出し。``start`` は部品自身の見出しの位置、``end`` はこの見出しの終わり。"""

    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    start: int
    end: int


class LocalHeader(NamedTuple):
    """部品自身の見出し。``content`` は中身の始まり。"""

    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    content: int


def find_end(data: bytes) -> End | None:
    """目録の終わりの記録。終わりまで届いていなければ None。"""
    at = data.rfind(EMPTY, max(0, len(data) - _TAIL))
    if at < 0 or at + _END.size > len(data):
        return None
    _, disk, first_disk, here, total, length, offset, _ = _END.unpack_from(data, at)
    return End(at, disk, first_disk, here, total, length, offset)


def headers(data: bytes, end: End) -> Iterator[Header]:
    """目録の見出しを順に。見出しでないものに当たれば、そこで終わる。"""
    position = end.at - end.length
    while 0 <= position <= end.at - _CENTRAL.size:
        (mark, _, _, flags, method, _, _, crc, packed, size, name_length, extra, comment,
         _, _, _, start) = _CENTRAL.unpack_from(data, position)  # fmt: skip
        if mark != _CENTRAL_SIGNATURE:
            return
        begin = position + _CENTRAL.size
        position = begin + name_length + extra + comment
        name = data[begin : begin + name_length]
        yield Header(name, flags, method, crc, packed, size, start, position)


def local_header(data: bytes, at: int) -> LocalHeader | None:
    """``at`` にある、部品自身の見出し。なければ None。"""
    if at + _LOCAL.size > len(data) or not data.startswith(SIGNATURE, at):
        return None
    (_, _, flags, method, _, _, crc, packed, size, name_length, extra) = _LOCAL.unpack_from(
        data, at
    )
    begin = at + _LOCAL.size
    name = data[begin : begin + name_length]
    return LocalHeader(name, flags, method, crc, packed, size, begin + name_length + extra)


def entry_count(data: bytes, most: int) -> int:
    """目録にある数。``most`` を超えたところで数えるのをやめる。

    目録の終わりに書かれた数は、何とでも書けるので信じない。
    """
    end = find_end(data)
    return sum(1 for _ in islice(headers(data, end), most + 1)) if end else 0


def is_zip64(data: bytes) -> bool:
    """4 GB を超えるもののための目録があるか。"""
    end = find_end(data)
    return end is not None and data[max(0, end.at - 20) : end.at].startswith(b"PK\x06\x07")


def names(data: bytes) -> frozenset[str]:
    """入っているものの名（小文字、区切りは ``/``）。目録がなければ最初の一つだけ。"""
    end = find_end(data)
    if end is None:
        return frozenset({_plain(first_entry(data)[0])})
    return frozenset(_plain(header.name) for header in islice(headers(data, end), _MOST_NAMES))


def first_entry(data: bytes) -> tuple[bytes, bytes]:
    """最初のものの名と、圧縮していなければその中身（256バイトまで）。"""
    header = local_header(data, 0)
    if header is None:
        return b"", b""
    start = header.content
    content = data[start : start + min(header.size, 256)] if header.method == 0 else b""
    return header.name, content


def _plain(name: bytes) -> str:
    return name.decode("utf-8", "replace").replace("\\", "/").lstrip("/").lower()
