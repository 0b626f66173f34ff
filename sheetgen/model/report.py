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

    ``layout`` is the folder of the page templates, ``template`` the Excel form.  ``root``
    is the working folder; with ``out`` None the files go to
    ``root/output/令和N年度/年次見直し``.  ``year`` None is the plan's own revision;
    ``earlier`` the master of the last revision.  ``fonts`` None searches the machine.
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
