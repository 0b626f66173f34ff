"""その年度の目標に届いていない実施項目。

目標に届かないとは、目標の悪い側にあること。どちらが悪い側かは、目標の動く向きで決まる。
目標と同じなら、どちらの向きでも届いている。向きが分からなければ、届いたとも届かないともしない。
数がないときは、評価の段階の下の半分を「届かない」とする。
"""

from __future__ import annotations

from dataclasses import dataclass

from sheetgen.era import wareki_full
from sheetgen.messages.vocabulary import Vocabulary
from sheetgen.plan.item import Item, YearPlan
from sheetgen.plan.plan import Measure, Plan, item_label, printed_number
from sheetgen.plan.value import Value, printed
from sheetgen.plan.years import PlanYears
from sheetgen.publish.document.grades import grade_of


@dataclass(frozen=True, slots=True)
class BehindRow:
    """目標に届いていない実施項目。``is_ended`` なら、もう計画になく、様式のページもない。"""

    item: str
    label: str
    title: str
    is_ended: bool
    owners: str
    indicator: str
    target: str
    actual: str
    grade: str
    reason: str


@dataclass(frozen=True, slots=True)
class Behind:
    """目標に届いていない実施項目の表。"""

    heading: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[BehindRow, ...]


_SHORTEST_SCALE = 3


def _columns(words: Vocabulary) -> tuple[str, ...]:
    return (
        words.item,
        words["overview.owners"],
        words["indicator"],
        words.heading("目標値", "years.target"),
        words.heading("実績値", "years.result.value"),
        words["years.result.grade"],
        words["years.result.text"],
    )


def behind_target(years: PlanYears, year: int) -> Behind:
    """その年度の目標に届いていない実施項目の表。"""
    plan, now = years.in_year(year), {item.id for _, _, item in years.plan.items()}
    low = low_grades(plan)
    words = plan.words
    columns = _columns(words)
    target, actual, grade, text = columns[3:]
    note = f"{target}と{actual}がどちらも数の{words.item}は、{actual}が{target}に届かないもの。"
    if low:
        note += f"数で比べられない{words.item}は、{grade}が {'・'.join(low)} のもの。"
    unknown = sum(_is_unknown(plan, item, year) for _, _, item in plan.items())
    if unknown:
        note += f"{text}のまだない{words.item}（{unknown}件）は、含んでいない。"
    unclear = "、".join(item_label(measure, item) for measure, item in _unclear(plan, year))
    if unclear:
        note += (
            f"増やす{words['indicator']}か減らす{words['indicator']}かが目標から分からず、"
            f"含んでいない{words.item}：{unclear}。"
        )
    rows = []
    for _, measure, item in plan.items():
        if not is_behind(plan, item, year, low):
            continue
        record, code = item.year(year), item.indicator.number_format
        rows.append(
            BehindRow(
                item=item.id,
                label=printed_number(measure, item),
                title=item.title,
                is_ended=item.id not in now,
                owners="、".join(owner.section for owner in item.owners),
                indicator=with_unit(item),
                target=printed(record.target, code),
                actual=printed(record.result.value, code),
                grade=grade_of(plan, item, year) or "",
                reason=record.result.text or "",
            )
        )
    heading = f"{wareki_full(year)}の目標に届いていない{words.item}（{len(rows)}件）"
    return Behind(heading, note, columns, tuple(rows))


def low_grades(plan: Plan) -> tuple[str, ...]:
    """評価の段階の下の半分。段階が二つなら、どれも数えない。"""
    scale = [one.grade for one in plan.evaluation_scale]
    return tuple(scale[(len(scale) + 1) // 2 :]) if len(scale) >= _SHORTEST_SCALE else ()


def is_reached(item: Item, year: int) -> bool | None:
    """実績値がその年度の目標値に届いているか。比べられないか向きが不明なら ``None``。"""
    record = item.year(year)
    return reaches(item, record.result.value, record.target)


def is_reached_at_last(item: Item, year: int) -> bool | None:
    """最終年度の実績値が、最終の目標に届いているか。

    計画最終年度の目標値は、期間を通した計のことがある。その年度の目標値より大きければ、一年の実績値が
    小さくても届いていないとは言えない。二つの目標値で答えが分かれても ``None``。
    """
    record = item.year(year)
    targets = [
        one for one in (item.indicator.target, record.target) if isinstance(one, int | float)
    ]
    found = {reaches(item, record.result.value, one) for one in targets}
    if len(found) != 1 or (found == {False} and targets[0] > targets[-1]):
        return None
    return found.pop()


def reaches(item: Item, actual: Value, target: Value) -> bool | None:
    """実績値が目標値に届いているか。比べられないか向きが不明なら ``None``。"""
    if not isinstance(target, int | float) or not isinstance(actual, int | float):
        return None
    if actual == target:
        return True
    lower = lower_is_better(item)
    return None if lower is None else (actual < target) is lower


def is_behind(plan: Plan, item: Item, year: int, low: tuple[str, ...]) -> bool:
    """その年度の目標に届いていないか。数があれば数だけで、なければ評価で決める。"""
    if _has_figures(item.year(year)):
        return is_reached(item, year) is False
    return grade_of(plan, item, year) in low


def _unclear(plan: Plan, year: int) -> list[tuple[Measure, Item]]:
    """目標値と違う実績値があるのに、届いたかどうかを決められない実施項目。"""
    return [
        (measure, item)
        for _, measure, item in plan.items()
        if _has_figures(item.year(year)) and is_reached(item, year) is None
    ]


def _has_figures(record: YearPlan) -> bool:
    return all(isinstance(one, int | float) for one in (record.target, record.result.value))


def _is_unknown(plan: Plan, item: Item, year: int) -> bool:
    """届いたかどうかを知るものが、何も入っていないか。"""
    result = item.year(year).result
    known = (result.text, result.value, result.effect, grade_of(plan, item, year))
    return all(one is None for one in known)


def lower_is_better(item: Item) -> bool | None:
    """小さいほどよい指標か。最終の目標が、初めの年度の目標より小さければ、そうとみる。

    同じままの目標からは、現状値がその下にあれば、増やすものと分かる。0 のままの目標は、減らすもの。
    ほかは分からない（None）。そこまで下げるのかもしれず、下回らないように保つのかもしれない。
    """
    planned = [*(year.target for year in item.years), item.indicator.target]
    targets = [value for value in planned if isinstance(value, int | float)]
    if not targets:
        return None
    if targets[-1] != targets[0]:
        return targets[-1] < targets[0]
    if targets[0] == 0:
        return True
    start = item.indicator.current
    return False if isinstance(start, int | float) and start < targets[0] else None


def with_unit(item: Item) -> str:
    """単位の付いた指標の名。"""
    name, unit = item.indicator.name, item.indicator.unit
    return f"{name}（{unit}）" if unit and unit not in ("-", "ー") else name
