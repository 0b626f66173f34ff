"""オープンデータを書き出す：計画から、CSV・Excel・JSON まで。"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import BytesIO
from pathlib import Path

from sheetgen.era import wareki
from sheetgen.plan.loading import load_plan
from sheetgen.plan.plan import Plan
from sheetgen.plan.unseen import without_unseen
from sheetgen.plan.written_figures import figure_doubts
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.publish.opendata.dataset import build_dataset, dataset_notes
from sheetgen.publish.opendata.source import EndedItem
from sheetgen.records.archives import archives
from sheetgen.xlsx.data_book import DataSet, DataTable, Datum
from sheetgen.xlsx.output import Staging


class DataFormat(StrEnum):
    """書き出す形。"""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """オープンデータを書き出す依頼。

    ``out`` が None なら、``root/output/令和N年度/オープンデータ`` に置く。
    """

    plan: Path
    root: Path
    out: Path | None = None
    formats: tuple[DataFormat, ...] = tuple(DataFormat)


@dataclass(frozen=True, slots=True)
class ExportResult:
    """書き出した結果。``rows`` は表の名から行の数へ。"""

    folder: Path
    files: tuple[Path, ...]
    rows: tuple[tuple[str, int], ...]
    unchanged: int
    kept_aside: tuple[Path, ...]
    problems: tuple[Problem, ...]


BOM = "\ufeff"
_FORMULA_STARTS = "=+-@\t\r＝＋－＠"
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_GUARD = "'"


def csv_bytes(table: DataTable) -> bytes:
    """BOM 付き UTF-8、CRLF の CSV。一行目が見出し。"""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([column.title for column in table.columns])
    writer.writerows([csv_text(datum) for datum in row] for row in table.rows)
    return (BOM + target.getvalue()).encode("utf-8")


def csv_text(datum: Datum) -> str:
    """CSV の一つの値。表計算ソフトが式と読む文字列には、前に ``'`` を付ける。

    数は数のまま。``-`` 一字（公式の書き方）と、数だけの文字列も、式にはなりえないので、そのまま。
    日本語の Excel では、全角の ``＝`` でも式が始まる。
    """
    if datum is None:
        return ""
    if not isinstance(datum, str):
        return repr(datum)
    risky = len(datum) > 1 and datum[0] in _FORMULA_STARTS and not _NUMBER.fullmatch(datum)
    return _GUARD + datum if risky else datum


def json_bytes(dataset: DataSet) -> bytes:
    """英数字の名を使う JSON。値のないところは ``null``。"""
    tree = {
        "title": dataset.title,
        "publisher": dataset.publisher,
        "tables": {
            table.name: {
                "title": table.title,
                "note": table.note,
                "rows": [
                    dict(zip((column.name for column in table.columns), row, strict=True))
                    for row in table.rows
                ],
            }
            for table in dataset.tables
        },
    }
    return (json.dumps(tree, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


STEM = "action_plan"
"""一式を一つに入れるファイルの名。データを載せる先によらず使えるよう、英数字とする。"""


def export(request: ExportRequest) -> ExportResult:
    """計画と実績を、オープンデータとして書き出す。

    :raises SheetgenError: 計画のデータが使えない、控えが読めない（X003）、
        またはファイルが書けない。
    """
    plan = without_unseen(load_plan(request.plan))
    dataset = build_dataset(plan, ended_items(plan, request.plan))
    year = wareki(plan.revision.fiscal_year)
    folder = request.out or request.root / "output" / year / "オープンデータ"
    names = []
    with Staging(folder, datetime.now()) as staging:
        for name, data in _files(dataset, request.formats):
            with staging.open(name) as target:
                target.write(data)
            names.append(name)
        placed = staging.place()
    # 書き出す値は端数までそのままなので、印刷での丸め（M089）は言わない。
    doubts = [one for one in figure_doubts(plan, str(request.plan)) if one.code != "M089"]
    return ExportResult(
        folder,
        tuple(folder / name for name in names),
        tuple((table.title, len(table.rows)) for table in dataset.tables),
        placed.unchanged,
        placed.kept_aside,
        (*dataset_notes(plan, dataset, str(request.plan)), *doubts),
    )


def ended_items(plan: Plan, path: Path) -> list[EndedItem]:
    """前の年次見直しの計画にあって、いまの計画にない実施項目。終わった順、印刷の順。

    :raises SheetgenError: 控えのどれかが読めない（X003）。
    """
    now = {item.id for _, _, item in plan.items()}
    found: dict[str, EndedItem] = {}
    for before in sorted(_earlier(plan, path), key=lambda one: one.revision.fiscal_year):
        for policy, measure, item in before.items():
            if item.id not in now:
                found.pop(item.id, None)  # 終わったときの順に並べる
                ended = before.revision.fiscal_year + 1
                found[item.id] = EndedItem(policy, measure, item, ended, before.evaluation_scale)
    return list(found.values())


def _earlier(plan: Plan, path: Path) -> Iterator[Plan]:
    """閉じた年次見直しの計画。切り替え直して残った、先の年度のものは使わない。"""
    for archived in archives(path):
        try:
            before = without_unseen(load_plan(archived))
        except SheetgenError as error:
            raise SheetgenError(Problem("X003", Place(file=str(archived)))) from error
        if before.revision.fiscal_year < plan.revision.fiscal_year:
            yield before


def _files(dataset: DataSet, formats: tuple[DataFormat, ...]) -> Iterator[tuple[str, bytes]]:
    if DataFormat.CSV in formats:
        for table in dataset.tables:
            yield f"{table.name}.csv", csv_bytes(table)
    if DataFormat.XLSX in formats:
        # Excel を書く部品は、書くときにだけ読み込む。
        from sheetgen.xlsx.data_book import write_data_book

        target = BytesIO()
        write_data_book(dataset, target)
        yield f"{STEM}.xlsx", target.getvalue()
    if DataFormat.JSON in formats:
        yield f"{STEM}.json", json_bytes(dataset)
