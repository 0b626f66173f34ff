"""届いたファイルの ZIP を、上限を確かめながら開く。

標準ライブラリで開かないのは、名の同じ二つの部品にも、部品自身の見出しと食い違う目録にも
気づかないからである。どちらも、点検には一つのブックを、Excel には別のブックを見せる手に使われる。
目録を確かめ終えるまで何も展開せず、展開するのは目録にある大きさまでである。
出典: APPNOTE.TXT 4.3、部品の名は OPC (ECMA-376 Part 2) 7.3。
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import islice

from sheetgen.problems import Problem, SheetgenError
from sheetgen.reading.zip_directory import find_end, headers, local_header

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
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x1
_DESCRIPTOR = 0x8
_UNKNOWN = (0, 0xFFFFFFFFFFFFFFFF)
_Entry = tuple[int, int, int, int, int, str]
"""(始まり, 圧縮した大きさ, 大きさ, 方式, CRC, 書かれたままの名)"""


def refuse(code: str, **facts: object) -> SheetgenError:
    """このファイル全体についての問題を、例外にして返す。"""
    return SheetgenError(Problem(code, facts=facts))


class Archive:
    """開いた ZIP。部品の名は小文字で、``/`` で区切り、先頭の ``/`` を除いて引く。

    :raises SheetgenError: 壊れている（R020）、大きすぎる（R024）、二通りに読める（R025）、
        またはどのプログラムも書かない形（R030）。
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
        end = find_end(data)
        if end is None:
            raise refuse("R020")
        if end.disk or end.first_disk or end.here != end.total or end.total > MAX_ENTRIES:
            raise refuse("R024" if end.total > MAX_ENTRIES else "R020", limit=MAX_TOTAL >> 20)
        # 前に余分なものが付いたファイルでは、位置がその分だけ後ろへずれる。
        position = end.at - end.length
        shift = position - end.offset
        if shift < 0:
            raise refuse("R020")
        found = 0
        for header in islice(headers(data, end), end.total):
            found += 1
            position = header.end
            if position > end.at:
                raise refuse("R020")
            if header.flags & _ENCRYPTED or header.method not in (_STORED, _DEFLATED):
                raise refuse("R030")
            if header.method == _STORED and header.packed != header.size:
                raise refuse("R020")
            name = _name(header.name)
            yield name, (header.start + shift, header.packed, header.size, header.method,
                         header.crc, name)  # fmt: skip
        if found != end.total or position != end.at:
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
        own = local_header(self._data, start)
        if own is None or own.content + packed > len(self._data):
            raise refuse("R020")
        same = own.method == method and _name(own.name) == name
        # 後から大きさを書く書き手は、見出しに 0 か、分からないという印を書く。
        known = own.size not in _UNKNOWN or own.packed not in _UNKNOWN
        if known or not own.flags & _DESCRIPTOR:
            same = same and (own.crc, own.packed, own.size) == (crc, packed, size)
        if not same:
            raise refuse("R025", part=name)
        return own.content, packed, size, method, crc, name


def _name(raw: bytes) -> str:
    """部品の名。印がなくても UTF-8 で書く書き手が多く、ほかは日本の Windows とみなす。"""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp932", "replace")
