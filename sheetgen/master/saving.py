"""計画のデータを書く。途中で止まっても、古いものか新しいもののどちらかが残る。

Order of work: take the lock, look at what is there, write a temporary file beside
it, read that back, and only then put it in place of the old one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from sheetgen.durable import flush_folder, sweep, write_beside
from sheetgen.master.locking import LOCK_WAIT, hold
from sheetgen.master.reading import digest_of, parse_plan
from sheetgen.model.plan import Plan
from sheetgen.problems import Place, Problem, SheetgenError


def render_plan(plan: Plan) -> bytes:
    """計画のデータのファイルの中身。欄の順は型のとおり、字下げ2、末尾に改行。"""
    return plan.model_dump_json(indent=2).encode("utf-8") + b"\n"


class Prepared:
    """書き終えて読み直した、新しい計画のデータ。まだ元のものと入れ替えていない。

    ``digest`` is the one the master will have.
    """

    def __init__(self, path: Path, temporary: Path, replacing: str | None, digest: str) -> None:
        self._path = path
        self._temporary = temporary
        self._replacing = replacing
        self.digest = digest

    def place(self) -> None:
        """元のものと入れ替える。一度の操作で、容量も要らない。

        :raises SheetgenError: the file changed meanwhile or is in use (M082, M083, M085);
            it is as it was.
        """
        target = self._path.resolve()
        with _explained(self._path):
            _check_unchanged(target, self._replacing)
            self._temporary.replace(target)
        flush_folder(target.parent)


@contextlib.contextmanager
def prepared(plan: Plan, path: Path, *, replacing: str | None = None) -> Iterator[Prepared]:
    """新しい計画のデータを、すぐ入れ替えられる所まで書く。入れ替えなければ跡を残さない。

    The lock (:func:`hold`) must be held.  Arguments and exceptions as of
    :func:`save_plan`.
    """
    target = path.resolve()
    data = render_plan(plan)
    # A plan put together with model_copy has never been checked.
    if parse_plan(data, str(path)) != plan:
        raise SheetgenError(Problem("M086", Place(file=str(path))))
    with _explained(path):
        _check_unchanged(target, replacing)
        sweep(target.parent, target.name)
        temporary = write_beside(target, data)
    try:
        yield Prepared(path, temporary, replacing, digest_of(data))
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def save_plan(
    plan: Plan, path: Path, *, replacing: str | None = None, wait: float = LOCK_WAIT
) -> str:
    """計画を計画のデータとして保存し、新しい中身の ``digest`` を返す。

    ``replacing`` is the ``digest`` of the :class:`Master` this plan was made from;
    ``None`` means that no file may be there yet.  ``wait`` is in seconds.  Raises
    :class:`SheetgenError` and leaves the file as it was when another person is
    saving, when the file has changed since, when the plan is not sound, or when
    the folder cannot be written to.
    """
    with hold(path, wait), prepared(plan, path, replacing=replacing) as new:
        new.place()
        return new.digest


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SheetgenError(Problem("M085", Place(file=str(path)))) from error


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
