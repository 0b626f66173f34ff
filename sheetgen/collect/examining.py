"""見つけた欄の値を読み、点検する：MatchedForm から ReturnedForm まで。"""

from __future__ import annotations

from collections.abc import Iterator

from sheetgen.collect.answers import Answer, FoundCell, MatchedForm, Proposal, ReturnedForm
from sheetgen.collect.printing import Printing
from sheetgen.collect.rules.case import OF_INDICATOR, Case, unit_in
from sheetgen.collect.rules.locked_cells import locked, outside_round
from sheetgen.collect.rules.table import check
from sheetgen.collect.values.cell_value import PROVISIONAL_RULE, Expected, read_value
from sheetgen.collect.values.plain_text import ReadValue
from sheetgen.form.issued import IssuedForm
from sheetgen.form.rounds import input_fields
from sheetgen.messages.catalogue import message_of
from sheetgen.messages.quoting import excerpt, in_short
from sheetgen.plan.fields import PlanField, is_result, year_index
from sheetgen.plan.item import Item
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import FieldKind, RoundKind
from sheetgen.plan.value import Value
from sheetgen.problems import Level, Place, Problem
from sheetgen.reading.book import CellKind, RawCell, RemarkKind

_WRITINGS = frozenset({"R130", "R131", "R342"})
"""記入欄でない所に書かれたことを知らせる符号。"""
_SHOWN = 3
_WORDS_FOR_FIGURE = frozenset({"R215", "R216"})
_NO_FIGURE = (None, "-", "ー")


class Examiner:
    """一つの計画の様式を、次々に読み、点検する。

    ``printing`` がなければ、長すぎて印刷できない文のことは言わない。
    """

    def __init__(self, plan: Plan, printing: Printing | None = None) -> None:
        self._plan = plan
        self._printing = printing
        self._items = {item.id: item for _, _, item in plan.items()}
        self._fields = {
            path: one for path in input_fields(plan) if (one := plan.field(path)) is not None
        }

    def examine(self, matched: MatchedForm) -> ReturnedForm:
        """一枚を読み、点検する。問題は値として返し、例外は起こさない。"""
        item = self._items.get(matched.issued.item_id)
        if item is None:
            return _unknown(matched)
        answers, unread, problems = self._read(matched, item)
        case = Case(
            matched.file,
            matched.sheet,
            matched.round,
            item,
            matched.issued,
            answers,
            unread,
            self._plan,
            self._fields,
        )
        checked = check(case)
        kept = {one.place.path for one in checked if one.code == "R380"}
        # 数の欄の「変更なし」は、読めないと言うより、変えないのかを聞く。
        problems = [one for one in problems if one.code not in _WORDS_FOR_FIGURE
                    or one.place.path not in kept]  # fmt: skip
        problems += checked
        proposals: list[Proposal] = []
        for proposal, problem in (*outside_round(case), *locked(case, matched.locked)):
            if problem is not None:
                problems.append(problem)
            if proposal is not None:
                proposals.append(proposal)
        if self._printing is not None and case.is_touched:
            problems += self._printing.check(self._plan, case)
        if case.is_touched:
            problems += list(_not_corrected(matched, problems))
        else:
            problems += list(_written_elsewhere(matched, problems))
        return ReturnedForm(
            file=matched.file,
            original=matched.original,
            sheet=matched.sheet,
            round=matched.round,
            issued=matched.issued,
            answers=answers,
            proposals=tuple(proposals),
            problems=(*matched.problems, *problems),
            unread=unread,
            fields=self._fields,
        )

    def _read(
        self, matched: MatchedForm, item: Item
    ) -> tuple[dict[str, Answer], dict[str, str], list[Problem]]:
        """すべての欄を読む。開いていない欄の読みにくさは問わない。"""
        issued = matched.issued
        answers: dict[str, Answer] = {}
        unread: dict[str, str] = {}
        problems: list[Problem] = []
        for path, found in matched.found.items():
            base = issued.base.get(path)
            if _is_as_issued(found.cell, base):
                raw = base if isinstance(base, str) else "" if base is None else str(base)
                answers[path] = _answer(found, base, raw)
                continue
            field = self._fields.get(path)
            kind = field.kind if field else FieldKind.TEXT
            read = read_value(found.cell, kind, self._expected(item, path, field, base))
            is_open = path in issued.opened
            if read.readable:
                answers[path] = _answer(found, read.value, read.raw, read.rule)
                if is_open and field is not None and field.per_year:
                    is_new = matched.round.kind.provisional and read.value != base
                    if read.value is not None and (is_new or PROVISIONAL_RULE in read.rule.split()):
                        answers[path] = answers[path]._replace(provisional=True)
            elif is_open:
                unread[path] = read.raw
            else:
                answers[path] = _answer(found, read.raw, read.raw)
            if is_open:
                problems += _problems(matched, found, read)
        return answers, unread, problems

    def _expected(
        self, item: Item, path: str, field: PlanField | None, base: Value
    ) -> Expected | None:
        if field is None or field.kind is FieldKind.TEXT:
            return None
        if field.options:
            return Expected(scale=field.options)
        # 計画の値（目標など）は、見直すもので、決算を待つものではない。
        provisional = field.per_year and field.asked != RoundKind.REVISION.value
        if field.kind is FieldKind.MONEY or field.role not in OF_INDICATOR:
            unit = unit_in(field.label)
            return Expected(unit, field.number_format, provisional=provisional)
        indicator = item.indicator
        planned = base if field.role == "target" else _target(item, path)
        numeric = isinstance(planned, int | float)
        if planned in _NO_FIGURE:
            known = (indicator.current, indicator.target, *(year.target for year in item.years))
            numeric = any(isinstance(one, int | float) for one in known)
        like = planned if isinstance(planned, str) else None
        return Expected(
            indicator.unit, indicator.number_format, numeric, like, provisional=provisional
        )


