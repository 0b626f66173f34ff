"""古い Excel のブック（BIFF8）の文字：続きのレコードにまたがる文字列と、書式の付いた部分。

出典: [MS-XLS] 2.5.293 (XLUnicodeRichExtendedString)、2.5.294、2.4.58 (Continue)。
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from sheetgen.reading.archive import refuse
from sheetgen.reading.cells import SUBSCRIPT, SUPERSCRIPT, Look, Text, as_seen, is_date, left_of

WIDE, _PHONETIC, _RICH = 0x01, 0x04, 0x08


def short_text(data: bytes, at: int, length: int) -> str:
    """印の一字のあとに ``length`` 字の続く文字。"""
    return _decode(data[at + 1 :], length, data[at] & WIDE)


def _decode(data: bytes, length: int, wide: int) -> str:
    if wide:
        return data[: 2 * length].decode("utf-16-le", "replace")
    return data[:length].decode("latin-1")


class Pieces:
    """レコードとその続きを、一続きに読む。文字は、続きの境で印が改まる。"""

    def __init__(self, records: list[bytes]) -> None:
        self._records = records
        self._index = self._at = 0

    def take(self, size: int) -> bytes:
        """``size`` バイトを読む。:class:`SheetgenError` (R020)。"""
        found = bytearray()
        while size:
            self._advance()
            chunk = self._records[self._index][self._at : self._at + size]
            self._at += len(chunk)
            size -= len(chunk)
            found += chunk
        return bytes(found)

    def left(self) -> bool:
        """まだ読むものがあるか。"""
        return self._at < len(self._records[self._index]) or any(self._records[self._index + 1 :])

    def _advance(self) -> None:
        while self._at >= len(self._records[self._index]):
            self._index += 1
            self._at = 0
            if self._index >= len(self._records):
                raise refuse("R020")

    def characters(self, length: int, wide: int) -> str:
        """``length`` 字を読む。"""
        words = []
        while length:
            if self._at >= len(self._records[self._index]):
                self._advance()
                wide = self.take(1)[0] & WIDE
                continue
            left = len(self._records[self._index]) - self._at
            count = min(length, left // 2 if wide else left)
            if not count:
                raise refuse("R020")
            words.append(self.take(count * 2 if wide else count))
            words[-1] = words[-1] if wide else words[-1].decode("latin-1").encode("utf-16-le")
            length -= count
        return b"".join(words).decode("utf-16-le", "replace")

    def text(self) -> tuple[str, list[tuple[int, int]]]:
        """一つの文字列と、フォントの変わる所（何字目、フォントの番号）。ふりがなは読み飛ばす。"""
        length, flags = struct.unpack("<HB", self.take(3))
        runs = struct.unpack("<H", self.take(2))[0] if flags & _RICH else 0
        extra = struct.unpack("<I", self.take(4))[0] if flags & _PHONETIC else 0
        value = self.characters(length, flags & WIDE)
        fonts = [struct.unpack("<HH", self.take(4)) for _ in range(runs)]
        self.take(extra)
        return value, [(start, font) for start, font in fonts]


STRUCK, RAISED, LOWERED = 0x08, 1, 2
"""取消線の印と、上付き・下付きの番号。"""


class Fonts(NamedTuple):
    """取消線のフォントの番号と、上付きか下付きのフォントの番号（とその名）。"""

    struck: set[int]
    raised: dict[int, str]

    def add(self, index: int, flags: int, place: int) -> None:
        """一つのフォント。"""
        if flags & STRUCK:
            self.struck.add(index)
        if place in (RAISED, LOWERED):
            self.raised[index] = SUPERSCRIPT if place == RAISED else SUBSCRIPT

    def look(self, code: str, font: int) -> Look:
        """このフォントのスタイル。"""
        return Look(code, is_date(code), font in self.struck, font in self.raised)


def rich_parts(value: str, runs: list[tuple[int, int]], fonts: Fonts) -> Text:
    """取消線のフォントの部分を分け、上付きの部分をそう見える字にした文字。"""
    if not runs:
        return Text(value)
    units = value.encode("utf-16-le")
    edges = [*runs, (len(units) // 2, 0)]
    plain = units[: 2 * runs[0][0]].decode("utf-16-le", "replace")
    pieces = [(plain, "")]
    kept = [(plain, "")]
    crossed = []
    for index, (start, font) in enumerate(runs):
        text = units[2 * start : 2 * edges[index + 1][0]].decode("utf-16-le", "replace")
        pieces.append((text, fonts.raised.get(font, "")))
        if font in fonts.struck:
            crossed.append(text)
        else:
            kept.append(pieces[-1])
    left = left_of(kept) if crossed else ""
    return Text(value, "".join(crossed), True, plain, as_seen(pieces), left)
