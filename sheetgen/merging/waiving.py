"""``--waive`` の指定と、前に通したことを、問題に当てる。"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sheetgen.messages import CATALOGUE
from sheetgen.model.answers import ReturnedForm
from sheetgen.model.collect import Take, UsedWaiver, Waiver
from sheetgen.model.filled import Value
from sheetgen.model.journal import storable
from sheetgen.model.past import Past, WaivedValue
from sheetgen.model.paths import lasting_path
from sheetgen.model.plan import Plan
from sheetgen.problems import Level, Place, Problem

LONGEST_FACTS = 500
"""値のない問題を覚えておく文の、長さの上限。"""


def never(_: str) -> bool:
    """通せるエラーはない。"""
    return False


def level_of(problem: Problem) -> Level:
    """問題の重さ。"""
    return CATALOGUE[problem.code].level


def check_decisions(
    plan: Plan,
    waivers: Sequence[Waiver],
    takes: Sequence[Take],
    reason: str | None,
    waivable: Callable[[str], bool] = never,
) -> tuple[Problem, ...]:
    """``--waive`` と ``--take`` の指定そのものの誤り。何も読まないうちに分かるもの。"""
    known = {item.id for _, _, item in plan.items()}
    first = min(known, default="01-01")
    found: list[Problem] = []
    if waivers and not (reason or "").strip():
        found.append(Problem("R420", Place(label="--reason")))
    for waiver in waivers:
        option = f"--waive {waiver.code}:{waiver.item}"
        place = Place(label="--waive")
        if waiver.code not in CATALOGUE:
            found.append(Problem("R421", place, {"code": waiver.code}))
        elif not _may_be_waived(waiver.code, waivable):
            found.append(Problem("R423", place, {"code": waiver.code}))
        if waiver.item not in known:
            facts = {"number": waiver.item, "option": option, "first": first}
            found.append(Problem("R422", place, facts))
    for take in takes:
        if take.item is not None and take.item not in known:
            option = f"--take {take.item}:{take.file or 'master'}"
            facts = {"number": take.item, "option": option, "first": first}
            found.append(Problem("R422", Place(label="--take"), facts))
    return tuple(found)


def _may_be_waived(code: str, waivable: Callable[[str], bool]) -> bool:
    return CATALOGUE[code].level is Level.CONFIRM or waivable(code)


@dataclass(frozen=True, slots=True)
class Sifted:
    """問題を、残るもの・今回通したものに分けた結果。``met`` は指定に当たった符号。"""

    problems: tuple[Problem, ...]
    used: tuple[UsedWaiver, ...]
    met: frozenset[Waiver]


class Desk:
    """通す問題の窓口。

    ``initiative_year`` is the one of the round, for telling fields apart over the rounds.
    """

    def __init__(
        self,
        waivers: Iterable[Waiver],
        reason: str | None,
        past: Past,
        initiative_year: int,
        waivable: Callable[[str], bool],
    ) -> None:
        self._given = frozenset(waivers) if (reason or "").strip() else frozenset()
        self._reason = (reason or "").strip()
        self._past = past
        self._year = initiative_year
        self._waivable = waivable

    def sift(self, item: str, found: Iterable[tuple[Problem, ReturnedForm | None]]) -> Sifted:
        """一つの実施項目の問題（と、その様式）を分ける。同じ問題は一度だけ。"""
        left: dict[tuple[object, ...], Problem] = {}
        used: dict[WaivedValue, UsedWaiver] = {}
        met: set[Waiver] = set()
        for problem, form in found:
            given = Waiver(problem.code, item)
            mine = problem.place.item == item and level_of(problem) is not Level.NOTE
            if mine and _may_be_waived(problem.code, self._waivable):
                path, value = _doubted(problem, form)
                lasting = lasting_path(path, self._year) if path else None
                key = WaivedValue(problem.code, item, lasting, value)
                if given in self._given:
                    met.add(given)
                if key in self._past.waived:
                    note = Problem("R407", problem.place, {"code": problem.code})
                    left.setdefault(_identity(note), note)
                    continue
                if given in self._given:
                    file = form.file if form else problem.place.file or ""
                    waiver = UsedWaiver(problem.code, item, path, value, self._reason, file)
                    used.setdefault(key, waiver)
                    continue
            left.setdefault(_identity(problem), problem)
        return Sifted(tuple(left.values()), tuple(used.values()), frozenset(met))


def _doubted(problem: Problem, form: ReturnedForm | None) -> tuple[str | None, Value]:
    """問題にされた欄と値。値のない問題では、その事実を文にしたもの。"""
    place = problem.place
    for answer in form.answers.values() if form else ():
        if answer.path == place.path or (place.path is None and answer.ref == place.cell):
            return answer.path, answer.value
    text = "; ".join(f"{name}={problem.facts[name]}" for name in sorted(problem.facts))
    return None, storable(f"{place.cell or ''} {text}".strip()[:LONGEST_FACTS])


def _identity(problem: Problem) -> tuple[object, ...]:
    return problem.code, problem.place, tuple(sorted((k, str(v)) for k, v in problem.facts.items()))
