"""セルの式の値を求め、求められないものを問題として集める。"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sheetgen.expressions import ExpressionError, Linked
from sheetgen.model.filled import SheetLink, Value
from sheetgen.model.numbers import GENERAL, is_number_format, printed
from sheetgen.model.template import TemplateSheet
from sheetgen.model.text import LARGEST_NUMBER, LONGEST_TEXT
from sheetgen.pipeline.blueprint import Block, BoundCell
from sheetgen.problems import Place, Problem

_FAULTS_OF_TEMPLATE = {"T115", "T116"}


class Evaluator:
    """式の値を求める間、問題を集める。"""

    def __init__(self, file: str, sheet: TemplateSheet) -> None:
        self._file = file
        self._sheet = sheet
        self.problems: list[Problem] = []
        self._reported: set[tuple[str, str | None]] = set()

    def report(self, code: str, one: BoundCell, item: str | None, **facts: object) -> None:
        """このセルの問題を加える。"""
        place = Place(self._file, self._sheet.name, one.cell.ref, None, one.label, item)
        self._add(Problem(code, place, facts))

    def _add(self, problem: Problem) -> None:
        # 式の誤りは、どの実施項目でも、どのブックでも同じに現れる。初めの一つだけを挙げる。
        key = (problem.code, problem.place.cell)
        if problem.code in _FAULTS_OF_TEMPLATE and key in self._reported:
            return
        self._reported.add(key)
        self.problems.append(problem)

    def turns(self, block: Block, names: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """繰り返しの一回ごとの名前と値。求められなければ問題とし、繰り返さない。"""
        try:
            return block.loop.contexts(names)
        except ExpressionError:
            cell = block.opening
            place = Place(self._file, self._sheet.name, cell.ref)
            self._add(Problem("T115", place, {"text": cell.text}))
            return []

    def value(
        self, one: BoundCell, names: Mapping[str, Any], item: str | None
    ) -> tuple[Value, SheetLink | None]:
        """値と、リンク先。求められなければ問題とし、空とする。"""
        try:
            value = one.expression.evaluate(names)
        except ExpressionError:
            self.report("T115", one, item, text=one.cell.text)
            return None, None
        link: SheetLink | None = None
        if isinstance(value, Linked):
            value, target = value.value, (value.sheet, value.cell)
            wrong = [part for part in target if not isinstance(part, str | None)]
            if wrong:
                self.report("T116", one, item, kind=type(wrong[0]).__name__)
                return None, None
            if target[0] is not None:
                link = SheetLink(target[0], target[1] or "A1")
        if value is None:
            return None, None
        if isinstance(value, bool) or not (isinstance(value, str) or _is_number(value)):
            self.report("T116", one, item, kind=type(value).__name__)
            return None, None
        if isinstance(value, str) and len(value) > LONGEST_TEXT // 2:
            length = len(value.encode("utf-16-le", "surrogatepass")) // 2
            if length > LONGEST_TEXT:
                self.report("F011", one, item, length=length, limit=LONGEST_TEXT)
                return None, None
        return value, link


def _is_number(value: object) -> bool:
    """Excel に書ける数か。無限大などは書けない。"""
    return isinstance(value, int | float) and abs(value) < LARGEST_NUMBER


def shown(value: Value, number_format: str) -> str:
    """セルに見える文字。計画のデータにない凝った表示形式は、数のまま量る。"""
    return printed(value, number_format if is_number_format(number_format) else GENERAL)
