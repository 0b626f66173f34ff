"""一つの項目は、まるごと記録するか、まったくしないか。問題、通したこと、申出、状態。"""

from __future__ import annotations

from dataclasses import replace

import pytest
from merge_samples import (
    FULL,
    GRADE,
    NEXT_PLAN,
    PLAN,
    RESULTS,
    REVISION,
    TEXT,
    VALUE,
    digest,
    returned,
)
from test_merging_fields import codes, holding, merged, new_values, outcome

from sheetgen.collect.answers import Answer, Proposal, ReturnedForm
from sheetgen.collect.merging.decisions import check_decisions
from sheetgen.collect.merging.merge import merge
from sheetgen.collect.request import Take, Waiver
from sheetgen.messages.catalogue import describe
from sheetgen.problems import Place, Problem
from sheetgen.records.open_items import ItemState
from sheetgen.records.past import Past, WaivedValue

CONFIRM, ERROR, NOTE = "F013", "F015", "F012"
FACTS = {"value": 12, "shown": 12, "format": "0.0", "section": "総務課"}


def doubt(code: str, path: str | None = VALUE, item: str | None = "01-01") -> Problem:
    return Problem(code, Place(file="総務課.xlsx", path=path, item=item), FACTS)


def filled(*problems: Problem) -> ReturnedForm:
    return returned(FULL, problems=problems)


# --- 状態 ---


def test_every_item_has_its_state_in_printed_order() -> None:
    result = merge(PLAN, RESULTS, [returned(FULL, item="01-02")], Past())
    assert [(one.item, one.state) for one in result.outcomes] == [
        ("01-01", ItemState.MISSING),
        ("01-02", ItemState.RECORDED),
    ]
    assert {one.section for one in result.outcomes} == {"総務部 総務課"}


def test_what_began_later_is_waited_for_only_once_it_answers() -> None:
    """照会する年度になかった実施項目は、未提出とも未記入ともせず、答えがあれば受け取る。"""
    later = PLAN.model_copy(deep=True)
    data = later.model_dump()
    (first, *_) = data["policies"][0]["measures"][0]["entries"]
    first["introduced"] = RESULTS.year
    plan = type(PLAN).model_validate(data)
    for forms in ([], [returned()]):
        assert [one.item for one in merge(plan, RESULTS, forms, Past()).outcomes] == ["01-02"]
    answered = merge(plan, RESULTS, [returned(FULL)], Past()).outcomes
    assert [(one.item, one.state) for one in answered] == [
        ("01-01", ItemState.RECORDED),
        ("01-02", ItemState.MISSING),
    ]
    assert [one.item for one in merge(plan, REVISION, [], Past()).outcomes] == ["01-01", "01-02"]


def test_an_untouched_form_is_untouched() -> None:
    assert merged([returned()]).state is ItemState.UNTOUCHED


def test_nothing_delivered_for_a_recorded_item_is_not_missing() -> None:
    assert outcome(merge(holding(FULL), RESULTS, [], Past())).state is ItemState.KEPT
    past = Past(items=frozenset({"01-01"}))
    assert outcome(merge(PLAN, REVISION, [], past)).state is ItemState.KEPT


def test_what_was_recorded_or_written_once_is_not_untouched() -> None:
    known = Past(items=frozenset({"01-01"}))
    assert merged([returned()], past=known).state is ItemState.KEPT
    assert merged([returned(), returned(unread={VALUE: "3,4OO"}, file="二.xlsx")]).state is (
        ItemState.KEPT
    )
    for path in FULL:
        assert outcome(merge(holding({path: FULL[path]}), RESULTS, [], Past())).state is (
            ItemState.KEPT
        )
    # 見直し照会では、実績が入っていても、答えが届いたことにはならない。
    assert outcome(merge(holding(FULL), REVISION, [], Past())).state is ItemState.MISSING


def test_something_unreadable_is_not_untouched() -> None:
    form = returned(unread={VALUE: "3,4OO"}, problems=[doubt(ERROR)])
    assert merged([form]).state is ItemState.HELD


# --- 全部か、何も入れないか ---


