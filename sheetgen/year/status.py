"""状況：配布記録・送付記録・記録簿・計画のデータから、一枚の HTML のページまで。"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from markupsafe import Markup

from sheetgen.era import wareki
from sheetgen.form.identity import round_mark
from sheetgen.form.rounds import answer_paths
from sheetgen.messages.guidance import left_out_note
from sheetgen.plan.paths import lasting_path
from sheetgen.plan.round import Round
from sheetgen.plan.written_figures import figure_doubts
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.publish.document.grades import grade_of
from sheetgen.publish.html import render
from sheetgen.records.editions import history_of
from sheetgen.records.issues import issues_folder, load_issues
from sheetgen.records.journal import Action, JournalEntry
from sheetgen.records.ledger import Ledger, open_ledger
from sheetgen.records.leftovers import sections_renamed, unsettled_overview
from sheetgen.records.open_items import load_open_items
from sheetgen.records.past import undone_runs
from sheetgen.records.rounds_sent import round_meant
from sheetgen.records.sendouts import SendKind, SendOut, load_sendouts, of_round
from sheetgen.xlsx.output import Staging
from sheetgen.year.rolled_plan import left_rows
from sheetgen.year.standing import Sending, Standing, StatusRequest, StatusResult, Traces
from sheetgen.year.standing_table import build_standing, result_year

MAIN = "main.html"
STYLES = (Path("report") / "html" / "style.css", Path("status") / "status.css")
SCRIPT = Path("status") / "status.js"


def render_status(standing: Standing, layout: Path) -> bytes:
    """状況を HTML にする。``layout`` はすべてのテンプレートのフォルダー。

    動くスクリプトは、ページ自身のものだけ。中身の目印で名指しする。

    :raises SheetgenError: テンプレートがない（D004）、または誤っている（D003）。
    """
    style = "\n".join(_text(layout / path) for path in STYLES)
    script = _text(layout / SCRIPT)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    values = {
        "data": {
            **asdict(standing),
            "total": standing.total,
            "left_out": left_out_note(standing.not_asked),
        },
        "style": Markup(style),
        "script": Markup(script),
        "digest": digest,
    }
    return render(values, layout / "status", MAIN)


def _text(path: Path) -> str:
    """改行を LF にして読む。ブラウザーが目印を求めるのと同じ文字にする。"""
    try:
        return "\n".join(path.read_text("utf-8").splitlines()) + "\n"
    except FileNotFoundError as error:
        problem = Problem("D004", Place(file=str(path)), {"name": path.name})
        raise SheetgenError(problem) from error


PAGE = "状況.html"
FOLDER = "状況"


def status(request: StatusRequest, now: datetime | None = None) -> StatusResult:
    """状況を調べ、ページを置く。計画のデータのそばには何も書かない。

    :raises SheetgenError: 計画のデータ、記録かテンプレートが使えない、またはページが置けない。
    """
    moment = now or datetime.now()
    found = look(request, moment)
    page = render_status(found.standing, request.layout)
    # 人が書き入れるものではないので、前のものは残さない。
    with Staging(found.page.parent, moment, keep_aside=False) as staging:
        with staging.open(PAGE) as target:
            target.write(page)
        staging.place()
    return found


def look(request: StatusRequest, now: datetime | None = None) -> StatusResult:
    """状況を調べるだけで、ページは置かない。``page`` は、置くときの場所。何も書かない。

    :raises SheetgenError: 計画のデータか記録が使えない。
    """
    with open_ledger(request.plan, writing=False) as ledger:
        meant = round_meant(request.plan, ledger.master.plan, request.round, request.year)
        chosen = meant.round
        standing, problems = standing_of(ledger, chosen, now or datetime.now())
        plan = ledger.master.plan
        doubts = figure_doubts(plan, str(request.plan))
        left = left_rows("S151", plan, unsettled_overview(history_of(ledger)))
    folder = request.out or request.root / "output" / wareki(chosen.year) / FOLDER
    told = (*ledger.problems, *problems, *doubts, *left)
    return StatusResult(chosen, standing, folder / PAGE, told, meant.is_found)


def standing_of(
    ledger: Ledger, chosen: Round, now: datetime
) -> tuple[Standing, tuple[Problem, ...]]:
    """一つの照会の状況と、読めなかった記録。何も書かない。"""
    history = history_of(ledger)
    plan = history.plan_of(chosen.year, chosen.kind)
    traces, problems = traces_of(ledger, chosen)
    if not traces.issued:
        facts = {"round": chosen.full_name}
        problems = (*problems, Problem("S010", facts=facts))
    grades: dict[str, str | None] = {}
    year = result_year(plan, chosen)
    if year is not None:
        for _, _, item in history.years.in_year(year).items():
            grades[item.id] = grade_of(plan, item, year)
    return build_standing(plan, history.years, chosen, traces, grades, now), problems


def traces_of(ledger: Ledger, chosen: Round) -> tuple[Traces, tuple[Problem, ...]]:
    """照会の跡を集める。"""
    mark = round_mark(chosen)
    issues, problems = load_issues(issues_folder(ledger.path), chosen)
    forms = [(one.is_return, form.item_id) for one in issues for form in one.forms.values()]
    open_items, damage = load_open_items(ledger.path, mark)
    log = load_sendouts(ledger.path)
    past = ledger.past(chosen)
    recorded = frozenset(past.items)
    plan, year = ledger.master.plan, chosen.initiative_year
    asked = {lasting_path(path, year) for path in answer_paths(plan, chosen)}
    traces = Traces(
        issued=frozenset(item for is_return, item in forms if not is_return),
        returned=frozenset(item for is_return, item in forms if is_return),
        recorded=recorded,
        answered=frozenset(
            item
            for (item, path), values in past.recorded.items()
            if path in asked and values != {None}
        ),
        undone=_undone(ledger.entries, mark) - recorded,
        open_items=open_items,
        sendings=_sendings(
            of_round(log.sendouts, mark, sections_renamed(ledger.entries, ledger.master.plan))
        ),
    )
    return traces, (*problems, *damage, *log.problems)


def _undone(entries: Iterable[JournalEntry], mark: str) -> frozenset[str]:
    entries = tuple(entries)
    undone = undone_runs(entries)
    return frozenset(
        one.item
        for one in entries
        if one.item and one.round == mark and one.action is Action.RECORD and one.run in undone
    )


def _sendings(sendouts: Sequence[SendOut]) -> dict[str, Sending] | None:
    """課ごとの送付。期限は、最後に知らせたもの。"""
    found: dict[str, Sending] = {}
    for one in sendouts:
        before = found.get(one.section)
        day = one.deadline_day.isoformat() if one.deadline_day else None
        if one.kind is SendKind.ISSUE and before is None:
            found[one.section] = Sending(one.at[:10], day)
        elif before is not None:
            reminders = before.reminders + (one.kind is SendKind.REMINDER)
            found[one.section] = Sending(before.sent_on, day or before.deadline, reminders)
    return found or None
