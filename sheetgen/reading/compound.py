"""複合ファイル（OLE2）：古い Excel のブックと、暗号化されたブックの入れ物。題名や作成者も読む。

読むのは olefile である。olefile は、続き方の輪や大きさのうそに、ファイルより大きな
メモリーや長い時間を使うことがあるので、開く前と読む前に、数と大きさをここで確かめる。
複合ファイルが届くことは少ないので、このモジュールは要るときにだけ読み込む。出典: [MS-CFB]。

出典: [MS-OLEPS] 2.21。
"""

from __future__ import annotations

import codecs
import io
import struct
from collections.abc import Callable
from typing import TypeVar

from olefile import STGTY_STREAM, OleFileIO

from sheetgen.problems import SheetgenError
from sheetgen.reading.archive import refuse

_HEADER = 512
_IN_HEADER = 109
"""見出しに書ける、続き方の表（FAT）のセクターの数。"""
_ENTRY = 128
_MOST_ENTRIES = 8_000
"""目録の項目の数の上限。図を数百埋め込んだブックでも数千である。"""


_Built = TypeVar("_Built")


class Compound:
    """開いた複合ファイル。名は大文字と小文字を区別しないので、小文字でそろえる。

    :raises SheetgenError: 壊れているか、ありえない数が書かれている (R020)。
    """

    def __init__(self, data: bytes) -> None:
        size = _checked_sector_size(data)
        self._length = len(data)
        try:
            # 終わりの切れたセクターは、空きの印で補う。
            self._file = _Limited(io.BytesIO(data + b"\xff" * (-len(data) % size)))
        except Exception:  # 壊れ方によって何が上がるかを、olefile は決めていない
            raise refuse("R020") from None
        kids = [entry.name.lower() for entry in self._file.root.kids]
        self.roots = frozenset(kids)
        """根の直下にある、流れ（ストリーム）と入れ物の名。"""
        self.names = frozenset(entry.name.lower() for entry in self._file.direntries if entry)
        """すべての流れと入れ物の名。"""
        # 同じ名の二つは、点検と Excel に別のブックを見せる手に使われる。
        if len(kids) != len(self.roots):
            raise refuse("R020")

    def read(self, name: str) -> bytes:
        """根の直下の、一つの流れ。:class:`SheetgenError` (R020)。"""
        try:
            # 小さな流れは、根の指す一つの流れにまとめて入っている。
            size = max(self._file.root.size, self._file.get_size([name]))
            found = self._file.openstream([name]).read() if size <= self._length else None
        except Exception:
            found = None
        if found is None:
            raise refuse("R020")
        return bytes(found)

    def built(self, build: Callable[[OleFileIO], _Built]) -> _Built:
        """すべての流れを、ほかの部品に読ませたもの。:class:`SheetgenError` (R020)。

        流れの大きさの合計がファイルより大きければ、どの流れも同じ所を指す爆弾である。
        """
        entries = [entry for entry in self._file.direntries if entry]
        total = sum(entry.size for entry in entries if entry.entry_type == STGTY_STREAM)
        if total > self._length:
            raise refuse("R020")
        try:
            return build(self._file)
        except MemoryError:
            raise
        except Exception:  # 壊れ方によって何が上がるかを、部品は決めていない
            raise refuse("R020") from None


class _Limited(OleFileIO):  # type: ignore[misc]  # 型の書かれていない部品
    """目録の長さに上限のあるもの。olefile は、目録の項目の数の二乗の時間を使う。"""

    def loaddirectory(self, sect: int) -> None:
        """目録を読む。:class:`SheetgenError` (R020)。"""
        sector, left = sect, _MOST_ENTRIES * _ENTRY // self.sector_size
        while sector < len(self.fat):
            sector, left = self.fat[sector], left - 1
            if left < 0:
                raise refuse("R020")
        super().loaddirectory(sect)


def _checked_sector_size(data: bytes) -> int:
    """見出しの数が、このファイルの大きさでありうるかを確かめ、セクターの大きさを返す。"""
    if len(data) < _HEADER:
        raise refuse("R020")
    shift, mini_shift = struct.unpack_from("<2H", data, 30)
    if shift not in (9, 12) or mini_shift != 6:
        raise refuse("R020")
    size = 1 << int(shift)
    sectors = len(data) // size + 1
    needed = sectors * 4 // size + 1
    (tables,) = struct.unpack_from("<I", data, 44)
    mini_tables, _, more_tables = struct.unpack_from("<3I", data, 64)
    if tables > needed + _IN_HEADER or more_tables > needed or mini_tables > sectors:
        raise refuse("R020")
    return size


_SUMMARY = "\x05summaryinformation"
_NAMES = {2: "title", 3: "subject", 4: "creator", 5: "keywords", 6: "description",
          8: "lastModifiedBy"}  # fmt: skip
_CODE_PAGE = 1
_BYTES, _WIDE = 30, 31


def read_summary(compound: Compound) -> dict[str, str]:
    """題名などを、新しい形式と同じ名で返す。読めないものは除く。"""
    if _SUMMARY not in compound.roots:
        return {}
    found: dict[str, str] = {}
    try:
        data = compound.read(_SUMMARY)
        (start,) = struct.unpack_from("<I", data, 44)
        (count,) = struct.unpack_from("<I", data, start + 4)
        places = [struct.unpack_from("<II", data, start + 8 + 8 * i) for i in range(min(count, 99))]
        encoding = _encoding(data, start, dict(places))
        for key, offset in places:
            if key in _NAMES:
                kind, length = struct.unpack_from("<II", data, start + offset)
                raw = data[start + offset + 8 :]
                if kind == _WIDE:
                    text = raw[: 2 * length].decode("utf-16-le", "replace")
                elif kind == _BYTES:
                    text = raw[:length].decode(encoding, "replace")
                else:
                    continue
                found[_NAMES[key]] = text.rstrip("\0")
    except (struct.error, SheetgenError):
        return found
    return {name: text for name, text in found.items() if text}


def _encoding(data: bytes, start: int, places: dict[int, int]) -> str:
    if _CODE_PAGE not in places:
        return "cp932"
    page = struct.unpack_from("<H", data, start + places[_CODE_PAGE] + 4)[0]
    name = {65001: "utf-8", 1200: "utf-16-le"}.get(page, f"cp{page}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp932"
