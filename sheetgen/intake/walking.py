"""指定されたファイルとフォルダーから、届いたファイルを集める。"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sheetgen.intake.limits import MAX_FILES
from sheetgen.intake.names import is_noise, joined, locked_name, shown
from sheetgen.problems import Place, Problem


@dataclass(frozen=True, slots=True)
class Found:
    """見つけたファイル。``name`` は人に見せる名。"""

    name: str
    path: Path


class Walk:
    """ファイルを集める。``problems`` に、集められなかったものを残す。"""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._files: dict[str, Found] = {}
        self._folders: set[tuple[int, int]] = set()

    def collect(self, paths: Sequence[Path]) -> list[Found]:
        """すべてのファイルを、名の順に返す。同じファイルは一つだけ。"""
        given = {os.path.normcase(_absolute(path)): path for path in paths}
        for name, path in sorted(_root_names(list(given.values()))):
            self._root(name, path)
        return sorted(self._files.values(), key=lambda found: found.name)

    def _root(self, name: str, path: Path) -> None:
        try:
            mode = os.stat(path).st_mode  # noqa: PTH116 - says why it failed
        except (FileNotFoundError, NotADirectoryError, ValueError):
            self.problems.append(Problem("R001", Place(file=shown(str(path)))))
            return
        except OSError:
            self._refuse("R002", shown(str(path)))
            return
        if stat.S_ISDIR(mode):
            self._folder(name, path)
        elif stat.S_ISREG(mode):
            self._file(name, path)
        else:
            self._refuse("R002", name)

    def _folder(self, name: str, root: Path) -> None:
        """フォルダーの中を、中のフォルダーまですべて見る。"""
        waiting, count = [(name, root)], 0
        while waiting:
            shown_name, folder = waiting.pop()
            if not self._enter(shown_name, folder):
                continue
            for entry in self._listing(shown_name, folder):
                inner = joined(shown_name, shown(entry.name))
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((inner, Path(entry.path)))
                elif entry.is_dir():
                    self._refuse("R072", inner)
                elif not is_noise((entry.name,)):
                    count += 1
                    if count > MAX_FILES:
                        self._refuse("R017", name, limit=MAX_FILES)
                        return
                    self._entry(inner, entry)
        if count == 0:
            self._refuse("R071", name)

    def _entry(self, name: str, entry: os.DirEntry[str]) -> None:
        if entry.is_file():
            self._file(name, Path(entry.path))
        else:
            self._refuse("R002", name)

    def _file(self, name: str, path: Path) -> None:
        if is_noise((path.name,)):
            return
        book = locked_name(path.name)
        if book is not None:
            self._refuse("R070", joined(name.rpartition("/")[0], shown(book)))
            return
        found = Found(name, path)
        key = os.path.normcase(os.path.realpath(path))
        kept = self._files.setdefault(key, found)
        if name < kept.name:  # by whatever way it was reached, in whatever order
            self._files[key] = found

    def _enter(self, name: str, folder: Path) -> bool:
        """まだ見ていないフォルダーか。輪になった接合点でも止まる。"""
        try:
            found = folder.stat()
        except OSError:
            self._refuse("R002", name)
            return False
        if (found.st_dev, found.st_ino) in self._folders and found.st_ino:
            return False
        self._folders.add((found.st_dev, found.st_ino))
        return True

    def _listing(self, name: str, folder: Path) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError:
            self._refuse("R002", name)
            return []

    def _refuse(self, code: str, name: str, **facts: object) -> None:
        self.problems.append(Problem(code, Place(file=name), facts))


def _absolute(path: Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100 - a link keeps the name it was given by


def _root_names(paths: list[Path]) -> Iterator[tuple[str, Path]]:
    """指定されたものの、人に見せる名。ほかと同じになるときだけ、上のフォルダーの名を足す。"""
    parts = {path: Path(_absolute(path)).parts[1:] for path in paths}
    for path, own in parts.items():
        others = [other for key, other in parts.items() if key is not path]
        length = 1
        while length < len(own) and any(other[-length:] == own[-length:] for other in others):
            length += 1
        yield joined(*(shown(part) for part in own[-length:])), path
