"""同じフォルダーに、二人が同時に書かないための錠。

コマンドと ``sheetgen desk`` は、OS の錠を使う。プロセスが死ねば外れる。ブラウザーのページ
（``sheetgen.html``）は、OS の錠を取れない。代わりに、名と時刻を書いた印のファイルを置き、書き終える
まで、時刻を新しくし続ける。どちらも、自分の印（OS の錠を持つ側は ``.holder``）を置いてから、相手の
印を見る。同時に始めても、少なくとも一方が気づく。
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

MARK_ENDING = ".desk"
FRESH_SECONDS = 180
"""ページの印が、これより前から新しくなっていなければ、置いた人はもういない。"""


class Held(Exception):  # noqa: N818 - 誤りではなく、待つべき相手
    """ほかの人が書いている。``who`` は、その人の名と、いつから（分からなければ ``?``）。"""

    def __init__(self, who: str) -> None:
        super().__init__(who)
        self.who = who


class Mark(NamedTuple):
    """ページの置いた印。

    ``since`` は書き始めた時刻（``10:32``）、``beat`` は新しくした時刻（1970年からの秒）。
    """

    who: str
    since: str
    beat: float

    @property
    def is_fresh(self) -> bool:
        """置いた人が、まだ書いているか。"""
        return abs(time.time() - self.beat) < FRESH_SECONDS


Lock = Callable[[Path, float], AbstractContextManager[None]]
"""錠の取り方。錠のファイルの道と、待つ秒数を受け取る。

:raises Held: ほかの人が持っている。
:raises OSError: 錠を置けない。
"""


@contextlib.contextmanager
def _os_lock(path: Path, wait: float) -> Iterator[None]:
    # 読むだけのコマンドを待たせないよう、錠を取るときに読み込む。
    from filelock import FileLock, Timeout

    try:
        held = FileLock(path).acquire(timeout=wait)
    except Timeout as error:
        raise Held("?") from error
    with held:
        yield


_lock: Lock = _os_lock


def lock_with(lock: Lock) -> None:
    """錠の取り方を替える。OS の錠のない所（ブラウザーのページの中）で、初めに呼ぶ。"""
    global _lock
    _lock = lock


def locked(path: Path, wait: float) -> AbstractContextManager[None]:
    """``path`` を錠とし、抜けるまで持つ。``wait`` は秒。

    :raises Held: ほかの人が持っている。
    :raises OSError: 錠を置けない。
    """
    return _lock(path, wait)


def refuse_page(folder: Path) -> None:
    """計画のデータのフォルダーに、ページがいま書いている印があれば止める。

    ページの中では呼ばれない（自分の印を見ることになる）。

    :raises Held: ページが書いている。
    """
    if _lock is not _os_lock:
        return
    for path in sorted(folder.glob(f".*{MARK_ENDING}")):
        found = read_mark(path)
        if found is not None and found.is_fresh:
            raise Held(f"{found.who}、{found.since}から、sheetgen.html で")


def read_mark(path: Path) -> Mark | None:
    """ページの置いた印。読めなければ ``None``。"""
    try:
        told = json.loads(path.read_bytes())
        return Mark(str(told["who"]), str(told["since"]), float(told["beat"]))
    except (OSError, ValueError, LookupError, TypeError):
        return None
