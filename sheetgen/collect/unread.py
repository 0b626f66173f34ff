"""届いたが読めなかったファイル：どの課のものか、同じ課の様式がもう届いて片付いたか。

返信は消さずに足していくので、PDF などは、あとで Excel の様式が届いても、毎回そこにある。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sheetgen.collect.request import ItemOutcome
from sheetgen.collect.results import SETTLED, refuses
from sheetgen.form.jobs import section_named_in
from sheetgen.messages.send import EVERY_SECTION
from sheetgen.plan.plan import Plan
from sheetgen.problems import Place, Problem
from sheetgen.reading.file_names import bare
from sheetgen.reading.mail_parts import MailSource
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
    mails: Mapping[str, MailSource] = MappingProxyType({}),
) -> Unread:
    """読めなかったファイルを、片付いたものと残るものに分ける。

    ``open_items`` と ``before`` は、前の回までの覚え書き。課の実施項目がすべて届いていれば
    （白紙の様式は、届いたとしない）、片付いている。どの課のものか分からないファイルは、
    すべての課の分が届いたときに片付く。``mails`` は、ファイルの名から、入っていたメールへ。名から
    課の分からないものは、差出人から分かることがある。
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
            known[file] = UnreadFile(file, problem.code, _section_of(plan, file, mails.get(file)))
    left, settled = [], {}
    for one in known.values():
        if one.section in lacking or (not one.section and lacking):
            left.append(one)
        else:
            settled[one.file] = one.section or EVERY_SECTION
    return Unread(tuple(left), settled)


def _section_of(plan: Plan, file: str, mail: MailSource | None) -> str:
    """ファイルの名か、メールの差出人から分かる課の正式な名。分からなければ空。"""
    named = section_named_in(plan, bare(file)) or section_named_in(plan, file)
    if named is None and mail is not None and mail.sender:
        named = _section_at(plan, mail.sender) or section_named_in(plan, mail.sender)
    return named or ""


def _section_at(plan: Plan, sender: str) -> str | None:
    """計画のデータにその宛先のある課。一つに決まらなければ ``None``。"""
    address = sender.rpartition("<")[2].rstrip(">").strip().casefold()
    found = [
        f"{department.name} {section.name}"
        for department in plan.departments
        for section in department.sections
        if address in {one.strip().casefold() for one in (section.email or "").split(",")}
    ]
    return found[0] if len(found) == 1 else None


def _is_unreadable(problem: Problem) -> bool:
    """課に送り直してもらうほかない、読めないファイルか。"""
    return refuses(problem) and problem.code not in _OF_THE_OFFICE


def _is_held(found: OpenItem | None, state: ItemState) -> bool:
    """今回は届かなかったが、前に届いて、問いの残っているものか。"""
    return state is ItemState.MISSING and found is not None and found.state is ItemState.HELD
