"""コマンドからの依頼と、その結果。

What the command line asks of the pipeline and what it gets back.  Plain frozen
values: no file is touched by making one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from sheetgen.model.round import RoundKind
from sheetgen.problems import Problem

Progress = Callable[[int, int, str], None]
"""進み具合を受け取る関数。済んだ数、すべての数、今のものの名で呼ばれる。"""


class Per(StrEnum):
    """ブック一冊に入れる範囲。"""

    SECTION = "section"
    ITEM = "item"
    PLAN = "plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateRequest:
    """様式を作る依頼。

    ``root`` is the working folder; with ``out`` None the books go to
    ``root/output/令和N年度/配布``.  ``year`` is the 実施年度 of the round in western
    years; None lets it follow from the plan's ``revision.fiscal_year``.  ``items``
    (item ids) and ``sections`` (課 names) narrow the job; empty means all.
    """

    plan: Path
    template: Path
    root: Path
    out: Path | None = None
    round: RoundKind = RoundKind.RESULTS
    year: int | None = None
    per: Per = Per.SECTION
    items: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    deadline: date | None = None


@dataclass(frozen=True, slots=True)
class WrittenBook:
    """書き出したブック一冊。``addressee`` は宛先、``forms`` は様式の枚数。"""

    path: Path
    addressee: str
    forms: int
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GenerateResult:
    """様式を作った結果。

    ``unchanged`` counts books that already stood there byte for byte;
    ``kept_aside`` are earlier files that differed and were moved to 旧版; ``issue`` is
    the key of the issue record.
    """

    folder: Path
    books: tuple[WrittenBook, ...]
    unchanged: int
    kept_aside: tuple[Path, ...]
    problems: tuple[Problem, ...]
    issue: str = ""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """点検の結果。実施項目・所属・入力欄の数と、見つかった問題。"""

    problems: tuple[Problem, ...]
    items: int
    sections: int
    inputs: int
