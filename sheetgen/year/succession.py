"""次の計画：前の計画から、部と課、評価の段階、推進項目、実施項目の一覧を引き継ぐ。

実施項目は、計画のデータではなく、書き込む一覧に写す。続けるかどうか、文と目標をどう改めるかを、
事務局が Excel で決めてから加える。IDは、次の計画の推進項目ごとに付け直す。前のIDは一覧の列に
あって、加えたときに記録簿に残る。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sheetgen.plan.item import CrossReference, Item
from sheetgen.plan.plan import Measure, Plan
from sheetgen.plan.value import Value
from sheetgen.problems import Place, Problem, UsageError
from sheetgen.year.list_columns import FORMER, MEASURE, OWNERS, RELATED, TITLE

_KEPT = ("contact", "evaluation_scale", "terms", "omit", "scales", "fields", "rounds")
"""そのまま引き継ぐもの。"""
Row = Mapping[str, Value]
"""一覧の一行。欄の名から値へ。"""


@dataclass(frozen=True, slots=True)
class Inherited:
    """前の計画から引き継ぐもの。``tree`` は計画のデータに重ねる値、``rows`` は一覧の行。"""

    tree: Mapping[str, Any]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


def inherited(
    earlier: Plan, wanted: Sequence[str], *, own_policies: bool, own_sections: bool
) -> Inherited:
    """引き継ぐものを決める。``wanted`` は実施項目のIDで、空ならすべて。

    ``own_policies`` と ``own_sections`` が真なら、それは新しく書かれているので引き継がない。

    :raises UsageError: 前の計画にない実施項目がある（S140）。
    """
    known = {item.id: (measure, item) for _, measure, item in earlier.items()}
    unknown = [one for one in wanted if one not in known]
    if unknown:
        place = Place(label="--item")
        first = next(iter(known), "")
        raise UsageError([Problem("S140", place, {"item": one, "first": first}) for one in unknown])
    chosen = [known[one] for one in known if one in wanted or not wanted]
    plain = earlier.model_dump(mode="json")
    tree = {name: plain[name] for name in _KEPT if name in plain}
    if not own_sections:
        tree["departments"] = plain["departments"]
    if not own_policies:
        tree["policies"] = [
            {
                **policy,
                "measures": [
                    {**measure, "notes": [], "entries": []} for measure in policy["measures"]
                ],
            }
            for policy in plain["policies"]
        ]
    rows = tuple(_row(earlier, *place, measured=not own_policies) for place in chosen)
    problems = [Problem("S141", facts=_facts(earlier, [item for _, item in chosen]))]
    if own_policies and rows:
        problems.append(Problem("S142", facts={"count": len(rows)}))
    return Inherited(tree, rows, tuple(problems))


def last_value(earlier: Plan, item: Item) -> Value:
    """最後に分かっている実績値。一つもなければ、前の計画の現状値。"""
    for year in sorted(earlier.fiscal_years, reverse=True):
        value = item.year(year).result.value
        if value is not None:
            return value
    return item.indicator.current


def _row(earlier: Plan, measure: Measure, item: Item, *, measured: bool) -> Row:
    """一覧の行。年次計画、目標、実績は、前の計画に残す。"""
    return {
        FORMER: item.id,
        MEASURE: f"{measure.number} {measure.name}" if measured else None,
        "section": item.section,
        TITLE: item.title,
        OWNERS: "、".join(owner.full_name for owner in item.owners),
        RELATED: "、".join(item.related_sections) or None,
        "improvement": item.improvement,
        "current_state": item.current_state,
        "vision": item.vision,
        "indicator.name": item.indicator.name,
        "indicator.unit": item.indicator.unit,
        "indicator.current": last_value(earlier, item),
    }


def _facts(earlier: Plan, items: Sequence[Item]) -> dict[str, object]:
    """引き継いだものと、残したものの数。"""
    known = [item for item in items if any(year.result.value is not None for year in item.years)]
    references = sum(
        isinstance(entry, CrossReference)
        for _, measure in earlier.measures()
        for entry in measure.entries
    )
    return {"items": len(items), "actual": len(known), "references": references}
