"""実績の部（二年目から）：評価の数、効果額、届いていない項目、終わった項目、計画期間のまとめ。"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sheetgen.era import wareki_full
from sheetgen.plan.plan import Plan
from sheetgen.plan.years import PlanYears, latest_result_year
from sheetgen.publish.document.behind import Behind, behind_target
from sheetgen.publish.document.changes import Changes, changes
from sheetgen.publish.document.effects import Effects, effects
from sheetgen.publish.document.grades import Grades, grades, tallies
from sheetgen.publish.document.off_form import ItemTexts, texts_off_form
from sheetgen.publish.document.overview import part_heading, subtitle_of, title_lines
from sheetgen.publish.document.totals import Totals, totals
from sheetgen.publish.document.whole_period import (
    EndedResults,
    WholePeriod,
    ended_results,
    whole_period,
)


@dataclass(frozen=True, slots=True)
class ResultsPart:
    """「３．取組実績について」。

    ``ended`` は、その年度で終わった実施項目の最後の実績（なければ None）。``whole`` は、
    最終年度の実績が入ったときの、計画期間のまとめ。``tallies`` ``totals`` ``texts`` は、計画が
    増やした欄の集計で、値のないものはない。計画に欄のない章は None。
    """

    heading: tuple[str, ...]
    grades: Grades | None
    tallies: tuple[Grades, ...]
    effects: Effects | None
    totals: tuple[Totals, ...]
    behind: Behind | None
    texts: tuple[ItemTexts, ...]
    ended: EndedResults | None
    whole: WholePeriod | None
    changes: Changes


def results_part(
    years: PlanYears, number: int, earlier: Plan | None, on_form: Collection[str]
) -> ResultsPart | None:
    """実績の部。実績が一つもなければ ``None``。``on_form`` は、様式に出る欄の名。"""
    plan = years.plan
    year = latest_result_year(plan)
    if year is None:
        return None
    return ResultsPart(
        heading=title_lines(
            part_heading(number, plan.plan_title),
            subtitle_of(plan),
            f"{wareki_full(year)}の{plan.words['years.result.text']}",
        ),
        grades=grades(years, year),
        tallies=tallies(years, year),
        effects=effects(years, year),
        totals=totals(years, year),
        behind=behind_target(years, year),
        texts=texts_off_form(plan, on_form),
        ended=ended_results(years, year),
        whole=whole_period(years) if year == plan.final_year else None,
        changes=changes(plan, earlier),
    )
