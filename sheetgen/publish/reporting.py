"""年次見直しの文書を作る：計画から、PDF・HTML・様式のブックまで。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from sheetgen.era import wareki, wareki_full
from sheetgen.form.books import BookMaker
from sheetgen.form.context import RoundText
from sheetgen.form.jobs import BookJob, safe_name
from sheetgen.form.template import FormTemplate
from sheetgen.messages.catalogue import is_error
from sheetgen.plan.names_in_texts import name_doubts
from sheetgen.plan.plan import Plan
from sheetgen.plan.written_figures import figure_doubts
from sheetgen.problems import Place, Problem, SheetgenError, UsageError
from sheetgen.progress import Progress
from sheetgen.publish.document.sheets import Form, FormPage
from sheetgen.publish.document.whole import Document, build_document
from sheetgen.publish.document.years import left_rows, year_notes
from sheetgen.publish.form_pages import FormPages, round_of
from sheetgen.publish.html import render_html
from sheetgen.publish.pdf import render_pdf, unprintable
from sheetgen.publish.publishing import (
    Made,
    Maker,
    Output,
    ReportFile,
    ReportRequest,
    ReportResult,
    make_pdf,
    publish,
)
from sheetgen.publish.sources import final_notes, source_of
from sheetgen.records.editions import (
    History,
    history_of,
    open_history,
    publish_edition,
    with_month,
)
from sheetgen.records.ledger import Ledger, open_ledger
from sheetgen.records.leftovers import former_names, unsettled_overview

READABLE = 8.0
"""これより小さい字は読みにくい（pt）。"""


class ReportReview(NamedTuple):
    """文書を作る前に分かること。``font`` は PDF の本文の書体の名（使えるものがなければ空）。"""

    problems: tuple[Problem, ...]
    font: str = ""


def report(
    request: ReportRequest,
    progress: Progress | None = None,
    *,
    now: datetime | None = None,
    who: str | None = None,
) -> ReportResult:
    """文書を作り、できたものをすべて置く。

    PDF が作れなくても、ほかの形は置き、わけを問題として返す。PDF だけを頼まれたときは、例外にする。
    ``final`` なら、一つも欠けずにできたときに、計画のデータを公表したものとしてしまう。

    :raises SheetgenError: 計画のデータ、様式か依頼が使えない、または一つの形も作れない。
    """
    with open_ledger(request.plan, writing=False) as ledger:
        history = history_of(ledger, _dated(ledger, request), printed=True)
        digest = ledger.master.digest
    template = FormTemplate(request.template)
    document, seen, problems = _made(history, request, template)
    year = document.year
    folder = request.out or request.root / "output" / wareki(year) / safe_name(seen.words.revision)
    makers: dict[Output, Maker] = {
        Output.PDF: lambda path: make_pdf(
            path, lambda: render_pdf(document, request.layout, request.fonts)
        ),
        Output.HTML: lambda path: Made(
            render_html(document, request.layout), ReportFile(path, Output.HTML)
        ),
        Output.XLSX: lambda path: _make_xlsx(path, seen, template),
    }
    wanted = {output: makers[output] for output in request.outputs}
    made = publish(folder, file_stem(seen, request.draft), wanted, problems, progress)
    if request.final and not any(is_error(problem) for problem in made.problems):
        kept = publish_edition(request.plan, digest, request.published, now=now, who=who)
        facts = {"year": wareki_full(year)}
        kept_note = Problem("D056", Place(file=str(kept)), facts)
        made = replace(made, problems=(*made.problems, kept_note))
    return made


def document_of(request: ReportRequest) -> tuple[Document, list[Problem]]:
    """文書の値と、気を付けること。

    :raises SheetgenError: 計画のデータ、様式か依頼が使えない、または入りきらない文がある。
    """
    history = open_history(request.plan, printed=True)
    document, _, problems = _made(history, request, FormTemplate(request.template))
    return document, problems


def review(request: ReportRequest) -> ReportReview:
    """文書を作る前に、気を付けることと、PDF に使う書体を調べる。何も書かない。

    :raises SheetgenError: 計画のデータか様式が使えない。
    """
    try:
        _, problems = document_of(request)
    except SheetgenError as error:
        problems = list(error.problems)
    try:
        font, _ = unprintable((), request.fonts)
    except SheetgenError as error:
        return ReportReview((*problems, *error.problems))
    return ReportReview(tuple(problems), font)


def _dated(ledger: Ledger, request: ReportRequest) -> Plan:
    """公表年月を入れた計画。

    :raises UsageError: 確定できない（D052～D054）。
    """
    plan = ledger.master.plan
    if request.published is not None and not request.final:
        raise UsageError(Problem("D053", Place(label="--published")))
    if not request.final:
        return plan
    if request.draft:
        raise UsageError(Problem("D052", Place(label="--final")))
    month = request.published or plan.revision.published
    if month is None:
        raise UsageError(Problem("D054", Place(label="--published")))
    return with_month(plan, month)


def _made(
    history: History, request: ReportRequest, template: FormTemplate
) -> tuple[Document, Plan, list[Problem]]:
    """文書の値、その計画、気を付けること。"""
    source = source_of(history, request.year, request.earlier)
    if request.final and not source.is_open:
        raise UsageError(Problem("D057", Place(label="--final")))
    known = history.plan.revision.fiscal_year
    seen, earlier = source.years.plan, source.earlier
    problems: list[Problem] = []
    if source.is_open:  # 公表したあとの文書は、もう変えられない
        left = unsettled_overview(history, earlier)
        problems += left_rows(history.plan, left, final=request.final)
    problems += [*source.problems, *year_notes(source.years, known)]
    if source.is_open and not request.final:
        problems += final_notes(history, seen)
    problems += figure_doubts(seen, str(request.plan))
    if source.is_open:
        problems += name_doubts(history.plan, former_names(history), str(request.plan))
    forms = FormPages(seen, template)
    pages = list(forms.pages())
    problems += [*forms.problems, *_small_print(forms.form, pages)]
    if any(is_error(problem) for problem in problems):
        raise SheetgenError(problems)
    document = build_document(source.years, forms.form, pages, earlier=earlier, draft=request.draft)
    if document.results is not None and earlier is None:
        problems.append(Problem("D015"))
    return document, seen, problems


def _small_print(form: Form, pages: Sequence[FormPage]) -> list[Problem]:
    """紙に収めるために、読みにくいほど字を小さくした様式を挙げる。"""
    found = []
    for page in pages:
        cells = zip(form.look.cells, page.texts, page.sizes, strict=True)
        sizes = [size for look, text, size in cells if text and size < look.size]
        if min(sizes, default=READABLE) < READABLE:
            found.append((min(sizes), page.item))
    if not found:
        return []
    smallest, item = min(found, key=lambda one: one[0])
    facts = {"smallest": f"{smallest:g}", "count": str(len(found))}
    return [Problem("D018", Place(item=item), facts)]


def file_stem(plan: Plan, draft: bool) -> str:
    """ファイルの名。下書きは、公表するものと別の名にする。"""
    name = safe_name(document_name(plan))
    return f"{name}（案）" if draft else name


def document_name(plan: Plan) -> str:
    """``令和６年度年次見直し``。初年度の文書は、年次見直しではなく、立てた計画そのもの。"""
    kind = plan.words.document if plan.is_founding else plan.words.revision
    return f"{wareki_full(plan.revision.fiscal_year)}{kind}"


def _make_xlsx(path: Path, plan: Plan, template: FormTemplate) -> Made:
    """すべての様式を、記入欄を閉じて一冊にする。"""
    asked = RoundText(
        document_name(plan),
        plan.revision.fiscal_year,
        "",
        "",
    )
    maker = BookMaker(plan, round_of(plan), asked, template, published=True)
    job = BookJob(path.name, "", tuple(plan.items()))
    target = BytesIO()
    maker.writer.write(maker.book(job), target)
    return Made(target.getvalue(), ReportFile(path, Output.XLSX), maker.problems())