def _target(item: Item, path: str) -> Value:
    """その年度の目標値。"""
    index = year_index(path)
    return None if index is None else item.years[index].target


def _not_corrected(matched: MatchedForm, problems: list[Problem]) -> Iterator[Problem]:
    """差戻しで尋ねた欄のうち、送ったときのまま戻ったもの。

    差戻しの様式に見せるのは読めた値で、疑ったもと（取り消し線、日付、書式）は残らない。
    点検だけでは、直さずに戻したことが分からない。ほかの点検がもう聞いている欄は、二度聞かない。
    """
    issued = matched.issued
    asking = [one for one in problems if message_of(one).level is not Level.NOTE]
    if issued.replaces and not issued.doubted and not asking:
        # どの欄と言えないことを尋ねたときは、どこか一つでも直してあればよい。
        if all(_is_as_shown(matched, path) for path in issued.opened):
            place = Place(matched.file, matched.sheet, item=issued.item_id)
            yield Problem("R344", place, {"item": issued.item_id})
        return
    asked = {one.place.path for one in asking}
    for path in sorted(issued.doubted - asked):
        if not is_result(path) and _is_plan_restored(issued, matched.found.get(path)):
            continue
        found = matched.found.get(path)
        if found is not None and _is_as_shown(matched, path):
            place = Place(matched.file, matched.sheet, found.ref, path, found.label, issued.item_id)
            yield Problem("R344", place, {"item": issued.item_id})


def _written_elsewhere(matched: MatchedForm, problems: list[Problem]) -> Iterator[Problem]:
    """記入欄は空のままだが、欄でない所に何かが書かれた様式。

    「未記入」とすると、書いた課に「記入がありません」と督促することになる。記入欄のことを
    言う書き込みは、もう聞いている（R144、R145）。
    """
    everything = [*matched.problems, *problems]
    found = [
        one
        for one in everything
        if one.code in _WRITINGS and one.facts.get("kind") != RemarkKind.LINK.value
    ]
    if not found or any(message_of(one).level is not Level.NOTE for one in everything):
        return
    texts = [_as_written(one) for one in found]
    first = found[0].place
    item = matched.issued.item_id
    place = Place(matched.file, matched.sheet, first.cell, None, first.label, item)
    yield Problem("R383", place, {"text": in_short(texts, _SHOWN, "か所"), "item": item})


def _as_written(problem: Problem) -> str:
    """書き込みの場所と、その中身。"""
    facts, cell = problem.facts, problem.place.cell
    text = str(facts.get("text") or facts.get("difference") or "")
    head = " ".join(str(word) for word in (cell, facts.get("kind")) if word)
    return f"{head} {excerpt(text, 100)}".strip()


def _is_plan_restored(issued: IssuedForm, found: FoundCell | None) -> bool:
    """差戻しの様式で、計画のとおりに戻して見せた欄か（R380、R381）。そのままなら「変えない」。"""
    base = issued.base.get(found.path) if found else None
    return found is not None and base is not None and issued.values.get(found.ref) == base


def _is_as_shown(matched: MatchedForm, path: str) -> bool:
    """欄の中身が、様式を作ったときに見せたものと同じか。"""
    found = matched.found.get(path)
    value = found.cell.value if found and found.cell else None
    shown = matched.issued.values.get(found.ref) if found else None
    return value == shown or (value in (None, "") and shown in (None, ""))


def _is_as_issued(cell: RawCell | None, base: Value) -> bool:
    """配ったときのままか。そのままの値は、読み直さない。"""
    if cell is None:
        return base is None
    if cell.formula is not None or cell.struck is not None or cell.raised is not None:
        return False
    if cell.kind is CellKind.TEXT:
        return cell.value == base
    if cell.kind is CellKind.NUMBER:
        return isinstance(base, int | float) and cell.value == base
    return cell.kind is CellKind.BLANK and base is None


def _answer(found: FoundCell, value: Value, raw: str, rule: str = "") -> Answer:
    return Answer(found.path, found.label, found.ref, value, raw, rule, found.how)


def _problems(matched: MatchedForm, found: FoundCell, read: ReadValue) -> list[Problem]:
    if not read.problems:
        return []
    place = Place(
        matched.file, matched.sheet, found.ref, found.path, found.label, matched.issued.item_id
    )
    return [Problem(code, place, facts) for code, facts in read.problems]


def _unknown(matched: MatchedForm) -> ReturnedForm:
    """計画にない実施項目の様式。書かれていたものだけを残す。"""
    item = matched.issued.item_id
    problem = Problem("R399", Place(matched.file, matched.sheet, item=item))
    unread = {
        path: str(found.cell.value)
        for path, found in matched.found.items()
        if found.cell is not None and found.cell.value is not None
    }
    return ReturnedForm(
        file=matched.file,
        original=matched.original,
        sheet=matched.sheet,
        round=matched.round,
        issued=matched.issued,
        answers={},
        problems=(*matched.problems, problem),
        unread=unread,
    )
