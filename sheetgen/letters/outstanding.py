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

    ``file`` is the workbook the section was sent last.  ``questioned`` are those the
    section has been asked about in a 差戻し; ``unsent_returns`` wait for the office to send one.
    ``named_deadline`` is the deadline a letter may name: a section whose forms are all back
    has none but that of its 差戻し.
    """

    section: str
    file: str
    deadline: date | None
    missing: tuple[str, ...]
    untouched: tuple[str, ...]
    questioned: tuple[str, ...]
    unsent_returns: tuple[str, ...] = ()
    named_deadline: date | None = None

    @property
    def asked(self) -> tuple[str, ...]:
        """課の答えを待っている実施項目のすべて。"""
        return (*self.missing, *self.untouched, *self.questioned)

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

    ``sendouts`` は一つの照会の送付記録で、古い順。``states`` は今の計画の実施項目で、
    印刷の順（計画からなくなったものは求めない）。``order`` は課の正式な名。``deadline`` は、
    どの課の期限よりも優先する。
    """
    issued = [one for one in sendouts if one.kind is SendKind.ISSUE]
    returned = [one for one in sendouts if one.kind is SendKind.RETURN]
    # 担当の課が変わって配り直した項目は、あとで配った課のもの。
    holder = {item: one.section for one in issued for item in one.items}
    known = {section: place for place, section in enumerate(order)}
    found = []
    for section in sorted(sections_sent(issued), key=lambda one: (known.get(one, len(known)), one)):
        mine = [one for one in issued if one.section == section]
        back = [one for one in returned if one.section == section]
        sent_back = {item for one in back for item in one.items}
        by_state: dict[ItemState, list[str]] = {state: [] for state in _OPEN}
        for item, state in states.items():
            if holder.get(item) == section and state in by_state:
                by_state[state].append(item)
        if not any(by_state.values()):
            continue
        held = by_state[ItemState.HELD]
        lacking = bool(by_state[ItemState.MISSING] or by_state[ItemState.UNTOUCHED])
        first = deadline or _last_day(mine)
        again = deadline or _last_day(back)
        found.append(
            Outstanding(
                section,
                mine[-1].file,
                first if lacking else again or first,
                tuple(by_state[ItemState.MISSING]),
                tuple(by_state[ItemState.UNTOUCHED]),
                tuple(item for item in held if item in sent_back),
                tuple(item for item in held if item not in sent_back),
                first if lacking else again,
            )
        )
    return found


def _last_day(sendouts: Sequence[SendOut]) -> date | None:
    """最後に知らせた期限。"""
    days = [one.deadline_day for one in sendouts if one.deadline_day is not None]
    return days[-1] if days else None
