"""試験のために年次見直しの文書を作り、PDF の文字とセルを読む。"""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from programs import SHORT_SECONDS, PdfPage, Word, need

from sheetgen.publish.document.sheets import FormPage, SheetsPart
from sheetgen.publish.document.whole import Document
from sheetgen.publish.publishing import Output, ReportRequest, ReportResult
from sheetgen.publish.reporting import document_of, report
from sheetgen.xlsx.look import CellLook

ROOT = Path(__file__).resolve().parent.parent
LAYOUT = ROOT / "templates" / "report"
OPENING = "（〔［｛〈《「『【〖"
CLOSING = "、。，．）〕］｝〉》」』】〗"


def request_for(folder: Path, **changes: Any) -> ReportRequest:
    """実物の計画と様式による依頼。"""
    asked: dict[str, Any] = {
        "plan": ROOT / "data" / "plan.json",
        "template": ROOT / "templates" / "shinchoku_sheet.xlsx",
        "layout": LAYOUT,
        "root": folder,
        "outputs": (Output.PDF,),
    }
    return ReportRequest(**{**asked, **changes})


def make_report(folder: Path, **changes: Any) -> ReportResult:
    """PDF の文書を作る。"""
    return report(request_for(folder, **changes))


def document_for(folder: Path, **changes: Any) -> Document:
    """文書の値だけを作る。"""
    request = request_for(folder, **changes)
    return document_of(request)[0]


def pdf_of(result: ReportResult) -> Path:
    """できた PDF の場所。"""
    return next(file.path for file in result.files if file.output is Output.PDF)


def page_texts(pdf: Path) -> list[str]:
    """各ページの文字を、置かれた順に、空白を除いて返す。"""
    program = need("pdftotext")
    done = subprocess.run(
        [program, "-raw", "-enc", "UTF-8", str(pdf), "-"],
        capture_output=True,
        timeout=SHORT_SECONDS,
        check=True,
    )
    # 目次の点線の後に、行を分けない印（U+2060）が入る。
    text = done.stdout.decode("utf-8").replace("\u2060", "")
    return ["".join(page.split()) for page in text.split("\f")[:-1]]


class PlacedCell(NamedTuple):
    """文字のあるセルと、紙の上の枠（pt、左上が原点）。"""

    look: CellLook
    text: str
    x0: float
    y0: float
    x1: float
    y1: float


def placed_cells(part: SheetsPart, page: FormPage) -> Iterator[PlacedCell]:
    """そのページの、文字のあるセルの枠。"""
    look = part.form.look
    xs, x = {}, look.left
    for column, width in look.columns.items():
        xs[column] = (x, x + width)
        x += width
    ys, y = {}, look.top
    for row, height in zip(look.rows, page.rows, strict=True):
        ys[row] = (y, y + height)
        y += height
    for cell, text in zip(look.cells, page.texts, strict=True):
        if text:
            yield PlacedCell(
                cell,
                text,
                xs[cell.first_column][0],
                ys[cell.first_row][0],
                xs[cell.last_column][1],
                ys[cell.last_row][1],
            )


def lines_in(words: PdfPage, cell: PlacedCell) -> list[list[Word]]:
    """セルの枠に入っている語を、行ごとに返す。

    行の初めの始め括弧は、字の形を端にそろえるので、枠が半字だけ左に出る。
    """
    inside = [
        word
        for word in words
        if cell.x0 - 0.5 <= word.x0 + (6 if word.text[:1] in OPENING else 0) < cell.x1 - 0.5
        and cell.y0 <= (word.y0 + word.y1) / 2 < cell.y1
    ]
    lines: list[list[Word]] = []
    last = None
    for word in sorted(inside, key=lambda w: ((w.y0 + w.y1) / 2, w.x0)):
        middle = (word.y0 + word.y1) / 2
        if last is None or middle - last > 3:
            lines.append([])
            last = middle
        lines[-1].append(word)
    return lines


def joined(lines: Iterable[Iterable[Word]]) -> list[str]:
    """行ごとの文字。"""
    return ["".join(word.text for word in line) for line in lines]


def shortened(plan: dict[str, Any]) -> None:
    """推進項目ごとに、初めの二つの実施項目だけを残す。速く作るため。"""
    for policy in plan["policies"]:
        for measure in policy["measures"]:
            items = [entry for entry in measure["entries"] if entry["type"] == "item"]
            measure["entries"] = items[:2]
    plan["overview"]["legend"]["sample_item_id"] = "01-01"


def with_results(plan: Path, path: Path, years: tuple[int, ...], seed: int = 5) -> Path:
    """ありそうな実績を入れた計画を書く。同じ ``seed`` なら同じ実績になる。"""
    chance = random.Random(seed)
    data = json.loads(plan.read_text("utf-8"))
    scale = [one["grade"] for one in data["evaluation_scale"]]
    for policy in data["policies"]:
        for measure in policy["measures"]:
            for item in measure["entries"]:
                if item["type"] == "item":
                    latest = max(item["initiatives"])
                    item["initiatives"][str(max(years) + 2)] = item["initiatives"][latest]
                    for year in item["years"]:
                        if year["fiscal_year"] in years:
                            _achieve(year, item, scale, chance)
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def _achieve(year: Any, item: Any, scale: list[str], chance: random.Random) -> None:
    if item["introduced"] > year["fiscal_year"]:
        return
    share = chance.choice([0.8, 1, 1, 1.25])
    result = year["result"]
    result["text"] = f"・{year['fiscal_year']}年度の計画を{share:.0%}まで進めた。"
    for name, planned in (("value", year["target"]), ("effect", year["effect"])):
        number = isinstance(planned, int | float)
        result[name] = round(planned * share) if number else planned
    result["grade"] = chance.choice([scale[0], scale[0], scale[1], scale[-1]])
