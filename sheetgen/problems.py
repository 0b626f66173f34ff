"""問題（エラー・確認・参考）を、場所を持つ値として表す。

問題は値で、変わらない符号、場所、事実を持つ。ことばは :mod:`sheetgen.messages.catalogue` にある。
例外の意味は「この回は続けられない」だけ。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType


class Level(StrEnum):
    """問題の重さ。値は画面に出すことば。"""

    ERROR = "エラー"
    CONFIRM = "確認"
    NOTE = "参考"


class ExitCode(IntEnum):
    """コマンドの終了コード。"""

    OK = 0
    PROBLEMS = 1
    USAGE = 2
    BUG = 3


@dataclass(frozen=True, slots=True)
class Place:
    """問題の場所。分かっているものだけを持つ。

    ``path`` は ``policies[4].measures[0]`` のような JSON の道。``label`` は、
    人が知っている日本語の欄の名。``item`` は実施項目のID。
    """

    file: str | None = None
    sheet: str | None = None
    cell: str | None = None
    path: str | None = None
    label: str | None = None
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """一つの問題。``facts`` は文面の空欄に入る値。"""

    code: str
    place: Place = Place()
    facts: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


class SheetgenError(Exception):
    """処理を続けられないことを表す、ただ一つの基底例外。"""

    exit_code: ExitCode = ExitCode.PROBLEMS

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (
            (problems,) if isinstance(problems, Problem) else tuple(problems)
        )
        super().__init__(", ".join(p.code for p in self.problems))


class UsageError(SheetgenError):
    """指定のしかたが正しくない。"""

    exit_code = ExitCode.USAGE