@pytest.mark.parametrize("code", [CONFIRM, ERROR])
def test_one_doubt_holds_the_whole_item(code: str) -> None:
    one = merged([filled(doubt(code))])
    assert (one.state, one.changes, codes(one)) == (ItemState.HELD, (), [code])


def test_a_doubt_holds_no_other_item() -> None:
    forms = [filled(doubt(ERROR)), returned(FULL, item="01-02", file="二.xlsx")]
    result = merge(PLAN, RESULTS, forms, Past())
    assert outcome(result, "01-02").state is ItemState.RECORDED


@pytest.mark.parametrize("problem", [doubt(NOTE), doubt(ERROR, item=None), doubt(NOTE, path=None)])
def test_notes_and_problems_of_the_file_hold_nothing(problem: Problem) -> None:
    one = merged([filled(problem)])
    assert (one.state, codes(one)) == (ItemState.RECORDED, [problem.code])


def test_what_another_form_filled_is_no_fault() -> None:
    """文章だけの様式と、数だけの様式。互いの空欄は問題にならない。"""
    text = returned({TEXT: "進めた。"}, file="一.xlsx", problems=[doubt(ERROR, VALUE)])
    figure = returned({VALUE: 12}, file="二.xlsx", problems=[doubt(ERROR, TEXT)])
    assert merged([text, figure]).state is ItemState.RECORDED
    assert merged([text]).state is ItemState.HELD
    assert merged([figure]).state is ItemState.HELD


def test_a_doubt_about_a_value_that_does_not_go_in_is_none() -> None:
    doubtful = returned({VALUE: 12_000}, file="一.xlsx", problems=[doubt(ERROR)])
    right = returned({VALUE: 12}, file="二.xlsx")
    assert sorted(codes(merged([doubtful, right]))) == ["F015", "R401"]
    taken = merged([doubtful, right], takes=[Take("二.xlsx")])
    assert (taken.state, new_values(taken)) == (ItemState.RECORDED, {VALUE: 12})
    assert merged([doubtful, right], takes=[Take("一.xlsx")]).state is ItemState.HELD


def test_what_the_master_cannot_hold_stops_one_item_only() -> None:
    bad = returned({GRADE: "Ｚ", TEXT: "進めた。"})
    one = merged([bad])
    assert (one.state, codes(one)) == (ItemState.HELD, ["R408"])
    assert codes(merged([returned({TEXT: "あ\x07"})])) == ["R408"]
    assert codes(merged([returned({VALUE: 10**15})])) == ["R408"]
    assert codes(merged([returned({TEXT: 12})])) == ["R408"]
    revised = returned({NEXT_PLAN: 12}, chosen=REVISION)
    assert codes(outcome(merge(PLAN, REVISION, [revised], Past()))) == ["R408"]
    path = "item.overall_grade"
    for grade, state in (("Ｚ", ItemState.HELD), ("○", ItemState.RECORDED)):
        form = returned()
        answer = Answer(path, "全期間総合評価", "C9", grade, grade)
        issued = replace(form.issued, opened=frozenset({path}))
        assert merged([replace(form, issued=issued, answers={path: answer})]).state is state


def test_an_unreadable_answer_is_asked_though_another_form_answers_it() -> None:
    lost = returned(unread={VALUE: "3,4OO"}, problems=[doubt(ERROR)])
    one = merged([lost, returned({VALUE: 12}, file="二.xlsx")])
    assert (one.state, codes(one)) == (ItemState.HELD, [ERROR])


def test_a_doubt_about_a_field_that_was_not_opened_holds_the_item() -> None:
    form = filled(doubt(ERROR))
    closed = replace(form, issued=replace(form.issued, opened=frozenset({TEXT})))
    assert codes(merged([closed])) == [ERROR]


# --- 直した様式は、もとの様式に代わる ---


def test_a_corrected_form_replaces_the_first() -> None:
    first = returned({TEXT: "進めた。", VALUE: 12_000}, file="一.xlsx", problems=[doubt(ERROR)])
    again = returned({TEXT: "進めた。", VALUE: 12}, file="二.xlsx", replaces=[digest("一.xlsx")])
    one = merged([first, again])
    assert (one.state, codes(one)) == (ItemState.RECORDED, ["R406"])
    assert new_values(one) == {TEXT: "進めた。", VALUE: 12}
    place = one.problems[0].place
    assert (place.file, place.sheet, place.item) == ("一.xlsx", "01-01", "01-01")


