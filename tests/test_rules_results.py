"""実績照会の点検。"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from examining_samples import codes, examined, levels, matched, plausible

from sheetgen.collect.answers import LockedChange, ReturnedForm
from sheetgen.collect.examining import Examiner
from sheetgen.collect.rules.figure_rules import slip
from sheetgen.messages.rules import ASKED_FIELDS, RESULTS_NOT_ASKED
from sheetgen.plan.loading import load_plan
from sheetgen.plan.paths import with_items, with_values
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round, RoundKind
from sheetgen.problems import Level
from sheetgen.reading.book import CellKind, RawCell

FIRST = Round(RoundKind.RESULTS, 2024)


@pytest.fixture(scope="module")
def plan(project_root: Path) -> Plan:
    return load_plan(project_root / "data" / "plan.json")


def returned(plan: Plan, item: str, **written: Any) -> ReturnedForm:
    """令和５年度の実績を、まちがいなく書いたうえで、``written`` だけを変えた様式。"""
    answers = plausible(plan.find(item)[2], 0)
    answers |= {f"years[0].result.{name}": value for name, value in written.items()}
    return examined(plan, FIRST, item, answers)


@pytest.mark.parametrize("year", range(2024, 2029))
def test_an_untouched_form_raises_nothing(plan: Plan, year: int) -> None:
    chosen = Round(RoundKind.RESULTS, year)
    for _, _, item in plan.items():
        form = examined(plan, chosen, item.id)
        assert (form.problems, form.proposals, form.changed) == ((), (), {})


@pytest.mark.parametrize("index", range(5))
def test_a_sound_form_raises_nothing(plan: Plan, index: int) -> None:
    chosen = Round(RoundKind.RESULTS, 2024 + index)
    for _, _, item in plan.items():
        answers = plausible(item, index)
        if item.id == "09-03" and index == 2:
            answers["years[2].result.value"] = 100  # 償還率。100％を超えない。
        if index == 4:
            answers["item.overall_grade"] = "B"
        form = examined(plan, chosen, item.id, answers)
        assert (item.id, form.problems, form.proposals) == (item.id, (), ())
        assert set(form.changed) == {path for path, value in answers.items() if value is not None}


def test_answers_carry_their_place(plan: Plan) -> None:
    form = returned(plan, "08-08", grade="E", value="約34")
    grade, value = (next(p for p in form.problems if p.code == code) for code in ("R224", "R217"))
    assert grade.place.label == "令和5年度の評価"
    assert value.place.label == "令和5年度の成果指標の実績値"
    for problem in (grade, value):
        assert (problem.place.file, problem.place.sheet) == ("回答.xlsx", "08-08")
        assert problem.place.item == "08-08"
        assert problem.place.path is not None
        assert problem.place.cell == matched(plan, FIRST, "08-08").found[problem.place.path].ref
    assert form.unread == {"years[0].result.grade": "E"}
    assert "years[0].result.grade" not in form.answers


@pytest.mark.parametrize(
    ("name", "code"), [("text", "R301"), ("grade", "R302"), ("value", "R303"), ("effect", "R304")]
)
def test_required_parts(plan: Plan, name: str, code: str) -> None:
    assert levels(returned(plan, "08-08", **{name: None})) == {code: Level.CONFIRM}


def test_what_the_plan_leaves_out_is_not_required(plan: Plan) -> None:
    form = returned(plan, "01-04", value=None, effect=None)
    assert levels(form) == {"R305": Level.NOTE}
    [told] = form.problems
    assert told.place.path == "years[0].result.value"
    [told] = returned(plan, "01-04", effect=None).problems
    assert (told.code, told.place.path) == ("R305", "years[0].result.effect")
    # 10-01 には、計画の効果見込額がない
    assert codes(returned(plan, "10-01", effect=None)) == []


def test_a_form_with_nothing_but_an_unreadable_answer_is_asked_for_the_rest(plan: Plan) -> None:
    """一つでも書こうとした様式は、未記入とはみない。"""
    form = examined(plan, FIRST, "08-08", {"years[0].result.grade": "E"})
    assert codes(form) == ["R224", "R301", "R303", "R304"]
    assert {one.place.item for one in form.problems} == {"08-08"}


def test_an_item_added_later_is_not_asked_for_its_past(plan: Plan) -> None:
    assert codes(returned(plan, "01-05", text="-", value="-", effect="-", grade=None)) == []
    # 計画に「-」とあれば、始まっていた項目では空欄を知らせる。
    item = plan.find("01-05")[2]
    dashed = item.years[0].model_copy(update={"target": "-", "effect": "-"})
    later = item.model_copy(update={"years": (dashed, *item.years[1:])})
    running = later.model_copy(update={"introduced": 2023})
    asked = {
        one.introduced: codes(
            returned(with_items(plan, {"01-05": one}), "01-05", value=None, effect=None)
        )
        for one in (later, running)
    }
    assert asked == {2024: [], 2023: ["R305"]}
    # 数があっても、始まる前の年度の数は求めない。
    begun = plan.find("08-08")[2].model_copy(update={"introduced": 2024})
    known = with_items(plan, {"08-08": begun})
    assert codes(returned(known, "08-08", value=None, effect=None, grade=None)) == []


def test_the_last_year_asks_for_the_overall_grade(plan: Plan) -> None:
    last = Round(RoundKind.RESULTS, 2028)
    answers = plausible(plan.find("08-08")[2], 4)
    assert codes(examined(plan, last, "08-08", answers)) == ["R306"]


@pytest.mark.parametrize(
    ("item", "written", "wanted"),
    [
        ("08-08", {"value": 340}, ["R311"]),
        ("08-08", {"value": 3.4}, ["R311", "R315"]),
        ("08-08", {"value": 34000}, ["R311"]),
        ("02-04", {"value": 2358}, ["R311"]),
        ("08-01", {"value": 0.983}, ["R312"]),
        ("08-01", {"value": RawCell(CellKind.NUMBER, 0.983, "0.0%")}, []),
        ("08-01", {"value": 103}, ["R313"]),
        ("08-01", {"value": 98.34}, ["R316"]),
        ("08-08", {"value": -34}, ["R314"]),
        ("08-08", {"value": 34.5}, ["R315"]),
        ("08-08", {"value": "-"}, ["R310"]),
        ("08-08", {"value": "なし"}, ["R215"]),
        ("08-08", {"value": 0}, []),
        ("04-08", {"value": "-"}, []),  # 目標が 0
        ("01-04", {"value": "導入に向けて検討中"}, []),
        ("01-04", {"value": 3}, ["R371"]),  # 計画は「-」
        ("10-01", {"value": "18.5億円"}, []),
        ("10-04", {"value": "91.2%"}, []),
        ("02-03", {"value": "▲20.1％"}, []),
        ("05-05", {"value": "3（79）"}, []),
        ("08-02", {"value": "84,500千円"}, []),
        ("08-02", {"value": 84500000}, ["R311"]),
    ],
)
def test_the_figure_against_its_target(
    plan: Plan, item: str, written: dict[str, Any], wanted: list[str]
) -> None:
    assert codes(returned(plan, item, **written)) == wanted


@pytest.mark.parametrize(
    ("item", "effect", "wanted"),
    [
        ("08-08", 6800000, ["R320"]),
        ("08-08", 6, ["R321"]),
        ("08-08", "680万円", ["R220"]),
        ("08-08", 68000, ["R322"]),
        ("08-08", 680, ["R322"]),
        ("08-08", 0.3, ["R221", "R322"]),
        ("08-08", 4000, []),
        ("08-08", 0, []),
        ("08-08", -6800, ["R324"]),
        ("08-08", "-", ["R310"]),
        ("08-08", "なし", ["R215"]),
        ("01-04", 5_000_000, ["R323", "R371"]),  # 計画は「-」
        ("01-04", 500, ["R371"]),
        ("01-04", 0, ["R371"]),
        ("01-04", "-", []),
        ("04-12", 752, []),  # 計画ではこの年度が 0、あとの年度が 752
        ("04-12", 752_000, ["R323"]),
    ],
)
def test_the_effect_against_the_planned(
    plan: Plan, item: str, effect: Any, wanted: list[str]
) -> None:
    assert codes(returned(plan, item, effect=effect)) == wanted


@pytest.mark.parametrize(
    ("actual", "planned", "words"),
    [
        (100, 10, "約10倍"),
        (99, 10, None),
        (10, 1, "約10倍"),
        (-100, 10, "約10倍"),
        (1, 10, "約10分の1"),
        (0.9, 9, None),
        (0.7, 10, "約10分の1"),
        (0.69, 10, None),
        (1.4, 10, "約10分の1"),
        (1.41, 10, None),
        (1, 100, "約100分の1"),
        (1, 1000, "約1,000分の1"),
        (1, 10_000, "約10,000分の1"),
        (10, 15_000, None),
        (9, 15_000, "約1,667分の1"),
        (0, 100, None),
        (100, 0, None),
    ],
)
def test_what_looks_like_a_slip_of_digits(actual: float, planned: float, words: str | None) -> None:
    assert slip(actual, planned) == words


@pytest.mark.parametrize(
    ("current", "wanted"), [(170, []), (169, ["R311"]), (680, []), (681, ["R311"])]
)
def test_a_figure_within_half_and_twice_of_the_present_one_is_no_slip(
    plan: Plan, current: int, wanted: list[str]
) -> None:
    known = _with_indicator(plan, "08-08", current=current)
    assert codes(returned(known, "08-08", value=340)) == wanted


def test_a_rate_may_be_marked_in_half_width(plan: Plan) -> None:
    known = _with_indicator(plan, "08-01", unit="%")
    assert codes(returned(known, "08-01", value=0.983)) == ["R312"]
    assert codes(returned(known, "08-01", value=103)) == ["R313"]
    assert codes(returned(_with_indicator(plan, "08-01", unit="件"), "08-01", value=103)) == []


def test_a_dash_for_a_figure_tells_the_figure_as_printed(plan: Plan) -> None:
    known = _with_indicator(plan, "08-08", number_format="0.00")
    facts = [returned(known, "08-08", **{name: "-"}).problems[0].facts
             for name in ("value", "effect")]  # fmt: skip
    assert [one["planned"] for one in facts] == ["34.00", "6,800"]
    later = known.find("08-08")[2].model_copy(update={"introduced": 2024})
    assert codes(returned(with_items(known, {"08-08": later}), "08-08", value="-")) == []


_OF_THE_SIGN = ("R324", "R371")


@pytest.mark.parametrize(
    ("planned", "effect", "code", "likely"),
    [
        (6800, 2_040_000, "R320", "2,040"),
        (6800, 2_039_999, "R322", None),
        (6800, 20_400_000, "R320", "20,400"),
        (6800, 20_400_001, "R322", None),
        (-6800, -6_800_000, "R320", "-6,800"),
        (6000, 20, "R321", "20,000"),
        (6000, 21, None, None),
        (6000, 2, "R321", "2,000"),
        (6000, 1, "R322", None),
        (-6000, -6, "R321", "-6,000"),
        (-6000, 6, "R321", "6,000"),
        (-6000, -5900, None, None),
        (None, 1_000_000, "R323", "1,000"),
        (None, 999_999, None, None),
        (0, 1_000_000, "R323", "1,000"),
        ("-", -1_000_000, "R323", "-1,000"),
    ],
)
def test_an_amount_in_another_unit_tells_the_likely_one(
    plan: Plan, planned: int | str | None, effect: int, code: str | None, likely: str | None
) -> None:
    form = returned(_with_effects(plan, planned), "08-08", effect=effect)
    told = [(p.code, p.facts.get("likely")) for p in form.problems if p.code not in _OF_THE_SIGN]
    assert told == ([(code, likely)] if code else [])
    shown = {str(p.facts["value"]).replace(",", "") for p in form.problems}
    assert shown <= {str(effect)}


def test_a_loss_is_asked_unless_one_was_planned(plan: Plan) -> None:
    asked = {
        planned: codes(returned(_with_effects(plan, planned), "08-08", effect=-500))
        for planned in (-500, 0, 500, None, "-")
    }
    assert asked == {
        -500: [],
        0: ["R324"],
        500: ["R324"],
        None: ["R324"],
        "-": [*sorted(_OF_THE_SIGN)],
    }


def test_an_amount_without_its_plan_is_compared_with_the_other_years(plan: Plan) -> None:
    item = _with_effects(plan, 500).find("08-08")[2]
    first = item.years[0].model_copy(update={"effect": None})
    last = item.years[4].model_copy(update={"effect": 1000})
    known = item.model_copy(update={"years": (first, *item.years[1:4], last)})
    asked = {
        effect: codes(returned(with_items(plan, {"08-08": known}), "08-08", effect=effect))
        for effect in (299_999, 300_000)
    }
    assert asked == {299_999: [], 300_000: ["R323"]}


def _with_effects(plan: Plan, effect: int | str | None) -> Plan:
    """どの年度の効果見込額も同じ計画。"""
    item = plan.find("08-08")[2]
    years = tuple(year.model_copy(update={"effect": effect}) for year in item.years)
    return with_items(plan, {"08-08": item.model_copy(update={"years": years})})


@pytest.mark.parametrize(
    ("target", "value", "likely"),
    [
        (98, 0.983, "98.3"),
        (98, 1, "100"),
        (98, 1.1, None),
        (98, 0.49, "49"),
        (98, 0.48, None),
        (49, 0.98, "98"),
        (49, 0.99, None),
        (2, 0.02, "2"),
        (1, 0.01, None),
        (98, 0, None),
        (98, -0.98, None),
        (-20, -0.2, "-20"),
    ],
)
def test_a_rate_written_as_a_fraction(
    plan: Plan, target: float, value: float, likely: str | None
) -> None:
    form = returned(_with_targets(plan, "08-01", target), "08-01", value=value)
    assert [p.facts["likely"] for p in form.problems if p.code == "R312"] == (
        [likely] if likely else []
    )


@pytest.mark.parametrize(
    ("target", "current", "value", "asks"),
    [
        (98, 98, 100.1, True),
        (98, 98, 100, False),
        (100, 98, 100.1, True),
        (98, 100, 100.1, True),
        (101, 98, 100.1, False),
        (98, 101, 100.1, False),
        ("90以上", "-", 100.1, False),
        (98, 98, 1100, False),  # 桁の誤りのほうを尋ねる
    ],
)
def test_a_rate_over_hundred_is_asked_where_the_plan_has_none(
    plan: Plan, target: float | str, current: float | str, value: float, asks: bool
) -> None:
    known = _with_targets(_with_indicator(plan, "08-01", current=current), "08-01", target)
    assert ("R313" in codes(returned(known, "08-01", value=value))) == asks


@pytest.mark.parametrize(
    ("target", "current", "final", "asks"),
    [
        (34, 33, 38, True),
        (-1, 33, 38, False),
        (0, 33, 38, True),
        (34, -1, 38, False),
        (34, 33, -1, False),
        (34, "▲3", 38, False),
        (34, 33, "△3台", False),
        (34, "-", "増加", True),
    ],
)
def test_a_negative_figure_is_asked_where_the_plan_has_none(
    plan: Plan, target: float, current: float | str, final: float | str, asks: bool
) -> None:
    known = _with_indicator(plan, "08-08", current=current, target=final)
    known = _with_targets(known, "08-08", target)
    assert ("R314" in codes(returned(known, "08-08", value=-3))) == asks


def test_a_slip_with_a_sign_is_asked_for_the_sign_only(plan: Plan) -> None:
    assert codes(returned(plan, "08-08", value=-340)) == ["R314"]
    assert codes(returned(plan, "08-08", effect=-6_800_000)) == ["R324"]
    assert codes(returned(_with_targets(plan, "08-08", -34), "08-08", value=-340)) == ["R311"]


def test_decimals_are_asked_by_what_the_form_prints(plan: Plan) -> None:
    asked = {
        code: codes(returned(_with_indicator(plan, "08-08", number_format=code), "08-08", value=v))
        for code, v in (("#,##0", 34.5), ("General", 34.5), ("0.0", 34.5), ("0.00", 34.567))
    }
    assert asked == {"#,##0": ["R315"], "General": [], "0.0": [], "0.00": ["R316"]}


def _with_targets(plan: Plan, item_id: str, target: float | str) -> Plan:
    """どの年度の目標値も同じ計画。"""
    item = plan.find(item_id)[2]
    years = tuple(year.model_copy(update={"target": target}) for year in item.years)
    return with_items(plan, {item_id: item.model_copy(update={"years": years})})


def _with_indicator(plan: Plan, item_id: str, **changes: Any) -> Plan:
    """指標だけを変えた計画。"""
    item = plan.find(item_id)[2]
    indicator = item.indicator.model_copy(update=changes)
    return with_items(plan, {item_id: item.model_copy(update={"indicator": indicator})})


def test_a_figure_near_last_years_is_no_slip(plan: Plan) -> None:
    """目標だけが十倍になる年に、前の年と同じくらいの実績。"""
    item = plan.find("09-03")[2]
    answers = plausible(item, 2) | {"years[2].result.value": 7, "years[2].result.effect": 35000}
    chosen = Round(RoundKind.RESULTS, 2026)
    assert codes(examined(plan, chosen, "09-03", answers)) == ["R311"]
    year = item.years[1]
    before = year.model_copy(
        update={"result": year.result.model_copy(update={"value": 6, "effect": 30000})}
    )
    known = item.model_copy(update={"years": (item.years[0], before, *item.years[2:])})
    assert codes(examined(with_items(plan, {"09-03": known}), chosen, "09-03", answers)) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("別紙のとおり", ["R332"]),
        ("同上", ["R332"]),
        ("前年度に同じ。", ["R332"]),
        ("（作成中）", ["R332"]),
        ("後日差替え", ["R332"]),
        ("・関係課と調整中である。", []),
        ("-", ["R333"]),
        ("特になし", ["R333"]),
        ("34", ["R333"]),
        ("Ａ", ["R333"]),
        ("A", ["R333"]),
        ("A案を採った", []),
        ("○○件実施した。", ["R334"]),
        ("3件実施した（要確認）。", ["R334"]),
        ("基本方針（案）を作成し、（仮称）庁内検討会議を設けた。", []),
        ("・市民向け講座を 3 回開催（参加者 45 人）。\n※詳細は市ホームページに掲載", []),
        ("○ 関係課との協議\n○ 先進市の視察（〇〇年度とは別に）", ["R334"]),
        ("<script>alert(1)</script>実施した。", ["R335"]),
        ('=HYPERLINK("https://example.com")', ["R335", "R382"]),
        ("担当 090-0000-0000 まで", ["R338", "R382"]),
        ("担当 someone@example.jp まで", ["R338", "R382"]),
        ("- 会議を２回開いた。\n- 広報した。", []),
        ("＋１台を増設した。", []),
        ("・別紙の計画書に基づき、前年度と同じ３台を設置した。", []),
        ("達成率は 1234-5678 の 12.3％となった。", []),
    ],
)
def test_the_text(plan: Plan, text: str, wanted: list[str]) -> None:
    form = returned(plan, "08-08", text=text)
    assert codes(form) == wanted
    assert form.answers["years[0].result.text"].value == text


def test_text_copied_from_the_plan(plan: Plan) -> None:
    _, _, item = plan.find("08-08")
    for words in (item.years[0].plan, item.initiatives["2024"], item.vision):
        assert words is not None
        assert codes(returned(plan, "08-08", text=words)) == ["R330"]
        loose = words.replace("、", "， ").replace("・", "● ")
        assert codes(returned(plan, "08-08", text=loose)) == ["R330"]
    done = "・期限を迎える設置場所の入札及び新たな貸付案件の発掘を行い、設置台数を３４台とした。"
    assert codes(returned(plan, "08-08", text=done)) == []


def test_text_of_another_year_is_asked(plan: Plan) -> None:
    """前の年度の文をそのまま写した実績。自分の年度の文と、短い文は問わない。"""
    item = plan.find("08-08")[2]
    path = "years[0].result.text"
    later = Round(RoundKind.RESULTS, 2025)
    for words, wanted in (("・設置台数を３４台とした。", ["R331"]), ("増設３４。", [])):
        known = with_items(plan, {"08-08": with_values(item, {path: words}, 2024)})
        answers = plausible(item, 1) | {"years[1].result.text": words.replace("３４", "34 ")}
        form = examined(known, later, "08-08", answers)
        assert codes(form) == wanted
        assert [one.facts for one in form.problems] == [{"year": "令和5年度"}] * len(wanted)


def test_what_is_asked_of_a_text_shows_where_it_stands(plan: Plan) -> None:
    long = "０１２３４５６７８９○○" + "い" * 50
    (told,) = returned(plan, "08-08", text=long).problems
    assert told.facts == {"raw": "○○", "around": long[:40] + "…"}
    (told,) = returned(plan, "08-08", text="あ\n" + long).problems
    assert told.facts == {"raw": "○○", "around": "…" + long[:40] + "…"}
    (told,) = returned(plan, "08-08", text="９" * 50).problems
    assert (told.code, told.facts) == ("R333", {"raw": "９" * 40 + "…"})


@pytest.mark.parametrize(
    ("current", "targets", "value", "asks"),
    [
        (100, (200, 300), 149, "R360"),
        (100, (200, 300), 150, None),
        (100, (200, 300), 199, None),
        ("-", (10, 10), 4, "R360"),
        ("-", (10, 10), 5, None),
        ("-", (10, 9), 1, None),  # 減らすのがよいかもしれない
        ("-", (0, 10), -1, None),
        (100, (102, 110), 89, "R360"),  # 現状と目標が近く、道のりでは測れない
        (100, (102, 110), 90, None),
        (100, (98, 90), 111, "R360"),
        (100, (98, 90), 110, None),
        (100, (50, 40), 76, "R360"),
        (100, (50, 40), 75, None),
        (100, (90, 110), 10, None),  # 初めの年度の目標は、現状より低い
        (100, (120, 110), 1, None),
        (100, (110, 90, 120), 1, None),
        (100, (120, 120), 1, None),
        (100, ("増やす", 120), 1, None),
    ],
)
def test_the_best_grade_is_asked_where_the_figure_is_clearly_short(
    plan: Plan, current: float | str, targets: tuple[float | str, ...], value: int, asks: str | None
) -> None:
    known = _graded(plan, current, targets)
    asked = [code for code in codes(returned(known, "08-08", value=value, grade="A"))
             if code.startswith("R36")]  # fmt: skip
    assert asked == ([asks] if asks else [])


@pytest.mark.parametrize(
    ("current", "targets", "value", "asks"),
    [
        (100, (200, 300), 200, True),
        (100, (200, 300), 199, False),
        (100, (50, 40), 50, True),
        (100, (50, 40), 51, False),
    ],
)
def test_the_worst_grade_is_asked_where_the_target_is_reached(
    plan: Plan, current: float, targets: tuple[float, ...], value: int, asks: bool
) -> None:
    form = returned(_graded(plan, current, targets), "08-08", value=value, grade="D")
    assert ("R361" in codes(form)) == asks


def _graded(plan: Plan, current: float | str, targets: tuple[float | str, ...]) -> Plan:
    """現状と、初めの年度からの目標値を変えた計画。残りの年度は最後の目標値のまま。"""
    known = _with_indicator(plan, "08-08", current=current)
    item = known.find("08-08")[2]
    goals = (*targets, *[targets[-1]] * (len(item.years) - len(targets)))
    years = tuple(
        year.model_copy(update={"target": goal})
        for year, goal in zip(item.years, goals, strict=True)
    )
    return with_items(known, {"08-08": item.model_copy(update={"years": years})})


def test_a_grade_without_a_figure_is_not_weighed(plan: Plan) -> None:
    for grade in ("A", "D"):
        assert codes(returned(plan, "08-08", value=None, grade=grade)) == ["R303"]
        assert codes(returned(plan, "10-01", value="18.5億円", grade=grade)) == []


def test_a_grade_against_the_figures(plan: Plan) -> None:
    assert levels(returned(plan, "08-08", value=20, grade="A")) == {"R360": Level.NOTE}
    told = {one.code: one for one in returned(plan, "08-08", value=0.34, grade="A").problems}
    assert told["R360"].facts["value"] == "0.34"  # 0 と印刷されるが、0 ではない
    assert levels(returned(plan, "08-08", value=34, grade="D")) == {"R361": Level.NOTE}
    assert codes(returned(plan, "08-08", value=33, grade="A")) == []
    # この項目の時間は、少ないほどよい
    assert codes(returned(plan, "03-04", value=13.2, grade="A")) == []
    assert codes(returned(plan, "03-04", value=13.2, grade="D")) == ["R361"]
    # 利益を保つ項目。どちらがよいとも言えない
    assert codes(returned(plan, "08-12", value=20000, grade="A")) == []


def test_18_blank_zero_and_the_marks_are_four_answers(plan: Plan) -> None:
    path = "years[0].result.effect"
    given = {raw: returned(plan, "01-04", effect=raw) for raw in (None, 0, "-", "ー", "－")}
    assert {raw: form.answers[path].value for raw, form in given.items()} == {
        None: None, 0: 0, "-": "-", "ー": "ー", "－": "-"
    }  # fmt: skip
    assert given["－"].answers[path].rule == "dash"


def test_20_plan_text_changed_is_a_proposal(plan: Plan) -> None:
    _, _, item = plan.find("08-08")
    old = item.years[0].plan
    assert old is not None
    new = old.replace("発掘", "検討").replace("３４台", "３５台")
    answers = plausible(item, 0) | {"years[0].plan": new, "years[1].target": 40}
    form = examined(plan, FIRST, "08-08", answers)
    assert levels(form) == {"R341": Level.NOTE}
    assert [(p.path, p.old, p.new) for p in form.proposals] == [
        ("years[0].plan", old, new), ("years[1].target", "35", "40")
    ]  # fmt: skip
    words = [str(problem.facts["difference"]) for problem in form.problems]
    assert words == ["「発掘」→「検討」、「３４」→「３５」", "「35」→「40」"]
    assert "years[0].plan" not in form.changed


def test_20_other_locked_cells(plan: Plan) -> None:
    def cell(text: str) -> RawCell:
        return RawCell(CellKind.TEXT, text)

    locked = (
        LockedChange("B9", "item.vision", "目指す姿", "■ 増やす。", cell("■ 減らす。")),
        LockedChange("B2", None, None, "指標", cell("指標（案）")),
        LockedChange("B3", "item.title", "実施項目", "貸付\n拡大", cell("貸付\r\n拡大 ")),
    )
    form = examined(plan, FIRST, "08-08", plausible(plan.find("08-08")[2], 0), locked=locked)
    assert levels(form) == {"R341": Level.NOTE, "R342": Level.NOTE}
    assert [(p.path, p.old, p.new) for p in form.proposals] == [
        ("item.vision", "■ 増やす。", "■ 減らす。")
    ]


def test_20_what_was_locked_and_is_as_it_was_is_not_told(plan: Plan) -> None:
    old = plan.find("08-08")[2].years[0].plan
    assert old is not None
    for same in (old + " \n", old.replace("\n", "\r\n"), old.replace("\n", "\r")):
        form = examined(plan, FIRST, "08-08", {"years[0].plan": same})
        assert (form.problems, form.proposals) == ((), ())
    excel = LockedChange(
        "B9", "item.vision", "目指す姿", "一\n二", RawCell(CellKind.TEXT, "一_x000D_\n二")
    )
    assert examined(plan, FIRST, "08-08", locked=(excel,)).problems == ()


def test_20_a_locked_change_is_told_once_at_its_cell(plan: Plan) -> None:
    """記入欄としても読んだセルは、初めの一度だけ。ほかは、消した文も、数も、印も残す。"""
    form = matched(plan, FIRST, "08-08")
    read = form.found["years[0].plan"].ref
    long = "進捗管理シートに記す実施項目の\n取組の内容と主管課"
    locked = (
        LockedChange(read, "years[0].plan", "年次計画", "古い", RawCell(CellKind.TEXT, "新しい")),
        LockedChange("Z1", "item.vision", "目指す姿", "■ 増やす。", None),
        LockedChange("Z2", "item.vision", "目指す姿", "■ 増やす。", RawCell(CellKind.BLANK, None)),
        LockedChange("Z3", "item.indicator.target", "目標値", 34, RawCell(CellKind.NUMBER, 35.0)),
        LockedChange("Z4", None, None, long, RawCell(CellKind.BOOL, True)),
    )
    told = examined(plan, FIRST, "08-08", locked=locked)
    assert [(p.path, p.ref, p.old, p.new) for p in told.proposals] == [
        ("item.vision", "Z1", "■ 増やす。", ""), ("item.vision", "Z2", "■ 増やす。", ""),
        ("item.indicator.target", "Z3", "34", "35"),
    ]  # fmt: skip
    last = told.problems[3]
    assert [(p.code, p.place.cell, p.place.item) for p in told.problems] == [
        ("R341", "Z1", "08-08"), ("R341", "Z2", "08-08"), ("R341", "Z3", "08-08"),
        ("R342", "Z4", "08-08"), ("R383", "Z4", "08-08"),
    ]  # fmt: skip
    assert last.place.label == long.replace("\n", " ")[:20]
    assert str(last.facts["difference"]).endswith("「TRUE」")


def test_a_result_in_another_year_tells_what_was_written_and_what_was_asked(plan: Plan) -> None:
    """年度ごとに一度だけ尋ね、照会した年度の欄が空かどうかを添える。"""
    long = "・" + "設置台数を増やすため、関係課と協議した。\n" * 4
    elsewhere = {"years[1].result.value": 35, "years[1].result.text": long}
    elsewhere |= {"years[2].result.grade": "A", "item.overall_grade": "B"}
    form = examined(plan, FIRST, "08-08", elsewhere)
    assert codes(form) == ["R340"]
    told = [(p.place.path, p.facts["written"], p.facts["asked"]) for p in form.problems]
    empty = ASKED_FIELDS[False].format(year="令和5年度")
    shown = long.replace("\n", "⏎")[:60] + "…"
    assert told == [
        ("years[1].result.text",
         f"令和6年度の取組実績「{shown}」、令和6年度の成果指標の実績値「35」", empty),
        ("years[2].result.grade", "令和7年度の評価「A」", empty),
        ("item.overall_grade", "全期間総合評価「B」", empty),
    ]  # fmt: skip
    both = examined(plan, FIRST, "08-08", {"years[1].result.grade": "A", **_grade("B")})
    (asked,) = [p.facts["asked"] for p in both.problems if p.code == "R340"]
    assert asked == ASKED_FIELDS[True].format(year="令和5年度")
    revision = Round(RoundKind.REVISION, 2024)
    (other,) = examined(plan, revision, "08-08", {"years[1].result.grade": "A"}).problems
    assert (other.code, other.facts["asked"]) == ("R340", RESULTS_NOT_ASKED)


def test_a_result_erased_from_another_year_is_a_change_of_the_plan(plan: Plan) -> None:
    filled = with_values(plan.find("08-08")[2], _grade("A"), 2024)
    later = Round(RoundKind.RESULTS, 2025)
    known = with_items(plan, {"08-08": filled})
    assert codes(examined(known, later, "08-08", {"years[0].result.grade": None})) == ["R341"]


def _grade(value: str) -> dict[str, Any]:
    """令和５年度の評価。"""
    return {"years[0].result.grade": value}


def test_a_result_in_another_year_is_asked_and_kept(plan: Plan) -> None:
    written = {"years[1].result.value": "３５台", "years[1].result.text": "実施した。"}
    form = examined(plan, FIRST, "08-08", written)
    assert [(p.code, p.place.label) for p in form.problems] == [("R340", "令和6年度の取組実績")]
    assert levels(form) == {"R340": Level.CONFIRM}
    assert {(p.path, p.new) for p in form.proposals} == {
        ("years[1].result.value", "35"), ("years[1].result.text", "実施した。")
    }  # fmt: skip
    assert form.changed == {}


def test_what_is_hard_to_read_in_a_closed_cell_holds_nothing(plan: Plan) -> None:
    answers = plausible(plan.find("08-08")[2], 0)
    answers |= {"years[1].target": RawCell(CellKind.ERROR, "#REF!"), "years[2].target": "約36"}
    form = examined(plan, FIRST, "08-08", answers)
    assert codes(form) == ["R341"]
    assert form.unread == {}


def test_what_was_written_before_and_is_gone_is_asked(plan: Plan) -> None:
    item = plan.find("08-08")[2]
    # "-" は前に聞いて、通した。もう聞かない
    filled = with_values(item, plausible(item, 0) | {"years[0].result.text": "-"}, 2024)
    known = with_items(plan, {"08-08": filled})
    assert codes(examined(known, FIRST, "08-08")) == []
    gone = {"years[0].result.value": None, "years[0].result.grade": None}
    assert codes(examined(known, FIRST, "08-08", gone)) == ["R308"]
    assert codes(examined(known, FIRST, "08-08", {"years[0].result.value": 36})) == []


def test_a_form_of_an_item_no_longer_in_the_plan(plan: Plan) -> None:
    one = matched(plan, FIRST, "08-08", {"years[0].result.text": "実施した。"})
    policies = tuple(policy.model_copy(update={"measures": ()}) for policy in plan.policies)
    form = Examiner(plan.model_copy(update={"policies": policies})).examine(one)
    assert levels(form) == {"R399": Level.ERROR}
    assert form.unread["years[0].result.text"] == "実施した。"
