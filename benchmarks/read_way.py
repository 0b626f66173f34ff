"""一つの読み方で、フォルダーのブックをすべて読む。読むだけの時間を JSON で出す。

使い方: python benchmarks/read_way.py WAY FOLDER PASSES
       python benchmarks/read_way.py WAY FOLDER values

時計を動かす前に import するのは、動き続けるプログラムと同じ。``values`` は、時間の代わりに、
読んだ値をブック・シート・番地ごとに出す（数式は、控えてある答え）。
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any


def openpyxl_way() -> Callable[[Path], Any]:
    """ふつうに開く。"""
    import openpyxl

    return openpyxl.load_workbook


def openpyxl_read_only_way() -> Callable[[Path], Any]:
    """読み取り専用で開き、すべてのセルを一度たどる。"""
    import openpyxl

    def read(path: Path) -> Any:
        book = openpyxl.load_workbook(path, read_only=True)
        found = [[row for row in s.iter_rows(values_only=True)] for s in book.worksheets]  # noqa: C416
        book.close()
        return found

    return read


def calamine_way() -> Callable[[Path], Any]:
    """python-calamine で開き、すべてのシートを Python の値にする。"""
    from python_calamine import CalamineWorkbook

    def read(path: Path) -> Any:
        book = CalamineWorkbook.from_path(str(path))
        return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]

    return read


def calamine_sheets_way() -> Callable[[Path], Any]:
    """python-calamine で開くだけ。シートは中の形のまま、Python の値にしない。"""
    from python_calamine import CalamineWorkbook

    def read(path: Path) -> Any:
        book = CalamineWorkbook.from_path(str(path))
        return [book.get_sheet_by_name(name) for name in book.sheet_names]

    return read


def sheetgen_way() -> Callable[[Path], Any]:
    """sheetgen の読み取り：値、式、名前、結合、書き込みまで。"""
    from sheetgen.reading.opening import read_book

    return lambda path: read_book(path.read_bytes())


def unzip_way() -> Callable[[Path], Any]:
    """床：zip を広げ、CRC を確かめる。"""
    import zipfile

    def read(path: Path) -> Any:
        with zipfile.ZipFile(path) as archive:
            return [archive.read(name) for name in archive.namelist()]

    return read


WAYS = {
    "openpyxl": openpyxl_way,
    "openpyxl-read-only": openpyxl_read_only_way,
    "calamine": calamine_way,
    "calamine-sheets": calamine_sheets_way,
    "sheetgen": sheetgen_way,
    "unzip": unzip_way,
}


Cells = dict[str, dict[str, Any]]


def openpyxl_values(path: Path, read_only: bool = False) -> Cells:
    import openpyxl

    book = openpyxl.load_workbook(path, data_only=True, read_only=read_only)
    return {
        page.title: {
            cell.coordinate: cell.value
            for row in page.iter_rows()
            for cell in row
            if cell.value is not None
        }
        for page in book.worksheets
    }


def calamine_values(path: Path) -> Cells:
    from openpyxl.utils.cell import get_column_letter
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    return {
        name: {
            f"{get_column_letter(column)}{row}": value
            for row, values in enumerate(
                book.get_sheet_by_name(name).to_python(skip_empty_area=False), 1
            )
            for column, value in enumerate(values, 1)
            if value != ""
        }
        for name in book.sheet_names
    }


def sheetgen_values(path: Path) -> Cells:
    from sheetgen.reading.opening import read_book

    return {
        sheet.name: {ref: cell.value for ref, cell in sheet.cells.items() if cell.value is not None}
        for sheet in read_book(path.read_bytes()).sheets
    }


VALUES: dict[str, Callable[[Path], Cells]] = {
    "openpyxl": openpyxl_values,
    "openpyxl-read-only": partial(openpyxl_values, read_only=True),
    "calamine": calamine_values,
    "sheetgen": sheetgen_values,
}


def main() -> None:
    way, folder = sys.argv[1], Path(sys.argv[2])
    if sys.argv[3] == "values":
        found = {path.name: VALUES[way](path) for path in sorted(folder.glob("*.xlsx"))}
        print(json.dumps(found, ensure_ascii=False, default=str))
        return
    passes = int(sys.argv[3])
    read = WAYS[way]()
    paths = sorted(folder.glob("*.xlsx"))
    seconds = []
    for _ in range(passes):
        start = time.perf_counter()
        for path in paths:
            read(path)
        seconds.append(time.perf_counter() - start)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
