"""書きかけを残さずにファイルを置く。止まっても、前のものか新しいもののどちらかになる。"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def write_beside(path: Path, data: bytes) -> Path:
    """置く先と同じフォルダーの一時ファイルに書き切り、読み直して確かめる。

    ファイルの許可（mode）は、置き換えるファイルと同じにする。

    :raises OSError: 書けない。書きかけは残らない。
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if temporary.read_bytes() != data:
            raise OSError("the disk gave back other bytes than were written")
        if path.exists():
            shutil.copymode(path, temporary)
        else:
            temporary.chmod(0o644)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    return temporary


def put(path: Path, data: bytes, *, flush: bool = True) -> None:
    """中身を書き切り、確かめてから、一度の操作で置く。

    ``flush`` が偽なら、フォルダーは呼んだ側が書き切る。

    :raises OSError: 書けない。書きかけは残らない。
    """
    temporary = write_beside(path, data)
    try:
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    if flush:
        flush_folder(path.parent)


Carry = Callable[[], None]
"""それまでに変わったものを、変わった順に、ほんとうのフォルダーに書き切るもの。

:raises OSError: 書けない。書けなかったものは、前のままに戻っている。
"""
_carry: Carry | None = None


def carry_with(carry: Carry) -> None:
    """ファイルがメモリーにしかない所（ブラウザーのページの中）で、初めに呼ぶ。

    書き切ることが順を決める所（:func:`flush_file`、:func:`flush_folder`）で、``carry`` が呼ばれる。
    """
    global _carry
    _carry = carry


def carry_out() -> None:
    """メモリーにしかないものを、ほんとうのフォルダーに書き切る。ふつうは、何もしない。

    :raises OSError: 書けない。
    """
    if _carry is not None:
        _carry()


def flush_file(stream: BinaryIO) -> None:
    """ファイルに書いたことをディスクに書き切る。

    :raises OSError: 書けない。
    """
    stream.flush()
    os.fsync(stream.fileno())
    carry_out()


def flush_folder(folder: Path) -> None:
    """フォルダーの変わったことをディスクに書き切る。Windows にはこの操作がない。

    :raises OSError: ファイルがメモリーにあり、ほんとうのフォルダーに書けない。
    """
    carry_out()
    if os.name == "nt":
        return
    # 共有フォルダーでは、これができないことがある。
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sweep(folder: Path, name: str) -> None:
    """``name`` を置くときに止まって残った一時ファイルを消す。錠を取ってから呼ぶ。"""
    with contextlib.suppress(OSError):
        for left in folder.iterdir():
            if left.name.startswith(f".{name}.") and left.name.endswith(".tmp"):
                with contextlib.suppress(OSError):
                    left.unlink()


def sweep_endings(folder: Path, *endings: str) -> None:
    """``endings`` で終わる名のものを置くときに残った一時ファイルを消す。錠を取ってから呼ぶ。

    日付の入る名は、次に置くときには違う名になるので、名を決めて消すことができない。
    """
    with contextlib.suppress(OSError):
        for left in folder.iterdir():
            name = left.name.removesuffix(".tmp").rpartition(".")[0]
            if left.name.endswith(".tmp") and name.startswith(".") and name.endswith(endings):
                with contextlib.suppress(OSError):
                    left.unlink()
