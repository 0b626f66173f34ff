"""新しい実施項目の番号とID。IDは、終わった項目のものも使い回さない。"""

from __future__ import annotations

from collections.abc import Iterable

from sheetgen.model.plan import Measure, Plan

LARGEST = 99
"""IDの後ろの番号の上限（2桁）。"""


class Numbering:
    """推進項目ごとに、次の番号を配る。

    ``ever`` は、一度でも使ったID。控えの年次見直しのものも入る。
    """

    def __init__(self, plan: Plan, ever: Iterable[str] = ()) -> None:
        known = {item.id for _, _, item in plan.items()}
        self._used = known | set(plan.revision.retired_items) | set(ever)
        self._last = {
            measure.number: max((entry.number for entry in measure.entries), default=0)
            for _, measure in plan.measures()
        }

    def next(self, measure: Measure) -> tuple[int, str] | None:
        """印刷の番号とID。IDの番号を使い切っていれば ``None``。"""
        number = self._last[measure.number] + 1
        prefix = f"{measure.number:02d}-"
        taken = [int(each.removeprefix(prefix)) for each in self._used if each.startswith(prefix)]
        suffix = max([*taken, number - 1]) + 1
        if suffix > LARGEST or measure.number > LARGEST:
            return None
        self._last[measure.number] = number
        item_id = f"{prefix}{suffix:02d}"
        self._used.add(item_id)
        return number, item_id
