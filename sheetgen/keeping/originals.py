"""届いたファイルを、中身の目印（sha256）の名で、そのまましまう。

The name is the content: the same file is kept once, and none is ever overwritten.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable
from pathlib import Path

from sheetgen.keeping.files import flush_folder, put, sweep
from sheetgen.model.delivered import Delivered
from sheetgen.problems import Place, Problem, SheetgenError

FOLDER = "returned"
"""計画のデータのフォルダーの中の、原本をしまうフォルダーの名。"""


def originals_folder(plan: Path) -> Path:
    """この計画のデータの原本をしまうフォルダー。"""
    return plan.resolve().parent / FOLDER


def original_path(folder: Path, digest: str, suffix: str) -> Path:
    """原本の置き場所 ``ab/abcd….xlsx``。"""
    return folder / digest[:2] / f"{digest}.{suffix}"


def keep_originals(folder: Path, files: Iterable[Delivered]) -> tuple[Problem, ...]:
    """届いたファイルをすべてしまう。もうあるものはそのまま。

    The master's lock must be held.  A stored file that no longer is what its name says
    is set aside and told of (R511).

    :raises SheetgenError: one cannot be kept (R510, or R512 for a full disk); nothing of
        it is left, and nothing may be recorded.
    """
    problems: list[Problem] = []
    for file in files:
        path = original_path(folder, file.digest, file.suffix)
        try:
            problems += _keep(path, file)
        except OSError as error:
            code = "R512" if error.errno == errno.ENOSPC else "R510"
            facts = {"folder": path.parent}
            raise SheetgenError(Problem(code, Place(file=file.name), facts)) from error
    return tuple(problems)


def find_original(folder: Path, digest: str) -> Path | None:
    """しまった原本の場所。なければ ``None``。中身は確かめない。"""
    found = sorted((folder / digest[:2]).glob(f"{digest}.*"))
    return next((path for path in found if ".damaged-" not in path.name), None)


def _keep(path: Path, file: Delivered) -> list[Problem]:
    problems = []
    if path.exists():
        if path.read_bytes() == file.data:
            return []
        aside = _free_name(path)
        path.replace(aside)
        problems.append(Problem("R511", Place(file=file.name), {"aside": aside.name}))
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
        flush_folder(path.parent.parent)
        flush_folder(path.parent.parent.parent)
    sweep(path.parent, f".{path.name}.*.tmp")
    put(path, file.data)
    return problems


def _free_name(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    return aside
