"""戻った様式のすべてを、計画のデータと突き合わせる。"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sheetgen.merging.decisions import Waivers, check_decisions, never, unmatched_takes
from sheetgen.merging.items import MergeContext, merge_item
from sheetgen.model.answers import ReturnedForm
from sheetgen.model.collect import ItemOutcome, Take, Waiver
from sheetgen.model.identity import round_mark
from sheetgen.model.past import Past
from sheetgen.model.paths import printed_initiative_year
from sheetgen.model.plan import Plan
from sheetgen.model.round import Round
from sheetgen.problems import Place, Problem


@dataclass(frozen=True, slots=True)
class Merged:
    """突き合わせた結果。``outcomes`` は計画のすべての実施項目、印刷の順。

    ``problems`` are those of no item: wrong or idle options, forms that belong elsewhere.
    """

    outcomes: tuple[ItemOutcome, ...]
    problems: tuple[Problem, ...] = ()


def merge(
    plan: Plan,
    chosen: Round,
    forms: Sequence[ReturnedForm],
    past: Past,
    waivers: Sequence[Waiver] = (),
    takes: Sequence[Take] = (),
    reason: str | None = None,
    waivable: Callable[[str], bool] = never,
) -> Merged:
    """戻った様式を計画のデータと突き合わせる。``forms`` の並びは結果に関わらない。

    Pure: nothing is written.  ``waivable`` tells the codes of エラー that may be let
    through like a 確認.
    """
    wrong = check_decisions(plan, waivers, takes, reason, waivable)
    problems = list(wrong)
    by_item: dict[str, list[ReturnedForm]] = {item.id: [] for _, _, item in plan.items()}
    for form in sorted(forms, key=_order):
        problem = _elsewhere(form, chosen, by_item)
        if problem is not None:
            problems.append(problem)
        else:
            by_item[form.issued.item_id].append(form)
    year = printed_initiative_year(plan, chosen)
    context = MergeContext(
        chosen,
        year,
        frozenset(step.grade for step in plan.evaluation_scale),
        past,
        tuple(takes),
        Waivers(waivers, reason, past, year, waivable),
    )
    merged = [merge_item(item, by_item[item.id], context) for _, _, item in plan.items()]
    met = frozenset(waiver for one in merged for waiver in one.met)
    if not wrong:
        # 指定の誤りを告げたうえに、当たらないとまで言わない。
        problems += [_idle(waiver) for waiver in dict.fromkeys(waivers) if waiver not in met]
        problems += unmatched_takes(takes, forms)
    return Merged(tuple(one.outcome for one in merged), tuple(problems))


def _order(form: ReturnedForm) -> tuple[str, str, str]:
    return form.file, form.sheet, form.original


def _elsewhere(
    form: ReturnedForm, chosen: Round, by_item: dict[str, list[ReturnedForm]]
) -> Problem | None:
    """この回収で扱わない様式なら、そのわけ。項目は場所に書かない：その項目を止めないため。"""
    place = Place(file=form.file, sheet=form.sheet)
    number = form.issued.item_id
    if form.round != chosen:
        return Problem("R409", place, {"number": number, "round": round_mark(form.round)})
    if number not in by_item:
        return Problem("R410", place, {"number": number})
    return None


def _idle(waiver: Waiver) -> Problem:
    facts = {"code": waiver.code, "number": waiver.item}
    return Problem("R424", Place(label="--waive"), facts)
