"""部と課を直す：名を変える、一つにする、移す、加える、なくす、並べ替える。

一つの行で課の名を変えれば、主管課と関連所属にも及ぶ。二つの課を同じ名にすれば、一つの課になる。
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sheetgen.plan.leaves import steps_of, value_at
from sheetgen.problems import Place, Problem
from sheetgen.year.editing.changes import Edit, Lost, NewRow

Json = Any


Settle = Callable[[Edit, Json], bool | None]
"""いまの値を受け取り、入れるなら真、入れないなら偽、もうそうなっていれば None を返す。"""


class Named(NamedTuple):
    """部と課の名。"""

    department: str
    section: str

    @property
    def full_name(self) -> str:
        """``企画部 経営企画課``。"""
        return f"{self.department} {self.section}"


@dataclass(slots=True)
class _Row:
    """並べる一つの課。``origin`` は、いまの計画での名（加えた課では None）。"""

    origin: Named | None
    name: Named
    email: str | None
    order: float
    nudge: int = 0
    """同じ順の中で、上げた行は先（-1）、下げた行は後（1）。"""
    moved: bool = False


class Reorganised(NamedTuple):
    """直した部と課。

    ``renamed`` は、いまの名から新しい名へ。``done`` は及ぼした変更、``already`` は、いまの計画が
    もうそうなっていた変更の数。
    """

    departments: list[Json]
    renamed: Mapping[Named, Named]
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
) -> Reorganised:
    """いまの部と課 ``now`` に、直したことを重ねる。``base`` はもとの計画。

    見つからない課は問題とする（E041）。``settle`` は、三つの値を比べて、入れるかを決める。
    """
    work = _Reorganising(base, now, edits, settle)
    for one in edits:
        work.edit(one)
    work.remove(lost)
    for row in added:
        work.add(row)
    return work.result()


class _Reorganising:
    def __init__(self, base: Json, now: list[Json], edits: Sequence[Edit], settle: Settle) -> None:
        self._base, self._settle = base, settle
        names = [(one["name"], section) for one in now for section in one["sections"]]
        self._rows = [
            _Row(Named(name, one["name"]), Named(name, one["name"]), one["email"], at)
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
        for wanted in (self._name(key), self._goals.get(key)):
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
            row.nudge = -1 if (one.new or 0) < row.order else 1
            row.order = float(one.new or row.order)
            self._done.append(one)
            return
        name = "department" if one.field.path == "row.department" else one.field.relative or ""
        now = {"department": row.origin[0], "name": row.origin[1], "email": row.email}[name]
        verdict = self._settle(one, now)
        self._already += verdict is None
        if not verdict:
            return
        self._done.append(one)
        if name == "department":
            row.name = Named(one.new or "", row.name.section)
            row.moved = True
        elif name == "name":
            row.name = Named(row.name.department, one.new)
        else:
            row.email = one.new

    def remove(self, lost: Sequence[Lost]) -> None:
        """消された行の課をなくす。"""
        gone = {self._name(one.key) for one in lost}
        self._rows = [row for row in self._rows if row.origin not in gone]

    def add(self, row: NewRow) -> None:
        """足された課。もうあれば、加えない。"""
        values = row.values
        department, section = values.get("row.department"), values.get("row.section.name")
        for path, value in (("row.department", department), ("row.section.name", section)):
            if not value:
                self._problems.append(Problem("E048", row.place(path), {"label": _LABELS[path]}))
        if not (department and section):
            return
        name = Named(department, section)
        if any(name in (one.origin, one.name) for one in self._rows):
            self._already += 1
            return
        self._added.append(row)
        last = [one.order for one in self._rows if one.name.department == department]
        order = values.get("row.order") or (last[-1] if last else len(self._rows) + 1)
        nudge = 2 if values.get("row.order") is None else -1
        email = values.get("row.section.email")
        self._rows.append(_Row(None, name, email, float(order), nudge))

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
                self._problems.append(Problem("E050", Place(), facts))
        departments = [
            {"name": name, "sections": list(sections.values())} for name, sections in made.items()
        ]
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


_LABELS = {"row.department": "部の名称", "row.section.name": "課の名称"}


class Carried(NamedTuple):
    """名の変更が及んだ、一つの実施項目の欄。"""

    item: str
    path: str
    old: Json
    new: Json


def carry_names(
    items: Sequence[Json], renamed: Mapping[Named, Named], sections: Sequence[str]
) -> Iterator[Carried]:
    """主管課と関連所属の古い名を、新しい名に替える。``items`` を書き換え、替えたものを返す。

    ``sections`` は、替える前の課の名のすべて（同じ名の課が二つあれば、二度入る）。
    """
    short = {old.section: new.section for old, new in renamed.items()
             if sections.count(old.section) == 1}  # fmt: skip
    full = {old.full_name: new.full_name for old, new in renamed.items()}
    for item in items:
        old_owners, old_related = item["owners"], item["related_sections"]
        owners = [_owner(one, renamed) for one in old_owners]
        owners = [one for at, one in enumerate(owners) if one not in owners[:at]]
        related = [short.get(one, full.get(one, one)) for one in old_related]
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


def _owner(owner: Json, renamed: Mapping[Named, Named]) -> Json:
    new = renamed.get(Named(owner["department"], owner["section"]))
    return owner if new is None else {"department": new.department, "section": new.section}
