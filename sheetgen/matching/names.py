"""ブックの名前のうち、どの欄のセルを指すかが分かるもの。"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from sheetgen.model.filled import INPUT_PREFIX
from sheetgen.model.refs import split_area
from sheetgen.model.returned import RawName


@dataclass(slots=True)
class SheetNames:
    """一枚のシートの名前。

    ``cells`` は、名から指すセルへ。``broken`` は、どこも指さない（``#REF!``）か、いくつものセルや、
    いくつもの所を指す名。
    """

    cells: dict[str, str] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)


def names_by_sheet(names: Iterable[RawName]) -> dict[str, SheetNames]:
    """シートの名（大文字と小文字を区別しない）ごとに、記入欄の名前を集める。

    名前は、指しているシートのものとする。シートの中だけの名前を、ブック全体の名前に変える
    プログラムがあり、そうなると範囲からは何も分からない。別のシートを指す名前は、
    どちらのシートにも使えない。
    """
    found: dict[str, SheetNames] = {}
    for name, scope, target in names:
        if not name.startswith(INPUT_PREFIX):
            continue
        written, _, cells = target.rpartition("!")
        sheet = _sheet(written)
        own = sheet if scope is None else _folded(scope)
        if own is None:
            continue
        here = found.get(own)
        if here is None:
            here = found[own] = SheetNames()
        ref = _cell(cells) if sheet == own else None
        if ref is None or here.cells.get(name, ref) != ref:
            here.broken.add(name)
            here.cells.pop(name, None)
        elif name not in here.broken:
            here.cells[name] = ref
    return found


@lru_cache(maxsize=1024)
def _folded(sheet: str) -> str:
    return sheet.casefold()


@lru_cache(maxsize=1024)
def _sheet(written: str) -> str | None:
    """``=$'表 1'`` の形で書かれたシートの名。別のブックのシートや、ないシートなら ``None``。"""
    sheet = written.lstrip("=$")
    if sheet[:1] == "'" and sheet[-1:] == "'":
        sheet = sheet[1:-1].replace("''", "'")
    # 別のブックに移されたシートの名前 ``'[原本.xlsx]シート'`` は、そのシートのことではない。
    if not sheet or "#REF" in sheet or "[" in sheet:
        return None
    return sheet.casefold()


@lru_cache(maxsize=4096)
def _cell(cells: str) -> str | None:
    """``$L$10`` の形で書かれたセル。結合の範囲なら左上。セルでなければ ``None``。"""
    plain = cells.replace("$", "").upper()
    try:
        split_area(plain)
    except ValueError:
        return None
    return plain.partition(":")[0]
