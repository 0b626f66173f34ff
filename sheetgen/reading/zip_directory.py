"""ZIP の目録を読む。中身は開かない。

ここでは書かれたとおりに読むだけで、信じてよいかは使う所が決める。種類の見分けは壊れたもの
からも名を拾い、ブックの読み手（:mod:`sheetgen.reading.archive`）は一つの食い違いも許さない。
大きな数のための形（ZIP64）は、小さなファイルにも書くプログラムがあるので、同じように読む。
出典: APPNOTE.TXT 4.3、4.5.3。
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
_WIDE_END = struct.Struct("<4sQ2H2L4Q")
_WIDE_LOCATOR = struct.Struct("<4sLQL")
_WIDE_SIGNATURE, _LOCATOR_SIGNATURE = b"PK\x06\x06", b"PK\x06\x07"
_WIDE_FIELD = 1
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF


# 目録の終わりは、最後の 64 KiB の注釈の前にある。
_TAIL = 0xFFFF + _END.size
_MOST_NAMES = 20_000


class End(NamedTuple):
    """目録の終わりの記録。``at`` はその始まり（目録の終わり）、``length`` は目録の長さ。"""

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
    """目録の終わりの記録。終わりまで届いていないか、二つの記録が食い違えば None。"""
    at = data.rfind(EMPTY, max(0, len(data) - _TAIL))
    if at < 0 or at + _END.size > len(data):
        return None
    _, disk, first_disk, here, total, length, offset, _ = _END.unpack_from(data, at)
    end = End(at, disk, first_disk, here, total, length, offset)
    return (
        _widened(data, end) if data.startswith(_LOCATOR_SIGNATURE, at - _WIDE_LOCATOR.size) else end
    )


def _widened(data: bytes, end: End) -> End | None:
    """ZIP64 の記録にある数。ふつうの記録には、同じ数か、そちらを見よという印だけがある。"""
    locator = end.at - _WIDE_LOCATOR.size
    at = locator - _WIDE_END.size
    if at < 0 or not data.startswith(_WIDE_SIGNATURE, at):
        return None
    _, _, where, _ = _WIDE_LOCATOR.unpack_from(data, locator)
    _, size, _, _, disk, first_disk, here, total, length, offset = _WIDE_END.unpack_from(data, at)
    found = End(at, disk, first_disk, here, total, length, offset)
    full = (_FULL16, _FULL16, _FULL16, _FULL16, _FULL32, _FULL32)
    same = all(a in (b, c) for a, b, c in zip(end[1:], found[1:], full, strict=True))
    adjacent = size == _WIDE_END.size - 12 and where == offset + length
    return found if same and adjacent else None


def headers(data: bytes, end: End) -> Iterator[Header]:
    """目録の見出しを順に。見出しでないものに当たれば、そこで終わる。"""
    position = end.at - end.length
    while 0 <= position <= end.at - _CENTRAL.size:
        (mark, _, _, flags, method, _, _, crc, packed, size, name_length, extra, comment,
         _, _, _, start) = _CENTRAL.unpack_from(data, position)  # fmt: skip
        if mark != _CENTRAL_SIGNATURE:
            return
        begin = position + _CENTRAL.size
        middle = begin + name_length
        position = middle + extra + comment
        name = data[begin:middle]
        size, packed, start = _wide_values(data[middle : middle + extra], size, packed, start)
        yield Header(name, flags, method, crc, packed, size, start, position)


def local_header(data: bytes, at: int) -> LocalHeader | None:
    """``at`` にある、部品自身の見出し。なければ None。"""
    if at + _LOCAL.size > len(data) or not data.startswith(SIGNATURE, at):
        return None
    (_, _, flags, method, _, _, crc, packed, size, name_length, extra) = _LOCAL.unpack_from(
        data, at
    )
    begin = at + _LOCAL.size
    middle = begin + name_length
    size, packed = _wide_values(data[middle : middle + extra], size, packed)
    return LocalHeader(data[begin:middle], flags, method, crc, packed, size, middle + extra)


def _wide_values(extra: bytes, *values: int) -> list[int]:
    """見出しの数。4 バイトに書かない印のものだけが、付け足しの欄に 8 バイトで順に並ぶ。"""
    found = list(values)
    if _FULL32 not in found:
        return found
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == _WIDE_FIELD:
            field = extra[at + 4 : at + 4 + length]
            wide = iter(struct.unpack(f"<{len(field) // 8}Q", field[: len(field) // 8 * 8]))
            return [next(wide, one) if one == _FULL32 else one for one in found]
        at += 4 + length
    return found


def entry_count(data: bytes, most: int) -> int:
    """目録にある数。``most`` を超えたところで数えるのをやめる。

    目録の終わりに書かれた数は、何とでも書けるので信じない。
    """
    end = find_end(data)
    return sum(1 for _ in islice(headers(data, end), most + 1)) if end else 0


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
