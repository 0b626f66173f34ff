"""年次見直しの PDF：文字がすべて、正しい順に、正しい所にある。"""

from __future__ import annotations

import shutil
import subprocess
import unicodedata
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import second_city
from making import changed_plan
from openpyxl.styles import Alignment
from programs import PdfPage, need, pdftotext_bbox
from reporting import (
    CLOSING,
    LAYOUT,
    OPENING,
    document_for,
    joined,
    lines_in,
    make_report,
    page_texts,
    pdf_of,
    placed_cells,
    shortened,
)

from sheetgen.publish.document.whole import Document
from sheetgen.publish.publishing import ReportResult

NEVER_FIRST = "、。，．：；？！）〕］｝〉》」』】ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々％"
NEVER_LAST = "（〔［｛〈《「『【"

# 公式文書の文字のうち、そのままでは現れないもの：紙面で続いているだけの文字、ページの記号、
# 様式の側の言葉の違い（docs/master.md）。
ONLY_IN_THE_SOURCE = {
    "５.健全な財政運営４.公共施設の縮充･最適化",
    "アクションプラン行財政改革推進計画(本体)",
    "(４)公民連携の推進-a",
    "(４)公民連携の推進-b",
    "(８)歳入改革(歳入の確保)-a",
    "(８)歳入改革(歳入の確保)-b",
    "オカ",
    "〔関係所属；全公共施設・全庁〕",
}


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Document:
    return document_for(tmp_path_factory.mktemp("values"))


AWAY = 2.0  # pt。寄せた側の字と罫線の間の、少なくともあるべき空き
BESIDE = 0.9  # pt。左右の空き。様式の印刷と同じ所で折れるように、狭い


@pytest.fixture(scope="module")
def texts(report_result: ReportResult) -> list[str]:
    return page_texts(pdf_of(report_result))


@pytest.fixture(scope="module")
def boxes(report_result: ReportResult) -> list[PdfPage]:
    return pdftotext_bbox(pdf_of(report_result))


def squeezed(text: str) -> str:
    """空白と改行を除く。"""
    return "".join(text.split())


def alike(text: str) -> str:
    """全角と半角、空白の違いを除く。"""
    return squeezed(unicodedata.normalize("NFKC", text))


def strings(value: Any) -> list[str]:
    """値の中の文字を、順にすべて返す。"""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for inner in value.values() for text in strings(inner)]
    if isinstance(value, list | tuple):
        return [text for inner in value for text in strings(inner)]
    return []


def page_with(texts: list[str], words: str, after: int = 3) -> int:
    """目次の後で、この文字で始まる最初のページ。"""
    return next(
        n for n, text in enumerate(texts) if n >= after and text.startswith(squeezed(words))
    )


# --- 文書の文 ---


def test_the_official_text_is_there_word_by_word(texts: list[str], project_root: Path) -> None:
    source = project_root / "data" / "source" / "isehara-action-plan-r6.txt"
    whole = alike("".join(texts))
    words = source.read_text("utf-8").split()
    assert len(words) > 7000
    assert {word for word in words if alike(word) not in whole} <= ONLY_IN_THE_SOURCE


def test_every_text_of_the_chapters_is_on_their_pages(texts: list[str], document: Document) -> None:
    overview, revision = asdict(document)["overview"], asdict(document)["revision"]
    chapters = [overview[name] for name in ("philosophy", "structure", "policies", "measures")]
    for chapter in [*chapters, revision["highlights"]]:
        page = texts[page_with(texts, chapter["heading"])]
        shown = [text for text in strings(chapter) if squeezed(text) not in page]
        # 番号は、図では（１）や「１.」の形で、名の前に書く。
        assert [text for text in shown if not text.startswith(("(", "基本方針"))] == []


def test_the_parts_come_in_the_official_order(texts: list[str], document: Document) -> None:
    overview, revision = document.overview, document.revision
    assert overview is not None
    assert revision.highlights is not None
    assert overview.philosophy
    assert overview.structure
    assert overview.policies
    assert overview.measures
    assert document.sheets.legend is not None
    starts = [
        overview.heading,
        overview.philosophy.heading,
        overview.structure.heading,
        overview.policies.heading,
        overview.measures.heading,
        "".join(revision.heading),
        revision.highlights.heading,
        *(
            f"{t.policy.label}{t.policy.name}{t.measure.label}{t.measure.name}"
            for t in revision.tables
        ),
        "".join(document.sheets.heading),
        document.sheets.legend.heading,
    ]
    found = [page_with(texts, start) for start in starts]
    assert found == sorted(found)
    assert len(set(found)) == len(found)
    assert texts[0] == squeezed(
        document.cover.plan
        + document.cover.subject
        + document.cover.title
        + document.cover.office
        + document.cover.published
    )
    assert texts[1].startswith("目次")


