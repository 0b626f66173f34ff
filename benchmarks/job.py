"""比べる相手に渡す仕事：どのブックの、どのセルに、何を入れるか。

sheetgen の書く値そのもの。式は値にし、文は割り付け、繰り返しの行も並べてある。ほかの道具は、
出来た値を受け取って書くだけでよく、その分有利である。Node も同じファイルを読めるように、
JSON にする。
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.cell import coordinate_from_string, range_boundaries

from sheetgen.form.books import BookMaker
from sheetgen.form.context import round_text
from sheetgen.form.jobs import GenerateRequest, Per, plan_jobs
from sheetgen.form.rounds import settle_round
from sheetgen.form.template import FormTemplate
from sheetgen.plan.loading import load_plan
from sheetgen.plan.round import RoundKind
from sheetgen.xlsx.filled import FilledBook, FilledSheet

DIGITS = "0123456789"
ROOT = Path(__file__).resolve().parent.parent
PLAN = ROOT / "data" / "plan.json"
TEMPLATE = ROOT / "templates" / "shinchoku_sheet.xlsx"


def request(
    template: Path = TEMPLATE, per: Per = Per.SECTION, sections: tuple[str, ...] = ()
) -> GenerateRequest:
    """引数のない generate と同じ依頼。``sections`` を渡すと、その課だけ。"""
    return GenerateRequest(
        plan=PLAN,
        template=template,
        root=ROOT,
        round=RoundKind.RESULTS,
        per=per,
        sections=sections,
    )


def open_maker(asked: GenerateRequest) -> tuple[BookMaker, list[Any]]:
    """計画を読み、テンプレートを開く。"""
    plan = load_plan(asked.plan)
    chosen = settle_round(plan, asked.round or RoundKind.RESULTS, asked.year)
    template = FormTemplate(asked.template)
    maker = BookMaker(plan, chosen, round_text(plan, chosen, asked.deadline), template)
    return maker, plan_jobs(plan, asked)


def filled(maker: BookMaker, job: Any) -> FilledBook:
    """一冊の値を、すべて求めて手もとに置く。"""
    book = maker.book(job)
    return FilledBook(book.title, book.creator, book.keywords, book.entries, tuple(book.sheets))


def write_job(
    path: Path,
    template: Path = TEMPLATE,
    per: Per = Per.SECTION,
    sections: tuple[str, ...] = (),
) -> None:
    """仕事を JSON に書く。"""
    maker, jobs = open_maker(request(template, per, sections))
    pages = _Pages(template)
    books = [
        {
            "file": job.file_name,
            "sheets": [pages.sheet(one) for one in filled(maker, job).sheets],
        }
        for job in jobs
    ]
    whole = {"template": str(template), "sample": pages.sample(), "books": books}
    path.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")


class _Pages:
    """繰り返しの行の行き先を、テンプレートから求める。"""

    def __init__(self, template: Path) -> None:
        self._book = load_workbook(template)

    def sample(self) -> list[str]:
        """記入欄の色の見本の（シート, セル）。"""
        sheet, cell = next(self._book.defined_names["input_sample"].destinations)
        return [sheet, cell.replace("$", "")]

    def sheet(self, one: FilledSheet) -> dict[str, Any]:
        """一枚。

        セルは [番地, 値, 書式の元, 表示形式, 大きさ, 記入欄の状態]、リンクは
        [番地, 飛ぶ先のシート, 飛ぶ先のセル]。
        """
        page = self._book[one.template_sheet]
        moving = min(one.repeats, default=1 << 30)
        rows = _placed_rows(page.max_row, dict(one.repeats))
        cells, heights, links = [], {}, []
        for (ref, turn), fill in one.fills.items():
            column, row = coordinate_from_string(ref)
            place = f"{column}{rows[row][turn]}"
            look = [fill.number_format, fill.size, fill.state.name.lower()]
            cells.append([place, fill.value, ref, *look])
            if fill.link:
                links.append([place, fill.link.sheet, fill.link.cell])
        dynamic = {ref for ref, _ in one.fills}
        for row in range(moving, page.max_row + 1):
            for cell in page[row]:
                if cell.coordinate not in dynamic and (cell.has_style or cell.value is not None):
                    for at in rows[row]:
                        place = f"{cell.coordinate.rstrip(DIGITS)}{at}"
                        value = getattr(cell, "value", None)
                        cells.append([place, value, cell.coordinate, None, None, "keep"])
            for at in rows[row]:
                heights[at] = page.row_dimensions[row].height
        for (row, turn), height in one.row_heights.items():
            heights[rows[row][turn]] = height
        old = [str(area) for area in page.merged_cells.ranges if area.min_row >= moving]
        return {
            "template": one.template_sheet,
            "name": one.name,
            "cells": cells,
            "heights": {row: height for row, height in heights.items() if height},
            "unmerge": old,
            "merge": [area for ref in old for area in _moved(ref, rows)],
            "clear": sorted(dynamic - {place for place, *_ in cells}),
            "links": links,
            "names": dict(one.names),
            "validations": [
                {"ref": v.ref, "kind": v.kind, "formulas": list(v.formulas),
                 "operator": v.operator, "strict": v.strict, "promptTitle": v.prompt_title,
                 "prompt": v.prompt, "errorTitle": v.error_title, "error": v.error}
                for v in one.validations
            ],
        }  # fmt: skip


def _placed_rows(last: int, repeats: dict[int, int]) -> dict[int, list[int]]:
    """テンプレートの行から、立つ行へ（繰り返しは一行ずつとする）。入らない行は、どこにも立たない。"""
    rows, at = {}, 1
    for row in range(1, last + 1):
        count = repeats.get(row, 1)
        rows[row] = list(range(at, at + count))
        at += count
    return rows


def _moved(ref: str, rows: dict[int, list[int]]) -> list[str]:
    _, first, _, _ = range_boundaries(ref)
    left, _, right = ref.partition(":")
    columns = [coordinate_from_string(one)[0] for one in (left, right or left)]
    return [f"{columns[0]}{at}:{columns[1]}{at}" for at in rows[first]]
