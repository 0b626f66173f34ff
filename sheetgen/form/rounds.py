"""照会（ラウンド）ごとに、どの実施項目に聞き、どの欄を開くか。"""

from __future__ import annotations

from collections.abc import Iterator

from sheetgen.era import wareki_full
from sheetgen.plan.declared import OFFICE
from sheetgen.plan.fields import PlanField, is_omitted, key_of_path, year_index
from sheetgen.plan.item import Item
from sheetgen.plan.paths import INITIATIVE, is_provisional, read_path
from sheetgen.plan.plan import Measure, Plan, Policy
from sheetgen.plan.round import InputField, Round, RoundKind
from sheetgen.problems import Place, Problem, UsageError


def input_fields(plan: Plan) -> dict[str, InputField]:
    """この計画の様式で、記入欄になりうるすべての欄。道をキーにする。"""
    of_rounds = {key for kind in plan.round_kinds if kind.is_declared for key in _asks(plan, kind)}
    inputs = [
        one
        for one in plan.field_table.values()
        if one.asked not in (None, OFFICE) or one.key in of_rounds
    ]
    found: list[InputField] = []
    for index, year in enumerate(plan.fiscal_years):
        for one in inputs:
            if one.per_year:
                # 公式の様式は、最終年度には全期間総合評価だけを置く。
                last_grade = year == plan.final_year and one.role == "grade"
                needed = one.on_form or one.key in of_rounds
                needed = needed and not (last_grade and plan.has(OVERALL))
                found.append(_input(plan, one, index, year, needed))
    of_item = [one for one in inputs if not one.per_year]
    # 見直し照会の欄が先。記入欄の並びは、様式の案内の並びになる。
    for one in sorted(of_item, key=lambda one: one.asked == RoundKind.RESULTS.value):
        final = plan.final_year if one.key == OVERALL else None
        needed = one.on_form or one.key in of_rounds
        found.append(_input(plan, one, 0, final, needed))
    return {field.path: field for field in found}


def office_fields(plan: Plan) -> dict[str, InputField]:
    """課に聞かない、計画の増やした欄。道をキーにする。事務局が編集ブックで書く。"""
    asked = {key for kind in plan.round_kinds for key in kind.asks}
    found = []
    for one in plan.field_table.values():
        if one.is_declared and one.asked in (None, OFFICE) and one.key not in asked:
            years = plan.fiscal_years if one.per_year else (None,)
            found += [_input(plan, one, at, year, False) for at, year in enumerate(years)]
    return {field.path: field for field in found}


OVERALL = "overall_grade"


def _input(plan: Plan, one: PlanField, index: int, year: int | None, needed: bool) -> InputField:
    path = one.path(index)
    return InputField(path, one.kind, year, plan.label(path), needed, one.options)


def round_kind(plan: Plan, given: RoundKind | str | None) -> RoundKind:
    """照会の種類。名（``results``）でも見出し（``実績照会``）でもよい。なければ実績照会。

    :raises UsageError: この計画にない照会（F006）。
    """
    if isinstance(given, RoundKind):
        given = given.value
    for one in plan.round_kinds:
        if given is None or given in (one.value, one.label):
            return one
    known = "、".join(one.label for one in plan.round_kinds)
    raise UsageError(Problem("F006", Place(label="照会"), {"round": given, "known": known}))


def settle_round(plan: Plan, kind: RoundKind | str | None, year: int | None) -> Round:
    """照会を決める。年度を指定しなければ、年次見直しの年度とする。

    :raises UsageError: この計画にない照会（F006）、または、聞くことが計画にない
        （F001、F002、F007）。
    """
    kind = round_kind(plan, kind)
    chosen = Round(kind, plan.revision.fiscal_year if year is None else year)
    if chosen.result_year is not None and chosen.result_year not in plan.fiscal_years:
        later = chosen.year - chosen.result_year
        code, first, last = "F001", plan.first_year + later, plan.final_year + later
    elif kind == RoundKind.REVISION and chosen.initiative_year not in plan.fiscal_years[1:]:
        code, first, last = "F002", plan.first_year, plan.final_year - 1
    elif not open_paths(plan, chosen):
        others = "、".join(one.label for one in plan.round_kinds if one != kind)
        facts = {"round": kind.label, "known": others}
        raise UsageError(Problem("F007", Place(label="照会"), facts))
    else:
        return chosen
    facts = {"year": wareki_full(chosen.year), "first": wareki_full(first),
             "last": wareki_full(last)}  # fmt: skip
    raise UsageError(Problem(code, Place(label="実施年度"), facts))


def rounds_in(plan: Plan, year: int | None = None) -> Iterator[Round]:
    """その年度（なければ年次見直しの年度）に行える照会。"""
    for kind in plan.round_kinds:
        try:
            yield settle_round(plan, kind, year)
        except UsageError:
            continue


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


def _asks(plan: Plan, kind: RoundKind) -> frozenset[str]:
    """この種類の照会が聞く欄の名。"""
    return frozenset(
        one.key
        for one in plan.field_table.values()
        if one.asked == kind.value or any(is_omitted((key,), one.key) for key in kind.asks)
    )


def asked_fields(plan: Plan, chosen: Round) -> tuple[PlanField, ...]:
    """この照会で記入してもらう欄。表の順。"""
    opened = {key_of_path(path) for path in open_paths(plan, chosen)}
    return tuple(one for key, one in plan.field_table.items() if key in opened)


def open_paths(plan: Plan, chosen: Round) -> frozenset[str]:
    """この照会で記入してもらう欄の道。"""
    keys = _asks(plan, chosen.kind)
    asked = [one for key, one in plan.field_table.items() if key in keys]
    found = {one.path(0) for one in asked if not one.per_year and one.key != OVERALL}
    if chosen.result_year is None:
        years = [year for year in plan.fiscal_years if year >= chosen.initiative_year]
    else:
        years = [chosen.result_year]
        if chosen.result_year == plan.final_year and any(one.key == OVERALL for one in asked):
            found.add(f"item.{OVERALL}")
    indexes = [plan.fiscal_years.index(year) for year in years if year in plan.fiscal_years]
    return frozenset(found | {one.path(at) for one in asked if one.per_year for at in indexes})


def answer_paths(plan: Plan, chosen: Round) -> tuple[str, ...]:
    """この照会の答えがあれば埋まっている欄の道。

    見直し照会では次の年度の取組方針、ほかでは聞く年度の欄。前から値のありうる欄（計画の文、全期間の欄）
    は、答えのあることを示さない。
    """
    if chosen.result_year is None:
        return (INITIATIVE,) if plan.has("initiatives") else ()
    opened = open_paths(plan, chosen)
    return tuple(
        path for path in input_fields(plan) if path in opened and year_index(path) is not None
    )


def has_answer(plan: Plan, item: Item, chosen: Round) -> bool:
    """計画のデータに、この照会の答えが入っているか。確定した答えを聞く照会では、暫定の値を除く。"""
    for path in answer_paths(plan, chosen):
        value = read_path(item, path, chosen.initiative_year)
        if isinstance(value, str) and not value.strip():
            continue
        if value is not None and (chosen.kind.provisional or not is_provisional(item, path)):
            return True
    return False


def unsettled_paths(plan: Plan, item: Item, chosen: Round) -> tuple[str, ...]:
    """この照会の聞く欄のうち、暫定の値のあるもの。確定した答えを、まだ待っている。"""
    return tuple(path for path in answer_paths(plan, chosen) if is_provisional(item, path))
