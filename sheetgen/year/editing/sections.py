"""部と課を直す：名を変える、一つにする、移す、加える、なくす、並べ替える。

一つの行で課の名を変えれば、主管課と関連所属にも及ぶ。二つの課を同じ名にすれば、一つの課になる。
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sheetgen.messages.quoting import in_short
from sheetgen.plan.leaves import steps_of, value_at
from sheetgen.plan.plan import Plan
from sheetgen.problems import Place, Problem
from sheetgen.records.journal import JournalEntry
from sheetgen.records.leftovers import owners_renamed
from sheetgen.year.editing.cell_changes import Edit, Lost, NewRow
from sheetgen.year.editing.edit_fields import LISTS

Json = Any


class Named(NamedTuple):
    """部と課の名。"""

    department: str
    section: str

    @property
    def full_name(self) -> str:
        """``企画部 経営企画課``。"""
        return f"{self.department} {self.section}"


Renames = Mapping[Named, Named]
"""もうない課から、それを改めた、いまある課へ。"""
Settle = Callable[[Edit, Json], bool | None]
"""いまの値を受け取り、入れるなら真、入れないなら偽、もうそうなっていれば None を返す。"""


@dataclass(slots=True, eq=False)
class _Row:
    """並べる一つの課。

    ``origin`` は、いまの計画での名（加えた課では None）。``written`` は、直したか足したセルの場所。
    """

    origin: Named | None
    name: Named
    email: str | None
    place: float
    order: float
    written: Place | None = None
    nudge: int = 0
    """同じ順の中で、上げた行は先（-1）、下げた行は後（1）。"""
    moved: bool = False


class Reorganised(NamedTuple):
    """直した部と課。

    ``renamed`` は、いまの名から新しい名へ。``done`` は及ぼした変更、``already`` は、いまの計画が
    もうそうなっていた変更の数。
    """

    departments: list[Json]
    renamed: Renames
    done: tuple[Edit, ...]
    added: tuple[NewRow, ...]
    already: int
    problems: tuple[Problem, ...]


def reorganise(
    base: Json,
    now: list[Json],
    edits: Sequence[Edit],
    added: Sequence[NewRow],
    lost: Sequence[Lost],
    settle: Settle,
    renames: Renames,
) -> Reorganised:
    """いまの部と課 ``now`` に、直したことを重ねる。``base`` はもとの計画。

    見つからない課は問題とする（E041）。``settle`` は、三つの値を比べて、入れるかを決める。
    """
    work = _Reorganising(base, now, edits, settle, renames)
    for one in edits:
        work.edit(one)
    work.remove(lost)
    for row in added:
        work.add(row)
    return work.result()


class _Reorganising:
    def __init__(
        self,
        base: Json,
        now: list[Json],
        edits: Sequence[Edit],
        settle: Settle,
        renames: Renames,
    ) -> None:
        self._base, self._settle, self._renames = base, settle, renames
        self._now = now
        self._ordered: list[tuple[Edit, _Row]] = []
        names = [(one["name"], section) for one in now for section in one["sections"]]
        self._rows = [
            _Row(Named(name, one["name"]), Named(name, one["name"]), one["email"], at, at)
            for at, (name, one) in enumerate(names, 1)
        ]
        self._problems: list[Problem] = []
        self._done: list[Edit] = []
        self._added: list[NewRow] = []
        self._already = 0
        self._goals: dict[str, Named] = {}
        for one in edits:
            goal = self._goals.get(one.key) or self._name(one.key)
            if one.field.path == "row.department":
                goal = Named(one.new or "", goal.section)
            elif one.field.relative == "name":
                goal = Named(goal.department, one.new)
            self._goals[one.key] = goal

    def _name(self, key: str) -> Named:
        steps = steps_of(key)
        return Named(value_at(self._base, steps[:2])["name"], value_at(self._base, steps)["name"])

    def _find(self, key: str) -> _Row | None:
        """その行の課。もう名を変えてあれば、変えた名の課。"""
        name = self._name(key)
        for wanted in (name, self._renames.get(name), self._goals.get(key)):
            for row in self._rows:
                if row.origin == wanted:
                    return row
        return None

    def edit(self, one: Edit) -> None:
        """一つのセルの変更。"""
        row = self._find(one.key)
        if row is None or row.origin is None:
            self._problems.append(Problem("E041", one.place, {"name": self._name(one.key)[1]}))
            return
        if one.field.path == "row.order":
            row.nudge = -1 if one.new < row.order else 1
            row.order = float(one.new)
            self._ordered.append((one, row))
            return
        name = "department" if one.field.path == "row.department" else one.field.relative or ""
        now = {"department": row.origin[0], "name": row.origin[1], "email": row.email}[name]
        verdict = self._settle(one, now)
        self._already += verdict is None
        if not verdict:
            return
        # --take book で決めたときは、もとの計画ではなく、いまの計画の値から変わる。
        self._done.append(one._replace(old=now))
        row.written = one.place
        if name == "department":
            row.name = Named(one.new or "", row.name.section)
            row.moved = True
        elif name == "name":
            row.name = Named(row.name.department, one.new)
        else:
            row.email = one.new

    def remove(self, lost: Sequence[Lost]) -> None:
        """消された行の課をなくす。"""
        names = [self._name(one.key) for one in lost]
        gone = {self._renames.get(name, name) for name in names}
        self._already += len(gone - {row.origin for row in self._rows})
        self._rows = [row for row in self._rows if row.origin not in gone]

    def add(self, row: NewRow) -> None:
        """足された課。ほかで加えられていれば、加えない。"""
        values = row.values
        missing = row.blanks(tuple(_LABELS.items()))
        self._problems += missing
        if missing or not row.is_whole:
            return
        department, section = values["row.department"], values["row.section.name"]
        name, email = Named(department, section), values.get("row.section.email")
        known = next((one for one in self._rows if name in (one.origin, one.name)), None)
        if known is not None:
            self._again(row, known, name, email)
            return
        self._added.append(row)
        last = [one.order for one in self._rows if one.name.department == department]
        order = float(values.get("row.order") or (last[-1] if last else len(self._rows) + 1))
        nudge = 2 if values.get("row.order") is None else -1
        place = row.place("row.section.name")
        self._rows.append(_Row(None, name, email, order, order, place, nudge))

    def _again(self, row: NewRow, known: _Row, name: Named, email: str | None) -> None:
        """もうある課と同じ名の行。書き出したあとに加えられた課なら、メールを比べる。"""
        is_old = any(
            Named(one["name"], section["name"]) == name
            for one in self._base["departments"]
            for section in one["sections"]
        )
        if is_old or known.origin is None:
            where = known.written.cell if known.written and not is_old else None
            facts = {"name": name.full_name, "where": f"（セル {where}）" if where else ""}
            self._problems.append(Problem("E086", row.place("row.section.name"), facts))
            return
        field = next(one for one in LISTS["sections"] if one.relative == "email")
        asked = Edit("sections", "", field, None, email, row.place(field.path))
        verdict = None if email is None else self._settle(asked, known.email)
        self._already += verdict is None
        if verdict:
            known.email = email
            self._added.append(row)

    def _settle_order(self, rows: Sequence[_Row], is_same: bool) -> None:
        """順を変えても所の変わらない行は、もうその順である。``is_same`` なら、どれも変わらない。"""
        still = sorted(self._rows, key=lambda row: row.place)
        for one, row in self._ordered:
            if is_same or rows.index(row) == still.index(row):
                self._already += 1
            else:
                self._done.append(one)

    def result(self) -> Reorganised:
        """並べ直した部と課。"""
        rows = sorted(self._rows, key=lambda row: (row.order, row.nudge))
        settled = [row for row in rows if not row.moved]
        places: dict[str, float] = {}
        for row in (*settled, *rows):
            places.setdefault(row.name.department, row.order)
        made: dict[str, dict[str, Json]] = {
            name: {} for name in sorted(places, key=lambda name: places[name])
        }
        for row in rows:
            listed = made[row.name.department]
            known = listed.get(row.name.section)
            if known is None:
                listed[row.name.section] = {"name": row.name.section, "email": row.email}
            elif known["email"] is None:
                known["email"] = row.email
            elif row.email not in (None, known["email"]):
                facts = {"section": row.name.full_name, "kept": known["email"], "left": row.email}
                self._problems.append(Problem("E050", row.written or Place(), facts))
        departments = [
            {"name": name, "sections": list(sections.values())} for name, sections in made.items()
        ]
        self._settle_order(rows, departments == self._now)
        return Reorganised(
            departments,
            dict(self._renamed()),
            tuple(self._done),
            tuple(self._added),
            self._already,
            tuple(self._problems),
        )

    def _renamed(self) -> Iterator[tuple[Named, Named]]:
        for row in self._rows:
            if row.origin is not None and row.origin != row.name:
                yield row.origin, row.name


def still_owned(lost: Lost, name: Named, items: Sequence[Json], sections: Json) -> Problem | None:
    """行の消された課を主管課とする実施項目があれば、その問題（E061）。

    ``sections`` は、ほかの行を直したあとの、部と課の名の組。
    """
    owning = [
        item["id"]
        for item in items
        if any((one["department"], one["section"]) == name for one in item["owners"])
    ]
    if not owning or name in sections:
        return None
    facts = {"section": name.full_name, "items": in_short(owning, _MOST, "件")}
    return Problem("E061", replace(lost.place, label=_LABELS["row.section.name"]), facts)


_MOST = 10
_LABELS = {"row.department": "部の名称", "row.section.name": "課の名称"}


def renamed_value(value: Json, renames: Renames, sections: Sequence[str]) -> Json:
    """主管課か関連所属の値のうち、もうない課を、それを改めた、いまある課にしたもの。"""
    if not isinstance(value, list):
        return value
    short = _short(renames, sections)
    found = [
        _owner(one, renames) if isinstance(one, dict) else short.get(one, one) for one in value
    ]
    return [one for at, one in enumerate(found) if one not in found[:at]]


def _short(renamed: Renames, sections: Sequence[str]) -> dict[str, str]:
    """部のない名と、部からの名の、古いものから新しいものへ。"""
    found = {old.section: new.section for old, new in renamed.items()
             if sections.count(old.section) == 1}  # fmt: skip
    return {old.full_name: new.full_name for old, new in renamed.items()} | found


def renamed_since(entries: Sequence[JournalEntry], plan: Plan) -> Renames:
    """ブックを書き出したあとに編集ブックで改めた課の、もうない名から、いまの名へ。"""
    return {
        Named(old.department, old.section): Named(new.department, new.section)
        for old, new in owners_renamed(entries, plan).items()
    }


class Carried(NamedTuple):
    """名の変更が及んだ、一つの実施項目の欄。"""

    item: str
    path: str
    old: Json
    new: Json


def carry_names(
    items: Sequence[Json], renamed: Renames, sections: Sequence[str]
) -> Iterator[Carried]:
    """主管課と関連所属の古い名を、新しい名に替える。``items`` を書き換え、替えたものを返す。

    ``sections`` は、替える前の課の名のすべて（同じ名の課が二つあれば、二度入る）。
    """
    short = _short(renamed, sections)
    for item in items:
        old_owners, old_related = item["owners"], item["related_sections"]
        owners = [_owner(one, renamed) for one in old_owners]
        owners = [one for at, one in enumerate(owners) if one not in owners[:at]]
        related = [short.get(one, one) for one in old_related]
        # 主管課と一つになった課は、もう関連所属ではない。
        own = {one["section"] for one in owners}
        if related != old_related:
            related = [
                name for name in dict.fromkeys(related) if name in old_related or name not in own
            ]
        if owners != old_owners:
            item["owners"] = owners
            yield Carried(item["id"], "owners", old_owners, owners)
        if related != old_related:
            item["related_sections"] = related
            yield Carried(item["id"], "related_sections", old_related, related)


def _owner(owner: Json, renamed: Renames) -> Json:
    new = renamed.get(Named(owner["department"], owner["section"]))
    return owner if new is None else {"department": new.department, "section": new.section}
