"""過ぎた年度の事実：その年度に生きていた実施項目、担当、評価の段階、目標と効果見込額、実績。

いまの計画は、これから先のことだけを言う。過ぎた年度の担当・目標・段階は、その年度の実績を
照会したときの計画に、実績はいまの計画にある（遅れた答えや訂正も、そこに入る）。
"""

from __future__ import annotations

from collections.abc import Mapping

from sheetgen.plan.fields import VALUES
from sheetgen.plan.item import Item, YearPlan
from sheetgen.plan.paths import all_items, with_items, without_items
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import RoundKind
from sheetgen.plan.value import Value


def has_result(plan: Plan, year: YearPlan) -> bool:
    """その年度の、実績照会で聞く欄に、一つでも値があるか。"""
    return any(
        one.of(year) is not None
        for one in plan.field_table.values()
        if one.per_year and one.asked == RoundKind.RESULTS.value
    )


def latest_result_year(plan: Plan) -> int | None:
    """実績の入っている、いちばん新しい年度。年次見直しの年度より前に限る。"""
    items = all_items(plan).values()
    years = [
        year
        for year in plan.fiscal_years
        if year < plan.revision.fiscal_year
        and any(has_result(plan, item.year(year)) for item in items)
    ]
    return max(years, default=None)


class PlanYears:
    """計画と、過ぎた年度の事実。一つの年度のことは、一度だけ求める。

    ``asked`` は、実績の年度から、その実績を照会したときの計画へ。ない年度は、計画のデータで見る。
    """

    def __init__(self, plan: Plan, asked: Mapping[int, Plan] | None = None) -> None:
        self.plan = plan
        self.asked = asked or {}
        self._seen: dict[int, Plan] = {}

    def in_year(self, year: int) -> Plan:
        """その年度の計画。生きていた実施項目だけを持ち、実績はいま分かっているもの。"""
        if year not in self._seen:
            self._seen[year] = self._in_year(year)
        return self._seen[year]

    def _in_year(self, year: int) -> Plan:
        then = self.asked.get(year)
        if then is None:
            return self.plan.in_year(year)
        now = all_items(self.plan)
        seen = then.in_year(year, self.plan)
        changed = {
            item.id: with_results(item, now[item.id], self.plan)
            for _, _, item in seen.items()
            if item.id in now
        }
        seen = with_items(seen, changed)
        # 配ったあとで段階を足して付けた評価も、数えなければならない。
        known = {one.grade for one in seen.evaluation_scale}
        given = {item.year(year).result.grade for _, _, item in seen.items()}
        given |= {item.overall_grade for _, _, item in seen.items() if year == seen.final_year}
        if given - known - {None}:
            scale = self.plan.scale_of(year)
            seen = seen.model_copy(update={"evaluation_scale": scale})
        return seen


def with_results(then: Item, now: Item, plan: Plan) -> Item:
    """そのときの実施項目に、いま分かっている実績を、いまの表示形式とともに入れる。

    増やした欄の値も、先の年度の計画（見直し照会で聞く欄）のほかは、いま分かっているもの。
    """
    known = {one.fiscal_year: one for one in now.years}
    planned = {
        one.name.removeprefix(VALUES)
        for one in plan.field_table.values()
        if one.is_declared and one.asked == RoundKind.REVISION.value
    }

    def values(before: Mapping[str, Value], after: Mapping[str, Value]) -> dict[str, Value]:
        kept = {key: one for key, one in before.items() if key in planned}
        return {**kept, **{key: one for key, one in after.items() if key not in planned}}

    years = tuple(
        one.model_copy(
            update={
                "result": after.result,
                "values": values(one.values, after.values),
                "provisional": after.provisional,
            }
        )
        for one in then.years
        for after in [known.get(one.fiscal_year, one)]
    )
    # 整数で印刷していた指標に小数が届けば、回収のときに表示形式を改める。
    shown = {"number_format": now.indicator.number_format}
    return then.model_copy(
        update={
            "years": years,
            "overall_grade": now.overall_grade,
            "values": values(then.values, now.values),
            "indicator": then.indicator.model_copy(update=shown),
        }
    )


def without_later(plan: Plan, year: int) -> Plan:
    """``year`` より後の年度のために加えた実施項目と、その再掲を除いた計画。

    その年度の年次見直しとして公表するものには、まだない。
    """
    later = {item.id for _, _, item in plan.items() if item.introduced > year}
    return without_items(plan, later) if later else plan
