"""オープンデータを書き出す：計画から、CSV・Excel・JSON まで。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path

from sheetgen.era import wareki
from sheetgen.keeping.archives import archives
from sheetgen.master import load_plan
from sheetgen.model.opendata import DataFormat, DataSet, EndedItem, ExportRequest, ExportResult
from sheetgen.model.plan import Plan
from sheetgen.opendata import build_dataset, csv_bytes, dataset_notes, json_bytes
from sheetgen.output import Staging
from sheetgen.problems import Place, Problem, SheetgenError

STEM = "action_plan"
"""一式を一つに入れるファイルの名。データを載せる先によらず使えるよう、英数字とする。"""


def export(request: ExportRequest) -> ExportResult:
    """計画と実績を、オープンデータとして書き出す。

    :raises SheetgenError: 計画のデータが使えない、控えが読めない（X003）、
        またはファイルが書けない。
    """
    plan = load_plan(request.plan)
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
    return ExportResult(
        folder,
        tuple(folder / name for name in names),
        tuple((table.title, len(table.rows)) for table in dataset.tables),
        placed.unchanged,
        placed.kept_aside,
        tuple(dataset_notes(plan, dataset, str(request.plan))),
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
            before = load_plan(archived)
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
