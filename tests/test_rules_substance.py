"""何も述べていない実績と、計画に書き重ねた返事。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from examining_samples import codes, examined, levels, matched, plausible

from sheetgen.collect.corrections import RoundInputs, corrections
from sheetgen.collect.examining import Examiner
from sheetgen.collect.merging.merge import merge
from sheetgen.collect.request import ItemOutcome, Take, Waiver
from sheetgen.collect.rules.substance import says_something, vocabulary_of
from sheetgen.form.rounds import input_fields, open_paths
from sheetgen.messages.catalogue import describe
from sheetgen.plan.item import Item
from sheetgen.plan.loading import load_plan
from sheetgen.plan.paths import printed_initiative_year, read_path
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round, RoundKind
from sheetgen.plan.value import Value
from sheetgen.problems import Level
from sheetgen.records.open_items import ItemState
from sheetgen.records.past import Past

RESULTS, REVISION = Round(RoundKind.RESULTS, 2024), Round(RoundKind.REVISION, 2024)
TEXT = "years[0].result.text"
PLANNED, TARGET, EFFECT = "years[2].plan", "years[2].target", "years[2].effect"
NEXT = {"initiative.text": "■ 引き続き、関係課と調整しながら取組を進める。"}


@pytest.fixture(scope="module")
def plan(project_root: Path) -> Plan:
    return load_plan(project_root / "data" / "plan.json")


# --- 実績 ---

EMPTY = """
別添資料参照|計画のとおり|記載のとおり|詳細は別紙をご覧ください。|令和６年度と同じ|Ditto|N/A|TBD
済|・済。|https://www.city.example.jp/a.html|令和６年４月１日|2024/4/1|R6.4.1|34台|３４台。
三十四台|6,800千円|98.3％|１７件（前年度１５件）|評価A|評価：Ａ|変更なし|現行どおり|〃|→|OK
別紙.pdf|添付ファイルのとおり|前年度と同様|計画のとおり実施した。|別紙のとおり実施した。
前年度と同様に実施した。|See attached|same as last year|提出済|報告済です。|確認済
後日提出します|メールで送付します。|口頭で説明済み|資料をご参照願います。|目標値のとおり
詳細は市のホームページを参照|担当課に確認のこと|以下余白|概ね順調|完了|特記事項なし
特段の変更はありません。|別紙１参照|別紙1～3のとおり|資料１のとおり|様式２に記載
昨年度の報告と同じです|R5と同様|前年並み|上記に同じ|右に同じ|計画通りです。|予定通り進捗
計画どおり進んでいる。|おおむね計画どおり|計画値どおり|目標どおり|目標達成|達成|100%|◎|○|×|☆
（空欄）|記入なし|記載なし|回答なし|該当しない|該当しません|対象外|わからない|不明です
確認します|確認中です|担当者に聞いてください|財政課に確認|詳細は担当まで|添付参照|添付メール参照
メール添付のとおり|メール参照|資料提出済み|ヒアリング時に説明|ヒアリングで説明します|none
nothing|same|See above|done|completed|in progress|as planned|令和5年度末|R5|５年度|４月～３月
４月から３月まで|通年|随時|適宜|なし（令和５年度）|特にありません|特に問題なし|変わりなし
変わらず|前回から変更なし|昨年から変わっていない|Ｂ|Ｂ評価|評価：B（目標達成）|自己評価A
実績値34|実績値：34台、効果額6,800千円|34台（目標34台）|6,800|680万円|済み|実施済み|対応済みです
完了済|了|終わり|以上|同|仝|々|″|〃〃|↓|←|※
"""
HONEST = """
窓口を２か所増やした。|検討を継続|実施した。|・進めた。|３台を追加した。|導入した。
３５台に増やした。|計画どおり３５台を設置した。|議会に報告した。|目標を達成した。
町民に口頭で説明した。|応募者がなかった。|応募者なし|A案を採った|協議会を開催|条例を改正
計画書を改訂|様式を見直した。|資料を作成した。|ホームページに掲載した。|ＲＰＡを３業務に導入
前年度と同じ３台を設置した。|令和６年度から窓口を統合した。|関係課と協議中|3台増設
予定していた説明会を中止した。|変更契約を締結|徴収率は98.3％となった。|公募したが応募なし
中止した。|まちづくりのあゆみをつくった。|実施しなかった。
別紙の計画書に基づき、前年度と同じ３台を設置した。|施設を廃止|３校で開始|職員を２名減員
補助金を廃止した|見直しなかった|準備した|協議した|検討した|検討中|検討中である。|研修会開催
見直し検討|条例改正|要綱改正|公募を実施|公募実施|契約締結|協定締結|工事完了|工事が完了した。
供用開始|運用開始|試行実施|導入済|システム導入済|委託化した|委託先を決定|庁内で議論
アンケート実施|アンケートを実施した|パンフレット配布|チラシ配布|広報紙に掲載|ＳＮＳで発信
LINEで発信した|AI導入|AIを導入した。|未着手|着手できず|着手できなかった。|延期した|延期|中止
見送り|見送った|新型コロナのため中止した|入札不調|入札が不調となった|応募がなく、再公募した。
説明会３回|会議を開催しなかった。|対象者がいなかった。|売却に至らなかった。|ベンチ５台寄附
"""


def each(lines: str) -> list[str]:
    """縦棒と行で分けたもの。"""
    return lines.strip().replace("\n", "|").split("|")


@pytest.mark.parametrize("text", each(EMPTY))
def test_a_result_that_says_nothing_is_asked_about(plan: Plan, text: str) -> None:
    answers = plausible(plan.find("08-08")[2], 0) | {TEXT: text}
    form = examined(plan, RESULTS, "08-08", answers)
    (told,) = [one for one in form.problems if one.code in ("R332", "R333", "R382")]
    assert levels(form)[told.code] is Level.CONFIRM
    assert told.place.path == TEXT
    assert "{" not in describe(told)


@pytest.mark.parametrize("text", each(HONEST))
def test_a_short_result_that_says_something_is_not(plan: Plan, text: str) -> None:
    answers = plausible(plan.find("08-08")[2], 0) | {TEXT: text}
    assert codes(examined(plan, RESULTS, "08-08", answers)) == []


def texts_of(item: Item) -> Iterator[str]:
    """実施項目の、文で書かれたもの。実績の文も、このように書かれる。"""
    texts = (item.improvement, item.current_state, item.vision, *item.initiatives.values())
    yield from (text for text in texts if text)
    yield from (year.plan for year in item.years if year.plan and year.plan not in ("-", "ー"))
    yield item.overview.improvement


def test_no_text_of_the_plan_is_taken_for_nothing(plan: Plan) -> None:
    """すべての実施項目の文を、その項目の文として見る。行だけを取り出しても同じ。"""
    asked, seen = set(), 0
    for _, _, item in plan.items():
        for text in texts_of(item):
            for part in {text, *text.splitlines()}:
                seen += 1
                if not says_something(part, vocabulary_of(item)):
                    asked.add(part)
    assert seen > 1000
    # 次の行の頭に付く、期限だけの行。
    assert asked == {"（令和９年度までに）", "（令和７年度）"}


def test_the_words_of_the_item_make_a_short_answer(plan: Plan) -> None:
    item = plan.find("02-02")[2]
    assert says_something("・運用", vocabulary_of(item))
    assert not says_something("・運用")
    # どの項目でも言うことばでは、足りない。
    assert not says_something("実施", vocabulary_of(item))


def test_an_item_not_yet_begun_may_say_nothing(plan: Plan) -> None:
    answers: dict[str, Value] = {TEXT: "-", "years[0].result.value": "-"}
    assert "R382" not in codes(examined(plan, RESULTS, "01-05", answers))


# --- 見直し ---

REPLIES = """
変更なし|（変更なし）|修正なし|現行どおり|計画どおり|左に同じ|〃|→|なし|－|削除|ＯＫ|同上
前年度と同じ|そのまま|変更はありません。
"""


def revised(plan: Plan, written: Mapping[str, object], item: str = "08-08") -> list[str]:
    return codes(examined(plan, REVISION, item, {**NEXT, **written}))


@pytest.mark.parametrize("text", each(REPLIES))
def test_a_reply_over_a_plan_is_asked_about(plan: Plan, text: str) -> None:
    assert revised(plan, {PLANNED: text}) == ["R380"]


@pytest.mark.parametrize(
    ("path", "value", "wanted"),
    [
        (TARGET, "－", ["R381"]),
        (TARGET, 0, ["R381"]),
        (TARGET, "変更なし", ["R380"]),
        (TARGET, "〃", ["R380"]),
        (TARGET, 37, []),
        (EFFECT, "-", ["R381"]),
        (EFFECT, 0, ["R381"]),
        (EFFECT, "現行どおり", ["R380"]),
        (PLANNED, "・設置台数を３７台とする。", []),
        (PLANNED, "・運用", ["R380"]),
        (PLANNED, "別紙のとおり", ["R332"]),
        ("initiative.text", "変更なし", ["R382"]),
        ("initiative.text", "■ 続ける。", []),
    ],
)
def test_a_figure_or_a_plan_written_over(
    plan: Plan, path: str, value: object, wanted: list[str]
) -> None:
    assert revised(plan, {path: value}) == wanted


@pytest.mark.parametrize(
    ("value", "wanted"),
    [("-", ["R381"]), ("変更なし", ["R380"]), ("検討", []), ("30億円", []), ("未定", [])],
)
def test_a_target_in_words(plan: Plan, value: str, wanted: list[str]) -> None:
    assert plan.find("10-01")[2].years[2].target == "30億円以内"
    assert revised(plan, {TARGET: value}, "10-01") == wanted


def test_a_dash_or_nought_in_the_plan_is_no_figure_to_lose(plan: Plan) -> None:
    item = next(
        item for _, _, item in plan.items() if item.years[2].target in ("-", 0)
    )  # fmt: skip
    other = "-" if item.years[2].target == 0 else 0
    assert "R381" not in revised(plan, {TARGET: other}, item.id)


def collected(
    plan: Plan, written: Mapping[str, object], past: Past | None = None, **decided: object
) -> ItemOutcome:
    form = examined(plan, REVISION, "08-08", {**NEXT, **written})
    found = merge(plan, REVISION, [form], past or Past(), **decided)  # type: ignore[arg-type]
    return next(one for one in found.outcomes if one.item == "08-08")


@pytest.mark.parametrize("take", [Take(None, "08-08"), Take(None)])
def test_one_step_keeps_the_plan_and_takes_the_rest(plan: Plan, take: Take) -> None:
    written = {PLANNED: "変更なし", TARGET: "－", EFFECT: 7300}
    assert collected(plan, written).state is ItemState.HELD
    one = collected(plan, written, takes=[take])
    assert (one.state, one.problems) == (ItemState.RECORDED, ())
    assert {change.path: change.new for change in one.changes} == {**NEXT, EFFECT: 7300}
    item = plan.find("08-08")[2]
    assert {(out.path, out.kept, out.rejected) for out in one.rejected} == {
        (PLANNED, read_path(item, PLANNED, 2024), "変更なし"),
        (TARGET, 36, "-"),
    }


def test_the_remedy_says_the_step(plan: Plan) -> None:
    for problem in collected(plan, {PLANNED: "変更なし", TARGET: 0}).problems:
        assert "--take 08-08:master" in describe(problem)
        assert f"--waive {problem.code}:08-08" in describe(problem)


def test_the_reply_goes_in_only_when_it_was_meant(plan: Plan) -> None:
    one = collected(plan, {PLANNED: "削除"}, waivers=[Waiver("R380", "08-08")], reason="課に電話")
    assert (one.state, one.problems) == (ItemState.RECORDED, ())
    assert {change.path: change.new for change in one.changes} == {**NEXT, PLANNED: "削除"}


def test_taking_the_plan_decides_no_other_field(plan: Plan) -> None:
    """問いのない欄と、別のわけで聞いている欄は、計画に戻さない。"""
    one = collected(plan, {TARGET: 370, EFFECT: 7300}, takes=[Take(None, "08-08")])
    assert [problem.code for problem in one.problems] == ["R317"]
    assert collected(plan, {EFFECT: 7300}, takes=[Take(None, "08-08")]).state is ItemState.RECORDED


def test_one_reply_may_be_meant_and_the_other_not(plan: Plan) -> None:
    one = collected(
        plan,
        {PLANNED: "変更なし", TARGET: 0},
        takes=[Take(None, "08-08")],
        waivers=[Waiver("R381", "08-08")],
        reason="課に電話",
    )
    assert (one.state, one.problems) == (ItemState.RECORDED, ())
    assert {change.path: change.new for change in one.changes} == {**NEXT, TARGET: 0}


def test_a_later_copy_of_the_reply_changes_nothing(plan: Plan) -> None:
    """計画を残すと決めたあとで、同じ様式がもう一度届いた。"""
    past = Past(rejected={("08-08", PLANNED): frozenset({"変更なし"})})
    one = collected(plan, {PLANNED: "変更なし"}, past)
    assert [problem.code for problem in one.problems] == ["R405"]
    assert {change.path: change.new for change in one.changes} == NEXT


def test_what_is_sent_back_shows_the_plan_again(plan: Plan) -> None:
    """課は、変えないのなら、そのまま送り返せばよい。"""
    form = examined(plan, REVISION, "08-08", {**NEXT, PLANNED: "変更なし", EFFECT: 7300})
    inputs = RoundInputs(
        input_fields(plan), open_paths(plan, REVISION), printed_initiative_year(plan, REVISION)
    )
    (found,) = [one for one in merge(plan, REVISION, [form], Past()).outcomes if one.problems]
    (back,) = corrections(plan, inputs, [found], [form])
    old = plan.find("08-08")[2].years[2].plan
    assert (back.values[PLANNED], back.values[EFFECT]) == (old, 7300)
    assert back.values["initiative.text"] == NEXT["initiative.text"]
    (reason,) = back.reasons
    assert (reason.path, reason.written) == (PLANNED, "変更なし")
    assert set(back.marks) == {PLANNED}


def test_the_plan_sent_back_as_it_was_shown_is_the_answer(plan: Plan) -> None:
    """もとに戻して見せた計画の欄が、そのまま戻れば「変えない」。実績の欄では、そうはいかない。"""
    form = matched(plan, REVISION, "08-08", dict(NEXT))
    shown = {found.ref: found.cell.value for found in form.found.values() if found.cell}
    issued = replace(
        form.issued, values=shown, replaces=frozenset("0"), doubted=frozenset({PLANNED})
    )
    assert codes(Examiner(plan).examine(replace(form, issued=issued))) == []
    back = matched(plan, RESULTS, "08-08", plausible(plan.find("08-08")[2], 0))
    value = "years[0].result.value"
    shown = {found.ref: found.cell.value for found in back.found.values() if found.cell}
    issued = replace(back.issued, values=shown, replaces=frozenset("0"), doubted=frozenset({value}))
    assert codes(Examiner(plan).examine(replace(back, issued=issued))) == ["R344"]
