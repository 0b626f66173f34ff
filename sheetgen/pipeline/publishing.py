"""公表する文書を、形ごとに作り、そろってから置く。"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sheetgen.model.report import Output, ReportFile, ReportResult
from sheetgen.output import Staging
from sheetgen.pdf import PREFERRED, FontChoice, Pdf, find_fonts
from sheetgen.problems import Place, Problem, SheetgenError

Progress = Callable[[int, int, str], None]


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

    作れない形があっても、ほかの形は置く。作れないわけは、問題として返す。

    :raises SheetgenError: 一つの形も作れない、または置けない。
    """
    told = list(problems)
    made: list[Made] = []
    for done, (output, make) in enumerate(makers.items()):
        if progress:
            progress(done, len(makers), output.value)
        try:
            made.append(make(folder / f"{stem}.{output.value}"))
        except SheetgenError as error:
            told += error.problems
    if progress:
        progress(len(makers), len(makers), "")
    if not made:
        raise SheetgenError(told)
    with Staging(folder, datetime.now()) as staging:
        for one in made:
            with staging.open(one.file.path.name) as target:
                target.write(one.data)
        placed = staging.place()
    # 様式の気付きは、文書のページを作るときにもう挙がっている。
    told += [note for one in made for note in one.notes if note not in told]
    return ReportResult(
        folder,
        tuple(one.file for one in made),
        placed.unchanged,
        placed.kept_aside,
        tuple(told),
        next((one.font for one in made if one.font), None),
    )


def make_pdf(path: Path, typeset: Callable[[FontChoice], Pdf], searched: Path | None) -> Made:
    """PDF を組む。``searched`` は書体を探すフォルダー（``None`` は PC の書体）。"""
    fonts = find_fonts(searched)
    pdf = typeset(fonts)
    notes = []
    if not fonts.is_first_choice:
        facts = {"font": fonts.label, "first": PREFERRED[0][1]}
        notes.append(Problem("D014", Place(file=str(path)), facts))
    return Made(pdf.data, ReportFile(path, Output.PDF, pdf.pages), notes, fonts.label)
