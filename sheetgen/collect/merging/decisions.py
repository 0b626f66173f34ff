"""職員が決めたこと：``--take`` で採る様式、``--waive`` で通す問題、前に通したこと。"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import NamedTuple

from sheetgen.collect.answers import FormAnswer, ReturnedForm
from sheetgen.collect.request import Take, UsedWaiver, Waiver
from sheetgen.messages.catalogue import CATALOGUE, level_of
from sheetgen.plan.item_names import item_id_of
from sheetgen.plan.paths import lasting_path
from sheetgen.plan.plan import Plan
from sheetgen.plan.value import Value, printed
from sheetgen.problems import Level, Place, Problem
from sheetgen.records.journal import storable
from sheetgen.records.past import Past, WaivedValue

MASTER = "master"
KEEPS_PLAN = frozenset({"R380", "R381"})
"""「変更なし」などを書き重ねたという問い。計画の値を残すと決めれば、答えたことになる。"""
HIDDEN_DIGITS = frozenset({"R315", "R316"})
"""表示形式が数の桁を隠すという問い。``--format`` で表示形式を改めれば、なくなる。"""
_SPECIAL = "&()^%;,="
"""コマンドプロンプトが、ファイルの名の一部と思わない字。"""
_OF_REMARKS = frozenset({"R145"})
"""欄に付いた書き込みについての問い。書き込みが違えば、別の問いである。"""
LONGEST_FACTS = 500
"""値のない問題を覚えておく文の、長さの上限。"""


def named(
    plan: Plan, waivers: Sequence[Waiver], takes: Sequence[Take], formats: Sequence[str]
) -> tuple[tuple[Waiver, ...], tuple[Take, ...], tuple[str, ...]]:
    """実施項目を、印刷の番号で書かれたものも、IDで指す指定にする。"""
    return (
        tuple(one._replace(item=item_id_of(plan, one.item)) for one in waivers),
        tuple(one._replace(item=item_id_of(plan, one.item)) if one.item else one for one in takes),
        tuple(item_id_of(plan, one) for one in formats),
    )


def check_decisions(
    plan: Plan,
    waivers: Sequence[Waiver],
    takes: Sequence[Take],
    reason: str | None,
    formats: Sequence[str] = (),
) -> tuple[Problem, ...]:
    """指定そのものの誤り。何も読まないうちに分かるもの。"""
    waivers, takes, formats = named(plan, waivers, takes, formats)
    known = {item.id for _, _, item in plan.items()}
    first = min(known, default="01-01")
    found: list[Problem] = []
    if any(not _reason(one, reason) for one in waivers):
        found.append(Problem("R420", Place(label="--reason")))
    for waiver in waivers:
        option = f"--waive {waiver.code}:{waiver.item}"
        place = Place(label="--waive")
        if waiver.code not in CATALOGUE:
            found.append(Problem("R421", place, {"code": waiver.code}))
        elif not _may_be_waived(waiver.code):
            found.append(Problem("R423", place, {"code": waiver.code}))
        if waiver.item not in known:
            facts = {"number": waiver.item, "option": option, "first": first}
            found.append(Problem("R422", place, facts))
    for take in takes:
        if take.item is not None and take.item not in known:
            option = f"--take {take.item}:{take.file or 'master'}"
            facts = {"number": take.item, "option": option, "first": first}
            found.append(Problem("R422", Place(label="--take"), facts))
    for number in formats:
        if number not in known:
            facts = {"number": number, "option": f"--format {number}", "first": first}
            found.append(Problem("R422", Place(label="--format"), facts))
    return tuple(found)


def _reason(waiver: Waiver, common: str | None) -> str:
    return waiver.reason.strip() or (common or "").strip()


def _may_be_waived(code: str) -> bool:
    return CATALOGUE[code].level is Level.CONFIRM


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

    def forces(self, one: FormAnswer) -> bool:
        """古い写しと見える値でも採ると、この項目について名指しされているか。"""
        return any(take.file is not None and is_named(take.file, one.form) for take in self._own)

    def decide(self, wanted: Sequence[FormAnswer]) -> FormAnswer | Verdict:
        """食い違う値のどれを採るか。"""
        for takes in (self._own, self._common):
            picked = [one for one in wanted if any(_picks(take, one) for take in takes)]
            master = any(take.file is None for take in takes)
            values = {one.said for one in picked}
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


def _picks(take: Take, one: FormAnswer) -> bool:
    return take.file is not None and is_named(take.file, one.form)


def choices_text(item: str, answers: Sequence[FormAnswer]) -> str:
    """``--take`` に書くものを、そのまま打てる形で並べる。"""
    return " か ".join(
        [*(take_text(item, one, answers) for one in answers), f"--take {item}:{MASTER}"]
    )


def take_text(item: str, one: FormAnswer, among: Sequence[FormAnswer] = ()) -> str:
    """その様式を採る指定。同じファイルにほかの値があれば、シートの名も添える。"""
    return f"--take {take_words(item, one, among)}"


def take_words(item: str, one: FormAnswer, among: Sequence[FormAnswer] = ()) -> str:
    """``--take`` のあとに書くことば。空白などがあれば引用符で囲む。"""
    twice = any(o.form.file == one.form.file and o.said != one.said for o in among)
    words = f"{item}:{one.form.file}" + (f"!{one.form.sheet}" if twice else "")
    return f'"{words}"' if any(one.isspace() or one in _SPECIAL for one in words) else words


def is_named(name: str, form: ReturnedForm) -> bool:
    """``--take`` に書かれた名が、この様式のファイル（とシート）を指すか。

    名は、見えているより多くのフォルダーを付けても、少なくてもよい。区切りの向き、全角と
    半角、大文字と小文字は問わない。
    """
    wanted = _plain(name)
    return any(
        wanted == full or full.endswith("/" + wanted) or wanted.endswith("/" + full)
        for full in (_plain(form.file), _plain(f"{form.file}!{form.sheet}"))
    )


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).replace("\\", "/").casefold().strip()


class WaiverResult(NamedTuple):
    """問題を、残るもの・今回通したものに分けた結果。``met`` は指定に当たった符号。"""

    problems: tuple[Problem, ...]
    used: tuple[UsedWaiver, ...]
    met: frozenset[Waiver]


class Waivers:
    """通す問題。今回の指定と、前に通したこと。

    ``initiative_year`` は照会のもの。照会をまたいで、欄を見分けるのに使う。
    """

    def __init__(
        self,
        waivers: Iterable[Waiver],
        reason: str | None,
        past: Past,
        initiative_year: int,
    ) -> None:
        reasons = {one: _reason(one, reason) for one in waivers}
        self._given = {(one.code, one.item): one for one in reasons if reasons[one]}
        self._reasons = reasons
        self._past = past
        self._year = initiative_year

    def codes_of(self, item: str) -> frozenset[str]:
        """今回、この実施項目について通すと指定された符号。"""
        return frozenset(code for code, number in self._given if number == item)

    def sift(self, item: str, found: Iterable[tuple[Problem, ReturnedForm | None]]) -> WaiverResult:
        """一つの実施項目の問題（と、その様式）を分ける。同じ問題は一度だけ。"""
        left: dict[tuple[object, ...], Problem] = {}
        used: dict[WaivedValue, UsedWaiver] = {}
        met: set[Waiver] = set()
        for problem, form in found:
            given = self._given.get((problem.code, item))
            mine = problem.place.item == item and level_of(problem) is not Level.NOTE
            if mine and _may_be_waived(problem.code):
                path, value = _doubted(problem, form)
                lasting = lasting_path(path, self._year) if path else None
                key = WaivedValue(problem.code, item, lasting, value)
                if given is not None:
                    met.add(given)
                if key in self._past.waived:
                    note = Problem("R407", problem.place, {"code": problem.code})
                    left.setdefault(_identity(note), note)
                    continue
                if given is not None:
                    file = form.file if form else problem.place.file or ""
                    reason = self._reasons[given]
                    waiver = UsedWaiver(problem.code, item, path, value, reason, file)
                    used.setdefault(key, waiver)
                    continue
            left.setdefault(_identity(problem), problem)
        return WaiverResult(tuple(left.values()), tuple(used.values()), frozenset(met))


def _doubted(problem: Problem, form: ReturnedForm | None) -> tuple[str | None, Value]:
    """問題にされた欄と値。値のない問題では、その事実を文にしたもの。"""
    place = problem.place
    for answer in form.answers.values() if form else ():
        if answer.path == place.path or (place.path is None and answer.ref == place.cell):
            if problem.code in _OF_REMARKS:
                words = f"{printed(answer.value)}（{problem.facts.get('text', '')}）"
                return answer.path, storable(words[:LONGEST_FACTS])
            return answer.path, answer.value
    text = "; ".join(f"{name}={problem.facts[name]}" for name in sorted(problem.facts))
    return None, storable(f"{place.cell or ''} {text}".strip()[:LONGEST_FACTS])


def _identity(problem: Problem) -> tuple[object, ...]:
    return problem.code, problem.place, tuple(sorted((k, str(v)) for k, v in problem.facts.items()))
