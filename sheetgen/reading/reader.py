"""届いたファイルを、限りのある別のプロセスで読み、ブックにする。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

from sheetgen.child_process import python_command
from sheetgen.problems import Problem, SheetgenError
from sheetgen.reading.guard import ChildProcess, Guard, Outcome, StartChild
from sheetgen.reading.limits import Limits

if TYPE_CHECKING:
    from sheetgen.reading.book import RawBook
    from sheetgen.reading.delivery import Delivered, Delivery
    from sheetgen.reading.mail_parts import MailSource, OpenedMail


_SERVE = (
    "from sheetgen.reading.child import serve; "
    "from sheetgen.reading.worker import answer; "
    "serve(answer)"
)


def start_process(limits: Limits) -> ChildProcess:
    """読む子のプロセスを始める。

    :raises OSError: 始められない。
    """
    return ChildProcess(python_command(_SERVE), limits)


_start_child: StartChild = start_process


def read_elsewhere(start: StartChild) -> None:
    """読む子の始め方を替える。プロセスを作れない所（ブラウザーのページの中）で、初めに呼ぶ。"""
    global _start_child
    _start_child = start


class ReadFile(NamedTuple):
    """読んだ一つのファイル。読めなければ ``book`` は ``None`` で、``problems`` がわけを言う。

    ``problems`` には、ブックの問題も入る。どの場所にも、ファイルの名がある。
    """

    delivered: Delivered
    book: RawBook | None
    problems: tuple[Problem, ...] = ()


class Reading(NamedTuple):
    """読んでいるところ。``files`` は一度だけたどれ、読み終えたものから出てくる。

    ``total`` はファイルの数。``problems`` は届いたものについての問題で、読まないものと、そのわけ。
    ``others`` は、読まないが原本をしまうもの。``mails`` は、メールで届いたものの名から、
    それの入っていたメールへ。
    """

    files: Iterator[ReadFile]
    total: int
    problems: tuple[Problem, ...]
    others: tuple[Delivered, ...] = ()
    mails: Mapping[str, MailSource] = MappingProxyType({})


class GuardedReader:
    """届いたブックを読む。作ったときに、読むプロセスが動き始める。

    :raises SheetgenError: プロセスが動かせない。
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._guard = Guard(_start_child, limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._guard.close()

    def read(self, paths: Sequence[Path]) -> Reading:
        """ファイル、フォルダー、ZIP、メールを受け付け、読み始める。名の順に出てくる。"""
        from sheetgen.reading.delivery import deliver  # ここで読み込む。子プロセスが先

        delivery = deliver(paths, self._open_mail)
        files = self._files(delivery)
        return Reading(
            files, len(delivery.files), delivery.problems, delivery.others, delivery.mails
        )

    def _open_mail(self, data: bytes) -> OpenedMail | Problem:
        """メールを、読むプロセスに開かせる。開けなければ、そのわけ（R010 か R017）。"""
        from sheetgen.reading.worker import understand_mail  # 上と同じく、ここで読み込む

        (outcome,) = self._guard.ask([data])
        if isinstance(outcome, Problem):
            return Problem("R010")
        try:
            return understand_mail(outcome)
        except SheetgenError as error:
            (first, *_) = error.problems
            return first if first.code == "R017" else Problem("R010")

    def _files(self, delivery: Delivery) -> Iterator[ReadFile]:
        outcomes = self._guard.ask([delivered.data for delivered in delivery.files])
        return map(read_file, delivery.files, outcomes)


def read_file(delivered: Delivered, outcome: Outcome) -> ReadFile:
    """子の答えをブックに戻し、問題にファイルの名を添える。"""
    if isinstance(outcome, Problem):
        return ReadFile(delivered, None, _placed(delivered, (outcome,)))
    from sheetgen.reading.worker import understand  # 上と同じく、ここで読み込む

    try:
        found = understand(outcome)
    except SheetgenError as error:
        return ReadFile(delivered, None, _placed(delivered, error.problems))
    if isinstance(found, tuple):
        return ReadFile(delivered, None, _placed(delivered, found))
    return ReadFile(delivered, found, _placed(delivered, found.problems))


def _placed(delivered: Delivered, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(
        replace(problem, place=replace(problem.place, file=delivered.name)) for problem in problems
    )
