"""戻ってきたブックの中身。形式（xlsx、xls、ods など）によらない値。

読んだままの中身。何を意味するかは、まだ決めない。何か入っているセル（値、空白、式）だけを持つ。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from sheetgen.problems import Problem


class CellKind(StrEnum):
    """セルの値の種類。DATE は日付の表示形式を持つ数。"""

    TEXT = "s"
    NUMBER = "n"
    DATE = "d"
    BOOL = "b"
    ERROR = "e"
    BLANK = ""


class RawCell(NamedTuple):
    """一つのセル。

    ``value`` は、人に見える文字（書式の混ざった文字はつなぎ、ふりがなは除き、
    取り消し線の字は残す）、数、真偽、``#N/A`` などのエラー。DATE なら ISO の日付
    ``2024-01-02`` で、時刻は書かれているときだけ付く。BLANK なら None。``formula`` は式の文字。
    式があるとき、``value`` は保存されていた計算の結果で、BLANK は結果がないこと。
    ``struck`` は取り消し線の引かれた部分（なければ None）。``number_format`` は表示形式で、なければ
    ``General``。``raised`` は、上付きか下付きにした部分を、そう見える字（``³`` など）に替えた
    全体の文字（そのような部分がなければ None）。``shown`` は、保存したプログラムがセルに見せていた
    文字（書き残す形式だけ）。``left`` は、取り消し線の部分を除いた残り（どこが消されたかの
    分からないものは None）。
    """

    kind: CellKind
    value: str | int | float | bool | None
    number_format: str = "General"
    formula: str | None = None
    struck: str | None = None
    raised: str | None = None
    shown: str | None = None
    left: str | None = None


class RemarkKind(StrEnum):
    """セルの値ではない書き込みの種類。"""

    COMMENT = "コメント"
    TEXT_BOX = "図形の文字"
    PICTURE = "画像"
    LINK = "リンク"


@dataclass(frozen=True, slots=True)
class Remark:
    """セルの値ではない書き込み。``ref`` は付いているセル（分かるときだけ）。"""

    kind: RemarkKind
    text: str
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class RawSheet:
    """一枚のシート。

    ``hidden_rows`` と ``hidden_columns`` は、隠れていて何か入っている行と列の番号（1 から）。
    ``merged`` は ``A1:B2`` の形の範囲。
    """

    name: str
    hidden: bool
    cells: Mapping[str, RawCell]
    merged: tuple[str, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    remarks: tuple[Remark, ...] = ()


class RawName(NamedTuple):
    """定義された名前。``sheet`` はシートに属するときのシート名、``target`` は指す先の式。"""

    name: str
    sheet: str | None
    target: str


class BookFormat(StrEnum):
    """ブックの形式。"""

    XLSX = "xlsx"
    XLSM = "xlsm"
    STRICT = "strict"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"


@dataclass(frozen=True, slots=True)
class RawBook:
    """一冊のブック。

    ``problems`` は、読んでいて気付いたファイルのこと（マクロ、外へのリンク、読めない部分）。
    場所に、ファイルの名はまだない。
    """

    format: BookFormat
    sheets: tuple[RawSheet, ...]
    names: tuple[RawName, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
