"""編集ブックの変更を、いまの計画に重ねる。

書いたときの計画・ブック・いまの計画の三つを値ごとに比べる。いまの計画が書いたときのままなら
ブックの値にし、ほかで変わっていれば、黙って上書きせずに尋ねる。ここは計算だけをする。
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NamedTuple

from sheetgen.era import wareki
from sheetgen.messages.quoting import quoted
from sheetgen.plan.item import Item
from sheetgen.plan.leaves import Steps, address_of, blank_record, path_of, steps_of, value_at
from sheetgen.plan.omitted import fill_omitted
from sheetgen.plan.plan import Plan
from sheetgen.plan.scales import Counts
from sheetgen.plan.value import Value
from sheetgen.problems import Place, Problem
from sheetgen.year.editing.added_rows import add_references, add_texts
from sheetgen.year.editing.cell_changes import Edit, Edits, Lost, NewRow, shown_value
from sheetgen.year.editing.counterpart import (
    Counterpart,
    every_item,
    found_at,
    living,
    position,
)
from sheetgen.year.editing.edit_fields import (
    OWN_TABLES,
    WORDS,
    YEAR_VALUES,
    EditKind,
    owes_reason,
)
from sheetgen.year.editing.listed import (
    Rebuilt,
    given_grades,
    lost_text,
    rebuilt_grades,
    rebuilt_highlights,
    rewritten_texts,
    without_given,
)
from sheetgen.year.editing.own_rows import COUNTS_WORDS, opened
from sheetgen.year.editing.sections import (
    Named,
    Renames,
    carry_names,
    renamed_value,
    reorganise,
    still_owned,
)

Json = Any
_LONGEST_SHOWN = 40
_OF_TEXTS = ("policy_texts", "overview_texts")
NO_RENAMES: Renames = {}


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


def apply_edits(
    base: Plan, now: Plan, found: Edits, take: Take | None = None, renames: Renames = NO_RENAMES
) -> Applied:
    """``found`` の変更を ``now`` に重ねる。足された実施項目は、ここでは加えない。

    ``renames`` は、ブックを書き出したあとに名を改めた課。
    """
    return _Applying(base, now, found, take, renames).run()


class _Applying:
    def __init__(
        self, base: Plan, now: Plan, found: Edits, take: Take | None, renames: Renames
    ) -> None:
        self._plan = base
        self._base = fill_omitted(base.model_dump(mode="json"))
        self._applied = Applied(fill_omitted(now.model_dump(mode="json")))
        self._tree = self._applied.tree
        self._same = Counterpart(self._base, self._tree)
        self._found, self._take, self._renames = found, take, renames
        self._section_names = [
            section["name"] for one in self._base["departments"] for section in one["sections"]
        ]
        self._living = {one["id"] for one in living(self._tree)}
        self._asked: set[str] = set()
        self._made_already: list[Edit] = []
        self._extra: dict[int, list[Json]] = {}
        self._reasons = {
            one.key: str(one.new)
            for one in found.edits
            if one.field.kind is EditKind.REASON and one.new
        }
        self._touched: list[Json] = []

    def run(self) -> Applied:
        self._ask_about_the_year()
        # 足した推進項目へ、同じブックで実施項目を移せるように、先に加える。
        self._added_rows("policy_texts")
        texts = [one for one in self._found.edits if one.rows in _OF_TEXTS and one.steps]
        lists = {one.steps[:-1]: self._same.still(one.steps[:-1]) for one in texts if one.steps}
        self._made_already = rewritten_texts(self._base, lists, texts)
        self._applied.already += len(self._made_already)
        whole = {"sections": self._sections, "highlights": self._highlights, "grades": self._grades}
        for one in self._found.edits:
            if one.rows not in whole and one not in self._made_already:
                self._edit(self._renamed(one))
        for rows, rebuild in whole.items():
            edits = [one for one in self._found.edits if one.rows == rows]
            added = [one for one in self._found.added if one.rows == rows]
            lost = [one for one in self._found.lost if one.rows == rows]
            if edits or added or lost:
                rebuild(edits, added, lost)
        self._added_rows("overview")
        self._references()
        self._lost()
        self._drop_blanks()
        return self._applied

    def _ask_about_the_year(self) -> None:
        """書き出したあとに年度が切り替わっていれば、尋ねる。"""
        found = self._found
        written, now = (one["revision"]["fiscal_year"] for one in (self._base, self._tree))
        places = [
            *(one.place for one in found.edits),
            *(place for one in found.added for place in one.places.values()),
            *(one.place for one in found.lost),
        ]
        if written != now and places:
            facts = {"then": wareki(written), "now": wareki(now)}
            self._report("E092", Place(file=places[0].file), **facts)

    def _renamed(self, one: Edit) -> Edit:
        """書き出したあとに名を改めた課は、改めた名にする。"""
        if one.field.kind not in (EditKind.OWNERS, EditKind.NAMES) or not self._renames:
            return one
        old, new = (
            renamed_value(value, self._renames, self._section_names) for value in (one.old, one.new)
        )
        return one._replace(old=old, new=new)

    def _ask_about_the_ended(self, one: Edit) -> None:
        """書き出したあとに終わった実施項目の変更なら、一度だけ尋ねる。"""
        item = one.place.item
        was = any(x["id"] == item for x in living(self._base))
        if item and was and item not in self._living and item not in self._asked:
            self._asked.add(item)
            self._report("E089", one.place, item=item)

    # 一つの値

    def _edit(self, one: Edit) -> None:
        if one.field.path.startswith("founding."):
            self._report("E047", one.place)
        elif one.field.kind in (EditKind.REASON, EditKind.DECISION):
            return
        elif one.rows in (*OWN_TABLES, "results"):
            self._with_reason(one)
        else:
            self._value(one)

    def _with_reason(self, one: Edit) -> None:
        """課の答えを直すなら、わけが要る。初めて書く値には、要らない。"""
        fresh = one.rows == YEAR_VALUES and one.old is None
        owed = owes_reason(self._plan, one.rows, one.field) and not fresh
        if owed and one.key not in self._reasons:
            self._report("E046", one.place)
        (self._value if one.rows == "results" else self._own)(one)

    def _own(self, one: Edit) -> None:
        """計画が自分で決めたもの。書いてあるときだけある入れ物に入れる。"""
        record: Json
        if one.rows == WORDS:
            *names, name = steps_of(one.key)
            record, path = self._tree, one.key
        else:
            self._ask_about_the_ended(one)
            *names, name = steps_of(one.field.relative or "")
            record = self._same.of(steps_of(one.key))
            path = address_of(self._base, one.steps or ())[1]
        with opened(record, *map(str, names)) as holder:
            self._put(one, holder, name, path)

    def _value(self, one: Edit) -> None:
        self._ask_about_the_ended(one)
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
        if one.rows in _OF_TEXTS:
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
        why = self._reasons.get(one.key) if one.rows in ("results", YEAR_VALUES) else None
        label, old, new = one.place.label or "", _shown(one, now), _shown(one, one.new)
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
                listed = self._same.of(steps[: length - 1])
                self._touched.append(listed or found_at(self._tree, steps[: length - 1]))

    def _listed(self, one: Edit, holder: list[Json], steps: Steps) -> None:
        """並びの中の一つの文を替える、足す、除く。"""
        base = found_at(self._base, steps[:-1]) or []
        still = self._same.still(steps[:-1]) or []
        at = int(steps[-1])
        self._touched.append(holder)
        # ほかで書き足された文。同じ文を書いたのなら、もうそうなっている。
        extra = self._extra.setdefault(id(holder), [x for x in still if x not in base])
        place = position(base, still, at)
        if place is not None:
            self._put(one, holder, place, path_of(steps))
        elif one.new in extra:
            self._applied.already += 1
            extra.remove(one.new)
        elif one.new in (None, "") and all(x in base for x in still):
            self._applied.already += 1
        elif at < len(base):
            self._report("E041", one.place, name=one.place.label)
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
        for listed in self._touched:
            if isinstance(listed, list):
                listed[:] = [one for one in listed if not _is_blank(one)]

    # 実施項目の移動

    def _move(self, one: Edit) -> None:
        """実施項目を、ほかの推進項目の終わりに移す。IDは変わらない。"""
        item_id = one.place.item or ""
        measures = [m for policy in self._tree["policies"] for m in policy["measures"]]
        here = next(
            (m for m in measures if any(x.get("id") == item_id for x in m["entries"])), None
        )
        goal = next((m for m in measures if m["number"] == one.new), None)
        if here is None or goal is None:
            self._report("E041", one.place, name=one.place.label)
        elif here is goal:
            self._applied.already += 1
        elif here["number"] != one.old and self._take is not Take.BOOK:
            named = {m["number"]: m["name"] for m in measures}
            facts = {"now": _quoted(here["name"]), "book": _quoted(goal["name"]),
                     "base": _quoted(named.get(one.old))}  # fmt: skip
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
        lost = self._without_owned(edits, added, lost)
        made = reorganise(self._base, before, edits, added, lost, self._settle, self._renames)
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
        items = list(every_item(self._tree))
        source: dict[str, Place] = {}
        for one in edits:
            if one.field.path in (*_SECTION_PATHS, "row.section.name"):
                for name in (self._named(one.key), self._pair(one.key)[1]):
                    source.setdefault(name, one.place)
        for carried in carry_names(items, made.renamed, names):
            label = str(Item.model_fields[carried.path].title)
            old, new = shown_value(carried.old), shown_value(carried.new)
            place = next((source[n] for n in _names(carried.old) if n in source), Place())
            self._applied.lines.append(
                Line(carried.item, carried.path, label, old, new, place, reason=CARRIED_NAME)
            )

    def _without_owned(
        self, edits: Sequence[Edit], added: Sequence[NewRow], lost: Sequence[Lost]
    ) -> list[Lost]:
        """なくす課から、まだ実施項目を持っているものを除く。持っていれば断る。"""
        items = list(living(self._tree))
        others = [
            *(self._goal(key, edits) for key in {one.key for one in edits}),
            *(tuple(row.values.get(path) for path in _SECTION_PATHS) for row in added),
        ]
        kept: list[Lost] = []
        for gone in lost:
            name = self._pair(gone.key)
            problem = still_owned(gone, self._renames.get(name, name), items, others)
            if problem is None:
                kept.append(gone)
            else:
                self._applied.problems.append(problem)
        return kept

    def _goal(self, key: str, edits: Sequence[Edit]) -> tuple[str, str]:
        """その行の、直したあとの名。"""
        name = self._pair(key)
        for one in edits:
            if one.key == key and one.field.path == "row.department":
                name = name._replace(department=one.new)
            elif one.key == key and one.field.relative == "name":
                name = name._replace(section=one.new)
        return name

    def _pair(self, key: str) -> Named:
        steps = steps_of(key)
        return Named(value_at(self._base, steps[:2])["name"], value_at(self._base, steps)["name"])

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
        given = given_grades(self._tree, every_item(self._tree))
        edits, lost, refused = without_given(self._base, given, edits, added, lost)
        self._applied.problems += refused
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
            self._applied.lines.append(
                Line(None, path, label, words(one), None, one.place, reason="消した行")
            )

    # 基本方針と推進項目、再掲

    def _added_rows(self, rows: str) -> None:
        """足された基本方針と推進項目の行か、再掲の行。"""
        of_policies = rows == "policy_texts"
        added = [one for one in self._found.added if one.rows == rows]
        made = add_texts if of_policies else add_references
        found = made(self._base, self._tree, added)
        self._applied.problems += found.problems
        self._applied.origins += found.origins
        self._applied.already += found.already
        for row, label, words in found.added:
            self._added_line(row, "policies" if of_policies else "references", label, words)

    def _references(self) -> None:
        """消された再掲。"""
        for one in [one for one in self._found.lost if one.rows == "overview"]:
            entry = value_at(self._base, steps_of(one.key))
            now = self._same.of(steps_of(one.key)) if entry["type"] != "item" else None
            for policy in self._tree["policies"] if now is not None else ():
                for measure in policy["measures"]:
                    measure["entries"] = [x for x in measure["entries"] if x is not now]
            if now is not None:
                self._removed_lines([one], "references", "再掲", lambda _: str(entry["title"]))  # noqa: B023

    # 消された行

    def _lost(self) -> None:
        kept: dict[str, list[Lost]] = {}
        for one in self._found.lost:
            code = _REFUSED.get(one.rows)
            if code:
                item = value_at(self._base, steps_of(one.key))
                facts = {"item": item["id"], "title": item["title"]}
                if item["id"] in self._living:
                    self._report(code, replace(one.place, item=item["id"]), **facts)
            elif code == "" and not self._is_reference(one):
                kept.setdefault(one.rows, []).append(one)
        for ones in kept.values():
            self._report("E065", ones[0].place, count=len(ones))

    def _is_reference(self, one: Lost) -> bool:
        record = found_at(self._base, steps_of(one.key))
        return isinstance(record, dict) and record.get("type") == "cross_reference"

    def _report(self, code: str, place: Place, **facts: object) -> None:
        self._applied.problems.append(Problem(code, place, facts))


CARRIED_NAME = "課の名の変更に伴う"
_SECTION_PATHS = ("row.department", "row.section.name")
_NOT_SHOWN = ("row.order", "row.kind", "row.policy", "row.is_new")
"""加えた行の、並べ方を決めるだけの欄。記録簿には、文だけを残す。"""


def _shown(one: Edit, value: Json) -> Value:
    """記録簿に残す値。評価の扱いは、人の書いたことば。"""
    is_counts = one.field.kind is EditKind.COUNTS and value is not None
    return COUNTS_WORDS[Counts(value)] if is_counts else shown_value(value)


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


def _is_blank(value: Json) -> bool:
    """何も書かれていない文か記録。"""
    if isinstance(value, dict):
        return all(_is_blank(one) for one in value.values())
    return value in (None, "", [])


def _quoted(value: Json) -> str:
    return quoted(shown_value(value), _LONGEST_SHOWN)
