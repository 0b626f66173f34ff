"""一行のセルを、欄ごとの値にする。読めないものは、場所とともに告げる。"""

from __future__ import annotations

from sheetgen.model.filled import Value
from sheetgen.model.item_list import ListRow, ReadCell
from sheetgen.model.numbers import GENERAL
from sheetgen.model.plan import Plan
from sheetgen.model.returned import CellKind, RawCell
from sheetgen.model.round import FieldKind
from sheetgen.problems import Place, Problem
from sheetgen.starting.columns import EFFECT, TARGET, label_of

_INTEGER, _FLOAT = "#,##0", "0."


class RowValues:
    """一行の値。``problems`` は、読みながら見つけたこと。"""

    def __init__(self, row: ListRow, plan: Plan, file: str | None, read: ReadCell) -> None:
        self.row = row
        self.problems: list[Problem] = []
        self._plan = plan
        self._file = file
        self._read = read
        self._unit = self.line("indicator.unit")
        target = row.cells.get("indicator.target")
        self._numeric = not (target and target.kind is CellKind.TEXT and not _digits(target))

    def place(self, key: str) -> Place:
        """その欄の場所。"""
        label = label_of(key, self._plan)
        return Place(
            file=self._file, sheet=self.row.sheet, cell=self.row.refs.get(key), label=label
        )

    def report(self, code: str, key: str, **facts: object) -> None:
        """この欄の問題を加える。"""
        self.problems.append(Problem(code, self.place(key), facts))

    def text(self, key: str) -> str | None:
        """文章。空なら ``None``。"""
        value = self._value(key, FieldKind.TEXT)
        text = None if value is None else str(value).strip("\n")
        return text or None

    def line(self, key: str) -> str | None:
        """一行の文字。改行があれば告げる。"""
        text = self.text(key)
        if text is None:
            return None
        text = text.strip()
        if "\n" in text or "\t" in text:
            self.report("I023", key)
        return text or None

    def names(self, key: str) -> list[str]:
        """「、」か改行で分けた名。"""
        text = self.text(key) or ""
        for mark in ("\n", "，", ",", "；", ";"):
            text = text.replace(mark, "、")
        return [name.strip() for name in text.split("、") if name.strip()]

    def figure(self, key: str) -> Value:
        """数、印刷する文字、または空欄。"""
        money = key.startswith(f"{EFFECT}:")
        return self._value(key, FieldKind.MONEY if money else FieldKind.FIGURE)

    def number_format(self) -> str:
        """現状値・目標値の、どの数も元どおりに表す表示形式。"""
        keys = ["indicator.current", "indicator.target"]
        keys += [f"{TARGET}:{year}" for year in self._plan.fiscal_years]
        values = [self._read_quietly(key) for key in keys if key in self.row.cells]
        numbers = [one for one in values if isinstance(one, (int, float))]
        if not numbers:
            return GENERAL
        if all(isinstance(one, int) for one in numbers):
            return _INTEGER
        places = {len(repr(one).partition(".")[2]) for one in numbers}
        whole = any(isinstance(one, int) for one in numbers)
        return GENERAL if whole or len(places) > 1 else _FLOAT + "0" * places.pop()

    def _read_quietly(self, key: str) -> Value:
        return self._read(self.row.cells[key], FieldKind.FIGURE, self._unit, self._numeric).value

    def _value(self, key: str, kind: FieldKind) -> Value:
        cell = self.row.cells.get(key)
        if cell is None:
            return None
        unit = None if kind is FieldKind.TEXT else self._unit
        found = self._read(cell, kind, unit, True if kind is FieldKind.TEXT else self._numeric)
        here = self.place(key)
        self.problems += [Problem(code, here, facts) for code, facts in found.doubts]
        if not found.readable and not found.doubts:
            self.report("I022", key, value=str(cell.value))
        return found.value


def _digits(cell: RawCell) -> bool:
    return any(character.isdigit() for character in str(cell.value))
