"""順のある並び（主なポイント、参照、評価の段階）を、直した行から組み直す。

並べ替えただけの行は、順の欄が変わっていなければ、もとの順のままである。
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sheetgen.messages.quoting import in_short
from sheetgen.plan.leaves import Steps, steps_of, value_at
from sheetgen.problems import Place, Problem
from sheetgen.year.editing.cell_changes import Edit, Lost, NewRow
from sheetgen.year.editing.counterpart import position
from sheetgen.year.editing.edit_fields import EditField, EditKind
from sheetgen.year.editing.rows import HIGHLIGHT, HIGHLIGHT_NOTE
from sheetgen.year.editing.sections import Settle

Json = Any


class Rebuilt(NamedTuple):
    """組み直した並び。

    ``values`` は計画での名から並びへ、``origins`` は値のもとのセル。``done`` と ``added`` と
    ``lost`` は及ぼした変更、``already`` は、いまの計画がもうそうなっていた変更。
    """

    values: dict[str, list[Json]]
    origins: list[tuple[Json, str, Place]]
    problems: list[Problem]
    done: list[Edit]
    added: list[NewRow]
    lost: list[Lost]
    already: list[Edit | NewRow | Lost]


@dataclass(slots=True, eq=False)
class _Row:
    """``place`` は直す前の順、``order`` は書かれた順。"""

    record: Json
    place: float
    order: float
    nudge: int = 0


def rebuilt_highlights(
    base: Json,
    tree: Json,
    edits: Sequence[Edit],
    added: Sequence[NewRow],
    lost: Sequence[Lost],
    settle: Settle,
) -> Rebuilt:
    """主なポイントと、その参照。"""
    made = Rebuilt({}, [], [], [], [], [], [])
    kinds = {HIGHLIGHT: "highlights", HIGHLIGHT_NOTE: "highlight_notes"}
    for kind, name in kinds.items():
        at = f"revision.{name}"
        mine = [row for row in added if (row.values.get("row.kind") or HIGHLIGHT) == kind]
        wishes = _Wishes(
            [one for one in edits if one.key.startswith(f"{at}[")],
            mine,
            [one for one in lost if one.key.startswith(f"{at}[")],
            _NEEDS_OF_HIGHLIGHT,
            _highlight if name == "highlights" else _note,
        )
        _rebuild(base["revision"], tree["revision"], name, wishes, made, settle)
    for row in added:
        word = row.values.get("row.kind") or HIGHLIGHT
        if word not in kinds:
            facts = {"value": word, "choices": "、".join(kinds)}
            made.problems.append(Problem("E062", row.place("row.kind"), facts))
    return made


def rebuilt_grades(
    base: Json,
    tree: Json,
    edits: Sequence[Edit],
    added: Sequence[NewRow],
    lost: Sequence[Lost],
    settle: Settle,
) -> Rebuilt:
    """評価の段階。"""
    made = Rebuilt({}, [], [], [], [], [], [])
    wishes = _Wishes(edits, added, lost, _NEEDS_OF_GRADE, _grade)
    _rebuild(base, tree, "evaluation_scale", wishes, made, settle)
    return made


class _Wishes(NamedTuple):
    """一つの並びの、直したことのすべて。"""

    edits: Sequence[Edit]
    added: Sequence[NewRow]
    lost: Sequence[Lost]
    needs: Sequence[tuple[str, str]]
    record: Callable[[Mapping[str, Json]], Json]


def _rebuild(
    base: Json, tree: Json, name: str, wishes: _Wishes, made: Rebuilt, settle: Settle
) -> None:
    """``name`` の並びを組み直す。もとの並びを直したとおりに、もうなっていれば、何もしない。"""
    trial = Rebuilt({}, [], [], [], [], [], [])
    wanted = _rebuilt(base[name], base[name], wishes, trial, lambda edit, now: True)
    if wanted == tree[name] != base[name] and not trial.problems:
        made.already.extend((*wishes.edits, *wishes.added, *wishes.lost))
        made.values[name] = tree[name]
        return
    made.values[name] = _rebuilt(base[name], tree[name], wishes, made, settle)


def _rebuilt(
    base: list[Json], now: list[Json], wishes: _Wishes, made: Rebuilt, settle: Settle
) -> list[Json]:
    work = _Rebuilding(base, now, made, settle)
    work.change(wishes.edits)
    work.remove(wishes.lost)
    for row in wishes.added:
        work.add(row, wishes.needs, wishes.record)
    return work.result()


def rewritten_texts(base: Json, still: Mapping[Steps, Json], edits: Sequence[Edit]) -> list[Edit]:
    """文の並びを直した変更のうち、もとの並びを直したとおりに、もうなっているもの。

    ``still`` は、並びの場所から、いまの計画のその並びへ。
    """
    mine: dict[Steps, list[Edit]] = {}
    for one in edits:
        if one.steps and isinstance(one.steps[-1], int):
            mine.setdefault(one.steps[:-1], []).append(one)
    found: list[Edit] = []
    for steps, ones in mine.items():
        try:
            texts = dict(enumerate(value_at(base, steps)))
        except (LookupError, TypeError):
            texts = {}
        old = list(texts.values())
        texts.update({int(one.steps[-1]): one.new for one in ones if one.steps})
        wanted = [text for _, text in sorted(texts.items()) if text not in (None, "")]
        if wanted == still.get(steps) != old:
            found += ones
    return found


_NEEDS_OF_HIGHLIGHT = (("row.policy", "{terms.policy}"), ("row.text", "主なポイント"))
_NEEDS_OF_GRADE = (("row.step.grade", "評価"), ("row.step.meaning", "評価の意味"))


def _note(values: Mapping[str, Json]) -> Json:
    return {"policy": values["row.policy"], "text": values["row.text"]}


def _highlight(values: Mapping[str, Json]) -> Json:
    return {**_note(values), "is_new": bool(values.get("row.is_new"))}


def _grade(values: Mapping[str, Json]) -> Json:
    made = {"grade": values["row.step.grade"], "meaning": values["row.step.meaning"]}
    counts = values.get("row.counts")
    return {**made, "counts": counts} if counts else made


class _Rebuilding:
    """一つの並び。``base`` はもとの計画の、``now`` はいまの計画の並び。"""

    def __init__(self, base: list[Json], now: list[Json], made: Rebuilt, settle: Settle) -> None:
        self._base, self._now, self._made, self._settle = base, now, made, settle
        self._rows = [_Row(dict(one), at, at) for at, one in enumerate(now, 1)]
        self._ordered: list[tuple[Edit, _Row]] = []
        self._of_base = {
            at: self._rows[found]
            for at in range(len(base))
            if (found := position(base, now, at)) is not None
        }

    def _row(self, key: str) -> _Row | None:
        return self._of_base.get(int(steps_of(key)[-1]))

    def change(self, edits: Sequence[Edit]) -> None:
        """変わったセル。いまの計画で見つからない記録は問題とする（E041）。"""
        mine: dict[str, list[Edit]] = {}
        for one in edits:
            mine.setdefault(one.key, []).append(one)
        for key, ones in mine.items():
            row = self._row(key)
            if row is not None:
                self._change(row, ones)
                continue
            goal = dict(self._base[int(steps_of(key)[-1])])
            goal.update({_name(one): one.new for one in ones if one.field.path != "row.order"})
            if goal in self._now:
                self._made.already.extend(ones)
                continue
            for one in ones:
                facts = {"name": one.place.label}
                self._made.problems.append(Problem("E041", one.place, facts))

    def _change(self, row: _Row, edits: Sequence[Edit]) -> None:
        for one in edits:
            if one.field.path == "row.order":
                row.nudge = -1 if one.new < row.order else 1
                row.order = float(one.new)
                self._ordered.append((one, row))
                continue
            name = _name(one)
            verdict = self._settle(one, row.record.get(name))
            if verdict is None:
                self._made.already.append(one)
            elif verdict:
                row.record[name] = one.new
                if name == "counts" and one.new is None:
                    del row.record[name]
                self._made.done.append(one)
                self._made.origins.append((row.record, name, one.place))

    def remove(self, lost: Sequence[Lost]) -> None:
        """消された行。ほかで書き換えられていれば尋ね、もうなければ、消したものとする。"""
        for one in lost:
            gone = self._row(one.key)
            base = self._base[int(steps_of(one.key)[-1])]
            if gone is None:
                if all(row in self._base for row in self._now):
                    self._made.already.append(one)
                else:
                    facts = {"name": _words(base)}
                    self._made.problems.append(Problem("E041", one.place, facts))
                continue
            if gone.record != base:
                label = EditField("", EditKind.TEXT, None, "")
                asked = Edit(one.rows, one.key, label, _words(base), None, one.place)
                if not self._settle(asked, _words(gone.record)):
                    continue
            self._rows = [row for row in self._rows if row is not gone]
            self._made.lost.append(one)

    def add(
        self,
        row: NewRow,
        needs: Sequence[tuple[str, str]],
        record: Callable[[Mapping[str, Json]], Json],
    ) -> None:
        """足された行。もう同じものがあれば、加えない。"""
        missing = row.blanks(needs)
        self._made.problems.extend(missing)
        if missing or not row.is_whole:
            return
        new = record(row.values)
        if new in self._now and new not in self._base:
            self._made.already.append(row)
            return
        self._made.added.append(row)
        order = row.values.get("row.order")
        at = float(order) if order else len(self._rows) + 1
        self._rows.append(_Row(new, at, at, -1 if order else 2))
        for path, _ in needs:
            name = path.rpartition(".")[2]
            self._made.origins.append((new, name, row.place(path)))

    def result(self) -> list[Json]:
        """並べ直した記録。順を変えても所の変わらない行は、もうその順である。"""
        ordered = sorted(self._rows, key=lambda row: (row.order, row.nudge))
        still = sorted(self._rows, key=lambda row: row.place)
        for one, row in self._ordered:
            moved = ordered.index(row) != still.index(row)
            (self._made.done if moved else self._made.already).append(one)
        return [row.record for row in ordered]


def _name(one: Edit) -> str:
    return one.field.relative or one.field.path.removeprefix("row.")


def lost_text(base: Json, key: str) -> str:
    """消された行に書いてあったこと。"""
    return _words(value_at(base, steps_of(key)))


def _words(record: Json) -> str:
    return str(record.get("text") or f"{record.get('grade')} {record.get('meaning')}")


def given_grades(tree: Mapping[str, Json], items: Iterable[Json]) -> dict[str, list[str]]:
    """いまの段階で付けてある評価から、その実施項目のIDへ。過ぎた年度の段階のものは除く。"""
    found: dict[str, list[str]] = {}
    past = {one["fiscal_year"] for one in tree["past_scales"]}
    final = tree["fiscal_years"][-1]
    for item in items:
        grades = [one["result"]["grade"] for one in item["years"] if one["fiscal_year"] not in past]
        grades += [] if final in past else [item["overall_grade"]]
        for grade in dict.fromkeys(one for one in grades if one is not None):
            found.setdefault(grade, []).append(item["id"])
    return found


def without_given(
    base: Json,
    given: Mapping[str, Sequence[str]],
    edits: Sequence[Edit],
    added: Sequence[NewRow],
    lost: Sequence[Lost],
) -> tuple[list[Edit], list[Lost], list[Problem]]:
    """なくす評価と改める評価から、実績に付けてあるもの（``given``）を除く。付けてあれば断る。"""
    kept = {one.new for one in edits if one.field.relative == "grade"}
    kept |= {row.values.get("row.step.grade") for row in added}
    problems: list[Problem] = []

    def stays(grade: str, place: Place) -> bool:
        if not given.get(grade) or grade in kept:
            return True
        facts = {"grade": grade, "items": in_short(given[grade], _MOST_ITEMS, "件")}
        problems.append(Problem("E088", replace(place, label="評価"), facts))
        return False

    left = [one for one in edits
            if one.field.relative != "grade" or stays(one.old, one.place)]  # fmt: skip
    gone = [one for one in lost if stays(value_at(base, steps_of(one.key))["grade"], one.place)]
    return left, gone, problems


_MOST_ITEMS = 10
