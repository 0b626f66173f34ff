"""重ねた変更を計画にする：正しさを確かめ、足された実施項目を加え、問題にもとのセルを添える。"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from sheetgen.era import wareki
from sheetgen.messages.catalogue import is_error
from sheetgen.plan.item import Indicator
from sheetgen.plan.leaves import Steps, steps_of
from sheetgen.plan.loading import parse_plan
from sheetgen.plan.omitted import fill_omitted
from sheetgen.plan.paths import NUMBER_FORMAT_PATH
from sheetgen.plan.plan import Plan, item_label
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.reading.book import RawCell
from sheetgen.year.adding import AddedItem, read_field
from sheetgen.year.drafting import Draft, Numbering, draft_items
from sheetgen.year.editing.applying import Applied
from sheetgen.year.editing.cell_changes import Edits, NewRow
from sheetgen.year.editing.edit_fields import EditKind
from sheetgen.year.editing.typed_values import read_edit
from sheetgen.year.list_columns import EFFECT, INITIATIVE, PLAN, TARGET, TITLE
from sheetgen.year.list_rows import ListRow

Json = Any


class Finished(NamedTuple):
    """できた計画。``plan`` が None なら、計画として正しくない。``new`` は加えた実施項目のID。"""

    plan: Plan | None
    new: frozenset[str]
    problems: tuple[Problem, ...]

    def items(self) -> Iterator[AddedItem]:
        """加えた実施項目。"""
        for _, measure, one in self.plan.items() if self.plan else ():
            if one.id in self.new:
                label, owner = item_label(measure, one), one.owners[0].full_name
                yield AddedItem(one.id, label, one.title, owner)

    def names(self) -> dict[str, str]:
        """実施項目のIDから、印刷の番号と名称へ。"""
        placed = (*self.plan.items(), *self.plan.ended()) if self.plan else ()
        return {one.id: f"{item_label(measure, one)} {one.title}" for _, measure, one in placed}


def finish(
    base: Plan,
    before: Plan,
    applied: Applied,
    found: Edits,
    file: str,
    path: Path,
    ever: Callable[[], Iterable[str]],
) -> Finished:
    """``applied`` を計画にする。``file`` は人に見せるブックの名、``path`` は計画のデータ。

    ``base`` はもとの計画で、もう加えてある行を見分けるのに使う。``before`` は、いまの計画。
    ``ever`` は、一度でも使った実施項目のID。足された実施項目があるときだけ求める。
    """
    plan, problems = _parsed(applied, found, file, path)
    # ほかに直すところがあっても、足された実施項目の直すところを、一緒に告げる。
    shown = plan or _frame(before, applied.tree)
    if shown is None:
        return Finished(None, frozenset(), tuple(problems))
    drafts, more, again = _new_items(base, shown, found, file, ever)
    applied.already += again
    if not drafts or any(is_error(one) for one in more):
        return Finished(plan, frozenset(), (*problems, *more))
    for draft in drafts:
        _measure(applied.tree, draft.measure)["entries"].append(draft.item)
    plan, problems = _parsed(applied, found, file, path)
    return Finished(plan, frozenset(one.item["id"] for one in drafts), (*more, *problems))


def _frame(before: Plan, tree: Json) -> Plan | None:
    """変更のうち、実施項目を加えるのに要るところだけを重ねた計画。それも正しくなければ None。"""
    made = fill_omitted(before.model_dump(mode="json"))
    made |= {name: tree[name] for name in ("departments", "policies", "fiscal_years")}
    made["revision"]["fiscal_year"] = tree["revision"]["fiscal_year"]
    try:
        return Plan.model_validate(made)
    except ValueError:
        return None


def _measure(tree: Json, number: int) -> Json:
    return next(m for p in tree["policies"] for m in p["measures"] if m["number"] == number)


def _parsed(
    applied: Applied, found: Edits, file: str, path: Path
) -> tuple[Plan | None, list[Problem]]:
    """計画として正しいか。正しくない所には、もとのセルを添える。"""
    data = json.dumps(applied.tree, ensure_ascii=False).encode("utf-8", "surrogatepass")
    try:
        return parse_plan(data, str(path)), []
    except SheetgenError as error:
        places = {**found.chapters, **dict(applied.places())}
        return None, [_placed(one, places, found.sheets, file) for one in error.problems]


_TABLES = {
    "departments": "sections",
    "policies": "policy_texts",
    "evaluation_scale": "grades",
    "overview": "overview_texts",
    "revision": "highlights",
    "terms": "words",
    "scales": "steps",
}
"""計画のデータの初めの名から、それを直す表へ。"""


def _placed(
    problem: Problem, places: Mapping[Steps, Place], sheets: Mapping[str, str], file: str
) -> Problem:
    """問題の場所を、もとのセルにする。空のままの文の欄では、その空のセルにする。"""
    steps = steps_of(problem.place.path or "")
    near = [one for one in places if one == steps[: len(one)] or steps == one[: len(steps)]]
    # 同じ並びの、ほかの記録を直したために、合わなくなったもの。
    near = near or [one for one in places if _beside(one, steps)]
    if not near:
        sheet = sheets.get(_TABLES.get(str(steps[0]), "")) if steps else None
        return replace(problem, place=replace(problem.place, file=file, sheet=sheet, path=None))
    place = places[max(near, key=lambda one: (one == steps, len(one)))]
    label = problem.place.label or place.label
    return replace(problem, place=replace(place, label=label))


def _beside(one: Steps, other: Steps) -> bool:
    """同じ並びの中の、違う記録の、同じ欄か。"""
    alike = len(one) == len(other) > 1 and one[-1] == other[-1]
    return alike and isinstance(other[-2], int) and one[:-2] == other[:-2]


def _new_items(
    base: Plan, plan: Plan, found: Edits, file: str, ever: Callable[[], Iterable[str]]
) -> tuple[list[Draft], list[Problem], int]:
    """足された実施項目の行から、実施項目を作る。三つめは、前に読んで、もう加えてある行の数。"""
    listed, problems = list_rows(found.added, plan)
    if not listed:
        return [], problems, 0
    used = set(ever())
    rows = [row for row in listed if not _is_there(row, base, plan, used, file)]
    numbering = Numbering(plan, used)
    drafts, more = draft_items(rows, plan, numbering, file, read_field)
    formats = [_number_format(row, file) for row in rows]
    more += [problem for _, told in formats for problem in told]
    for (form, _), draft in zip(formats, drafts, strict=False) if len(rows) == len(drafts) else ():
        draft.item["indicator"]["number_format"] = form or draft.item["indicator"]["number_format"]
    return drafts, [*problems, *more], len(listed) - len(rows)


def _number_format(row: ListRow, file: str) -> tuple[str | None, list[Problem]]:
    """書かれた指標の表示形式と、読めないわけ。"""
    written = row.cells.get(NUMBER_FORMAT_PATH)
    read = read_edit(written, EditKind.FORMAT)
    label = Indicator.model_fields["number_format"].title
    place = Place(file, row.sheet, row.refs.get(NUMBER_FORMAT_PATH), None, label)
    return read.value, [Problem(code, place, facts) for code, facts in read.doubts]


def _is_there(row: ListRow, base: Plan, plan: Plan, used: set[str], file: str) -> bool:
    """書き出したあとに、この行のとおりの実施項目を加えてあるか。"""
    drafts, _ = draft_items([row], base, Numbering(base, used), file, read_field)
    fresh = {one.id for _, _, one in plan.items()} - {one.id for _, _, one in base.items()}
    return any(
        measure.number == draft.measure and _same(item.model_dump(mode="json"), draft.item)
        for draft in drafts
        for _, measure, item in plan.items()
        if item.id in fresh
    )


def _same(item: Json, draft: Json) -> bool:
    """番号とID、概要表の行のほかは、同じか。表示形式は、あとで決める。"""
    apart = ("id", "number", "overview", "indicator", "introduced")
    one, other = item["indicator"], draft["indicator"]
    alike = all(one[name] == other[name] for name in one if name != "number_format")
    return alike and all(item[name] == draft[name] for name in draft if name not in apart)


_KEYS = {"row.measure": "measure", "row.owners": "owners",
         "row.related_sections": "related_sections", "row.introduced": "introduced"}  # fmt: skip
_YEARLY = {"row.year.plan": PLAN, "row.year.target": TARGET, "row.year.effect": EFFECT,
           "row.initiative": INITIATIVE}  # fmt: skip


class _Draft(NamedTuple):
    """まとめている途中の一行。"""

    cells: dict[str, RawCell]
    refs: dict[str, str]
    sheet: str
    sheets: dict[str, str]
    years: dict[int, Place]


def list_rows(added: Iterable[NewRow], plan: Plan) -> tuple[list[ListRow], list[Problem]]:
    """足された行を、一覧の一行の形にする。年次計画の行は、実施項目の名称で結び付ける。"""
    added = list(added)
    made = [_item_row(one) for one in added if one.rows == "items"]
    titled: dict[str, list[_Draft]] = {}
    for row in made:
        titled.setdefault(_plain(row.cells.get(TITLE)), []).append(row)
    found = [x for one in added if one.rows == "years" for x in _join(one, titled, plan)]
    rows = [ListRow(row.cells, row.refs, row.sheet, row.sheets) for row in made]
    return rows, found


def _item_row(one: NewRow) -> _Draft:
    row = _Draft({}, {}, one.row.sheet, {}, {})
    for path, cell in one.row.cells.items():
        key = _KEYS.get(path) or path.removeprefix("row.item.").removeprefix("row.")
        row.refs[key] = cell.ref
        if path in one.places and cell.cell is not None:
            row.cells[key] = cell.cell
    return row


_NEEDS = (("row.title", "{terms.item}"), ("row.fiscal_year", "年度"))


def _join(one: NewRow, titled: Mapping[str, list[_Draft]], plan: Plan) -> list[Problem]:
    """年次計画の一行を、同じ名称の足された実施項目に加える。"""
    values = one.values
    missing = one.blanks(_NEEDS)
    if missing or not one.is_whole:
        return missing
    year, title = values["row.fiscal_year"], str(values["row.title"])
    rows = titled.get(_folded(title), [])
    if len(rows) != 1:
        code = "E075" if rows else "E068"
        return [Problem(code, one.place("row.title"), {"title": title, "count": len(rows)})]
    [row] = rows
    if year not in plan.fiscal_years:
        facts = {"first": plan.first_year, "last": plan.final_year, "year": year}
        return [Problem("I034", one.place("row.fiscal_year"), facts)]
    first = row.years.setdefault(year, one.place("row.fiscal_year"))
    if first != one.place("row.fiscal_year"):
        facts = {"name": f"「{title}」の{wareki(year)}", "where": f"（セル {first.cell}）"}
        return [Problem("E086", one.place("row.fiscal_year"), facts)]
    for path, name in _YEARLY.items():
        cell = one.row.cells.get(path)
        if path in one.places and cell is not None and cell.cell is not None:
            key = f"{name}:{year}"
            row.cells[key] = cell.cell
            row.refs[key], row.sheets[key] = cell.ref, one.row.sheet
    return []


def _plain(cell: RawCell | None) -> str:
    return _folded("" if cell is None or cell.value is None else str(cell.value))


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
