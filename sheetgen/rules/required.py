"""照会で求めた欄が書かれているか。"""

from __future__ import annotations

from sheetgen.messages.listing import excerpt
from sheetgen.model.answers import Answer
from sheetgen.model.numbers import printed
from sheetgen.rules.case import DASHES, Case, Facts


def _is_missing(case: Case, answer: Answer) -> bool:
    """書かれていたことのない欄が、空のままか。"""
    return answer.value is None and case.base(answer) is None


def missing(case: Case, answer: Answer) -> Facts | None:
    """必ず書いてもらう欄が空。照会の年度より後に加わった項目には求めない。"""
    return {} if case.was_running and _is_missing(case, answer) else None


def missing_value(case: Case, answer: Answer) -> Facts | None:
    """目標値のある年度の実績値が空。"""
    year = case.year
    if year is None or year.target is None or year.target in DASHES:
        return None
    target = printed(year.target, case.item.indicator.number_format)
    return {"target": target} if _is_missing(case, answer) and case.was_running else None


def missing_effect(case: Case, answer: Answer) -> Facts | None:
    """効果見込額のある年度の実績効果額が空。"""
    year = case.year
    if year is None or year.effect is None or year.effect in DASHES:
        return None
    planned = printed(year.effect, "#,##0")
    return {"planned": planned} if _is_missing(case, answer) and case.was_running else None


def blank_for_dash(case: Case, answer: Answer) -> Facts | None:
    """計画が「-」の欄が空。二つとも空なら、初めの欄で一度だけ知らせる。"""
    year = case.year
    value, effect = case.answer("value"), case.answer("effect")
    if year is None or not case.was_running:
        return None
    blank = [
        one
        for one, planned in ((value, year.target), (effect, year.effect))
        if one is not None and planned in DASHES and _is_missing(case, one)
    ]
    if not blank or answer != blank[0]:
        return None
    return {"labels": "、".join(one.label for one in blank)}


def missing_initiative(case: Case, answer: Answer) -> Facts | None:
    """見直しをした様式に、次の年度の取組方針・取組内容がない。"""
    return {} if _is_missing(case, answer) else None


def erased(case: Case, answer: Answer) -> Facts | None:
    """書かれていた値が消されている。"""
    old = case.base(answer)
    if answer.value is not None or old is None:
        return None
    return {"old": excerpt(printed(old), 60)}
