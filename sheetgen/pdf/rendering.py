"""文書の値をテンプレートに渡し、PDF にする。

値は JSON で渡し、ソースには混ぜない。typst に見せるのは、決まった時刻と名指しした書体だけ。
同じ文書からは、いつも同じバイト列になる。
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sheetgen.model.comparison import Comparison
from sheetgen.model.document import Document
from sheetgen.pdf.engine import typst
from sheetgen.pdf.fonts import FontChoice
from sheetgen.pdf.refusals import refusal
from sheetgen.problems import Place, Problem, SheetgenError

MAIN = "main.typ"
COMPARISON = "comparison.typ"
STANDARD = "ua-1"
"""支援技術で読める PDF の規格（ISO 14289-1）。"""


@dataclass(frozen=True, slots=True)
class Pdf:
    """できた PDF。``pages`` はページ数（テンプレートが告げなければ ``None``）。"""

    data: bytes
    pages: int | None


def render_pdf(document: Document, layout: Path, fonts: FontChoice) -> Pdf:
    """文書を PDF に組む。``layout`` はテンプレートのフォルダー。

    :raises SheetgenError: テンプレートがない（D004）、誤っている（D003）、
        どの書体にもない字がある（D005）、または入りきらない文がある（D006）。
    """
    return render(asdict(document), document.published, layout / MAIN, fonts)


def render_comparison(comparison: Comparison, layout: Path, fonts: FontChoice) -> Pdf:
    """新旧対照表を PDF に組む。引数と例外は :func:`render_pdf` と同じ。"""
    return render(asdict(comparison), comparison.published, layout / COMPARISON, fonts)


def render(values: dict[str, Any], published: str, main: Path, fonts: FontChoice) -> Pdf:
    """値の入った辞書を、テンプレート ``main`` で PDF に組む。例外は :func:`render_pdf` と同じ。

    ``published``（``2024-03``）は、PDF に書く作成の月。
    """
    if not main.is_file():
        raise SheetgenError(Problem("D004", Place(file=str(main)), {"name": main.name}))
    engine = typst()
    compiler = engine.Compiler(
        input=str(main),
        root=str(main.parent),
        font_paths=fonts.found,
        sys_inputs={
            "document": json.dumps(values, ensure_ascii=False),
            "fonts": json.dumps(fonts.families),
        },
    )
    try:
        data = compiler.compile(format="pdf", pdf_standards=[STANDARD], timestamp=moment(published))
    except engine.TypstError as error:
        raise refusal(error, main, fonts, values) from error
    pages = json.loads(compiler.query("<page-count>", field="value"))
    return Pdf(bytes(data), pages[0] if pages else None)


def moment(published: str) -> datetime:
    """PDF に書く作成の日時。公表年月（``2024-03``）の1日とする。"""
    year, _, month = published.partition("-")
    return datetime(int(year), int(month), 1, tzinfo=UTC)
