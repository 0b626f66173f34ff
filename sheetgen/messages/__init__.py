"""人が読むことばの一覧。

問題のことばは、すべてこの一つの表にある。変わらない符号ごとに、何がおかしいか（``cause``）と、
どう直すか（``remedy``）を書く。``{name}`` には ``Problem.facts`` の値が入る。
試験は符号と場所を比べ、文は比べない。
"""

from __future__ import annotations

from sheetgen.messages.answering import ANSWERING
from sheetgen.messages.document import DOCUMENT
from sheetgen.messages.forms import FORMS
from sheetgen.messages.guidance import Guidance, guidance, joint_note, new_item_note, task_of
from sheetgen.messages.intake import INTAKE
from sheetgen.messages.keeping import KEEPING
from sheetgen.messages.letters import LETTERS
from sheetgen.messages.listing import shortened
from sheetgen.messages.master import MASTER
from sheetgen.messages.matching import MATCHING
from sheetgen.messages.merging import MERGING
from sheetgen.messages.message import Message
from sheetgen.messages.opendata import OPENDATA
from sheetgen.messages.output import OUTPUT
from sheetgen.messages.plan import PLAN
from sheetgen.messages.rules import RULES
from sheetgen.messages.standing import STANDING
from sheetgen.messages.starting import STARTING
from sheetgen.messages.template import TEMPLATE
from sheetgen.messages.usage import USAGE
from sheetgen.messages.values import VALUES
from sheetgen.problems import Level, Place, Problem

__all__ = [
    "CATALOGUE",
    "Guidance",
    "Message",
    "describe",
    "guidance",
    "joint_note",
    "message_of",
    "new_item_note",
    "task_of",
    "where",
]

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
}


def message_of(problem: Problem) -> Message:
    """問題の文面を、事実を埋めて返す。"""
    entry = CATALOGUE[problem.code]
    # 画面にもセルにも収まる長さにする。
    facts = {key: shortened(str(value), LONGEST_FACT) for key, value in problem.facts.items()}
    return Message(entry.level, entry.cause.format(**facts), entry.remedy.format(**facts))


def is_error(problem: Problem) -> bool:
    """続けられない問題か。"""
    return CATALOGUE[problem.code].level is Level.ERROR


def where(place: Place) -> str:
    """場所を、ファイルから順に一行で書く。"""
    words = [
        place.file,
        f"シート「{place.sheet}」" if place.sheet else None,
        f"セル {place.cell}" if place.cell else None,
        f"実施項目 {place.item}" if place.item else None,
        f"「{place.label}」" if place.label else None,
        f"({place.path})" if _needs_path(place) else None,
    ]
    return " ".join(word for word in words if word)


def _needs_path(place: Place) -> bool:
    """JSON の中の場所まで要るか。様式のセルや、名の分かる欄には要らない。"""
    return bool(place.path and not place.cell and (place.file or not place.label))


def describe(problem: Problem) -> str:
    """問題を、場所・原因・直し方の順に書く（複数行）。"""
    entry = message_of(problem)
    head = f"[{entry.level}] {problem.code}"
    place = where(problem.place)
    return "\n".join(
        [f"{head} {place}".rstrip(), f"  原因: {entry.cause}", f"  対処: {entry.remedy}"]
    )