def test_what_was_asked_of_a_replaced_form_is_asked_no_more() -> None:
    first = returned({VALUE: 12}, file="一.xlsx", problems=[doubt(ERROR, None)])
    again = returned(
        {VALUE: 12}, file="二.xlsx", replaces=[digest("一.xlsx")], problems=[doubt(CONFIRM)]
    )
    assert codes(merged([first, again])) == ["R406", CONFIRM]


def test_a_form_does_not_replace_itself() -> None:
    """差戻しの様式を、もう一度そのまま差し戻したもの。"""
    own = returned({VALUE: 12}, file="一.xlsx", replaces=[digest("一.xlsx")])
    assert codes(merged([own, returned({VALUE: 13}, file="二.xlsx")])) == ["R401"]


def test_clearing_an_answer_in_the_corrected_form_clears_it() -> None:
    first = returned({TEXT: "進めた。", VALUE: 12}, file="一.xlsx")
    again = returned({TEXT: "進めた。"}, file="二.xlsx", replaces=[digest("一.xlsx")])
    assert new_values(merged([first, again])) == {TEXT: "進めた。"}


def test_a_form_the_correction_did_not_know_still_counts() -> None:
    again = returned({VALUE: 12}, file="二.xlsx", replaces=[digest("一.xlsx")])
    other = returned({VALUE: 13}, file="三.xlsx")
    assert codes(merged([again, other])) == ["R401"]


def test_corrections_of_each_other_lose_nothing() -> None:
    one = returned({VALUE: 12}, file="一.xlsx", replaces=[digest("二.xlsx")])
    two = returned({VALUE: 13}, file="二.xlsx", replaces=[digest("一.xlsx")])
    assert codes(merged([one, two])) == ["R401"]


# --- 確認済み ---


def test_a_waived_doubt_lets_the_item_through() -> None:
    result = merge(
        PLAN, RESULTS, [filled(doubt(CONFIRM))], Past(), [Waiver(CONFIRM, "01-01")], (), "電話で"
    )
    one = outcome(result)
    assert (one.state, codes(one), result.problems) == (ItemState.RECORDED, [], ())
    (used,) = one.waivers
    assert (used.code, used.path, used.value, used.reason) == (CONFIRM, VALUE, 12, "電話で")


def test_a_waiver_is_remembered_while_the_value_is_the_same() -> None:
    past = Past(waived=frozenset({WaivedValue(CONFIRM, "01-01", VALUE, 12)}))
    one = merged([filled(doubt(CONFIRM))], past=past)
    assert (one.state, codes(one), one.waivers) == (ItemState.RECORDED, ["R407"], ())
    other = returned({**FULL, VALUE: 13}, problems=[doubt(CONFIRM)])
    assert merged([other], past=past).state is ItemState.HELD


def test_a_waiver_given_again_is_not_recorded_again() -> None:
    past = Past(waived=frozenset({WaivedValue(CONFIRM, "01-01", VALUE, 12)}))
    waivers = [Waiver(CONFIRM, "01-01")]
    result = merge(PLAN, RESULTS, [filled(doubt(CONFIRM))], past, waivers, (), "電話で")
    assert outcome(result).waivers == ()
    assert result.problems == ()


def test_a_doubt_without_a_value_is_remembered_by_its_facts() -> None:
    form = filled(doubt(CONFIRM, None))
    one = outcome(merge(PLAN, RESULTS, [form], Past(), [Waiver(CONFIRM, "01-01")], (), "わけ"))
    (used,) = one.waivers
    assert used.path is None
    past = Past(waived=frozenset({WaivedValue(CONFIRM, "01-01", None, used.value)}))
    assert merged([form], past=past).state is ItemState.RECORDED
    changed = Problem(CONFIRM, form.problems[0].place, {**FACTS, "shown": 13})
    assert merged([filled(changed)], past=past).state is ItemState.HELD


