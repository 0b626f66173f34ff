"""配った様式の、どこに何があったか。配ったときの値と戻ってきたセルが同じ中身かも、ここで比べる。

同じとみなすのは、プログラムがひとりでに変えるものだけ。数とその文字、百分率、行末、末尾の空白。
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from sheetgen.form.issued import IssuedCell, IssuedForm, IssuedLayout
from sheetgen.plan.value import Value
from sheetgen.reading.book import CellKind, RawCell
from sheetgen.xlsx.filled import input_name
from sheetgen.xlsx.refs import Area, ref_of, split_area

Content = str | int | float | bool | None
FORMULA = "\x00formula"
"""数式のセルを探すときの目印。文字としては現れない。"""


def tidy(text: str) -> str:
    """改行の書き方をそろえ、終わりの空白を除く。"""
    if "\r" in text or "_x000D_" in text:
        text = text.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
    if "\n" in text:
        return "\n".join(line.rstrip() for line in text.split("\n")).rstrip()
    return text.rstrip()


def is_blank(cell: RawCell | None) -> bool:
    """何も見えないセルか。空白だけのセルと、空の結果の数式を含む。"""
    if cell is None or cell.value is None:
        return True
    return isinstance(cell.value, str) and not cell.value.strip()


def is_vacant(cell: RawCell | None) -> bool:
    """値も数式もないセルか。数式は、保存したプログラムが答えを残さなくても、そこにある。"""
    return is_blank(cell) and (cell is None or cell.formula is None)


def same(issued: Value, cell: RawCell | None) -> bool:
    """同じ中身か。"""
    found = cell.value if cell is not None else None
    if found == issued and type(found) is type(issued):
        return True
    if issued is None or (isinstance(issued, str) and not issued.strip()):
        return is_blank(cell)
    if cell is None or found is None or isinstance(found, bool):
        return False
    if cell.kind is CellKind.ERROR or cell.kind is CellKind.DATE:
        return False
    if isinstance(issued, str) and isinstance(found, str):
        return tidy(issued) == tidy(found)
    one, other = _number(issued), _number(found)
    return one is not None and other is not None and _close(one, other)


def key_of(value: Content) -> str | None:
    """同じ中身なら同じになる、探すための文字。見えるものがなければ ``None``。"""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = tidy(value).strip()
        return text or None
    return f"{float(value):.12g}"


def _number(value: str | int | float) -> Decimal | None:
    if not isinstance(value, str):
        return Decimal(repr(value))
    text = value.strip().replace(",", "")
    percent = text.endswith("%")
    if not text.isascii() or "_" in text:
        return None
    try:
        number = Decimal(text.removesuffix("%"))
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    return number / 100 if percent else number


def _close(one: Decimal, other: Decimal) -> bool:
    """二進の小数になったときの、わずかな違いを除いて等しいか。"""
    return abs(one - other) <= Decimal("1e-12") * max(abs(one), abs(other), Decimal(1))


CARRIER_PATH = "form.carrier"


class Spot(NamedTuple):
    """配った様式の一つのセル。``name`` は記入欄に付けた名前（記入欄でなければ空）。"""

    cell: IssuedCell
    area: Area
    name: str = ""

    @property
    def ref(self) -> str:
        """番地。"""
        return self.cell.ref


class Landmark(NamedTuple):
    """文字の分かっているセル。``is_heading`` は、どの様式でも同じ文字か。"""

    ref: str
    row: int
    column: int
    key: str
    is_heading: bool


class Chart(NamedTuple):
    """配ったときの配置。

    ``inner`` は、結合した記入欄の、左上でないセル。``known`` は、意味のあったセルのすべて。
    ``formulas`` は、式の入っていたセル。
    """

    layout: IssuedLayout
    spots: tuple[Spot, ...]
    inputs: tuple[Spot, ...]
    fixed: tuple[tuple[str, str], ...]
    formulas: tuple[str, ...]
    bound: tuple[Spot, ...]
    known: frozenset[str]
    inner: frozenset[str]
    heading_keys: frozenset[str]

    def landmarks(self, form: IssuedForm) -> list[Landmark]:
        """その様式で、記入してもらう欄のほかに文字のあったセル。目印の行を除く。"""
        found = []
        for spot in self.spots:
            cell = spot.cell
            if cell.path == CARRIER_PATH or (cell.path in form.opened and cell.is_input):
                continue
            key = FORMULA if cell.ref in self.formulas else None
            if key is None:
                key = key_of(cell.text or form.values.get(cell.ref))
            if key is not None:
                top, left, _, _ = spot.area
                found.append(Landmark(cell.ref, top, left, key, bool(cell.text)))
        return found


_PREPARED: list[Chart] = []
_KEPT = 8


def chart_of(layout: IssuedLayout) -> Chart:
    """配置を引ける形にする。続けて同じ配置が来るので、作ったものを少し覚えておく。"""
    for chart in _PREPARED:
        if chart.layout is layout:
            return chart
    chart = _draw(layout)
    _PREPARED.insert(0, chart)
    del _PREPARED[_KEPT:]
    return chart


def _draw(layout: IssuedLayout) -> Chart:
    spots = tuple(
        Spot(
            cell,
            split_area(f"{cell.ref}:{cell.last}"),
            input_name(cell.path) if cell.is_input and cell.path else "",
        )
        for cell in layout.cells
    )
    inputs = tuple(spot for spot in spots if spot.cell.is_input and spot.cell.path)
    # 値も文字も道もないセルは、数式である。組み立てた文字のセルには、様式ごとの値がある。
    plain = [spot for spot in spots if not spot.cell.text]
    inner = frozenset(ref for spot in inputs for ref in refs_in(spot.area)[1:])
    return Chart(
        layout=layout,
        spots=spots,
        inputs=inputs,
        fixed=tuple((spot.ref, spot.cell.text) for spot in spots if spot.cell.text),
        formulas=layout.formulas,
        bound=tuple(spot for spot in plain if spot.ref not in layout.formulas),
        known=frozenset(spot.ref for spot in spots) | inner,
        inner=inner,
        heading_keys=frozenset(
            key for spot in spots if (key := key_of(spot.cell.text)) is not None
        ),
    )


def refs_in(area: Area) -> list[str]:
    """範囲のすべてのセルの番地。左上が初め。"""
    top, left, bottom, right = area
    return [
        ref_of(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)
    ]
