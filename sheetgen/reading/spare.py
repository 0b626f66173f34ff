"""読む子を、一つ先に始めておく。

動き続ける画面では、子の始まるのを待つ時間が、回収を待つ時間の半分になる。一つの子は一度の回収に
だけ使い、前に届いたファイルを読んだ子に、次のファイルは渡さない。
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from threading import Lock, Thread

from sheetgen.reading.guard import Answers, ChildProcess
from sheetgen.reading.limits import Limits
from sheetgen.reading.reader import read_elsewhere, start_process


class _Used:
    """渡した子。止められたら、次の子を始めておく。"""

    def __init__(self, child: ChildProcess, spares: SpareChildren) -> None:
        self._child = child
        self._spares = spares

    @property
    def answers(self) -> Answers:
        """答えの届く所。"""
        return self._child.answers

    def feed(self, files: Iterable[bytes]) -> None:
        """ファイルを順に渡し始める。"""
        self._child.feed(files)

    def stop(self) -> None:
        """子を止める。"""
        self._child.stop()
        self._spares.prepare()


class SpareChildren:
    """子の始め方。先に始めてあるものがあれば、それを渡す。"""

    def __init__(self) -> None:
        self._lock = Lock()
        self._spare: ChildProcess | None = None
        self._is_closed = False

    def __call__(self, limits: Limits) -> _Used:
        """子を渡す。限りが違うか、もう倒れていれば、新しく始める。"""
        with self._lock:
            spare, self._spare = self._spare, None
        if spare is not None and limits == Limits() and spare.is_alive:
            return _Used(spare, self)
        if spare is not None:
            spare.stop()
        return _Used(start_process(limits), self)

    def prepare(self) -> None:
        """次の子を、裏で始める。始められなくても、要るときにまた始める。"""
        Thread(target=self._prepare, daemon=True).start()

    def _prepare(self) -> None:
        with contextlib.suppress(OSError), self._lock:
            if self._spare is None and not self._is_closed:
                self._spare = start_process(Limits())

    def close(self) -> None:
        """先に始めてあるものを止める。"""
        with self._lock:
            spare, self._spare, self._is_closed = self._spare, None, True
        if spare is not None:
            spare.stop()


@contextlib.contextmanager
def spare_children() -> Iterator[None]:
    """この中にいる間、読む子を先に始めておく。"""
    spares = SpareChildren()
    read_elsewhere(spares)
    spares.prepare()
    try:
        yield
    finally:
        read_elsewhere(start_process)
        spares.close()
