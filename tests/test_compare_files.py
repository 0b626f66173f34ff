"""新旧対照表のファイル：PDF とブックに、同じ文字と同じ下線がある。"""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import openpyxl
import pytest
from comparing import file_of, made, rows_of, turned_rows
from plan_samples import sample_plan
from programs import SHORT_SECONDS, need, pdftotext_bbox
from reporting import LAYOUT, page_texts
from revised import (
    EVERY,
    Json,
    add_results,
    change_figures,
    change_owner,
    item_in,
    measure_in,
    plan_of,
    real,
    revised,
    reword,
    written,
)  # fmt: skip

from sheetgen.cli.boundary import main
from sheetgen.plan.loading import load_plan
from sheetgen.problems import ExitCode, SheetgenError
from sheetgen.publish.comparing import CompareRequest, CompareResult, compare
from sheetgen.publish.comparison.blocks import Comparison, Side
from sheetgen.publish.comparison.whole import build_comparison, visible
from sheetgen.publish.publishing import Output

STEM = "令和７年度年次見直し新旧対照表"
SIZE = 9.5  # pt。表の文字
QUIET = (reword, change_figures, change_owner, add_results)
"""見出しの変わらない変え方。ページをまたいで繰り返される見出しに、下線がない。"""


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> CompareResult:
    return made(tmp_path_factory.mktemp("compare"), real(), revised(*EVERY))


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return visible(build_comparison(plan_of(real()), plan_of(revised(*EVERY))))


def squeezed(text: str) -> str:
    return "".join(text.split())


def text_of(side: Side) -> str:
    return squeezed(side.mark or side.text)


def test_an_unseen_character_is_no_change(tmp_path: Path) -> None:
    """両側が同じに見える違いを、載せない。"""
    plan = real()
    entry = item_in(plan, "08-08")
    entry["improvement"] = f"\ufeff{entry['improvement'][:3]}\u00ad{entry['improvement'][3:]}\u200b"
    assert made(tmp_path, real(), plan, outputs=(Output.HTML,)).same


def test_the_three_files_are_in_the_folder_of_the_new_year(every: CompareResult) -> None:
    assert every.report.folder.parts[-3:] == ("output", "令和7年度", "新旧対照表")
    assert [file.path.name for file in every.report.files] == [
        f"{STEM}.{end}" for end in ("pdf", "html", "xlsx")
    ]
    assert every.report.problems == ()
    assert dict(every.counts)["番号だけが変わった実施項目"] == "8件"


def test_the_same_input_gives_the_same_bytes(every: CompareResult, tmp_path: Path) -> None:
    again = made(tmp_path, real(), revised(*EVERY))
    for output in Output:
        assert file_of(again, output).read_bytes() == file_of(every, output).read_bytes()


# --- PDF の中身 ---


def test_every_row_is_in_the_pdf_in_the_order_of_the_document(
    every: CompareResult, comparison: Comparison
) -> None:
    pages = page_texts(file_of(every, Output.PDF))
    assert len(pages) == every.report.files[0].pages
    assert pages[0].startswith("伊勢原市第６次行財政改革推進計画新旧対照表")
    whole = "".join(pages)
    at = whole.index("計画の概要欄改正後（令和７年度年次見直し）改正前（令和６年度年次見直し）")
    for label, new, old in rows_of(comparison):
        words = squeezed(label) + text_of(new) + text_of(old)
        found = whole.find(words, at)
        assert found >= at, words
        at = found + len(words)
    turned = list(turned_rows(comparison))
    assert len(turned) > 1
    for name, what, new, old in turned:
        words = squeezed(name + what) + text_of(new) + text_of(old)
        found = whole.find(words, at)
        assert found >= at, words
        at = found + len(words)
    for one in comparison.listings:
        assert squeezed(f"{one.heading}{one.count}") in whole


def test_each_page_repeats_what_its_columns_are(every: CompareResult) -> None:
    pages = page_texts(file_of(every, Output.PDF))[2:]
    tables = [
        page for page in pages if "（略）" in page or "（新設）" in page or "（削除）" in page
    ]
    assert len(tables) >= 7
    head = "改正後（令和７年度年次見直し）改正前（令和６年度年次見直し）"
    assert [page for page in tables if head not in page] == []


class Columns(NamedTuple):
    """改正後と改正前の列の、左と右（pt）。"""

    new: tuple[float, float]
    old: tuple[float, float]


def columns_of() -> Columns:
    """A4 横、左右の余白 40 pt に、17:40:40 の三列。"""
    width = (841.89 - 80) / 97
    middle, last = 40 + 17 * width, 40 + 57 * width
    return Columns((middle, last), (last, 841.89 - 40))


