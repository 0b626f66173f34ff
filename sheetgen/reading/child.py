"""子の側。届いたブックを一つずつ読み、答えを返す。

標準入力と標準出力を、枠に分けて使う。枠は、長さ（8 バイト、リトルエンディアン）と、
その数だけのバイト。入ってくる最初の枠は限り。空の枠を出すと、用意ができた知らせ。そのあとは、
入ってくる枠一つが一つのファイル、出す枠一つが一つの答え（状態の 1 バイトと中身）。
標準入力が終われば、子も終わる。親がいなくなったあとに残らない。
"""

from __future__ import annotations

import contextlib
import gc
import os
import struct
import sys
from collections.abc import Callable
from typing import BinaryIO

LENGTH = struct.Struct("<Q")
LIMITS = struct.Struct("<QQQ")
ANSWERED = b"A"
NO_MEMORY = b"M"
TOO_LARGE = b"L"
FAILED = b"F"


def serve(answer: Callable[[bytes], bytes]) -> None:
    """stdin が終わるまで、ファイルごとに ``answer`` の返すものを答える。"""
    source, target = _take_over()
    first = _receive(source)
    if first is None:
        return
    memory, seconds, largest = LIMITS.unpack(first)
    # ブックの値に循環した参照はない。数千回の見回りを省く。
    gc.set_threshold(50_000, 20, 20)
    _limit(memory)
    try:
        _send(target, b"")
        while (data := _receive(source)) is not None:
            _allow(seconds)
            answered = reply(answer, data, largest)
            del data
            _send(target, answered)
    except OSError:  # 親がいなくなり、知らせる相手がいない
        return


def _take_over() -> tuple[BinaryIO, BinaryIO]:
    """答えの通り道を取り分け、ほかの書き出しが混ざらないようにする。"""
    source = os.fdopen(os.dup(0), "rb", buffering=1 << 16)
    target = os.fdopen(os.dup(1), "wb", buffering=0)
    # 紛れ込んだ印刷は、答えと間違えられる。
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stdout = sys.stderr
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return source, target


def _receive(source: BinaryIO) -> bytes | None:
    """一つのまとまりを受け取る。途中で終わったら ``None``。"""
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    data = source.read(length)
    return data if len(data) == length else None


def _send(target: BinaryIO, data: bytes) -> None:
    """一つのまとまりを送る。"""
    view = memoryview(LENGTH.pack(len(data)) + data)
    while view:
        view = view[target.write(view) :]


def reply(answer: Callable[[bytes], bytes], data: bytes, largest: int) -> bytes:
    """一つのファイルの答え。読む側の失敗は、どれも答えの一つになる。"""
    try:
        content = answer(data)
    except MemoryError:
        return NO_MEMORY
    except Exception as error:
        return FAILED + type(error).__name__.encode()
    return TOO_LARGE if len(content) > largest else ANSWERED + content


def _limit(memory: int) -> None:
    """このプロセスの使えるメモリーを限る（Windows では親が限る）。"""
    if sys.platform != "win32":
        import resource

        # 初めのものを拒む OS もある。そこでも、親の時間切れは効く。
        for what, value in (
            (resource.RLIMIT_AS, memory),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, 0),
        ):
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(what, (value, value))


def _allow(seconds: int) -> None:
    """次のファイルに使える計算の時間を限る。親がいなくなった後に回り続けない。"""
    if sys.platform != "win32":
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(used.ru_utime + used.ru_stime) + seconds + 1
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))
