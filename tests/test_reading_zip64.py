"""大きな数のための形（ZIP64）で書かれた、ふつうの大きさのブックと zip。"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from reading_samples import parts, row, text, zipped

from sheetgen.problems import SheetgenError
from sheetgen.reading.delivery import deliver
from sheetgen.reading.opening import read_book

PARTS = parts(row(text("A1", "答え")))
GOOD = read_book(zipped(PARTS))
FULL = 0xFFFFFFFF


class Pipe(io.BytesIO):
    """戻れない書き込み先。大きさは、中身の後に書くことになる。"""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        raise io.UnsupportedOperation


def forced(members: Mapping[str, str | bytes], target: io.BytesIO) -> bytes:
    """部品自身の見出しが ZIP64 のもの（Python の force_zip64、NPOI など）。"""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            with archive.open(name, "w", force_zip64=True) as part:
                part.write(data.encode() if isinstance(data, str) else data)
    return target.getvalue()


def widened(data: bytes, **changes: int) -> bytes:
    """目録とその終わりも ZIP64 にしたもの（Java の Zip64Mode.Always など）。"""
    at = data.rindex(b"PK\x05\x06")
    count, length, offset = struct.unpack_from("<HLL", data, at + 10)
    directory, place = b"", offset
    while place < offset + length:
        packed, size, name, extra, note = struct.unpack_from("<2L3H", data, place + 20)
        (start,) = struct.unpack_from("<L", data, place + 42)
        head = bytearray(data[place : place + 46])
        struct.pack_into("<2L2H", head, 20, FULL, FULL, name, 28)
        struct.pack_into("<L", head, 42, FULL)
        directory += head + data[place + 46 : place + 46 + name]
        directory += struct.pack("<2H3Q", 1, 24, size, packed, start)
        directory += data[place + 46 + name + extra : place + 46 + name + extra + note]
        place += 46 + name + extra + note
    end = {"count": count, "length": len(directory), "offset": offset, **changes}
    where = end.get("where", offset + len(directory))
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0,
                         end["count"], end["count"], end["length"], end["offset"])  # fmt: skip
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, where, 1)
    plain = end.get("plain", 0xFFFF)
    last = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, plain, plain, FULL, FULL, 0)
    return data[:offset] + directory + record + locator + last


@pytest.mark.parametrize(
    "data",
    [
        forced(PARTS, io.BytesIO()),
        forced(PARTS, Pipe()),
        widened(zipped(PARTS)),
        widened(forced(PARTS, io.BytesIO())),
        b"PK" + widened(zipped(PARTS)),
    ],
    ids=["見出し", "戻れない先へ", "目録", "両方", "前に何かが付いたもの"],
)
def test_zip64_without_need_is_read(data: bytes) -> None:
    assert read_book(data) == GOOD


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (widened(zipped(PARTS), count=len(PARTS) - 1), "R020"),
        (widened(zipped(PARTS), plain=len(PARTS) - 1), "R020"),
        (widened(zipped(PARTS), length=46), "R020"),
        (widened(zipped(PARTS), where=0), "R020"),
        (widened(zipped(PARTS))[:-42] + bytes(20) + widened(zipped(PARTS))[-22:], "R024"),
    ],
    ids=["数の食い違う記録", "二つの終わりの食い違い", "短い目録", "記録の位置", "印のない記録"],
)
def test_a_wide_directory_that_disagrees_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(SheetgenError) as caught:
        read_book(data)
    assert [one.code for one in caught.value.problems] == [code]


@pytest.mark.parametrize("value", [0, 1, 1 << 40, (1 << 64) - 1])
def test_a_wide_size_that_disagrees_is_refused(value: int) -> None:
    """見出しの 8 バイトの数も、目録と突き合わせる。"""
    data = bytearray(forced(PARTS, io.BytesIO()))
    at = data.index(b"xl/workbook.xml") + len("xl/workbook.xml")
    struct.pack_into("<Q", data, at + 4, value)
    with pytest.raises(SheetgenError) as caught:
        read_book(bytes(data))
    assert [one.code for one in caught.value.problems] == ["R025"]


def test_books_in_a_wide_zip_are_received(tmp_path: Path) -> None:
    for number, made in enumerate((forced, lambda members, _: widened(zipped(members)))):
        path = tmp_path / f"{number}.zip"
        path.write_bytes(made({f"回答{number}.xlsx": zipped(PARTS) + bytes(number)}, io.BytesIO()))
    delivery = deliver([tmp_path])
    assert [one.name.rpartition(" ")[2] for one in delivery.files] == ["回答0.xlsx", "回答1.xlsx"]
    assert delivery.problems == ()


def test_a_zip_whose_two_ends_disagree_is_not_opened(tmp_path: Path) -> None:
    """数えた数と、取り出す数が違うことになる。"""
    path = tmp_path / "a.zip"
    path.write_bytes(widened(zipped({"a.xlsx": zipped(PARTS)}), plain=7))
    assert [one.code for one in deliver([path]).problems] == ["R015"]
