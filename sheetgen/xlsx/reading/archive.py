"""届いたファイルの ZIP を、上限を確かめながら開く。

The directory is read by hand: the standard library neither notices two parts of
one name nor a directory that differs from what the entries say of themselves, and
both are used to show one workbook to a checker and another to Excel.  Nothing is
inflated before the directory has been checked, and never more than it declares.
Source: APPNOTE.TXT 4.3; OPC (ECMA-376 Part 2) 7.3 for names.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from sheetgen.problems import Problem, SheetgenError

MAX_ENTRIES = 10_000
"""部品の数の上限。画像の多いブックでも数百である。"""
MAX_PART = 64 << 20
"""一度に読む一つの部品の大きさの上限。"""
MAX_STREAMED = 512 << 20
"""少しずつ読むシートの大きさの上限。百万行の空のシートが収まる。"""
MAX_TOTAL = 1 << 30
"""展開した大きさの合計の上限。"""
MAX_RATIO = 400
"""圧縮の比の上限。同じ行の続くシートでも 200 ほどである。"""
RATIO_FROM = 4 << 20
"""この大きさに満たない部品の比は問わない。"""
CHUNK = 1 << 20
# これより小さければ、宣言がうそでも 32 MiB までにしかならない（deflate の比は 1,032 まで）。
_SMALL = 32 << 10

_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x1
_DESCRIPTOR = 0x8
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
# 目録の終わりは、最後の 64 KiB の注釈の前にある。
_TAIL = 0xFFFF + _END.size

_Entry = tuple[int, int, int, int, int, str]
"""(始まり, 圧縮した大きさ, 大きさ, 方式, CRC, 書かれたままの名)"""


def refuse(code: str, **facts: object) -> SheetgenError:
    """このファイル全体についての問題を、例外にして返す。"""
    return SheetgenError(Problem(code, facts=facts))


class Archive:
    """開いた ZIP。部品の名は小文字で、``/`` で区切り、先頭の ``/`` を除いて引く。

    :raises SheetgenError: broken (R020), too large (R024), ambiguous (R025) or
        of a kind no program writes (R030).
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._entries: dict[str, _Entry] = {}
        for name, entry in self._directory():
            key = name.replace("\\", "/").lstrip("/")
            if key.endswith("/") and not entry[2]:
                continue
            key = key.lower()
            if key in self._entries:
                raise refuse("R025", part=name)
            self._entries[key] = entry
        self._check_sizes()

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def size(self, part: str) -> int:
        """展開した大きさ。:class:`SheetgenError` (R020, R025, R026)。"""
        return self._located(part)[2]

    def packed(self, part: str) -> bytes:
        """圧縮されたままの部品。同じ部品かどうかを、展開せずに知るために使う。"""
        start, packed, *_ = self._located(part)
        return self._data[start : start + packed]

    def read(self, part: str) -> bytes:
        """部品を読む。:class:`SheetgenError` (R020, R024, R026)。"""
        start, packed, size, method, crc, name = self._located(part)
        if size > MAX_PART:
            raise refuse("R024", limit=MAX_PART >> 20)
        raw = self._data[start : start + packed]
        if method == _DEFLATED:
            try:
                if packed < _SMALL:
                    raw = zlib.decompress(raw, -zlib.MAX_WBITS, size or 1)
                else:
                    # 宣言より一つ多く許し、宣言より大きいことに気づく。
                    raw = zlib.decompressobj(-zlib.MAX_WBITS).decompress(raw, size + 1)
            except zlib.error:
                raise refuse("R020") from None
        if len(raw) != size or zlib.crc32(raw) != crc:
            raise refuse("R025" if len(raw) > size else "R020", part=name)
        return raw

    def stream(self, part: str) -> Iterator[bytes]:
        """大きな部品を、少しずつ読む。:class:`SheetgenError` (R020, R026)。"""
        start, packed, size, method, crc, _ = self._located(part)
        end = start + packed
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        done = found = 0
        while start < end:
            raw = self._data[start : min(start + CHUNK, end)]
            start += len(raw)
            while raw:
                try:
                    chunk = unpacker.decompress(raw, CHUNK) if method == _DEFLATED else raw
                except zlib.error:
                    raise refuse("R020") from None
                raw = unpacker.unconsumed_tail
                done += len(chunk)
                found = zlib.crc32(chunk, found)
                if done > size:
                    raise refuse("R025", part=part)
                if chunk:
                    yield chunk
        if done != size or found != crc:
            raise refuse("R020")

    def _directory(self) -> Iterator[tuple[str, _Entry]]:
        data = self._data
        at = data.rfind(b"PK\x05\x06", max(0, len(data) - _TAIL))
        if at < 0 or at + _END.size > len(data):
            raise refuse("R020")
        _, disk, first, here, count, length, offset, _ = _END.unpack_from(data, at)
        if _FULL16 in (disk, here, count) or _FULL32 in (length, offset):
            raise refuse("R030")
        if disk or first or here != count or count > MAX_ENTRIES:
            raise refuse("R024" if count > MAX_ENTRIES else "R020", limit=MAX_TOTAL >> 20)
        # 前に余分なものが付いたファイルでは、位置がその分だけ後ろへずれる。
        shift = at - length - offset
        position = at - length
        if shift < 0:
            raise refuse("R020")
        for _ in range(count):
            if position + _CENTRAL.size > at:
                raise refuse("R020")
            fields = _CENTRAL.unpack_from(data, position)
            mark, flags, method, crc, packed, size = *fields[:1], *fields[3:5], *fields[7:10]
            name_length, extra, comment, start = *fields[10:13], fields[16]
            position += _CENTRAL.size
            raw = data[position : position + name_length]
            position += name_length + extra + comment
            if mark != b"PK\x01\x02" or position > at:
                raise refuse("R020")
            if flags & _ENCRYPTED or method not in (_STORED, _DEFLATED):
                raise refuse("R030")
            if _FULL32 in (packed, size, start):
                raise refuse("R030")
            if method == _STORED and packed != size:
                raise refuse("R020")
            name = _name(raw)
            yield name, (start + shift, packed, size, method, crc, name)
        if position != at:
            raise refuse("R020")

    def _check_sizes(self) -> None:
        total = packed = 0
        for _, compressed, size, *_ in self._entries.values():
            total += size
            packed += compressed
            if size > MAX_STREAMED or (size > RATIO_FROM and size > compressed * MAX_RATIO):
                raise refuse("R024", limit=MAX_STREAMED >> 20)
        # 重なり合った部品は、合わせるとファイルより大きくなる。
        if total > MAX_TOTAL or packed > len(self._data):
            raise refuse("R024", limit=MAX_TOTAL >> 20)

    def _located(self, part: str) -> _Entry:
        """部品の始まりを、その部品自身の見出しと目録を突き合わせて求める。"""
        entry = self._entries.get(part.lower())
        if entry is None:
            raise refuse("R026", part=part)
        start, packed, size, method, crc, name = entry
        data = self._data
        if start + _LOCAL.size > len(data):
            raise refuse("R020")
        (mark, _, flags, own_method, _, _, own_crc, own_packed, own_size,
         name_length, extra) = _LOCAL.unpack_from(data, start)  # fmt: skip
        begin = start + _LOCAL.size
        own_name = data[begin : begin + name_length]
        begin += name_length + extra
        if mark != b"PK\x03\x04" or begin + packed > len(data):
            raise refuse("R020")
        same = own_method == method and _name(own_name) == name
        # 後から大きさを書く書き手は、見出しに 0 を書く。
        if not flags & _DESCRIPTOR or own_size or own_packed:
            same = same and (own_crc, own_packed, own_size) == (crc, packed, size)
        if not same:
            raise refuse("R025", part=name)
        return begin, packed, size, method, crc, name


def _name(raw: bytes) -> str:
    """部品の名。印がなくても UTF-8 で書く書き手が多く、ほかは日本の Windows とみなす。"""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp932", "replace")
