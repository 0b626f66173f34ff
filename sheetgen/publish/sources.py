"""どの計画から文書を作るか。過ぎた年度は、そのとき公表した計画から。改正前は、前に公表した計画。"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from sheetgen.era import wareki_full
from sheetgen.messages.quoting import in_short
from sheetgen.plan.loading import load_plan
from sheetgen.plan.plan import Plan
from sheetgen.plan.unseen import without_unseen
from sheetgen.plan.years import PlanYears, without_later
from sheetgen.problems import Place, Problem, SheetgenError, UsageError
from sheetgen.publish.comparison.comparable import earlier_notes
from sheetgen.publish.document.years import as_of, check_year
from sheetgen.records.archives import archive_folder, is_archived
from sheetgen.records.editions import Edition, History

SHOWN = 3


class Source(NamedTuple):
    """文書のもと。

    ``earlier`` は前に公表した計画（分からなければ None）。``is_open`` は、これから変えられる、
    いまの年次見直しのものか。
    """

    years: PlanYears
    earlier: Plan | None
    problems: tuple[Problem, ...]
    is_open: bool


def source_of(history: History, year: int | None, earlier: Path | None) -> Source:
    """``year`` の年次見直しの文書のもと。``earlier`` は、前の計画として指定されたファイル。

    :raises UsageError: 計画にない年度（D010）、公表した計画の残っていない年度（D019）、または
        ``earlier`` が前に公表した計画でない（D055）。
    """
    plan = history.plan
    known = plan.revision.fiscal_year
    chosen = check_year(plan, year)
    notes: list[Problem] = list(lost_notes(history))
    edition = None
    kept = is_archived(history.path)
    if chosen < known or (chosen == known and history.is_revised(known) and not kept):
        edition = history.published(chosen)
        if edition is None:
            facts = {"year": wareki_full(chosen), "known": wareki_full(known)}
            raise UsageError(Problem("D019", Place(label="--year"), facts))
        notes.append(_edition_note(edition))
    whole = as_of(edition.plan if edition else plan, chosen)
    seen = without_later(whole, chosen)
    later = [item.id for _, _, item in whole.items() if item.introduced > chosen]
    if later:
        facts = {"year": wareki_full(chosen), "count": str(len(later)), "first": later[0]}
        notes.append(Problem("D063", Place(item=later[0]), facts))
    before, found = _earlier(history, seen, earlier)
    is_open = edition is None and chosen == known and not kept
    return Source(history.years_of(seen), before, (*notes, *found), is_open)


class Pair(NamedTuple):
    """新旧対照表の、改正前と改正後。"""

    old: Plan
    new: Plan
    problems: tuple[Problem, ...] = ()


def pair_of(history: History, old: Path | None) -> Pair:
    """いまの計画のデータと、前に公表した計画。``old`` があれば、それを改正前とする。

    見直し照会のあとなら、改正後は次の年度の年次見直しになる。

    :raises SheetgenError: 前に公表した計画がない（D058）。
    """
    plan = history.plan
    known = plan.revision.fiscal_year
    year = known + 1 if history.is_revised(known) else known
    new = without_later(as_of(plan, year), year)
    if old is not None:
        return Pair(without_unseen(load_plan(old)), new)
    edition = history.last_published(new.revision.fiscal_year)
    if edition is None:
        raise SheetgenError(Problem("D058", Place(file=str(history.path))))
    note = _edition_note(edition) if edition.restored else _old_note(edition)
    notes = (note, *lost_notes(history), *final_notes(history, new))
    return Pair(edition.plan, new, notes)


def lost_notes(history: History) -> tuple[Problem, ...]:
    """しまった計画がなくなっていれば知らせる（D064）。"""
    lost = history.lost
    if not lost:
        return ()
    facts = {"count": len(lost), "files": in_short(list(lost), SHOWN, "個")}
    return (Problem("D064", Place(file=str(archive_folder(history.path))), facts),)


def _old_note(edition: Edition) -> Problem:
    facts = {"year": wareki_full(edition.year)}
    return Problem("D061", Place(file=str(edition.file)), facts)


def final_notes(history: History, plan: Plan) -> tuple[Problem, ...]:
    """確定したあとで直した計画なら、公表したものと違うことを言う（D062）。"""
    kept = history.changed_since_final(plan)
    if kept is None:
        return ()
    facts = {"year": wareki_full(plan.revision.fiscal_year)}
    return (Problem("D062", Place(file=str(kept)), facts),)


def _edition_note(edition: Edition) -> Problem:
    facts = {"year": wareki_full(edition.year)}
    code = "D051" if edition.restored else "D050"
    return Problem(code, Place(file=str(edition.file)), facts)


def _earlier(
    history: History, seen: Plan, given: Path | None
) -> tuple[Plan | None, tuple[Problem, ...]]:
    """前に公表した計画と、気を付けること。"""
    right = history.last_published(seen.revision.fiscal_year)
    if given is None:
        return (right.plan, ()) if right else (None, ())
    if right is not None and right.file.resolve() == given.resolve():
        return right.plan, ()
    plan = without_unseen(load_plan(given))
    notes = tuple(earlier_notes(plan, seen))
    if right is not None and plan != right.plan:
        facts = {"right": right.file.name, "year": wareki_full(right.year)}
        raise UsageError(Problem("D055", Place(file=str(given), label="--earlier"), facts))
    return plan, notes
