"""回収の結果を事務局と課に答える：回収結果のブックと、差戻しのブック。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sheetgen.collect.answers import ReturnedForm
from sheetgen.collect.request import CollectRequest, FileOutcome, ItemOutcome
from sheetgen.collect.result_details import collect_report
from sheetgen.era import wareki
from sheetgen.form.jobs import RETURN_LABEL
from sheetgen.form.rounds import input_fields, open_paths
from sheetgen.form.template import FormTemplate
from sheetgen.plan.item import Owner
from sheetgen.plan.paths import printed_initiative_year
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.publish.table_layout import table_heights
from sheetgen.records.open_items import ItemState
from sheetgen.xlsx.output import Staging
from sheetgen.xlsx.report_book import write_report

REPORT_FILE = "回収結果.xlsx"
COLLECT_FOLDER = "回収"


class Answered(NamedTuple):
    """答えた結果。``report`` は、置けなければ ``None``。"""

    report: Path | None
    returns: tuple[Path, ...]
    problems: tuple[Problem, ...]


def answer(
    request: CollectRequest,
    plan: Plan,
    chosen: Round,
    outcomes: Sequence[ItemOutcome],
    files: Sequence[FileOutcome],
    problems: Sequence[Problem],
    forms: Sequence[ReturnedForm],
    template: FormTemplate,
) -> Answered:
    """回収結果のブックと、聞くことのある課ごとの差戻しのブックを置く。

    ``plan`` は記録したあとの計画のデータ。ここで何が起きても、記録は残す。作れない、
    置けないブックは、例外にせず、問題として返す。試しの回では何も作らない。
    """
    if request.dry_run:
        return Answered(None, (), ())
    folder = request.out or request.root / "output" / wareki(chosen.year) / COLLECT_FOLDER
    returns, found = _returns(
        request, plan, chosen, outcomes, forms, folder / RETURN_LABEL, template
    )
    found += _finished(plan, outcomes, folder / RETURN_LABEL, request.root)
    report: Path | None = folder / REPORT_FILE
    try:
        _place_report(plan, chosen, outcomes, files, [*problems, *found], folder)
    except SheetgenError as error:
        report, found = None, [*found, *error.problems]
    return Answered(report, returns, tuple(found))


def _place_report(
    plan: Plan,
    chosen: Round,
    outcomes: Sequence[ItemOutcome],
    files: Sequence[FileOutcome],
    problems: Sequence[Problem],
    folder: Path,
) -> None:
    book = collect_report(plan, chosen, outcomes, files, problems)
    heights = table_heights(book)
    with Staging(folder, datetime.now()) as staging:
        with staging.open(REPORT_FILE) as target:
            write_report(book, heights, target)
        staging.place()


def _returns(
    request: CollectRequest,
    plan: Plan,
    chosen: Round,
    outcomes: Sequence[ItemOutcome],
    forms: Sequence[ReturnedForm],
    folder: Path,
    template: FormTemplate,
) -> tuple[tuple[Path, ...], list[Problem]]:
    """差戻しのブック。聞くことがなければ、作るための部品も読み込まない。"""
    if not any(outcome.state is ItemState.HELD for outcome in outcomes):
        return (), []
    from sheetgen.collect.corrections import RoundInputs, corrections
    from sheetgen.collect.return_books import make_returns

    inputs = RoundInputs(
        input_fields(plan), open_paths(plan, chosen), printed_initiative_year(plan, chosen)
    )
    wanted = corrections(plan, inputs, outcomes, [form for form in forms if form.round == chosen])
    try:
        return make_returns(request, plan, chosen, wanted, folder, template)
    except SheetgenError as error:
        return (), list(error.problems)


def _finished(
    plan: Plan, outcomes: Sequence[ItemOutcome], folder: Path, root: Path
) -> list[Problem]:
    """もう聞くことのない課の、前に作った差戻しのブック。``root`` からの道筋で示す。"""
    if not folder.is_dir():
        return []
    from sheetgen.form.jobs import return_file_name  # 上と同じく、ここで読み込む

    done = {ItemState.RECORDED, ItemState.KEPT}
    states = {outcome.item: outcome.state for outcome in outcomes}
    owned: dict[Owner, bool] = {}
    for _, _, item in plan.items():
        if item.id in states:
            owner = item.owners[0]
            owned[owner] = owned.get(owner, True) and states[item.id] in done
    problems = []
    for owner in (owner for owner, finished in owned.items() if finished):
        name = return_file_name(plan, owner)
        book = folder / name if name else None
        if book is not None and book.exists():
            shown = book.relative_to(root).as_posix() if book.is_relative_to(root) else str(book)
            problems.append(Problem("R603", Place(file=shown), {"section": owner.full_name}))
    return problems
