"""編集ブックに足された行のうち、基本方針・推進項目とその文章、再掲を、計画に加える。"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sheetgen.messages.vocabulary import terms
from sheetgen.problems import Place, Problem
from sheetgen.year.editing.cell_changes import NewRow
from sheetgen.year.editing.edit_fields import TextRow, text_labels, text_row

Json = Any


@dataclass(slots=True)
class Added:
    """加えた結果。

    ``added`` は加えた行と、欄の名と、その中身。``origins`` は値のもとのセル、``already`` は、いまの
    計画にもうあった行の数。
    """

    added: list[tuple[NewRow, str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    origins: list[tuple[Json, str | int, Place]] = field(default_factory=list)
    already: int = 0


Answer = Problem | bool
"""加えたなら真、もうあったなら偽、加えられなければその問題。"""


def add_texts(base: Json, tree: Json, rows: Sequence[NewRow]) -> Added:
    """足された基本方針と推進項目、その文章を、番号の小さいものから ``tree`` に加える。"""
    made = Added()

    def order(row: NewRow) -> tuple[int, float, float]:
        kind = text_row(row.values.get("row.label"))
        rank = len(TextRow) if kind is None else kind
        policy, measure = row.values.get("row.policy"), row.values.get("row.measure")
        return rank, float(policy or 0), float(measure or 0)

    work = _Texts(base, tree, made)
    for row in sorted(rows, key=order):
        label = str(row.values.get("row.label"))
        kind = text_row(label)
        of_measure = kind is not None and kind.is_of_measure
        needs = (*_TEXT_NEEDS, _MEASURE_NEED) if of_measure else _TEXT_NEEDS
        _add(made, row, needs, label, str(row.values.get("row.text")), work.add)
    return made


def _add(
    made: Added,
    row: NewRow,
    needs: Sequence[tuple[str, str]],
    label: str,
    words: str,
    add: Callable[[NewRow], Answer],
) -> None:
    missing = row.blanks(needs)
    made.problems += missing
    if missing or not row.is_whole:
        return
    answer = add(row)
    if isinstance(answer, Problem):
        made.problems.append(answer)
    elif answer:
        made.added.append((row, label, words))
    else:
        made.already += 1


_TEXT_NEEDS = (
    ("row.label", "欄"),
    ("row.policy", "{terms.policy}の番号"),
    ("row.text", "名称・文章"),
)
_MEASURE_NEED = ("row.measure", "{terms.measure}の番号")


class _Texts:
    """基本方針と推進項目に、名と文章を加える。"""

    def __init__(self, base: Json, tree: Json, made: Added) -> None:
        self._policies: list[Json] = tree["policies"]
        self._made = made
        self._old = {one["number"]: one for one in base["policies"]}
        measures = [one for policy in base["policies"] for one in policy["measures"]]
        self._old_measures = {one["number"]: one for one in measures}
        self._places: dict[int, str | None] = {}

    def add(self, row: NewRow) -> Answer:
        """一行を加える。"""
        kind = text_row(row.values["row.label"])
        if kind is None:
            choices = "、".join(text_labels(terms()))
            facts = {"value": row.values["row.label"], "choices": choices}
            return Problem("E062", row.place("row.label"), facts)
        number = row.values["row.policy"]
        policy = next((one for one in self._policies if one["number"] == number), None)
        if kind is TextRow.POLICY:
            return self._policy(row, policy)
        if policy is None:
            return Problem("E064", row.place("row.policy"), {"number": f"{number:g}"})
        if kind is TextRow.MEASURE:
            return self._measure(row, policy)
        if kind is TextRow.DESCRIPTION:
            return self._description(row, policy)
        return self._note(row)

    def _policy(self, row: NewRow, known: Json | None) -> Answer:
        number, name = row.values["row.policy"], row.values["row.text"]
        if known is not None and number not in self._old and known["name"] == name:
            return self._again(row, known)
        following = len(self._policies) + 1
        if known is not None or number != following:
            facts = {"number": f"{number:g}", "next": following}
            return Problem("E063", row.place("row.policy"), facts)
        made: Json = {"number": following, "name": name, "description": "", "measures": []}
        self._policies.append(made)
        return self._put(row, made, "name")

    def _measure(self, row: NewRow, policy: Json) -> Answer:
        number, name = row.values["row.measure"], row.values["row.text"]
        known = next((one for one in policy["measures"] if one["number"] == number), None)
        if known is not None and number not in self._old_measures and known["name"] == name:
            return self._again(row, known)
        at = self._policies.index(policy)
        following = sum(len(one["measures"]) for one in self._policies[: at + 1]) + 1
        rest = any(one["measures"] for one in self._policies[at + 1 :])
        if known is not None or number != following or rest:
            facts = {"number": f"{number:g}", "next": following}
            return Problem("E063", row.place("row.measure"), facts)
        made: Json = {"number": following, "name": name, "notes": [], "entries": []}
        policy["measures"].append(made)
        return self._put(row, made, "name")

    def _description(self, row: NewRow, policy: Json) -> Answer:
        text = row.values["row.text"]
        if policy["number"] not in self._old and policy["description"] == text:
            return self._again(row, policy)
        if policy["number"] in self._old or policy["description"]:
            name = f"{terms().policy}{policy['number']}の文章"
            return Problem("E086", row.place("row.label"), {"name": name, "where": ""})
        policy["description"] = text
        return self._put(row, policy, "description")

    def _note(self, row: NewRow) -> Answer:
        number, text = row.values["row.measure"], row.values["row.text"]
        measures = [one for policy in self._policies for one in policy["measures"]]
        measure = next((one for one in measures if one["number"] == number), None)
        if measure is None:
            return Problem("E064", row.place("row.measure"), {"number": f"{number:g}"})
        old = self._old_measures.get(number, {}).get("notes", ())
        if text in measure["notes"] and text not in old:
            return self._again(row, measure)
        measure["notes"].append(text)
        return self._put(row, measure, "notes")

    def _put(self, row: NewRow, record: Json, name: str) -> Answer:
        place = row.place("row.text")
        self._places[id(record)] = place.cell
        self._made.origins.append((record, name, place))
        return True

    def _again(self, row: NewRow, record: Json) -> Answer:
        """もうある。このブックで足したものなら、同じ行が二つある。"""
        if id(record) not in self._places:
            return False
        where = f"（セル {self._places[id(record)]}）"
        facts = {"name": row.values["row.text"], "where": where}
        return Problem("E086", row.place("row.text"), facts)


_REFERENCE_NEEDS = (
    ("row.measure", "{terms.measure}"),
    ("row.item_id", "{terms.item}のID"),
    ("row.title", "{terms.item}（再掲）"),
    ("row.reference_mark", "再掲の印"),
    ("row.owners", "担当"),
    ("row.note", "記載先の注記"),
)
_REFERENCE = {
    "section": "row.section",
    "title": "row.title",
    "mark": "row.reference_mark",
    "owners": "row.owners",
    "note": "row.note",
}


def add_references(base: Json, tree: Json, rows: Sequence[NewRow]) -> Added:
    """足された再掲を ``tree`` に加える。"""
    made = Added()
    fresh: dict[int, str | None] = {}
    old = {(number, one["item_id"]) for number, one in _references(base)}

    def add(row: NewRow) -> Answer:
        values = row.values
        place = row.place("row.item_id")
        measures = {one["number"]: one for p in tree["policies"] for one in p["measures"]}
        living = {one.get("id") for m in measures.values() for one in m["entries"]}
        goal = measures.get(values["row.measure"])
        if goal is None or values["row.item_id"] not in living:
            return Problem("E064", place, {"number": values["row.item_id"]})
        wanted = _reference(values)
        known = next((x for x in goal["entries"] if x.get("item_id") == wanted["item_id"]), None)
        if known is not None:
            mine = (goal["number"], wanted["item_id"])
            same = all(known[name] == wanted[name] for name in _REFERENCE)
            if same and mine not in old and id(known) not in fresh:
                return False
            cell = fresh.get(id(known))
            facts = {"name": values["row.item_id"], "where": f"（セル {cell}）" if cell else ""}
            return Problem("E086", place, facts)
        number = max((one["number"] for one in goal["entries"]), default=0) + 1
        reference = {"type": "cross_reference", "number": number, **wanted}
        goal["entries"].append(reference)
        fresh[id(reference)] = place.cell
        for name in ("title", "owners", "note"):
            made.origins.append((reference, name, row.place(_REFERENCE[name])))
        return True

    for row in rows:
        _add(made, row, _REFERENCE_NEEDS, "再掲", str(row.values.get("row.title")), add)
    return made


def _references(tree: Json) -> list[tuple[int, Json]]:
    return [
        (measure["number"], entry)
        for policy in tree["policies"]
        for measure in policy["measures"]
        for entry in measure["entries"]
        if entry["type"] != "item"
    ]


def _reference(values: Mapping[str, Json]) -> dict[str, Json]:
    """再掲の記録。番号はまだない。"""
    return {
        "item_id": values["row.item_id"],
        **{name: values.get(path) for name, path in _REFERENCE.items()},
    }
