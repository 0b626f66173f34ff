"""オープンデータの表と、書き出す依頼・結果。

プログラムが読む表。見出しは一行、一行に一つの事実、一つのセルに一つの値。ここには、
CSV のこともブックのこともない。
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sheetgen.model.plan import EvaluationGrade, Item, Measure, Policy
from sheetgen.problems import Problem

Datum = str | int | float | None
"""一つのセルの値。数は数のまま、値がなければ ``None``。"""


class DataType(StrEnum):
    """列の型。値はデータ項目定義書に書くことば。"""

    TEXT = "文字列"
    CODE = "コード"
    INTEGER = "整数"
    NUMBER = "数値"
    YEAR = "年度"


@dataclass(frozen=True, slots=True)
class EndedItem:
    """前の年次見直しまで計画にあり、いまはない実施項目。

    ``item`` は、それがあった最後の年次見直しを閉じたときの姿。``ended`` は、
    それがなくなった最初の年次見直しの年度（西暦）。``scale`` は、その評価の段階の意味。
    """

    policy: Policy
    measure: Measure
    item: Item
    ended: int
    scale: tuple[EvaluationGrade, ...] = ()


@dataclass(frozen=True, slots=True)
class DataColumn:
    """一列。``name`` は英数字の名、``title`` は見出しに出る名。

    ``unit`` は、数の列の単位か、単位を書いた列の名。``codes`` は、この列の符号を説明するコード表。
    """

    name: str
    title: str
    type: DataType
    note: str
    unit: str = ""
    codes: str = ""


@dataclass(frozen=True, slots=True)
class DataTable:
    """一つの表。``name`` はファイルの名、``title`` はシートの名になる。"""

    name: str
    title: str
    note: str
    columns: tuple[DataColumn, ...]
    rows: tuple[tuple[Datum, ...], ...]


@dataclass(frozen=True, slots=True)
class DataSet:
    """オープンデータの一式。``unusual`` は、置き換えられずに残った機種依存文字。"""

    title: str
    publisher: str
    tables: tuple[DataTable, ...]
    unusual: str = ""

    def table(self, name: str) -> DataTable:
        """その名の表。なければ :class:`KeyError`。"""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)


class DataFormat(StrEnum):
    """書き出す形。"""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """オープンデータを書き出す依頼。

    ``out`` が None なら、``root/output/令和N年度/オープンデータ`` に置く。
    """

    plan: Path
    root: Path
    out: Path | None = None
    formats: tuple[DataFormat, ...] = tuple(DataFormat)


@dataclass(frozen=True, slots=True)
class ExportResult:
    """書き出した結果。``rows`` は表の名から行の数へ。"""

    folder: Path
    files: tuple[Path, ...]
    rows: tuple[tuple[str, int], ...]
    unchanged: int
    kept_aside: tuple[Path, ...]
    problems: tuple[Problem, ...]
