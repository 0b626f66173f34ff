"""何枚もの様式を並べて、初めて分かること。"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from sheetgen.collect.answers import Answer, ReturnedForm
from sheetgen.collect.rules import figure_rules as figures
from sheetgen.collect.rules import figure_rules as grades
from sheetgen.collect.rules import text_rules as required
from sheetgen.collect.rules import text_rules as texts
from sheetgen.collect.rules.case import Case, Facts
from sheetgen.collect.rules.text_rules import bare
from sheetgen.problems import Place, Problem

_SHORTEST_COMPARED = 20
"""これより短い文は、たまたま同じになりうる。"""


def check_together(forms: Iterable[ReturnedForm]) -> tuple[Problem, ...]:
    """別の実施項目と同じ文の取組実績（写しまちがいかもしれない）。"""
    first: dict[str, tuple[ReturnedForm, Answer]] = {}
    found = []
    for form in sorted(forms, key=lambda one: (one.issued.item_id, one.file, one.sheet)):
        for path, answer in form.changed.items():
            own = bare(answer.value) if isinstance(answer.value, str) else ""
            if not path.endswith(".result.text") or len(own) < _SHORTEST_COMPARED:
                continue
            other, _ = first.setdefault(own, (form, answer))
            if other.issued.item_id != form.issued.item_id:
                place = Place(
                    form.file, form.sheet, answer.ref, path, answer.label, form.issued.item_id
                )
                found.append(Problem("R339", place, {"other": other.issued.item_id}))
    return tuple(found)


class Rule(NamedTuple):
    """一つの点検。

    ``on`` は役割。``text`` ``value`` ``effect`` ``grade``（聞いている年度のもの）、``overall``、
    ``initiative``、``plan`` ``target`` ``planned_effect``（開いているすべての年度のもの）、
    ``words``（開いているすべての文）、``any``。
    """

    code: str
    on: str
    find: Callable[[Case, Answer], Facts | None]


RULES: tuple[Rule, ...] = (
    Rule("R301", "text", required.missing),
    Rule("R302", "grade", required.missing),
    Rule("R303", "value", required.missing_value),
    Rule("R304", "effect", required.missing_effect),
    Rule("R305", "value", required.blank_for_dash),
    Rule("R305", "effect", required.blank_for_dash),
    Rule("R306", "overall", required.missing),
    Rule("R307", "initiative", required.missing_initiative),
    Rule("R308", "any", required.erased),
    Rule("R309", "words", texts.still_side_by_side),
    Rule("R309", "value", texts.either_value),
    Rule("R309", "target", texts.either_value),
    Rule("R310", "value", figures.dash_for_figure),
    Rule("R310", "effect", figures.dash_for_figure),
    Rule("R311", "value", figures.far_from_target),
    Rule("R312", "value", figures.fraction_for_rate),
    Rule("R313", "value", figures.rate_over_hundred),
    Rule("R314", "value", figures.negative_value),
    Rule("R315", "value", figures.hidden_decimals),
    Rule("R315", "target", figures.hidden_decimals),
    Rule("R316", "value", figures.rounded_in_print),
    Rule("R316", "target", figures.rounded_in_print),
    Rule("R317", "target", figures.far_from_before),
    Rule("R317", "planned_effect", figures.far_from_before),
    Rule("R320", "effect", figures.yen_for_thousands),
    Rule("R321", "effect", figures.millions_for_thousands),
    Rule("R322", "effect", figures.far_from_effect),
    Rule("R323", "effect", figures.huge_effect),
    Rule("R324", "effect", figures.negative_effect),
    Rule("R330", "text", texts.copied_from_plan),
    Rule("R331", "text", texts.same_as_other_year),
    Rule("R332", "words", texts.points_elsewhere),
    Rule("R333", "text", texts.has_no_content),
    Rule("R334", "words", texts.unfinished),
    Rule("R335", "any", texts.looks_like_code),
    Rule("R338", "any", texts.has_personal_data),
    Rule("R360", "grade", grades.best_but_short),
    Rule("R361", "grade", grades.worst_but_reached),
)


def check(case: Case) -> tuple[Problem, ...]:
    """一枚の様式を、すべての点検にかける。

    何も書かれていない様式は「未記入」で、何も問わない。計画のデータにもうある値も、
    記録したときに問うたので、問わない。
    """
    if not case.is_touched:
        return ()
    found: list[Problem] = []
    for rule in RULES:
        for answer in case.asked(rule.on):
            if answer.value is not None and not case.is_new(answer):
                continue
            facts = rule.find(case, answer)
            if facts is not None:
                found.append(case.problem(rule.code, answer, facts))
    return tuple(found)
