"""回収で、人が決めること。問いと、配ったときの値、戻った値、いまの値と、選べる決め方。

決め方は、``--waive``・``--take``・``--format`` と同じもの。一つの実施項目の同じ符号の問いは、
まとめて一つに数える（決めるときも一つになる）。
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sheetgen.collect.answers import FormAnswer, ReturnedForm
from sheetgen.collect.merging.decisions import HIDDEN_DIGITS, KEEPS_PLAN, MASTER, take_words
from sheetgen.collect.request import Doubt, ItemOutcome, Question, Take, Way, WayKind
from sheetgen.collect.results import labels_of, open_questions
from sheetgen.messages.catalogue import level_of
from sheetgen.plan.item import Item
from sheetgen.plan.paths import printed_initiative_year, read_path, said_now
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round
from sheetgen.problems import Level, Problem

_CONFLICTS = frozenset({"R401", "R402", "R411", "R412"})
_SET_ASIDE = frozenset({"R404", "R405"})
"""前に決めたとおりにした、という知らせ。決め直すこともできる。"""


def questions(
    plan: Plan, chosen: Round, outcomes: Sequence[ItemOutcome], forms: Sequence[ReturnedForm]
) -> tuple[Question, ...]:
    """決めることのすべて。実施項目の印刷の順、その中では重い順。

    ``plan`` は記録する前の計画。
    """
    labels = labels_of(plan)
    year = printed_initiative_year(plan, chosen)
    found: list[Question] = []
    for outcome in outcomes:
        number, item = labels[outcome.item]
        mine = [form for form in forms if form.issued.item_id == outcome.item]
        groups: dict[str, list[Problem]] = {}
        for problem in sorted(_asked(outcome), key=lambda one: list(Level).index(level_of(one))):
            groups.setdefault(problem.code, []).append(problem)
        for code, problems in groups.items():
            doubts = tuple(_doubt(one, item, mine, year) for one in problems)
            found.append(
                Question(
                    outcome.item,
                    number,
                    item.title,
                    outcome.section,
                    code,
                    level_of(problems[0]),
                    doubts,
                    tuple(_ways(code, item, problems, mine, year)),
                    code in _SET_ASIDE,
                )
            )
    return tuple(found)


def _asked(outcome: ItemOutcome) -> Iterator[Problem]:
    yield from (one for one in open_questions(outcome) if one.place.item == outcome.item)
    yield from (one for one in outcome.problems if one.code in _SET_ASIDE)


def _doubt(problem: Problem, item: Item, forms: Sequence[ReturnedForm], year: int) -> Doubt:
    place = problem.place
    for form in forms:
        if place.file is not None and (form.file, form.sheet) != (place.file, place.sheet):
            continue
        for path, answer in form.answers.items():
            if path == place.path or (place.path is None and answer.ref == place.cell):
                now = read_path(item, path, year)
                base = form.issued.base.get(path)
                return Doubt(problem, True, base, answer.value, answer.raw, now)
        if place.path in form.unread:
            path = place.path or ""
            raw = form.unread[path]
            return Doubt(
                problem, True, form.issued.base.get(path), raw, raw, read_path(item, path, year)
            )
    return Doubt(problem, False)


def _ways(
    code: str, item: Item, problems: Sequence[Problem], forms: Sequence[ReturnedForm], year: int
) -> Iterator[Way]:
    if code in _CONFLICTS:
        yield from _takes(item, {one.place.path for one in problems}, forms, year)
    elif code in _SET_ASIDE:
        files = {(one.place.file, one.place.sheet) for one in problems}
        paths = {one.place.path for one in problems}
        mine = [form for form in forms if (form.file, form.sheet) in files]
        yield from (way for way in _takes(item, paths, mine, year) if way.take and way.take.file)
    elif level_of(problems[0]) is Level.CONFIRM:
        if code in HIDDEN_DIGITS:
            yield Way(WayKind.FORMAT, f"--format {item.id}")
        if code in KEEPS_PLAN:
            yield _keep_plan(item, problems[0].place.path, year)
        yield Way(WayKind.WAIVE, f"--waive {code}:{item.id}")
    if code not in _SET_ASIDE:
        yield Way(WayKind.RETURN, "")


def _takes(
    item: Item, paths: Iterable[str | None], forms: Sequence[ReturnedForm], year: int
) -> Iterator[Way]:
    """食い違う値の一つずつと、いまの計画の値。"""
    wanted = set(paths)
    answers = [
        FormAnswer(form, answer)
        for form in forms
        for path, answer in form.answers.items()
        if path in wanted and path in form.issued.opened
    ]
    changed = [one for one in answers if one.is_changed]
    seen: set[str] = set()
    for one in changed:
        words = take_words(item.id, one, changed)
        if words in seen:
            continue
        seen.add(words)
        file = words.strip('"').partition(":")[2]
        yield Way(WayKind.TAKE, f"--take {words}", Take(file, item.id), one.said)
    yield _keep_plan(item, next(iter(sorted(path for path in wanted if path)), None), year)


def _keep_plan(item: Item, path: str | None, year: int) -> Way:
    now = said_now(item, path, year) if path else None
    return Way(WayKind.TAKE, f"--take {item.id}:{MASTER}", Take(None, item.id), now)
