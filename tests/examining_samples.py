"""点検の試験のために、戻ってきた様式を値から作る。"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sheetgen.collect.answers import Found, FoundCell, LockedChange, MatchedForm, ReturnedForm
from sheetgen.collect.examining import Examiner
from sheetgen.form.issued import IssuedForm
from sheetgen.form.rounds import input_fields, open_paths
from sheetgen.plan.item import Item
from sheetgen.plan.paths import printed_initiative_year, read_path
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round
from sheetgen.problems import Level, Problem
from sheetgen.reading.book import CellKind, RawCell


def cell_of(value: Any) -> RawCell | None:
    """セルに入れた値の、読み手の見る形。"""
    if value is None or isinstance(value, RawCell):
        return value
    kind = CellKind.TEXT if isinstance(value, str) else CellKind.NUMBER
    return RawCell(kind, value)


def matched(
    plan: Plan,
    chosen: Round,
    item_id: str,
    written: Mapping[str, Any] | None = None,
    *,
    locked: tuple[LockedChange, ...] = (),
    capacity: Mapping[str, int] | None = None,
    problems: tuple[Problem, ...] = (),
) -> MatchedForm:
    """``written`` の欄にだけ書き込んだ、配ったままの様式。"""
    _, _, item = plan.find(item_id)
    year = printed_initiative_year(plan, chosen)
    fields = input_fields(plan)
    base = {path: read_path(item, path, year) for path in fields}
    opened = open_paths(plan, chosen)
    issued = IssuedForm(
        form_id=item_id, item_id=item_id, sheet=item_id, book="課.xlsx", values={}, base=base,
        opened=opened, capacity=dict.fromkeys(opened, 400) | dict(capacity or {}),
    )  # fmt: skip
    cells = base | dict(written or {})
    assert cells.keys() == base.keys()
    found = {
        path: FoundCell(path, fields[path].label, f"D{row}", cell_of(cells[path]), Found.NAME)
        for row, path in enumerate(fields, start=1)
    }
    return MatchedForm(
        "回答.xlsx", "0" * 64, item_id, chosen, issued, found, locked=locked, problems=problems
    )


def examined(
    plan: Plan, chosen: Round, item_id: str, written: Any = None, **more: Any
) -> ReturnedForm:
    """読んで点検した様式。"""
    return Examiner(plan).examine(matched(plan, chosen, item_id, written, **more))


def codes(form: ReturnedForm) -> list[str]:
    """問題の符号。"""
    return sorted({problem.code for problem in form.problems})


def levels(form: ReturnedForm) -> dict[str, Level]:
    """問題の符号と重さ。"""
    from sheetgen.messages.catalogue import message_of

    return {problem.code: message_of(problem).level for problem in form.problems}


def plausible(item: Item, index: int) -> dict[str, Any]:
    """その年度の計画にふさわしい、まちがいのない答え。"""
    year = item.years[index]
    value, effect = year.target, year.effect
    if isinstance(value, int | float):
        step = 1 if isinstance(value, int) else 0.1
        value = round(value + step, 2)
    if isinstance(effect, int):
        effect = round(effect * 0.93)
    base = f"years[{index}].result"
    return {
        f"{base}.text": f"・「{item.title}」について協議し、取組を進めた。\n・課題を整理した。",
        f"{base}.value": value,
        f"{base}.effect": effect,
        f"{base}.grade": "B",
    }
