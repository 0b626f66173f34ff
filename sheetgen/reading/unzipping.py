"""届いた ZIP から、大きさと数の上限の中で、ファイルを取り出す。どこにも書き出さない。"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from sheetgen.messages.quoting import in_short
from sheetgen.problems import Place, Problem
from sheetgen.reading.file_names import (
    inside,
    is_noise,
    joined,
    locked_name,
    member_parts,
    shown,
)
from sheetgen.reading.zip_directory import entry_count, find_end

MAX_FILE_BYTES = 100 << 20
"""一つのファイルの大きさ。様式28冊は、合わせて 1.5 MB ほどである。"""
MAX_TOTAL_BYTES = 1 << 30
"""一度に受け付けるファイルの大きさの合計。"""
MAX_FILES = 5_000
"""一つのフォルダーか ZIP の中のファイルの数。"""
MAX_RATIO = 200
"""ZIP の中のファイルの、圧縮の比。ブックはすでに圧縮されているので、ほぼ 1 になる。"""
RATIO_FROM = 10 << 20
"""この大きさに満たないファイルの比は問わない。"""
MAX_DEPTH = 3
"""ZIP の中の ZIP を開く深さ。"""


class Budget:
    """残り。ZIP の中の ZIP まで、すべて一つの残りから引く。"""

    def __init__(self) -> None:
        self._bytes = MAX_TOTAL_BYTES
        self._members = MAX_FILES

    def holds(self, size: int) -> bool:
        """この大きさを、まだ受け取れるか。"""
        return size <= self._bytes

    def spend(self, size: int) -> None:
        """受け取った大きさを引く。"""
        self._bytes -= size

    def spend_members(self, count: int) -> bool:
        """開く ZIP の中の数を引く。足りなければ引かずに ``False``。"""
        if count > self._members:
            return False
        self._members -= count
        return True


Member = tuple[str, bytes]
_UTF8 = 0x800
_ENCRYPTED = 0x1
_METHODS = (0, 8)  # 無圧縮と deflate
_MEGABYTE = 1 << 20
_NAMES = 3
"""一度に挙げる名の数。"""


def unzip(name: str, data: bytes, budget: Budget) -> Iterator[Member | Problem]:
    """中のファイルを、人に見せる名の順に返す。"""
    place = Place(file=name)
    if find_end(data) is None:  # 数を確かめられない目録は、開かない
        yield Problem("R015", place)
        return
    if not budget.spend_members(entry_count(data, MAX_FILES)):
        yield Problem("R017", place, {"limit": MAX_FILES})
        return
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        yield Problem("R015", place)
        return
    members = _members(archive)
    written = map(_written, archive.infolist())
    nameless = [shown(raw) for raw, parts in written if parts == ()]
    if nameless:
        yield Problem("R078", place, {"names": in_short(nameless, _NAMES, "個")})
    elif not members:
        yield Problem("R071", place)
    locked = sum(1 for _, info in members if info.flag_bits & _ENCRYPTED)
    if locked:
        yield Problem("R016", place, {"count": locked})
    for parts, info in members:
        member = inside(name, joined(*parts))
        book = locked_name(parts[-1])
        if book is not None:
            yield Problem("R070", Place(file=inside(name, joined(*parts[:-1], book))))
        elif not info.flag_bits & _ENCRYPTED:
            found = _content(archive, member, info, budget)
            yield found if isinstance(found, Problem) else (member, found)


def _members(archive: zipfile.ZipFile) -> list[tuple[tuple[str, ...], zipfile.ZipInfo]]:
    """中のファイルの名と、その目録。"""
    found = []
    for info in archive.infolist():
        parts = _written(info)[1]
        if parts and not is_noise(parts):
            found.append((parts, info))
    return sorted(found, key=lambda pair: (pair[0], pair[1].CRC, pair[1].header_offset))


def _written(info: zipfile.ZipInfo) -> tuple[str, tuple[str, ...] | None]:
    """書かれた名と、その分けたもの。フォルダーなら None。``..`` のように、名のないものもある。"""
    raw = written_name(info)
    return raw, None if raw.endswith(("/", "\\")) else member_parts(raw)


def _content(
    archive: zipfile.ZipFile, name: str, info: zipfile.ZipInfo, budget: Budget
) -> bytes | Problem:
    """一つのファイルの中身。宣言より大きくは取り出さない。"""
    place = Place(file=name)
    if info.compress_type not in _METHODS:
        return Problem("R015", place)
    if info.file_size > MAX_FILE_BYTES:
        return Problem("R003", place, {"limit": MAX_FILE_BYTES // _MEGABYTE})
    if info.file_size > RATIO_FROM and info.file_size > info.compress_size * MAX_RATIO:
        return Problem("R074", place)
    if not budget.holds(info.file_size):
        return Problem("R075", place)
    try:
        with archive.open(info) as source:
            return source.read(info.file_size + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError,
            ValueError, OSError):  # fmt: skip
        return Problem("R015", place)


def written_name(info: zipfile.ZipInfo) -> str:
    """ZIP に書かれた名。印がなければ UTF-8 か、日本の Windows の文字（cp932）とみなす。

    ``orig_filename`` を使う。Windows では、漢字（表、ソ など）の二バイト目の 0x5C が、
    ``filename`` ではフォルダーの区切りとされている。
    """
    name = info.orig_filename.partition("\0")[0]
    if info.flag_bits & _UTF8 or name.isascii():
        return name
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    for encoding in ("utf-8", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name
