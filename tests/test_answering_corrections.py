"""差戻しの中身：どの答えを見せ、どの欄を、どんなことばで直してもらうか。"""

from __future__ import annotations

import re
import string
from dataclasses import replace
from pathlib import Path

import pytest
from answering_samples import (
    EFFECT,
    GRADE,
    REFS,
    TEXT,
    VALUE,
    answer,
    every_item,
    held,
    outcome,
    question,
    results_round,
    returned,
    waived,
)

from sheetgen.collect.answers import FormAnswer, ReturnedForm
from sheetgen.collect.corrections import RoundInputs, corrections
from sheetgen.collect.merging.decisions import Choice
from sheetgen.collect.merging.field_merge import Field, merge_field
from sheetgen.collect.request import ItemOutcome
from sheetgen.form.correction import Correction
from sheetgen.form.rounds import input_fields, open_paths, settle_round
from sheetgen.messages.catalogue import CATALOGUE
from sheetgen.messages.merging import HOW_TO_MEND, HOW_TO_MEND_FIELD, TOLD_TO_SECTIONS
from sheetgen.plan.loading import load_plan
from sheetgen.plan.paths import printed_initiative_year
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round, RoundKind
from sheetgen.plan.text import LONGEST_TEXT
from sheetgen.problems import Level, Place, Problem
from sheetgen.records.open_items import ItemState

ITEM = "08-08"


@pytest.fixture(scope="module")
def plan(plan_path: Path) -> Plan:
    return load_plan(plan_path)


@pytest.fixture(scope="module")
def chosen(plan: Plan) -> Round:
    return results_round(plan)


def asked(plan: Plan, chosen: Round) -> RoundInputs:
    year = printed_initiative_year(plan, chosen)
    return RoundInputs(input_fields(plan), open_paths(plan, chosen), year)


def one(plan: Plan, chosen: Round, found: ItemOutcome, *forms: ReturnedForm) -> Correction:
    (made,) = corrections(plan, asked(plan, chosen), every_item(plan, [found]), forms)
    return made


def test_only_items_in_question_are_sent_back(plan: Plan, chosen: Round) -> None:
    states = [state for state in ItemState if state is not ItemState.HELD]
    items = [item.id for _, _, item in plan.items()]
    outcomes = [outcome(plan, item, state) for item, state in zip(items, states, strict=False)]
    assert corrections(plan, asked(plan, chosen), every_item(plan, outcomes), []) == []


def test_a_questioned_reading_is_undone_and_a_plain_one_is_not(plan: Plan, chosen: Round) -> None:
    said = {
        VALUE: answer(plan, VALUE, 34, "３４台", "width unit"),
        EFFECT: answer(plan, EFFECT, 6800, "680万円", "money_unit"),
        GRADE: answer(plan, GRADE, "A", "ａ", "grade_form"),
    }
    problem = question(plan, "R217", ITEM, VALUE, raw="３４台", value=34)
    form = returned(plan, chosen, ITEM, said, problems=[problem])
    assert one(plan, chosen, held(plan, form), form).values == {
        VALUE: "３４台",
        EFFECT: 6800,
        GRADE: "A",
    }


def test_a_question_without_a_reading_leaves_the_number_a_number(plan: Plan, chosen: Round) -> None:
    form = returned(plan, chosen, ITEM, {EFFECT: 6800000},
                    problems=[question(plan, "R324", ITEM, EFFECT, value=6800000)])  # fmt: skip
    assert one(plan, chosen, held(plan, form), form).values == {EFFECT: 6800000}


def test_a_blank_answer_is_shown_blank(plan: Plan, chosen: Round) -> None:
    form = returned(plan, chosen, ITEM, {TEXT: None}, problems=[question(plan, "R301", ITEM, TEXT)])
    made = one(plan, chosen, held(plan, form), form)
    assert made.values == {TEXT: None}
    (reason,) = made.reasons
    assert (reason.written, reason.path) == ("（空欄）", TEXT)
    assert "記入してください" in reason.mend
    assert "R301" not in made.marks[TEXT]
    assert reason.cause in made.marks[TEXT]


