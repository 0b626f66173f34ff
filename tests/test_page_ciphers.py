"""ページの中で暗号を解く部品。もとの部品と同じに解け、ブックが開く。"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from test_reading_unlocking import DEFAULT, locked, old_locked

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tools" / "one_page"))

import ciphers  # noqa: E402 - ページの中の道具は、別のフォルダーにある


@pytest.mark.parametrize("size", [16, 24, 32])
def test_aes_is_decrypted_as_by_the_library(size: int) -> None:
    key, iv, data = os.urandom(size), os.urandom(16), os.urandom(16 * 20)
    for mode, own in ((modes.ECB(), ciphers.ECB()), (modes.CBC(iv), ciphers.CBC(iv))):
        encryptor = Cipher(algorithms.AES(key), mode).encryptor()
        hidden = encryptor.update(data) + encryptor.finalize()
        decryptor = ciphers.Cipher(ciphers.AES(key), own).decryptor()
        assert decryptor.update(hidden[:160]) + decryptor.update(hidden[160:]) == data


def test_rc4_is_decrypted_as_by_the_library() -> None:
    key, data = os.urandom(16), os.urandom(1000)
    hidden = Cipher(ARC4(key), mode=None).encryptor().update(data)
    stream = ciphers.Cipher(ciphers.ARC4(key), None).decryptor()
    assert stream.update(hidden[:100]) + stream.update(hidden[100:]) == data


_READ = """
import sys
sys.path[:0] = sys.argv[1:]
import ciphers
ciphers.stand_in()
from sheetgen.reading.worker import answer
sys.stdout.buffer.write(answer(sys.stdin.buffer.read())[:9])
"""


@pytest.mark.parametrize(
    ("book", "begins"),
    [
        (locked(DEFAULT), b'{"format"'),
        (old_locked(DEFAULT), b'{"format"'),
        (locked("secret"), b'[{"code":'),
    ],
)
def test_a_locked_book_is_opened(book: bytes, begins: bytes) -> None:
    """cryptography のない所で、だれもパスワードを付けていないブックが開く。"""
    command = [sys.executable, "-c", _READ, str(ROOT), str(ROOT / "tools" / "one_page")]
    done = subprocess.run(command, input=book, capture_output=True, check=True)
    assert done.stdout == begins
