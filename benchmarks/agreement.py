"""比べる相手が、同じ仕事をしたことを確かめる。同じでなければ、速さを比べても意味がない。"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

Contents = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""ブック、シート、番地から値へ。"""


class DisagreementError(Exception):
    """相手の書いたもの、読んだものが、sheetgen のものと違う。"""


def plain(value: Any) -> str:
    """値を、書く道具や読む道具によらない文字にする。"""
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return f"{float(value):.9g}"
    return str(value).replace("\r\n", "\n")


def written(job: Path, folder: Path) -> int:
    """仕事の値がすべて、``folder`` のブックの同じ番地にあることを確かめ、その数を返す。

    数式は、答えを添えない道具があるので見ない。

    :raises DisagreementError: ブック、シート、値のどれかがない。
    """
    count = 0
    for one in json.loads(job.read_text(encoding="utf-8"))["books"]:
        book = load_workbook(folder / one["file"])
        for sheet in one["sheets"]:
            if sheet["name"] not in book.sheetnames:
                raise DisagreementError(f"{folder.name}: {one['file']} に {sheet['name']} がない")
            page = book[sheet["name"]]
            for ref, value, *_ in sheet["cells"]:
                if value is None or str(value).startswith("="):
                    continue
                _same(f"{folder.name}: {one['file']} {sheet['name']} {ref}", page[ref].value, value)
                count += 1
    return count


def read(ours: Contents, theirs: Contents, who: str) -> int:
    """同じブックを読んだ二つの結果が同じことを確かめ、空でない値の数を返す。

    :raises DisagreementError: 値が足りない、余っている、または違う。
    """
    count = 0
    if sorted(ours) != sorted(theirs):
        raise DisagreementError(f"{who}: ブックが違う {sorted(ours)} {sorted(theirs)}")
    for name, sheets in ours.items():
        if sorted(sheets) != sorted(theirs[name]):
            raise DisagreementError(f"{who}: {name} のシートが違う {sorted(theirs[name])}")
        for sheet, cells in sheets.items():
            other = theirs[name][sheet]
            for ref in sorted(cells.keys() | other.keys()):
                _same(f"{who}: {name} {sheet} {ref}", other.get(ref), cells.get(ref))
                count += plain(cells.get(ref)) != ""
    return count


def _same(place: str, found: Any, wanted: Any) -> None:
    if plain(found) != plain(wanted):
        raise DisagreementError(f"{place} の値が違う: {found!r}、sheetgen は {wanted!r}")
