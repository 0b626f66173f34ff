"""二つの計画の新旧対照表を作る。"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from sheetgen.document.comparison import (
    TITLE,
    build_comparison,
    comparison_book,
    comparison_notes,
    visible,
)
from sheetgen.era import wareki, wareki_full
from sheetgen.html import render_comparison as render_html
from sheetgen.master import load_plan
from sheetgen.model.comparison import CompareRequest, CompareResult, Comparison
from sheetgen.model.job import Progress
from sheetgen.model.report import Output, ReportFile
from sheetgen.pdf import render_comparison as render_pdf
from sheetgen.pipeline.publishing import Made, Maker, make_pdf, publish
from sheetgen.pipeline.row_splitting import split_tall_rows
from sheetgen.pipeline.table_heights import table_heights
from sheetgen.xlsx.report_book import write_report


def compare(request: CompareRequest, progress: Progress | None = None) -> CompareResult:
    """新旧対照表を作り、できた形をすべて置く。

    :raises SheetgenError: 計画のデータが使えない、二つが別の計画（D020）、
        または一つの形も作れない。
    """
    old, new = load_plan(request.old), load_plan(request.new)
    problems = comparison_notes(old, new)
    comparison = build_comparison(old, new)
    shown = visible(comparison)
    makers: dict[Output, Maker] = {
        Output.PDF: lambda path: make_pdf(
            path, lambda fonts: render_pdf(shown, request.layout, fonts), request.fonts
        ),
        Output.HTML: lambda path: Made(
            render_html(shown, request.layout), ReportFile(path, Output.HTML)
        ),
        Output.XLSX: lambda path: _make_xlsx(path, shown),
    }
    folder = request.out or request.root / "output" / wareki(comparison.year) / TITLE
    stem = f"{wareki_full(comparison.year)}年次見直し{TITLE}"
    wanted = {output: makers[output] for output in request.outputs}
    return CompareResult(
        publish(folder, stem, wanted, problems, progress),
        tuple((one.heading, one.count) for one in comparison.listings),
        not comparison.same,
    )


def _make_xlsx(path: Path, comparison: Comparison) -> Made:
    book = split_tall_rows(comparison_book(comparison))
    target = BytesIO()
    write_report(book, table_heights(book), target)
    return Made(target.getvalue(), ReportFile(path, Output.XLSX))
