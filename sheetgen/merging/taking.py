"""``--take`` の指定を、食い違いに当てる。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum

from sheetgen.merging.said import Said
from sheetgen.merging.wording import is_named
from sheetgen.model.answers import ReturnedForm
from sheetgen.model.collect import Take
from sheetgen.problems import Place, Problem


class Verdict(Enum):
    """様式のどれでもない決まり方。"""

    MASTER = "master"
    NONE = "none"
    AMBIGUOUS = "ambiguous"


class Choice:
    """一つの実施項目に当たる指定。その項目だけの指定が、全体の指定に勝つ。"""

    def __init__(self, takes: Iterable[Take], item: str) -> None:
        mine = [take for take in takes if take.item in (item, None)]
        self._own = [take for take in mine if take.item]
        self._common = [take for take in mine if not take.item]

    def insists_on(self, one: Said) -> bool:
        """古い写しと見える値でも採ると、この項目について名指しされているか。"""
        return any(take.file is not None and is_named(take.file, one.form) for take in self._own)

    def decide(self, wanted: Sequence[Said]) -> Said | Verdict:
        """食い違う値のどれを採るか。"""
        for takes in (self._own, self._common):
            picked = [one for one in wanted if any(_picks(take, one) for take in takes)]
            master = any(take.file is None for take in takes)
            values = {one.value for one in picked}
            if len(values) + master > 1:
                return Verdict.AMBIGUOUS
            if picked:
                return picked[0]
            if master:
                return Verdict.MASTER
        return Verdict.NONE


def unmatched_takes(takes: Sequence[Take], forms: Sequence[ReturnedForm]) -> list[Problem]:
    """どの様式も指していない指定。"""
    known = "、".join(sorted({form.file for form in forms})) or "なし"
    found = []
    for take in takes:
        mine = [form for form in forms if take.item in (form.issued.item_id, None)]
        if take.file is not None and not any(is_named(take.file, form) for form in mine):
            words = f"{take.item}:{take.file}" if take.item else take.file
            found.append(Problem("R425", Place(label="--take"), {"take": words, "known": known}))
    return found


def _picks(take: Take, one: Said) -> bool:
    return take.file is not None and is_named(take.file, one.form)
