"""LibreOffice で刷った PDF を、シートの枠と突き合わせる。

poppler の見つけた語で判定する。どの語も自分のセルの枠の中にあり、どのセルにも、
その文のすべてだけがなければならない。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from programs import PdfPage, Word, pdftotext_bbox

from ooxml.geometry import Printed, PrintedSheet, Rect, printed_sheets

TOLERANCE = 2.0
A4 = (297 / 25.4 * 72, 210 / 25.4 * 72)
# 同じ行とみなす、語の中心の高さの差（pt）。
SAME_LINE = 3.0


def pages_of(sheets: Sequence[PrintedSheet], pages: Sequence[PdfPage]) -> list[list[PdfPage]]:
    """ページをシートに割り当てる。順は変わらないとして、文字の最も近いシートを選ぶ。"""
    wanted = [_pairs(sheet.text) for sheet in sheets]
    found: list[list[PdfPage]] = [[] for _ in sheets]
    at = 0
    for page in pages:
        have = _pairs(page.text)
        scores = [sum((have & pairs).values()) for pairs in wanted[at:]]
        at += scores.index(max(scores))
        found[at].append(page)
    return found


def _pairs(text: str) -> Counter[str]:
    return Counter(text[index : index + 2] for index in range(len(text) - 1))


def sheet_problems(
    sheet: PrintedSheet, pages: Sequence[PdfPage], tolerance: float = TOLERANCE
) -> list[str]:
    """一枚のシートの、紙の上の誤りを一行ずつ返す。"""
    if len(pages) != 1:
        return [f"{sheet.name}: pages: {len(pages)} ページになった"]
    (page,) = pages
    size = A4 if sheet.landscape else A4[::-1]
    lines = []
    if abs(page.width - size[0]) > 1 or abs(page.height - size[1]) > 1:
        lines.append(f"{sheet.name}: paper: {page.width:.0f} × {page.height:.0f} pt")
    inside: dict[str, list[Word]] = {cell.ref: [] for cell in sheet.cells}
    for word in page:
        x, y = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
        if not sheet.body.y0 - tolerance <= y <= sheet.body.y1 + tolerance:
            continue  # ヘッダーとフッターは余白に刷られる
        cell = next((cell for cell in sheet.cells if cell.rect.holds(x, y)), None)
        if cell is None:
            lines.append(
                f"{sheet.name}: stray: 「{word.text}」がどのセルにもない ({x:.0f},{y:.0f})"
            )
            continue
        inside[cell.ref].append(word)
        if not _within(word, cell.rect, tolerance):
            lines.append(f"{sheet.name}!{cell.ref}: clipped: 「{word.text}」がセルをはみ出す")
    lines += [line for cell in sheet.cells for line in _text_problems(sheet, cell, inside)]
    return lines


def _within(word: Word, rect: Rect, tolerance: float) -> bool:
    return (
        word.x0 >= rect.x0 - tolerance
        and word.x1 <= rect.x1 + tolerance
        and word.y0 >= rect.y0 - tolerance
        and word.y1 <= rect.y1 + tolerance
    )


def _text_problems(sheet: PrintedSheet, cell: Printed, inside: dict[str, list[Word]]) -> list[str]:
    wanted = "".join(cell.text.split())
    got = _reading_order(inside[cell.ref])
    if got == wanted:
        return []
    missing = "".join((Counter(wanted) - Counter(got)).elements())
    extra = "".join((Counter(got) - Counter(wanted)).elements())
    if not missing and not extra:
        return []
    return [f"{sheet.name}!{cell.ref}: text: ない文字「{missing}」余る文字「{extra}」"]


def _reading_order(words: Sequence[Word]) -> str:
    """枠の中の語を、上の行から、左から並べる。"""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.y0 + w.y1, w.x0)):
        middle = (word.y0 + word.y1) / 2
        if rows and abs((rows[-1][0].y0 + rows[-1][0].y1) / 2 - middle) <= SAME_LINE:
            rows[-1].append(word)
        else:
            rows.append([word])
    return "".join(word.text for row in rows for word in sorted(row, key=lambda w: w.x0))


@dataclass(frozen=True, slots=True)
class Judged:
    """一冊の刷り上がり。``pages`` はシートごとのページの数、``problems`` は誤り。"""

    pages: dict[str, int]
    problems: dict[str, list[str]]

    def problems_of(self, names: Collection[str]) -> list[str]:
        """これらのシートの誤り。"""
        return [line for name in names for line in self.problems[name]]


def judge(book: Path, pdf: Path, tolerance: float = TOLERANCE) -> Judged:
    """ブックと PDF を、シートごとに比べる。"""
    sheets = printed_sheets(book)
    pages = pages_of(sheets, pdftotext_bbox(pdf))
    pairs = list(zip(sheets, pages, strict=True))
    return Judged(
        {sheet.name: len(own) for sheet, own in pairs},
        {sheet.name: sheet_problems(sheet, own, tolerance) for sheet, own in pairs},
    )


def problems(book: Path, pdf: Path) -> list[str]:
    """すべてのシートの誤り。"""
    judged = judge(book, pdf)
    return judged.problems_of(list(judged.problems))
