"""回収結果のブックの「課別」と「実施項目別」の表。まだ答えの出ていない問題を選ぶ。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from sheetgen.collect.request import ItemOutcome
from sheetgen.collect.rules.case import OF_INDICATOR
from sheetgen.era import wareki
from sheetgen.form.rounds import open_paths
from sheetgen.messages.catalogue import level_of, message_of
from sheetgen.messages.guidance import left_out_note
from sheetgen.plan.fields import PlanField
from sheetgen.plan.item import Item, Owner
from sheetgen.plan.paths import as_said, is_provisional
from sheetgen.plan.plan import Plan, item_label
from sheetgen.plan.round import FieldKind, Round
from sheetgen.plan.value import Value, hides_digits, printed
from sheetgen.problems import Level, Problem
from sheetgen.records.open_items import COLLECTED, ItemState
from sheetgen.xlsx.tables import Align, Column, Compared, Shown, Table, TableCell, Tone

_ORDER = {Level.ERROR: 0, Level.CONFIRM: 1, Level.NOTE: 2}


def open_questions(outcome: ItemOutcome) -> list[Problem]:
    """この実施項目の、課に聞かなければならない問題。通したものは除く。"""
    waived = {(one.code, one.path) for one in outcome.waivers}
    return [
        problem
        for problem in distinct(outcome.problems)
        if level_of(problem) is not Level.NOTE
        and (problem.code, problem.place.path) not in waived
        and (problem.code, None) not in waived
    ]


def distinct(problems: Iterable[Problem]) -> Iterator[Problem]:
    """同じ問題を一度だけ、初めの順に返す。"""
    seen = set()
    for problem in problems:
        key = (problem.code, problem.place, repr(sorted(problem.facts.items())))
        if key not in seen:
            seen.add(key)
            yield problem


SETTLED = "L063"
"""読めなかったが、同じ課の様式が Excel で届いて、片付いたファイルの符号。"""
_OF_NO_FILE = frozenset({"R001", "R017", "R069"})
"""届いたもののうち、一つのファイルのことではない問題。"""


def refuses(problem: Problem) -> bool:
    """一つのファイルを、受け取れないか読めないと言う問題か。"""
    return (
        problem.code.startswith("R0")
        and problem.code not in _OF_NO_FILE
        and level_of(problem) is Level.ERROR
        and problem.place.file is not None
    )


def by_weight(problems: Iterable[Problem]) -> list[Problem]:
    """重い順。同じ重さの中では、元の順。"""
    return sorted(problems, key=lambda one: _ORDER[level_of(one)])


def compared(old: Value, new: Value) -> tuple[Compared, Compared]:
    """違う所に印の付いた、前の文と後の文。"""
    from sheetgen.publish.comparison.difference import (
        marked_runs,  # ここで読み込む。比べない回が多い
    )

    before, after = marked_runs(_text(old), _text(new))
    return Compared(before), Compared(after)


def _text(value: Value) -> str:
    return "" if value is None else str(value)


_TONES = {
    ItemState.RECORDED: Tone.DONE,
    ItemState.KEPT: Tone.DONE,
    ItemState.HELD: Tone.DOUBT,
    ItemState.UNTOUCHED: Tone.WAITING,
    ItemState.MISSING: Tone.WAITING,
}


def section_table(plan: Plan, outcomes: Sequence[ItemOutcome]) -> Table:
    """課ごとに、いくつ記録し、いくつ残っているか。共管の項目は最初の主管課で数える。

    この照会で聞かない実施項目は、数えない。
    """
    states = {outcome.item: outcome.state for outcome in outcomes}
    owned: dict[Owner, list[tuple[str, ItemState]]] = {}
    for _, measure, item in plan.items():
        if item.id in states:
            label = item_label(measure, item)
            owned.setdefault(item.owners[0], []).append((label, states[item.id]))
    rows = []
    for department in plan.departments:
        for section in department.sections:
            items = owned.get(Owner(department=department.name, section=section.name))
            if items:
                rows.append(_section_row(department.name, section.name, items))
    whole = Counter(states.values())
    return Table(
        name="課別",
        lead=_in_short(len(states), whole) + left_out_note(_rest(plan, states)),
        columns=(
            Column("部", 14),
            Column("課", 26),
            Column(plan.words.item, 10, Align.RIGHT),
            *(Column(state.value, 10, Align.RIGHT) for state in COLLECTED),
            Column("要確認の項目", 30),
            Column("まだ記入のない項目", 30),
        ),
        rows=tuple(rows),
        empty=f"{plan.words.item}がありません。",
        total=("計", None, len(states), *(whole[state] for state in COLLECTED), None, None),
        frozen=2,
    )


def _in_short(count: int, states: Counter[ItemState]) -> str:
    done = states[ItemState.RECORDED] + states[ItemState.KEPT]
    return (
        f"{count}件のうち、記録してあるもの {done}件（今回 {states[ItemState.RECORDED]}件）、"
        f"課への確認が要るもの {states[ItemState.HELD]}件、"
        f"未記入 {states[ItemState.UNTOUCHED]}件、未提出 {states[ItemState.MISSING]}件。"
        "共管の項目は、取りまとめの課で数えています。"
    )


def _rest(plan: Plan, counted: Collection[str]) -> list[str]:
    """数えなかった実施項目の、印刷の番号。"""
    return [
        item_label(measure, item) for _, measure, item in plan.items() if item.id not in counted
    ]


def _section_row(
    department: str, section: str, items: list[tuple[str, ItemState]]
) -> tuple[TableCell, ...]:
    count = Counter(state for _, state in items)

    def listed(*wanted: ItemState) -> str | None:
        return "、".join(label for label, state in items if state in wanted) or None

    return (
        department,
        section,
        len(items),
        *(Shown(count[s], _TONES[s] if count[s] else Tone.PLAIN) for s in COLLECTED),
        listed(ItemState.HELD),
        listed(ItemState.UNTOUCHED, ItemState.MISSING),
    )


def item_table(plan: Plan, chosen: Round, outcomes: Sequence[ItemOutcome]) -> Table:
    """実施項目ごとの、状態・記録した評価と数値・確かめること。``plan`` は記録した後のもの。"""
    by_item = {outcome.item: outcome for outcome in outcomes}
    asked = [place for place in plan.items() if place[2].id in by_item]
    year = chosen.initiative_year if chosen.result_year is None else chosen.result_year
    rows = []
    for _, measure, item in asked:
        outcome = by_item[item.id]
        rows.append(
            (
                item_label(measure, item),
                item.id,
                item.title,
                "、".join(owner.full_name for owner in item.owners),
                Shown(outcome.state.value, _TONES[outcome.state]),
                *_figures(plan, chosen, item, year),
                "\n".join(_question(one) for one in open_questions(outcome)) or None,
                "\n".join(outcome.files) or None,
            )
        )
    return Table(
        name=f"{plan.words.item}別",
        lead=f"{plan.words['years.result.grade']}と数値は、いま計画のデータにある{wareki(year)}のものです。",
        columns=(
            Column("番号", 8, Align.CENTER),
            Column("ID", 7, Align.CENTER),
            Column(plan.words.item, 36),
            Column("主管課", 22),
            Column("状態", 10, Align.CENTER),
            *_figure_columns(plan, chosen, year),
            Column("確かめること", 52),
            Column("ファイル", 30),
        ),
        rows=tuple(rows),
        empty=f"{plan.words.item}がありません。",
        frozen=3,
    )


def _shown_fields(plan: Plan, chosen: Round, year: int) -> list[PlanField]:
    """この照会で聞いた欄のうち、文でないもの。評価が先、あとは表の順。"""
    opened = open_paths(plan, chosen)
    at = plan.fiscal_years.index(year)
    found = [
        one
        for one in plan.field_table.values()
        if one.kind is not FieldKind.TEXT and one.path(at) in opened
    ]
    return sorted(found, key=lambda one: (one.kind is not FieldKind.GRADE, not one.per_year))


def _figure_columns(plan: Plan, chosen: Round, year: int) -> Iterator[Column]:
    for one in _shown_fields(plan, chosen, year):
        width = 12
        if one.kind is FieldKind.GRADE and not one.is_declared:
            width = 7 if one.per_year else 9
        yield Column(one.label, width, Align.CENTER if one.options else Align.RIGHT)
        if one.role in OF_INDICATOR and plan.has("indicator.unit"):
            yield Column("単位", 7, Align.CENTER)


def _figures(plan: Plan, chosen: Round, item: Item, year: int) -> Iterator[TableCell]:
    at = plan.fiscal_years.index(year)
    for one in _shown_fields(plan, chosen, year):
        of_indicator = one.role in OF_INDICATOR
        code = item.indicator.number_format if of_indicator else one.number_format
        provisional = one.per_year and is_provisional(item, one.path(at))
        yield _figure(one.value(item, at), code, provisional)
        if of_indicator and plan.has("indicator.unit"):
            yield item.indicator.unit


def _figure(value: Value, number_format: str, provisional: bool) -> TableCell:
    """表示形式のとおりに見せる数。丸められて見えるときは、そのまま見せる。"""
    if provisional and value is not None:
        return as_said(printed(value, number_format), True)
    if not isinstance(value, int | float) or hides_digits(value, number_format):
        return value
    return Shown(value, number_format=number_format)


def _question(problem: Problem) -> str:
    """確かめること一つ。``確認 R203 令和5年度の実績値（M24）：…``。"""
    place = problem.place
    where = (place.label or "") + (f"（{place.cell}）" if place.cell else "")
    head = " ".join(word for word in (str(level_of(problem)), problem.code, where) if word)
    return f"{head}：{message_of(problem).cause}"


def labels_of(plan: Plan) -> Mapping[str, tuple[str, Item]]:
    """実施項目の ID から、印刷の番号と実施項目へ。"""
    return {item.id: (item_label(measure, item), item) for _, measure, item in plan.items()}
