"""一覧の一行から、一つの実施項目を作る。番号とID も、ここで決める。"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sheetgen.plan.fields import VALUES
from sheetgen.plan.item import Owner
from sheetgen.plan.omitted import fill_omitted
from sheetgen.plan.plan import Measure, Plan
from sheetgen.plan.value import printed
from sheetgen.problems import Place, Problem
from sheetgen.year.list_columns import (
    EFFECT,
    FORMER,
    INITIATIVE,
    INTRODUCED,
    MEASURE,
    OWNERS,
    PLAN,
    RELATED,
    TARGET,
    TITLE,
    blank_texts,
    fiscal_year_in,
)
from sheetgen.year.list_rows import ListRow, ReadCell, RowValues

LARGEST = 99
"""IDの後ろの番号の上限（2桁）。"""


class Numbering:
    """推進項目ごとに、次の番号を配る。

    ``ever`` は、一度でも使ったID。控えの年次見直しのものも入る。
    """

    def __init__(self, plan: Plan, ever: Iterable[str] = ()) -> None:
        known = {item.id for _, _, item in plan.items()}
        self._used = known | set(plan.revision.retired_items) | set(ever)
        self._last = {
            measure.number: max((entry.number for entry in measure.entries), default=0)
            for _, measure in plan.measures()
        }

    def next(self, measure: Measure) -> tuple[int, str] | None:
        """印刷の番号とID。IDの番号を使い切っていれば ``None``。"""
        number = self._last[measure.number] + 1
        prefix = f"{measure.number:02d}-"
        taken = [int(each.removeprefix(prefix)) for each in self._used if each.startswith(prefix)]
        suffix = max([*taken, number - 1]) + 1
        if suffix > LARGEST or measure.number > LARGEST:
            return None
        self._last[measure.number] = number
        item_id = f"{prefix}{suffix:02d}"
        self._used.add(item_id)
        return number, item_id


Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """作った実施項目。``measure`` は入る推進項目の番号、``former`` は前の計画のID。"""

    measure: int
    item: Json
    former: str | None = None


def draft_items(
    rows: list[ListRow], plan: Plan, numbering: Numbering, file: str | None, read: ReadCell
) -> tuple[list[Draft], list[Problem]]:
    """すべての行から実施項目を作る。問題は、初めの一つで止まらずにすべて挙げる。"""
    drafts: list[Draft] = []
    problems: list[Problem] = []
    titles = {(measure.number, _plain(item.title)): item.id for _, measure, item in plan.items()}
    for row in rows:
        values = RowValues(row, plan, file, read)
        draft = _draft(values, plan, numbering, titles)
        # 単位のように二度読む欄の問題は、一度だけ告げる。
        problems += [
            found for at, found in enumerate(values.problems) if found not in values.problems[:at]
        ]
        if draft is not None:
            drafts.append(draft)
            titles[draft.measure, _plain(draft.item["title"])] = draft.item["id"]
    return drafts, problems


def _draft(
    values: RowValues,
    plan: Plan,
    numbering: Numbering,
    titles: Mapping[tuple[int, str], str],
) -> Draft | None:
    measure = _measure(values, plan)
    title = values.line(TITLE)
    if title is None:
        values.report("I020", TITLE)
    owners = _owners(values, plan)
    fields = _fields(values, plan)
    if measure is None or title is None:
        return None
    known = titles.get((measure.number, _plain(title)))
    if known:
        values.report("I025", TITLE, title=title, id=known, measure=measure.name)
        return None
    numbers = numbering.next(measure)
    if numbers is None:
        values.report("I026", MEASURE, measure=measure.name)
        return None
    number, item_id = numbers
    for key, label in blank_texts(plan).items():
        if not values.row.cells.get(key):
            here = values.place(TITLE)
            place = Place(file=here.file, sheet=here.sheet, cell=here.cell, label=label,
                          item=item_id)  # fmt: skip
            values.problems.append(Problem("I027", place))
    item: Json = {
        "type": "item",
        "id": item_id,
        "number": number,
        "section": values.line("section"),
        "title": title,
        "owners": [owner.model_dump() for owner in owners],
        "related_sections": values.names(RELATED),
        **fields,
    }
    item["overview"] = _overview(values, item, plan)
    return Draft(measure.number, item, values.line(FORMER))


def _fields(values: RowValues, plan: Plan) -> Json:
    """名と番号のほかの欄。"""
    return {
        "introduced": _introduced(values, plan),
        "improvement": values.text("improvement") or "",
        "current_state": values.text("current_state") or "",
        "initiatives": {
            str(year): text
            for year in plan.fiscal_years
            if (text := values.text(f"{INITIATIVE}:{year}")) is not None
        },
        "vision": values.text("vision") or "",
        "indicator": {
            "name": values.text("indicator.name") or "",
            "unit": values.line("indicator.unit"),
            "current": values.figure("indicator.current"),
            "target": values.figure("indicator.target"),
            "number_format": values.number_format(),
        },
        "years": [
            {
                "fiscal_year": year,
                "plan": values.text(f"{PLAN}:{year}"),
                "target": values.figure(f"{TARGET}:{year}"),
                "effect": values.figure(f"{EFFECT}:{year}"),
                "result": {"text": None, "value": None, "effect": None, "grade": None},
                **_own(values, plan, year),
            }
            for year in plan.fiscal_years
        ],
        "overall_grade": None,
        **_own(values, plan, None),
    }


def _own(values: RowValues, plan: Plan, year: int | None) -> Json:
    """計画が増やした欄の値。何もなければ、入れ物もない。"""
    found: Json = {}
    for one in plan.field_table.values():
        if one.is_declared and one.per_year is (year is not None):
            key = one.name if year is None else f"{one.name}:{year}"
            value = values.own(key, one) if key in values.row.cells else None
            found |= {one.name.removeprefix(VALUES): value} if value is not None else {}
    return {"values": found} if found else {}


def _introduced(values: RowValues, plan: Plan) -> int:
    """追加した年度。書かれていなければ、初めての一覧では初年度、あとは年次見直しの年度。"""
    written = values.line(INTRODUCED)
    if written is not None:
        year = fiscal_year_in(written)
        if year is not None and year <= plan.final_year:
            return year
        values.report("I024", INTRODUCED, value=written, last=plan.final_year)
    founding = plan.item_count == 0 and not plan.revision.retired_items
    return plan.first_year if founding else min(plan.revision.fiscal_year, plan.final_year)


def _measure(values: RowValues, plan: Plan) -> Measure | None:
    """書かれた番号か名称の推進項目。"""
    written = values.line(MEASURE)
    if written is None:
        values.report("I020", MEASURE)
        return None
    plain = _plain(written)
    for _, measure in plan.measures():
        name = _plain(measure.name)
        number = str(measure.number)
        # 名称の書き写しのほか、「1 窓口」「(1)窓口」「1」も同じ推進項目を指す。
        if plain in (name, number, f"({number})", f"{number}{name}", f"({number}){name}"):
            return measure
    listed = "、".join(f"{measure.number} {measure.name}" for _, measure in plan.measures())
    values.report("I021", MEASURE, value=written, choices=listed)
    return None


def _owners(values: RowValues, plan: Plan) -> list[Owner]:
    """書かれた課。部を省いても、同じ名の課が一つだけなら分かる。"""
    written = values.names(OWNERS)
    if not written:
        values.report("I020", OWNERS)
    found: list[Owner] = []
    for name in written:
        plain = _plain(name)
        matching = [one for one in plan.owners() if _plain(one.full_name) == plain]
        matching = matching or [one for one in plan.owners() if _plain(one.section) == plain]
        if len(matching) == 1:
            found += [one for one in matching if one not in found]
        elif matching:
            choices = "、".join(one.full_name for one in matching)
            values.report("I029", OWNERS, value=name, choices=choices)
        else:
            values.report("I028", OWNERS, value=name)
    return found


def _overview(values: RowValues, item: Json, plan: Plan) -> Json:
    """概要表の行。書かれていない欄は、様式の欄から作る。"""
    indicator = item["indicator"]
    year = str(min(max(plan.revision.fiscal_year, plan.first_year), plan.final_year))
    defaults = {
        "title": item["title"],
        "improvement": item["improvement"] or None,
        "policy": item["initiatives"].get(year),
        "indicator": indicator["name"] or None,
        "target": _target(indicator),
        "owners": "、".join(owner["section"] for owner in item["owners"]) or None,
    }
    return {name: values.text(f"overview.{name}") or default for name, default in defaults.items()}


def _target(indicator: Json) -> str | None:
    target = indicator["target"]
    if isinstance(target, str) or target is None:
        return target
    return printed(target, indicator["number_format"]) + (indicator["unit"] or "")


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def with_drafts(plan: Plan, drafts: list[Draft]) -> Json:
    """実施項目を、それぞれの推進項目の終わりに加えた計画の、JSON としての値。"""
    tree: Json = fill_omitted(plan.model_dump(mode="json"))
    for policy in tree["policies"]:
        for measure in policy["measures"]:
            measure["entries"] += [one.item for one in drafts if one.measure == measure["number"]]
    return tree
