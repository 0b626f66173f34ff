"""複合ファイル（OLE2）の入れ物が、うその数や輪や名の書き方に惑わされないこと。"""

from __future__ import annotations

import struct
import time
import tracemalloc

import pytest
from compound_samples import compound, record

from sheetgen.problems import SheetgenError
from sheetgen.reading.book import BookFormat
from sheetgen.reading.compound import Compound
from sheetgen.reading.kinds import Kind, kind_of
from sheetgen.reading.opening import read_book

FREE = 0xFFFFFFFF
SECTOR = 512
HEAD = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
PAGE = record(0x809, struct.pack("<HHHHII", 0x600, 16, 0, 0, 0, 0)) + record(0x0A)


def book() -> bytes:
    """空のシート一枚の、Workbook の流れ。"""
    sheet = struct.pack("<IBBBB", 0, 0, 0, 2, 0) + b"S1"
    offset = len(HEAD + record(0x85, sheet) + record(0x0A))
    return HEAD + record(0x85, struct.pack("<I", offset) + sheet[4:]) + record(0x0A) + PAGE


def patched(data: bytes, at: int, *numbers: int) -> bytes:
    made = bytearray(data)
    struct.pack_into(f"<{len(numbers)}I", made, at, *numbers)
    return bytes(made)


def directory(data: bytes) -> int:
    """目録の始まる所。"""
    return (int(struct.unpack_from("<I", data, 48)[0]) + 1) * SECTOR


def refused(data: bytes) -> bool:
    """速く、ファイルに見合うメモリーで、R020 になるか。"""
    tracemalloc.start()
    begun = time.monotonic()
    with pytest.raises(SheetgenError) as caught:
        Compound(data).read("workbook")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * len(data) + (8 << 20)
    assert time.monotonic() - begun < 20
    return [problem.code for problem in caught.value.problems] == ["R020"]


@pytest.mark.parametrize("name", ["Workbook", "WORKBOOK", "workbook", "book"])
def test_a_stream_is_found_whatever_its_case(name: str) -> None:
    data = compound({name: book(), "MBD1": b""}, ("_vba_PROJECT_cur",))
    assert kind_of(data) is Kind.XLS
    found = read_book(data)
    assert found.format is BookFormat.XLS
    assert [problem.code for problem in found.problems] == ["R040", "R042"]


def test_a_password_is_seen_whatever_its_case() -> None:
    assert kind_of(compound({"ENCRYPTEDPACKAGE": b""})) is Kind.PASSWORD


def test_two_streams_of_one_name() -> None:
    data = compound({"Workbook": book(), "WORKBOOK": book()})
    assert kind_of(data) is Kind.UNKNOWN
    assert refused(data)


def test_a_cut_last_sector_is_no_loss() -> None:
    """終わりを詰めて書く書き手がある。"""
    data = compound({"Workbook": book()})
    assert read_book(data[:-100]) == read_book(data)


def test_more_tables_than_the_file_holds_in_a_loop() -> None:
    """続き方の表の続きが、自分を指し、何百万もあると言う。"""
    data = patched(compound({"Workbook": book()}), 44, 109 + 127 * 8_000_000)
    data = patched(data, 68, 0, 8_000_000)
    assert refused(patched(data, SECTOR + 127 * 4, 0))


def test_a_directory_in_a_loop() -> None:
    data = compound({"Workbook": book()})
    (start,) = struct.unpack_from("<I", data, 48)
    assert refused(patched(data, len(data) - SECTOR + 4 * start, start))


def test_a_directory_of_too_many_entries() -> None:
    """項目の数の二乗の時間がかかるので、目録の長さに上限がある。"""
    assert read_book(compound({"Workbook": book()}, spare=5_000)).sheets
    assert refused(compound({"Workbook": book()}, spare=8_000))


@pytest.mark.parametrize("size", [0x7FFFFFFF, 0xFFFFFFFF])
def test_a_stream_longer_than_the_file_in_a_loop(size: int) -> None:
    data = compound({"Workbook": book()})
    data = patched(data, len(data) - SECTOR, 0)  # 一つ目のセクターが自分を指す
    assert refused(patched(data, directory(data) + 128 + 120, size))


@pytest.mark.parametrize("size", [0x7FFFFFFF, 0xFFFFFFFF])
def test_small_streams_longer_than_the_file(size: int) -> None:
    """小さな流れをまとめた流れの大きさと、その続き方の表の数がうそのもの。"""
    data = compound({"Workbook": book()})
    at = directory(data)
    data = patched(data, at + 128 + 120, 100)
    data = patched(data, at + 116, 0, size)
    data = patched(data, len(data) - SECTOR, 0)
    assert refused(data)
    assert refused(patched(data, 60, 0, 0x00FFFFFF))


def test_a_directory_that_is_one_long_chain() -> None:
    """枝分かれのない目録は、たどる深さに限りがある。深すぎても、R020 で終わる。"""
    names = tuple(f"s{n}" for n in range(3_000))
    assert read_book(compound({"Workbook": book()}, names[:300])).sheets
    data = compound({"Workbook": book()}, names)
    assert kind_of(data) is Kind.UNKNOWN
    assert refused(data)
