"""二つの計画の新旧対照表を作る。"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from sheetgen.era import wareki, wareki_full
from sheetgen.form.jobs import safe_name
from sheetgen.messages.vocabulary import adopt
from sheetgen.plan.loading import load_plan
from sheetgen.plan.unseen import without_unseen
from sheetgen.plan.written_figures import figure_doubts
from sheetgen.progress import Progress
from sheetgen.publish.comparison.blocks import Comparison
from sheetgen.publish.comparison.comparable import comparison_notes
from sheetgen.publish.comparison.tables import comparison_book
from sheetgen.publish.comparison.whole import TITLE, build_comparison, visible
from sheetgen.publish.html import render_comparison as render_html
from sheetgen.publish.pdf import render_comparison as render_pdf
from sheetgen.publish.publishing import (
    Made,
    Maker,
    Output,
    ReportFile,
    ReportResult,
    make_pdf,
    publish,
)
from sheetgen.publish.sources import Pair, pair_of
from sheetgen.publish.table_layout import split_tall_rows, table_heights
from sheetgen.records.editions import open_history
from sheetgen.xlsx.report_book import write_report


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareRequest:
    """新旧対照表の依頼。

    ``old`` と ``new`` は改正前と改正後の計画のデータ。``old`` が None なら、前に公表した計画。
    ``new`` が None なら、``plan``（いまの計画のデータ）。``layout`` はページのテンプレートの
    フォルダー。``out`` が None なら、``root/output/令和N年度/新旧対照表`` に置く。
    """

    plan: Path
    layout: Path
    root: Path
    old: Path | None = None
    new: Path | None = None
    out: Path | None = None
    outputs: tuple[Output, ...] = tuple(Output)
    fonts: Path | None = None


@dataclass(frozen=True, slots=True)
class CompareResult:
    """新旧対照表を作った結果。``counts`` は（区分, 件数の書き方）。

    ``same`` は、改正した所がないときにそれを言う文。あれば空。
    """

    report: ReportResult
    counts: tuple[tuple[str, str], ...]
    same: str


def compare(request: CompareRequest, progress: Progress | None = None) -> CompareResult:
    """新旧対照表を作り、できた形をすべて置く。

    :raises SheetgenError: 計画のデータが使えない、二つが別の計画（D020、D042）、
        または一つの形も作れない。
    """
    old, new, found = _pair(request)
    problems = [*found, *comparison_notes(old, new)]
    problems += figure_doubts(old, str(request.old or request.plan))
    problems += figure_doubts(new, str(request.new or request.plan))
    comparison = build_comparison(old, new)
    shown = visible(comparison)
    makers: dict[Output, Maker] = {
        Output.PDF: lambda path: make_pdf(
            path, lambda: render_pdf(shown, request.layout, request.fonts)
        ),
        Output.HTML: lambda path: Made(
            render_html(shown, request.layout), ReportFile(path, Output.HTML)
        ),
        Output.XLSX: lambda path: _make_xlsx(path, shown),
    }
    folder = request.out or request.root / "output" / wareki(comparison.year) / TITLE
    stem = safe_name(f"{wareki_full(comparison.year)}{comparison.words.revision}{TITLE}")
    wanted = {output: makers[output] for output in request.outputs}
    counts = [(one.heading, one.count) for one in comparison.listings if not comparison.same]
    for part in (comparison.turn, comparison.records):
        if part:
            counts.append((part.heading, part.count))
    made = publish(folder, stem, wanted, problems, progress)
    return CompareResult(made, tuple(counts), comparison.same)


def _pair(request: CompareRequest) -> Pair:
    """改正前と改正後の計画。"""
    if request.old is not None and request.new is not None:
        old, new = load_plan(request.old), load_plan(request.new)
        adopt(new.words)
        return Pair(without_unseen(old), without_unseen(new))
    return pair_of(open_history(request.plan, printed=True), request.old)


def _make_xlsx(path: Path, comparison: Comparison) -> Made:
    book = split_tall_rows(comparison_book(comparison))
    target = BytesIO()
    write_report(book, table_heights(book), target)
    return Made(target.getvalue(), ReportFile(path, Output.XLSX))
