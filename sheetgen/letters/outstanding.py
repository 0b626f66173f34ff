"""配ったもののうち、答えのないものを課ごとに求める。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sheetgen.model.collect import ItemState
from sheetgen.model.sendout import SendKind, SendOut

_OPEN = (ItemState.MISSING, ItemState.UNTOUCHED, ItemState.HELD)


@dataclass(frozen=True, slots=True)
class Outstanding:
    """一つの課の、答えのない実施項目（ID）。``deadline`` は最後に知らせた期限。

    ``file`` is the workbook the section was sent last.
    """

    section: str
    file: str
    deadline: date | None
    missing: tuple[str, ...]
    untouched: tuple[str, ...]
    questioned: tuple[str, ...]

    def days_late(self, today: date) -> int | None:
        """期限を過ぎた日数。期限の当日までは 0 以下。期限がなければ ``None``。"""
        return None if self.deadline is None else (today - self.deadline).days


def sections_sent(sendouts: Iterable[SendOut]) -> tuple[str, ...]:
    """様式を配った課。"""
    return tuple(dict.fromkeys(one.section for one in sendouts if one.kind is SendKind.ISSUE))


def outstanding(
    sendouts: Sequence[SendOut],
    states: Mapping[str, ItemState],
    order: Sequence[str],
    deadline: date | None = None,
) -> list[Outstanding]:
    """課ごとの、答えのない実施項目。すべて答えた課は出ない。

    ``sendouts`` are those of one round, oldest first; ``states`` the items of the plan as
    it is now in the printed order (an item that left the plan is not asked for);
    ``order`` the full names of the sections; ``deadline`` stands for all of theirs.
    """
    issued = [one for one in sendouts if one.kind is SendKind.ISSUE]
    # 担当の課が変わって配り直した項目は、あとで配った課のもの。
    holder = {item: one.section for one in issued for item in one.items}
    known = {section: place for place, section in enumerate(order)}
    found = []
    for section in sorted(sections_sent(issued), key=lambda one: (known.get(one, len(known)), one)):
        mine = [one for one in issued if one.section == section]
        days = [one.deadline_day for one in mine if one.deadline_day is not None]
        by_state: dict[ItemState, list[str]] = {state: [] for state in _OPEN}
        for item, state in states.items():
            if holder.get(item) == section and state in by_state:
                by_state[state].append(item)
        if any(by_state.values()):
            found.append(
                Outstanding(
                    section,
                    mine[-1].file,
                    deadline or (days[-1] if days else None),
                    tuple(by_state[ItemState.MISSING]),
                    tuple(by_state[ItemState.UNTOUCHED]),
                    tuple(by_state[ItemState.HELD]),
                )
            )
    return found
