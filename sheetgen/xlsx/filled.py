"""値を入れ終えたブック。書き出す段階が受け取る。

繰り返しの行のセルは、テンプレートのセルと何回目かで名付ける。ほかのセルは、テンプレートのセルと 0。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from sheetgen.plan.value import Value

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


class Fill(NamedTuple):
    """セルに入れる値と、元の書式からの違い。

    ``size`` は字の大きさ（pt）、``link`` はブックの中の行き先。None なら、テンプレートのまま。
    """

    value: Value
    number_format: str | None = None
    size: float | None = None
    state: InputState = InputState.KEEP
    link: SheetLink | None = None


class Validation(NamedTuple):
    """記入欄の入力規則。

    ``kind`` は OOXML の種類で、``list``、``custom``、``textLength``、説明だけの ``none``。
    ``strict`` が真なら、合わない記入を拒む。そうでなければ、それでよいかを聞く。Excel の上限は、題
    32 字、説明 255 字、誤りの知らせ 225 字。
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

    ``repeats`` は、繰り返しの初めの行ごとの回数。``names`` は、シートの中だけの名前の定義（名 →
    セル）。``capacity`` は、開いた文の欄の道ごとの、印刷できる全角の字数。``on_one_page`` なら、
    1ページに入るので、テンプレートの改ページを入れない。``rows_grow`` なら、書き込むと Excel が
    行の高さを合わせ直す。``lacking`` は、文字が収まらないセルと、入らない行の数（幅だけなら 0）。
    ``sums`` は、書式の変わる数式のセル（値は、計算したもの）。
    """

    template_sheet: str
    name: str
    fills: Mapping[CellKey, Fill]
    row_heights: Mapping[RowKey, float] = field(default_factory=dict)
    repeats: Mapping[int, int] = field(default_factory=dict)
    validations: tuple[Validation, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    capacity: Mapping[str, int] = field(default_factory=dict)
    on_one_page: bool = False
    rows_grow: bool = False
    lacking: Mapping[str, int] = field(default_factory=dict)
    sums: Mapping[str, Fill] = field(default_factory=dict)

    def height_of(self, row: int, turn: int) -> str | None:
        """この行の高さの属性。計算していない行では ``None``。"""
        height = self.row_heights.get((row, turn))
        if height is None:
            return None
        return f' ht="{height:g}"' + ("" if self.rows_grow else ' customHeight="1"')


class SheetEntry(NamedTuple):
    """ブックの目次の一行：どのテンプレートのシートが、何という名で立つか。"""

    template_sheet: str
    name: str


class FilledBook(NamedTuple):
    """値を入れ終えたブック。``sheets`` は ``entries`` の順に一度だけ取り出される。"""

    title: str
    creator: str
    keywords: str
    entries: tuple[SheetEntry, ...]
    sheets: Iterable[FilledSheet]


class SheetBinding(NamedTuple):
    """テンプレートのシートのどこに値が入るか。``inputs`` は記入欄になりうるセル。

    ``blocks`` は繰り返しの行（初め、終わり）。上から順で、重ならない。
    """

    name: str
    is_form: bool
    dynamic: frozenset[str]
    inputs: frozenset[str] = frozenset()
    blocks: tuple[tuple[int, int], ...] = ()
