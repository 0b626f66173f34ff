"""年度の切り替え：いまの年次見直しを閉じ、次の年度を開く。"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sheetgen.era import LONGEST_PLAN, reiwa, wareki, wareki_full
from sheetgen.form.identity import round_mark
from sheetgen.form.rounds import has_answer, rounds_in
from sheetgen.messages.vocabulary import terms
from sheetgen.messages.year import COPIED, OPEN_ENDS
from sheetgen.plan.item_names import item_id_of
from sheetgen.plan.paths import all_items
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round
from sheetgen.plan.scales import PastScale
from sheetgen.plan.years import latest_result_year
from sheetgen.problems import Place, Problem, SheetgenError, UsageError
from sheetgen.records.archives import archive_journal, archive_master, archives
from sheetgen.records.editions import History, history_of, set_aside
from sheetgen.records.issues import issues_folder, load_issues
from sheetgen.records.journal import Action, JournalEntry
from sheetgen.records.ledger import Ledger, Run, commit, open_ledger
from sheetgen.records.leftovers import unsettled_overview
from sheetgen.year.rolled_plan import (
    Lengthened,
    Rolled,
    RolloverRequest,
    RolloverResult,
    left_rows,
    lengthened,
    lengthening_notes,
    listed,
    roll,
)
from sheetgen.year.standing import Stage
from sheetgen.year.status import standing_of


def rollover(
    request: RolloverRequest, *, now: datetime | None = None, who: str | None = None
) -> RolloverResult:
    """年次見直しを閉じて控えをしまい、次の年度を開く。

    控えをディスクに書き、読み直してから、計画のデータを変える。計画のデータと記録簿は、
    一緒に変わる。

    :raises UsageError: 依頼が使えない（S101、S102、S106、S107、S110、S152～S154）。
    :raises SheetgenError: 計画が終わっている（S103）、閉じる年度に済んでいないことがある（S104、
        S105）、またはファイルが書けない。そのときは何も変わっていない。
    """
    moment = (now or datetime.now()).astimezone()
    with open_ledger(request.plan, writing=not request.dry_run) as ledger:
        history = history_of(ledger)
        plan = history.plan
        request = replace(request, retire=tuple(item_id_of(plan, one) for one in request.retire))
        _check_request(request, plan)
        longer = lengthened(plan, request.until) if request.until else Lengthened(plan)
        if request.keep_year:
            return _lengthen(request, ledger, longer, moment, who)
        open_ends = list(_open_ends(ledger, moment))
        problems = _waived(request, ledger, open_ends)
        rolled = roll(
            longer.plan,
            request.retire,
            renumber=request.renumber,
            copy_initiatives=request.copy_initiatives,
        )
        if request.until:
            problems += tuple(lengthening_notes(plan, longer))
        new = _with_past_scale(history, rolled.plan)
        left = left_rows("S150", new, unsettled_overview(history_of(ledger, new), plan))
        closed = plan.revision.fiscal_year
        archive = run = None
        if not request.dry_run:
            stem = f"{wareki(closed)}_{moment:%Y-%m-%d}"
            archive = archive_master(request.plan, stem, ledger.master.digest)
            problems += archive_journal(request.plan)
            problems += set_aside(request.plan, range(closed + 1, plan.final_year + 2))
            run = ledger.new_run(moment, who)
            entries = _entries(run, plan, rolled, archive.name, request.reason)
            entries += _lengthening(run, plan, longer, archive.name)
            commit(ledger, new, [*entries, run.end()])
    return RolloverResult(
        closed=closed,
        opened=closed + 1,
        retired=rolled.retired,
        renumbered=rolled.renumbered,
        copied=rolled.copied,
        items=rolled.plan.item_count,
        archive=archive,
        run=run.name if run else None,
        problems=(*ledger.problems, *problems, *rolled.problems, *left),
        until=request.until,
    )


def _lengthen(
    request: RolloverRequest, ledger: Ledger, longer: Lengthened, now: datetime, who: str | None
) -> RolloverResult:
    """年度は切り替えず、計画の期間だけを延ばす。延ばす前の計画は、切り替えと同じにしまう。"""
    plan = ledger.master.plan
    year = plan.revision.fiscal_year
    problems = tuple(lengthening_notes(plan, longer))
    archive = run = None
    if not request.dry_run:
        stem = f"{wareki(year)}_{now:%Y-%m-%d}"
        archive = archive_master(request.plan, stem, ledger.master.digest)
        problems += archive_journal(request.plan)
        run = ledger.new_run(now, who)
        entries = _lengthening(run, plan, longer, archive.name)
        commit(ledger, longer.plan, [*entries, run.end()])
    return RolloverResult(
        closed=year,
        opened=year,
        retired=(),
        renumbered=(),
        copied=(),
        items=plan.item_count,
        archive=archive,
        run=run.name if run else None,
        problems=(*ledger.problems, *problems),
        until=request.until,
    )


def _with_past_scale(history: History, plan: Plan) -> Plan:
    """もう付けた評価の段階を、その年度のものとして残す。あとで段階を変えても、意味は変わらない。"""
    known = {one.fiscal_year for one in plan.past_scales}
    last = latest_result_year(history.plan) or 0
    found = tuple(
        PastScale(fiscal_year=year, grades=history.years.in_year(year).evaluation_scale)
        for year in plan.fiscal_years
        if year <= last and year not in known
    )
    return plan.model_copy(update={"past_scales": (*plan.past_scales, *found)}) if found else plan


def _check_request(request: RolloverRequest, plan: Plan) -> None:
    closed = plan.revision.fiscal_year
    opened = closed + 1
    place = Place(label="--to")
    if request.to is not None and request.to <= closed:
        raise UsageError(Problem("S101", place, {"year": wareki_full(closed)}))
    if request.to is not None and request.to > opened:
        facts = {"next": wareki_full(opened), "now": wareki_full(closed)}
        raise UsageError(Problem("S102", place, facts))
    _check_lengthening(request, plan)
    # 最終年度の実績は、その次の年度に集める。
    if not request.keep_year and opened > (request.until or plan.final_year) + 1:
        raise SheetgenError(Problem("S103", facts={"final": wareki_full(plan.final_year)}))
    if request.force and not ((request.reason or "").strip() and request.to is not None):
        raise UsageError(Problem("S106", Place(label="--force")))
    known = {item.id for _, _, item in plan.items()}
    unknown = [one for one in request.retire if one not in known]
    if unknown:
        place = Place(label="--retire")
        raise UsageError([Problem("S107", place, {"item": one}) for one in unknown])
    if known and known <= set(request.retire):
        raise UsageError(Problem("S110", Place(label="--retire")))


def _check_lengthening(request: RolloverRequest, plan: Plan) -> None:
    """期間の延ばし方。"""
    place, until = Place(label="--until"), request.until
    if until is not None and until <= plan.final_year:
        raise UsageError(Problem("S152", place, {"final": wareki_full(plan.final_year)}))
    if until is not None and until - plan.first_year >= LONGEST_PLAN:
        last = wareki_full(plan.first_year + LONGEST_PLAN - 1)
        raise UsageError(Problem("S153", place, {"longest": LONGEST_PLAN, "last": last}))
    others = (request.to, request.retire, request.renumber, request.copy_initiatives, request.force)
    if request.keep_year and (until is None or any(others)):
        raise UsageError(Problem("S154", Place(label="--keep-year")))


def _open_ends(ledger: Ledger, now: datetime) -> Iterator[Problem]:
    """閉じる年度の、そろっていない実績と、残っている問い。"""
    plan = ledger.master.plan
    for chosen in rounds_in(plan):
        standing, _ = standing_of(ledger, chosen, now)
        year = chosen.result_year
        if year is not None:
            missing = [
                item.id
                for _, _, item in plan.in_year(year).items()
                if not has_answer(plan, item, chosen)
            ]
            if missing:
                facts = {
                    "year": wareki_full(year),
                    "count": len(missing),
                    "items": listed(missing),
                    "round_year": f"R{reiwa(chosen.year)}",
                }
                yield Problem("S104", Place(label=plan.words["years.result.text"]), facts)
        asked = [one.item for one in standing.items if one.stage is Stage.IN_QUESTION]
        if asked:
            facts = {
                "round": chosen.full_name,
                "count": len(asked),
                "items": listed(asked),
                "round_year": f"R{reiwa(chosen.year)}",
            }
            yield Problem("S105", facts=facts)


def _waived(
    request: RolloverRequest, ledger: Ledger, open_ends: list[Problem]
) -> tuple[Problem, ...]:
    """開いたままのことがあれば断る。``--force`` なら、わけとともに告げるだけにする。"""
    if not open_ends:
        return ()
    if not request.force:
        if _just_opened(ledger):
            year = wareki_full(ledger.master.plan.revision.fiscal_year)
            raise SheetgenError(Problem("S101", facts={"year": year}))
        raise SheetgenError(open_ends)
    return tuple(
        Problem(
            "S127",
            one.place,
            {
                "what": OPEN_ENDS[one.code].format(**one.facts, terms=terms()),
                "reason": request.reason,
                "round_year": one.facts["round_year"],
            },
        )
        for one in open_ends
    )


def _just_opened(ledger: Ledger) -> bool:
    """前の切り替えのあとに、まだ何もしていないか。"""
    year = ledger.master.plan.revision.fiscal_year
    before = wareki(year - 1)
    if not any(path.name.startswith(f"{before}_") for path in archives(ledger.path)):
        return False
    rounds = [Round(kind, year) for kind in ledger.master.plan.round_kinds]
    marks = {round_mark(one) for one in rounds}
    return not any(entry.round in marks for entry in ledger.entries) and not any(
        load_issues(issues_folder(ledger.path), one)[0] for one in rounds
    )


def _lengthening(run: Run, plan: Plan, longer: Lengthened, archive: str) -> list[JournalEntry]:
    """期間を延ばしたことの、記録簿の行。"""
    if longer.plan.final_year == plan.final_year:
        return []
    entry = run.entry(
        Action.ROLLOVER,
        path="fiscal_years",
        label="計画最終年度",
        old=plan.final_year,
        new=longer.plan.final_year,
        file=archive,
    )
    found = [entry]
    known = all_items(plan)
    path = f"years[{len(plan.fiscal_years) - 1}].result.grade"
    for item in longer.moved:
        grade = known[item].overall_grade
        for where, old, new in ((path, None, grade), ("item.overall_grade", grade, None)):
            label = plan.label(where)
            found.append(
                run.entry(Action.RECORD, item=item, path=where, label=label, old=old, new=new)
            )
    return found


def _entries(
    run: Run, plan: Plan, rolled: Rolled, archive: str, reason: str | None
) -> list[JournalEntry]:
    """記録簿に書き足す行。"""
    opened = rolled.plan.revision.fiscal_year
    after = {item.id: item for _, _, item in rolled.plan.items()}
    found = [
        run.entry(
            Action.ROLLOVER,
            path="revision.fiscal_year",
            label=f"{plan.words.revision}の年度",
            old=plan.revision.fiscal_year,
            new=opened,
            file=archive,
            reason=reason,
        )
    ]
    found += [
        run.entry(
            Action.ROLLOVER, item=one.item, label=plan.words.item, old=f"{one.label} {one.title}"
        )
        for one in rolled.retired
    ]
    found += [
        run.entry(Action.ROLLOVER, item=one.item, label="印刷の番号", old=one.old, new=one.new)
        for one in rolled.renumbered
    ]
    found += [
        run.entry(
            Action.RECORD,
            item=item,
            path=f"initiatives[{opened}]",
            label=f"{wareki(opened)}の{plan.words['initiatives']}",
            new=after[item].initiative(opened),
            reason=COPIED,
        )
        for item in rolled.copied
    ]
    return found
