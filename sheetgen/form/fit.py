"""1ページに収める。行の高さと文字の大きさを決める。

長さはすべて pt（1 pt は 72 分の 1 インチ）。行は Excel と同じく 1 から数える。

高さは 0.75 pt（96 dpi の Excel の一画素）ずつ数える。どのプログラムの丸めでも、
ページからはみ出さない。ページに入りきらないときは、次の順にあきらめる。

1. 開いた記入欄の余地は残し、字を 0.5 pt ずつ、9.5 pt まで小さくする。
2. 9.5 pt で、余地を一行ずつ減らし、一行にする。
3. 字を 6 pt まで小さくする。
4. 6 pt で、高い行からページに入るだけに削り、行を失った箱を overflow として返す。

本文以上の大きさの字は、本文と同じ pt だけ小さくする。本文より小さい字は、
本文がそこに下りてくるまで変えない。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from math import ceil, floor
from types import MappingProxyType
from typing import NamedTuple

from sheetgen.form.wrap import count_lines, line_capacity, longest_run, text_width


class Box(NamedTuple):
    """文字の入る一つのセル（結合セルは全体で一つ）。

    ``min_lines`` は、これから記入するセルに取っておく行数。
    """

    key: str
    first_row: int
    last_row: int
    width: float
    size: float
    text: str
    wrap: bool = True
    min_lines: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """行の高さの元の値と、1ページに使える高さ。

    ``row_heights`` は、印刷範囲の見える行のすべて。``roomy_rows`` は開いた記入欄のある行で、
    余った高さを多く受け取る。
    """

    row_heights: Mapping[int, float]
    available: float
    roomy_rows: frozenset[int] = field(default_factory=frozenset)


class Fitted(NamedTuple):
    """割り付けの結果。

    ``sizes`` は、字の大きさがテンプレートと違うセルだけ。``capacity`` は、
    決まった大きさと高さで入る全角の字数（セルごと）。``overflow`` は、
    いちばん小さい字でも入りきらないセル。なければ空。``lacking`` は、そのセルに入らない行の数
    （幅が足りないだけなら 0）。
    """

    row_heights: Mapping[int, float]
    sizes: Mapping[str, float]
    capacity: Mapping[str, int]
    overflow: tuple[str, ...] = ()
    lacking: Mapping[str, int] = MappingProxyType({})


STEP = 0.75  # pt。96 dpi の一画素で、Excel が行の高さを丸める単位
TALLEST_ROW = 546  # 段。Excel の上限 409.5 pt
LINE_PITCH = 1.25  # 字の大きさの倍数
ROW_PADDING = 3.0  # pt。文字の上と下を合わせて
_TINY = 1e-9


def steps_up(points: float) -> int:
    """``points`` pt を下回らない段数を返す。"""
    return ceil(points / STEP - _TINY)


def steps_down(points: float) -> int:
    """``points`` pt を超えない段数を返す（0 以上）。"""
    return max(0, floor(points / STEP + _TINY))


def height_of(lines: int, size: float) -> float:
    """``size`` pt の文字 ``lines`` 行に要る高さ (pt) を返す。"""
    return lines * size * LINE_PITCH + ROW_PADDING


def lines_in(height: float, size: float) -> int:
    """高さ ``height`` pt に入る行数を返す（0 以上）。"""
    return max(0, floor((height - ROW_PADDING) / (size * LINE_PITCH) + _TINY))


def share_out(steps: int, weights: Mapping[int, float]) -> dict[int, int]:
    """``steps`` 段を重みに応じて行に分ける。和は必ず ``steps`` になる。

    端数の大きい行から配り、同じなら上の行を先にする。同じページは、いつも同じになる。重みがすべて
    0 なら、等しく分ける。
    """
    total = sum(weights.values())
    if total <= 0:
        weights = dict.fromkeys(weights, 1.0)
        total = float(len(weights))
    exact = {row: steps * weight / total for row, weight in weights.items()}
    shares = {row: floor(share + _TINY) for row, share in exact.items()}
    rest = steps - sum(shares.values())
    if rest:
        by_remainder = sorted(exact, key=lambda row: (shares[row] - exact[row], row))
        for row in by_remainder[:rest]:
            shares[row] += 1
    return shares


def spread_left_over(
    heights: Mapping[int, int], steps: int, weights: Mapping[int, float]
) -> dict[int, int]:
    """余り ``steps`` 段を重みに応じて足す。409.5 pt に達した行の先は他の行に回す。"""
    grown = dict(heights)
    while steps > 0:
        open_rows = {row: weights[row] for row, height in grown.items() if height < TALLEST_ROW}
        if not open_rows:
            break
        given = 0
        for row, share in share_out(steps, open_rows).items():
            share = min(share, TALLEST_ROW - grown[row])
            grown[row] += share
            given += share
        steps -= given
    return grown


def cut_to_level(needs: Mapping[int, int], steps: int) -> dict[int, int]:
    """和が ``steps`` 段になるまで、高い行から順に削る。低い行はそのまま残る。"""
    cut: dict[int, int] = {}
    rows = sorted(needs, key=lambda row: (needs[row], row))
    for done, row in enumerate(rows):
        level = max(0, steps) // (len(rows) - done)
        cut[row] = min(needs[row], level)
        steps -= cut[row]
    return cut


SIZE_STEP = 0.5  # pt ずつ小さくする
SMALLEST_SIZE = 6.0  # pt。これより小さくしない
ROOM_KEPT_DOWN_TO = 9.5  # pt。ここまでは記入の余地を残す
FIGURE_KEPT_ON_ONE_LINE = 8.0  # pt。ここまでは数と単位を一行に保つ
NARROW = 24  # 半角単位。これより狭いセルは、数・単位・評価のためのもの
ROOMY_WEIGHT = 3.0


class _Placed(NamedTuple):
    """箱と、それが占める見える行。``own_size`` はその箱だけに要る大きさ (pt)。"""

    box: Box
    rows: tuple[int, ...]
    own_size: float


def fit(boxes: Sequence[Box], page: Page) -> Fitted:
    """箱の文字がページに収まる、行の高さと文字の大きさを返す。

    折り返す箱のある行は伸び縮みし、ほかの行は高さを変えない。高さの和は ``page.available``
    pt を超えず、伸び縮みする行があれば、ちょうどそこに届く。見える行のない箱には触れず、capacity も
    overflow も出さない。
    """
    placed = _place(boxes, page)
    flexible = {row for p in placed if p.box.wrap for row in p.rows}
    fixed = {row: height for row, height in page.row_heights.items() if row not in flexible}
    steps = steps_down(page.available - sum(fixed.values()))
    body = _body_size(placed)
    for shrink, room in _attempts(placed, body):
        sizes = _sizes(placed, body, shrink)
        needs = _needs(placed, sizes, room, flexible, page)
        if sum(needs.values()) <= steps and max(needs.values(), default=0) <= TALLEST_ROW:
            break
    heights = {row: count * STEP for row, count in _final_steps(needs, steps, page).items()}
    heights.update(_fixed_heights(fixed, page.available))
    return _result(placed, sizes, heights)


def height_for(text: str, width: float, size: float) -> float:
    """幅 ``width`` pt のセルに折り返した文字列に要る、行の高さ (pt) を返す。

    一覧のような、ページの高さに限られない行に使う。``size`` は pt。高さは 0.75 pt の倍数で、
    Excel の上限 409.5 pt まで。
    """
    lines = count_lines(text, line_capacity(width, size))
    return min(steps_up(height_of(lines, size)), TALLEST_ROW) * STEP


def _place(boxes: Sequence[Box], page: Page) -> list[_Placed]:
    visible = page.row_heights.keys()
    known: dict[tuple[int, int], tuple[int, ...]] = {}  # 同じ行の箱が多いので、一度だけ求める
    placed = []
    for box in boxes:
        span = (box.first_row, box.last_row)
        rows = known.get(span)
        if rows is None:
            rows = known[span] = tuple(r for r in range(span[0], span[1] + 1) if r in visible)
        if rows:
            placed.append(_Placed(box, rows, _own_size(box) if box.text else box.size))
    return placed


def _smaller(size: float) -> Iterator[float]:
    """``size`` から 6 pt まで、0.5 pt ずつ下げた大きさ。"""
    yield size
    while size > SMALLEST_SIZE:
        size = max(SMALLEST_SIZE, size - SIZE_STEP)
        yield size


def _own_size(box: Box) -> float:
    """ページの込み具合によらず、この箱の幅のために要る大きさを返す。

    折り返さない行は、そのまま入らなければならない。狭いセルでは、いちばん長い語が入るようにする。
    数と単位（``30億円以内``）は、一行で読める大きさなら、一行に保つ。広いセルでは、
    長い語のほうを折る。一つのアドレスのために、段落の字を小さくしない。
    """
    if not box.wrap:
        return _size_for(box, text_width(box.text.replace("\n", "")), SMALLEST_SIZE) or min(
            box.size, SMALLEST_SIZE
        )
    if line_capacity(box.width, box.size) >= NARROW:
        return box.size
    if not any(char.isspace() for char in box.text):
        on_one_line = _size_for(box, text_width(box.text), FIGURE_KEPT_ON_ONE_LINE)
        if on_one_line is not None:
            return on_one_line
    return _size_for(box, longest_run(box.text), SMALLEST_SIZE) or box.size


def _size_for(box: Box, width: int, smallest: float) -> float | None:
    """``width`` 半角単位が一行に入る、``smallest`` 以上の最大の大きさ。"""
    for size in _smaller(box.size):
        if line_capacity(box.width, size) >= width:
            return size
        if size <= smallest:
            break
    return None


def _attempts(placed: Sequence[_Placed], body: float) -> Iterator[tuple[float, int]]:
    """試す順に、本文を縮める量 (pt) と、残す記入の余地（行数）を返す。"""
    room = max((p.box.min_lines for p in placed), default=0)
    floor_with_room = min(body, ROOM_KEPT_DOWN_TO)
    sizes = list(_smaller(body))
    kept = [size for size in sizes if size >= floor_with_room]
    for size in kept:
        yield body - size, room
    for fewer in range(room - 1, 0, -1):
        yield body - kept[-1], fewer
    for size in sizes[len(kept) :]:
        yield body - size, 1


def _body_size(placed: Sequence[_Placed]) -> float:
    """最も多くの文字が持つ大きさ (pt)。同数なら大きい方。"""
    amounts: Counter[float] = Counter()
    for p in placed:
        if p.box.wrap:
            amounts[p.box.size] += len(p.box.text)
    return max(amounts, key=lambda size: (amounts[size], size), default=SMALLEST_SIZE)


def _sizes(placed: Sequence[_Placed], body: float, shrink: float) -> list[float]:
    """本文を ``shrink`` pt 縮めたときの、箱ごとの大きさ (pt)。"""
    if not shrink:
        return [p.own_size for p in placed]
    sizes = []
    for p in placed:
        size = p.box.size
        if p.box.wrap:
            size = size - shrink if size >= body else min(size, body - shrink)
            size = max(size, min(SMALLEST_SIZE, p.box.size))
        sizes.append(min(size, p.own_size))
    return sizes


def _lines(box: Box, size: float) -> int:
    if not box.wrap or not box.text:
        return 1
    return count_lines(box.text, line_capacity(box.width, size))


def _needs(
    placed: Sequence[_Placed],
    sizes: Sequence[float],
    room: int,
    flexible: Set[int],
    page: Page,
) -> dict[int, int]:
    """伸び縮みする行に要る段数を返す。複数行の箱の不足は、その行に分ける。"""
    heights: dict[tuple[int, ...], float] = {}
    for p, size in zip(placed, sizes, strict=True):
        lines = max(_lines(p.box, size), min(p.box.min_lines, room))
        height = height_of(lines, size)
        if height > heights.get(p.rows, 0.0):
            heights[p.rows] = height
    needs = dict.fromkeys(sorted(flexible), 0)
    # 行の少ない箱から先に見る。それに要る高さは、行の多い箱にも使える。
    for rows in sorted(heights, key=len):
        own = {row: page.row_heights[row] for row in rows if row in flexible}
        firm = sum(page.row_heights[row] for row in rows if row not in flexible)
        lacking = steps_up(heights[rows] - firm) - sum(needs[row] for row in own)
        if own and lacking > 0:
            for row, share in share_out(lacking, own).items():
                needs[row] += share
    return needs


def _final_steps(needs: Mapping[int, int], steps: int, page: Page) -> dict[int, int]:
    """余りを足すか、足りない分を削って、行の段数をページに合わせる。"""
    needs = {row: min(need, TALLEST_ROW) for row, need in needs.items()}
    left_over = steps - sum(needs.values())
    if left_over < 0:
        return cut_to_level(needs, steps)
    weights = {
        row: page.row_heights[row] * (ROOMY_WEIGHT if row in page.roomy_rows else 1.0)
        for row in needs
    }
    return spread_left_over(needs, left_over, weights)


def _fixed_heights(fixed: Mapping[int, float], available: float) -> Mapping[int, float]:
    """固定の行の高さ。それだけでページを超えるときは、同じ割合で縮める。"""
    total = sum(fixed.values())
    if total <= available:
        return fixed
    return {
        row: steps_down(height * max(0.0, available) / total) * STEP
        for row, height in fixed.items()
    }


def _result(
    placed: Sequence[_Placed], sizes: Sequence[float], heights: Mapping[int, float]
) -> Fitted:
    """行の高さと大きさが決まった後の、箱ごとの容量と、あふれた箱。"""
    changed: dict[str, float] = {}
    capacity: dict[str, int] = {}
    overflow: list[tuple[int, str]] = []
    lacking: dict[str, int] = {}
    spans = {p.rows: sum(heights[row] for row in p.rows) for p in placed}
    for p, size in zip(placed, sizes, strict=True):
        box = p.box
        per_line = line_capacity(box.width, size)
        room = lines_in(spans[p.rows], size) if box.wrap else 1
        capacity[box.key] = room * (per_line // 2)
        if size != box.size:
            changed[box.key] = size
        lines = _lines(box, size)
        # 空のセルは、行がどれだけ低くなっても、何も失わない。
        if box.text and (lines > room or (not box.wrap and text_width(box.text) > per_line)):
            overflow.append((-lines, box.key))
            lacking[box.key] = max(0, lines - room)
    return Fitted(
        row_heights=dict(sorted(heights.items())),
        sizes=changed,
        capacity=capacity,
        overflow=tuple(key for _, key in sorted(overflow)),
        lacking=lacking,
    )
