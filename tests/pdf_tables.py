"""PDF の表を、読み上げのソフトが受け取るとおりに読む。値ごとに、どの見出しとともに読まれるか。"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pikepdf
from outloud.model import Document, StructElem
from outloud.rules._common import element_page, element_text
from outloud.rules.tables import Cell, grids


class ReadCell(NamedTuple):
    """一つのセル。``headings`` は、いっしょに読まれる見出し。``scope`` は見出しだけにある。"""

    text: str
    scope: str
    headings: tuple[str, ...]


class ReadTable(NamedTuple):
    """一つの表。``page`` は 1 から。"""

    page: int
    rows: tuple[tuple[ReadCell, ...], ...]

    @property
    def cells(self) -> list[ReadCell]:
        return [cell for row in self.rows for cell in row]

    @property
    def header_rows(self) -> int:
        """見出しだけの行の数。"""
        return sum(all(cell.scope for cell in row) for row in self.rows)


def read_tables(pdf: Path) -> list[ReadTable]:
    """PDF のすべての表。見出しの名が、どの見出しも指さなければ失敗する。"""
    document = Document(str(pdf))
    try:
        return [_table(grid.table, grid.rows) for grid in grids(document)]
    finally:
        document.close()


def _table(table: StructElem, rows: list[list[Cell]]) -> ReadTable:
    named = {cell.id: cell for row in rows for cell in row if cell.id}
    assert all(cell.kind == "TH" for cell in named.values())
    return ReadTable(
        element_page(table) or 0,
        tuple(
            tuple(
                ReadCell(
                    _squeezed(cell.text),
                    (cell.scope or "なし") if cell.kind == "TH" else "",
                    tuple(_squeezed(named[name].text) for name in cell.headers),
                )
                for cell in row
            )
            for row in rows
        ),
    )


def _squeezed(text: str) -> str:
    return "".join(text.split())


def read_headings(pdf: Path) -> list[tuple[str, str]]:
    """見出し（H1 など）と図の、種類と、読まれる文字。"""
    document = Document(str(pdf))
    try:
        return [
            (one.type, _squeezed(one.alt or element_text(document, one)))
            for one in document.elements
            if one.type in ("H1", "H2", "H3", "Figure")
        ]
    finally:
        document.close()


def names_of(pdf: Path) -> tuple[list[str], list[str]]:
    """見出しのセルの名を、名の表にある順と、構造にある順で返す。"""
    with pikepdf.open(pdf) as opened:
        root = opened.Root.StructTreeRoot
        names = [str(one) for one in root.IDTree.Names][::2]
        pointed = list(root.IDTree.Names)[1::2]
        assert all(str(one.ID) == name for one, name in zip(pointed, names, strict=True))
        return names, [str(one.ID) for one in _elements(root.K) if "/ID" in one]


def _elements(kids: pikepdf.Object) -> Iterator[pikepdf.Object]:
    for one in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(one, pikepdf.Dictionary):
            yield one
            if "/K" in one:
                yield from _elements(one.K)
