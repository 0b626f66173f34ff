"""表のどのセルが見出しで、どの値がどの見出しのものか。セルの置かれた所だけから決める。

見出しには二つある。行の見出しは、右に並ぶ値のもの。列の見出しは、下に続く値のもの。様式の番地は
どこにも書いていないので、見出しの違うテンプレートでも、見る人が読むのと同じに決まる。
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class Kind(StrEnum):
    """セルの役。``CAPTION`` は、行か列かがまだ決まっていない見出し。"""

    BLANK = ""
    VALUE = "value"
    CAPTION = "caption"
    ROW = "row"
    COLUMN = "column"


class Box(NamedTuple):
    """一つのセルの占める所。``bottom`` と ``right`` は、その次の行と列。"""

    top: int
    left: int
    bottom: int
    right: int
    kind: Kind

    def over(self, other: Box) -> bool:
        """``other`` の列を、すべて占めるか。"""
        return self.left <= other.left and other.right <= self.right

    def spans_rows_of(self, other: Box) -> bool:
        """``other`` の行を含み、もっと多くの行を占めるか。"""
        inside = self.top <= other.top and other.bottom <= self.bottom
        return inside and self.bottom - self.top > other.bottom - other.top


class Grid:
    """セルの並び。"""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self.boxes = boxes
        self._at = {
            (row, column): box
            for box in boxes
            for row in range(box.top, box.bottom)
            for column in range(box.left, box.right)
        }
        self._columns = [box for box in boxes if box.kind is Kind.COLUMN]
        self._width = max((box.right for box in boxes), default=0)

    def decided(self) -> Grid:
        """見出しが行のものか列のものかを決めた並び。どの値のものでもない見出しは、決めないまま。"""
        grid = Grid([box._replace(kind=self._kind(box)) for box in self.boxes])
        used = {head for box in grid.boxes for head in grid.headings(box)}
        ends = {head.bottom for head in used if head.kind is Kind.COLUMN}
        return Grid(
            [
                box if box in used else box._replace(kind=grid._unused(box, ends))
                for box in grid.boxes
            ]
        )

    def _unused(self, box: Box, ends: set[int]) -> Kind:
        """どの値の見出しでもないセルの役。列の見出しに並び、行の見出しの上にあれば、その列の見出し。"""
        if box.kind not in (Kind.ROW, Kind.COLUMN, Kind.CAPTION):
            return box.kind
        below = self._at.get((box.bottom, box.left))
        corner = box.bottom in ends and below is not None and below.kind is Kind.ROW
        return Kind.COLUMN if corner else Kind.CAPTION

    def headings(self, value: Box) -> list[Box]:
        """値の見出し。列の見出しを外から内へ、次に行の見出しを外から内へ並べる。"""
        if value.kind is not Kind.VALUE:
            return []
        return [*reversed(self._above(value)), *reversed(self._before(value))]

    def _kind(self, box: Box) -> Kind:
        """すぐ右に値があれば行の見出し、すぐ下にあれば列の見出し。

        ほかの見出しを越えた先に値があるときも、そうする（二段の見出しの、外のもの）。
        """
        if box.kind is not Kind.CAPTION:
            return box.kind
        beside = [self._to_the_right(row, box.right) for row in range(box.top, box.bottom)]
        below = [self._downward(box, column) for column in range(box.left, box.right)]
        for nearest in (True, False):
            for kind, found in ((Kind.ROW, beside), (Kind.COLUMN, below)):
                if any(steps == 0 or (steps is not None and not nearest) for steps in found):
                    return kind
        return Kind.CAPTION

    def _to_the_right(self, row: int, column: int) -> int | None:
        """右の値までに越える見出しの数。"""
        steps = 0
        while (one := self._at.get((row, column))) is not None and one.kind is Kind.CAPTION:
            steps, column = steps + 1, one.right
        return steps if one is not None and one.kind is Kind.VALUE else None

    def _downward(self, box: Box, column: int) -> int | None:
        """下の、幅に収まる値までに越える、幅に収まる見出しの数。"""
        steps, row = 0, box.bottom
        while (one := self._at.get((row, column))) is not None and box.over(one):
            if one.kind is not Kind.CAPTION:
                return steps if one.kind is Kind.VALUE else None
            steps, row = steps + 1, one.bottom
        return None

    def _before(self, value: Box) -> list[Box]:
        """左の、いちばん近い行の見出しと、それを束ねる背の高いもの。内から外へ。

        同じ高さのものは、前の値の単位かもしれないので、束ねるものとしない。
        """
        found: list[Box] = []
        column = value.left - 1
        while column >= 0:
            one = self._at.get((value.top, column))
            taller = not found or (one is not None and one.spans_rows_of(found[-1]))
            if one is not None and one.kind is Kind.ROW and taller:
                found.append(one)
            elif found:
                break
            column = one.left - 1 if one else column - 1
        return found

    def _above(self, value: Box) -> list[Box]:
        """上の、いちばん近い列の見出しと、それを含むもの。内から外へ。

        値がいくつもの列を占めるときは、その列の見出しのすべて。
        """
        found: list[Box] = []
        above = [one for one in self._columns if one.bottom <= value.top]
        for one in sorted(above, key=lambda box: (-box.bottom, -box.left)):
            covers = one.over(value) and not any(
                inner.over(one) and inner.top != one.bottom for inner in found
            )
            part = value.over(one) and not any(_meet(inner, one) for inner in found)
            if (covers or part) and self._reaches(one, value):
                found.append(one)
        return found

    def _reaches(self, heading: Box, value: Box) -> bool:
        """列の見出しが、その値まで続いているか。

        間に、同じ幅の別の見出しがあるか、行の作りが変われば、そこまで。行の作りは、行の見出しが
        どの列にあるか。初めの行と違えば（小計の行など）、もう列の並びではない。
        """
        first: Box | None = None
        adjoining = True
        for row in range(heading.bottom, value.top + 1):
            here = list(self._row(row, heading))
            captions = [one.kind is Kind.COLUMN for one in here]
            if here and captions[0] and here[0].over(heading) and not adjoining:
                return False
            if not here or all(captions) or (len(here) == 1 and self._is_title(here[0])):
                continue
            adjoining = False
            stubs = [one.kind is Kind.ROW for one in here]
            first = first or self._at.get((row, value.left))
            if stubs != sorted(stubs, reverse=True):
                return False
        return first is None or self._stub(first) == self._stub(value)

    def _stub(self, box: Box) -> list[tuple[int, int]]:
        """行の見出しのある列。"""
        return [(one.left, one.right) for one in self._before(box)]

    def _row(self, row: int, under: Box) -> Iterator[Box]:
        """その行の、見出しの幅にかかるセルを、左から。"""
        column = under.left
        while column < under.right:
            one = self._at.get((row, column))
            if one is not None:
                yield one
            column = one.right if one else column + 1

    def _is_title(self, box: Box) -> bool:
        """表の幅いっぱいの、まとまりの名。列の並びを切らない。"""
        return box.kind is Kind.CAPTION and box.right - box.left == self._width


@lru_cache(maxsize=4)
def headings_in(boxes: tuple[Box, ...]) -> tuple[tuple[Box, ...], ...]:
    """セルごとの見出し。様式は何十枚も同じ形なので、続けて尋ねられた形は覚えておく。"""
    grid = Grid(boxes)
    return tuple(tuple(grid.headings(box)) for box in boxes)


def _meet(one: Box, other: Box) -> bool:
    """同じ列を占めるか。"""
    return one.left < other.right and other.left < one.right