def test_the_overview_tables_hold_their_texts_in_order(
    texts: list[str], document: Document
) -> None:
    tables = document.revision.tables
    assert len(tables) == 10
    assert sum(len(section.rows) for table in tables for section in table.sections) == 79
    for table in tables:
        title = f"{table.policy.label}{table.policy.name}{table.measure.label}{table.measure.name}"
        page = page_with(texts, title)
        whole = "".join(texts[page : page + 2])
        at = 0
        for section in table.sections:
            rows = [
                text
                for row in section.rows
                for text in (row.number, row.title, row.mark, row.improvement, row.initiative,
                             row.indicator, row.target, row.note, row.owners)
                if text
            ]  # fmt: skip
            for text in [section.heading, *rows] if section.heading else rows:
                at = whole.index(squeezed(text), at) + len(squeezed(text))
        for note in table.notes:
            at = whole.index(squeezed(note), at) + len(squeezed(note))


def test_each_sheet_is_one_page_with_exactly_its_texts(
    texts: list[str], boxes: list[PdfPage], document: Document
) -> None:
    pages = document.sheets.pages
    assert len(pages) == 74
    assert {(round(box.width, 1), round(box.height, 1)) for box in boxes} == {(841.9, 595.3)}
    for number, (page, text) in enumerate(zip(pages, texts[-74:], strict=True)):
        expected = squeezed("".join(page.texts)) + str(len(texts) - 74 + number + 1)
        # 同じ高さの文字は続けて取り出されるので、順は次の試験でセルごとに見る。
        assert Counter(text) == Counter(expected), page.label


def test_the_legend_points_with_its_letters(texts: list[str], document: Document) -> None:
    legend = document.sheets.legend
    assert legend is not None
    page = texts[page_with(texts, legend.heading)]
    assert [callout.letter for callout in legend.callouts] == list("アイウエオカキクケコサ")
    for callout in legend.callouts:
        assert callout.cells
        assert f"{callout.letter}.{squeezed(callout.title)}{squeezed(callout.text)}" in page
    for text in legend.page.texts:
        assert squeezed(text) in page


# --- 字の位置 ---


def test_no_text_leaves_its_cell(boxes: list[PdfPage], document: Document) -> None:
    tried = 0
    for page, words in zip(document.sheets.pages, boxes[-74:], strict=True):
        for cell in placed_cells(document.sheets, page):
            lines = lines_in(words, cell)
            assert "".join(joined(lines)) == squeezed(cell.text), (page.label, cell.look.ref)
            for line in lines:
                # 行の端の約物は、字の半分を詰めて組む。
                before = 6 if line[0].text[0] in OPENING else 0
                after = 6 if line[-1].text[-1] in CLOSING else 0
                # 字は罫線に触れない。
                assert line[0].x0 >= cell.x0 + BESIDE - before, (page.label, cell.look.ref)
                right = AWAY if cell.look.horizontal == "right" else BESIDE
                assert line[-1].x1 <= cell.x1 - right + after, (page.label, cell.look.ref)
                assert min(word.y0 for word in line) >= cell.y0 - 0.5
                assert max(word.y1 for word in line) <= cell.y1 + 0.5
            tried += 1
    assert tried > 74 * 50


