"""二つの並びの文を、似たものどうしで組む。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

_LEAST_ALIKE = 0.3
"""二つの文を組むための、似かたの下限。"""

_MOST_ALIGNED = 2500
"""似たものどうしを組む手間の上限（前の数と後の数の積）。超えれば、順に組む。"""


def align(old: Sequence[str], new: Sequence[str]) -> list[tuple[str | None, str | None]]:
    """文の並びどうしを、順を変えずに、似たものと組む。相手のないものは ``None`` と組む。"""
    return [
        (None if a is None else old[a], None if b is None else new[b])
        for a, b in alignment(old, new)
    ]


def alignment(old: Sequence[str], new: Sequence[str]) -> list[tuple[int | None, int | None]]:
    """:func:`align` の組を、並びの番号で返す。"""
    if len(old) == len(new) == 1:
        return [(0, 0)]
    if len(old) * len(new) > _MOST_ALIGNED:
        shared = min(len(old), len(new))
        pairs: list[tuple[int | None, int | None]] = [(k, k) for k in range(shared)]
        pairs += [(k, None) for k in range(shared, len(old))]
        return pairs + [(None, k) for k in range(shared, len(new))]
    before, after = [_pairs_in(text) for text in old], [_pairs_in(text) for text in new]
    alike = [[_likeness(a, b, x == y) for b, y in zip(after, new, strict=True)]
             for a, x in zip(before, old, strict=True)]  # fmt: skip
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for k in range(len(new) - 1, -1, -1):
            best[i][k] = max(best[i + 1][k], best[i][k + 1], best[i + 1][k + 1] + alike[i][k])
    out: list[tuple[int | None, int | None]] = []
    i = k = 0
    while i < len(old) or k < len(new):
        both = i < len(old) and k < len(new) and alike[i][k] > 0
        if both and best[i][k] == best[i + 1][k + 1] + alike[i][k]:
            out.append((i, k))
            i, k = i + 1, k + 1
        elif k == len(new) or (i < len(old) and best[i][k] == best[i + 1][k]):
            out.append((i, None))
            i += 1
        else:
            out.append((None, k))
            k += 1
    return out


def _pairs_in(text: str) -> Counter[str]:
    """続く二字の数。順によらず、文の似かたを見る。"""
    return Counter(text[k : k + 2] for k in range(max(1, len(text) - 1)))


def _likeness(a: Counter[str], b: Counter[str], same: bool) -> float:
    """0（別のもの）から 1（同じもの）まで。似ていないものは 0。"""
    if same:
        return 1.0
    share = 2 * (a & b).total() / max(1, a.total() + b.total())
    return share if share >= _LEAST_ALIKE else 0.0
