"""回収結果のブックに書く表の本を作る。"""

from __future__ import annotations

from collections.abc import Sequence

from sheetgen.answering.details import (
    change_table,
    decision_table,
    file_table,
    problem_table,
    proposal_table,
)
from sheetgen.answering.overview import item_table, labels_of, section_table
from sheetgen.answering.questions import distinct
from sheetgen.era import wareki_full
from sheetgen.model.collect import FileOutcome, ItemOutcome
from sheetgen.model.plan import Plan
from sheetgen.model.round import Round
from sheetgen.model.tables import TableBook
from sheetgen.problems import Problem


def collect_report(
    plan: Plan,
    chosen: Round,
    outcomes: Sequence[ItemOutcome],
    files: Sequence[FileOutcome],
    problems: Sequence[Problem],
) -> TableBook:
    """回収の結果のすべて。

    ``plan`` は記録したあとの計画のデータ。``problems`` は、実施項目とファイルの問題と合わせて、
    一度ずつ載せる。
    """
    every = list(
        distinct(
            [
                *problems,
                *(problem for outcome in outcomes for problem in outcome.problems),
                *(problem for file in files for problem in file.problems),
            ]
        )
    )
    labels = labels_of(plan)
    tables = (
        section_table(plan, outcomes),
        item_table(plan, chosen, outcomes),
        problem_table(every, labels),
        change_table(outcomes, labels),
        proposal_table(outcomes, labels),
        decision_table(outcomes, labels),
        file_table(files, every),
    )
    return TableBook(
        title=f"{plan.plan_title}　{wareki_full(chosen.year)}{chosen.kind.label}　回収結果",
        creator=plan.office,
        tables=tuple(table for table in tables if table is not None),
    )