@pytest.mark.parametrize("vertical", ["top", "bottom"])
def test_text_set_to_an_edge_stays_off_the_rule(tmp_path: Path, vertical: str) -> None:
    plan = second_city.write_plan(tmp_path / "plan.json")
    template = second_city.write_template(tmp_path / "事業票.xlsx")
    book = openpyxl.load_workbook(template)
    for row in book[second_city.FORM].iter_rows():
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical=vertical)
    book.save(template)
    wishes = {"plan": plan, "template": template}
    pages = pdftotext_bbox(pdf_of(make_report(tmp_path, **wishes)))[-3:]
    sheets = document_for(tmp_path, **wishes).sheets
    tried = 0
    for page, words in zip(sheets.pages, pages, strict=True):
        for cell in placed_cells(sheets, page):
            lines = lines_in(words, cell)
            assert "".join(joined(lines)) == squeezed(cell.text)
            assert min(word.y0 for line in lines for word in line) >= cell.y0 + AWAY - 1
            assert max(word.y1 for line in lines for word in line) <= cell.y1 - AWAY + 1
            tried += 1
    assert tried > 3 * 20


def test_no_line_of_a_sheet_begins_or_ends_wrongly(
    boxes: list[PdfPage], document: Document
) -> None:
    count = 0
    for page, words in zip(document.sheets.pages, boxes[-74:], strict=True):
        for cell in placed_cells(document.sheets, page):
            for line in joined(lines_in(words, cell)):
                assert line[0] not in NEVER_FIRST or cell.text.startswith(line[0]), line
                assert line[-1] not in NEVER_LAST, line
                count += 1
    assert count > 5000


def test_no_word_lies_outside_the_paper_or_over_another(boxes: list[PdfPage]) -> None:
    for page in boxes:
        for word in page:
            assert word.x0 >= 14
            assert word.x1 <= page.width - 14
            assert word.y0 >= 14
            assert word.y1 <= page.height - 8


# --- 読み上げなどのプログラムが受け取るもの ---


def test_the_pdf_is_tagged_titled_and_has_an_outline(report_result: ReportResult) -> None:
    info = subprocess.run(
        # 日付を、この機械の時刻に直させない。
        [need("pdfinfo"), "-rawdates", str(pdf_of(report_result))],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert (
        "伊勢原市第６次行財政改革推進計画 -アクションプランの令和６年度年次見直しについて" in info
    )
    assert next(line for line in info.splitlines() if line.startswith("Tagged:")).endswith("yes")
    assert "D:20240301" in next(
        line for line in info.splitlines() if line.startswith("CreationDate")
    )
    data = pdf_of(report_result).read_bytes()
    assert b"<pdfuaid:part>1</pdfuaid:part>" in data
    assert b"/Outlines" in data
    assert report_result.files[0].pages == 98


def test_every_font_is_embedded(report_result: ReportResult) -> None:
    program = need("pdffonts")
    done = subprocess.run(
        [program, str(pdf_of(report_result))], capture_output=True, text=True, check=True
    )
    rows = done.stdout.splitlines()[2:]
    assert rows
    assert all(row.split()[-5] == "yes" for row in rows)


def test_the_contents_lead_to_the_printed_pages(texts: list[str], document: Document) -> None:
    contents = "".join(texts[1:3])
    first = len(texts) - 74 + 1
    for number, page in enumerate(document.sheets.pages):
        entry = squeezed(f"{page.label}{page.title}")
        at = contents.index(entry) + len(entry)
        assert contents[at:].lstrip(".").startswith(str(first + number)), page.label


def test_the_same_plan_gives_the_same_bytes(report_result: ReportResult, tmp_path: Path) -> None:
    shutil.copytree(report_result.folder, tmp_path / "out")
    again = make_report(tmp_path, out=tmp_path / "out")
    assert pdf_of(again).read_bytes() == pdf_of(report_result).read_bytes()
    assert again.unchanged == 1
    assert again.kept_aside == ()


def test_a_draft_says_so_on_every_page(tmp_path: Path) -> None:
    result = make_report(tmp_path, draft=True)
    assert pdf_of(result).name == "令和６年度年次見直し（案）.pdf"
    found = page_texts(pdf_of(result))
    assert len(found) == 98
    assert all("案" in text for text in found)


def test_the_layout_can_be_changed_without_the_program(tmp_path: Path, plan_path: Path) -> None:
    plan = changed_plan(plan_path, tmp_path / "plan.json", shortened)
    layout = tmp_path / "layout"
    shutil.copytree(LAYOUT, layout)
    style = layout / "cover.typ"
    style.write_text(style.read_text("utf-8").replace("[目次]", "[もくじ]"), encoding="utf-8")
    texts = page_texts(pdf_of(make_report(tmp_path, plan=plan, layout=layout)))
    assert texts[1].startswith("もくじ")
