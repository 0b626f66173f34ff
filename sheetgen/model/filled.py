"""値を入れ終えたブック。書き出す段階が受け取る。

A cell of a repeated row is keyed by its template cell and the iteration, any
other cell by its template cell and 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

Value = int | float | str | None
CellKey = tuple[str, int]
RowKey = tuple[int, int]


INPUT_PREFIX = "sg."
"""記入欄に付ける、Excel の名前の始まり。"""


def input_name(path: str) -> str:
    """記入欄の道 ``years[1].result.text`` を、Excel の名前 ``sg.years.1.result.text`` にする。"""
    return INPUT_PREFIX + path.replace("[", ".").replace("]", "")


class InputState(IntEnum):
    """記入欄の状態。KEEP は記入欄ではないセル、DOUBT は開いていて、直してもらう欄。"""

    KEEP = 0
    OPEN = 1
    CLOSED = 2
    DOUBT = 3


class SheetLink(NamedTuple):
    """ブックの中で飛ぶ先。"""

    sheet: str
    cell: str = "A1"


@dataclass(frozen=True, slots=True)
class Fill:
    """セルに入れる値と、元の書式からの違い。

    ``size`` is the font size in pt, ``link`` where in the book to jump to; None leaves
    what the template has.
    """

    value: Value
    number_format: str | None = None
    size: float | None = None
    state: InputState = InputState.KEEP
    link: SheetLink | None = None


@dataclass(frozen=True, slots=True)
class Validation:
    """記入欄の入力規則。

    ``kind`` is the OOXML type: ``list``, ``custom``, ``textLength``, or
    ``none`` for a prompt alone.  ``strict`` refuses other input, otherwise the person
    is asked.  Excel limits: titles 32, prompt 255, error 225 characters.
    """

    ref: str
    kind: str
    formulas: tuple[str, ...] = ()
    operator: str = ""
    strict: bool = False
    prompt_title: str = ""
    prompt: str = ""
    error_title: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class FilledSheet:
    """値を入れ終えた一枚。

    ``repeats`` is, for each repeated block's first row, how often it stands;
    ``names`` maps sheet-scoped defined names to cells; ``capacity`` is, for the path
    of each open text, how many full-width characters print.
    """

    template_sheet: str
    name: str
    fills: Mapping[CellKey, Fill]
    row_heights: Mapping[RowKey, float] = field(default_factory=dict)
    repeats: Mapping[int, int] = field(default_factory=dict)
    validations: tuple[Validation, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    capacity: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """ブックの目次の一行：どのテンプレートのシートが、何という名で立つか。"""

    template_sheet: str
    name: str


@dataclass(frozen=True, slots=True)
class FilledBook:
    """値を入れ終えたブック。``sheets`` は ``entries`` の順に一度だけ取り出される。"""

    title: str
    creator: str
    keywords: str
    entries: tuple[SheetEntry, ...]
    sheets: Iterable[FilledSheet]


@dataclass(frozen=True, slots=True)
class SheetBinding:
    """テンプレートのシートのどこに値が入るか。``inputs`` は記入欄になりうるセル。

    ``blocks`` are the repeated rows (first, last), in order and apart.
    """

    name: str
    is_form: bool
    dynamic: frozenset[str]
    inputs: frozenset[str] = frozenset()
    blocks: tuple[tuple[int, int], ...] = ()
