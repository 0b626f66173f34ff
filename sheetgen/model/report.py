"""年次見直しの文書の依頼と、その結果。"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sheetgen.problems import Problem


class Output(StrEnum):
    """作る形。"""

    PDF = "pdf"
    HTML = "html"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRequest:
    """文書を作る依頼。

    ``layout`` はページのテンプレートのフォルダー、``template`` は Excel の様式。
    ``root`` は作業フォルダーで、``out`` が None なら ``root/output/令和N年度/年次見直し`` に置く。
    ``year`` が None なら、計画の今の年次見直し。``earlier`` は前の年次見直しの計画のデータ。
    ``fonts`` が None なら、PC の書体を探す。
    """

    plan: Path
    template: Path
    layout: Path
    root: Path
    out: Path | None = None
    year: int | None = None
    outputs: tuple[Output, ...] = tuple(Output)
    draft: bool = False
    earlier: Path | None = None
    fonts: Path | None = None


@dataclass(frozen=True, slots=True)
class ReportFile:
    """書き出したファイル一つ。``pages`` は PDF のページ数（ほかは ``None``）。"""

    path: Path
    output: Output
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class ReportResult:
    """文書を作った結果。"""

    folder: Path
    files: tuple[ReportFile, ...]
    unchanged: int
    kept_aside: tuple[Path, ...]
    problems: tuple[Problem, ...]
    font: str | None = None
