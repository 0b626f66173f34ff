"""届いたが読めなかったファイル：どの課のものか、同じ課の様式がもう届いて片付いたか。

返信は消さずに足していくので、PDF などは、あとで Excel の様式が届いても、毎回そこにある。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sheetgen.collect.request import ItemOutcome
from sheetgen.collect.results import SETTLED, refuses
from sheetgen.form.jobs import section_named_in
from sheetgen.messages.send import EVERY_SECTION
from sheetgen.plan.plan import Plan
from sheetgen.problems import Place, Problem
from sheetgen.reading.file_names import bare
from sheetgen.records.open_items import ItemState, OpenItem, UnreadFile

_OF_THE_OFFICE = frozenset({"R002", "R035", "R062", "R075", "R077"})
"""課の送ったものではなく、いま読む側に差し支えのある符号（使用中など）。次の回には読める。"""
_ARRIVED = (ItemState.RECORDED, ItemState.KEPT, ItemState.HELD)


@dataclass(frozen=True, slots=True)
class Unread:
    """読めなかったファイル。``left`` はまだ片付かないもの、``settled`` は片付いたもの。"""

    left: tuple[UnreadFile, ...]
    settled: Mapping[str, str]

    def told(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """片付いたファイルについての断りを、片付いたことの知らせに替える。"""
        return tuple(map(self._told, problems))

    def _told(self, problem: Problem) -> Problem:
        file = problem.place.file
        if file is None or file not in self.settled or not _is_unreadable(problem):
            return problem
        return Problem(SETTLED, Place(file=file), {"section": self.settled[file]})


def unread_files(
    plan: Plan,
    outcomes: Sequence[ItemOutcome],
    problems: Iterable[Problem],
    open_items: Mapping[str, OpenItem],
    before: Iterable[UnreadFile],
) -> Unread:
    """読めなかったファイルを、片付いたものと残るものに分ける。

    ``open_items`` と ``before`` は、前の回までの覚え書き。課の実施項目がすべて届いていれば
    （白紙の様式は、届いたとしない）、片付いている。どの課のものか分からないファイルは、
    すべての課の分が届いたときに片付く。
    """
    lacking = {
        outcome.section
        for outcome in outcomes
        if outcome.state not in _ARRIVED
        and not _is_held(open_items.get(outcome.item), outcome.state)
    }
    known = {one.file: one for one in before}
    for problem in problems:
        file = problem.place.file
        if file is not None and _is_unreadable(problem):
            section = section_named_in(plan, bare(file)) or section_named_in(plan, file)
            known[file] = UnreadFile(file, problem.code, section or "")
    left, settled = [], {}
    for one in known.values():
        if one.section in lacking or (not one.section and lacking):
            left.append(one)
        else:
            settled[one.file] = one.section or EVERY_SECTION
    return Unread(tuple(left), settled)


def _is_unreadable(problem: Problem) -> bool:
    """課に送り直してもらうほかない、読めないファイルか。"""
    return refuses(problem) and problem.code not in _OF_THE_OFFICE


def _is_held(found: OpenItem | None, state: ItemState) -> bool:
    """今回は届かなかったが、前に届いて、問いの残っているものか。"""
    return state is ItemState.MISSING and found is not None and found.state is ItemState.HELD
