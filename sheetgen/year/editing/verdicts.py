"""編集ブックの○と×：変更申出を採るか、旧名の残る文を替えるか、概要表の文をこのままとするか。"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sheetgen.form.identity import round_of_mark
from sheetgen.messages.quoting import quoted
from sheetgen.plan.leaves import Leaf, Steps, leaf_at, steps_of
from sheetgen.plan.loading import parse_plan
from sheetgen.plan.paths import OVERVIEW_POLICY
from sheetgen.plan.plan import Plan
from sheetgen.problems import Problem, SheetgenError
from sheetgen.reading.book import CellKind, RawCell
from sheetgen.records.editions import history_of
from sheetgen.records.journal import Action, JournalEntry
from sheetgen.records.ledger import Ledger
from sheetgen.records.leftovers import LEFT, former_names
from sheetgen.records.past import undone_runs
from sheetgen.year.editing.applying import Applied, Line
from sheetgen.year.editing.beside import Stale, proposal_entries, stale_in
from sheetgen.year.editing.cell_changes import Edit, Edits, shown_value
from sheetgen.year.editing.edit_fields import EditKind
from sheetgen.year.editing.expecting import EditReader
from sheetgen.year.editing.rows import UNSETTLED, EditContext

Json = Any
_BRACKETS = "【】〔〕 　"
_DECISIONS = (Action.EDIT, Action.DECIDE, Action.WAIVE)
_OWNERS, _RELATED = "form.owners", "form.related"
_LONGEST = 40


def decide(
    ledger: Ledger, context: EditContext, found: Edits, applied: Applied, reader: EditReader
) -> Iterator[tuple[Action, Mapping[str, Any]]]:
    """○と×を計画に及ぼし、値を変えない決定を返す。``applied`` に、変わった値と問題を加える。"""
    work = _Deciding(ledger, context, applied, reader)
    for one in found.edits:
        if one.field.kind is EditKind.DECISION and one.new is not None:
            yield from work.decide(one)


class _Deciding:
    def __init__(
        self, ledger: Ledger, context: EditContext, applied: Applied, reader: EditReader
    ) -> None:
        self._plan: Plan = ledger.master.plan
        self._proposals = proposal_entries(ledger)
        self._former = former_names(history_of(ledger))
        self._stale = stale_in(self._plan, self._former)
        undone = undone_runs(ledger.entries)
        self._made = {
            entry.found: entry
            for entry in ledger.entries
            if entry.action in _DECISIONS and entry.found and entry.run not in undone
        }
        self._context, self._applied, self._reader = context, applied, reader
        marked = (row.key for row in context.overview if row.mark == UNSETTLED)
        self._unsettled = frozenset(marked)

    def decide(self, one: Edit) -> Iterator[tuple[Action, Mapping[str, Any]]]:
        """一つの○か×。"""
        if one.rows == "proposals":
            yield from self._proposal(one)
        elif one.rows == "stale_names":
            yield from self._name(one)
        elif one.new and one.key not in self._unsettled:  # もう決まっている
            self._applied.already += 1
        elif one.new:
            where = {"item": one.place.item, "path": OVERVIEW_POLICY, "label": one.place.label}
            cell = {"sheet": one.place.sheet, "cell": one.place.cell}
            yield Action.WAIVE, {**where, **cell, "code": "D070", "reason": one.field.label}

    def _proposal(self, one: Edit) -> Iterator[tuple[Action, Mapping[str, Any]]]:
        entry = self._proposals.get(one.key)
        if entry is None:
            self._decided(one)
            return
        if not one.new:
            where = {"item": entry.item, "path": entry.path, "label": entry.label}
            cell = {"sheet": one.place.sheet, "cell": one.place.cell, "found": one.key}
            yield Action.DECIDE, {**where, **cell, "old": entry.old, "new": entry.new}
            return
        self._adopt(one, entry)

    def _decided(self, one: Edit) -> None:
        """もう並んでいないもの。同じに決めてあれば、することはない。"""
        made = self._made.get(one.key)
        if made is None:
            self._report("E041", one, name=one.place.label)
        elif (made.action is Action.EDIT) is bool(one.new):
            self._applied.already += 1
        else:
            self._report("E094", one, run=made.run)

    def _adopt(self, one: Edit, entry: JournalEntry) -> None:
        """変更申出の値を、計画に入れる。"""
        place = one.place
        item = _item(self._applied.tree, entry.item)
        target = _target(entry, self._plan)
        if item is None or target is None:
            self._report("E052", one, label=entry.label or "")
            return
        path, kind, label = target
        text = str(entry.new if entry.new is not None else "").strip(_BRACKETS)
        if entry.path == _RELATED:
            text = text.rpartition("；")[2].rpartition(";")[2]
        cell = RawCell(CellKind.TEXT, text) if text else None
        row = next((row for row in self._context.items if row.item.id == entry.item), None)
        read = self._reader.read(cell, kind, row)
        self._applied.problems += [Problem(code, place, facts) for code, facts in read.doubts]
        if not read.readable:
            if not read.doubts:
                self._report("E042", one, value=read.raw)
            return
        same = [
            line for line in self._applied.lines if (line.item, line.path) == (entry.item, path)
        ]
        if same:
            self._report("E053", one, label=label, cell=same[0].place.cell or "")
            return
        self._set(one, item, path, label, read.value, f"変更申出を採った: {entry.file}")

    def _name(self, one: Edit) -> Iterator[tuple[Action, Mapping[str, Any]]]:
        stale: Stale | None = self._stale.get(one.key)
        if stale is None:
            self._decided(one)
            return
        if one.new and stale.proposed is None:
            self._report("E054", one, name=stale.name)
            return
        if not one.new:
            where = {"item": stale.item, "path": stale.path, "label": stale.label}
            cell = {"sheet": one.place.sheet, "cell": one.place.cell, "found": one.key}
            why = {"code": LEFT, "reason": "旧名のまま残す", "new": stale.name}
            yield Action.WAIVE, {**where, **cell, **why}
            return
        if any((line.item, line.path) == (stale.item, stale.path) for line in self._applied.lines):
            # 一つの文に前の名が二つある。替えたあとの文に重ねる。
            stale = self._stale_now().get(one.key, stale)
        steps = steps_of(stale.json_path)
        holder: Json = self._applied.tree
        for step in steps[:-1]:
            holder = holder[step]
        if holder[steps[-1]] != stale.text:
            facts = {
                "now": quoted(holder[steps[-1]], _LONGEST),
                "base": quoted(stale.text, _LONGEST),
            }
            self._report("E040", one, book=quoted(stale.proposed, _LONGEST), **facts)
            return
        self._put(one, holder, steps[-1], stale.item, stale.path, stale.label, stale.proposed,
                  f"旧名「{stale.name}」を改めた")  # fmt: skip

    def _stale_now(self) -> dict[str, Stale]:
        """ここまでの変更を重ねた計画の、前の名の残る文。"""
        data = json.dumps(self._applied.tree, ensure_ascii=False).encode("utf-8")
        try:
            return stale_in(parse_plan(data, ""), self._former)
        except SheetgenError:
            return {}

    def _set(self, one: Edit, item: Json, path: str, label: str, value: Json, reason: str) -> None:
        """実施項目の ``path`` の値を入れる。"""
        steps = steps_of("overall_grade" if path == "item.overall_grade" else path)
        holder: Json = item
        for step in steps[:-1]:
            holder = holder[step]
        name: str | int = steps[-1]
        if steps[0] == "initiatives":
            name = str(name)
        leaf = _leaf(steps, self._plan)
        if value is None and leaf is not None and not leaf.nullable:
            value = ""
        self._put(one, holder, name, item["id"], path, label, value, reason)

    def _put(
        self,
        one: Edit,
        holder: Json,
        name: str | int,
        item: str | None,
        path: str,
        label: str,
        value: Json,
        reason: str,
    ) -> None:
        old = holder.get(name) if isinstance(holder, dict) else holder[name]
        if old != value:
            holder[name] = value
            self._applied.origins.append((holder, name, one.place))
        # もうその値でも、採ると決めたことは残す。そうしないと、いつまでも並ぶ。
        self._applied.lines.append(
            Line(item, path, label, shown_value(old), shown_value(value), one.place,
                 reason=reason, key=one.key)
        )  # fmt: skip

    def _report(self, code: str, one: Edit, **facts: object) -> None:
        self._applied.problems.append(Problem(code, one.place, facts))


def _item(tree: Json, item_id: str | None) -> Json | None:
    for policy in tree["policies"]:
        for measure in policy["measures"]:
            for entry in measure["entries"]:
                if entry.get("id") == item_id:
                    return entry
    return next((one["item"] for one in tree["ended_items"] if one["item"]["id"] == item_id), None)


def _leaf(steps: Steps, plan: Plan) -> Leaf | None:
    return leaf_at(("policies", 0, "measures", 0, "entries", 0, *steps), plan)


def _target(entry: JournalEntry, plan: Plan) -> tuple[str, EditKind, str] | None:
    """変更申出の当たる欄の、記録簿の道、読み方、名。計画のデータの欄でなければ ``None``。"""
    path = entry.path or ""
    label = entry.label or ""
    if path == _OWNERS:
        return "owners", EditKind.OWNERS, label
    if path == _RELATED:
        return "related_sections", EditKind.NAMES, label
    if path == "initiative.text":
        chosen = round_of_mark(entry.round or "", plan.round_kinds)
        return (f"initiatives[{chosen.initiative_year}]", EditKind.TEXT, label) if chosen else None
    inner = path if path == "item.overall_grade" else path.removeprefix("item.")
    try:
        steps = steps_of("overall_grade" if inner == "item.overall_grade" else inner)
    except ValueError:
        return None
    leaf = _leaf(steps, plan) if steps else None
    return (inner, EditKind(leaf.kind.value), label or leaf.label) if leaf else None
