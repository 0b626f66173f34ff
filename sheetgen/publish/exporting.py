"""オープンデータを書き出す：計画から、CSV・Excel・JSON まで。"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import BytesIO
from pathlib import Path

from sheetgen.era import wareki
from sheetgen.plan.plan import Plan
from sheetgen.plan.written_figures import figure_doubts
from sheetgen.problems import Problem
from sheetgen.publish.opendata.changes import Changes
from sheetgen.publish.opendata.dataset import (
    OPEN_DEFINITION,
    build_dataset,
    codes_of,
    contact_of,
    dataset_notes,
    license_of,
)
from sheetgen.publish.sources import final_notes, lost_notes
from sheetgen.records.editions import history_of
from sheetgen.records.ledger import open_ledger
from sheetgen.xlsx.data_book import DataColumn, DataSet, DataTable, Datum
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


def package_bytes(plan: Plan, dataset: DataSet, files: Mapping[str, bytes]) -> bytes:
    """``datapackage.json``：CSV の列の型、キー、結合、利用条件。``files`` は CSV の名から中身へ。

    形は Frictionless の Data Package（v1。v2 の読み手も読む）。列の名は、CSV の見出しのとおり。
    """
    name, url = license_of(plan)
    package: dict[str, object] = {
        "profile": "tabular-data-package",
        "name": "-".join(filter(None, ("action-plan", plan.municipality_code))),
        "title": dataset.title,
        "contributors": [{"title": dataset.publisher, "role": "publisher"}],
        "contact": contact_of(plan),
        "sources": [{"title": f"{plan.municipality}{plan.plan_title} {plan.words.document}"}],
    }
    if dataset.modified:
        package["modified"] = dataset.modified
    if dataset.changed and dataset.modified and len(dataset.modified) == len("2024-08-01"):
        package["created"] = f"{dataset.changed.isoformat(timespec='seconds')}Z"
    if name and url:
        given = plan.open_data.license
        known = {"name": given} if given in OPEN_DEFINITION else {}
        package["licenses"] = [{**known, "title": name, "path": url}]
    package["resources"] = [
        _resource(plan, table, files[f"{table.name}.csv"]) for table in dataset.tables
    ]
    return (json.dumps(package, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _resource(plan: Plan, table: DataTable, data: bytes) -> dict[str, object]:
    titles = {column.name: column.title for column in table.columns}
    schema: dict[str, object] = {
        "fields": [_field(plan, table, column) for column in table.columns],
        "missingValues": [""],
        "primaryKey": [titles[name] for name in table.key],
    }
    if table.joins:
        # 結ばれる列の見出しは、どの表でもこの表と同じ。
        schema["foreignKeys"] = [
            {
                "fields": [titles[name] for name in join.columns],
                "reference": {
                    "resource": join.table,
                    "fields": [titles[name] for name in join.refers],
                },
            }
            for join in table.joins
        ]
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": f"{table.name}.csv",
        "title": table.title,
        "description": table.note,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(data),
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"'},
        "schema": schema,
    }


def _field(plan: Plan, table: DataTable, column: DataColumn) -> dict[str, object]:
    field: dict[str, object] = {
        "name": column.title,
        "english_name": column.name,
        "type": column.type.english,
        "description": column.note,
    }
    constraints: dict[str, object] = {}
    if column.name in table.key:
        constraints["required"] = True
    if codes := codes_of(plan, table, column):
        constraints["enum"] = [csv_text(code) for code in codes]
    if constraints:
        field["constraints"] = constraints
    return field


STEM = "action_plan"
"""一式を一つに入れるファイルの名。データを載せる先によらず使えるよう、英数字とする。"""


def export(request: ExportRequest) -> ExportResult:
    """計画と実績を、オープンデータとして書き出す。

    :raises SheetgenError: 計画のデータが使えない、控えが読めない（S112）、
        またはファイルが書けない。
    """
    with open_ledger(request.plan, writing=False) as ledger:
        history = history_of(ledger, printed=True)
    # 見直し照会のあとの値は、まだ公表していない。
    plan = history.published_now
    earlier = range(plan.first_year, plan.revision.fiscal_year)
    published = {
        edition.year: edition.plan.revision.published
        for edition in map(history.published, earlier)
        if edition is not None
    }
    dataset = build_dataset(history.years_of(plan), Changes(plan, ledger.entries, published))
    year = wareki(plan.revision.fiscal_year)
    folder = request.out or request.root / "output" / year / "オープンデータ"
    names = []
    with Staging(folder, datetime.now()) as staging:
        for name, data in _files(plan, dataset, request.formats):
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
        (
            *ledger.problems,
            *lost_notes(history),
            *final_notes(history, plan),
            *dataset_notes(plan, dataset, str(request.plan)),
            *doubts,
        ),
    )


def _files(
    plan: Plan, dataset: DataSet, formats: tuple[DataFormat, ...]
) -> Iterator[tuple[str, bytes]]:
    if DataFormat.CSV in formats:
        files = {f"{table.name}.csv": csv_bytes(table) for table in dataset.tables}
        yield from files.items()
        yield "datapackage.json", package_bytes(plan, dataset, files)
    if DataFormat.XLSX in formats:
        # Excel を書く部品は、書くときにだけ読み込む。
        from sheetgen.xlsx.data_book import write_data_book

        target = BytesIO()
        write_data_book(dataset, target)
        yield f"{STEM}.xlsx", target.getvalue()
    if DataFormat.JSON in formats:
        yield f"{STEM}.json", json_bytes(dataset)
