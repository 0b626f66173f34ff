"""公表する文書を、形ごとに作り、そろってから置く。"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sheetgen.model.job import Progress
from sheetgen.model.report import Output, ReportFile, ReportResult
from sheetgen.output import Staging
from sheetgen.pdf import PREFERRED, FontChoice, Pdf, find_fonts
from sheetgen.problems import Place, Problem, SheetgenError


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

    One that cannot be made does not keep the others back: its problem is reported, and the
    rest is placed.

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


def make_pdf(path: Path, typeset: Callable[[FontChoice], Pdf], searched: Path | None) -> Made:
    """PDF を組む。``searched`` は書体を探すフォルダー（``None`` は PC の書体）。"""
    fonts = find_fonts(searched)
    pdf = typeset(fonts)
    notes = []
    if not fonts.is_first_choice:
        facts = {"font": fonts.label, "first": PREFERRED[0][1]}
        notes.append(Problem("D014", Place(file=str(path)), facts))
    return Made(pdf.data, ReportFile(path, Output.PDF, pdf.pages), notes, fonts.label)
