"""どの年度の年次見直しの文書か。"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sheetgen.era import wareki_full
from sheetgen.plan.paths import all_items
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import RoundKind
from sheetgen.plan.years import PlanYears, has_result
from sheetgen.problems import Place, Problem, UsageError


def check_year(plan: Plan, year: int | None) -> int:
    """文書の年度を決める。指定がなければ、計画のデータの年次見直しの年度。

    計画の最後の翌年度には、最後の実績と全期間の評価が入るので、その年度の文書もある。

    :raises UsageError: 計画にない年度（D010）。
    """
    chosen = plan.revision.fiscal_year if year is None else year
    if not plan.first_year <= chosen <= plan.final_year + 1:
        facts = {
            "year": wareki_full(chosen),
            "first": wareki_full(plan.first_year),
            "last": wareki_full(plan.final_year + 1),
        }
        raise UsageError(Problem("D010", Place(label="--year"), facts))
    return chosen


def as_of(plan: Plan, year: int) -> Plan:
    """``year`` の年次見直しとして見た計画。

    計画のデータにある今の年次見直しだけのこと（主なポイント、終わった実施項目）は、
    ほかの年度の文書には入れない。
    """
    revision = plan.revision
    if year == revision.fiscal_year:
        return plan
    other = revision.model_copy(
        update={
            "fiscal_year": year,
            "published": None,
            "highlights": (),
            "highlight_notes": (),
            "retired_items": (),
        }
    )
    return plan.model_copy(update={"revision": other})


def year_notes(years: PlanYears, known: int) -> list[Problem]:
    """文書として、足りないことを挙げる。``known`` は、計画のデータの年次見直しの年度。"""
    found = []
    plan = years.plan
    year = plan.revision.fiscal_year
    if year > known:
        facts = {"year": wareki_full(year), "known": wareki_full(known)}
        found.append(Problem("D011", Place(label="主なポイント"), facts))
    elif not (plan.revision.highlights or plan.is_founding):
        found.append(Problem("D017", Place(label="主なポイント"), {"year": wareki_full(year)}))
    coming = min(year, plan.final_year)
    lacking = [
        item.id
        for _, _, item in plan.items()
        if plan.has("initiatives") and not (item.initiative(coming) or "").strip()
    ]
    if lacking:
        facts = {"year": wareki_full(coming), "count": str(len(lacking)), "first": lacking[0]}
        found.append(Problem("D012", Place(label=plan.words["initiatives"]), facts))
    found += _changed_since(years)
    is_asked = any(one.asked == RoundKind.RESULTS.value for one in plan.field_table.values())
    for one in (one for one in plan.fiscal_years if one < year and is_asked):
        started = [item for _, _, item in years.in_year(one).items()]
        absent = [item.id for item in started if not has_result(plan, item.year(one))]
        # 前の年度の実績は、まだ一つも入っていないうちは、なくてよい。
        if absent and (one < year - 1 or len(absent) < len(started)):
            facts = {"year": wareki_full(one), "count": str(len(absent)), "first": absent[0]}
            found.append(Problem("D013", Place(label=plan.words["years.result.text"]), facts))
    return found


def _changed_since(years: PlanYears) -> Iterator[Problem]:
    """照会のあとで手で直した、過ぎた年度の目標と見込額。表には、照会のときの値を使っている。"""
    now = all_items(years.plan)
    for year, then in years.asked.items():
        changed = [
            item.id
            for _, _, item in then.in_year(year).items()
            if item.id in now
            for before, after in [(item.year(year), now[item.id].year(year))]
            if (before.target, before.effect) != (after.target, after.effect)
        ]
        if changed:
            facts = {"year": wareki_full(year), "count": str(len(changed)), "first": changed[0]}
            yield Problem("D060", Place(label=years.plan.words["years.plan"]), facts)


def left_rows(plan: Plan, left: Sequence[str], *, final: bool) -> list[Problem]:
    """前の年度の文のままの、概要表の取組方針・取組内容（D070、確定するときは D071）。

    概要表の行は独立した文で、様式が聞かなければ、照会でも年度の切り替えでも新しくならない。
    それが新しい年度の見出しの下に印刷される。``left`` は、その実施項目のID。
    """
    if not left:
        return []
    year = plan.revision.fiscal_year
    facts = {
        "old": wareki_full(year - 1), "new": wareki_full(year),
        "count": str(len(left)), "items": "、".join(left),
    }  # fmt: skip
    return [Problem("D071" if final else "D070", Place(label="概要表"), facts)]
