"""届いたが、まだ記録できない実施項目。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sheetgen.messages import message_of
from sheetgen.model.collect import ItemOutcome, ItemState
from sheetgen.problems import Level, Problem


@dataclass(frozen=True, slots=True)
class OpenItem:
    """最後の回収で、聞くことがあったか、何も書かれていなかった実施項目。

    ``state`` は 要確認 か 未記入、``at`` は時差つきの ISO 8601、``codes`` はその問題の符号。
    ``reasons`` は同じことをことばで言う。
    """

    state: ItemState
    at: str
    files: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


_DONE = (ItemState.RECORDED, ItemState.KEPT)


def with_outcomes(
    before: Mapping[str, OpenItem], outcomes: Iterable[ItemOutcome], at: str
) -> dict[str, OpenItem]:
    """一回の回収のあとの、まだ記録できない実施項目。

    今回届かなかったものは、前のまま残す。白紙の様式が届いても、前の問いは消えない。
    前と同じことを言うものは、前の時刻のままにする。
    """
    after = dict(before)
    for outcome in outcomes:
        earlier = before.get(outcome.item)
        if outcome.state in _DONE:
            after.pop(outcome.item, None)
        elif outcome.state is ItemState.HELD or (
            outcome.state is ItemState.UNTOUCHED
            and (earlier is None or earlier.state is ItemState.UNTOUCHED)
        ):
            codes = tuple(sorted({one.code for one in outcome.problems if _is_question(one)}))
            reasons = tuple(dict.fromkeys(map(_sentence, filter(_is_question, outcome.problems))))
            new = OpenItem(outcome.state, at, outcome.files, codes, reasons)
            same = earlier is not None and replace(earlier, at=at) == new
            after[outcome.item] = earlier if earlier is not None and same else new
    return after


def _is_question(problem: Problem) -> bool:
    return message_of(problem).level is not Level.NOTE


def _sentence(problem: Problem) -> str:
    label = f"{problem.place.label}: " if problem.place.label else ""
    return f"{label}{message_of(problem).cause}（{problem.code}）"
