"""配布記録：どの様式に、何を入れて配ったか。

What was issued is written down when the forms are made, so that a returned form can
be read by the layout it was issued with and compared with what it held then, even
when the template or the master has changed since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sheetgen.model.filled import Value
from sheetgen.model.round import Round


@dataclass(frozen=True, slots=True)
class IssuedCell:
    """様式の一つのセル。``ref`` から ``last`` までが結合されている。

    ``path`` is the plain path the cell is bound to, or None for a composed text or a
    heading; ``text`` the fixed heading of an unbound cell, else empty; ``is_input``
    whether the office may ever open it.
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

    ``values`` is what each bound cell held (ref → value); ``base`` what the master held
    for each input path at that time (they differ only in a 差戻し book, which already
    shows the answers); ``opened`` the paths asked for; ``capacity`` for each opened
    text, how many full-width characters print; ``replaces`` the originals (sha256) whose
    answers a 差戻し book shows: once it comes back, they have been answered anew;
    ``doubted`` the input paths that such a book asks about.
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

    ``is_return`` is True for 差戻し books.
    """

    key: str
    municipality: str
    plan_title: str
    round: Round
    layout: IssuedLayout
    forms: Mapping[str, IssuedForm]
    is_return: bool = False
