"""新しいフォルダーに、何も上書きせずにファイルを置く。"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from sheetgen.messages.listing import in_short
from sheetgen.output.staging import explained
from sheetgen.problems import Place, Problem, SheetgenError

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
