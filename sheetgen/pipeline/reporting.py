"""年次見直しの文書を作る：計画から、PDF・HTML・様式のブックまで。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

from sheetgen.document import as_of, build_document, settle_year, year_notes
from sheetgen.era import wareki, wareki_full
from sheetgen.forms.context import RoundText
from sheetgen.forms.jobs import BookJob
from sheetgen.html import render_html
from sheetgen.master import load_plan
from sheetgen.messages.document import PUBLISHED_DEADLINE, PUBLISHED_READERS, PUBLISHED_TASK
from sheetgen.model.document import Document
from sheetgen.model.plan import Plan
from sheetgen.model.report import Output, ReportFile, ReportRequest, ReportResult
from sheetgen.output import Staging
from sheetgen.pdf import PREFERRED, find_fonts, render_pdf
from sheetgen.pipeline.books import BookMaker, is_error
from sheetgen.pipeline.form_pages import FormPages, round_of
from sheetgen.problems import Place, Problem, SheetgenError

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class _Made:
    """できたもの一つと、気を付けること。"""

    data: bytes
    file: ReportFile
    notes: list[Problem]
    font: str | None


def report(request: ReportRequest, progress: Progress | None = None) -> ReportResult:
    """文書を作り、できたものをすべて置く。

    A PDF that cannot be made does not keep the others back: its problem is told, and the
    rest is placed.  Asked for alone, the problem is raised.

    :raises SheetgenError: the master, the form or the request is not sound, or nothing
        could be made.
    """
    plan = load_plan(request.plan)
    document, problems = document_of(plan, request)
    seen = as_of(plan, document.year)
    folder = request.out or request.root / "output" / wareki(document.year) / "年次見直し"
    stem = file_stem(document.year, request.draft)
    made: list[_Made] = []
    for done, output in enumerate(request.outputs):
        if progress:
            progress(done, len(request.outputs), output.value)
        path = folder / f"{stem}.{output.value}"
        try:
            if output is Output.PDF:
                made.append(_make_pdf(path, document, request))
            elif output is Output.HTML:
                page = render_html(document, request.layout)
                made.append(_Made(page, ReportFile(path, output), [], None))
            else:
                made.append(_make_xlsx(path, seen, request))
        except SheetgenError as error:
            problems += error.problems
    if progress:
        progress(len(request.outputs), len(request.outputs), "")
    if not made:
        raise SheetgenError(problems)
    with Staging(folder, datetime.now()) as staging:
        for one in made:
            with staging.open(one.file.path.name) as target:
                target.write(one.data)
        placed = staging.place()
    # 様式の気付きは、文書の頁を作るときにもう挙がっている。
    problems += [note for one in made for note in one.notes if note not in problems]
    return ReportResult(
        folder,
        tuple(one.file for one in made),
        placed.unchanged,
        placed.kept_aside,
        tuple(problems),
        next((one.font for one in made if one.font), None),
    )


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


def _make_pdf(path: Path, document: Document, request: ReportRequest) -> _Made:
    fonts = find_fonts(request.fonts)
    pdf = render_pdf(document, request.layout, fonts)
    notes = []
    if not fonts.is_first_choice:
        facts = {"font": fonts.label, "first": PREFERRED[0][1]}
        notes.append(Problem("D014", Place(file=str(path)), facts))
    return _Made(pdf.data, ReportFile(path, Output.PDF, pdf.pages), notes, fonts.label)


def _make_xlsx(path: Path, plan: Plan, request: ReportRequest) -> _Made:
    """すべての様式を、記入欄を閉じて一冊にする。"""
    asked = RoundText(
        f"{wareki_full(plan.revision.fiscal_year)}年次見直し",
        plan.revision.fiscal_year,
        PUBLISHED_DEADLINE,
        PUBLISHED_TASK,
    )
    maker = BookMaker(plan, round_of(plan), asked, request.template, opened=frozenset())
    job = BookJob(path.name, PUBLISHED_READERS, tuple(plan.items()))
    target = BytesIO()
    maker.writer.write(maker.book(job), target)
    return _Made(target.getvalue(), ReportFile(path, Output.XLSX), maker.problems(), None)
