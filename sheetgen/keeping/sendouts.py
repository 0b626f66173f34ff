"""送付記録 ``sendouts.jsonl`` を読み、書き足す。"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from sheetgen.durable import flush_folder
from sheetgen.model.sendout import SendOut
from sheetgen.problems import Place, Problem, SheetgenError

NAME = "sendouts.jsonl"
LOCK_WAIT = 10.0
"""ほかの人が書き終えるのを待つ秒数。"""


@dataclass(frozen=True, slots=True)
class SendOutLog:
    """読んだ送付記録。``problems`` は読めない行。"""

    sendouts: tuple[SendOut, ...] = ()
    problems: tuple[Problem, ...] = ()


def sendouts_path(plan: Path) -> Path:
    """この計画のデータの送付記録。"""
    return plan.resolve().with_name(NAME)


def load_sendouts(plan: Path) -> SendOutLog:
    """送付記録を読む。なければ空。読めない行は問題（L001）とし、ほかの行はそのまま読む。

    :raises SheetgenError: ファイルがあるのに読めない（L002）。
    """
    try:
        data = sendouts_path(plan).read_bytes()
    except FileNotFoundError:
        return SendOutLog()
    except OSError as error:
        raise SheetgenError(Problem("L002", Place(file=_shown(plan)))) from error
    found: list[SendOut] = []
    problems: list[Problem] = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            found.append(SendOut.model_validate_json(line))
        except ValidationError:
            problems.append(Problem("L001", Place(file=_shown(plan)), {"line": number}))
    return SendOutLog(tuple(found), tuple(problems))


def add_sendouts(
    plan: Path, choose: Callable[[Sequence[SendOut]], Sequence[SendOut]]
) -> tuple[SendOut, ...]:
    """送付記録に書き足し、足した行を返す。

    ``choose`` は、今の中身を受け取り、足すものを返す。その間、ほかの者は書かない。

    :raises SheetgenError: 記録が読めない（L002）か、書けない（L003）。記録は元のまま。
    """
    path = sendouts_path(plan)
    try:
        with _locked(path):
            added = tuple(choose(load_sendouts(plan).sendouts))
            if added:
                _append(path, b"".join(_line(one) for one in added))
    except OSError as error:
        raise SheetgenError(Problem("L003", Place(file=_shown(plan)))) from error
    return added


def _shown(plan: Path) -> str:
    return str(plan.with_name(NAME))


def _line(one: SendOut) -> bytes:
    values = one.model_dump(mode="json", exclude_none=True)
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8") + b"\n"


def _append(path: Path, lines: bytes) -> None:
    is_new = not path.exists()
    size = 0 if is_new else path.stat().st_size
    try:
        with path.open("a+b") as stream:
            if size:
                stream.seek(size - 1)
                if stream.read(1) != b"\n":  # 途中で切れて残った行に続けない
                    lines = b"\n" + lines
            stream.write(lines)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:
        # 閉じるときに残りが書かれることもあるので、閉じてから元の長さに戻す。
        with contextlib.suppress(OSError):
            os.truncate(path, size)
        raise
    if is_new:
        flush_folder(path.parent)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    # 読むだけの時を待たせないよう、書くときに読み込む。
    from filelock import FileLock, Timeout

    try:
        held = FileLock(path.with_name(f".{path.name}.lock")).acquire(timeout=LOCK_WAIT)
    except Timeout as error:
        raise OSError("another run is writing") from error
    with held:
        yield
