"""戻ってきたブックの中身。形式（xlsx、xls、ods など）によらない値。

What a reader found, before anyone decides what it means.  Only cells that hold
something are kept: a value, blanks, or a formula.
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

    ``value``: text as a person sees it (rich text joined, furigana left out, struck-out
    text still in it), a number, a bool, an error such as ``#N/A``, or for DATE the ISO
    date ``2024-01-02`` (time part only when there is one); None for BLANK.
    ``formula`` is the formula text; with one, ``value`` is the cached result and BLANK
    means that there is none.  ``struck`` is the part of the text that is struck through
    (None: nothing); ``number_format`` the format code, ``General`` when there is none.
    """

    kind: CellKind
    value: str | int | float | bool | None
    number_format: str = "General"
    formula: str | None = None
    struck: str | None = None


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

    ``hidden_rows`` and ``hidden_columns`` are 1-based numbers, only those that hold
    something; ``merged`` areas as ``A1:B2``.
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

    ``problems`` are what the reader noticed about the file itself (macros, links
    outside, parts that could not be read); their places carry no file name yet.
    """

    format: BookFormat
    sheets: tuple[RawSheet, ...]
    names: tuple[RawName, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
