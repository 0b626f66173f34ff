"""年次見直しの文書を作る：計画から、PDF・HTML・様式のブックまで。"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from sheetgen.era import wareki, wareki_full
from sheetgen.form.books import BookMaker
from sheetgen.form.context import RoundText
from sheetgen.form.jobs import BookJob
from sheetgen.form.template import FormTemplate
from sheetgen.messages.catalogue import is_error
from sheetgen.plan.loading import load_plan
from sheetgen.plan.plan import Plan
from sheetgen.plan.unseen import without_unseen
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.progress import Progress
from sheetgen.publish.comparison.comparable import earlier_notes
from sheetgen.publish.document.sheets import Form, FormPage
from sheetgen.publish.document.whole import Document, build_document
from sheetgen.publish.document.years import as_of, settle_year, stale_rows, year_notes
from sheetgen.publish.form_pages import FormPages, round_of
from sheetgen.publish.html import render_html
from sheetgen.publish.pdf import render_pdf
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

READABLE = 8.0
"""これより小さい字は読みにくい（pt）。"""


def report(request: ReportRequest, progress: Progress | None = None) -> ReportResult:
    """文書を作り、できたものをすべて置く。

    PDF が作れなくても、ほかの形は置き、わけを問題として返す。PDF だけを頼まれたときは、例外にする。

    :raises SheetgenError: 計画のデータ、様式か依頼が使えない、または一つの形も作れない。
    """
    plan = without_unseen(load_plan(request.plan))
    template = FormTemplate(request.template)
    document, problems = document_of(plan, request, template)
    seen = as_of(plan, document.year)
    folder = request.out or request.root / "output" / wareki(document.year) / "年次見直し"
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
    stem = file_stem(seen, request.draft)
    return publish(folder, stem, wanted, problems, progress)


def document_of(
    plan: Plan, request: ReportRequest, template: FormTemplate | None = None
) -> tuple[Document, list[Problem]]:
    """文書の値と、気を付けること。

    :raises SheetgenError: 様式か依頼が使えない、または入りきらない文がある。
    """
    year = settle_year(plan, request.year)
    problems = year_notes(plan, year)
    seen = as_of(plan, year)
    earlier = without_unseen(load_plan(request.earlier)) if request.earlier else None
    if earlier is not None:
        problems += earlier_notes(earlier, seen)
        problems += stale_rows(earlier, plan) if seen is plan else []
    forms = FormPages(seen, template or FormTemplate(request.template))
    pages = list(forms.pages())
    problems += [*forms.problems, *_small_print(forms.form, pages)]
    if any(is_error(problem) for problem in problems):
        raise SheetgenError(problems)
    document = build_document(seen, forms.form, pages, earlier=earlier, draft=request.draft)
    if document.results is not None and earlier is None:
        problems.append(Problem("D015"))
    return document, problems


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
    name = document_name(plan)
    return f"{name}（案）" if draft else name


def document_name(plan: Plan) -> str:
    """``令和６年度年次見直し``。初年度の文書は、年次見直しではなく、立てた計画そのもの。"""
    kind = "アクションプラン" if plan.is_founding else "年次見直し"
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
