"""手引きの一年で、編集ブックを直す事務局の人。見出しと中身から行を見つけ、書いて保存する。"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

MARK, YES, NO = "目印", "○", "×"
RENAMED = ("商工観光課", "商工観光振興課")
JOINED = ("学校教育課", "教育総務課")
"""一つになる課。後のほうの名になる。"""
MOVED, NEW_OWNER = "新たな独自財源の確保に向けた研究", "企画部 財政課"
CORRECTED = ("補助金の見直し", "補助金等の見直し")
ADDRESS = ("経営企画課", "keiei@city.example.jp")
SCALE = ("C", "計画より、やや遅れている")
PHONES = ("0000-11-1111", "0000-22-2222")
"""二人が、同じ欄に書いた電話。"""
POINT = "広告を載せる所を調べ、新しい収入とする。"
LONGEST_ROW = 60


class Office:
    """一冊の編集ブックを Excel で開いた人。"""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.book = openpyxl.load_workbook(path)

    def april(self) -> None:
        """人事と組織の異動のあと：課の名、統合、担当、名称、メール、評価の段階。"""
        for old, new in (RENAMED, JOINED):
            self._cell("部と課", "課の名称", old, "課の名称").value = new
        self._cell("部と課", "課の名称", ADDRESS[0], "課のメール").value = ADDRESS[1]
        self._cell("実施項目", "実施項目", MOVED, "主管課").value = NEW_OWNER
        self._cell("実施項目", "実施項目", CORRECTED[0], "実施項目").value = CORRECTED[1]
        self._cell("評価の区分", "評価", SCALE[0], "評価の意味").value = SCALE[1]

    def left_names(self) -> None:
        """文に残る名：替えた文があれば採り、なければ残す。"""
        for row in self._rows("旧名の残る文"):
            row["採る"].value = YES if row["替えた文"].value else NO

    def proposals(self) -> None:
        """変更申出を、すべて採る。"""
        for row in self._rows("変更申出"):
            row["採る"].value = YES

    def first_phone(self) -> None:
        """初めの人の電話。"""
        self._phone(PHONES[0])

    def second_phone(self) -> None:
        """二人目の電話。"""
        self._phone(PHONES[1])

    def february(self) -> None:
        """主なポイントを書き、概要表の残る行を、様式の文から短く書く。一行は、そのままでよい。"""
        sheet = self.book["主なポイント"]
        columns, first = _headings(sheet)
        for heading, value in (("順", 1), ("種類", "主なポイント"), ("主なポイント", POINT),
                               ("基本方針", self._choice("list_policies"))):  # fmt: skip
            sheet.cell(first, columns[heading]).value = value
        left = [row for row in self._rows("概要表") if row["確かめる行"].value]
        for row in left[1:]:
            coming = str(row["様式の取組方針・取組内容"].value)
            row["取組方針･取組内容（概要表）"].value = coming.splitlines()[0][:LONGEST_ROW]
        left[0]["このままでよい"].value = YES

    def save(self) -> None:
        """上書き保存する。"""
        self.book.save(self.path)

    def _phone(self, number: str) -> None:
        sheet = self.book["計画"]
        row = next(one for one in range(1, 20) if sheet.cell(one, 2).value == "電話")
        sheet.cell(row, 3).value = number

    def _choice(self, name: str) -> str:
        """選択肢の初めのもの。"""
        (sheet, area) = next(iter(self.book.defined_names[name].destinations))
        return str(self.book[sheet][area.replace("$", "").partition(":")[0]].value)

    def _cell(self, sheet: str, key: str, value: str, heading: str) -> Cell:
        return next(row[heading] for row in self._rows(sheet) if row[key].value == value)

    def _rows(self, name: str) -> Iterator[dict[str, Cell]]:
        """見出しの下の、もとからある行。見出しから、そのセルへ。"""
        sheet = self.book[name]
        columns, first = _headings(sheet)
        for number in range(first, sheet.max_row + 1):
            if sheet.cell(number, columns[MARK]).value:
                yield {heading: sheet.cell(number, at) for heading, at in columns.items()}


def _headings(sheet: Worksheet) -> tuple[dict[str, int], int]:
    """見出しの列と、その下の行。"""
    row = next(one for one in range(1, 10) if sheet.cell(one, 1).value == MARK)
    return {str(cell.value): cell.column for cell in sheet[row] if cell.value}, row + 1
