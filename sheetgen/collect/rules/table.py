"""点検の一覧と、何枚もの様式を並べて初めて分かることの点検。

一行が一つの点検で、符号、見る欄、見つける関数を持つ。重さとことばは
:mod:`sheetgen.messages.rules` にある。確認は「確認済み」にできるが、エラーはできない。
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from sheetgen.collect.answers import Answer, ReturnedForm
from sheetgen.collect.rules import figure_rules as figures
from sheetgen.collect.rules import figure_rules as grades
from sheetgen.collect.rules import substance
from sheetgen.collect.rules import text_rules as required
from sheetgen.collect.rules import text_rules as texts
from sheetgen.collect.rules.case import DASHES, Case, Facts
from sheetgen.collect.rules.text_rules import bare
from sheetgen.messages.quoting import in_short
from sheetgen.plan.value import Value
from sheetgen.problems import Place, Problem

_SHORTEST_COMPARED = 20
"""これより短い文は、たまたま同じになりうる。"""
_MOST_ITEMS = 10
"""同じ答えの実施項目を挙げる数。"""


def check_together(forms: Iterable[ReturnedForm]) -> tuple[Problem, ...]:
    """別の実施項目と同じ文の取組実績（R339）と、同じ答えのシート（R370）。"""
    known = list(forms)
    return (*_copied_texts(known), *_typed_at_once(known))


def _copied_texts(forms: Iterable[ReturnedForm]) -> Iterator[Problem]:
    """別の実施項目と同じ文の取組実績（写しまちがいかもしれない）。"""
    first: dict[str, tuple[ReturnedForm, Answer]] = {}
    for form in sorted(forms, key=_order):
        for path, answer in form.changed.items():
            own = bare(answer.value) if isinstance(answer.value, str) else ""
            field = form.fields.get(path)
            if not field or field.role != "text" or len(own) < _SHORTEST_COMPARED:
                continue
            other, _ = first.setdefault(own, (form, answer))
            if other.issued.item_id != form.issued.item_id:
                place = Place(
                    form.file, form.sheet, answer.ref, path, answer.label, form.issued.item_id
                )
                yield Problem("R339", place, {"other": other.issued.item_id})


def _order(form: ReturnedForm) -> tuple[str, str, str]:
    return form.issued.item_id, form.file, form.sheet


def _typed_at_once(forms: Iterable[ReturnedForm]) -> Iterator[Problem]:
    """一冊の中の、違う実施項目の様式の答えが、すべて同じこと。

    印刷したあとなどに何枚ものシートが選ばれたままだと、Excel は、打った字をすべてのシートに入れる。
    """
    groups: defaultdict[object, list[ReturnedForm]] = defaultdict(list)
    for form in sorted(forms, key=_order):
        answers = {path: answer.value for path, answer in form.changed.items()}
        if any(_is_own_answer(form, path, value) for path, value in answers.items()):
            groups[form.file, frozenset(answers.items())].append(form)
    for group in groups.values():
        items = list(dict.fromkeys(form.issued.item_id for form in group))
        for form in group if len(items) > 1 else ():
            item = form.issued.item_id
            facts = {"code": "R370", "item": item, "items": in_short(items, _MOST_ITEMS, "件")}
            yield Problem("R370", Place(form.file, form.sheet, item=item), facts)


def _is_own_answer(form: ReturnedForm, path: str, value: Value) -> bool:
    """その実施項目だけの答えか。評価などの選ぶ欄と、数のない印は、ほかの項目と同じでもおかしくない。"""
    field = form.fields.get(path)
    is_listed = field is not None and bool(field.options)
    return value is not None and value not in DASHES and not is_listed


class Rule(NamedTuple):
    """一つの点検。

    ``on`` は役割：欄の表の ``role``（``text``、``target`` など）か、種類から決まるもの
    （:data:`~sheetgen.collect.rules.case.GENERAL_ROLES`）か ``any``。
    増やした欄には、後のものだけが当たる。
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
    Rule("R325", "required", required.missing),
    Rule("R326", "figures", figures.hidden_in_print),
    Rule("R327", "amounts", figures.thousand_times),
    Rule("R328", "amounts", figures.one_thousandth),
    Rule("R329", "amounts", figures.huge_amount),
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
    Rule("R332", "words", substance.points_elsewhere),
    Rule("R333", "text", substance.has_no_content),
    Rule("R334", "words", texts.unfinished),
    Rule("R335", "any", texts.looks_like_code),
    Rule("R338", "any", texts.has_personal_data),
    Rule("R371", "value", figures.figure_for_dash),
    Rule("R371", "effect", figures.figure_for_dash),
    Rule("R360", "grade", grades.best_but_short),
    Rule("R361", "grade", grades.worst_but_reached),
    Rule("R380", "words", substance.stands_for_no_change),
    Rule("R380", "target", substance.word_for_target),
    Rule("R380", "planned_effect", substance.word_for_target),
    Rule("R381", "target", substance.figure_taken_away),
    Rule("R381", "planned_effect", substance.figure_taken_away),
    Rule("R382", "statements", substance.says_nothing),
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
