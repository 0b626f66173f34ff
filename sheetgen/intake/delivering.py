"""届いたものを受け付ける：集め、ZIP を開き、見分け、読むものだけを渡す。"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from sheetgen.intake.budget import Budget
from sheetgen.intake.limits import MAX_DEPTH, MAX_FILE_BYTES
from sheetgen.intake.names import UniqueNames, extension
from sheetgen.intake.walking import FoundFile, Walk
from sheetgen.model.delivered import Delivered, Delivery
from sheetgen.problems import Place, Problem
from sheetgen.xlsx.reading.kinds import BOOKS, EXTENSIONS, REFUSALS, Kind, kind_of
from sheetgen.xlsx.reading.zip_directory import find_end

_MEGABYTE = 1 << 20


def deliver(paths: Sequence[Path]) -> Delivery:
    """ファイル、フォルダー、ZIP を受け付ける。

    What cannot be taken becomes a problem; the rest goes on.  Neither the order of
    ``paths`` nor that of a folder or a zip changes the result.
    """
    walk = Walk()
    counter = _Counter()
    for found in walk.collect(paths):
        counter.receive_file(found)
    files = sorted(counter.files, key=lambda delivered: delivered.name)
    return Delivery(tuple(files), (*walk.problems, *counter.problems))


class _Counter:
    """受付。届いた順でなく、名の順に受け取る。"""

    def __init__(self) -> None:
        self.files: list[Delivered] = []
        self.problems: list[Problem] = []
        self._names = UniqueNames()
        self._seen: dict[str, str] = {}
        self._budget = Budget()

    def receive_file(self, found: FoundFile) -> None:
        """ディスクにある一つのファイルを受け取る。"""
        name = self._names.take(found.name)
        try:
            with found.path.open("rb") as source:
                size = os.fstat(source.fileno()).st_size
                if size > MAX_FILE_BYTES:
                    self._tell("R003", name, limit=MAX_FILE_BYTES // _MEGABYTE)
                    return
                if not self._budget.holds(size):
                    self._tell("R075", name)
                    return
                data = source.read(size + 1)
        except OSError:
            self._tell("R002", name)
            return
        self._receive(name, data, depth=0)

    def _receive(self, name: str, data: bytes, depth: int) -> None:
        """一つの中身を受け取る。"""
        self._budget.spend(len(data))
        kind = kind_of(data)
        if kind in REFUSALS:
            self._tell(REFUSALS[kind], name)
            return
        digest = hashlib.sha256(data).hexdigest()
        first = self._seen.setdefault(digest, name)
        if first != name:
            self._tell("R019", name, first=first)
            return
        own = extension(name)
        if kind is Kind.XLSX and own in EXTENSIONS[Kind.XLSM]:
            kind = Kind.XLSM  # a book for macros that holds none
        elif kind is Kind.ZIP and own in EXTENSIONS[Kind.XLSX] and find_end(data) is None:
            kind = Kind.XLSX  # what little has come of a book; whoever opens it says so
        if kind in EXTENSIONS and own not in EXTENSIONS[kind]:
            self._tell("R018", name, kind=kind.value)
        if kind in BOOKS:
            self.files.append(Delivered(name, data, digest, BOOKS[kind]))
        elif depth == MAX_DEPTH:
            self._tell("R073", name, limit=MAX_DEPTH)
        else:
            self._open(name, data, depth)

    def _open(self, name: str, data: bytes, depth: int) -> None:
        from sheetgen.intake.unzipping import unzip  # late: few deliveries hold a zip

        for found in unzip(name, data, self._budget):
            if isinstance(found, Problem):
                self.problems.append(found)
            else:
                member, content = found
                self._receive(self._names.take(member), content, depth + 1)

    def _tell(self, code: str, name: str, **facts: object) -> None:
        self.problems.append(Problem(code, Place(file=name), facts))
