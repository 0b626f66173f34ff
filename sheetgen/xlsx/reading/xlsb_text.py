"""BIFF12 のレコードと文字。Source: [MS-XLSB] 2.1.4, 2.5.121 (RichStr), 2.5.168."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from sheetgen.xlsx.reading.archive import refuse

_RICH = 0x01


def records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """レコードの番号と中身。:class:`SheetgenError` (R020)。"""
    at, end = 0, len(data)
    while at < end:
        kind = data[at]
        at += 1
        if kind & 0x80:
            if at >= end:
                raise refuse("R020")
            kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        while True:
            if at >= end or shift > 21:
                raise refuse("R020")
            byte = data[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        body = data[at : at + size]
        if len(body) != size:
            raise refuse("R020")
        at += size
        yield kind, body


def wide(body: bytes, at: int) -> tuple[str, int]:
    """長さの付いた UTF-16 の文字と、その次の位置。"""
    (length,) = struct.unpack_from("<I", body, at)
    if length == 0xFFFFFFFF:
        return "", at + 4
    raw = body[at + 4 : at + 4 + 2 * length]
    if len(raw) != 2 * length:
        raise refuse("R020")
    text = raw.decode("utf-16-le", "replace")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text, at + 4 + 2 * length


def rich(body: bytes, at: int = 0) -> tuple[str, list[tuple[int, int]]]:
    """書式の付いた文字と、フォントの変わる所。ふりがなは読まない。"""
    value, end = wide(body, at + 1)
    if not body[at] & _RICH:
        return value, []
    (count,) = struct.unpack_from("<I", body, end)
    count = min(count, (len(body) - end - 4) // 4)
    return value, [struct.unpack_from("<HH", body, end + 4 + 4 * index) for index in range(count)]
