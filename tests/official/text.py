"""公式文書の文字の分け方と、印刷された文字の書き方。"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

SHEET_HEADER = "第６次行財政改革推進計画　アクションプラン 実施項目・進捗管理シート"
TABLE_HEADER = "実施項目 改善内容 Ｒ６の取組方針･取組内容 指標 目標(R9) 担当"
LEGEND_TITLE = "アクションプラン実施項目・進捗管理シートの見方"
DIVIDER = "３．伊勢原市第６次行財政改革推進計画"
REIWA = 2018
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def squeezed(text: str) -> str:
    """空白と改行を除く。"""
    return "".join(text.split())


def wide(number: int) -> str:
    """全角の数字。"""
    return str(number).translate(FULL_WIDTH)


def circled(number: int) -> str:
    """①から⑳。"""
    return chr(0x2460 + number - 1)


def shown(value: object, number_format: str = "#,##0") -> str:
    """表示形式のとおりの文字。パッケージの実装とは別に書いてある。"""
    if value is None:
        return ""
    if isinstance(value, str):
        return squeezed(value)
    if number_format == "General":
        return str(value)
    decimals = len(number_format.partition(".")[2])
    comma = "," if number_format.startswith("#") else ""
    return format(value, f"{comma}.{decimals}f")


@dataclass(frozen=True)
class Official:
    """公式文書を、ページのまとまりに分けたもの。空白は除いてある。"""

    front: str
    tables: dict[int, list[str]]
    divider: str
    sample: str
    legend: str
    sheets: list[str]

    @classmethod
    def read(cls, text: str) -> Official:
        """文字だけの公式文書を分ける。"""
        front, *tables = text[: text.index(DIVIDER)].split(TABLE_HEADER)
        rest = text[text.index(DIVIDER) :]
        divider, sample, *sheets = rest.split(SHEET_HEADER)
        by_measure: dict[int, list[str]] = {}
        for table in tables:
            footer = re.findall(r"^基本方針[１-５] .*\(([０-９]+)\)", table, re.MULTILINE)[-1]
            by_measure.setdefault(int(footer), []).append(squeezed(table))
        sample, legend = sample.split(LEGEND_TITLE)
        return cls(
            squeezed(front),
            by_measure,
            squeezed(divider),
            squeezed(sample),
            LEGEND_TITLE + squeezed(legend),
            [squeezed(sheet) for sheet in sheets],
        )


def measures_of(plan: Json) -> Iterator[tuple[Json, Json]]:
    """推進項目を、基本方針とともに返す。"""
    for policy in plan["policies"]:
        for measure in policy["measures"]:
            yield policy, measure


def items_of(plan: Json) -> Iterator[tuple[Json, Json, Json]]:
    """実施項目を、印刷の順に返す。"""
    for policy, measure in measures_of(plan):
        for entry in measure["entries"]:
            if entry["type"] == "item":
                yield policy, measure, entry


def first_difference(name: str, expected: str, printed: str) -> list[str]:
    """二つの文字が同じなら空。違えば最初に違う所。"""
    if expected == printed:
        return []
    pairs = zip(expected, printed, strict=False)
    at = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(expected), len(printed)))
    begin = max(0, at - 10)
    return [f"{name}: plan「{expected[begin : at + 10]}」 text「{printed[begin : at + 10]}」"]
