"""差戻しのことばを組み立てる。課の人に向けて、何をどう直すかを言う。"""

from __future__ import annotations

from sheetgen.messages import message_of
from sheetgen.messages.answering import (
    HOW_TO_MEND,
    HOW_TO_MEND_FIELD,
    MEND_ELSEWHERE,
    MEND_IF_WRONG,
    MEND_MARK,
    NOT_FILLED,
    WRITE_IT,
)
from sheetgen.messages.listing import shortened
from sheetgen.model.item import Item
from sheetgen.model.plan import Plan
from sheetgen.model.round import FieldKind
from sheetgen.problems import Level, Problem

LONGEST_QUOTE = 100
"""わけの表に写す、書かれていた文字の長さの上限。全文は様式にある。"""


def mend_of(
    problem: Problem, kind: FieldKind | None, is_blank: bool, plan: Plan, item: Item
) -> str:
    """直し方。``kind`` は記入欄の種類、欄が分からなければ ``None``。"""
    own = HOW_TO_MEND.get(problem.code)
    if own is not None:
        return own.format(**problem.facts)
    if kind is None:
        return MEND_ELSEWHERE
    words = HOW_TO_MEND_FIELD[kind.value].format(
        unit=item.indicator.unit or "なし",
        grades="、".join(grade.grade for grade in plan.evaluation_scale),
        write=WRITE_IT[is_blank],
    )
    if message_of(problem).level is Level.CONFIRM and not is_blank:
        return MEND_IF_WRONG.format(how=words)
    return words


def mark_of(cause: str, mend: str) -> str:
    """欄を選んだときに出ることば。"""
    return MEND_MARK.format(cause=cause, mend=mend)


def quote_of(text: str | None) -> str:
    """わけの表に写す、書かれていた文字。"""
    if text is None or not text.strip():
        return NOT_FILLED
    return shortened(text, LONGEST_QUOTE)
