"""直した文が、様式の1ページに入るか。入らなければ、何字なら入るかを求める。"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from sheetgen.form.books import BookMaker
from sheetgen.form.context import round_text
from sheetgen.form.jobs import BookJob
from sheetgen.form.rounds import rounds_in
from sheetgen.form.template import FormTemplate
from sheetgen.plan.item import Item
from sheetgen.plan.paths import (
    INITIATIVE,
    printed_initiative_year,
    read_path,
    with_items,
    with_values,
)
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round
from sheetgen.problems import Problem, SheetgenError

_TOO_LONG = {"F010", "F015"}


def too_long(template: Path, plan: Plan, items: Collection[str]) -> Iterator[Problem]:
    """様式に入らない文と数。``items``（ID）の様式を作ってみて確かめる。

    文には、入る字数を添える（E051）。場所の ``path`` は、一つの値の欄なら、記録簿の道。様式の
    テンプレートが使えなければ、ここでは何も言わない。
    """
    if not items:
        return
    try:
        rounds = list(rounds_in(plan))
        form = FormTemplate(template)
        form.blueprint(plan)
    except SheetgenError:
        return
    told: set[tuple[str | None, str | None]] = set()
    for chosen in rounds:
        for problem in _problems(plan, chosen, form, items):
            key = (problem.place.item, problem.place.label)
            if problem.code in _TOO_LONG and key not in told:
                told.add(key)
                yield _with_room(problem, plan, chosen, form)


def _problems(
    plan: Plan, chosen: Round, form: FormTemplate, items: Collection[str]
) -> list[Problem]:
    maker = BookMaker(plan, chosen, round_text(plan, chosen, None), form)
    places = tuple(place for place in plan.items() if place[2].id in items)
    for _ in maker.book(BookJob("", "", places)).sheets if places else ():
        pass  # 作るだけで、問題が分かる
    return [one for one in maker.problems() if one.place.item in items]


def _with_room(problem: Problem, plan: Plan, chosen: Round, form: FormTemplate) -> Problem:
    """文なら、入る字数を求める。"""
    cells = form.blueprint(plan).form.cells
    path = next((one.expression.path for one in cells if one.cell.ref == problem.place.cell), None)
    item_id, label = problem.place.item or "", problem.place.label
    year = printed_initiative_year(plan, chosen)
    item = plan.find(item_id)[2]
    text = _text(item, path or "", year)
    at = f"initiatives[{year}]" if path == INITIATIVE else (path or "").removeprefix("item.")
    is_one = text is not None or at.startswith(("years[", "indicator."))
    problem = replace(problem, place=replace(problem.place, path=at if is_one else None))
    if problem.code != "F010" or path is None or text is None:
        return problem
    low, high = 0, len(text)
    while low + 1 < high:
        middle = (low + high) // 2
        tried = with_items(plan, {item_id: _with_text(item, path, text[:middle], year)})
        found = _problems(tried, chosen, form, {item_id})
        fits = not any(one.code in _TOO_LONG and one.place.label == label for one in found)
        low, high = (middle, high) if fits else (low, middle)
    return Problem("E051", problem.place, {"length": len(text), "room": low})


def _text(item: Item, path: str, year: int) -> str | None:
    """様式のその道の文。文でなければ ``None``。"""
    name = path.removeprefix("item.")
    try:
        value = getattr(item, name) if name in Item.model_fields else read_path(item, path, year)
    except LookupError:
        return None
    return value if isinstance(value, str) else None


def _with_text(item: Item, path: str, text: str, year: int) -> Item:
    name = path.removeprefix("item.")
    if name in Item.model_fields:
        return item.model_copy(update={name: text})
    return with_values(item, {path: text}, year)
