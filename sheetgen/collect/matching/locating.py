"""配った様式のセルが、戻ってきたシートのどこにあるか。行や列が足され、消されていても探す。

行を挿し込んでも消しても、残りの順は変わらない。そこで、前の行と今の行を、
二つの文のように並べて比べる。確かな行とは、いちばんよい並べ方のどれでも同じ所に来る行。
確かな二行の間の行も、間の行数が前と同じなら確かである。
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sheetgen.collect.matching.chart import (
    FORMULA,
    Chart,
    Landmark,
    Spot,
    is_blank,
    is_vacant,
    key_of,
)
from sheetgen.form.issued import IssuedForm
from sheetgen.reading.book import RawCell, RawSheet
from sheetgen.xlsx.refs import column_letters, ref_of, split_ref

Scores = Mapping[tuple[int, int], float]
"""もとの番号と今の番号の組ごとの、同じ中身の重さ。"""
_SLIGHT = 1e-9


class Position(NamedTuple):
    """もとの行の、今の場所。

    ``first`` から ``last`` までが、ありうる所。``likely`` は初めに見る所（None なら、なくなった）。
    """

    likely: int | None
    first: int
    last: int
    certain: bool


class AxisMap:
    """もとの行（列）から今の行（列）へ。``certain`` は動かない対応。"""

    def __init__(self, certain: Mapping[int, int], end: int) -> None:
        self.certain = dict(certain)
        self._old = sorted(certain)
        self._end = end

    @property
    def is_identity(self) -> bool:
        """どの行も、もとの番号のままか。"""
        return all(old == new for old, new in self.certain.items())

    def find(self, old: int) -> Position:
        """もとの番号の、今の場所。"""
        new = self.certain.get(old)
        if new is not None:
            return Position(new, new, new, True)
        before = max((one for one in self._old if one < old), default=None)
        after = min((one for one in self._old if one > old), default=None)
        low = self.certain[before] + 1 if before is not None else 1
        high = self.certain[after] - 1 if after is not None else max(self._end, old, low)
        steps = old - (before or 0)
        likely = low + steps - 1
        if after is None:
            return Position(likely, low, max(high, likely), False)
        room = high - low + 1
        lines = after - (before or 0) - 1
        if room == lines:
            return Position(likely, likely, likely, True)
        if room < lines:
            # 消された行がある。どれが残ったかは、ここからは分からない。
            return Position(None, low, high, False)
        return Position(min(likely, high), low, high, False)


def align(old: Sequence[int], new: Sequence[int], scores: Scores) -> dict[int, int]:
    """``old`` のうち、``new`` のどれに当たるかが一つに決まるもの。どちらも小さい順。"""
    before = _best(old, new, scores)
    after = _best_from_the_end(old, new, scores)
    best = before[len(old)][len(new)]
    found: dict[int, int] = {}
    for i, one in enumerate(old):
        places = [
            other
            for j, other in enumerate(new)
            if (one, other) in scores
            and before[i][j] + scores[one, other] + after[i + 1][j + 1] >= best - _SLIGHT
        ]
        left_out = any(
            before[i][j] + after[i + 1][j] >= best - _SLIGHT for j in range(len(new) + 1)
        )
        if len(places) == 1 and not left_out:
            found[one] = places[0]
    return found


def _best(old: Sequence[int], new: Sequence[int], scores: Scores) -> list[list[float]]:
    """始めの ``i`` 行と ``j`` 行をそろえたときの、重さの和の最大。"""
    table = [[0.0] * (len(new) + 1)]
    for one in old:
        above = table[-1]
        line = [0.0]
        for j, other in enumerate(new):
            score = scores.get((one, other))
            value = max(above[j + 1], line[j])
            line.append(value if score is None else max(value, above[j] + score))
        table.append(line)
    return table


def _best_from_the_end(old: Sequence[int], new: Sequence[int], scores: Scores) -> list[list[float]]:
    """``i`` 行目からと ``j`` 行目からをそろえたときの、重さの和の最大。"""
    turned = {(-one, -other): score for (one, other), score in scores.items()}
    table = _best([-one for one in reversed(old)], [-one for one in reversed(new)], turned)
    return [list(reversed(line)) for line in reversed(table)]


MAX_CANDIDATES = 400
"""一つの欄の候補として見るセルの数の上限。"""
_TOO_COMMON = 100
_Places = Mapping[str, list[tuple[int, int]]]


class Target(NamedTuple):
    """欄のあるはずのセル。``ref`` が ``None`` なら、消されている。

    ``candidates`` は、``certain`` でないときの、ありうるセルのすべて。``doubtful`` が真なら、
    近くのものが動かされたか、空にされている。
    """

    ref: str | None
    certain: bool
    doubtful: bool
    candidates: tuple[str, ...] = ()


@dataclass(slots=True)
class Whereabouts:
    """様式の全体の、今の場所。``rows`` が ``None`` なら、どの行も列も動いていない。

    ``is_contradicted`` が真なら、行や列をどう動かしてもありえない所に、見出しがある。
    """

    rows: AxisMap | None = None
    columns: AxisMap | None = None
    doubtful_rows: set[int] = field(default_factory=set)
    doubtful_columns: set[int] = field(default_factory=set)
    is_contradicted: bool = False

    @property
    def is_moved(self) -> bool:
        """足されたり消されたりした行や列があるか。"""
        return any(axis is not None and not axis.is_identity for axis in (self.rows, self.columns))

    def describe(self) -> str:
        """どの行・列が、どこへ動いたか。動き方の変わる所だけを挙げる。"""
        words = []
        for axis, name, written in (
            (self.rows, "行", str), (self.columns, "列", column_letters),
        ):  # fmt: skip
            shift = 0
            for old in sorted(axis.certain) if axis is not None else ():
                new = axis.certain[old] if axis is not None else old
                if new - old != shift:
                    shift = new - old
                    words.append(f"{name} {written(old)} → {written(new)}")
        return "、".join(words)

    def find(self, row: int, column: int) -> Target:
        """もとのセルの、今の場所。"""
        doubtful = row in self.doubtful_rows or column in self.doubtful_columns
        if self.rows is None or self.columns is None:
            return Target(ref_of(row, column), True, doubtful)
        down, across = self.rows.find(row), self.columns.find(column)
        if down.likely is None or across.likely is None:
            return Target(None, False, doubtful)
        ref = ref_of(down.likely, across.likely)
        if down.certain and across.certain:
            return Target(ref, True, doubtful)
        return Target(ref, False, doubtful, _candidates(down, across))

    def place(self, spot: Spot) -> str | None:
        """文字の決まったセルの、確かな今の場所。"""
        target = self.find(spot.area[0], spot.area[1])
        return target.ref if target.certain and not target.doubtful else None


def _candidates(down: Position, across: Position) -> tuple[str, ...]:
    rows = range(down.first, down.last + 1)
    columns = range(across.first, across.last + 1)
    if len(rows) * len(columns) > MAX_CANDIDATES:
        rows, columns = rows[: MAX_CANDIDATES // 20], columns[:20]
    return tuple(ref_of(row, column) for row in rows for column in columns)


def in_place(chart: Chart, cells: Mapping[str, RawCell]) -> bool:
    """見出しと数式が、すべて配ったときのセルにあるか。"""
    for ref, text in chart.fixed:
        cell = cells.get(ref)
        if cell is None or (cell.value != text and key_of(cell.value) != key_of(text)):
            return False
    return all(not is_vacant(cells.get(ref)) for ref in chart.formulas)


def locate(
    chart: Chart, form: IssuedForm, sheet: RawSheet, *, as_issued: bool, named: bool
) -> Whereabouts:
    """様式が今どこにあるかを、文字の分かっているセルから求める。

    ``as_issued`` は、見出しが動いていないこと。``named`` は、欄に名前が残っていること。
    """
    landmarks = chart.landmarks(form)
    places = _places({one.key for one in landmarks}, sheet.cells)
    if as_issued:
        found = Whereabouts()
    else:
        rows, columns = _align_both(landmarks, places)
        used = [split_ref(ref) for ref in sheet.cells]
        found = Whereabouts(
            AxisMap(rows, max((row for row, _ in used), default=1)),
            AxisMap(columns, max((column for _, column in used), default=1)),
        )
    _doubt(found, landmarks, places, sheet.cells)
    if found.rows is not None and found.columns is not None:
        _doubt_beside_gaps(found.rows, chart.inputs, 0, found.doubtful_rows)
        _doubt_beside_gaps(found.columns, chart.inputs, 1, found.doubtful_columns)
    if not named:
        _doubt_emptied(found, chart, form, sheet)
    return found


def _places(keys: set[str], cells: Mapping[str, RawCell]) -> _Places:
    found: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for ref, cell in cells.items():
        key = key_of(cell.value)
        if key in keys and key is not None:
            found[key].append(split_ref(ref))
        if cell.formula is not None:
            found[FORMULA].append(split_ref(ref))
    return {key: at for key, at in found.items() if len(at) <= _TOO_COMMON}


def _weight(one: Landmark, times: int) -> float:
    if one.is_heading:
        return 4.0 if times == 1 else 2.0
    if one.key == FORMULA or len(one.key) < 4:
        return 1.0
    return 3.0 if times == 1 else 1.0


def _align_both(
    landmarks: list[Landmark], places: _Places
) -> tuple[dict[int, int], dict[int, int]]:
    """行の対応と列の対応。一方が分かると、もう一方がよく分かる。"""
    rows: dict[int, int] = {}
    columns: dict[int, int] = {}
    times: defaultdict[str, int] = defaultdict(int)
    for one in landmarks:
        times[one.key] += 1
    for _ in range(2):
        for axis in (0, 1):
            scores: defaultdict[tuple[int, int], float] = defaultdict(float)
            for one in landmarks:
                own = (one.row, one.column)
                other = (columns if axis == 0 else rows).get(own[1 - axis])
                seen = {at[axis] for at in places.get(one.key, ())
                        if other is None or at[1 - axis] == other}  # fmt: skip
                for number in seen:
                    scores[own[axis], number] += _weight(one, times[one.key])
            old = sorted({pair[0] for pair in scores})
            new = sorted({pair[1] for pair in scores})
            aligned = align(old, new, scores)
            if axis == 0:
                rows = aligned
            else:
                columns = aligned
    return rows, columns


def _doubt(
    found: Whereabouts,
    landmarks: Iterable[Landmark],
    places: _Places,
    cells: Mapping[str, RawCell],
) -> None:
    """ほかの所に移された文字の行と列、すっかり空いた行と列を、確かでないとする。"""
    expected: dict[str, Landmark] = {}
    filled_rows: dict[int, bool] = {}
    filled_columns: dict[int, bool] = {}
    astray: list[tuple[Landmark, bool]] = []
    for one in landmarks:
        target = found.find(one.row, one.column)
        ref = target.ref if target.certain else None
        if ref is not None:
            expected[ref] = one
            full = not is_vacant(cells.get(ref))
            filled_rows[one.row] = filled_rows.get(one.row, False) or full
            filled_columns[one.column] = filled_columns.get(one.column, False) or full
        else:
            _doubt_lost(found.rows, one.row, found.doubtful_rows)
            _doubt_lost(found.columns, one.column, found.doubtful_columns)
        is_away = ref is None or not _holds(cells.get(ref), one.key)
        if is_away or one.is_heading:
            astray.append((one, is_away))
    for one, is_away in astray:
        for row, column in places.get(one.key, ()):
            taken = expected.get(ref_of(row, column))
            if taken is not None and taken.key == one.key:
                continue
            # 見出しは、どこにあっても移されたと見る。ほかは、同じ行か同じ列にあるときだけ。
            anywhere = is_away and one.is_heading
            if not (anywhere or _aligned(found, one, row, column)):
                continue
            found.is_contradicted |= anywhere
            for each in (one, taken) if taken else (one,):
                found.doubtful_rows.add(each.row)
                found.doubtful_columns.add(each.column)
    for row, full in filled_rows.items():
        if not full:
            found.doubtful_rows.update((row - 1, row, row + 1))
    for column, full in filled_columns.items():
        if not full:
            found.doubtful_columns.update((column - 1, column, column + 1))


def _doubt_emptied(found: Whereabouts, chart: Chart, form: IssuedForm, sheet: RawSheet) -> None:
    """名前がないとき：行が消され、空の行が足されたと思われる所を、確かでないとする。

    手掛かりは二つ。その行にあったものがすべてなくなっている。または、ほかの大半は元のままなのに、
    その行にまたがっていた範囲が、またがらなくなっている。
    """
    full: dict[int, bool] = {}
    whole: dict[int, bool] = {}
    merged = set(sheet.merged)
    kept = lost = 0
    for spot in chart.spots:
        top, left, bottom, right = spot.area
        first, last = found.find(top, left), found.find(bottom, right)
        if not (first.certain and last.certain):
            continue
        if form.values.get(spot.ref) not in (None, "") or spot.cell.text:
            full[top] = full.get(top, False) or not is_blank(sheet.cells.get(first.ref or ""))
        if spot.area[:2] != spot.area[2:]:
            is_kept = f"{first.ref}:{last.ref}" in merged
            kept, lost = kept + is_kept, lost + (not is_kept)
            for row in range(top, bottom + 1) if bottom > top else ():
                whole[row] = whole.get(row, False) or is_kept
    for row in [row for row, is_full in full.items() if not is_full]:
        found.doubtful_rows.update((row - 1, row, row + 1))
    if kept > lost:
        found.doubtful_rows.update(row for row, is_whole in whole.items() if not is_whole)


def _doubt_lost(axis: AxisMap | None, number: int, doubtful: set[int]) -> None:
    """文字のあった行が見当たらなければ、その行と、そこから終わりまでは、確かでない。"""
    if axis is None or axis.find(number).certain:
        return
    doubtful.add(number)
    last = max(axis.certain, default=0)
    doubtful.update(range(last + 1, number))


def _holds(cell: RawCell | None, key: str) -> bool:
    if key == FORMULA:
        return not is_vacant(cell)
    return cell is not None and key_of(cell.value) == key


def _aligned(found: Whereabouts, one: Landmark, row: int, column: int) -> bool:
    """もとと同じ行か、同じ列か。"""
    if found.rows is None or found.columns is None:
        return row == one.row or column == one.column
    return found.rows.find(one.row).likely == row or found.columns.find(one.column).likely == column


def _doubt_beside_gaps(
    axis: AxisMap, inputs: Iterable[Spot], side: int, doubtful: set[int]
) -> None:
    """消された行（列）の隣の行（列）は、確かでないとする。"""
    for spot in inputs:
        number = spot.area[side]
        if axis.find(number).likely is None:
            near = [one for one in axis.certain if one < number][-1:]
            near += [one for one in axis.certain if one > number][:1]
            doubtful.update(near)
