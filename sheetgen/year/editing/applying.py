"""編集ブックの変更を、いまの計画に重ねる。

書いたときの計画・ブック・いまの計画の三つを値ごとに比べる。いまの計画が書いたときのままなら
ブックの値にし、ほかで変わっていれば、黙って上書きせずに尋ねる。ここは計算だけをする。
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from sheetgen.messages.quoting import quoted
from sheetgen.plan.item import Item
from sheetgen.plan.leaves import Steps, address_of, blank_record, path_of, steps_of, value_at
from sheetgen.plan.plan import Plan
from sheetgen.plan.value import Value
from sheetgen.problems import Place, Problem
from sheetgen.year.editing.changes import Edit, Edits, Lost, NewRow, shown_value
from sheetgen.year.editing.counterpart import Counterpart, position
from sheetgen.year.editing.fields import EditKind
from sheetgen.year.editing.listed import Rebuilt, lost_text, rebuilt_grades, rebuilt_highlights
from sheetgen.year.editing.sections import carry_names, reorganise

Json = Any
_LONGEST_SHOWN = 40


class Take(StrEnum):
    """食い違う値を、どちらにするか。"""

    BOOK = "book"
    PLAN = "master"


class Line(NamedTuple):
    """計画のデータの一つの値の変更。記録簿の一行になる。

    ``item`` は実施項目のID。``path`` は記録簿の道。``place`` はもとのセルで、及んだ変更では
    もとになったセル。``key`` は、もとになった変更申出などの目印。
    """

    item: str | None
    path: str
    label: str
    old: Value
    new: Value
    place: Place
    raw: str = ""
    rule: str = ""
    reason: str | None = None
    key: str = ""


@dataclass(slots=True)
class Applied:
    """重ねた結果。``tree`` は新しい計画の JSON の値、``origins`` は値のもとのセル。

    ``already`` は、いまの計画がもうそうなっていた変更の数。
    """

    tree: dict[str, Json]
    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    origins: list[tuple[Json, str | int, Place]] = field(default_factory=list)
    already: int = 0

    def places(self) -> Iterator[tuple[Steps, Place]]:
        """新しい計画の中の場所と、もとのセル。"""
        where = {id(node): steps for steps, node in _nodes(self.tree, ())}
        for container, name, place in self.origins:
            if id(container) in where:
                yield (*where[id(container)], name), place


def _nodes(node: Json, steps: Steps) -> Iterator[tuple[Steps, Json]]:
    if isinstance(node, dict | list):
        yield steps, node
        pairs = node.items() if isinstance(node, dict) else enumerate(node)
        for name, inner in pairs:
            yield from _nodes(inner, (*steps, name))


_REFUSED = {"items": "E060", "overview": "", "years": "", "results": "", "policy_texts": "",
            "overview_texts": ""}  # fmt: skip
"""なくせない行の符号。空のものは、知らせるだけで、何もしない。"""


def apply_edits(base: Plan, now: Plan, found: Edits, take: Take | None = None) -> Applied:
    """``found`` の変更を ``now`` に重ねる。足された実施項目は、ここでは加えない。"""
    return _Applying(base, now, found, take).run()


class _Applying:
    def __init__(self, base: Plan, now: Plan, found: Edits, take: Take | None) -> None:
        self._base = base.model_dump(mode="json")
        self._applied = Applied(now.model_dump(mode="json"))
        self._tree = self._applied.tree
        self._same = Counterpart(self._base, self._tree)
        self._found, self._take = found, take
        self._reasons = {
            one.key: str(one.new)
            for one in found.edits
            if one.field.kind is EditKind.REASON and one.new
        }
        self._touched: list[tuple[Json, str]] = []

    def run(self) -> Applied:
        whole = {"sections": self._sections, "highlights": self._highlights, "grades": self._grades}
        for one in self._found.edits:
            if one.rows not in whole:
                self._edit(one)
        for rows, rebuild in whole.items():
            edits = [one for one in self._found.edits if one.rows == rows]
            added = [one for one in self._found.added if one.rows == rows]
            lost = [one for one in self._found.lost if one.rows == rows]
            if edits or added or lost:
                rebuild(edits, added, lost)
        self._policies([one for one in self._found.added if one.rows == "policy_texts"])
        self._references()
        self._lost()
        self._drop_blanks()
        return self._applied

    # 一つの値

    def _edit(self, one: Edit) -> None:
        if one.field.path.startswith("founding."):
            self._report("E047", one.place)
        elif one.rows == "results" and one.field.kind is not EditKind.REASON:
            if one.key not in self._reasons:
                self._report("E046", one.place)
            self._value(one)
        elif one.field.kind not in (EditKind.REASON, EditKind.DECISION):
            self._value(one)

    def _value(self, one: Edit) -> None:
        if one.field.path == "row.measure" and one.rows == "items":
            self._move(one)
            return
        if one.field.path == "row.initiative":
            year = value_at(self._base, steps_of(one.key))["fiscal_year"]
            item = self._same.of(steps_of(one.key)[:-2])
            self._put(one, item and item["initiatives"], str(year), f"initiatives[{year}]")
            return
        if one.field.path == "row.overall_grade":
            item = self._same.of(steps_of(one.key)[:-2])
            self._put(one, item, "overall_grade", "item.overall_grade")
            return
        steps = one.steps or ()
        if one.rows in ("policy_texts", "overview_texts"):
            self._text(one, steps)
        else:
            holder = self._same.of(steps[:-1])
            self._put(one, holder, steps[-1], address_of(self._base, steps)[1])

    def _put(self, one: Edit, holder: Json, name: str | int, path: str) -> None:
        """``holder`` の ``name`` の値を、三つを比べて決める。"""
        if holder is None:
            self._report("E041", one.place, name=one.place.label)
            return
        now = _get(holder, name)
        verdict = self._settle(one, now)
        self._applied.already += verdict is None
        if not verdict:
            return
        if isinstance(holder, dict) and name not in holder and one.new in (None, ""):
            return
        if one.field.path == "row.initiative" and one.new in (None, ""):
            holder.pop(name, None)
        else:
            holder[name] = one.new
            self._applied.origins.append((holder, name, one.place))
        if one.field.path == "row.initiative":
            for year in sorted(holder):
                holder[year] = holder.pop(year)
        self._line(one, path, now)

    def _settle(self, one: Edit, now: Json) -> bool | None:
        """三つを比べる。ブックの値にするなら真、いまのままなら偽、もうそうなら None。"""
        if now == one.new and type(now) is type(one.new):
            return None
        if (now == one.old and type(now) is type(one.old)) or self._take is Take.BOOK:
            return True
        if self._take is None:
            facts = {"now": _quoted(now), "book": _quoted(one.new), "base": _quoted(one.old)}
            self._report("E040", one.place, **facts)
        return False

    def _line(self, one: Edit, path: str, now: Json) -> None:
        why = self._reasons.get(one.key) if one.rows == "results" else None
        label, old, new = one.place.label or "", shown_value(now), shown_value(one.new)
        self._applied.lines.append(
            Line(one.place.item, path, label, old, new, one.place, one.raw, one.rule, why)
        )

    # 名と文章

    def _text(self, one: Edit, steps: Steps) -> None:
        """章や☆の文。まだない章や並びの終わりには、入れ物を作ってから入れる。"""
        holder: Json = self._same.of(steps[:-1])
        if holder is None and one.old in (None, ""):
            holder = self._made(steps[:-1])
        if isinstance(holder, list):
            self._listed(one, holder, steps)
            return
        self._put(one, holder, steps[-1], path_of(steps))
        for length in range(len(steps) - 1, 1, -1):
            if isinstance(steps[length - 1], int):
                self._touched.append((self._tree, path_of(steps[: length - 1])))

    def _listed(self, one: Edit, holder: list[Json], steps: Steps) -> None:
        """並びの中の一つの文を替える、足す、除く。"""
        base = _get_at(self._base, steps[:-1]) or []
        at = int(steps[-1])
        self._touched.append((self._tree, path_of(steps[:-1])))
        if at < len(base):
            place = position(base, holder, at)
            if place is None:
                self._report("E041", one.place, name=one.place.label)
                return
            self._put(one, holder, place, path_of(steps))
        elif one.new in holder[len(base) :]:
            self._applied.already += 1
        else:
            holder.append(one.new)
            self._applied.origins.append((holder, len(holder) - 1, one.place))
            self._line(one, path_of(steps), None)

    def _made(self, steps: Steps) -> Json:
        """その場所までの、まだない記録を作る。"""
        node: Json = self._tree
        for at, step in enumerate(steps):
            here = steps[: at + 1]
            if isinstance(step, int):
                while len(node) <= step:
                    node.append(blank_record(here))
                node = node[step]
            else:
                if node.get(step) is None:
                    node[step] = blank_record(here)
                node = node[step]
        return node

    def _drop_blanks(self) -> None:
        """並びの中の、空になった文と記録を除く。"""
        for tree, path in self._touched:
            listed = _get_at(tree, steps_of(path))
            if isinstance(listed, list):
                listed[:] = [one for one in listed if not _is_blank(one)]

    # 実施項目の移動

    def _move(self, one: Edit) -> None:
        """実施項目を、ほかの推進項目の終わりに移す。IDは変わらない。"""
        item_id = one.place.item or ""
        measures = [m for policy in self._tree["policies"] for m in policy["measures"]]
        here = next((m for m in measures if _holds(m, item_id)), None)
        goal = next((m for m in measures if m["number"] == one.new), None)
        if here is None or goal is None:
            self._report("E041", one.place, name=one.place.label)
        elif here is goal:
            self._applied.already += 1
        elif here["number"] != one.old and self._take is not Take.BOOK:
            facts = {"now": here["name"], "book": goal["name"], "base": str(one.old)}
            if self._take is None:
                self._report("E040", one.place, **facts)
        else:
            item = next(x for x in here["entries"] if x.get("id") == item_id)
            here["entries"].remove(item)
            item["number"] = max((x["number"] for x in goal["entries"]), default=0) + 1
            goal["entries"].append(item)
            names = [f"{m['number']} {m['name']}" for m in (here, goal)]
            label = one.place.label or ""
            self._applied.lines.append(
                Line(item_id, "place", label, names[0], names[1], one.place, one.raw, one.rule)
            )

    # 表ごと組み直すもの

    def _sections(
        self, edits: Sequence[Edit], added: Sequence[NewRow], lost: Sequence[Lost]
    ) -> None:
        before = self._tree["departments"]
        names = [section["name"] for one in before for section in one["sections"]]
        made = reorganise(self._base, before, edits, added, lost, self._settle)
        self._applied.problems += made.problems
        self._applied.already += made.already
        self._tree["departments"] = made.departments
        for one in made.done:
            self._line(one, self._section_path(one), one.old)
        for row in made.added:
            values = row.values
            words = " ".join(str(values.get(path) or "") for path in _SECTION_PATHS).strip()
            self._added_line(row, "departments", "課", words)
        gone = [one for one in lost if self._pair(one.key) in _pairs(before)]
        self._removed_lines(gone, "departments", "課", lambda one: self._named(one.key))
        items = list(_items(self._tree))
        source = {self._named(one.key): one.place for one in edits}
        for carried in carry_names(items, made.renamed, names):
            label = str(Item.model_fields[carried.path].title)
            old, new = shown_value(carried.old), shown_value(carried.new)
            place = next((source[n] for n in _names(carried.old) if n in source), Place())
            self._applied.lines.append(
                Line(carried.item, carried.path, label, old, new, place, reason=CARRIED_NAME)
            )
        self._still_owning(lost, items)

    def _still_owning(self, lost: Sequence[Lost], items: Sequence[Json]) -> None:
        """なくした課が、まだ実施項目を持っていれば断る。"""
        known = _pairs(self._tree["departments"])
        for gone in lost:
            pair = self._pair(gone.key)
            owning = [
                item["id"]
                for item in items
                if any((one["department"], one["section"]) == pair for one in item["owners"])
            ]
            if owning and pair not in known:
                facts = {"section": " ".join(pair), "items": "、".join(owning)}
                self._report("E061", Place(sheet=gone.sheet), **facts)

    def _pair(self, key: str) -> tuple[str, str]:
        steps = steps_of(key)
        return value_at(self._base, steps[:2])["name"], value_at(self._base, steps)["name"]

    def _named(self, key: str) -> str:
        return " ".join(self._pair(key))

    def _section_path(self, one: Edit) -> str:
        department, section = self._pair(one.key)
        name = (one.field.relative or one.field.path.removeprefix("row.")).removeprefix("section.")
        return f"departments[{department}].sections[{section}].{name}"

    def _highlights(
        self, edits: Sequence[Edit], added: Sequence[NewRow], lost: Sequence[Lost]
    ) -> None:
        made = rebuilt_highlights(self._base, self._tree, edits, added, lost, self._settle)
        self._rebuilt(made, "revision.highlights", "主なポイント")
        self._tree["revision"].update(made.values)

    def _grades(self, edits: Sequence[Edit], added: Sequence[NewRow], lost: Sequence[Lost]) -> None:
        made = rebuilt_grades(self._base, self._tree, edits, added, lost, self._settle)
        self._rebuilt(made, "evaluation_scale", "評価の段階")
        self._tree.update(made.values)

    def _rebuilt(self, made: Rebuilt, path: str, label: str) -> None:
        """組み直した表の、問題と記録簿の行。"""
        self._applied.problems += made.problems
        self._applied.origins += made.origins
        self._applied.already += len(made.already)
        for one in made.done:
            name = one.field.relative or one.field.path.removeprefix("row.")
            self._line(one, f"{one.key}.{name}", one.old)
        for row in made.added:
            words = "　".join(
                str(shown_value(value))
                for name, value in row.values.items()
                if value and name not in _NOT_SHOWN
            )
            self._added_line(row, path, label, words)
        self._removed_lines(made.lost, path, label, lambda one: lost_text(self._base, one.key))

    def _added_line(self, row: NewRow, path: str, label: str, words: str) -> None:
        place = next(iter(row.places.values()))
        self._applied.lines.append(Line(None, path, label, None, words, place, reason="加えた行"))

    def _removed_lines(self, lost: Sequence[Lost], path: str, label: str, words: Any) -> None:
        for one in lost:
            place = Place(sheet=one.sheet)
            self._applied.lines.append(
                Line(None, path, label, words(one), None, place, reason="消した行")
            )

    # 基本方針と推進項目、再掲

    def _policies(self, added: Sequence[NewRow]) -> None:
        """足された基本方針と推進項目、その文章。番号の小さいものから。"""

        def order(row: NewRow) -> tuple[int, float, float]:
            rank = _POLICY_LABELS.get(str(row.values.get("row.label")), 9)
            policy, measure = row.values.get("row.policy"), row.values.get("row.measure")
            return rank, float(policy or 0), float(measure or 0)

        for row in sorted(added, key=order):
            problem = self._policy_row(row)
            if problem is not None:
                self._applied.problems.append(problem)
            else:
                words = str(row.values.get("row.text"))
                label = str(row.values.get("row.label"))
                self._added_line(row, "policies", label, words)

    def _policy_row(self, row: NewRow) -> Problem | None:
        values = row.values
        label, text = values.get("row.label"), values.get("row.text")
        for path, name in (("row.label", "欄"), ("row.policy", "基本方針の番号"),
                           ("row.text", "名称・文章")):  # fmt: skip
            if values.get(path) in (None, ""):
                return Problem("E048", row.place(path), {"label": name})
        rank = _POLICY_LABELS.get(str(label))
        if rank is None:
            choices = "、".join(_POLICY_LABELS)
            return Problem("E062", row.place("row.label"), {"value": label, "choices": choices})
        number, measure_number = values["row.policy"], values.get("row.measure")
        policies = self._tree["policies"]
        policy = next((one for one in policies if one["number"] == number), None)
        if rank == 0:
            if policy is not None or number != len(policies) + 1:
                facts = {"number": f"{number:g}", "next": len(policies) + 1}
                return Problem("E063", row.place("row.policy"), facts)
            made: Json = {"number": int(number), "name": text, "description": "", "measures": []}
            policies.append(made)
            self._applied.origins.append((made, "name", row.place("row.text")))
            return None
        if policy is None:
            return Problem("E064", row.place("row.policy"), {"number": f"{number:g}"})
        if rank == 2:
            policy["description"] = text
            self._applied.origins.append((policy, "description", row.place("row.text")))
            return None
        if measure_number is None:
            return Problem("E048", row.place("row.measure"), {"label": "推進項目の番号"})
        measure = next((m for m in policy["measures"] if m["number"] == measure_number), None)
        if rank == 3:
            if measure is None:
                return Problem("E064", row.place("row.measure"), {"number": f"{measure_number:g}"})
            measure["notes"].append(text)
            self._applied.origins.append((measure, "notes", row.place("row.text")))
            return None
        count = sum(len(one["measures"]) for one in policies[: policies.index(policy) + 1])
        rest = sum(len(one["measures"]) for one in policies[policies.index(policy) + 1 :])
        if measure is not None or measure_number != count + 1 or rest:
            facts = {"number": f"{measure_number:g}", "next": count + 1}
            return Problem("E063", row.place("row.measure"), facts)
        new: Json = {"number": int(measure_number), "name": text, "notes": [], "entries": []}
        policy["measures"].append(new)
        self._applied.origins.append((new, "name", row.place("row.text")))
        return None

    def _references(self) -> None:
        """足された再掲と、消された再掲。"""
        for row in [one for one in self._found.added if one.rows == "overview"]:
            problem = self._reference_row(row)
            if problem is not None:
                self._applied.problems.append(problem)
        for one in [one for one in self._found.lost if one.rows == "overview"]:
            entry = value_at(self._base, steps_of(one.key))
            now = self._same.of(steps_of(one.key)) if entry["type"] != "item" else None
            for policy in self._tree["policies"] if now is not None else ():
                for measure in policy["measures"]:
                    measure["entries"] = [x for x in measure["entries"] if x is not now]
            if now is not None:
                self._removed_lines([one], "references", "再掲", lambda _: str(entry["title"]))  # noqa: B023

    def _reference_row(self, row: NewRow) -> Problem | None:
        values = row.values
        for path, label in _REFERENCE_NEEDS:
            if values.get(path) in (None, ""):
                return Problem("E048", row.place(path), {"label": label})
        measures = [m for policy in self._tree["policies"] for m in policy["measures"]]
        goal = next((m for m in measures if m["number"] == values["row.measure"]), None)
        if goal is None or self._same.item(values["row.item_id"]) is None:
            return Problem("E064", row.place("row.item_id"), {"number": values["row.item_id"]})
        if any(one.get("item_id") == values["row.item_id"] for one in goal["entries"]):
            self._applied.already += 1
            return None
        made = {
            "type": "cross_reference",
            "number": max((one["number"] for one in goal["entries"]), default=0) + 1,
            "item_id": values["row.item_id"],
            "section": values.get("row.section"),
            "title": values["row.title"],
            "mark": values["row.reference_mark"],
            "owners": values["row.owners"],
            "note": values["row.note"],
        }
        goal["entries"].append(made)
        for name, path in (("title", "row.title"), ("owners", "row.owners"), ("note", "row.note")):
            self._applied.origins.append((made, name, row.place(path)))
        self._added_line(row, "references", "再掲", str(made["title"]))
        return None

    # 消された行

    def _lost(self) -> None:
        kept: dict[str, list[Lost]] = {}
        for one in self._found.lost:
            code = _REFUSED.get(one.rows)
            if code:
                item = value_at(self._base, steps_of(one.key))
                facts = {"item": item["id"], "title": item["title"]}
                if self._same.item(item["id"]) is not None:
                    self._report(code, Place(sheet=one.sheet, item=item["id"]), **facts)
            elif code == "" and not self._is_reference(one):
                kept.setdefault(one.sheet, []).append(one)
        for sheet, ones in kept.items():
            self._report("E065", Place(sheet=sheet), count=len(ones))

    def _is_reference(self, one: Lost) -> bool:
        record = _get_at(self._base, steps_of(one.key))
        return isinstance(record, dict) and record.get("type") == "cross_reference"

    def _report(self, code: str, place: Place, **facts: object) -> None:
        self._applied.problems.append(Problem(code, place, facts))


CARRIED_NAME = "課の名の変更に伴う"
_SECTION_PATHS = ("row.department", "row.section.name")
_NOT_SHOWN = ("row.order", "row.kind", "row.policy", "row.is_new")
"""加えた行の、並べ方を決めるだけの欄。記録簿には、文だけを残す。"""
_POLICY_LABELS = {"基本方針": 0, "推進項目": 1, "基本方針の文章": 2, "概要表の☆の文章": 3}
_REFERENCE_NEEDS = (
    ("row.measure", "推進項目"),
    ("row.item_id", "実施項目のID"),
    ("row.title", "実施項目（再掲）"),
    ("row.reference_mark", "再掲の印"),
    ("row.owners", "担当"),
    ("row.note", "記載先の注記"),
)


def _pairs(departments: Json) -> set[tuple[str, str]]:
    return {(one["name"], section["name"]) for one in departments for section in one["sections"]}


def _names(names: Json) -> Iterator[str]:
    """替える前の名。主管課は部と課、関連所属は書かれたとおり。"""
    for one in names:
        yield f"{one['department']} {one['section']}" if isinstance(one, dict) else one


def _get(holder: Json, name: str | int) -> Json:
    if isinstance(holder, dict):
        return holder.get(name)
    return holder[name] if isinstance(name, int) and name < len(holder) else None


def _get_at(tree: Json, steps: Steps) -> Json:
    try:
        return value_at(tree, steps)
    except (LookupError, TypeError):
        return None


def _holds(measure: Mapping[str, Json], item_id: str) -> bool:
    return any(one.get("id") == item_id for one in measure["entries"])


def _items(tree: Mapping[str, Json]) -> Iterator[Json]:
    for policy in tree["policies"]:
        for measure in policy["measures"]:
            yield from (one for one in measure["entries"] if one["type"] == "item")
    yield from (one["item"] for one in tree["ended_items"])


def _is_blank(value: Json) -> bool:
    """何も書かれていない文か記録。"""
    if isinstance(value, dict):
        return all(_is_blank(one) for one in value.values())
    return value in (None, "", [])


def _quoted(value: Json) -> str:
    return quoted(shown_value(value), _LONGEST_SHOWN)
