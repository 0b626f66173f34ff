"""複合ファイル（OLE2）: 古い Excel のブックと、暗号化されたブックの入れ物。

Only what is needed: the names of the streams and one stream's bytes.  Every chain is
followed at most once round the file, so that a loop ends.  Source: [MS-CFB].
"""

from __future__ import annotations

import struct

from sheetgen.xlsx.reading.archive import refuse

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST = 0xFFFFFFFA
_ENTRY = 128
_STREAM, _ROOT = 2, 5


class Compound:
    """開いた複合ファイル。:class:`SheetgenError` (R020)。"""

    def __init__(self, data: bytes) -> None:
        if len(data) < 512 or data[:8] != SIGNATURE:
            raise refuse("R020")
        self._data = data
        _, shift, mini_shift = struct.unpack_from("<3H", data, 28)
        if shift not in (9, 12) or mini_shift != 6:
            raise refuse("R020")
        self._size = 1 << shift
        (directory,) = struct.unpack_from("<I", data, 48)
        self._cutoff, mini_fat, _, difat, count = struct.unpack_from("<5I", data, 56)
        self._fat = self._read_fat(list(struct.unpack_from("<109I", data, 76)), difat, count)
        self._streams: dict[str, tuple[int, int]] = {}
        self._mini_fat = _numbers(self._chain(mini_fat)) if mini_fat < _LAST else ()
        self._mini = b""
        self._read_directory(self._chain(directory))

    @property
    def names(self) -> set[str]:
        """流れ（ストリーム）と入れ物の名。"""
        return set(self._streams)

    def read(self, name: str) -> bytes:
        """一つの流れ。:class:`SheetgenError` (R020)。"""
        start, size = self._streams[name]
        if size < self._cutoff:
            return self._mini_chain(start)[:size]
        return self._chain(start)[:size]

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        sector = self._data[start : start + self._size]
        if not sector:
            raise refuse("R020")
        return sector

    def _read_fat(self, sectors: list[int], difat: int, count: int) -> tuple[int, ...]:
        limit = len(self._data) // self._size + 1
        for _ in range(min(count, limit)):
            if difat >= _LAST:
                break
            numbers = _numbers(self._sector(difat))
            sectors += numbers[:-1]
            difat = numbers[-1]
        used = [number for number in sectors if number < _LAST]
        if len(used) > limit:
            raise refuse("R020")
        return _numbers(b"".join([self._sector(number) for number in used]))

    def _chain(self, number: int) -> bytes:
        found: list[bytes] = []
        while number < _LAST:
            if number >= len(self._fat) or len(found) > len(self._fat):
                raise refuse("R020")
            found.append(self._sector(number))
            number = self._fat[number]
        return b"".join(found)

    def _mini_chain(self, number: int) -> bytes:
        found: list[bytes] = []
        while number < _LAST:
            if number >= len(self._mini_fat) or len(found) > len(self._mini_fat):
                raise refuse("R020")
            found.append(self._mini[number * 64 : number * 64 + 64])
            number = self._mini_fat[number]
        return b"".join(found)

    def _read_directory(self, data: bytes) -> None:
        for at in range(0, len(data) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", data, at + 64)
            if not kind or not 2 <= length <= 64:
                continue
            name = data[at : at + length - 2].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", data, at + 116)
            if kind == _ROOT:
                self._mini = self._chain(start)[:size] if start < _LAST else b""
            else:
                self._streams.setdefault(name, (start, size if kind == _STREAM else 0))


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])
