"""コマンドからの依頼と、その結果。

コマンドが処理に頼むことと、返ってくるもの。変わらない値で、作ってもファイルには触れない。
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

    ``root`` は作業フォルダー。``out`` が None なら、ブックは ``root/output/令和N年度/配布`` に
    置く。``year`` は照会の実施年度（西暦）で、None なら計画の ``revision.fiscal_year`` から決める。
    ``items``（実施項目のID）と ``sections``（課の名）で範囲を絞る。空なら全部。
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

    ``unchanged`` は、同じ内容のブックがもうあった数。``kept_aside`` は、
    内容が違うので「旧版」に移した前のファイル。``issue`` は配布記録の名。
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
