"""だれもパスワードを付けていない、暗号化されたブック。"""

from __future__ import annotations

import hashlib
import io
import struct
import subprocess
import sys
from zipfile import ZIP_STORED

import pytest
from compound_samples import compound, record
from msoffcrypto.format.ooxml import OOXMLFile
from reading_samples import parts, row, text, zipped

from sheetgen.problems import SheetgenError
from sheetgen.reading.book import RawBook
from sheetgen.reading.opening import read_book

DEFAULT = "VelvetSweatshop"
# 暗号化する部品は、4 KiB に満たないものを正しく書かない。
PLAIN = zipped(parts(row(text("A1", "答え")), more={"xl/media/a.bin": bytes(9000)}), ZIP_STORED)


def locked(password: str) -> bytes:
    """パスワードで暗号化した .xlsx。"""
    target = io.BytesIO()
    OOXMLFile(io.BytesIO(PLAIN)).encrypt(password, target)
    return target.getvalue()


def rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 255
        state[i], state[j] = state[j], state[i]
    found = bytearray()
    i = j = 0
    for byte in data:
        i = (i + 1) & 255
        j = (j + state[i]) & 255
        state[i], state[j] = state[j], state[i]
        found.append(byte ^ state[(state[i] + state[j]) & 255])
    return bytes(found)


def old_locked(password: str) -> bytes:
    """パスワードで暗号化した .xls（RC4。出典: [MS-OFFCRYPTO] 2.3.6、[MS-XLS] 2.2.10）。"""
    salt, verifier = bytes(range(16)), bytes(range(16, 32))
    first = hashlib.md5(password.encode("utf-16-le")).digest()[:5]
    base = hashlib.md5((first + salt) * 16).digest()[:5]
    key = hashlib.md5(base + struct.pack("<I", 0)).digest()
    proof = rc4(key, verifier + hashlib.md5(verifier).digest())
    head = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    lock = record(0x2F, struct.pack("<HHH", 1, 1, 1) + salt + proof)
    name = "様式".encode("utf-16-le")
    offset = len(head) + len(lock) + 4 + 8 + len(name) + 4
    page = record(0x809, struct.pack("<HHHHII", 0x600, 16, 0, 0, 0, 0))
    number = struct.pack("<HHHd", 0, 0, 0, 34.0)
    sheet = struct.pack("<IBBBB", offset, 0, 0, 2, 1) + name
    made = bytearray(head + lock + record(0x85, sheet) + record(0x0A) + page)
    place = len(made) + 4
    made += record(0x203, number) + record(0x0A)
    stream = rc4(key, bytes(len(made)))
    # シートの始まる位置（初めの 4 バイト）と、見出しは暗号化されない。
    at = len(head) + len(lock) + 4
    for start, end in ((at + 4, at + len(sheet)), (place, place + len(number))):
        for index in range(start, end):
            made[index] ^= stream[index]
    return compound({"Workbook": bytes(made)})


def codes(data: bytes) -> list[str]:
    with pytest.raises(SheetgenError) as caught:
        read_book(data)
    return [one.code for one in caught.value.problems]


def values(book: RawBook) -> dict[str, object]:
    return {ref: cell.value for ref, cell in book.sheets[0].cells.items()}


def test_the_password_of_excel_itself_is_no_password() -> None:
    assert read_book(locked(DEFAULT)) == read_book(PLAIN)
    assert values(read_book(old_locked(DEFAULT))) == {"A1": 34}


def test_a_password_of_a_person_is_asked_for() -> None:
    assert codes(locked("ひみつ")) == ["R022"]
    assert codes(old_locked("himitsu")) == ["R022"]


@pytest.mark.parametrize("at", range(600, 6000, 450))
def test_a_damaged_lock_ends_in_a_book_or_a_problem(at: int) -> None:
    for made in (locked(DEFAULT), old_locked(DEFAULT)):
        data = bytearray(made)
        data[at % len(data)] ^= 0xFF
        try:
            read_book(bytes(data))
        except SheetgenError:
            continue


def test_the_part_is_loaded_only_for_a_locked_book() -> None:
    code = "import sys, sheetgen.reading.biff, sheetgen.reading.opening as o\n"
    code += "print([m for m in ('msoffcrypto', 'cryptography') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
