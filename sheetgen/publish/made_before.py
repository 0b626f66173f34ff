"""前に作った、公表のためのもの：どの年度の、何が、どこにあるか。"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import NamedTuple

from sheetgen.form.jobs import safe_name
from sheetgen.messages.vocabulary import Vocabulary


class MadeFolder(NamedTuple):
    """一つのフォルダー。``year`` は年度のフォルダーの名、``files`` は中のファイル（名の順）。"""

    year: str
    kind: str
    folder: Path
    files: tuple[Path, ...]


def made_before(root: Path, words: Vocabulary) -> tuple[MadeFolder, ...]:
    """``root/output`` にある公表のためのもの。年度の新しい順。何も書かない。"""
    found = []
    with contextlib.suppress(OSError):
        for year in sorted((root / "output").glob("令和*年度"), key=_newest_first):
            for kind in (safe_name(words.revision), "新旧対照表", "オープンデータ"):
                folder = year / kind
                if not folder.is_dir():
                    continue
                files = tuple(sorted(one for one in folder.iterdir() if _is_shown(one)))
                if files:
                    found.append(MadeFolder(year.name, kind, folder, files))
    return tuple(found)


def _is_shown(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(("~$", "."))


def _newest_first(folder: Path) -> tuple[int, str]:
    digits = "".join(one for one in folder.name if one.isdecimal())
    return -int(digits or 0), folder.name
