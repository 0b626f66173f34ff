"""折り返しの行数を、LibreOffice が実物の本文を組んだ結果と比べる。

一行少ないと、紙で文が隠れる。数えた行数は、上限でなければならない。
文を一つずつ別のページに置くので、語の始まる高さの数が行数になる。
"""

from __future__ import annotations

import json
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.pagebreak import Break
from programs import PdfPage, missing, need, pdftotext_bbox, soffice_convert

from sheetgen.form.fit import height_of
from sheetgen.form.wrap import count_lines, line_capacity

FONT = "BIZ UDゴシック"
PIXELS_A_COLUMN = 8  # 標準がその書体の 12 pt のときの、列の一単位
SAME_LINE = 2.0  # pt。一行の全角と半角の語の高さの差は、これより小さい
TOO_MANY = 0.10  # 行数の割合。取っておく 4 % で、ページをむだにしない

WIDTHS = {"page": 699.0, "half": 349.5, "plan": 299.25}


def _texts(root: Path) -> dict[str, list[str]]:
    sheets = json.loads((root / "data/source/sheets.json").read_text(encoding="utf-8"))
    return {
        "page": [sheet[key] for sheet in sheets for key in ("improvement", "current_state")],
        "half": [sheet[key] for sheet in sheets for key in ("policy_r6", "vision_r9")],
        "plan": [year["plan"] for sheet in sheets for year in sheet["years"] if year["plan"]],
    }


def _need_font() -> None:
    listed = subprocess.run(
        [need("fc-list"), ":", "family"], capture_output=True, encoding="utf-8", check=True
    ).stdout
    if FONT not in listed:
        missing(f"書体 {FONT} がない（fonts-morisawa-bizud-gothic を入れる）")


def _workbook(texts: list[str], width: float, size: float) -> Workbook:
    """一つの文字列を一ページに置いたブック。二列を結合し、幅の和を ``width`` pt とする。"""
    book = Workbook()
    normal = book._named_styles["Normal"]
    normal.font = Font(name=FONT, size=12)
    sheet = book.active
    assert sheet is not None
    half = width / 0.75 / 2 / PIXELS_A_COLUMN
    for column in "AB":
        sheet.column_dimensions[column].width = half
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A3
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.scale = 100
    edge = Border(left=Side("thin"), right=Side("thin"))
    for row, text in enumerate(texts, start=1):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=2)
        cell = sheet.cell(row, 1, text)
        cell.data_type = "s"
        cell.font = Font(name=FONT, size=size)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.border = edge
        sheet.row_dimensions[row].height = 400
        sheet.row_breaks.append(Break(id=row))
    return book


def _lines_on(page: PdfPage) -> int:
    tops = sorted(word.y0 for word in page)
    return 1 + sum(after - before > SAME_LINE for before, after in pairwise(tops))


def _bare(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("size", [10.5, 10.0, 9.5])
@pytest.mark.parametrize("part", WIDTHS)
def test_lines_are_never_fewer_than_in_libreoffice(
    part: str, size: float, project_root: Path, tmp_path: Path
) -> None:
    _need_font()
    texts = _texts(project_root)[part]
    assert all("\n\n" not in text and text == text.strip("\n") for text in texts)
    source = tmp_path / f"{part}.xlsx"
    _workbook(texts, WIDTHS[part], size).save(source)
    pages = pdftotext_bbox(soffice_convert(source, tmp_path))
    assert [page.text for page in pages] == [_bare(text) for text in texts]

    drawn = [_lines_on(page) for page in pages]
    reckoned = [count_lines(text, line_capacity(WIDTHS[part], size)) for text in texts]
    too_few = [text for text, d, r in zip(texts, drawn, reckoned, strict=True) if r < d]
    assert too_few == []
    assert max(drawn) > 1  # 折り返さなければ、何も示さない
    assert sum(reckoned) <= sum(drawn) * (1 + TOO_MANY)

    tall = [max(word.y1 for word in page) - min(word.y0 for word in page) for page in pages]
    assert all(
        height <= height_of(count, size) for height, count in zip(tall, reckoned, strict=True)
    )