def test_a_cleared_answer_may_be_waived() -> None:
    plan = holding(FULL)
    form = returned({TEXT: None}, plan=plan)
    one = outcome(merge(plan, RESULTS, [form], Past(), [Waiver("R403", "01-01")], (), "消す"))
    assert (one.state, new_values(one)) == (ItemState.RECORDED, {TEXT: None})


def test_a_cleared_answer_is_asked_about_once() -> None:
    """答えの点検（R308）が尋ねているときは、一つの --waive で通る。"""
    plan = holding(FULL)
    place = Place("総務課.xlsx", "(1)①", "C10", TEXT, "令和7年度の取組実績", "01-01")
    asked = Problem("R308", place, {"old": FULL[TEXT]})
    form = replace(returned({TEXT: None}, plan=plan), problems=(asked,))
    assert codes(merged([form], plan)) == ["R308"]
    one = outcome(merge(plan, RESULTS, [form], Past(), [Waiver("R308", "01-01")], (), "消す"))
    assert (one.state, new_values(one)) == (ItemState.RECORDED, {TEXT: None})


def test_another_cleared_answer_is_asked_about_beside_it() -> None:
    plan = holding(FULL)
    place = Place("総務課.xlsx", "(1)①", "C11", VALUE, "令和7年度の成果指標の実績値", "01-01")
    form = returned({TEXT: None, VALUE: None}, plan=plan)
    asked = replace(form, problems=(Problem("R308", place, {"old": 12}),))
    found = [(one.code, one.place.path) for one in merged([asked], plan).problems]
    assert found == [("R308", VALUE), ("R403", TEXT)]
    (cleared,) = [one for one in merged([asked], plan).problems if one.code == "R403"]
    assert cleared.facts == {"old": "「進めた。」", "item": "01-01"}


def test_only_the_question_of_the_blank_itself_stands_for_it() -> None:
    """消された欄を尋ねる問題（R308）だけが、同じことの問い（R403）に代わる。"""
    plan = holding(FULL)
    form = returned({TEXT: None}, plan=plan)
    noted = replace(form, problems=(doubt(NOTE, TEXT),))
    assert codes(merged([noted], plan)) == [NOTE, "R403"]
    place = Place("総務課.xlsx", path=TEXT, item="01-01")
    asked = replace(form, problems=(Problem("R308", place, {"old": FULL[TEXT]}),))
    other = returned({TEXT: "別の文。"}, plan=plan, file="別.xlsx")
    assert sorted(codes(merged([asked, other], plan))) == ["R308", "R401"]


def test_a_waiver_keeps_the_field_or_the_cell_it_was_given_for() -> None:
    """欄の分からない問題は、そのセルの答えで。どの答えのものでもなければ、その事実で覚える。"""
    form = filled()
    ref = form.answers[GRADE].ref
    by_cell = Problem(CONFIRM, Place(file="総務課.xlsx", cell=ref, item="01-01"), FACTS)
    by_facts = Problem(CONFIRM, Place(file="総務課.xlsx", cell="Z9", item="01-01"), FACTS)
    waivers = [Waiver(CONFIRM, "01-01")]
    forms = [replace(form, problems=(by_cell, by_facts))]
    one = outcome(merge(PLAN, RESULTS, forms, Past(), waivers, (), "わけ"))
    assert [(used.path, used.value, used.file) for used in one.waivers] == [
        (GRADE, "○", "総務課.xlsx"),
        (None, "Z9 format=0.0; section=総務課; shown=12; value=12", "総務課.xlsx"),
    ]


def test_a_waiver_lets_no_doubt_of_another_item_through() -> None:
    """様式の中の、ほかの項目についての問題。"""
    other = filled(doubt(CONFIRM, item="01-02"), doubt(NOTE))
    waivers = [Waiver(CONFIRM, "01-01")]
    result = merge(PLAN, RESULTS, [other], Past(), waivers, (), "わけ")
    assert (codes(outcome(result)), outcome(result).waivers) == ([CONFIRM, NOTE], ())
    assert [problem.code for problem in result.problems] == ["R424"]


