"""計画のデータの中の、欄どうしのつじつま。

モデルではなく JSON の値のまま点検し、形の違う所は飛ばす。一か所の値が誤っていても、
ほかの所をすべて点検し、問題を一度にまとめて言える。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from sheetgen.plan.declarations import DECLARATION_CHECKS
from sheetgen.plan.json_tree import (
    Inconsistency,
    Path,
    Tree,
    child,
    children,
    entries_in,
    items_in,
    listed,
    measures_in,
    policies_in,
    years_in,
)


def _fiscal_years(plan: Tree) -> Iterator[Inconsistency]:
    years = years_in(plan)
    if years and years != list(range(years[0], years[0] + len(years))):
        yield Inconsistency("years_not_consecutive", ("fiscal_years",), {"years": years})
    revised = child(plan, "revision").get("fiscal_year")
    # 最後の年度の実績は、その次の年度に集める。
    if years and type(revised) is int and not years[0] <= revised <= years[-1] + 1:
        yield Inconsistency(
            "revision_outside_plan",
            ("revision", "fiscal_year"),
            {"year": revised, "first": years[0], "last": years[-1]},
        )


def _numbers(plan: Tree) -> Iterator[Inconsistency]:
    for nodes in (list(policies_in(plan)), list(measures_in(plan))):
        for expected, (path, node) in enumerate(nodes, start=1):
            number = node.get("number")
            if type(number) is int and number != expected:
                facts = {"number": number, "expected": expected}
                yield Inconsistency("number_not_consecutive", (*path, "number"), facts)
    for path, measure in measures_in(plan):
        last = 0
        for entry_path, entry in children(measure, "entries", path):
            number = entry.get("number")
            if type(number) is not int:
                continue
            if number <= last:
                facts = {"number": number, "previous": last}
                yield Inconsistency("entry_number_order", (*entry_path, "number"), facts)
            last = max(last, number)


def _identities(plan: Tree) -> Iterator[Inconsistency]:
    items = list(items_in(plan))
    counts = Counter(str(item.get("id")) for _, item in items)
    known = {str(item.get("id")) for _, item in entries_in(plan, "item")}
    retired = set(map(str, listed(child(plan, "revision"), "retired_items")))
    for path, item in items:
        item_id = item.get("id")
        if not isinstance(item_id, str):
            continue
        if counts[item_id] > 1:
            yield Inconsistency("item_id_twice", (*path, "id"), {"id": item_id})
        if item_id in retired and path[0] != "ended_items":
            yield Inconsistency("item_id_retired", (*path, "id"), {"id": item_id})
    for path, reference in entries_in(plan, "cross_reference"):
        item_id = reference.get("item_id")
        if isinstance(item_id, str) and item_id not in known:
            yield Inconsistency("item_id_unknown", (*path, "item_id"), {"id": item_id})
    sample = child(child(plan, "overview"), "legend").get("sample_item_id")
    if isinstance(sample, str) and sample not in known:
        path = ("overview", "legend", "sample_item_id")
        yield Inconsistency("item_id_unknown", path, {"id": sample})


def _departments(plan: Tree) -> Iterator[Inconsistency]:
    # 集合ではなくリスト。壊れたファイルでは、名のところに何でも（リストさえ）ありうる。
    known: list[tuple[object, object]] = []
    names: list[object] = []
    for path, department in children(plan, "departments", ()):
        name = department.get("name")
        if name in names:
            yield Inconsistency("name_twice", (*path, "name"), {"name": name})
        names.append(name)
        for section_path, section in children(department, "sections", path):
            pair = (name, section.get("name"))
            if pair in known:
                facts = {"name": section.get("name")}
                yield Inconsistency("name_twice", (*section_path, "name"), facts)
            known.append(pair)
    for path, item in entries_in(plan, "item"):
        for owner_path, owner in children(item, "owners", path):
            department_name, section_name = owner.get("department"), owner.get("section")
            words = isinstance(department_name, str) and isinstance(section_name, str)
            if words and (department_name, section_name) not in known:
                facts = {"department": department_name, "section": section_name}
                yield Inconsistency("owner_unknown", owner_path, facts)


def _item_years(plan: Tree) -> Iterator[Inconsistency]:
    years = years_in(plan)
    if not years:
        return
    allowed = {str(year) for year in years}
    for path, item in items_in(plan):
        own = [year.get("fiscal_year") for _, year in children(item, "years", path)]
        if isinstance(item.get("years"), Sequence) and own != years:
            facts = {"years": own, "expected": years}
            yield Inconsistency("item_years_differ", (*path, "years"), facts)
        for key in child(item, "initiatives"):
            if key not in allowed:
                yield Inconsistency("initiative_year", (*path, "initiatives", key), {"year": key})
        introduced = item.get("introduced")
        if type(introduced) is int and introduced > years[-1]:
            facts = {"year": introduced, "last": years[-1]}
            yield Inconsistency("introduced_after_plan", (*path, "introduced"), facts)


def _ends(plan: Tree) -> Iterator[Inconsistency]:
    """終わった実施項目の、最後の年度と推進項目。"""
    years = years_in(plan)
    measures = [measure.get("number") for _, measure in measures_in(plan)]
    for path, one in children(plan, "ended_items", ()):
        year, number = one.get("fiscal_year"), one.get("measure")
        introduced = child(one, "item").get("introduced")
        if years and type(year) is int:
            first = max(years[0], introduced if type(introduced) is int else 0)
            if not first <= year <= years[-1]:
                facts = {"year": year, "first": first, "last": years[-1]}
                yield Inconsistency("end_outside_plan", (*path, "fiscal_year"), facts)
        if type(number) is int and number not in measures:
            facts = {"number": number}
            yield Inconsistency("measure_unknown", (*path, "measure"), facts)


def _scales(plan: Tree) -> Iterator[Inconsistency]:
    """一つの段階に同じ評価が、一つの年度に二つの段階がないこと。"""
    given = [children(one, "grades", path) for path, one in _past_scales(plan)]
    for steps in (children(plan, "evaluation_scale", ()), *given):
        seen: list[object] = []
        for step_path, step in steps:
            if step.get("grade") in seen:
                facts = {"name": step.get("grade")}
                yield Inconsistency("name_twice", (*step_path, "grade"), facts)
            seen.append(step.get("grade"))
    years: list[object] = []
    for path, one in _past_scales(plan):
        if one.get("fiscal_year") in years:
            facts = {"year": one.get("fiscal_year")}
            yield Inconsistency("scale_year_twice", (*path, "fiscal_year"), facts)
        years.append(one.get("fiscal_year"))


def _past_scales(plan: Tree) -> list[tuple[Path, Tree]]:
    return list(children(plan, "past_scales", ()))


def _grades(plan: Tree) -> Iterator[Inconsistency]:
    """評価が、その年度の段階にあること。"""

    def steps(node: Tree, key: str) -> list[object]:
        return [step.get("grade") for _, step in children(node, key, ())]

    now = steps(plan, "evaluation_scale")
    past = [(one.get("fiscal_year"), steps(one, "grades")) for _, one in _past_scales(plan)]
    last = years_in(plan)[-1:]
    for path, item in items_in(plan):
        final = last[0] if last else None
        given: list[tuple[object, Path, object]]
        given = [(final, (*path, "overall_grade"), item.get("overall_grade"))]
        for year_path, year in children(item, "years", path):
            grade_path = (*year_path, "result", "grade")
            given.append((year.get("fiscal_year"), grade_path, child(year, "result").get("grade")))
        for when, grade_path, grade in given:
            scale = next((one for year, one in past if year == when), now)
            if isinstance(grade, str) and grade not in scale:
                facts = {"grade": grade, "scale": "・".join(map(str, scale))}
                yield Inconsistency("grade_unknown", grade_path, facts)


def _highlights(plan: Tree) -> Iterator[Inconsistency]:
    known = [policy.get("number") for _, policy in policies_in(plan)]
    revision = child(plan, "revision")
    for key in ("highlights", "highlight_notes"):
        for path, highlight in children(revision, key, ("revision",)):
            number = highlight.get("policy")
            if type(number) is int and number not in known:
                yield Inconsistency("policy_unknown", (*path, "policy"), {"number": number})


_CHECKS: tuple[Callable[[Tree], Iterator[Inconsistency]], ...] = (
    _fiscal_years,
    _numbers,
    _identities,
    _departments,
    _item_years,
    _ends,
    _scales,
    _grades,
    _highlights,
    *DECLARATION_CHECKS,
)


def find_inconsistencies(tree: object) -> list[Inconsistency]:
    """JSONの値としての計画のデータを調べ、合わない所をすべて返す。"""
    if not isinstance(tree, Mapping):
        return []
    return [found for check in _CHECKS for found in check(tree)]
