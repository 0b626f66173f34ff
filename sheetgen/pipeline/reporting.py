"""年次見直しの文書を作る：計画から、PDF・HTML・様式のブックまで。"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sheetgen.document import as_of, build_document, settle_year, year_notes
from sheetgen.era import wareki, wareki_full
from sheetgen.master import load_plan
from sheetgen.model.document import Document
from sheetgen.model.plan import Plan
from sheetgen.model.report import Output, ReportFile, ReportRequest, ReportResult
from sheetgen.output import Staging
from sheetgen.pdf import PREFERRED, find_fonts, render_pdf
from sheetgen.pipeline.books import is_error
from sheetgen.pipeline.form_pages import FormPages
from sheetgen.problems import Place, Problem, SheetgenError

Progress = Callable[[int, int, str], None]
Made = tuple[bytes, ReportFile]


def report(request: ReportRequest, progress: Progress | None = None) -> ReportResult:
    """文書を作り、できたものをすべて置く。

    A PDF that cannot be made does not keep the others back: its problem is told, and the
    rest is placed.  Asked for alone, the problem is raised.

    :raises SheetgenError: the master, the form or the request is not sound, or nothing
        could be made.
    """
    document, problems = document_of(load_plan(request.plan), request)
    folder = request.out or request.root / "output" / wareki(document.year) / "年次見直し"
    stem = file_stem(document.year, request.draft)
    made: list[Made] = []
    font = None
    for done, output in enumerate(request.outputs):
        if progress:
            progress(done, len(request.outputs), output.value)
        path = folder / f"{stem}.{output.value}"
        try:
            one, said, used = _make(output, path, document, request)
        except SheetgenError as error:
            problems += error.problems
            continue
        made.append(one)
        problems += said
        font = used or font
    if progress:
        progress(len(request.outputs), len(request.outputs), "")
    if not made:
        raise SheetgenError(problems)
    with Staging(folder, datetime.now()) as staging:
        for data, file in made:
            with staging.open(file.path.name) as target:
                target.write(data)
        placed = staging.place()
    files = tuple(file for _, file in made)
    return ReportResult(folder, files, placed.unchanged, placed.kept_aside, tuple(problems), font)


def document_of(plan: Plan, request: ReportRequest) -> tuple[Document, list[Problem]]:
    """文書の値と、気を付けること。

    :raises SheetgenError: the form or the request is not sound, or a text does not fit.
    """
    year = settle_year(plan, request.year)
    problems = year_notes(plan, year)
    seen = as_of(plan, year)
    earlier = load_plan(request.earlier) if request.earlier else None
    forms = FormPages(seen, request.template)
    pages = list(forms.pages())
    problems += forms.problems
    if any(is_error(problem) for problem in problems):
        raise SheetgenError(problems)
    return build_document(seen, forms.form, pages, earlier=earlier, draft=request.draft), problems


def file_stem(year: int, draft: bool) -> str:
    """ファイルの名。下書きは、公表するものと別の名にする。"""
    name = f"{wareki_full(year)}年次見直し"
    return f"{name}（案）" if draft else name


def _make(
    output: Output, path: Path, document: Document, request: ReportRequest
) -> tuple[Made, list[Problem], str | None]:
    """一つの形を作る。できたもの、気を付けること、使った書体。"""
    fonts = find_fonts(request.fonts)
    pdf = render_pdf(document, request.layout, fonts)
    notes = []
    if not fonts.is_first_choice:
        facts = {"font": fonts.label, "first": PREFERRED[0][1]}
        notes.append(Problem("D014", Place(file=str(path)), facts))
    return (pdf.data, ReportFile(path, output, pdf.pages)), notes, fonts.label