def test_neither_of_two_answers_is_chosen(plan: Plan, chosen: Round) -> None:
    facts = {"values": "…", "choices": "…", "answers": "「甲.xlsx」では 1"}
    problems = [
        Problem("R401", Place(path=path, label=input_fields(plan)[path].label, item=ITEM), facts)
        for path in (TEXT, VALUE)
    ]
    a = returned(plan, chosen, ITEM, {TEXT: "・甲", VALUE: 1, GRADE: "A"}, file="甲.xlsx")
    b = returned(plan, chosen, ITEM, {TEXT: "・乙", VALUE: 2, GRADE: "A"}, file="乙.xlsx")
    found = outcome(plan, ITEM, ItemState.HELD, problems=tuple(problems))
    made = one(plan, chosen, found, a, b)
    assert made == one(plan, chosen, found, b, a)  # 届いた順によらない
    assert made.values == {
        TEXT: "【乙.xlsx】\n・乙\n【甲.xlsx】\n・甲",
        VALUE: "2 ／ 1",
        GRADE: "A",
    }
    assert set(made.marks) == {TEXT, VALUE}
    assert made.reasons[0].written == "・乙、・甲"
    assert all("正しいほうだけを残して" in reason.mend for reason in made.reasons)
    # 一つのブックに写したシートなら、シートの名で見分ける。
    copied = replace(b, file="甲.xlsx", sheet="(8)⑧ (2)")
    assert one(plan, chosen, found, a, copied).values[TEXT] == (
        "【甲.xlsx (8)⑧】\n・甲\n【甲.xlsx (8)⑧ (2)】\n・乙"
    )


OFFICE_WORDS = re.compile(
    r"計画のデータ|記録|取り込|--|符号|目印|テンプレート|プログラム|課に|課を|変更申出"
    r"|number_format|様式ID|R[0-9]{3}|配っ|配布|残しました|入れていません|論理値|回収"
)
NOT_OF_AN_ITEM = re.compile("R10[1-7]|R11[35678]|R19.|R384|R409|R410|R42.")
"""どの実施項目のものでもなく、差戻しにならない符号。"""


def test_sections_are_not_told_of_the_inside() -> None:
    """差戻しにわけとして載る、すべての符号のことば。直し方も。"""
    told = {
        code: TOLD_TO_SECTIONS.get(code, message.cause)
        for code, message in CATALOGUE.items()
        if re.match("R[1-4]", code)
        and message.level is not Level.NOTE
        and not NOT_OF_AN_ITEM.fullmatch(code)
    }
    assert len(told) > 70
    words = [*told.items(), *HOW_TO_MEND.items(), *HOW_TO_MEND_FIELD.items()]
    assert [(code, text) for code, text in words if OFFICE_WORDS.search(text)] == []
    assert set(TOLD_TO_SECTIONS) <= set(told)


def test_what_a_section_is_told_can_be_filled_in() -> None:
    """課へのわけは、事務局へのわけと同じ事実で書ける。"""

    def names(text: str) -> set[str]:
        found = {name for _, name, _, _ in string.Formatter().parse(text) if name}
        return {name for name in found if not name.startswith("terms")}

    for code, text in TOLD_TO_SECTIONS.items():
        known = names(CATALOGUE[code].cause) | ({"answers", "now"} if code[:2] == "R4" else set())
        assert names(text) <= known, code


def test_a_path_of_the_office_is_not_shown(plan: Plan, chosen: Round) -> None:
    path = "返信/令和6年度/0206_総務部 収納課_実績照会.xlsx"
    place = Place(path=TEXT, label=input_fields(plan)[TEXT].label, item=ITEM)
    a = returned(plan, chosen, ITEM, {TEXT: "・甲"}, file=path, original="1" * 64)
    b = returned(plan, chosen, ITEM, {TEXT: "・乙"}, file="回答.zip の中の 総務/乙.xlsx")
    answers = [FormAnswer(form, form.answers[TEXT]) for form in (a, b)]
    field = Field(ITEM, TEXT, place.label or "", None)
    (problem,) = merge_field(field, answers, Choice((), ITEM)).problems
    found = outcome(plan, ITEM, ItemState.HELD, problems=(problem,))
    made = one(plan, chosen, found, a, b)
    (reason,) = made.reasons
    shown = "\n".join(map(str, (*reason, *made.values.values(), *made.marks.values())))
    assert "返信" not in shown
    assert "zip" not in shown
    assert not OFFICE_WORDS.search(shown)
    assert "「0206_総務部 収納課_実績照会.xlsx」では 「・甲」" in reason.cause
    assert "【乙.xlsx】" in str(made.values[TEXT])


def test_other_items_are_named_as_printed(plan: Plan, chosen: Round) -> None:
    form = returned(plan, chosen, ITEM, {TEXT: "・甲"})
    facts = {"code": "R370", "item": ITEM, "items": "08-08、08-09"}
    problem = Problem("R370", Place(form.file, form.sheet, item=ITEM), facts)
    made = one(plan, chosen, outcome(plan, ITEM, ItemState.HELD, problems=(problem,)), form)
    assert "（(8)⑧、(8)⑨）" in made.reasons[0].cause


