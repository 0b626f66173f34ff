"""増やした欄の読み取りと点検、暫定の答え、段階の扱い：様式を値から作って、読み、まとめる。"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import second_city
from examining_samples import codes, examined, matched

from sheetgen.collect.answers import ReturnedForm
from sheetgen.collect.examining import Examiner
from sheetgen.collect.merging.merge import Merged, merge
from sheetgen.collect.recording import record
from sheetgen.collect.request import Take
from sheetgen.collect.results import item_table
from sheetgen.form.rounds import has_answer, settle_round, unsettled_paths
from sheetgen.plan.paths import is_provisional, read_path, with_items, with_values
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round
from sheetgen.records.history import trace
from sheetgen.records.journal import Action
from sheetgen.records.ledger import open_ledger
from sheetgen.records.open_items import ItemState
from sheetgen.records.past import Past, past_of
from sheetgen.records.undoing import undo
from sheetgen.year.standing import Stage, Traces, stage_of, waits_for_section
from sheetgen.year.status import standing_of

ITEM = "01-01"
TEXT, VALUE, EFFECT, GRADE = (f"years[0].result.{n}" for n in ("text", "value", "effect", "grade"))
ISSUE, INCOME, VISITS, STAGE = (
    f"years[0].values.{key}" for key in ("issue", "income", "visits", "stage")
)
MARK = "years[0].provisional.values.income"
SCALE = [
    {"grade": "1", "meaning": "未着手", "counts": "behind"},
    {"grade": "3", "meaning": "順調", "counts": "on_track"},
    {"grade": "5", "meaning": "達成", "counts": "achieved"},
    {"grade": "対象外", "meaning": "評価しない", "counts": "none"},
]
"""悪いものから並び、順位のないものもある段階。"""
DECLARED: dict[str, Any] = {
    "evaluation_scale": SCALE,
    "scales": {"second": [{"grade": "適", "meaning": "妥当", "counts": "on_track"}]},
    "fields": [
        {"key": "issue", "label": "課題", "kind": "text", "asked": "results", "required": True},
        {"key": "income", "label": "歳入増(千円)", "kind": "money", "asked": "results"},
        {"key": "visits", "label": "来庁者(人)", "kind": "figure", "asked": "results",
         "number_format": "#,##0"},
        {"key": "stage", "label": "段階", "kind": "choice", "asked": "results",
         "choices": ["検討", "準備", "RPA導入"]},
        {"key": "second", "label": "二次評価", "kind": "grade", "asked": "office",
         "scale": "second"},
    ],
    "rounds": [
        {"key": "half", "name": "上半期照会", "of": "this_year",
         "asks": ["years.values.income", "years.result.effect"], "provisional": True},
    ],
}  # fmt: skip
FULL = {TEXT: "窓口の配置を改め、待ち時間を短くした。", VALUE: 12, EFFECT: 100, GRADE: "3",
        ISSUE: "人手が足りない日がある。", INCOME: 50, VISITS: 340, STAGE: "準備"}  # fmt: skip


def plan_file(path: Path, **changes: Any) -> Path:
    """増やした欄と照会のある計画。"""
    plan = json.loads(second_city.write_plan(path).read_text("utf-8")) | DECLARED | changes
    for item in plan["policies"][0]["measures"][0]["entries"]:
        item["introduced"] = 2025
    path.write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return load(plan_file(tmp_path_factory.mktemp("city") / "plan.json"))


def load(path: Path) -> Plan:
    return Plan.model_validate_json(path.read_bytes())


def results(plan: Plan) -> Round:
    """令和7年度の実績照会。"""
    return settle_round(plan, "results", 2026)


def half(plan: Plan) -> Round:
    """令和7年度の上半期照会。"""
    return settle_round(plan, "上半期照会", 2025)


def with_(plan: Plan, values: Mapping[str, Any]) -> Plan:
    """値を入れた計画。"""
    item = plan.find(ITEM)[2]
    return with_items(plan, {ITEM: with_values(item, values, 2026)})


def form(
    plan: Plan, chosen: Round, written: Mapping[str, Any], now: Plan | None = None
) -> ReturnedForm:
    """``plan`` から配り、``now`` のときに戻った様式。"""
    return Examiner(now or plan).examine(matched(plan, chosen, ITEM, written))


def merged(
    plan: Plan, chosen: Round, *forms: ReturnedForm, past: Past | None = None, **more: Any
) -> Merged:
    return merge(plan, chosen, forms, past or Past(), **more)


def changes(found: Merged) -> dict[str, Any]:
    """記録する値。"""
    return {one.path: one.new for outcome in found.outcomes for one in outcome.changes}


def asked(found: Merged) -> list[str]:
    """問題の符号。"""
    return sorted({one.code for outcome in found.outcomes for one in outcome.problems})


# --- 読み取りと点検


def test_declared_fields_are_read_by_their_kind(city: Plan) -> None:
    got = examined(city, results(city), ITEM, {**FULL, INCOME: "680万円", VISITS: "３４０人",
                                               STAGE: "ＲＰＡ導入", GRADE: "５"})  # fmt: skip
    values = {path: answer.value for path, answer in got.answers.items() if path in FULL}
    assert values == {**FULL, INCOME: 6800, VISITS: 340, STAGE: "RPA導入", GRADE: "5"}
    # 歳入増の単位の換算を確かめるほかに、問うことはない。
    assert codes(got) == ["R220"]


@pytest.mark.parametrize(
    ("path", "written", "code"),
    [
        (ISSUE, None, "R325"),
        (VISITS, "多数", "R216"),
        (VISITS, 12.5, "R326"),
        (STAGE, "実施", "R234"),
        (STAGE, "準備（来月から）", "R233"),
        (GRADE, "4", "R224"),
        (INCOME, 2_000_000, "R329"),
        (ISSUE, "別紙のとおり", "R332"),
    ],
)
def test_declared_fields_are_checked_by_their_kind(
    city: Plan, path: str, written: Any, code: str
) -> None:
    assert codes(examined(city, results(city), ITEM, {**FULL, path: written})) == [code]


def test_a_text_of_ones_own_may_say_there_is_nothing(city: Plan) -> None:
    assert codes(examined(city, results(city), ITEM, {**FULL, ISSUE: "特になし"})) == []


@pytest.mark.parametrize(
    ("written", "found"), [(48_000, ["R327"]), (0.05, ["R221", "R328"]), (60, [])]
)
def test_money_is_compared_with_the_other_years(city: Plan, written: Any, found: list[str]) -> None:
    known = with_(city, {"years[1].values.income": 52})
    got = examined(known, results(city), ITEM, {**FULL, INCOME: written})
    assert codes(got) == found


@pytest.mark.parametrize(
    ("scale", "grade", "value", "found"),
    [
        (SCALE, "5", 30.0, ["R360"]),  # 現状 14 から 12 へ下げる指標で、30
        (SCALE, "1", 12.0, ["R361"]),
        (SCALE, "1", 30.0, []),  # 並びの初めは、良い評価ではない
        (SCALE, "対象外", 12.0, []),
        (SCALE, "対象外", 30.0, []),
        ([{"grade": "イ", "meaning": "x"}, {"grade": "ロ", "meaning": "y"}], "イ", 30.0, []),
        ([{"grade": "イ", "meaning": "x"}, {"grade": "ロ", "meaning": "y"}], "ロ", 12.0, []),
    ],
)
def test_what_a_grade_says_is_declared(
    tmp_path: Path, scale: Any, grade: str, value: float, found: list[str]
) -> None:
    plan = load(plan_file(tmp_path / "plan.json", evaluation_scale=scale))
    got = examined(plan, results(plan), ITEM, {**FULL, GRADE: grade, VALUE: value})
    assert [one for one in codes(got) if one in ("R360", "R361")] == found


@pytest.mark.parametrize(
    "omit",
    [["indicator", "years.target", "years.result.value"], ["years.effect", "years.result.effect"]],
)
def test_nothing_is_asked_of_what_a_plan_has_not(tmp_path: Path, omit: list[str]) -> None:
    plan = load(plan_file(tmp_path / "plan.json", omit=omit, rounds=[]))
    assert all(not plan.has(key) for key in omit)
    written = {path: one for path, one in FULL.items() if plan.field(path)}
    got = examined(plan, results(plan), ITEM, written)
    assert (codes(got), set(got.answers) & {VALUE, EFFECT}) == ([], {VALUE, EFFECT} & set(written))
    table = item_table(plan, results(plan), merged(plan, results(plan), got).outcomes)
    titles = [column.head for column in table.columns]
    assert ("成果指標の実績値" in titles, "単位" in titles) == (plan.has("indicator"),) * 2
    assert ("実績効果額(千円)" in titles) is plan.has("years.effect")
    assert {"歳入増(千円)", "来庁者(人)", "段階"} <= set(titles)
    assert "二次評価" not in titles


# --- 増やした照会


def test_a_partial_round_records_what_it_asks_and_nothing_else(city: Plan) -> None:
    got = examined(city, half(city), ITEM, {INCOME: 40, TEXT: "進めた。", ISSUE: "ない。"})
    assert codes(got) == ["R304", "R340"]
    assert changes(merged(city, half(city), got)) == {}  # 確かめるまで、入れない
    clean = examined(city, half(city), ITEM, {INCOME: 40, EFFECT: 90})
    assert changes(merged(city, half(city), clean)) == {
        INCOME: 40, MARK: "暫定", EFFECT: 90, "years[0].provisional.result.effect": "暫定",
    }  # fmt: skip


def test_an_answer_is_what_the_round_asks(city: Plan) -> None:
    item = with_(city, {ISSUE: "人手", INCOME: 40, MARK: "暫定"}).find(ITEM)[2]
    assert has_answer(city, item, half(city))
    assert has_answer(city, item, results(city))
    only = with_(city, {INCOME: 40, MARK: "暫定"}).find(ITEM)[2]
    assert has_answer(city, only, half(city))
    assert not has_answer(city, only, results(city))
    assert unsettled_paths(city, only, results(city)) == (INCOME,)


# --- 暫定


@pytest.mark.parametrize(
    "written",
    [
        "1,200（暫定）",
        "暫定 1,200",
        "1,200 見込み(暫定)",
        "暫定：1,200千円",
        "１，２００【暫定値】",
    ],
)
def test_a_figure_marked_by_hand_is_provisional(city: Plan, written: str) -> None:
    got = examined(city, results(city), ITEM, {**FULL, INCOME: written})
    answer = got.answers[INCOME]
    assert (answer.value, answer.provisional, codes(got)) == (1200, True, [])
    found = changes(merged(city, results(city), got))
    assert (found[INCOME], found[MARK]) == (1200, "暫定")
    assert not any(path.startswith("years[0].provisional") for path in set(found) - {MARK})


@pytest.mark.parametrize("written", ["暫定", "暫定値は未集計", "（暫定）約束なし"])
def test_a_mark_without_a_figure_is_asked_about(city: Plan, written: str) -> None:
    got = examined(city, results(city), ITEM, {**FULL, INCOME: written})
    assert not got.answers[INCOME].provisional
    assert set(codes(got)) & {"R215", "R216"}


def test_a_new_definite_answer_replaces_a_provisional_one(city: Plan) -> None:
    """暫定の値の入る前に配った様式でも、``--take`` は要らない。"""
    now = with_(city, {INCOME: 40, MARK: "暫定"})
    found = merged(now, results(city), form(city, results(city), {**FULL, INCOME: 45}, now))
    assert (asked(found), changes(found)[INCOME], changes(found)[MARK]) == ([], 45, None)
    same = merged(now, results(city), form(city, results(city), {**FULL, INCOME: 40}, now))
    assert (INCOME in changes(same), changes(same)[MARK]) == (False, None)


def test_a_provisional_value_that_comes_back_as_it_was_is_settled(city: Plan) -> None:
    now = with_(city, {INCOME: 40, MARK: "暫定"})
    rest = {path: one for path, one in FULL.items() if path != INCOME}
    assert changes(merged(now, results(city), form(now, results(city), rest)))[MARK] is None
    # 白紙のまま戻った様式は、何も確かめていない。
    blank = merged(now, results(city), form(now, results(city), {}))
    assert (changes(blank), blank.outcomes[0].state) == ({}, ItemState.UNTOUCHED)
    # 暫定の答えを集める照会では、確定しない。
    again = merged(now, half(city), form(now, half(city), {EFFECT: 90}))
    assert MARK not in changes(again)
    # まだ暫定だと書いたもの。
    still = merged(now, results(city), form(now, results(city), {**rest, INCOME: "40（暫定）"}))
    assert MARK not in changes(still)


def test_a_form_full_of_provisional_values_is_settled_by_its_return(city: Plan) -> None:
    """どの欄も埋まった様式は、そのまま返すほかに、確かだと言いようがない。"""
    filled = {**FULL, MARK: "暫定"}
    now = with_(city, filled)
    assert changes(merged(now, results(city), form(now, results(city), {}))) == {MARK: None}


def test_a_provisional_answer_never_overwrites_a_definite_one(city: Plan) -> None:
    now = with_(city, {INCOME: 40})
    for written in (30, "40（暫定）"):
        found = merged(now, half(city), form(now, half(city), {INCOME: written, EFFECT: 90}))
        assert (asked(found), changes(found)) == (["R412"], {})
    back = form(now, half(city), {INCOME: 30, EFFECT: 90})
    taken = merged(now, half(city), back, takes=(Take(back.file, ITEM),))
    assert (changes(taken)[INCOME], changes(taken)[MARK]) == (30, "暫定")
    kept = merged(now, half(city), back, takes=(Take(None, ITEM),))
    assert INCOME not in changes(kept)
    assert "30（暫定）" in [one.rejected for one in kept.outcomes[0].rejected]


def test_of_two_answers_the_definite_one_is_taken(city: Plan) -> None:
    early = form(city, results(city), {**FULL, INCOME: "40（暫定）"})
    late = form(city, results(city), {**FULL, INCOME: 45})
    found = merged(city, results(city), early, late)
    assert (asked(found), changes(found)[INCOME], MARK in changes(found)) == (["R413"], 45, False)


def test_collecting_again_and_taking_back(tmp_path: Path) -> None:
    """記録簿に値と印の両方が入り、届いたままのものを読み直しても変わらず、両方が取り消される。"""
    path = plan_file(tmp_path / "plan.json")
    plan = load(path)
    early = form(plan, half(plan), {INCOME: 40, EFFECT: 90})
    late = form(plan, results(plan), {**FULL, INCOME: 45})

    def collect(chosen: Round, *forms: ReturnedForm) -> Merged:
        with open_ledger(path, writing=True) as ledger:
            found = merged(ledger.master.plan, chosen, *forms, past=ledger.past(chosen))
            record(ledger, chosen, found.outcomes)
        return found

    def now() -> tuple[Any, bool]:
        item = load(path).find(ITEM)[2]
        return read_path(item, INCOME, 2026), is_provisional(item, INCOME)

    collect(half(plan), early)
    assert (now(), changes(collect(half(plan), early)), now()) == ((40, True), {}, (40, True))
    collect(results(plan), late)
    assert now() == (45, False)
    # 前の照会の様式をもう一度読んでも、確定した値は変わらない。
    again = collect(half(plan), early)
    assert (now(), asked(again)) == ((45, False), ["R404"])
    with open_ledger(path, writing=False) as ledger:
        lines = [one for one in ledger.entries if one.action is Action.RECORD]
        assert past_of(ledger.entries, half(plan)).recorded[ITEM, INCOME] == {"40（暫定）"}
    assert [(one.old, one.new) for one in lines if one.path == MARK][-1] == ("暫定", None)
    undo(path)
    assert now() == (40, True)
    history = trace(path, ITEM, 2025)
    labels = [field.label for field in history.fields]
    assert (
        labels.index("令和7年度の歳入増(千円)が暫定か")
        == labels.index("令和7年度の歳入増(千円)") + 1
    )
    undo(path)
    assert now() == (None, False)


def test_provisional_answers_are_counted_by_themselves(tmp_path: Path) -> None:
    path = plan_file(tmp_path / "plan.json")
    plan = with_(load(path), {**FULL, "years[0].values.second": "適", MARK: "暫定"})
    path.write_bytes(plan.model_dump_json().encode())
    item = plan.find(ITEM)[2]
    stage, note = stage_of(plan, item, results(plan), Traces())
    assert (stage, "歳入増(千円)" in note) == (Stage.PROVISIONAL, True)
    assert waits_for_section(ITEM, stage, Traces())
    assert stage_of(plan, item, half(plan), Traces())[0] is Stage.RECORDED
    with open_ledger(path, writing=False) as ledger:
        found, _ = standing_of(ledger, results(plan), datetime(2026, 5, 1))
    assert Stage.PROVISIONAL in found.stages
    assert found.provisional == 1
    assert {bar.label: bar.total.counts for bar in found.bars} == {
        "段階": (0, 1, 0, 2), "二次評価": (1, 2),
    }  # fmt: skip
    counted = {one.label: (one.filled, one.provisional, one.total) for one in found.answered}
    assert counted == {"歳入増(千円)": (1, 1, 3), "来庁者(人)": (1, 0, 3)}
