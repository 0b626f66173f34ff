"""目標に届いていない実施項目。

目標に届かないとは、目標の悪い側にあること。どちらが悪い側かは、目標の動く向きで決まる。
向きが分からないときと、数がないときは、評価の段階の下の半分を「届かない」とする。
"""

from __future__ import annotations

from sheetgen.era import wareki_full
from sheetgen.model.document_results import Behind, BehindRow
from sheetgen.model.item import Item
from sheetgen.model.numbers import printed
from sheetgen.model.plan import Plan, item_label

COLUMNS = ("実施項目", "担当", "指標", "目標値", "実績値", "評価", "取組実績")
_SHORTEST_SCALE = 3


def behind_target(plan: Plan, year: int) -> Behind:
    """その年度の目標に届いていない実施項目の表。"""
    low = low_grades(plan)
    words = "・".join(low)
    note = "目標値と実績値がどちらも数の実施項目は、実績値が目標値に届かないもの。"
    if low:
        note += f"数で比べられない実施項目は、評価が {words} のもの。"
    unknown = sum(_is_unknown(plan, item, year) for _, _, item in plan.items())
    if unknown:
        note += f"取組実績のまだない実施項目（{unknown}件）は、含んでいない。"
    rows = []
    for _, measure, item in plan.items():
        if item.introduced > year or not is_behind(plan, item, year, low):
            continue
        record, code = item.year(year), item.indicator.number_format
        rows.append(
            BehindRow(
                item=item.id,
                label=item_label(measure, item),
                title=item.title,
                owners="、".join(owner.section for owner in item.owners),
                indicator=_with_unit(item),
                target=printed(record.target, code),
                actual=printed(record.result.value, code),
                grade=grade_of(plan, item, year) or "",
                reason=record.result.text or "",
            )
        )
    heading = f"{wareki_full(year)}の目標に届いていない実施項目（{len(rows)}件）"
    return Behind(heading, note, COLUMNS, tuple(rows))


def low_grades(plan: Plan) -> tuple[str, ...]:
    """評価の段階の下の半分。段階が二つなら、どれも数えない。"""
    scale = [one.grade for one in plan.evaluation_scale]
    return tuple(scale[(len(scale) + 1) // 2 :]) if len(scale) >= _SHORTEST_SCALE else ()


def grade_of(plan: Plan, item: Item, year: int) -> str | None:
    """その年度の評価。公式の様式は、最終年度には全期間総合評価だけを置く。"""
    if year == plan.final_year and item.overall_grade is not None:
        return item.overall_grade
    return item.year(year).result.grade


def is_behind(plan: Plan, item: Item, year: int, low: tuple[str, ...]) -> bool:
    """その年度の目標に届いていないか。"""
    record = item.year(year)
    target, actual = record.target, record.result.value
    if isinstance(target, int | float) and isinstance(actual, int | float):
        lower = lower_is_better(item)
        if lower is not None:
            return actual > target if lower else actual < target
    return grade_of(plan, item, year) in low


def _is_unknown(plan: Plan, item: Item, year: int) -> bool:
    """始まっているのに、届いたかどうかを知るものが何も入っていないか。"""
    result = item.year(year).result
    known = (result.text, result.value, result.effect, grade_of(plan, item, year))
    return item.introduced <= year and all(one is None for one in known)


def lower_is_better(item: Item) -> bool | None:
    """小さいほどよい指標か。最終の目標が、初めの年度の目標より小さければ、そうとみる。

    初めの値より下に置かれたままの目標からは、何も分からない（None）。そこまで下げるのかもしれず、
    そこを下回らないようにするのかもしれない。
    """
    planned = [*(year.target for year in item.years), item.indicator.target]
    targets = [value for value in planned if isinstance(value, int | float)]
    if not targets:
        return False
    if targets[-1] != targets[0]:
        return targets[-1] < targets[0]
    start = item.indicator.current
    return None if isinstance(start, int | float) and start > targets[0] else False


def _with_unit(item: Item) -> str:
    name, unit = item.indicator.name, item.indicator.unit
    return f"{name}（{unit}）" if unit and unit not in ("-", "ー") else name