def test_one_department_fills_what_the_other_leaves_blank(plan: Plan, chosen: Round) -> None:
    a = returned(plan, chosen, ITEM, {TEXT: "・甲", VALUE: None}, file="甲.xlsx", original="1" * 64)
    b = returned(plan, chosen, ITEM, {TEXT: None, VALUE: 2}, file="乙.xlsx", original="2" * 64)
    found = outcome(plan, ITEM, ItemState.HELD, problems=(question(plan, "R302", ITEM, GRADE),))
    made = one(plan, chosen, found, a, b)
    assert made.values == {TEXT: "・甲", VALUE: 2}
    assert made.replaces == {"1" * 64, "2" * 64}


def test_a_form_that_was_answered_anew_is_left_out(plan: Plan, chosen: Round) -> None:
    old = returned(plan, chosen, ITEM, {TEXT: "・前"}, original="1" * 64)
    new = returned(plan, chosen, ITEM, {TEXT: "・後"}, original="2" * 64)
    new = replace(new, issued=replace(new.issued, replaces=frozenset({"1" * 64})))
    found = outcome(plan, ITEM, ItemState.HELD, problems=(question(plan, "R302", ITEM, GRADE),))
    made = one(plan, chosen, found, old, new)
    assert made.values == {TEXT: "・後"}
    assert made.replaces == {"2" * 64}


def test_the_field_is_found_by_its_path_its_cell_or_its_label(plan: Plan, chosen: Round) -> None:
    form = returned(plan, chosen, ITEM, {EFFECT: 1})
    label = input_fields(plan)[EFFECT].label
    places = [
        Place(path=EFFECT, item=ITEM),
        Place(file=form.file, sheet=form.sheet, cell=REFS[EFFECT], item=ITEM),
        Place(label=label, item=ITEM),
    ]
    for place in places:
        found = outcome(
            plan, ITEM, ItemState.HELD, problems=(Problem("R324", place, {"value": 1}),)
        )
        (reason,) = one(plan, chosen, found, form).reasons
        assert (reason.path, reason.label) == (EFFECT, label)
    stray = Problem("R112", Place(item=ITEM), {"round": "", "item": "", "title": "", "code": ""})
    found = outcome(plan, ITEM, ItemState.HELD, problems=(stray,))
    made = one(plan, chosen, found, form)
    assert (made.reasons[0].path, made.reasons[0].written, made.marks) == (None, "", {})


def test_the_initiative_is_known_by_its_lasting_path(plan: Plan) -> None:
    revision = settle_round(plan, RoundKind.REVISION, None)
    year = printed_initiative_year(plan, revision)
    problem = Problem("R307", Place(path=f"initiatives[{year}]", item=ITEM))
    form = returned(plan, revision, ITEM, {"initiative.text": None})
    made = one(plan, revision, outcome(plan, ITEM, ItemState.HELD, problems=(problem,)), form)
    assert set(made.marks) == {"initiative.text"}


def test_a_field_of_another_year_is_told_and_not_opened(plan: Plan, chosen: Round) -> None:
    path = "years[1].result.value"
    form = returned(plan, chosen, ITEM, {path: 40})
    facts = {"written": "40", "asked": "…"}
    found = held(plan, form, question(plan, "R340", ITEM, path, **facts))
    made = one(plan, chosen, found, form)
    assert (made.values, made.marks) == ({}, {})
    assert made.reasons[0].written == "40"
    assert "記入欄ではありません" in made.reasons[0].mend
    assert "書き直してください" in made.reasons[0].mend


def test_what_was_waived_is_not_asked(plan: Plan, chosen: Round) -> None:
    problems = [question(plan, "R301", ITEM, TEXT), question(plan, "R302", ITEM, GRADE)]
    form = returned(plan, chosen, ITEM, {}, problems=problems)
    found = replace(held(plan, form), waivers=(waived("R301", ITEM, TEXT, None),))
    assert set(one(plan, chosen, found, form).marks) == {GRADE}


def test_a_text_no_cell_can_hold_is_cut_and_told(plan: Plan, chosen: Round) -> None:
    long = "𠮷" * LONGEST_TEXT  # 一字が二つ分に数えられる
    form = returned(plan, chosen, ITEM, {TEXT: long, VALUE: "\ud800"},
                    problems=[question(plan, "R301", ITEM, TEXT)])  # fmt: skip
    made = one(plan, chosen, held(plan, form), form)
    text = made.values[TEXT]
    assert isinstance(text, str)
    assert len(text.encode("utf-16-le")) // 2 <= LONGEST_TEXT
    assert text.startswith("𠮷" * (LONGEST_TEXT // 2))
    assert made.cut == {TEXT: 2 * LONGEST_TEXT}
    assert made.values[VALUE] == "�"


def test_words_for_sections_use_only_what_their_problem_tells() -> None:
    for code, words in HOW_TO_MEND.items():
        message = CATALOGUE[code]
        told = {name for _, name, _, _ in string.Formatter().parse(message.cause + message.remedy)}
        wanted = {name for _, name, _, _ in string.Formatter().parse(words) if name}
        assert wanted <= told, code
        assert "--" not in words
