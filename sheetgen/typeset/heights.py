"""行の高さの計算。0.75 pt を一段とする整数で扱う。"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor

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
