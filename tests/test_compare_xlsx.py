"""新旧対照表のブック：同じ行と同じ下線があり、印刷の形が決まっている。"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from comparing import file_of, made, rows_of, turned_rows
from ooxml import rules
from openpyxl.cell.rich_text import CellRichText, TextBlock
from revised import EVERY, Json, item_in, plan_of, real, revised

from sheetgen.form.fit import height_of
from sheetgen.form.wrap import count_lines, line_capacity
from sheetgen.publish.comparing import CompareResult
from sheetgen.publish.comparison.blocks import Comparison
from sheetgen.publish.comparison.whole import build_comparison, visible
from sheetgen.publish.publishing import Output


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> CompareResult:
    return made(tmp_path_factory.mktemp("compare"), real(), revised(*EVERY))


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return visible(build_comparison(plan_of(real()), plan_of(revised(*EVERY))))


def test_the_book_has_the_rows_and_the_underlines(
    every: CompareResult, comparison: Comparison
) -> None:
    path = file_of(every, Output.XLSX)
    assert rules.violations_of([path]) == {}
    book = openpyxl.load_workbook(path, rich_text=True)
    assert book.sheetnames == ["一覧", "新旧対照表", "年度ごとの文"]
    sheet = book["新旧対照表"]
    heads = [cell.value for cell in sheet[3]]
    assert heads[3:] == ["欄", "改正後（令和７年度年次見直し）", "改正前（令和６年度年次見直し）"]
    found = [row for row in sheet.iter_rows(min_row=4) if row[3].value != "ほかの欄"]
    expected = list(rows_of(comparison))
    assert len(found) == len(expected)
    for cells, (label, new, old) in zip(found, expected, strict=True):
        assert cells[3].value == label
        for cell, side in ((cells[4], new), (cells[5], old)):
            assert runs_in(cell) == (((side.mark.value, False),) if side.mark else side.runs)
    turned = list(book["年度ごとの文"].iter_rows(min_row=4))
    rows = list(turned_rows(comparison))
    assert len(rows) > 1
    assert [(row[1].value, row[2].value) for row in turned] == [row[:2] for row in rows]
    assert [runs_in(row[3]) for row in turned] == [row[2].runs for row in rows]


def test_the_place_is_never_broken_within_its_number(tmp_path: Path) -> None:
    """「基本方針５(１０)」が「基本方針５(１０／)」と折れていた。"""

    def change(data: Json) -> None:
        item_in(data, "10-04")["title"] = "財政の健全化"

    path = file_of(made(tmp_path, real(), revised(change), outputs=(Output.XLSX,)), Output.XLSX)
    sheet = openpyxl.load_workbook(path)["新旧対照表"]
    place = sheet["A4"].value
    assert place == "基本方針５(１０)"
    width = (sheet.column_dimensions["A"].width * 7 + 5) * 0.75
    assert count_lines(place, line_capacity(width, 10)) == 1


def runs_in(cell: Any) -> tuple[tuple[str, bool], ...]:
    """セルの文字を、下線の有無に分けて返す。"""
    if isinstance(cell.value, CellRichText):
        return tuple(
            (one.text, one.font.u is not None) if isinstance(one, TextBlock) else (one, False)
            for one in cell.value
        )
    return ((cell.value, cell.font.u is not None),)


def test_a_very_long_text_goes_on_in_rows_that_show_it_whole(tmp_path: Path) -> None:
    """Excel の行の高さには限りがあり、それを超える文は、画面でも紙でも切れる。"""
    long = "● " + "とても長い文。" * 1000 + "\n" + "切れ目のない長い文" * 400
    was = real()
    item_in(was, "08-08")["improvement"] = "■ 前の文。"

    def change(data: Json) -> None:
        item_in(data, "08-08")["improvement"] = long

    path = file_of(made(tmp_path, was, revised(change), outputs=(Output.XLSX,)), Output.XLSX)
    assert rules.violations_of([path]) == {}
    sheet = openpyxl.load_workbook(path)["新旧対照表"]
    rows = [row for row in sheet.iter_rows(min_row=4) if row[3].value.startswith("具体的な")]
    first, *others = rows
    label = "具体的な改善取組内容【全文改正】"
    assert first[3].value == label
    assert {row[3].value for row in others} == {f"{label}（続き）"}
    assert {row[1].value for row in rows} == {"(8)⑧ 自動販売機設置場所の貸付拡大"}
    texts = [row[4].value for row in rows]
    assert "".join(texts) == long.replace("\n", "")
    assert [row[5].value for row in rows] == ["■ 前の文。", *[None] * len(others)]
    width = (sheet.column_dimensions["E"].width * 7 + 5) * 0.75
    for row, text in zip(rows, texts, strict=True):
        needed = height_of(count_lines(text, line_capacity(width, 10)), 10)
        assert needed <= sheet.row_dimensions[row[0].row].height <= 409.5


def test_figures_in_words_raise_no_triangle_in_any_row(every: CompareResult) -> None:
    """下線を引いた数は文字。Excel に、初めの行から終わりの行まで問わせない。"""
    path = file_of(every, Output.XLSX)
    sheet = openpyxl.load_workbook(path)["新旧対照表"]
    with zipfile.ZipFile(path) as archive:
        parts = [archive.read(f"xl/worksheets/sheet{number}.xml") for number in (1, 2, 3)]
    areas = [re.findall(rb'<ignoredError sqref="([^"]*)" numberStoredAsText="1"/>', one)
             for one in parts]  # fmt: skip
    assert areas[:2] == [[], [f"A4:F{sheet.max_row}".encode()]]
    assert sheet.max_row > 80
    assert all(cell.value is not None for cell in sheet[sheet.max_row][3:4])


def test_the_book_prints_on_a4_landscape_with_its_head(every: CompareResult) -> None:
    book = openpyxl.load_workbook(file_of(every, Output.XLSX))
    for sheet in book.worksheets:
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_rows == "$1:$3"
        assert sheet.freeze_panes == "A4"
    listed = [[cell.value for cell in row] for row in book["一覧"].iter_rows(min_row=4)]
    assert ["推進項目を移った実施項目（0件）", None, None, "なし", None] in listed
    assert ["新規の実施項目（1件）", "(8)⑨", None, "使わない土地の貸付", None] in listed
