"""まだ答えの出ていない問題を選ぶ。"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sheetgen.messages import message_of
from sheetgen.model.collect import ItemOutcome
from sheetgen.problems import Level, Problem

_ORDER = {Level.ERROR: 0, Level.CONFIRM: 1, Level.NOTE: 2}


def level_of(problem: Problem) -> Level:
    """問題の重さ。"""
    return message_of(problem).level


def open_questions(outcome: ItemOutcome) -> list[Problem]:
    """この実施項目の、課に聞かなければならない問題。通したものは除く。"""
    waived = {(one.code, one.path) for one in outcome.waivers}
    return [
        problem
        for problem in distinct(outcome.problems)
        if level_of(problem) is not Level.NOTE
        and (problem.code, problem.place.path) not in waived
        and (problem.code, None) not in waived
    ]


def distinct(problems: Iterable[Problem]) -> Iterator[Problem]:
    """同じ問題を一度だけ、初めの順に返す。"""
    seen = set()
    for problem in problems:
        key = (problem.code, problem.place, repr(sorted(problem.facts.items())))
        if key not in seen:
            seen.add(key)
            yield problem


def by_weight(problems: Iterable[Problem]) -> list[Problem]:
    """重い順。同じ重さの中では、元の順。"""
    return sorted(problems, key=lambda one: _ORDER[level_of(one)])
