"""ブックを収める ZIP を書く。

標準ライブラリの zipfile は、圧縮済みのバイト列を受け取れない。ブックの部品の大半はどのブックでも
同じなので、一度だけ圧縮して使い回す。出典: APPNOTE.TXT 4.3。OPC（ECMA-376 Part 2）は、無圧縮と
deflate だけを許す。どの項目の日付も同じにし、同じ中身からは同じバイト列になる。
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import IO

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_VERSION = 20
_UTF8 = 0x800
_DATE = 0x21  # 1980-01-01
_STORED, _DEFLATED = 0, 8
_LEVEL = 6
_COMPRESSED = (".png", ".jpg", ".jpeg", ".gif")
MAX_ENTRIES = 0xFFFF
MAX_SIZE = 0xFFFFFFFF


class ContainerFullError(ValueError):
    """ZIP64 でなければ収まらない大きさである。"""


@dataclass(frozen=True, slots=True)
class PackedPart:
    """圧縮し終えた一つの部品。"""

    data: bytes
    method: int
    crc: int
    size: int


def compress(name: str, data: bytes) -> PackedPart:
    """部品を圧縮する。画像はすでに圧縮されているので、そのまま入れる。"""
    if name.lower().endswith(_COMPRESSED):
        return PackedPart(data, _STORED, zlib.crc32(data), len(data))
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(data) + packer.flush()
    return PackedPart(packed, _DEFLATED, zlib.crc32(data), len(data))


class Container:
    """書いている途中の ZIP。最後に :meth:`close` を呼ぶ。

    :raises ContainerFullError: 部品が 65,535 を超えるか、4 GiB を超える。
    """

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self._directory: list[bytes] = []
        self._offset = 0

    def write(self, name: str, data: bytes) -> None:
        """部品を圧縮して入れる。"""
        self.put(name, compress(name, data))

    def put(self, name: str, entry: PackedPart) -> None:
        """圧縮し終えた部品を入れる。"""
        encoded = name.encode()
        # 英数字だけの名には印を付けない（Excel が書くものと同じになる）。
        flags = 0 if name.isascii() else _UTF8
        common = (_VERSION, flags, entry.method, 0, _DATE, entry.crc, len(entry.data), entry.size)
        header = _LOCAL.pack(b"PK\x03\x04", *common, len(encoded), 0) + encoded
        self._directory.append(
            _CENTRAL.pack(
                b"PK\x01\x02", _VERSION, *common, len(encoded), 0, 0, 0, 0, 0, self._offset
            )
            + encoded
        )
        self._target.write(header)
        self._target.write(entry.data)
        self._offset += len(header) + len(entry.data)
        if len(self._directory) > MAX_ENTRIES or self._offset > MAX_SIZE:
            raise ContainerFullError

    def close(self) -> None:
        """目録を書いて終える。"""
        directory = b"".join(self._directory)
        count = len(self._directory)
        end = _END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), self._offset, 0)
        self._target.write(directory + end)
