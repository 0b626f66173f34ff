"""いったん別の場所に書き、すべてできてから置き換える。

Nobody ever sees a half-written workbook, and an earlier file that differs is kept:
someone may have filled it in where it lay.
"""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from sheetgen.problems import Place, Problem, SheetgenError

KEPT_ASIDE = "旧版"
"""中身の違う前のファイルを移すフォルダーの名。"""


@dataclass(frozen=True, slots=True)
class Placed:
    """置いた結果。``kept_aside`` は移した前のファイル。"""

    unchanged: int
    kept_aside: tuple[Path, ...]


class Staging:
    """``folder`` に置くファイルを、そろうまで預かる。

    Use as a context manager; leaving it without :meth:`place` leaves no trace.

    :raises SheetgenError: the folder cannot be written (O001), a file is in use
        (O002), or the disk is full (O003).
    """

    def __init__(self, folder: Path, now: datetime) -> None:
        self.folder = folder
        self._now = now
        self._names: list[str] = []

    def __enter__(self) -> Staging:
        with _explained(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._staging = Path(tempfile.mkdtemp(prefix=".作成中_", dir=self.folder))
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._staging, ignore_errors=True)

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """``name`` というファイルを書く。"""
        with _explained(self.folder / name), (self._staging / name).open("wb") as target:
            yield target
        self._names.append(name)

    def place(self) -> Placed:
        """預かったファイルを、すべて置く。"""
        unchanged = 0
        changed: list[tuple[Path, Path]] = []
        aside: list[Path] = []
        for name in self._names:
            new, old = self._staging / name, self.folder / name
            with _explained(old):
                if old.exists() and old.read_bytes() == new.read_bytes():
                    unchanged += 1
                    continue
                if old.exists():
                    aside.append(self._keep(old))
            changed.append((new, old))
        for new, old in changed:
            with _explained(old):
                new.replace(old)
        return Placed(unchanged, tuple(aside))

    def _keep(self, old: Path) -> Path:
        """前のファイルを旧版のフォルダーに写す。置き換えは、このあとの一度の操作で行う。"""
        kept = self.folder / KEPT_ASIDE / self._now.strftime("%Y%m%d-%H%M%S")
        kept.mkdir(parents=True, exist_ok=True)
        # 開いたままのファイルは Windows では置き換えられない。先に確かめ、途中で止まらない。
        with old.open("r+b"):
            pass
        return Path(shutil.copy2(old, kept / old.name))


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError:
        raise SheetgenError(Problem("O002", Place(file=str(path)))) from None
    except OSError as error:
        code = "O004" if error.errno == errno.ENOSPC else "O001"
        raise SheetgenError(Problem(code, Place(file=str(path)))) from error
