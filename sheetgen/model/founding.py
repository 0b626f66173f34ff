"""新しい計画を始める依頼と、その結果。"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sheetgen.problems import Problem


@dataclass(frozen=True, slots=True)
class NewPolicy:
    """基本方針と、その推進項目の名称。"""

    name: str
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewSection:
    """課。``email`` は分からなければ ``None``。"""

    department: str
    section: str
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InitRequest:
    """新しい計画を始める依頼。``first_year`` は西暦の年度、``years`` は計画の年数。

    ``policies`` は ``市民サービス：窓口、相談`` のように、書かれたまま。``sections`` は
    ``総務部 総務課`` の形で、続きは ``sections_file`` にあってもよい。
    """

    folder: Path
    municipality: str
    plan_title: str
    office: str
    first_year: int
    years: int
    policies: tuple[str, ...]
    sections: tuple[str, ...] = ()
    sections_file: Path | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class InitResult:
    """始めた結果。``files`` は書いたもの（テンプレートを除く）。"""

    folder: Path
    files: tuple[Path, ...]
    templates: int
    problems: tuple[Problem, ...]
