"""人が読むことばの一覧。

問題のことばは、すべてこの一つの表にある。変わらない符号ごとに、何がおかしいか（``cause``）と、
どう直すか（``remedy``）を書く。``{name}`` には ``Problem.facts`` の値が入る。
試験は符号と場所を比べ、文は比べない。
"""

from __future__ import annotations

from collections.abc import Iterable

from sheetgen.messages.editing import EDIT_CHANGES, EDIT_TEMPLATE, EDITING
from sheetgen.messages.form import FORMS, TEMPLATE
from sheetgen.messages.matching import MATCHING
from sheetgen.messages.merging import ANSWERING, MERGING, TOLD_TO_SECTIONS
from sheetgen.messages.message import Message
from sheetgen.messages.page_words import page_cause, page_remedy
from sheetgen.messages.plan import MASTER, PLAN
from sheetgen.messages.publish import DOCUMENT, OPENDATA
from sheetgen.messages.quoting import shortened
from sheetgen.messages.reading import INTAKE
from sheetgen.messages.records import KEEPING
from sheetgen.messages.rules import RULES
from sheetgen.messages.send import LETTERS
from sheetgen.messages.usage import OUTPUT, USAGE
from sheetgen.messages.values import VALUES
from sheetgen.messages.vocabulary import terms
from sheetgen.messages.year import STANDING, STARTING
from sheetgen.problems import Level, Place, Problem

LONGEST_FACT = 3000
"""一つの事実の字数の上限。全文は、届いたファイルと差戻しの様式にある。"""
CATALOGUE: dict[str, Message] = {
    **MASTER,
    **PLAN,
    **TEMPLATE,
    **FORMS,
    **OUTPUT,
    **USAGE,
    **INTAKE,
    **MATCHING,
    **VALUES,
    **RULES,
    **MERGING,
    **KEEPING,
    **LETTERS,
    **ANSWERING,
    **DOCUMENT,
    **OPENDATA,
    **STANDING,
    **STARTING,
    **EDIT_TEMPLATE,
    **EDITING,
    **EDIT_CHANGES,
}


def message_of(problem: Problem) -> Message:
    """問題の文面を、事実を埋めて返す。"""
    entry = CATALOGUE[problem.code]
    facts = _facts(problem)
    return Message(entry.level, entry.cause.format(**facts), entry.remedy.format(**facts))


def page_message_of(problem: Problem) -> Message:
    """画面で見せる文面。コマンドの打ち方でなく、ページのことばで言う。"""
    entry = CATALOGUE[problem.code]
    facts = _facts(problem)
    cause = page_cause(problem.code, entry.cause).format(**facts)
    return Message(entry.level, cause, page_remedy(problem.code, entry.remedy).format(**facts))


def _facts(problem: Problem) -> dict[str, object]:
    """文に埋める事実と計画のことば。事実は、画面にもセルにも収まる長さにする。"""
    facts = {key: shortened(str(value), LONGEST_FACT) for key, value in problem.facts.items()}
    return {**facts, "terms": terms()}


def cause_for_section(problem: Problem) -> str:
    """課に見せるわけ。事務局の中のことばを使わない。"""
    words = TOLD_TO_SECTIONS.get(problem.code)
    if words is None:
        return message_of(problem).cause
    return words.format(**_facts(problem))


def level_of(problem: Problem) -> Level:
    """問題の重さ。"""
    return CATALOGUE[problem.code].level


def by_level(problems: Iterable[Problem]) -> dict[Level, list[Problem]]:
    """問題を重い順に分ける。同じ重さの中の順はそのまま。"""
    sorted_out: dict[Level, list[Problem]] = {level: [] for level in Level}
    for problem in problems:
        sorted_out[level_of(problem)].append(problem)
    return {level: found for level, found in sorted_out.items() if found}


def counts(problems: Iterable[Problem]) -> str:
    """``エラー 2件、参考 1件`` の形の数。無ければ ``問題なし``。"""
    found = by_level(problems)
    return "、".join(f"{level} {len(found[level])}件" for level in found) or "問題なし"


def is_error(problem: Problem) -> bool:
    """続けられない問題か。"""
    return level_of(problem) is Level.ERROR


def where(place: Place, code: str = "") -> str:
    """場所を、ファイルから順に一行で書く。"""
    words = [
        place.file,
        f"シート「{place.sheet}」" if place.sheet else None,
        f"セル {place.cell}" if place.cell else None,
        f"{terms().item} {place.item}" if place.item else None,
        f"「{place.label}」" if place.label else None,
        f"({place.path})" if _needs_path(place, code) else None,
    ]
    return " ".join(word for word in words if word)


def _needs_path(place: Place, code: str) -> bool:
    """JSON の中の場所まで要るか。様式のセルや、名の分かる欄には要らない。

    手で書いた JSON の誤りは、名が分かっても、どこにあるかが要る。
    """
    if place.cell or not place.path:
        return False
    return not place.label or (bool(place.file) and code.startswith(OF_JSON))


OF_JSON = tuple(f"M0{tens}" for tens in range(8))
"""手で書いた計画のデータの誤りの、符号の初め。ほかは、編集ブックで直す。"""


def describe(problem: Problem) -> str:
    """問題を、場所・原因・直し方の順に書く（複数行）。"""
    entry = message_of(problem)
    head = f"[{entry.level}] {problem.code}"
    place = where(problem.place, problem.code)
    return "\n".join(
        [f"{head} {place}".rstrip(), f"  原因: {entry.cause}", f"  対処: {entry.remedy}"]
    )
