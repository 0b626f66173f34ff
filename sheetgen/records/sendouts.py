"""送付記録 ``sendouts.jsonl``：誰に、いつ、何を送ることにしたか。

後ろに足すだけのファイル。一行が一つの JSON で、一つの課への一つのファイル。
メールの下書きを作ったときに書く。事務局がそのあと「送信」を押したものとみなす。
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from pydantic import Field, ValidationError

from sheetgen.plan.durable import flush_file, flush_folder
from sheetgen.plan.locking import Held, locked, refuse_page
from sheetgen.plan.text import Record
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.records.archives import refuse_archived


class SendKind(StrEnum):
    """送ったものの種類。値は人に見せることば。"""

    ISSUE = "配布"
    RETURN = "差戻し"
    REMINDER = "督促"
    EXTENSION = "期限延長"


class SendOut(Record):
    """送付記録の一行。``at`` は時差つきの ISO 8601、``by`` は動かした人。

    ``round`` は ``2024J`` の形。``section`` は宛先の課の正式な名。``issue`` は配布記録の名（様式が
    付かなければ None）。``file`` は送ったファイルの名、``sha256`` はその中身の目印。``deadline`` は
    ISO 8601。
    """

    at: str = Field(title="日時")
    by: str = Field(title="動かした人")
    kind: SendKind = Field(title="種類")
    round: str = Field(title="照会")
    issue: str | None = Field(default=None, title="配布記録の目印")
    section: str = Field(title="宛先の課")
    email: str | None = Field(default=None, title="宛先のメール")
    file: str = Field(title="ファイル")
    sha256: str = Field(title="ファイルの目印")
    deadline: str | None = Field(default=None, title="提出期限")
    items: tuple[str, ...] = Field(default=(), title="項目のID")

    @property
    def deadline_day(self) -> date | None:
        """提出期限の日。書かれていないか、日付として読めなければ ``None``。"""
        try:
            return date.fromisoformat(self.deadline) if self.deadline else None
        except ValueError:
            return None

    def is_same_as(self, other: SendOut) -> bool:
        """日時と動かした人のほかは同じか。"""
        return self.model_dump(exclude={"at", "by"}) == other.model_dump(exclude={"at", "by"})


def of_round(
    sendouts: Iterable[SendOut], mark: str, renamed: Mapping[str, str] = {}
) -> tuple[SendOut, ...]:
    """その照会（``2024J`` など）の送付。記録の順。

    ``renamed`` は、送ったあとで名の変わった課の、送ったときの名から、いまの名へ。宛先は、いまの
    名になる。
    """
    return tuple(
        one.model_copy(update={"section": renamed.get(one.section, one.section)})
        if one.section in renamed
        else one
        for one in sendouts
        if one.round == mark
    )


def latest(sendouts: Iterable[SendOut], kind: SendKind) -> dict[tuple[str, str], SendOut]:
    """その種類の、課とファイルごとの最後の送付。"""
    return {(one.section, one.file): one for one in sendouts if one.kind is kind}


def not_yet_sent(earlier: Sequence[SendOut], made: Iterable[SendOut]) -> tuple[SendOut, ...]:
    """まだ記録にない送付。その課とファイルの最後の記録と同じなら除く。"""
    last = {(one.kind, one.round, one.section, one.file): one for one in earlier}
    return tuple(
        one
        for one in made
        if (before := last.get((one.kind, one.round, one.section, one.file))) is None
        or not one.is_same_as(before)
    )


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
    refuse_archived(plan)
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
            flush_file(stream)
    except OSError:
        # 閉じるときに残りが書かれることもあるので、閉じてから元の長さに戻す。
        with contextlib.suppress(OSError):
            os.truncate(path, size)
        raise
    if is_new:
        flush_folder(path.parent)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    try:
        with locked(path.with_name(f".{path.name}.lock"), LOCK_WAIT):
            refuse_page(path.parent)
            yield
    except Held as error:
        raise OSError("another run is writing") from error