def test_the_reason_of_a_waiver_is_kept_without_its_blanks() -> None:
    forms, waivers = [filled(doubt(CONFIRM))], [Waiver(CONFIRM, "01-01")]
    one = outcome(merge(PLAN, RESULTS, forms, Past(), waivers, (), " 電話で　\n"))
    assert [used.reason for used in one.waivers] == ["電話で"]


def test_a_doubt_let_through_before_hides_none_after_it() -> None:
    past = Past(waived=frozenset({WaivedValue(CONFIRM, "01-01", VALUE, 12)}))
    form = filled(doubt(CONFIRM), doubt(CONFIRM, TEXT))
    waivers = [Waiver(CONFIRM, "01-01")]
    assert codes(merged([form], past=past)) == ["R407", CONFIRM]
    one = outcome(merge(PLAN, RESULTS, [form], past, waivers, (), "わけ"))
    assert (one.state, [used.path for used in one.waivers]) == (ItemState.RECORDED, [TEXT])


def test_the_same_doubt_is_told_once() -> None:
    one = merged([filled(doubt(ERROR), doubt(ERROR), doubt(ERROR, TEXT))])
    assert [(p.code, p.place.path) for p in one.problems] == [(ERROR, VALUE), (ERROR, TEXT)]


def test_waivers_of_a_held_item_are_kept() -> None:
    form = filled(doubt(CONFIRM), doubt(ERROR, TEXT))
    one = outcome(merge(PLAN, RESULTS, [form], Past(), [Waiver(CONFIRM, "01-01")], (), "わけ"))
    assert (one.state, codes(one), len(one.waivers)) == (ItemState.HELD, [ERROR], 1)


def test_an_error_cannot_be_waived() -> None:
    form, waivers = filled(doubt(ERROR)), [Waiver(ERROR, "01-01")]
    refused = merge(PLAN, RESULTS, [form], Past(), waivers, (), "わけ")
    assert outcome(refused).state is ItemState.HELD
    assert [problem.code for problem in refused.problems] == ["R423"]


def test_a_conflict_cannot_be_waived() -> None:
    assert [p.code for p in check_decisions(PLAN, [Waiver("R401", "01-01")], (), "わけ")] == [
        "R423"
    ]


@pytest.mark.parametrize(
    ("waiver", "reason", "code"),
    [
        (Waiver(CONFIRM, "01-01"), None, "R420"),
        (Waiver(CONFIRM, "01-01"), "　", "R420"),
        (Waiver("R999", "01-01"), "わけ", "R421"),
        (Waiver(CONFIRM, "09-09"), "わけ", "R422"),
        (Waiver(CONFIRM, "01-02"), "わけ", "R424"),
    ],
)
def test_wrong_waivers_are_told(waiver: Waiver, reason: str | None, code: str) -> None:
    result = merge(PLAN, RESULTS, [filled(doubt(CONFIRM))], Past(), [waiver], (), reason)
    assert [problem.code for problem in result.problems] == [code]
    assert describe(result.problems[0])
    assert outcome(result).state is ItemState.HELD


def test_decisions_that_meet_nothing_are_told() -> None:
    result = merge(PLAN, RESULTS, [returned(FULL)], Past(), takes=[Take("ない.xlsx")])
    assert [problem.code for problem in result.problems] == ["R425"]
    assert "総務課.xlsx" in describe(result.problems[0])
    wrong = merge(PLAN, RESULTS, [returned(FULL)], Past(), takes=[Take(None, "09-09")])
    assert [problem.code for problem in wrong.problems] == ["R422"]
    # 決め終えた食い違いへの指定は、くり返しても咎めない。
    idle = merge(PLAN, RESULTS, [returned(FULL)], Past(), takes=[Take("総務課.xlsx"), Take(None)])
    assert idle.problems == ()


def test_what_is_wrong_with_a_decision_is_told_in_its_own_words() -> None:
    waivers = [Waiver("R999", "09-09"), Waiver(ERROR, "01-01")]
    takes = [Take("一.xlsx", "09-09"), Take(None, "08-08"), Take(None, "01-01"), Take("二.xlsx")]
    found = check_decisions(PLAN, waivers, takes, "わけ")
    assert [(one.code, one.place.label, dict(one.facts)) for one in found] == [
        ("R421", "--waive", {"code": "R999"}),
        ("R422", "--waive",
         {"number": "09-09", "option": "--waive R999:09-09", "first": "01-01"}),
        ("R423", "--waive", {"code": ERROR}),
        ("R422", "--take",
         {"number": "09-09", "option": "--take 09-09:一.xlsx", "first": "01-01"}),
        ("R422", "--take",
         {"number": "08-08", "option": "--take 08-08:master", "first": "01-01"}),
    ]  # fmt: skip


