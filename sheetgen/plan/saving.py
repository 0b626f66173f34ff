"""計画のデータを書く。途中で止まっても、古いものか新しいもののどちらかが残る。

錠を取り、今あるものを確かめ、隣に一時ファイルを書き、読み直す。それから、元のものと入れ替える。
"""

from __future__ import annotations

import contextlib
import getpass
import json
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sheetgen.plan.durable import flush_folder, sweep, write_beside
from sheetgen.plan.loading import digest_of, parse_plan
from sheetgen.plan.locking import Held, locked, refuse_page
from sheetgen.plan.omitted import without_omitted
from sheetgen.plan.plan import Plan
from sheetgen.plan.text import writable
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
    target = path.resolve()
    lock = target.with_name(f".{target.name}.lock")
    holder = target.with_name(f".{target.name}.holder")
    place = Place(file=str(path))
    stack = contextlib.ExitStack()
    try:
        # このまま錠を取ると、打ち間違えた道のフォルダーができてしまう。
        if not target.parent.is_dir():
            raise NotADirectoryError(target.parent)
        stack.enter_context(locked(lock, wait))
    except Held as error:
        name = error.who
        with contextlib.suppress(OSError, UnicodeError):
            name = holder.read_text(encoding="utf-8").strip() or name
        raise SheetgenError(Problem("M081", place, {"who": name})) from error
    except OSError as error:
        raise SheetgenError(Problem("M085", place)) from error
    with stack:
        # 名は、待つ人への知らせ。ページ（sheetgen.html）は、これで書いている人がいると知る。
        with contextlib.suppress(OSError):
            holder.write_text(f"{user_name()} ({platform.node()})", encoding="utf-8")
        try:
            refuse_page(target.parent)
            yield
        except Held as error:
            raise SheetgenError(Problem("M081", place, {"who": error.who})) from error
        finally:
            with contextlib.suppress(OSError):
                holder.unlink(missing_ok=True)


def render_plan(plan: Plan) -> bytes:
    """計画のデータのファイルの中身。欄の順は型のとおり、字下げ2、末尾に改行。"""
    if not plan.omit:
        return plan.model_dump_json(indent=2).encode("utf-8") + b"\n"
    tree = without_omitted(plan.model_dump(mode="json"))
    return json.dumps(tree, ensure_ascii=False, indent=2).encode("utf-8") + b"\n"


class Prepared:
    """書き終えて読み直した、新しい計画のデータ。まだ元のものと入れ替えていない。

    ``digest`` は、入れ替えたあとの計画のデータの目印。
    """

    def __init__(self, path: Path, temporary: Path, replacing: str | None, digest: str) -> None:
        self._path = path
        self._temporary = temporary
        self._replacing = replacing
        self.digest = digest

    def place(self) -> None:
        """元のものと入れ替える。一度の操作で、容量も要らない。

        :raises SheetgenError: その間にファイルが変わった、または使われている（M082、M083、M085）。
            ファイルは元のまま。
        """
        target = self._path.resolve()
        with _explained(self._path):
            _check_unchanged(target, self._replacing)
            self._temporary.replace(target)
            flush_folder(target.parent)


@contextlib.contextmanager
def prepared(
    plan: Plan, path: Path, *, replacing: str | None = None, data: bytes | None = None
) -> Iterator[Prepared]:
    """新しい計画のデータを、すぐ入れ替えられる所まで書く。入れ替えなければ跡を残さない。

    ``data`` は、前にあったままの中身に戻すときの、その中身。錠（:func:`hold`）を持って呼ぶ。
    ほかの引数と例外は :func:`save_plan` と同じ。
    """
    target = path.resolve()
    data = render_plan(plan) if data is None else data
    # model_copy で組み立てた計画は、まだ一度も点検していない。
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

    ``replacing`` は、この計画のもとになった :class:`Master` の ``digest``。``None`` なら、
    まだファイルがあってはならない。``wait`` は秒。
    :raises SheetgenError: ほかの人が保存している、ファイルがそのときから変わっている、
        計画が正しくない、またはフォルダーに書けない。ファイルは元のまま。
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


DIALECT = "https://json-schema.org/draft/2020-12/schema"


def plan_schema() -> dict[str, Any]:
    """JSON Schema（2020-12）を返す。見出しは各欄の日本語名。"""
    schema = Plan.model_json_schema(mode="validation")
    return {"$schema": DIALECT, **schema}


def render_schema() -> str:
    """``data/plan.schema.json`` に置く文字を返す。"""
    return json.dumps(plan_schema(), ensure_ascii=False, indent=2) + "\n"
