"""回収の結果を事務局と課に答える：回収結果のブックと、差戻しのブック。"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sheetgen.collect.answers import ReturnedForm
from sheetgen.collect.request import CollectRequest, FileOutcome, ItemOutcome
from sheetgen.collect.result_details import collect_report
from sheetgen.form.identity import round_mark
from sheetgen.form.jobs import RETURN_LABEL
from sheetgen.form.rounds import input_fields, open_paths
from sheetgen.form.template import FormTemplate
from sheetgen.messages.quoting import in_short
from sheetgen.plan.paths import printed_initiative_year
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.publish.table_layout import table_heights
from sheetgen.records.issues import issues_folder, load_issues
from sheetgen.records.open_items import ItemState, load_open_items
from sheetgen.records.rounds_sent import COLLECT_FOLDER, folder_before, round_folder
from sheetgen.xlsx.output import FINISHED, Staging, put_away
from sheetgen.xlsx.report_book import write_report

SHOWN = 3
"""問題に名を挙げる数。残りは数で言う。"""
REPORT_FILE = "回収結果.xlsx"


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
    folder = request.out or round_folder(request.root, chosen, COLLECT_FOLDER)
    returns, found = _returns(
        request, plan, chosen, outcomes, forms, folder / RETURN_LABEL, template
    )
    found += _put_finished_away(request, chosen, outcomes, folder / RETURN_LABEL, returns)
    found += _left_before(request, chosen, folder / RETURN_LABEL)
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


def _put_finished_away(
    request: CollectRequest,
    chosen: Round,
    outcomes: Sequence[ItemOutcome],
    folder: Path,
    made: Sequence[Path],
) -> list[Problem]:
    """もう聞くことのない、前に作った差戻しのブックを、送る文とともに「済」に移す。

    今回届かなかった課の問いは、覚え書きに残っている。それが読めなければ、何も移さない。
    """
    names = {path.name for path in folder.glob(f"*_{RETURN_LABEL}.xlsx")}
    names -= {path.name for path in made}
    if not names:
        return []
    open_items, unread = load_open_items(request.plan, round_mark(chosen))
    if unread:
        return []
    asked = {item for item, one in open_items.items() if one.state is ItemState.HELD}
    asked |= {outcome.item for outcome in outcomes if outcome.state is ItemState.HELD}
    names -= set(_books_asking(request.plan, chosen, asked))
    moved, stuck = [], []
    for name in sorted(names):
        stem = name.removesuffix(".xlsx")
        own = sorted(path.name for path in folder.iterdir() if path.name.startswith(stem))
        try:
            put_away(folder, own, FINISHED, datetime.now())
            moved.append(name)
        except SheetgenError:
            stuck.append(name)
    root = request.root
    shown = folder.relative_to(root).as_posix() if folder.is_relative_to(root) else str(folder)
    return [
        Problem(code, Place(file=shown), {"count": len(one), "names": in_short(one, SHOWN, "冊")})
        for code, one in (("R603", moved), ("L061", stuck))
        if one
    ]


def _books_asking(path: Path, chosen: Round, items: Collection[str]) -> Iterator[str]:
    """実施項目（ID）のことを最後に聞いた差戻しのブックの名。"""
    left = set(items)
    issues, _ = load_issues(issues_folder(path), chosen) if left else ([], [])
    for issue in issues:  # 新しい順
        for form in issue.forms.values() if issue.is_return else ():
            if form.item_id in left:
                left.remove(form.item_id)
                yield form.book


def _left_before(request: CollectRequest, chosen: Round, folder: Path) -> list[Problem]:
    """照会を分けていなかった版の置き場所に残る、差戻しのブック。"""
    if request.out is not None:
        return []
    old = folder_before(request.root, chosen, COLLECT_FOLDER) / RETURN_LABEL
    books = list(old.glob(f"*_{RETURN_LABEL}.xlsx"))
    facts = {"count": len(books), "new": folder.relative_to(request.root).as_posix()}
    return [Problem("L062", Place(file=str(old)), facts)] if books else []
