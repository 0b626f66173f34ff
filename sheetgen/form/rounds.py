"""照会（ラウンド）ごとに、どの実施項目に聞き、どの欄を開くか。"""

from __future__ import annotations

from sheetgen.era import wareki, wareki_full
from sheetgen.plan.item import Item, OverviewRow, Result, YearPlan
from sheetgen.plan.paths import INITIATIVE, OVERVIEW_POLICY
from sheetgen.plan.plan import Measure, Plan, Policy
from sheetgen.plan.round import FieldKind, InputField, Round, RoundKind
from sheetgen.problems import Place, Problem, UsageError


def input_fields(plan: Plan) -> dict[str, InputField]:
    """この計画の様式で、記入欄になりうるすべての欄。道をキーにする。"""
    found: list[InputField] = []
    for index, year in enumerate(plan.fiscal_years):
        base = f"years[{index}]"
        last = year == plan.final_year
        for record, path, name, kind in _YEAR_FIELDS:
            title = f"{wareki(year)}の{record.model_fields[name].title}"
            # 公式の様式は、最終年度には全期間総合評価だけを置く。
            needed = not (last and kind is FieldKind.GRADE)
            found.append(InputField(f"{base}.{path}", kind, year, title, needed))
    initiative = Item.model_fields["initiatives"].title or ""
    found.append(InputField(INITIATIVE, FieldKind.TEXT, None, initiative))
    # 概要表の短い文は、事務局が様式の文から書いてもよい。課に聞くときだけ、様式に置く。
    policy = OverviewRow.model_fields["policy"].title or ""
    found.append(InputField(OVERVIEW_POLICY, FieldKind.TEXT, None, policy, required=False))
    overall = Item.model_fields["overall_grade"].title or ""
    found.append(InputField("item.overall_grade", FieldKind.GRADE, plan.final_year, overall))
    return {field.path: field for field in found}


_YEAR_FIELDS = (
    (YearPlan, "plan", "plan", FieldKind.TEXT),
    (YearPlan, "target", "target", FieldKind.FIGURE),
    (YearPlan, "effect", "effect", FieldKind.MONEY),
    (Result, "result.text", "text", FieldKind.TEXT),
    (Result, "result.value", "value", FieldKind.FIGURE),
    (Result, "result.effect", "effect", FieldKind.MONEY),
    (Result, "result.grade", "grade", FieldKind.GRADE),
)


def settle_round(plan: Plan, kind: RoundKind, year: int | None) -> Round:
    """照会を決める。年度を指定しなければ、年次見直しの年度とする。

    :raises UsageError: その年度に聞くことが計画にない（F001、F002）。
    """
    chosen = Round(kind, plan.revision.fiscal_year if year is None else year)
    if chosen.result_year is not None and chosen.result_year not in plan.fiscal_years:
        code, first, last = "F001", plan.first_year + 1, plan.final_year + 1
    elif kind is RoundKind.REVISION and chosen.initiative_year not in plan.fiscal_years[1:]:
        code, first, last = "F002", plan.first_year, plan.final_year - 1
    else:
        return chosen
    facts = {"year": wareki_full(chosen.year), "first": wareki_full(first),
             "last": wareki_full(last)}  # fmt: skip
    raise UsageError(Problem(code, Place(label="実施年度"), facts))


Placed = tuple[Policy, Measure, Item]
"""実施項目を、その基本方針・推進項目とともに。"""


def is_asked(item: Item, chosen: Round) -> bool:
    """この照会で、この実施項目に書いてもらうことがあるか。

    実績照会では、その年度より後に加わった実施項目に、書くことがない。
    """
    return chosen.result_year is None or item.introduced <= chosen.result_year


def asked_items(plan: Plan, chosen: Round) -> tuple[Placed, ...]:
    """この照会で書いてもらう実施項目。印刷の順。

    誰に配り、誰を待ち、誰に促すかは、どこでもこれで決める。
    """
    return tuple(place for place in plan.items() if is_asked(place[2], chosen))


def open_paths(plan: Plan, chosen: Round) -> frozenset[str]:
    """この照会で記入してもらう欄の道。"""
    if chosen.result_year is None:
        coming = {
            field.path
            for field in input_fields(plan).values()
            if field.year is not None
            and field.year >= chosen.initiative_year
            and ".result." not in field.path
            and field.kind is not FieldKind.GRADE
        }
        return frozenset(coming | {INITIATIVE, OVERVIEW_POLICY})
    asked = {
        field.path
        for field in input_fields(plan).values()
        if field.year == chosen.result_year and ".result." in field.path
    }
    if chosen.result_year == plan.final_year:
        asked.add("item.overall_grade")
    return frozenset(asked)
