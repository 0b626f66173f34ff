"""提出期限の日：役所の休みの日や過ぎた日でないかを見る。決めていないときの期限も、ここで決める。

休みの日は、土曜日、日曜日、祝日、年末年始。
出典: 国民の祝日に関する法律、地方自治法第4条の2（12月29日から1月3日まで）。
"""

from __future__ import annotations

from datetime import date, timedelta

from sheetgen.form.context import deadline_text
from sheetgen.messages.send import END_OF_YEAR, SATURDAY, SUNDAY
from sheetgen.problems import Place, Problem

A_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
_SATURDAY, _SUNDAY = 5, 6


def day_off(day: date) -> str:
    """休みの日なら、その名（土曜日、海の日など）。休みでなければ空。"""
    # ここで読み込む。期限を決めるコマンドだけが使う。
    import jpholiday

    name = jpholiday.is_holiday_name(day)
    if name:
        return str(name)
    if (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3):
        return END_OF_YEAR
    return {_SATURDAY: SATURDAY, _SUNDAY: SUNDAY}.get(day.weekday(), "")


def working_day(day: date, step: timedelta = _DAY) -> date:
    """その日か、そこから ``step`` ずつ進んだ初めの、休みでない日。"""
    while day_off(day):
        day += step
    return day


def week_later(today: date) -> date:
    """一週間後の日。休みなら、その次の休みでない日。"""
    return working_day(today + A_WEEK)


def day_words(day: date) -> str:
    """文の中に書く日。``令和６年８月９日（金）``。"""
    return deadline_text(day).removesuffix("まで")


def deadline_problems(deadline: date | None, today: date) -> list[Problem]:
    """確かめてほしい期限：過ぎた日（L051）、休みの日（L050）。"""
    if deadline is None:
        return []
    place = Place(label="提出期限")
    found = []
    if deadline < today:
        found.append(Problem("L051", place, {"deadline": day_words(deadline)}))
    name = day_off(deadline)
    if name:
        facts = {
            "deadline": day_words(deadline),
            "name": name,
            "before": day_words(working_day(deadline, -_DAY)),
            "after": day_words(working_day(deadline)),
        }
        found.append(Problem("L050", place, facts))
    return found
