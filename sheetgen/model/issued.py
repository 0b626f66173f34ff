"""配布記録：どの様式に、何を入れて配ったか。

様式を作るときに、何を配ったかを書き留める。あとでテンプレートや計画のデータが変わっても、
戻った様式を配ったときの割り付けで読み、配ったときの値と比べられる。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sheetgen.model.filled import Value
from sheetgen.model.round import Round


@dataclass(frozen=True, slots=True)
class IssuedCell:
    """様式の一つのセル。``ref`` から ``last`` までが結合されている。

    ``path`` は、セルと結び付いた欄の道。組み立てた文や見出しなら None。``text`` は、
    結び付かないセルの見出しの文字（なければ空）。``is_input`` が真なら、事務局がいつか開けうる欄。
    """

    ref: str
    last: str
    path: str | None
    label: str | None
    text: str = ""
    is_input: bool = False


@dataclass(frozen=True, slots=True)
class IssuedLayout:
    """配ったときのテンプレートの様式のシート。``cells`` は上から下、左から右の順。

    ``formulas`` are the addresses of cells with a formula, ``others`` the names of the
    template's other sheets, ``remarks`` the texts of what the office drew on the form.
    """

    template: str
    sheet: str
    cells: tuple[IssuedCell, ...]
    formulas: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def inputs(self) -> tuple[IssuedCell, ...]:
        """記入欄になりうるセル。"""
        return tuple(cell for cell in self.cells if cell.is_input)


@dataclass(frozen=True, slots=True)
class IssuedForm:
    """配った様式一枚。

    ``values`` は、結び付いたセルに入っていた値（番地 → 値）。``base`` は、
    そのとき計画のデータにあった、記入欄の道ごとの値。二つが違うのは、
    答えを見せる差戻しのブックだけ。``opened`` は聞いた欄の道、``capacity`` は開いた文の欄ごとの、
    印刷できる全角の字数。``replaces`` は、差戻しのブックが答えを見せている原本（sha256）で、
    そのブックが戻れば、答え直されたものとする。``doubted`` は、そのブックが聞いている欄の道。
    """

    form_id: str
    item_id: str
    sheet: str
    book: str
    values: Mapping[str, Value]
    base: Mapping[str, Value]
    opened: frozenset[str]
    capacity: Mapping[str, int] = field(default_factory=dict)
    replaces: frozenset[str] = frozenset()
    doubted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Issue:
    """一回の配布。``key`` は内容の目印（16進8桁）で、様式の目印にも入る。

    ``is_return`` は、差戻しのブックなら真。
    """

    key: str
    municipality: str
    plan_title: str
    round: Round
    layout: IssuedLayout
    forms: Mapping[str, IssuedForm]
    is_return: bool = False
