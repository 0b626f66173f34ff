"""表を、CSV と JSON のバイト列にする。"""

from __future__ import annotations

import csv
import io
import json
import re

from sheetgen.model.opendata import DataSet, DataTable, Datum

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
