"""子に読ませる。子が倒れても、ほかのファイルは読む。"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

from sheetgen.guard.child import ANSWERED, FAILED, NO_MEMORY, TOO_LARGE
from sheetgen.guard.limits import Limits
from sheetgen.guard.mailbox import Closed
from sheetgen.guard.process import ChildProcess
from sheetgen.problems import Problem, SheetgenError

Outcome = bytes | Problem
"""一つのファイルの結果：子の答えか、読めなかったわけ（場所はまだない）。"""


class Guard:
    """ファイルを、限りのある子のプロセスに読ませる。作ったときに子が動き始める。

    ``command`` は、:func:`sheetgen.guard.child.serve` を呼ぶプログラムの動かし方。
    """

    def __init__(self, command: Sequence[str], limits: Limits | None = None) -> None:
        self._command = tuple(command)
        self._limits = limits or Limits()
        self._child: ChildProcess | None = None
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

    def _outcomes(self, child: ChildProcess, files: Sequence[bytes]) -> Iterator[Outcome]:
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

    def _start(self) -> ChildProcess:
        """子がいなければ始める。"""
        if self._child is None:
            try:
                self._child = ChildProcess(self._command, self._limits)
            except OSError as error:
                raise SheetgenError(Problem("R069")) from error
        return self._child

    def _await_ready(self, child: ChildProcess) -> None:
        """子の最初の知らせを待つ。"""
        if self._ready:
            return
        try:
            self._ready = child.answers.get(self._limits.start_seconds) == b""
        except (TimeoutError, Closed):
            self._ready = False
        if not self._ready:
            raise SheetgenError(Problem("R069"))

    def _outcome(self, child: ChildProcess) -> tuple[Outcome, bool]:
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
