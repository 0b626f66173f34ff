"""一つの欄の突き合わせ。配ったとき・戻ったとき・いまの三つと、記録簿の知っていること。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from merge_samples import (
    EFFECT,
    FULL,
    GRADE,
    INITIATIVE,
    NEXT_PLAN,
    PLAN,
    RESULTS,
    REVISION,
    TEXT,
    VALUE,
    returned,
)

from sheetgen.collect.answers import ReturnedForm
from sheetgen.collect.merging.merge import Merged, merge
from sheetgen.collect.request import ItemOutcome, Take
from sheetgen.messages.catalogue import describe, message_of
from sheetgen.plan.paths import with_items, with_values
from sheetgen.plan.plan import Plan
from sheetgen.plan.value import Value
from sheetgen.problems import Level
from sheetgen.records.open_items import ItemState
from sheetgen.records.past import Past


def holding(values: Mapping[str, Value], item: str = "01-01") -> Plan:
    """値が入ったあとの計画。"""
    changed = with_values(PLAN.find(item)[2], values, RESULTS.initiative_year)
    return with_items(PLAN, {item: changed})


def outcome(merged: Merged, item: str = "01-01") -> ItemOutcome:
    return next(one for one in merged.outcomes if one.item == item)


def new_values(one: ItemOutcome) -> dict[str, Value]:
    return {change.path: change.new for change in one.changes}


def codes(one: ItemOutcome) -> list[str]:
    for problem in one.problems:
        assert describe(problem)
        assert "{" not in describe(problem)
    return [problem.code for problem in one.problems]


def merged(
    forms: Sequence[ReturnedForm],
    plan: Plan = PLAN,
    past: Past | None = None,
    takes: Sequence[Take] = (),
) -> ItemOutcome:
    return outcome(merge(plan, RESULTS, forms, past or Past(), takes=takes))


def recorded(path: str, *values: Value) -> Past:
    return Past(recorded={("01-01", path): frozenset(values)})


def rejected(path: str, *values: Value) -> Past:
    return Past(rejected={("01-01", path): frozenset(values)})


# --- 様式一枚 ---


def test_what_one_side_wrote_goes_in() -> None:
    one = merged([returned(FULL)])
    assert one.state is ItemState.RECORDED
    assert new_values(one) == FULL
    assert {change.old for change in one.changes} == {None}
    change = one.changes[0]
    assert (change.file, change.sheet, change.answer.raw) == ("総務課.xlsx", "01-01", "進めた。")
    assert codes(one) == []


def test_what_the_master_already_has_is_no_change() -> None:
    one = merged([returned(FULL)], holding(FULL))
    assert (one.state, one.changes, codes(one)) == (ItemState.KEPT, (), [])


@pytest.mark.parametrize("value", [0, "-", "ー", "－", 0.0, "0"])
def test_signs_that_look_alike_stay_apart(value: Value) -> None:
    """空欄・0・-・ー は別のもの（20 は 18 行目と合わせて）。"""
    one = merged([returned({VALUE: value})])
    assert new_values(one) == {VALUE: value}
    assert type(one.changes[0].new) is type(value)
    assert codes(merged([returned({VALUE: value})], holding({VALUE: "なし"}))) == ["R402"]


def test_the_master_edited_since_is_a_conflict() -> None:
    """34行目：配ったあとに手で直した計画のデータ。"""
    one = merged([returned(FULL)], holding({VALUE: 99}))
    assert (one.state, one.changes) == (ItemState.HELD, ())
    (problem,) = one.problems
    assert (problem.code, problem.place.path, problem.place.item) == ("R402", VALUE, "01-01")
    assert problem.place.label == "令和7年度の成果指標の実績値"
    words = str(problem.facts["values"])
    assert "総務課.xlsx シート「01-01」 セル C11 では 12" in words
    assert "計画のデータでは 99" in words
    choices = str(problem.facts["choices"])
    assert "--take 01-01:総務課.xlsx" in choices
    assert "--take 01-01:master" in choices


def test_the_master_edited_elsewhere_is_no_conflict() -> None:
    plan = holding({EFFECT: 5})
    one = merged([returned({TEXT: "進めた。"})], plan)
    assert (one.state, new_values(one)) == (ItemState.RECORDED, {TEXT: "進めた。"})


def test_a_blank_form_takes_nothing_away() -> None:
    one = merged([returned()], holding(FULL))
    assert (one.state, one.changes, codes(one)) == (ItemState.KEPT, (), [])


def test_a_cleared_answer_is_asked_about() -> None:
    plan = holding(FULL)
    one = merged([returned({TEXT: None}, plan=plan)], plan)
    assert (one.state, one.changes) == (ItemState.HELD, ())
    (problem,) = one.problems
    assert (problem.code, problem.place.cell) == ("R403", "C10")
    assert message_of(problem).level is Level.CONFIRM


def test_cleared_on_both_sides_is_nothing() -> None:
    one = merged([returned({TEXT: None}, base={TEXT: "前の文"})])
    assert (one.changes, codes(one)) == ((), [])


# --- 一つの項目に何枚も（5 行目） ---


def test_two_forms_combine_field_by_field() -> None:
    one = merged(
        [
            returned({TEXT: "進めた。", GRADE: "○"}, file="総務課.xlsx"),
            returned({VALUE: 12, EFFECT: 3400}, file="管財課.xlsx"),
        ]
    )
    assert (one.state, new_values(one)) == (ItemState.RECORDED, FULL)
    assert {change.path: change.file for change in one.changes} == {
        TEXT: "総務課.xlsx",
        GRADE: "総務課.xlsx",
        VALUE: "管財課.xlsx",
        EFFECT: "管財課.xlsx",
    }
    assert one.files == ("管財課.xlsx", "総務課.xlsx")


def test_two_equal_forms_are_one() -> None:
    one = merged([returned(FULL, file="一.xlsx"), returned(FULL, file="二.xlsx")])
    assert (one.state, new_values(one)) == (ItemState.RECORDED, FULL)


def test_a_value_of_two_forms_is_told_of_the_first() -> None:
    """ファイルとシートの名の順で初めのもの。届いた順にはよらない。"""
    forms = [returned(FULL, file=name) for name in ("二.xlsx", "一.xlsx", "三.xlsx")]
    one = merged(forms)
    assert {change.file for change in one.changes} == {"一.xlsx"}
    assert one.files == ("一.xlsx", "三.xlsx", "二.xlsx")
    sheets = [returned(FULL, sheet=name) for name in ("い", "あ")]
    assert {change.sheet for change in merged(sheets).changes} == {"あ"}


def test_one_who_saw_the_master_is_enough() -> None:
    """同じ値の二つの様式。いまの計画のデータを見て書いたものが一つあれば、食い違いではない。"""
    plan = holding({VALUE: 99})
    seen, unseen = returned({VALUE: 12}, file="二.xlsx", base={VALUE: 99}), returned({VALUE: 12})
    assert new_values(merged([unseen, seen], plan)) == {VALUE: 12}
    assert codes(merged([unseen, unseen], plan)) == ["R402"]


def test_a_field_that_was_not_opened_takes_no_answer() -> None:
    form = returned(FULL)
    closed = replace(form, issued=replace(form.issued, opened=frozenset({TEXT, GRADE})))
    assert new_values(merged([closed])) == {TEXT: FULL[TEXT], GRADE: FULL[GRADE]}


def test_two_values_for_one_field_hold_the_item() -> None:
    """5行目：二つの課から同じ項目。3行目：同じ項目のシートが二枚、中身が違う。"""
    forms = [
        returned(FULL, file="総務課.xlsx"),
        returned({**FULL, VALUE: 13}, file="管 財.xlsx"),
    ]
    one = merged(forms)
    assert (one.state, one.changes, codes(one)) == (ItemState.HELD, (), ["R401"])
    facts = one.problems[0].facts
    for word in (
        "総務課.xlsx シート「01-01」 セル C11 では 12",
        "管 財.xlsx シート「01-01」 セル C11 では 13",
        "計画のデータでは 空欄",
    ):
        assert word in str(facts["values"])
    assert '--take "01-01:管 財.xlsx"' in str(facts["choices"])


@pytest.mark.parametrize(
    ("take", "value"),
    [
        (Take("総務課.xlsx", "01-01"), 12),
        (Take("管財課.xlsx", "01-01"), 13),
        (Take("管財課.xlsx"), 13),
        (Take("返信/管財課.xlsx"), 13),
        (Take("returned\\返信\\管財課.XLSX"), 13),
        (Take(None), None),
        (Take(None, "01-01"), None),
    ],
)
def test_a_decision_settles_it(take: Take, value: Value) -> None:
    forms = [
        returned({VALUE: 12}, file="返信/総務課.xlsx"),
        returned({VALUE: 13}, file="返信/管財課.xlsx"),
    ]
    one = merged(forms, takes=[take])
    assert new_values(one) == ({} if value is None else {VALUE: value})
    assert one.state is (ItemState.KEPT if value is None else ItemState.RECORDED)
    assert {(r.kept, r.rejected) for r in one.rejected} == {
        (value, other) for other in (12, 13) if other != value
    }
    assert codes(one) == []


def test_a_part_of_a_name_names_no_other_file() -> None:
    """``課.xlsx`` は ``総務課.xlsx`` を指さない。フォルダーの名は、区切りの所まで。"""
    forms = [returned({VALUE: 12}, file="返信/総務課.xlsx"), returned({VALUE: 13}, file="課.xlsx")]
    for name, value in (("課.xlsx", 13), ("総務課.xlsx", 12), (" 返信\\総務課.XLSX ", 12)):
        assert new_values(merged(forms, takes=[Take(name)])) == {VALUE: value}
    for name in ("務課.xlsx", "信/総務課.xlsx", "前の課.xlsx"):
        assert codes(merged(forms, takes=[Take(name)])) == ["R401"]


def test_a_name_that_a_command_prompt_would_break_is_quoted() -> None:
    forms = [returned({VALUE: 12}, file="a&b.xlsx"), returned({VALUE: 13}, file="二.xlsx")]
    choices = str(merged(forms).problems[0].facts["choices"])
    assert choices == ('--take "01-01:a&b.xlsx" か --take 01-01:二.xlsx か --take 01-01:master')


def test_a_decision_for_one_item_beats_one_for_all() -> None:
    forms = [returned({VALUE: 12}, file="一.xlsx"), returned({VALUE: 13}, file="二.xlsx")]
    one = merged(forms, takes=[Take("一.xlsx"), Take("二.xlsx", "01-01")])
    assert new_values(one) == {VALUE: 13}


def test_a_decision_for_another_item_settles_nothing() -> None:
    forms = [returned({VALUE: 12}, file="一.xlsx"), returned({VALUE: 13}, file="二.xlsx")]
    one = merged(forms, takes=[Take("一.xlsx", "01-02"), Take(None, "01-02")])
    assert (one.state, codes(one)) == (ItemState.HELD, ["R401"])


def test_two_decisions_for_one_conflict_are_told() -> None:
    forms = [returned({VALUE: 12}, file="一.xlsx"), returned({VALUE: 13}, file="二.xlsx")]
    one = merged(forms, takes=[Take("一.xlsx"), Take("二.xlsx")])
    assert (one.state, codes(one)) == (ItemState.HELD, ["R411"])
    for item in ("01-01", None):
        both = merged(forms, takes=[Take("一.xlsx", item), Take(None, item)])
        assert (both.state, codes(both)) == (ItemState.HELD, ["R411"])


def test_two_sheets_of_one_file_are_told_apart() -> None:
    """3行目：一つのブックに、同じ項目のシートが二枚。"""
    forms = [
        returned({VALUE: 12}, sheet="(1)①"),
        returned({VALUE: 13}, sheet="(1)① (2)"),
    ]
    one = merged(forms)
    assert codes(one) == ["R401"]
    assert '"01-01:総務課.xlsx!(1)① (2)"' in str(one.problems[0].facts["choices"])
    taken = merged(forms, takes=[Take("総務課.xlsx!(1)① (2)", "01-01")])
    assert new_values(taken) == {VALUE: 13}
    assert codes(merged(forms, takes=[Take("総務課.xlsx", "01-01")])) == ["R411"]


def test_a_decision_against_the_edited_master() -> None:
    plan = holding({VALUE: 99})
    taken = merged([returned(FULL)], plan, takes=[Take("総務課.xlsx")])
    assert new_values(taken) == FULL
    assert next(c.old for c in taken.changes if c.path == VALUE) == 99
    kept = merged([returned(FULL)], plan, takes=[Take(None)])
    assert VALUE not in new_values(kept)
    assert len(new_values(kept)) == 3
    assert [(r.kept, r.rejected) for r in kept.rejected] == [(99, 12)]


def test_what_was_not_taken_is_kept_with_its_place() -> None:
    """採らなかった値は、同じ値なら初めの様式のもの。前に採らなかった値は、もう残さない。"""
    forms = [
        returned({VALUE: value}, file=name)
        for name, value in (("四.xlsx", 14), ("三.xlsx", 13), ("二.xlsx", 13), ("一.xlsx", 12))
    ]
    one = merged(forms, takes=[Take("一.xlsx")])
    assert [(r.item, r.path, r.label, r.kept, r.rejected, r.file) for r in one.rejected] == [
        ("01-01", VALUE, "令和7年度の成果指標の実績値", 12, 13, "三.xlsx"),
        ("01-01", VALUE, "令和7年度の成果指標の実績値", 12, 14, "四.xlsx"),
    ]
    insisted = merged(
        forms[1:], past=rejected(VALUE, 13), takes=[Take("三.xlsx", "01-01")]
    )  # 名指しした値は、前に採らなかったものでも採る
    assert new_values(insisted) == {VALUE: 13}
    assert [r.rejected for r in insisted.rejected] == [12]
    master = merged(forms, holding({VALUE: 12}), takes=[Take("一.xlsx")])
    assert (new_values(master), [r.kept for r in master.rejected]) == ({}, [12, 12])


def test_a_short_text_and_its_line_ends_are_shown_whole() -> None:
    def shown(one: str, other: str) -> str:
        forms = [returned({TEXT: one}, file="一.xlsx"), returned({TEXT: other}, file="二.xlsx")]
        return str(merged(forms).problems[0].facts["values"])

    assert "では 「一行目⏎二行目」、" in shown("一行目\n二行目", "別")
    assert f"では 「{'あ' * 40}」、" in shown("あ" * 40, "い")
    assert f"では 「{'あ' * 40}…」、" in shown("あ" * 41, "い")
    parted = "あ" * 60
    assert f"では 「…{'あ' * 38}いう」、" in shown(parted + "いう", parted + "え")
    assert f"では 「{'あ' * 10}{'い' * 30}…」、" in shown(
        "あ" * 10 + "い" * 99, "あ" * 10 + "う" * 99
    )
    assert f"では 「…{'あ' * 10}{'い' * 30}…」、" in shown("あ" * 11 + "い" * 99, "あ" * 11 + "う")


def test_long_texts_show_where_they_part() -> None:
    same = "同じ書き出しの文。" * 10
    forms = [
        returned({TEXT: same + "東へ。"}, file="一.xlsx"),
        returned({TEXT: same + "西へ。"}, file="二.xlsx"),
    ]
    words = str(merged(forms).problems[0].facts["values"])
    assert "東へ。" in words
    assert "西へ。" in words
    assert same not in words


# --- 前に記録したこと（6 行目） ---


def test_an_older_copy_after_a_newer_one_is_told_only() -> None:
    """6行目：新しい版のあとに届いた古い写し。"""
    one = merged([returned({VALUE: 12})], holding({VALUE: 13}), recorded(VALUE, 12, 13))
    assert (one.state, one.changes, codes(one)) == (ItemState.KEPT, (), ["R404"])
    assert "--take 01-01:総務課.xlsx" in describe(one.problems[0])
    assert (one.problems[0].place.file, one.problems[0].place.path) == ("総務課.xlsx", VALUE)
    assert (one.problems[0].facts["value"], one.problems[0].facts["now"]) == ("12", "13")
    assert message_of(one.problems[0]).level is Level.NOTE


def test_an_older_copy_may_be_taken_by_name() -> None:
    plan, past = holding({VALUE: 13}), recorded(VALUE, 12, 13)
    named = merged([returned({VALUE: 12})], plan, past, [Take("総務課.xlsx", "01-01")])
    assert new_values(named) == {VALUE: 12}
    # すべての項目への指定で、古い値に戻してしまわない。
    common = merged([returned({VALUE: 12})], plan, past, [Take("総務課.xlsx")])
    assert new_values(common) == {}
    for other in (Take(None, "01-01"), Take("管財課.xlsx", "01-01")):
        kept = merged([returned({VALUE: 12})], plan, past, [other])
        assert (new_values(kept), codes(kept)) == ({}, ["R404"])


def test_going_back_knowingly_is_a_change() -> None:
    plan = holding({VALUE: 13})
    one = merged([returned({VALUE: 12}, plan=plan)], plan, recorded(VALUE, 12, 13))
    assert new_values(one) == {VALUE: 12}


def test_a_decision_taken_before_stands() -> None:
    forms = [returned({VALUE: 12}, file="一.xlsx"), returned({VALUE: 13}, file="二.xlsx")]
    one = merged(forms, holding({VALUE: 13}), rejected(VALUE, 12))
    assert (one.state, codes(one), one.rejected) == (ItemState.KEPT, ["R405"], ())
    # 何も採らないと決めたあとも、空欄のまま。
    none = merged(forms, PLAN, rejected(VALUE, 12, 13))
    assert (none.changes, codes(none)) == ((), ["R405", "R405"])


def test_a_form_returned_before_unchanged_changes_nothing() -> None:
    one = merged([returned(FULL)], holding(FULL), Past(items=frozenset({"01-01"})))
    assert (one.state, one.changes, codes(one)) == (ItemState.KEPT, (), [])


def test_a_newer_version_is_a_conflict_until_decided() -> None:
    plan, past = holding({VALUE: 12}), recorded(VALUE, 12)
    assert codes(merged([returned({VALUE: 13})], plan, past)) == ["R402"]


# --- 年次見直しの照会 ---


def test_a_revised_plan_text_replaces_the_old() -> None:
    form = returned({NEXT_PLAN: "・広げる。", INITIATIVE: "■ 続ける。"}, chosen=REVISION)
    one = outcome(merge(PLAN, REVISION, [form], Past()))
    assert {c.path: (c.old, c.new) for c in one.changes} == {
        NEXT_PLAN: ("・進める。", "・広げる。"),
        INITIATIVE: (None, "■ 続ける。"),
    }
