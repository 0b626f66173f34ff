"""刷り上がりの判定役の試験：はみ出しを見つけ、収まったものは責めない。"""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from ooxml import printed
from openpyxl.styles import Alignment, Font
from programs import soffice_convert

SENTENCE = "公有財産の余剰スペースを事業者に直接貸し出し、貸付料を徴収して自主財源を確保する。"


def _book(path: Path, height: float, body: str = SENTENCE) -> Path:
    """一枚に、三行になる結合セルと、数と、短い語を置く。``height`` はその行の高さ（pt）。"""
    book = openpyxl.Workbook()
    book._named_styles["Normal"].font = Font(name="BIZ UDゴシック", sz=12)
    font = Font(name="BIZ UDゴシック", sz=10.5)
    for name in ("一", "二"):
        sheet = book.active if name == "一" else book.create_sheet()
        assert sheet is not None
        sheet.title = name
        for letter, width in zip("ABCD", (10, 20, 8, 40), strict=True):
            sheet.column_dimensions[letter].width = width
        sheet["A1"], sheet["B1"], sheet["C1"] = f"様式{name}", body, 1234.5
        sheet["A3"], sheet["D3"] = "下の行", "右端"
        sheet["C1"].number_format = "#,##0.0"
        sheet.merge_cells("B1:B2")
        for row in sheet.iter_rows():
            for cell in row:
                cell.font = font
                cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.row_dimensions[1].height = sheet.row_dimensions[2].height = height / 2
        sheet.row_dimensions[3].height = 20
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
        sheet.print_options.horizontalCentered = True
    book.save(path)
    return path


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Path]]:
    """高さの足りるもの、足りないもの、一ページに収まらないものと、その PDF。"""
    folder = tmp_path_factory.mktemp("printed")
    made = [
        _book(folder / "roomy.xlsx", 80),
        _book(folder / "low.xlsx", 26),
        _book(folder / "tall.xlsx", 800),
    ]
    pdfs = soffice_convert(made, folder / "pdf")
    return {book.stem: (book, pdf) for book, pdf in zip(made, pdfs, strict=True)}


def test_a_roomy_sheet_has_no_problem(pairs: dict[str, tuple[Path, Path]]) -> None:
    assert printed.problems(*pairs["roomy"]) == []
    assert printed.judge(*pairs["roomy"]).pages == {"一": 1, "二": 1}


def test_a_row_too_low_is_noticed(pairs: dict[str, tuple[Path, Path]]) -> None:
    lines = printed.problems(*pairs["low"])
    assert any("一!B1" in line for line in lines), lines
    assert any("二!B1" in line for line in lines), lines


def test_only_the_asked_sheets_are_judged(pairs: dict[str, tuple[Path, Path]]) -> None:
    lines = printed.judge(*pairs["low"]).problems_of({"二"})
    assert lines
    assert all(line.startswith("二") for line in lines)


def test_a_second_page_is_noticed(pairs: dict[str, tuple[Path, Path]]) -> None:
    lines = printed.problems(*pairs["tall"])
    assert any(": pages: " in line for line in lines), lines


def test_text_that_is_not_in_the_sheet_is_noticed(
    pairs: dict[str, tuple[Path, Path]], tmp_path: Path
) -> None:
    other = _book(tmp_path / "other.xlsx", 80, body=SENTENCE.replace("貸付料", "使用料"))
    lines = printed.problems(other, pairs["roomy"][1])
    assert any("使用" in line and "!B1: text: " in line for line in lines), lines


def test_another_paper_is_noticed(pairs: dict[str, tuple[Path, Path]], tmp_path: Path) -> None:
    book = openpyxl.load_workbook(pairs["roomy"][0])
    for sheet in book.worksheets:
        sheet.page_setup.orientation = "portrait"
    book.save(tmp_path / "portrait.xlsx")
    lines = printed.problems(tmp_path / "portrait.xlsx", pairs["roomy"][1])
    assert any(": paper: " in line for line in lines), lines
