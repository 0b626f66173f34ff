"""できたファイルを、書きかけを残さずに置く。

書きかけのブックは、だれの目にも触れない。中身の違う前のファイルは残す。置いた所で、
だれかが記入したかもしれない。
"""

from __future__ import annotations

import errno
import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, NamedTuple

from sheetgen.messages.quoting import in_short
from sheetgen.plan.durable import carry_out
from sheetgen.problems import Place, Problem, SheetgenError

KEPT_ASIDE = "旧版"
"""中身の違う前のファイルを移すフォルダーの名。"""
FINISHED = "済"
"""もう要らなくなったファイルを移すフォルダーの名。"""
_PREFIX = ".作成中_"
_STALE_SECONDS = 3600


class Placed(NamedTuple):
    """置いた結果。``kept_aside`` は移した前のファイル。"""

    unchanged: int
    kept_aside: tuple[Path, ...]


class Staging:
    """``folder`` に置くファイルを、そろうまで預かる。

    with で使う。:meth:`place` を呼ばずに抜ければ、跡を残さない。``keep_aside`` が偽なのは、
    だれも書き込まず、次の回が作り直すもの。

    :raises SheetgenError: フォルダーに書けない（O001）、ファイルが使われている（O002）、
        またはディスクに空きがない（O004）。
    """

    def __init__(self, folder: Path, now: datetime, *, keep_aside: bool = True) -> None:
        self.folder = folder
        self._now = now
        self._keeps_aside = keep_aside
        self._names: list[str] = []

    def __enter__(self) -> Staging:
        with explained(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._sweep()
            self._staging = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=self.folder))
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._staging, ignore_errors=True)

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """``name`` というファイルを書く。"""
        with explained(self.folder / name), (self._staging / name).open("wb") as target:
            yield target
        self._names.append(name)

    def digest(self, name: str) -> str:
        """預かったファイルの中身の目印（sha256）。"""
        return hashlib.sha256(self.content(name)).hexdigest()

    def content(self, name: str) -> bytes:
        """預かったファイルの中身。"""
        return (self._staging / name).read_bytes()

    def drop(self, name: str) -> None:
        """預かったファイルを、置かないことにする。"""
        self._names.remove(name)

    def place(self) -> Placed:
        """預かったファイルを、すべて置く。

        しくじりうることは、最初のファイルを入れ替える前に、すべて試す。
        """
        pairs = [(self._staging / name, self.folder / name) for name in self._names]
        changed: list[tuple[Path, Path]] = []
        for new, old in pairs:
            with explained(old):
                if not (old.exists() and old.read_bytes() == new.read_bytes()):
                    changed.append((new, old))
        replaced = [old for _, old in changed if old.exists()]
        for old in replaced:
            # 開いたままのファイルは Windows では置き換えられない。先に確かめ、途中で止まらない。
            with explained(old), old.open("r+b"):
                pass
        aside = tuple(self._keep(replaced)) if self._keeps_aside else ()
        for new, old in changed:
            with explained(old):
                new.replace(old)
        with explained(self.folder):
            carry_out()
        return Placed(len(pairs) - len(changed), aside)

    def _keep(self, replaced: list[Path]) -> Iterator[Path]:
        """前のファイルを旧版のフォルダーに写す。置き換えは、このあとの一度の操作で行う。"""
        if not replaced:
            return
        kept = _fresh_folder(self.folder / KEPT_ASIDE, self._now)
        for old in replaced:
            with explained(kept / old.name):
                yield Path(shutil.copy2(old, kept / old.name))

    def _sweep(self) -> None:
        """強制終了した前の回の残りを除く。動いている別の回のものは、まだ新しい。"""
        for left in self.folder.glob(f"{_PREFIX}*"):
            with suppress(OSError):
                if self._now.timestamp() - left.stat().st_mtime > _STALE_SECONDS:
                    shutil.rmtree(left, ignore_errors=True)


def _fresh_folder(base: Path, now: datetime) -> Path:
    """``base`` の中に、日時の名の新しいフォルダーを作る。"""
    made = base / now.strftime("%Y%m%d-%H%M%S")
    number = 1
    while made.exists():  # 同じ秒の、前の回のものに重ねない
        number += 1
        made = made.with_name(f"{now:%Y%m%d-%H%M%S}-{number}")
    with explained(made):
        made.mkdir(parents=True)
    return made


def put_away(folder: Path, names: Iterable[str], into: str, now: datetime) -> None:
    """``folder`` の中の済んだファイルを、中の ``into`` というフォルダーに移す。何も消さない。

    :raises SheetgenError: 移せない（O001、O002、O004）。途中まで移したものは、そのまま。
    """
    made: Path | None = None
    for name in names:
        with explained(folder / name):
            target = folder / into / name
            if target.exists():  # 前の回に片付けたものに重ねない
                made = made or _fresh_folder(folder / into, now)
                target = made / name
            target.parent.mkdir(parents=True, exist_ok=True)
            (folder / name).rename(target)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """書けないわけを、問題にする。:class:`SheetgenError` (O001, O002, O004)。"""
    try:
        yield
    except PermissionError:
        raise SheetgenError(Problem("O002", Place(file=str(path)))) from None
    except OSError as error:
        code = "O004" if error.errno == errno.ENOSPC else "O001"
        raise SheetgenError(Problem(code, Place(file=str(path)))) from error


_SHOWN = 3


def refuse_existing(folder: Path, names: list[str]) -> None:
    """同じ名のファイルが一つでもあれば、初めのいくつかを挙げて止める。

    :raises SheetgenError: 同じ名のファイルがある（I001）。
    """
    found = [name for name in names if (folder / name).exists()]
    if found:
        shown = in_short(found, _SHOWN, "個")
        raise SheetgenError(Problem("I001", Place(file=str(folder)), {"names": shown}))


def place_fresh(folder: Path, files: Mapping[str, bytes]) -> tuple[Path, ...]:
    """``files``（フォルダーからの道から中身へ）を置く。途中で止まれば、置いたものを除く。

    :raises SheetgenError: 同じ名のファイルがある（I001）、または書けない（O001、O002、O004）。
    """
    refuse_existing(folder, list(files))
    placed: list[Path] = []
    try:
        for name, data in files.items():
            path = folder / name
            with explained(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                # 確かめた後にできたファイルも、上書きしない。
                with path.open("xb") as target:
                    placed.append(path)
                    target.write(data)
    except BaseException:
        for path in placed:
            with suppress(OSError):
                path.unlink()
        raise
    return tuple(placed)
