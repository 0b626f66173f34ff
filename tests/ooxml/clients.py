"""ほかのプログラムで .xlsx を開き、見える値を同じ形にそろえる。

どの読み手も ``{シート: {"A1": 値}}`` を返す。数は数、文字は文字のまま。空のセルは入れず、
結合セルは左上のセルで、式は保存されていた結果で表す。
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import python_calamine
from openpyxl.utils import get_column_letter
from programs import run_node, soffice_convert

Cells = dict[str, Any]
Book = dict[str, Cells]

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
TO_XLSX = "xlsx:Calc MS Excel 2007 XML"


def _tidy(value: object) -> object:
    """数は同じ型に、日付は文字にそろえる。"""
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return int(value) if float(value).is_integer() else float(value)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return value


def unescaped(value: object) -> object:
    """``_xHHHH_`` を元の文字にする（openpyxl はこの書き方を解かない）。"""
    if not isinstance(value, str) or "_x" not in value:
        return value
    return _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), value)


def by_openpyxl(path: Path) -> Book:
    """openpyxl で読む（数式は計算ずみの値）。"""
    book = openpyxl.load_workbook(path, data_only=True)
    return {
        sheet.title: {
            cell.coordinate: unescaped(_tidy(cell.value))
            for row in sheet.iter_rows()
            for cell in row
            if cell.value not in (None, "")
        }
        for sheet in book.worksheets
    }


def by_calamine(path: Path) -> Book:
    """python-calamine で読む。"""
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    return {
        name: {
            f"{get_column_letter(x)}{y}": _tidy(value)
            for y, row in enumerate(
                book.get_sheet_by_name(name).to_python(skip_empty_area=False), start=1
            )
            for x, value in enumerate(row, start=1)
            if value != ""
        }
        for name in book.sheet_names
    }


def by_node(paths: Sequence[Path]) -> dict[str, dict[str, Book]]:
    """Node の読み手（exceljs と SheetJS）で読む。読み手 → ファイル名 → 値。"""
    found = run_node("read.js", *paths)
    return {
        reader: {
            file: {
                sheet: {cell: _tidy(value) for cell, value in cells.items()}
                for sheet, cells in book.items()
            }
            for file, book in files.items()
        }
        for reader, files in found.items()
    }


def by_libreoffice(paths: Sequence[Path], folder: Path) -> dict[str, Book]:
    """LibreOffice で開いて保存し直したものを読む。ファイル名 → 値。"""
    saved = soffice_convert(list(paths), folder, TO_XLSX)
    return {source.name: by_openpyxl(made) for source, made in zip(paths, saved, strict=True)}


def same_line_ends(value: object) -> object:
    """改行を LF にそろえる（保存し直すプログラムは CR を書き換える）。"""
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


def differences(expected: Mapping[str, Cells], actual: Mapping[str, Cells]) -> list[str]:
    """二つの読み手の値が違うところを、一行ずつ返す。"""
    lines = []
    if list(expected) != list(actual):
        lines.append(f"シート: {list(expected)} ≠ {list(actual)}")
    for sheet in expected.keys() & actual.keys():
        left, right = expected[sheet], actual[sheet]
        for cell in sorted(left.keys() | right.keys()):
            one, other = same_line_ends(left.get(cell)), same_line_ends(right.get(cell))
            if not _equal(one, other):
                lines.append(f"{sheet}!{cell}: {one!r} ≠ {other!r}")
    return lines


def _equal(one: object, other: object) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= 1e-9 * max(1.0, abs(one))
    return one == other