def test_no_word_leaves_its_column(tmp_path: Path) -> None:
    def change(data: Json) -> None:
        item = item_in(data, "08-08")
        item["vision"] = "Ａ" * 300 + "https://example.lg.jp/" + "x" * 300
        item["improvement"] = "● " + "とても長い文。" * 900

    result = made(tmp_path, real(), revised(reword, change), outputs=(Output.PDF,))
    columns = columns_of()
    edges = [40.0, *columns.new, columns.old[1]]
    pages = pdftotext_bbox(file_of(result, Output.PDF))
    assert len(pages) > 5
    words = 0
    for page in pages[1:]:
        for word in page:
            if word.y0 < 38 or word.y0 > 550:
                continue  # 柱とページ番号
            assert word.x0 >= 40 - 5
            assert word.x1 <= 841.89 - 40 + 5
            assert word.y1 <= 595.28 - 40 + 3
            if word.y1 - word.y0 < 12:  # 表の文字。見出しは列をまたぐ
                start = max(edge for edge in edges if edge <= word.x0 + 5)
                end = min(edge for edge in edges if edge > start)
                assert word.x1 <= end + 5, word
                words += 1
    assert words > 200
    # 折れる所を示す、幅のない文字（U+200B）が入る。
    assert "x" * 300 in "".join(page.text for page in pages).replace("\u200b", "")


def test_exactly_the_changed_words_are_underlined_in_the_pdf(tmp_path: Path) -> None:
    result = made(tmp_path, real(), revised(*QUIET), outputs=(Output.PDF,))
    columns = columns_of()
    lines = {"new": 0.0, "old": 0.0}
    for x, length in underlines(file_of(result, Output.PDF), tmp_path):
        side = "old" if x > columns.new[1] else "new"
        left, right = getattr(columns, side)
        assert left <= x < x + length <= right
        lines[side] += length
    comparison = build_comparison(plan_of(real()), plan_of(revised(*QUIET)))
    rows = list(rows_of(comparison))
    assert len(rows) > 8
    for name, sides in (("new", [r[1] for r in rows]), ("old", [r[2] for r in rows])):
        marked = "".join(text for side in sides for text, differs in side.runs if differs)
        assert len(marked) > 25
        assert lines[name] == pytest.approx(width_of(marked), abs=0.6 * SIZE)  # 約物の詰め


def width_of(text: str) -> float:
    """等幅の書体での幅 (pt)。"""
    wide = sum(unicodedata.east_asian_width(one) in "WFA" for one in text)
    return SIZE * (wide + (len(text) - wide) / 2)


def underlines(pdf: Path, folder: Path) -> Iterator[tuple[float, float]]:
    """下線の左端と長さ (pt)。"""
    program = need("pdftocairo")
    color = re.compile(r"stroke:rgb\(60\.39\d*%,23\.13\d*%,0%\)")
    for page in range(1, len(pdftotext_bbox(pdf)) + 1):
        svg = folder / f"{page}.svg"
        subprocess.run(
            [program, "-svg", "-f", str(page), "-l", str(page), str(pdf), str(svg)],
            check=True,
            timeout=SHORT_SECONDS,
        )
        for path in ElementTree.parse(svg).iter("{http://www.w3.org/2000/svg}path"):
            if color.search(path.get("style") or ""):
                _, x0, _, _, x1, _ = path.attrib["d"].split()
                matrix = path.attrib["transform"].removeprefix("matrix(").split(",")
                yield float(matrix[4]), (float(x1) - float(x0)) * float(matrix[0])


def test_an_unbroken_list_of_links(every: CompareResult) -> None:
    program = need("pdfinfo")
    done = subprocess.run(
        [program, str(file_of(every, Output.PDF))],
        capture_output=True, check=True, timeout=SHORT_SECONDS,
    )  # fmt: skip
    told = done.stdout.decode("utf-8")
    assert "Tagged:          yes" in told
    assert "令和７年度年次見直し 新旧対照表" in told


# --- 断るときと、変わった計画 ---


def test_no_difference_is_said_plainly(tmp_path: Path) -> None:
    result = made(tmp_path, real(), real())
    assert result.same
    assert "改正した所はない。" in page_texts(file_of(result, Output.PDF))[0]
    assert "改正した所はない。" in file_of(result, Output.HTML).read_text("utf-8")
    book = openpyxl.load_workbook(file_of(result, Output.XLSX))
    assert [sheet["A4"].value for sheet in book.worksheets] == ["改正した所はない。"] * 2


def test_a_small_plan_and_policies_without_rows_are_sound(tmp_path: Path) -> None:
    new = sample_plan(plan_title="新しい試験計画", policies=[
        *sample_plan()["policies"],
        {"number": 2, "name": "空の方針", "description": "", "measures": []},
    ])  # fmt: skip
    result = made(tmp_path, sample_plan(), new)
    assert [problem.code for problem in result.report.problems] == ["D021"]
    assert "空の方針" in "".join(page_texts(file_of(result, Output.PDF)))


