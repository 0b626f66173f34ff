"""計画のデータの錠。読んでから書き終えるまで、ほかの人に書かせない。"""

from __future__ import annotations

import contextlib
import getpass
import platform
from collections.abc import Iterator
from pathlib import Path

from sheetgen.model.text import writable
from sheetgen.problems import Place, Problem, SheetgenError

LOCK_WAIT = 10.0
"""ほかの人の保存が終わるのを待つ秒数。"""


def user_name(given: str | None = None) -> str:
    """動かしている人の名。``given`` がなければ、このパソコンでの名。分からなければ ``?``。"""
    try:
        return writable(given or getpass.getuser())
    except (OSError, KeyError, ImportError):
        return "?"


@contextlib.contextmanager
def hold(path: Path, wait: float = LOCK_WAIT) -> Iterator[None]:
    """計画のデータの錠を取り、抜けるまで持つ。同じ錠を二重には取れない。

    錠は OS のもので、プロセスが死ねば外れる。``wait`` は秒。

    :raises SheetgenError: ほかの人が持っている（M081）、または計画のデータの所に錠を作れない
        （M085）。
    """
    # 読むだけのコマンドを待たせないよう、錠を取るときに読み込む。
    from filelock import FileLock, Timeout

    target = path.resolve()
    lock = target.with_name(f".{target.name}.lock")
    holder = target.with_name(f".{target.name}.holder")
    place = Place(file=str(path))
    try:
        # このまま錠を取ると、打ち間違えた道のフォルダーができてしまう。
        if not target.parent.is_dir():
            raise NotADirectoryError(target.parent)
        held = FileLock(lock).acquire(timeout=wait)
    except Timeout as error:
        name = "?"
        with contextlib.suppress(OSError, UnicodeError):
            name = holder.read_text(encoding="utf-8").strip() or "?"
        raise SheetgenError(Problem("M081", place, {"who": name})) from error
    except OSError as error:
        raise SheetgenError(Problem("M085", place)) from error
    with held:
        # 名は、待つ人への知らせ。守るのは錠そのもの。
        with contextlib.suppress(OSError):
            holder.write_text(f"{user_name()} ({platform.node()})", encoding="utf-8")
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                holder.unlink(missing_ok=True)
