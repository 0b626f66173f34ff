"""マスターを書く。途中で止まっても、古いものか新しいもののどちらかが残る。

Order of work: take the lock, look at what is there, write a temporary file beside
it, read that back, and only then put it in place of the old one.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sheetgen.master.reading import digest_of, parse_plan
from sheetgen.model.plan import Plan
from sheetgen.problems import Place, Problem, SheetgenError

LOCK_WAIT = 10.0
"""ほかの人の保存が終わるのを待つ秒数。"""


def render_plan(plan: Plan) -> bytes:
    """マスターのファイルの中身。欄の順は型のとおり、字下げ2、末尾に改行。"""
    text = json.dumps(plan.model_dump(), ensure_ascii=False, indent=2, allow_nan=False)
    return (text + "\n").encode("utf-8")


def _who() -> str:
    """いま保存している人を、ほかの人に知らせる名前。"""
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        user = "?"
    return f"{user} ({platform.node()})"


@contextlib.contextmanager
def _locked(path: Path, wait: float) -> Iterator[None]:
    """同じマスターを二人が同時に書かないようにする。"""
    # 読むだけのコマンドを待たせないよう、保存するときに読み込む。
    from filelock import FileLock, Timeout

    lock = path.with_name(f".{path.name}.lock")
    holder = path.with_name(f".{path.name}.holder")
    try:
        held = FileLock(lock).acquire(timeout=wait)
    except Timeout as error:
        name = "?"
        with contextlib.suppress(OSError, UnicodeError):
            name = holder.read_text(encoding="utf-8").strip() or "?"
        raise SheetgenError(Problem("M081", Place(file=str(path)), {"who": name})) from error
    with held:
        # The name is a courtesy; the lock itself is what protects.
        with contextlib.suppress(OSError):
            holder.write_text(_who(), encoding="utf-8")
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                holder.unlink(missing_ok=True)


def _check_unchanged(path: Path, replacing: str | None) -> None:
    """読んだ時から変わったファイルや、思わぬ所にあるファイルを上書きしない。"""
    place = Place(file=str(path))
    if not path.exists():
        if replacing is not None:
            raise SheetgenError(Problem("M083", place))
        return
    if replacing is None:
        raise SheetgenError(Problem("M084", place))
    if digest_of(path.read_bytes()) != replacing:
        raise SheetgenError(Problem("M082", place))


def _remove_leftovers(path: Path) -> None:
    """前の保存が途中で止まって残った一時ファイルを消す。錠を取ってから呼ぶ。"""
    for leftover in path.parent.glob(f".{path.name}.*.tmp"):
        with contextlib.suppress(OSError):
            leftover.unlink()


def _flush_folder(folder: Path) -> None:
    """入れ替えたことをディスクに書き切る。Windowsにはこの操作がない。"""
    if os.name == "nt":
        return
    # The new file is in place already; a shared folder may not offer this at all.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _replace(path: Path, data: bytes) -> None:
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
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def save_plan(
    plan: Plan, path: Path, *, replacing: str | None = None, wait: float = LOCK_WAIT
) -> str:
    """計画をマスターとして保存し、新しい中身の ``digest`` を返す。

    ``replacing`` is the ``digest`` of the :class:`Master` this plan was made from;
    ``None`` means that no file may be there yet.  ``wait`` is in seconds.  Raises
    :class:`SheetgenError` and leaves the file as it was when another person is
    saving, when the file has changed since, when the plan is not sound, or when
    the folder cannot be written to.
    """
    target = path.resolve()
    data = render_plan(plan)
    # A plan put together with model_copy has never been checked.
    if parse_plan(data, str(path)) != plan:
        raise SheetgenError(Problem("M086", Place(file=str(path))))
    try:
        # The lock would make the folder of a mistyped path.
        if not target.parent.is_dir():
            raise NotADirectoryError(target.parent)
        with _locked(target, wait):
            _check_unchanged(target, replacing)
            _remove_leftovers(target)
            _replace(target, data)
    except OSError as error:
        raise SheetgenError(Problem("M085", Place(file=str(path)))) from error
    return digest_of(data)
