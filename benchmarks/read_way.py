"""一つの読み方で、フォルダーのブックをすべて読む。読むだけの時間を JSON で出す。

使い方: ``python benchmarks/read_way.py 方法 フォルダー 回数``

時計を動かす前に読み込むのは、動き続けるプログラムなら持っているはずのもの。
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
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
    from sheetgen.xlsx.reading import read_book

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


def main() -> None:
    way, folder, passes = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
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
