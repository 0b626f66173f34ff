"""届いたファイルを、中身の目印（sha256）の名で、そのまましまう。

名は中身から決まる。同じファイルは一度だけしまい、上書きすることはない。
"""

from __future__ import annotations

import errno
from collections.abc import Iterable
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from sheetgen.plan.durable import flush_folder, put, sweep
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.reading.delivery import Delivered

FOLDER = "returned"
"""計画のデータのフォルダーの中の、原本をしまうフォルダーの名。"""
THREADS = 8
"""同時に書くファイルの数。ディスクを待つ間に、ほかのファイルを書く。"""


def originals_folder(plan: Path) -> Path:
    """この計画のデータの原本をしまうフォルダー。"""
    return plan.resolve().parent / FOLDER


def original_path(folder: Path, digest: str, suffix: str) -> Path:
    """原本の置き場所 ``ab/abcd….xlsx``。"""
    return folder / digest[:2] / f"{digest}.{suffix}"


class OriginalKeeper:
    """届いたファイルを、読むのと並べて、しまっていく。

    ディスクを待つのはスレッドで、一度に多くのファイルを書く。:meth:`finish` で、すべてを待つ。
    計画のデータの錠を持って使う。:meth:`finish` を呼ばずに抜けても待つが、問題は言わない。
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: SimpleQueue[Delivered | None] = SimpleQueue()
        self._threads: list[Thread] = []
        self._taken: set[str] = set()
        self._has_new_folder = False
        self._problems: list[Problem] = []
        self._failures: list[Problem] = []
        self._bugs: list[Exception] = []

    def __enter__(self) -> OriginalKeeper:
        return self

    def __exit__(self, *_: object) -> None:
        self._join()

    def add(self, file: Delivered) -> None:
        """一つのファイルをしまいはじめる。もうあるものはそのまま。"""
        path = original_path(self._folder, file.digest, file.suffix)
        if path.name in self._taken:
            return
        self._taken.add(path.name)
        self._waiting.put(file)
        if len(self._threads) < THREADS:
            thread = Thread(target=self._work, args=(self._waiting,), daemon=True)
            # 始めたところで Ctrl-C が来ても、待つべきものとして覚えているように。
            self._threads.append(thread)
            try:
                thread.start()
            except RuntimeError:
                # スレッドを作れない所（ブラウザーのページの中）では、待つときにその場でしまう。
                self._threads.remove(thread)

    def finish(self) -> tuple[Problem, ...]:
        """すべてがディスクに書き切られるまで待つ。

        しまってあるファイルが名の言う中身でなくなっていれば、よけて、知らせる（R511）。

        :raises SheetgenError: しまえないものがある（R510。空きがなければ R512）。そのときは、
            何も記録してはならない。
        """
        self._join()
        if self._bugs:
            raise self._bugs[0]
        if self._failures:
            raise SheetgenError(self._in_order(self._failures))
        if self._has_new_folder:
            flush_folder(self._folder)
            flush_folder(self._folder.parent)
        return self._in_order(self._problems)

    def _join(self) -> None:
        self._waiting.put(None)
        if not self._threads:
            self._work(self._waiting)
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()
        self._threads.clear()
        self._waiting = SimpleQueue()

    def _work(self, waiting: SimpleQueue[Delivered | None]) -> None:
        while (file := waiting.get()) is not None:
            path = original_path(self._folder, file.digest, file.suffix)
            try:
                self._keep(path, file)
            except OSError as error:
                code = "R512" if error.errno == errno.ENOSPC else "R510"
                facts = {"folder": path.parent}
                self._failures.append(Problem(code, Place(file=file.name), facts))
            except Exception as error:  # 待つ側で起きたのと同じに扱う
                self._bugs.append(error)
        # 終わりの印は、受け取った者が次の者に回す。何人いても、一つで足りる。
        waiting.put(None)

    def _keep(self, path: Path, file: Delivered) -> None:
        if path.exists():
            if path.read_bytes() == file.data:
                return
            aside = _free_name(path)
            path.replace(aside)
            self._problems.append(Problem("R511", Place(file=file.name), {"aside": aside.name}))
        if path.parent.is_dir():
            sweep(path.parent, path.name)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._has_new_folder = True
        put(path, file.data)

    @staticmethod
    def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
        return tuple(sorted(problems, key=lambda problem: problem.place.file or ""))


def find_original(folder: Path, digest: str) -> Path | None:
    """しまった原本の場所。なければ ``None``。中身は確かめない。"""
    found = sorted((folder / digest[:2]).glob(f"{digest}.*"))
    return next((path for path in found if ".damaged-" not in path.name), None)


def _free_name(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    return aside
