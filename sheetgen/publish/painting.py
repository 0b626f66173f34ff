"""様式の絵を描く子のプロセス。一つの子が、何枚も描く。

typst と書体を読み込むのに、一枚を描く十倍の時間がかかる。子は描くたびに太るので、決まった枚数ごとに
替える。使われなければ、ひとりでに終わる（:mod:`sheetgen.publish.typesetting`）。
"""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from subprocess import Popen
from typing import BinaryIO, cast

from sheetgen.child_process import python_command, start
from sheetgen.problems import Problem, SheetgenError
from sheetgen.publish.typesetting import Answer

PICTURES = 60
"""一つの子が描く枚数。"""
LONGEST_SECONDS = 60.0
"""一枚を待つ時間。終わらないテンプレートで、画面を止めない。"""
_SERVE = "from sheetgen.publish.typesetting import serve_pictures; serve_pictures()"
_STOPPED = -1


class Painter:
    """絵を描かせる。どのスレッドから呼んでもよい。"""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._child: Popen[bytes] | None = None
        self._left = 0

    def paint(self, order: str, values: str) -> tuple[Answer, bytes]:
        """一枚を描かせる。``order`` と ``values`` は、改行のない JSON。

        :raises SheetgenError: 子を始められない（D001）、または途中で止まった（D029）。
        """
        with self._turn:
            answer, data = self._asked(order, values)
            if not answer.get("families") or self._left <= 0:
                self._end()  # 書体や部品を入れ直したら、次は新しい子が見つける
            return answer, data

    def close(self) -> None:
        """子を終える。"""
        with self._turn:
            self._end()

    def _asked(self, order: str, values: str) -> tuple[Answer, bytes]:
        request = f"{order}\n{values}\n".encode()
        was_waiting = self._child is not None
        try:
            return self._exchange(request)
        except (OSError, EOFError):
            code = self._end()
            if not was_waiting:
                raise SheetgenError(Problem("D029", facts={"code": str(code)})) from None
        # 待つ間に終わっていた子には、伝わっていない。新しい子に、もう一度だけ頼む。
        try:
            return self._exchange(request)
        except (OSError, EOFError):
            raise SheetgenError(Problem("D029", facts={"code": str(self._end())})) from None

    def _exchange(self, request: bytes) -> tuple[Answer, bytes]:
        child = self._child or self._begin()
        self._left -= 1
        watch = threading.Timer(LONGEST_SECONDS, child.kill)
        watch.daemon = True
        watch.start()
        try:
            into, out = cast(BinaryIO, child.stdin), cast(BinaryIO, child.stdout)
            view = memoryview(request)
            while view:
                view = view[into.write(view) :]
            length, answer = _line(out), _line(out)
            return json.loads(answer), _exactly(out, int(length))
        except BaseException as error:
            if not isinstance(error, OSError | EOFError):
                self._end()
            raise
        finally:
            watch.cancel()

    def _begin(self) -> Popen[bytes]:
        try:
            self._child = start(python_command(_SERVE))
        except OSError as error:
            facts = {"reason": type(error).__name__}
            raise SheetgenError(Problem("D001", facts=facts)) from error
        self._left = PICTURES
        return self._child

    def _end(self) -> int:
        """子を終え、終了コードを返す。"""
        child, self._child = self._child, None
        if child is None:
            return _STOPPED
        child.kill()
        with suppress(OSError), child:
            child.wait()
        return child.returncode


def _line(source: BinaryIO) -> bytes:
    line = bytearray()
    while not line.endswith(b"\n"):
        line += _exactly(source, 1)
    return bytes(line)


def _exactly(source: BinaryIO, length: int) -> bytes:
    """``length`` バイトを読む。

    :raises EOFError: その前に子が終わった。
    """
    parts = bytearray()
    while len(parts) < length:
        part = source.read(length - len(parts))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


PAINTER = Painter()
"""このプロセスの描き手。"""
