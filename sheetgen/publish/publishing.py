"""公表する文書の依頼と結果。形ごとに作り、そろってから置く。"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.progress import Progress
from sheetgen.publish.pdf import PREFERRED, Pdf
from sheetgen.xlsx.output import Staging


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
    ``year`` が None なら、計画の今の年次見直し。``earlier`` は前に公表した計画で、None なら
    しまったものから探す。``final`` が真なら、公表するものとして計画のデータをしまう。
    ``published`` はその公表年月（``2025-03``）。``fonts`` が None なら、PC の書体を探す。
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
    final: bool = False
    published: str | None = None
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


@dataclass(frozen=True, slots=True)
class Made:
    """できたもの一つと、気を付けること。"""

    data: bytes
    file: ReportFile
    notes: list[Problem] = field(default_factory=list)
    font: str | None = None


Maker = Callable[[Path], Made]
"""置き場所から、その中身を作る関数。"""


def publish(
    folder: Path,
    stem: str,
    makers: Mapping[Output, Maker],
    problems: Sequence[Problem],
    progress: Progress | None = None,
) -> ReportResult:
    """形ごとに作り、できたものをすべて置く。

    作れない形が一つあっても、ほかは置く。作れないわけは、問題として告げる。

    :raises SheetgenError: 一つの形も作れない、または置けない。
    """
    found = list(problems)
    made: list[Made] = []
    for done, (output, make) in enumerate(makers.items()):
        if progress:
            progress(done, len(makers), output.value)
        try:
            made.append(make(folder / f"{stem}.{output.value}"))
        except SheetgenError as error:
            found += error.problems
    if progress:
        progress(len(makers), len(makers), "")
    if not made:
        raise SheetgenError(found)
    with Staging(folder, datetime.now()) as staging:
        for one in made:
            with staging.open(one.file.path.name) as target:
                target.write(one.data)
        placed = staging.place()
    # 様式の気付きは、文書のページを作るときにもう挙がっている。
    found += [note for one in made for note in one.notes if note not in found]
    return ReportResult(
        folder,
        tuple(one.file for one in made),
        placed.unchanged,
        placed.kept_aside,
        tuple(found),
        next((one.font for one in made if one.font), None),
    )


def make_pdf(path: Path, typeset: Callable[[], Pdf]) -> Made:
    """PDF を組む。いちばんに探す書体でなければ、そのことを添える。"""
    pdf = typeset()
    notes = [replace(one, place=Place(file=str(path))) for one in pdf.notes]
    first = PREFERRED[0][1]
    if pdf.font != first:
        notes.append(Problem("D014", Place(file=str(path)), {"font": pdf.font, "first": first}))
    return Made(pdf.data, ReportFile(path, Output.PDF, pdf.pages), notes, pdf.font)
