"""子のプロセスに読ませる。子が倒れても、ほかのファイルは読む。"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from threading import Condition, Thread
from types import TracebackType
from typing import BinaryIO, Protocol, Self, cast

from sheetgen.child_process import start
from sheetgen.problems import Problem, SheetgenError
from sheetgen.reading.child import ANSWERED, FAILED, LENGTH, LIMITS, NO_MEMORY, TOO_LARGE
from sheetgen.reading.limits import Limits

HELD_BYTES = 64 << 20
"""預かる答えの大きさの合計。これを超えると、受け取られるまで子を待たせる。"""


class Closed(Exception):  # noqa: N818 - 誤りではなく、終わり
    """もう何も届かない。"""


class Mailbox:
    """一方が入れ、一方が取り出す。どちらの端からも閉じられる。"""

    def __init__(self) -> None:
        self._changed = Condition()
        self._items: deque[bytes] = deque()
        self._held = 0
        self._closed = False

    def put(self, item: bytes) -> bool:
        """入れる。場所が空くまで待つ。閉じられていれば ``False``。"""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._held < HELD_BYTES)
            if self._closed:
                return False
            self._items.append(item)
            self._held += len(item)
            self._changed.notify_all()
            return True

    def get(self, seconds: float) -> bytes:
        """取り出す。届くまで待つ。

        :raises TimeoutError: 時間のうちに届かない。
        :raises Closed: もう届かない。
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._items or self._closed, seconds):
                raise TimeoutError
            if not self._items:
                raise Closed
            item = self._items.popleft()
            self._held -= len(item)
            self._changed.notify_all()
            return item

    def close(self) -> None:
        """閉じる。届いている分は、まだ取り出せる。"""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class Answers(Protocol):
    """子の答えの届く所。"""

    def get(self, seconds: float) -> bytes:
        """次の答えを取り出す。初めの空の答えは、用意ができた知らせ。

        :raises TimeoutError: 時間のうちに届かない。
        :raises Closed: もう届かない。
        """


class Child(Protocol):
    """読む仕事をする子。作ったときに動き始める。"""

    @property
    def answers(self) -> Answers:
        """答えの届く所。"""

    def feed(self, files: Iterable[bytes]) -> None:
        """ファイルを順に渡し始める。渡し終えるのを待たない。"""

    def stop(self) -> None:
        """子を止める。何度呼んでもよい。"""


StartChild = Callable[[Limits], Child]
"""子の始め方。

:raises OSError: 始められない。
"""


if sys.platform == "win32":
    from sheetgen.reading.job_object import JobObject
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
        self._process = start(command)
        if sys.platform == "win32":
            self._job = JobObject(self._process, limits.memory_bytes)
        self._input = cast(BinaryIO, self._process.stdin)
        self._output = cast(BinaryIO, self._process.stdout)
        seconds = max(1, round(limits.file_seconds))
        # もう終わっている子のことは、答えが来ないので分かる。
        with suppress(OSError):
            self._write(_framed(LIMITS.pack(limits.memory_bytes, seconds, limits.answer_bytes)))
        self._receiver = Thread(target=self._receive, daemon=True)
        self._receiver.start()

    @property
    def is_alive(self) -> bool:
        """まだ動いているか。"""
        return self._process.poll() is None

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


Outcome = bytes | Problem
"""一つのファイルの結果：子の答えか、読めなかったわけ（場所はまだない）。"""


class Guard:
    """ファイルを、限りのある子に読ませる。作ったときに子が動き始める。

    ``start`` は、子の始め方。
    """

    def __init__(self, start: StartChild, limits: Limits | None = None) -> None:
        self._start_child = start
        self._limits = limits or Limits()
        self._child: Child | None = None
        self._ready = False
        self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def ask(self, files: Sequence[bytes]) -> Iterator[Outcome]:
        """ファイルごとの結果を、同じ順で返す。送るのは、呼んだときに始まる。

        :raises SheetgenError: 子がまったく動かせない（結果を取り出すときに上がる）。
        """
        child = self._start()
        child.feed(files)
        return self._outcomes(child, files)

    def close(self) -> None:
        """子を止める。"""
        child, self._child, self._ready = self._child, None, False
        if child is not None:
            child.stop()

    def _outcomes(self, child: Child, files: Sequence[bytes]) -> Iterator[Outcome]:
        done = 0
        try:
            while done < len(files):
                self._await_ready(child)
                outcome, alive = self._outcome(child)
                done += 1
                if not alive:
                    self.close()
                    if done < len(files):
                        child = self._start()
                        child.feed(files[done:])
                yield outcome
        finally:
            if done < len(files):  # 途中でやめた。残りの答えを受け取る者はいない
                self.close()

    def _start(self) -> Child:
        """子がいなければ始める。"""
        if self._child is None:
            try:
                self._child = self._start_child(self._limits)
            except OSError as error:
                raise SheetgenError(Problem("R069")) from error
        return self._child

    def _await_ready(self, child: Child) -> None:
        """子の最初の知らせを待つ。"""
        if self._ready:
            return
        try:
            self._ready = child.answers.get(self._limits.start_seconds) == b""
        except (TimeoutError, Closed):
            self._ready = False
        if not self._ready:
            raise SheetgenError(Problem("R069"))

    def _outcome(self, child: Child) -> tuple[Outcome, bool]:
        """次のファイルの結果と、子をまだ使えるかどうか。"""
        try:
            reply = child.answers.get(self._limits.file_seconds)
        except TimeoutError:
            seconds = format(self._limits.file_seconds, "g")
            return Problem("R060", facts={"seconds": seconds}), False
        except Closed:
            return Problem("R062"), False
        status, content = reply[:1], reply[1:]
        if status == ANSWERED:
            return content, True
        if status == NO_MEMORY:
            return Problem("R061"), False
        if status == TOO_LARGE:
            return Problem("R063"), True
        if status == FAILED:
            return Problem("R064", facts={"error": content.decode("ascii", "replace")}), True
        return Problem("R062"), False