def test_typst_and_html_marks_in_the_data_stay_text(tmp_path: Path) -> None:
    nasty = '#set text(red) $x$ *a* <script>alert(1)</script> {{ 7 * 7 }} {% raw %} \\ @b "'
    changed = revised(lambda data: item_in(data, "08-08").update(vision=nasty))
    result = made(tmp_path, real(), changed)
    assert squeezed(nasty) in "".join(page_texts(file_of(result, Output.PDF)))
    page = file_of(result, Output.HTML).read_text("utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }}" in page


def test_a_text_written_anew_is_told_as_a_whole(tmp_path: Path) -> None:
    """下線だらけの文に、目立つ所はない。どの形でも、文の全体に一つの印を付ける。"""

    def change(data: Json) -> None:
        item_in(data, "08-08")["vision"] = "■ 空き地も建物も、使いたい人へすぐ貸せる仕組みがある。"

    result = made(tmp_path, real(), revised(change))
    text = "".join(page_texts(file_of(result, Output.PDF)))
    assert "計画最終年度において目指す姿全文改正■空き地も" in text
    assert list(underlines(file_of(result, Output.PDF), tmp_path)) == []
    html = file_of(result, Output.HTML).read_text("utf-8")
    assert '<span class="whole">全文改正</span></th>' in html
    assert "<ins>" not in html
    sheet = openpyxl.load_workbook(file_of(result, Output.XLSX))["新旧対照表"]
    assert sheet["D5"].value == "計画最終年度において目指す姿【全文改正】"


def test_a_book_in_the_place_of_a_plan_is_told(tmp_path: Path, plan_path: Path) -> None:
    """「文字コードが UTF-8 ではありません」では、取り違えたと分からない。"""
    book = tmp_path / "計画.xlsx"
    openpyxl.Workbook().save(book)
    with pytest.raises(SheetgenError) as refused:
        compare(
            CompareRequest(plan=plan_path, old=book, new=plan_path, layout=LAYOUT, root=tmp_path)
        )
    (problem,) = refused.value.problems
    assert (problem.code, problem.place.file) == ("D040", str(book))
    assert problem.facts["kind"] == "Excel のブック"
    for beginning, kind in (
        (b"%PDF-1.7", "PDF"),
        (b"\xd0\xcf\x11\xe0", "古い形式の Excel などのブック"),
    ):
        book.write_bytes(beginning)
        with pytest.raises(SheetgenError) as refused:
            load_plan(book)
        assert refused.value.problems[0].facts["kind"] == kind


def test_another_plan_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SheetgenError) as caught:
        made(tmp_path, real(), sample_plan())
    assert [problem.code for problem in caught.value.problems] == ["D020"]
    assert not (tmp_path / "output").exists()


def test_a_broken_template_holds_back_its_own_file_only(tmp_path: Path) -> None:
    layout = tmp_path / "layout"
    shutil.copytree(LAYOUT, layout)
    template = layout / "comparison.typ"
    template.write_text(template.read_text("utf-8").replace("data.note", "data.nota"), "utf-8")
    result = made(tmp_path, real(), revised(reword), layout=layout)
    assert [file.output for file in result.report.files] == [Output.HTML, Output.XLSX]
    (problem,) = result.report.problems
    assert problem.code == "D003"
    assert problem.place.file == str(template)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = written(real(), tmp_path / "前.json")
    new = written(revised(*EVERY), tmp_path / "後.json")
    asked = ["compare", str(old), str(new), "--layout", str(LAYOUT), "--out", str(tmp_path / "表")]
    assert main([*asked, "--only", "xlsx"]) == ExitCode.OK
    told = capsys.readouterr().out
    assert "終了した実施項目 1件" in told
    assert [path.name for path in (tmp_path / "表").iterdir()] == [f"{STEM}.xlsx"]
    assert main([*asked[:2], str(tmp_path / "ない.json"), *asked[3:]]) == ExitCode.PROBLEMS
    # 何も指定しなければ、前に公表した計画と比べる。しまってなければ、そう言う。
    alone = ["compare", "--plan", str(old), *asked[3:]]
    assert main(alone) == ExitCode.PROBLEMS
    assert "D058" in capsys.readouterr().err


def test_a_measure_of_another_number_finds_its_partner(tmp_path: Path) -> None:
    """推進項目の名と中の実施項目の名が変わっても、IDで組む。"""

    def change(data: Json) -> None:
        measure_in(data, 9)["name"] = "支出の見直し"

    result = made(tmp_path, real(), revised(change), outputs=(Output.XLSX,))
    assert dict(result.counts) == {
        "新規の実施項目": "0件", "終了した実施項目": "0件", "推進項目を移った実施項目": "0件",
        "内容の変わった実施項目": "0件", "番号だけが変わった実施項目": "0件",
        "そのほかの変わった所": "1か所",
    }  # fmt: skip
