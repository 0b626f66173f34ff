"""親の側。子のプロセスを一つ持ち、ファイルを送り、答えを受け取る。"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from threading import Thread
from typing import BinaryIO, cast

from sheetgen.guard.child import LENGTH, LIMITS
from sheetgen.guard.limits import Limits
from sheetgen.guard.mailbox import Mailbox

if sys.platform == "win32":
    from sheetgen.guard.job_object import JobObject

BATCH_BYTES = 1 << 18


class ChildProcess:
    """読む仕事をする子。作ったときに動き始める。

    二つのスレッドがパイプを動かし続け、互いを待って止まることがない。一つは読ませるものを書き、
    一つは答えを ``answers`` に入れる。

    :raises OSError: プログラムが動かせない。
    """

    def __init__(self, command: Sequence[str], limits: Limits) -> None:
        self._largest = limits.answer_bytes + 1
        self._feeder: Thread | None = None
        self.answers = Mailbox()
        if sys.platform == "win32":
            # 隠れたコンソールを別に持たせる。窓が出ず、Ctrl-C も親にだけ届く。
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                creationflags=subprocess.CREATE_NO_WINDOW,
            )
            self._job = JobObject(self._process, limits.memory_bytes)
        else:
            # プロセスグループを分ける。端末の Ctrl-C は親にだけ届く。
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                process_group=0,
            )
        self._input = cast(BinaryIO, self._process.stdin)
        self._output = cast(BinaryIO, self._process.stdout)
        seconds = max(1, round(limits.file_seconds))
        # もう終わっている子のことは、答えが来ないので分かる。
        with suppress(OSError):
            self._write(_framed(LIMITS.pack(limits.memory_bytes, seconds, limits.answer_bytes)))
        self._receiver = Thread(target=self._receive, daemon=True)
        self._receiver.start()

    def feed(self, files: Iterable[bytes]) -> None:
        """ファイルを順に送り始める。送り終えるのを待たない。"""
        if self._feeder is not None:
            self._feeder.join()
        self._feeder = Thread(target=self._send, args=(files,), daemon=True)
        self._feeder.start()

    def stop(self) -> None:
        """子を止める。何度呼んでもよい。"""
        self._process.kill()
        self.answers.close()
        for thread in (self._feeder, self._receiver):
            if thread is not None:
                thread.join()
        self._process.wait()
        with suppress(OSError):
            self._input.close()
        self._output.close()
        if sys.platform == "win32":
            self._job.close()

    def _send(self, files: Iterable[bytes]) -> None:
        """小さなファイルはまとめて送る。"""
        batch: list[bytes] = []
        size = 0
        with suppress(OSError):  # 子は終わっている。受け取る側でも分かる
            for data in files:
                batch += (LENGTH.pack(len(data)), data)
                size += len(data)
                if size >= BATCH_BYTES:
                    self._write(b"".join(batch))
                    batch, size = [], 0
            self._write(b"".join(batch))

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._input.write(view) :]

    def _receive(self) -> None:
        """届いた答えを預ける。子が終わるか、約束と違うものが届いたら閉じる。"""
        while (item := self._frame()) is not None:
            if not self.answers.put(item):
                return
        self.answers.close()

    def _frame(self) -> bytes | None:
        head = self._read(LENGTH.size)
        if head is None:
            return None
        (length,) = LENGTH.unpack(head)
        return self._read(length) if length <= self._largest else None

    def _read(self, size: int) -> bytes | None:
        """``size`` バイトを読む。途中で終わったら ``None``。"""
        parts: list[bytes] = []
        while size:
            part = self._output.read(min(size, 1 << 20))
            if not part:
                return None
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


def _framed(data: bytes) -> bytes:
    return LENGTH.pack(len(data)) + data
