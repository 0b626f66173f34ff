"""暗号を解く部品（cryptography）の代わり。ページの中には、そのもとの C の部品がない。

ブックを開くのに使う、AES（ECB と CBC）と RC4 を解くことだけをする。出典: FIPS 197、[MS-OFFCRYPTO]。
"""

from __future__ import annotations

import struct
import sys
from types import ModuleType
from typing import NamedTuple

_BLOCK = 16
Words = list[int]


def _times(a: int, b: int) -> int:
    """GF(2⁸) の積。"""
    found = 0
    while b:
        if b & 1:
            found ^= a
        a = (a << 1) ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return found


def _substitution() -> list[int]:
    table = [0x63] * 256
    value = inverse = 1
    while True:
        value = _times(value, 3)
        inverse = _times(inverse, 0xF6)
        mixed = inverse
        for turn in range(1, 5):
            mixed ^= ((inverse << turn) | (inverse >> (8 - turn))) & 255
        table[value] = mixed ^ 0x63
        if value == 1:
            return table


_S = _substitution()
_BACK = [_S.index(one) for one in range(256)]
_MIXED = [
    _times(one, 14) << 24 | _times(one, 9) << 16 | _times(one, 13) << 8 | _times(one, 11)
    for one in range(256)
]
_T = [[(one >> 8 * n | one << (32 - 8 * n)) & 0xFFFFFFFF for one in _MIXED] for n in range(4)]


def _round_keys(key: bytes) -> Words:
    """解くときの、段ごとの鍵（初めの段から順に、4 語ずつ）。"""
    length = len(key) // 4
    words = list(struct.unpack(f">{length}I", key))
    factor = 1
    while len(words) < 4 * (length + 7):
        last = words[-1]
        if len(words) % length == 0:
            last = (last << 8 | last >> 24) & 0xFFFFFFFF
            last = _substituted(last) ^ factor << 24
            factor = _times(factor, 2)
        elif length > 6 and len(words) % length == 4:
            last = _substituted(last)
        words.append(words[-length] ^ last)
    rounds = [words[at : at + 4] for at in range(0, len(words), 4)][::-1]
    middle = [[_unmixed(word) for word in words] for words in rounds[1:-1]]
    return [word for words in (rounds[0], *middle, rounds[-1]) for word in words]


def _substituted(word: int) -> int:
    return (
        _S[word >> 24] << 24
        | _S[word >> 16 & 255] << 16
        | _S[word >> 8 & 255] << 8
        | _S[word & 255]
    )


def _unmixed(word: int) -> int:
    a, b, c, d = word.to_bytes(4, "big")
    return _T[0][a] ^ _T[1][b] ^ _T[2][c] ^ _T[3][d]


_U = [[table[_BACK[one]] for one in range(256)] for table in _T]


def _decrypted(keys: Words, block: bytes) -> bytes:
    t0, t1, t2, t3 = _U
    a, b, c, d = (w ^ k for w, k in zip(struct.unpack(">4I", block), keys, strict=False))
    for at in range(4, len(keys) - 4, 4):
        a, b, c, d = (
            t0[a >> 24] ^ t1[d >> 16 & 255] ^ t2[c >> 8 & 255] ^ t3[b & 255] ^ keys[at],
            t0[b >> 24] ^ t1[a >> 16 & 255] ^ t2[d >> 8 & 255] ^ t3[c & 255] ^ keys[at + 1],
            t0[c >> 24] ^ t1[b >> 16 & 255] ^ t2[a >> 8 & 255] ^ t3[d & 255] ^ keys[at + 2],
            t0[d >> 24] ^ t1[c >> 16 & 255] ^ t2[b >> 8 & 255] ^ t3[a & 255] ^ keys[at + 3],
        )
    s = _BACK
    rows = ((a, d, c, b), (b, a, d, c), (c, b, a, d), (d, c, b, a))
    last = [
        (s[w >> 24] << 24 | s[x >> 16 & 255] << 16 | s[y >> 8 & 255] << 8 | s[z & 255]) ^ key
        for (w, x, y, z), key in zip(rows, keys[-4:], strict=True)
    ]
    return struct.pack(">4I", *last)


class AES(NamedTuple):
    """AES の鍵。"""

    key: bytes


class ARC4(NamedTuple):
    """RC4 の鍵。"""

    key: bytes


class ECB:
    """塊ごとに解く。"""


class CBC(NamedTuple):
    """前の塊を重ねて解く。"""

    iv: bytes


class Cipher:
    """暗号の種類と、つなぎ方。"""

    def __init__(self, algorithm: AES | ARC4, mode: ECB | CBC | None, backend: object = None):
        self._algorithm = algorithm
        self._mode = mode

    def decryptor(self) -> Decryptor | Stream:
        """解くもの。"""
        if isinstance(self._algorithm, ARC4):
            return Stream(self._algorithm.key)
        return Decryptor(self._algorithm.key, self._mode)


class Decryptor:
    """AES を解く。渡すのは、16 バイトの倍数。"""

    def __init__(self, key: bytes, mode: ECB | CBC | None) -> None:
        self._keys = _round_keys(bytes(key))
        self._before = bytes(mode.iv) if isinstance(mode, CBC) else None

    def update(self, data: bytes) -> bytes:
        """続きを解く。"""
        found = []
        for at in range(0, len(data), _BLOCK):
            block = bytes(data[at : at + _BLOCK])
            plain = _decrypted(self._keys, block)
            if self._before is not None:
                mixed = int.from_bytes(plain, "big") ^ int.from_bytes(self._before, "big")
                plain, self._before = mixed.to_bytes(_BLOCK, "big"), block
            found.append(plain)
        return b"".join(found)

    def finalize(self) -> bytes:
        """残りはない。"""
        return b""


class Stream:
    """RC4 を解く。"""

    def __init__(self, key: bytes) -> None:
        state = list(range(256))
        j = 0
        for i in range(256):
            j = (j + state[i] + key[i % len(key)]) & 255
            state[i], state[j] = state[j], state[i]
        self._state, self._i, self._j = state, 0, 0

    def update(self, data: bytes) -> bytes:
        """続きを解く。"""
        state, i, j = self._state, self._i, self._j
        found = bytearray(data)
        for at, byte in enumerate(found):
            i = (i + 1) & 255
            j = (j + state[i]) & 255
            state[i], state[j] = state[j], state[i]
            found[at] = byte ^ state[(state[i] + state[j]) & 255]
        self._i, self._j = i, j
        return bytes(found)

    def finalize(self) -> bytes:
        """残りはない。"""
        return b""


def stand_in() -> None:
    """``cryptography`` の名で、この部品を使わせる。"""
    primitives = "cryptography.hazmat.primitives"
    algorithms = {"AES": AES, "ARC4": ARC4}
    given: dict[str, dict[str, object]] = {
        "cryptography": {},
        "cryptography.hazmat": {},
        "cryptography.hazmat.backends": {"default_backend": lambda: None},
        primitives: {"serialization": None},
        f"{primitives}.asymmetric": {"padding": None},
        f"{primitives}.ciphers": {"Cipher": Cipher},
        f"{primitives}.ciphers.algorithms": algorithms,
        f"{primitives}.ciphers.modes": {"ECB": ECB, "CBC": CBC},
        "cryptography.hazmat.decrepit": {},
        "cryptography.hazmat.decrepit.ciphers": {},
        "cryptography.hazmat.decrepit.ciphers.algorithms": algorithms,
    }
    for name, values in given.items():
        module = ModuleType(name)
        module.__path__ = []
        vars(module).update(values)
        sys.modules[name] = module
        parent, _, own = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], own, module)