def test_a_decision_that_meets_nothing_is_told_with_what_there_is() -> None:
    forms = [returned(FULL, file="二.xlsx"), returned(FULL, file="一.xlsx"),
             returned(FULL, file="三.xlsx", item="01-02")]  # fmt: skip
    takes = [Take("二.xlsx", "01-02"), Take("四.xlsx"), Take("三.xlsx"), Take("三.xlsx", "01-02")]
    waivers = [Waiver(CONFIRM, "01-01"), Waiver(CONFIRM, "01-01")]
    found = merge(PLAN, RESULTS, forms, Past(), waivers, takes, "わけ").problems
    known = "一.xlsx、三.xlsx、二.xlsx"
    assert [(one.code, one.place.label, dict(one.facts)) for one in found] == [
        ("R424", "--waive", {"code": CONFIRM, "number": "01-01"}),
        ("R425", "--take", {"take": "01-02:二.xlsx", "known": known}),
        ("R425", "--take", {"take": "四.xlsx", "known": known}),
    ]
    (none,) = merge(PLAN, RESULTS, [], Past(), takes=[Take("一.xlsx")]).problems
    assert none.facts["known"] == "なし"


# --- 変更申出（20 行目） ---

PROPOSAL = Proposal("item.title", "実施項目", "C3", "実施項目その1", "実施項目その一")


def test_changed_plan_text_is_a_proposal_and_goes_nowhere_by_itself() -> None:
    """20行目：ロックされた計画の文の変更は、変更申出とする。"""
    one = merged([returned(FULL, proposals=[PROPOSAL])])
    assert [p.proposal for p in one.proposals] == [PROPOSAL]
    assert one.state is ItemState.RECORDED
    assert "item.title" not in new_values(one)


def test_the_same_proposal_is_collected_once() -> None:
    forms = [
        returned(FULL, file="一.xlsx", proposals=[PROPOSAL]),
        returned(FULL, file="二.xlsx", proposals=[PROPOSAL]),
    ]
    (first,) = merged(forms).proposals
    past = Past(proposed=frozenset({("01-01", "実施項目", first.proposal.old, first.proposal.new)}))
    assert merged(forms, past=past).proposals == ()


def test_a_proposal_on_a_held_item_is_kept() -> None:
    one = merged([returned(FULL, proposals=[PROPOSAL], problems=[doubt(ERROR)])])
    assert (one.state, len(one.proposals)) == (ItemState.HELD, 1)


# --- よその様式 ---


def test_a_form_of_another_round_is_told_and_holds_nothing() -> None:
    forms = [returned(chosen=REVISION, file="前の照会.xlsx"), returned(FULL)]
    result = merge(PLAN, RESULTS, forms, Past())
    assert [problem.code for problem in result.problems] == ["R409"]
    told = result.problems[0]
    assert (told.place.file, told.place.sheet, told.place.item) == ("前の照会.xlsx", "01-01", None)
    assert told.facts["number"] == "01-01"
    assert outcome(result).state is ItemState.RECORDED


def test_a_form_of_an_item_that_is_no_more_is_told() -> None:
    form = returned(FULL, item="01-02")
    measure = PLAN.policies[0].measures[0]
    shorter = measure.model_copy(update={"entries": measure.entries[:1]})
    policy = PLAN.policies[0].model_copy(update={"measures": (shorter,)})
    plan = PLAN.model_copy(update={"policies": (policy,)})
    result = merge(plan, RESULTS, [form], Past())
    assert [problem.code for problem in result.problems] == ["R410"]
    assert (result.problems[0].place.item, result.problems[0].facts["number"]) == (None, "01-02")
    assert [one.item for one in result.outcomes] == ["01-01"]
