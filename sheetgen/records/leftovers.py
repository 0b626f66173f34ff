"""前から計画に残っているもの：もうない部・課・実施項目の名と、前の年度のままの概要表の文。

どちらも計画のデータだけからは分からない。しまった計画と、記録簿で知る。
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sheetgen.form.identity import round_mark
from sheetgen.plan.item import Item, Owner
from sheetgen.plan.json_text import parse_json
from sheetgen.plan.names_in_texts import NONE_FORMER, FormerNames, items_of, sections_of
from sheetgen.plan.paths import OVERVIEW_POLICY, all_items
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round, RoundKind
from sheetgen.problems import SheetgenError
from sheetgen.records.archives import archive_folder, is_archived
from sheetgen.records.editions import History
from sheetgen.records.journal import Action, JournalEntry
from sheetgen.records.past import undone_runs

_CHANGED = (Action.RECORD, Action.EDIT)
_NAME_PATH = re.compile(r"departments\[.+\]\.name")
_SECTION_PATH = re.compile(r"departments\[(.+?)\]\.sections\[(.+)\]\.(name|department)")
_DEPARTMENT_PATH = re.compile(r"departments\[.+\]\.department")
_TITLE_PATHS = ("title", "item.title")
AS_LEFT = "同左"
"""概要表で、左の改善内容と同じということ。年度が替わっても、古くならない。"""


def former_names(history: History) -> FormerNames:
    """前にあって、いまの計画にない名。

    しまった計画にあった名と、記録簿で改めた名。改めた先は、記録簿から、なければ、前の課の実施項目が
    どの課のものになったかで決める。読めないしまった計画は飛ばす。しまった計画そのものには、
    あとの名が「前の名」に見えるので、何も返さない。
    """
    if is_archived(history.path):
        return NONE_FORMER
    plan = history.plan
    now = plan.model_dump(mode="json")
    known = {name for _, name in sections_of(now)}
    owner = {item: section for item, _, section in items_of(now)}
    sections: dict[str, str | None] = {}
    titles: dict[str, dict[str, None]] = {}
    goals: dict[str, dict[str, None]] = {}
    for then in _kept_trees(history.path):
        items = list(items_of(then))
        for _, name in sections_of(then):
            moved = {owner[item] for item, _, section in items if section == name and item in owner}
            if name not in known:
                sections[name] = moved.pop() if len(moved) == 1 else sections.get(name)
        for item, title, _ in items:
            titles.setdefault(item, {})[title] = None
    for entry in _standing(history.entries):
        old, new = entry.old, entry.new
        named = isinstance(old, str) and isinstance(new, str)
        if entry.action not in _CHANGED or not named:
            continue
        assert isinstance(old, str)
        assert isinstance(new, str)
        if entry.item is None and _NAME_PATH.fullmatch(entry.path or ""):
            sections[old] = new
        elif entry.item is None and _DEPARTMENT_PATH.fullmatch(entry.path or ""):
            # 部の名は、課ごとに書き換える。課によって別の部に移ったなら、決まらない。
            goals.setdefault(old, {})[new] = None
            sections[old] = new if len(goals[old]) == 1 else None
        elif entry.item and entry.path in _TITLE_PATHS:
            titles.setdefault(entry.item, {})[old] = None
    current = {item.id: item.title for item in all_items(plan).values()}
    return FormerNames(
        {name: _latest(name, sections, known) for name in sections if name not in known},
        {
            item: former
            for item, found in titles.items()
            if (former := tuple(one for one in found if one != current.get(item)))
        },
        _left(history.entries),
    )


def owners_renamed(entries: Sequence[JournalEntry], plan: Plan) -> dict[Owner, Owner]:
    """編集ブックで名の変わった課の、前の名から、いまの名へ。いまもある名は除く。

    取り消した変更も、戻したことと合わせてたどる。その間に配った様式は、前の名に戻った課のものである。
    """
    runs: dict[str, dict[tuple[str, str], dict[str, tuple[str, str]]]] = {}
    for entry in entries:
        found = _SECTION_PATH.fullmatch(entry.path or "")
        if entry.action in (Action.EDIT, Action.UNDO) and found and entry.new:
            names = runs.setdefault(entry.run, {}).setdefault((found[1], found[2]), {})
            names[found[3]] = (str(entry.old), str(entry.new))
    now: dict[Owner, Owner] = {}
    for changes in runs.values():
        moved: dict[Owner, Owner] = {}
        for (department, section), new in changes.items():
            departments = new.get("department", (department, department))
            sections = new.get("name", (section, section))
            before, after = (
                Owner(department=departments[at], section=sections[at]) for at in (0, 1)
            )
            moved.setdefault(before, after)
        now = {old: moved.get(one, one) for old, one in now.items()} | moved
    known = set(plan.owners())
    return {old: one for old, one in now.items() if old not in known and one in known}


def sections_renamed(entries: Sequence[JournalEntry], plan: Plan) -> dict[str, str]:
    """:func:`owners_renamed` を、部からの名で。送った記録の宛先と比べる。"""
    renamed = owners_renamed(entries, plan)
    return {old.full_name: new.full_name for old, new in renamed.items()}


def _latest(name: str, sections: Mapping[str, str | None], known: set[str]) -> str | None:
    """改めた名を、いまある名までたどる。"""
    seen = {name}
    now = sections[name]
    while now is not None and now not in known:
        if now in seen:
            return None
        seen.add(now)
        now = sections.get(now)
    return now


def _kept_trees(plan: Path) -> Iterator[object]:
    """しまった計画の JSON。古い順。名だけを見るので、型は確かめない。"""
    found: list[tuple[int, str, object]] = []
    with contextlib.suppress(OSError):
        for path in archive_folder(plan).glob("*.json"):
            with contextlib.suppress(OSError, SheetgenError):
                tree, _ = parse_json(path.read_bytes(), str(path))
                revision = tree.get("revision") if isinstance(tree, Mapping) else None
                year = revision.get("fiscal_year") if isinstance(revision, Mapping) else None
                found.append((year if isinstance(year, int) else 0, path.name, tree))
    for _, _, tree in sorted(found, key=lambda one: one[:2]):
        yield tree


def unsettled_overview(history: History, earlier: Plan | None = None) -> tuple[str, ...]:
    """概要表の取組方針・取組内容が、前の年度の文のままで、そのままでよいと決まっていない実施項目。

    前の年度の文とは、前の年度の見直し照会を送ったとき（なければ公表したとき、切り替えたとき）の
    計画の文。``earlier`` は、それもないときに比べる計画。決まったとするのは、次のどれか。

    - 年度を切り替えたあとに、その欄を記録したか、確かめたと記録簿にある。
    - 前の年度の見直し照会の答えとして、その欄を記録した。
    - 新しい年度の取組方針・取組内容が、前の年度の文と同じである。

    今年度からの実施項目、空欄と「同左」の行は、いつも決まっている。返すのはID、印刷の順。
    """
    plan = history.plan
    year = plan.revision.fiscal_year
    closed = Round(RoundKind.REVISION, year - 1)
    before = _last_plan(history, closed) or earlier
    if before is None or before.revision.fiscal_year >= year or year > plan.final_year:
        return ()
    if not plan.has("overview.policy"):
        return ()
    was = all_items(before)
    settled = _settled(history.entries, year, round_mark(closed))
    return tuple(
        item.id
        for _, _, item in plan.items()
        if item.id in was
        and item.introduced < year
        and item.id not in settled
        and item.overview.policy == was[item.id].overview.policy
        and item.overview.policy not in (None, "", AS_LEFT)
        and not _is_same(item, year)
    )


def _last_plan(history: History, closed: Round) -> Plan | None:
    """前の年度の文のある計画。しまっていないか、読めなければ None。"""
    with contextlib.suppress(SheetgenError):
        asked = history.round_plan(closed)
        if asked is not None:
            return asked
        edition = history.last_published(closed.year + 1)
        return edition.plan if edition else None
    return None


def _is_same(item: Item, year: int) -> bool:
    """新しい年度の取組方針・取組内容が、前の年度の文と同じか。"""
    text = item.initiative(year)
    return bool(text) and text == item.initiative(year - 1)


def _settled(entries: Sequence[JournalEntry], year: int, mark: str) -> set[str]:
    """記録簿で、今年度の概要表の文が決まったと分かる実施項目。"""
    opened = [
        place
        for place, entry in enumerate(entries)
        if entry.action is Action.ROLLOVER
        and entry.path == "revision.fiscal_year"
        and entry.new == year
    ]
    after = set(map(id, entries[opened[-1] :] if opened else ()))
    return {
        entry.item or ""
        for entry in _standing(entries)
        if entry.path == OVERVIEW_POLICY
        and entry.action in (*_CHANGED, Action.WAIVE)
        and (id(entry) in after or (entry.action is Action.RECORD and entry.round == mark))
    }


def _left(entries: Sequence[JournalEntry]) -> frozenset[str]:
    """前の名のまま残すと決めた所の目印。"""
    return frozenset(
        entry.found
        for entry in _standing(entries)
        if entry.action is Action.WAIVE and entry.code == LEFT and entry.found
    )


LEFT = "M090"
"""旧名のまま残すと決めた記録の符号。"""


def _standing(entries: Sequence[JournalEntry]) -> Iterator[JournalEntry]:
    """取り消されていない行。"""
    undone = undone_runs(entries)
    return (entry for entry in entries if entry.run not in undone)
