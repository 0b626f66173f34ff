"""古い Excel のブック（BIFF8）の文字と、続きのレコード。

Source: [MS-XLS] 2.5.293 (XLUnicodeRichExtendedString), 2.5.294, 2.4.58 (Continue).
"""

from __future__ import annotations

import struct

from sheetgen.xlsx.reading.archive import refuse
from sheetgen.xlsx.reading.strings import Text

_WIDE, _PHONETIC, _RICH = 0x01, 0x04, 0x08


def short_text(data: bytes, at: int, length: int) -> str:
    """印の一字のあとに ``length`` 字の続く文字。"""
    return _decode(data[at + 1 :], length, data[at] & _WIDE)


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
                wide = self.take(1)[0] & _WIDE
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
        value = self.characters(length, flags & _WIDE)
        fonts = [struct.unpack("<HH", self.take(4)) for _ in range(runs)]
        self.take(extra)
        return value, [(start, font) for start, font in fonts]


def struck_text(value: str, runs: list[tuple[int, int]], struck: set[int]) -> Text:
    """取消線のフォントの部分を分けた文字。"""
    if not runs:
        return Text(value)
    units = value.encode("utf-16-le")
    edges = [*runs, (len(units) // 2, 0)]
    crossed = "".join(
        units[2 * start : 2 * edges[index + 1][0]].decode("utf-16-le", "replace")
        for index, (start, font) in enumerate(runs)
        if font in struck
    )
    plain = units[: 2 * runs[0][0]].decode("utf-16-le", "replace")
    return Text(value, crossed, True, plain)
