"""長い仕事。動いている間は進み具合を見せ、終われば、その結果のページを見せる。"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from flask import copy_current_request_context, has_request_context, request

from sheetgen.messages.vocabulary import speaking, terms
from sheetgen.progress import Progress

KEPT = 50
"""結果を覚えておく仕事の数。"""


class Shown(NamedTuple):
    """結果のページ。``template`` は HTML のひな型の名、``values`` はその値。

    ``to`` があれば、ひな型の代わりに、そのページへ移る。
    """

    template: str
    values: Mapping[str, Any] = MappingProxyType({})
    to: str = ""


Work = Callable[[Progress], Shown]


@dataclass(slots=True)
class Job:
    """一つの仕事。``shown`` か ``error`` があれば、終わっている。

    ``done`` と ``total`` は進み具合（分からなければ 0）、``name`` は今のもの。``back`` は、
    終えたあとに戻るページの道。``at`` は始めた時刻。``asked`` は、頼まれたことの目印
    （同じことを二度頼まれたと分からないものは空）。
    """

    id: str
    title: str
    back: str
    done: int = 0
    total: int = 0
    name: str = ""
    shown: Shown | None = None
    error: BaseException | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)

    at: datetime = field(default_factory=datetime.now)
    asked: str = ""

    @property
    def is_finished(self) -> bool:
        """終わったか。"""
        return self.shown is not None or self.error is not None

    def report(self, done: int, total: int, name: str) -> None:
        """進み具合を受け取る。"""
        with self.changed:
            self.done, self.total, self.name = done, total, name
            self.changed.notify_all()

    def run(self, work: Work) -> None:
        """仕事を行い、結果か、起きたことを残す。"""
        shown: Shown | None = None
        error: BaseException | None = None
        try:
            shown = work(self.report)
        except Exception as caught:
            error = caught
        with self.changed:
            self.shown, self.error = shown, error
            self.changed.notify_all()

    def wait(self, seconds: float) -> None:
        """進むか終わるまで、``seconds`` 秒まで待つ。"""
        with self.changed:
            if not self.is_finished:
                self.changed.wait(seconds)


Check = Callable[[], Shown | None]
"""仕事の番が来たときの確かめ。始めてはならなければ、そのわけのページ。"""


def _asked() -> str:
    """頼まれたことの目印。ファイルを渡すものは、同じ名でも中身が違うことがある。"""
    if not has_request_context() or any(one.filename for one in request.files.values()):
        return ""
    return repr((request.method, request.full_path, sorted(request.form.items(multi=True))))


class Runner(Protocol):
    """仕事の動かし方。

    ``check`` は、仕事の番が来たときの確かめ。頼まれてから番が来るまでに、ほかの仕事が
    データを変えることがある。
    """

    check: Check

    def start(self, title: str, back: str, work: Work) -> Job:
        """仕事を始める。終わるのを待つかどうかは、置き場所による。"""

    def find(self, name: str) -> Job | None:
        """始めた仕事。もう覚えていなければ ``None``。"""

    def recent(self) -> list[Job]:
        """覚えている仕事。新しい順。"""

    @property
    def is_busy(self) -> bool:
        """動いている仕事があるか。"""


class _Remembered:
    """始めた仕事の控え。古いものから忘れる。"""

    def __init__(self) -> None:
        self._numbers = itertools.count(int(time.time()))
        self._jobs: dict[str, Job] = {}
        self._starting = threading.Lock()
        self.check: Check = lambda: None

    def find(self, name: str) -> Job | None:
        """始めた仕事。もう覚えていなければ ``None``。"""
        return self._jobs.get(name)

    def recent(self) -> list[Job]:
        """覚えている仕事。新しい順。"""
        return list(self._jobs.values())[::-1]

    @property
    def is_busy(self) -> bool:
        """動いている仕事があるか。"""
        return any(not job.is_finished for job in list(self._jobs.values()))

    def _new(self, title: str, back: str, asked: str = "") -> Job:
        job = Job(str(next(self._numbers)), title, back, asked=asked)
        self._jobs[job.id] = job
        finished = [name for name, one in self._jobs.items() if one.is_finished]
        for name in finished[: max(len(self._jobs) - KEPT, 0)]:
            del self._jobs[name]
        return job


class ThreadRunner(_Remembered):
    """別のスレッドで、一つずつ順に行う。ブラウザーを閉じても、終わりまで続く。"""

    def __init__(self) -> None:
        super().__init__()
        self._turn = threading.Lock()

    def start(self, title: str, back: str, work: Work) -> Job:
        """仕事を始めて、すぐに返す。まだ動いている同じものを頼まれたら、それを返す。"""
        asked = _asked()
        with self._starting:
            for known in self.recent():
                if asked and known.asked == asked and not known.is_finished:
                    return known
            job = self._new(title, back, asked)

        def checked(progress: Progress) -> Shown:
            return self.check() or work(progress)

        # 仕事の中でも、ページの道や、いまの画面が分かるようにする。
        placed = copy_current_request_context(checked) if has_request_context() else work

        words = terms()

        def in_turn() -> None:
            # 別のスレッドには、頼まれたときのことばは伝わらない。
            with self._turn, speaking(words):
                job.run(placed)

        # 途中で Python が終わろうとしても、書いている途中の仕事は終わるまで待たれる。
        threading.Thread(target=in_turn, name=f"job-{job.id}", daemon=False).start()
        return job


class InlineRunner(_Remembered):
    """その場で終わりまで行う。進み具合は ``notify`` に（題、終わった数、全部の数、名）で渡す。"""

    def __init__(self, notify: Callable[[str, int, int, str], None] | None = None) -> None:
        super().__init__()
        self._notify = notify

    def start(self, title: str, back: str, work: Work) -> Job:
        """仕事を終わりまで行ってから返す。"""
        job = self._new(title, back)
        notify = self._notify
        if notify is not None:

            def passed(progress: Progress) -> Shown:
                def both(done: int, total: int, name: str) -> None:
                    progress(done, total, name)
                    notify(title, done, total, name)

                return work(both)

            job.run(passed)
        else:
            job.run(work)
        return job
