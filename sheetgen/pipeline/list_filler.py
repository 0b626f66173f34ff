"""実施項目によらないシート（「はじめに」など）に値を入れる。"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sheetgen.forms.context import BookContext, names_of
from sheetgen.model.filled import CellKey, Fill, FilledSheet, RowKey
from sheetgen.model.template import TemplateCell
from sheetgen.pipeline.blueprint import BoundSheet
from sheetgen.pipeline.evaluate import Evaluator, shown
from sheetgen.typeset import height_for


class ListFiller:
    """実施項目によらないシート（「はじめに」など）に値を入れる。"""

    def __init__(self, bound: BoundSheet, file: str) -> None:
        self._bound = bound
        self._evaluator = Evaluator(file, bound.sheet)
        self.problems = self._evaluator.problems

    @property
    def tall_rows(self) -> frozenset[int]:
        """高さを計算する行（折り返すセルのある行）。"""
        return frozenset(one.cell.first_row for one in self._bound.cells if one.cell.wrap)

    def fill(self, context: BookContext) -> FilledSheet:
        """一枚を作る。シートの名はテンプレートのまま。"""
        names = names_of(context)
        turns: dict[int | None, list[Mapping[str, Any]]] = {None: [names]}
        for block in self._bound.blocks:
            turns[block.first] = self._evaluator.turns(block, names)
        fills: dict[CellKey, Fill] = {}
        heights: dict[RowKey, float] = {}
        for one in self._bound.cells:
            for turn, scope in enumerate(turns[one.block]):
                value, link = self._evaluator.value(one, scope, None)
                fills[one.cell.ref, turn] = Fill(value, link=link)
                self._grow(one.cell, shown(value, one.cell.number_format), turn, heights)
        return FilledSheet(
            template_sheet=self._bound.sheet.name,
            name=self._bound.sheet.name,
            fills=fills,
            row_heights=heights,
            repeats={block.first: len(turns[block.first]) for block in self._bound.blocks},
        )

    def _grow(self, cell: TemplateCell, text: str, turn: int, heights: dict[RowKey, float]) -> None:
        """折り返した文字が入るまで、行を高くする。"""
        if not cell.wrap or cell.first_row != cell.last_row:
            return
        sheet = self._bound.sheet
        key = (cell.first_row, turn)
        least = heights.get(key) or sheet.row_heights.get(cell.first_row, sheet.default_row_height)
        heights[key] = max(least, height_for(text, cell.width, cell.size))
