"""オープンデータを書き出す：計画から、CSV・Excel・JSON まで。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO

from sheetgen.era import wareki
from sheetgen.master import load_plan
from sheetgen.model.opendata import DataFormat, DataSet, ExportRequest, ExportResult
from sheetgen.opendata import build_dataset, csv_bytes, dataset_notes, json_bytes
from sheetgen.output import Staging

STEM = "action_plan"
"""一式を一つに入れるファイルの名。データを載せる先によらず使えるよう、英数字とする。"""


def export(request: ExportRequest) -> ExportResult:
    """計画と実績を、オープンデータとして書き出す。

    :raises SheetgenError: the master is not sound, or the files cannot be written.
    """
    plan = load_plan(request.plan)
    dataset = build_dataset(plan)
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
