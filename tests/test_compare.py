"""新旧対照表の値：変わった所はすべて、変わらない所は一つも載らない。"""

from __future__ import annotations

import copy
from typing import Any

import pytest
from comparing import blocks
from plan_samples import entry, sample_item, sample_plan
from revised import (
    EVERY,
    Json,
    item_in,
    measure_in,
    next_revision,
    plan_of,
    real,
    renumber,
    revised,
)

from sheetgen.problems import SheetgenError
from sheetgen.publish.comparison.blocks import ComparedState, Comparison, Mark, Side
from sheetgen.publish.comparison.comparable import comparison_notes
from sheetgen.publish.comparison.whole import build_comparison, visible


def compared(*changes: Any) -> Comparison:
    """実物の計画と、それに変更を加えた計画の新旧対照表。"""
    return build_comparison(plan_of(real()), plan_of(revised(*changes)))


def marked(side: Side) -> list[str]:
    """下線の引かれる所。"""
    return [text for text, differs in side.runs if differs] or ([side.mark] if side.mark else [])


def changes_in(comparison: Comparison) -> dict[tuple[str, str], tuple[list[str], list[str]]]:
    """（まとまり, 欄）から（改正前の下線の所, 改正後の下線の所）へ。新規と終了は除く。"""
    out = {}
    for key, block in blocks(comparison).items():
        if block.state in (ComparedState.NEW, ComparedState.ENDED):
            continue
        heading = marked(block.old), marked(block.new)
        if any(heading):
            out[key, ""] = heading
        out |= {(key, row.label): (marked(row.old), marked(row.new)) for row in block.rows}
    return out


def test_every_change_is_marked_and_nothing_else() -> None:
    item = "item-08-08"
    blank = [Mark.BLANK]
    expected = {
        ("overview-philosophy", "図に添えたねらい 2"): ([], ["。"]),
        ("overview-period", "図の行（上から） 3 行の見出し"): ([Mark.ADDED], ["人口ビジョン"]),
        ("overview-period", "図の行（上から） 3 帯に書く名称"): (
            [Mark.ADDED],
            ["人口ビジョン・改定版"],
        ),
        ("highlights-1", "主なポイント 1"): (
            ["Ｒ５業務量調査を踏まえて、ＩＣＴ技術を活用しつつ", "ＢＰＲ(業務改革)を"],
            ["見直しを"],
        ),
        ("item-01-03", ""): (["(1)③"], ["(1)②"]),
        ("item-01-04", ""): (["(1)④"], ["(1)③"]),
        ("item-01-05", ""): (["(1)⑤"], ["(1)④"]),
        ("item-01-06", ""): (["(1)⑥"], ["(1)⑤"]),
        ("item-02-01", "主管課"): (["経営企画課"], ["財政課"]),
        ("policy-2", ""): (["公共私の連携･協働"], ["市民や地域との協働"]),
        ("measure-6-name", ""): (["ＩＣＴ", "･"], ["デジタル技術", "・"]),
        (item, "計画最終年度において目指す姿"): ([], ["安定した"]),
        (item, "計画最終年度の目標値"): (["38"], ["42"]),
        (item, "令和５年度 取組実績"): (blank, ["・入札を行い、設置台数を３４台とした。"]),
        (item, "令和５年度 成果指標の実績値"): (blank, ["34"]),
        (item, "令和５年度 実績効果額(千円)"): (blank, ["6,900"]),
        (item, "令和５年度 評価"): (blank, ["A"]),
        (item, "令和７年度 年次計画"): (["発掘", "台数", "３６"], ["検討", "件数", "４０"]),
        (item, "令和７年度 成果指標の目標値"): (["36"], ["40"]),
        (item, "令和７年度 効果見込額(千円)"): (["7,200"], ["8,000"]),
        (item, "〔小計〕効果見込額(千円)"): (["36,000"], ["36,800"]),
        (item, "〔小計〕実績効果額(千円)"): (["-"], ["6,900"]),
        (item, "目標（概要表）"): (["38"], ["42"]),
        ("item-08-09", ""): (["(8)⑨"], ["(8)⑩"]),
        ("item-08-10", ""): (["(8)⑩"], ["(8)⑪"]),
        ("item-08-11", ""): (["(8)⑪"], ["(8)⑫"]),
        ("item-08-12", ""): (["(8)⑫"], ["(8)⑬"]),
        ("reference-07-02-8-0", ""): (["(8)⑬"], ["(8)⑭"]),
        ("item-10-04", "令和７年度／令和６年度の取組方針・取組内容"): (
            ["■ 財政健全化に向けた取組の推進"],
            ["■ 公債費の見通しを毎年度公表する。"],
        ),
    }
    found = changes_in(compared(*EVERY))
    assert found == expected
    assert list(found) == list(expected)  # 文書の順


def test_new_and_ended_items_stand_whole_at_their_place() -> None:
    comparison = compared(*EVERY)
    order = list(blocks(comparison))
    assert order[order.index("item-08-90") - 1 : order.index("item-08-90") + 2] == [
        "item-08-08", "item-08-90", "item-08-09",
    ]  # fmt: skip
    assert order.index("item-01-02") < order.index("item-01-03")
    new, ended = blocks(comparison)["item-08-90"], blocks(comparison)["item-01-02"]
    assert (new.state, new.old.mark, marked(new.new)) == (
        ComparedState.NEW, Mark.ADDED, ["(8)⑨ 使わない土地の貸付"],
    )  # fmt: skip
    assert (ended.state, ended.new.mark) == (ComparedState.ENDED, Mark.DELETED)
    old_item = item_in(real(), "01-02")
    texts = {row.label: row.old.text for row in ended.rows}
    for label, name in (("現状と課題", "current_state"), ("具体的な改善取組内容", "improvement")):
        assert texts[label] == old_item[name]
    assert {row.new.mark for row in ended.rows} == {Mark.DELETED}
    assert {row.old.mark for row in new.rows} == {Mark.ADDED}
    assert all(marked(row.new) == [row.new.text] for row in new.rows)


def test_the_listings() -> None:
    comparison = compared(*EVERY, _retitle)
    rows = {one.heading: [(row.new_number, row.old_number, row.title) for row in one.rows]
            for one in comparison.listings}  # fmt: skip
    assert rows["新規の実施項目"] == [("(8)⑨", "", "使わない土地の貸付")]
    assert rows["終了した実施項目"] == [("", "(1)②", item_in(real(), "01-02")["title"])]
    assert [row[:2] for row in rows["番号の変わった実施項目"]] == [
        ("(1)②", "(1)③"), ("(1)③", "(1)④"), ("(1)④", "(1)⑤"), ("(1)⑤", "(1)⑥"),
        ("(8)⑩", "(8)⑨"), ("(8)⑪", "(8)⑩"), ("(8)⑫", "(8)⑪"), ("(8)⑬", "(8)⑫"),
    ]  # fmt: skip
    assert rows["名称の変わった実施項目"] == [("(9)②", "(9)②", "新しい名")]
    assert [row[0] for row in rows["内容の変わった実施項目"]] == ["(2)①", "(8)⑧", "(10)④"]
    assert comparison.listings[4].rows[1].what == (
        "計画最終年度において目指す姿、計画最終年度の目標値、"
        "令和５年度の取組実績・成果指標の実績値・実績効果額(千円)・評価、"
        "令和７年度の年次計画・成果指標の目標値・効果見込額(千円)、"
        "〔小計〕効果見込額(千円)、〔小計〕実績効果額(千円)、目標（概要表）"
    )
    assert comparison.new.count == "７４件"
    assert comparison.new.revision == "令和７年度年次見直し"
    there = set(blocks(comparison))
    assert {row.block for one in comparison.listings for row in one.rows} <= there


def _retitle(data: Json) -> None:
    next(e for e in measure_in(data, 9)["entries"] if e["number"] == 2)["title"] = "新しい名"


@pytest.mark.parametrize("change", EVERY)
def test_each_change_alone_is_seen_both_ways(change: Any) -> None:
    old, new = plan_of(real()), plan_of(revised(change))
    there, back = build_comparison(old, new), build_comparison(new, old)
    assert there.sections
    assert not there.same
    mirrored = {ComparedState.NEW: ComparedState.ENDED, ComparedState.ENDED: ComparedState.NEW}
    states = sorted((b.item, mirrored.get(b.state, b.state)) for b in blocks(back).values())
    assert states == sorted((b.item, b.state) for b in blocks(there).values())


def test_the_same_plan_has_no_differences() -> None:
    comparison = build_comparison(plan_of(real()), plan_of(real()))
    assert comparison.sections == ()
    assert comparison.same
    assert not any(one.rows for one in comparison.listings)


def test_what_the_document_does_not_print_is_not_compared() -> None:
    def change(data: Json) -> None:
        data["departments"][0]["sections"][0]["email"] = "someone@example.lg.jp"
        data["contact"]["phone"] = "0000"
        data["revision"]["published"] = "2024-04"

    assert compared(change).same


def test_an_item_that_moves_is_in_its_new_measure_only() -> None:
    def move(data: Json) -> None:
        source, target = measure_in(data, 9), measure_in(data, 10)
        place = next(k for k, e in enumerate(source["entries"]) if e.get("id") == "09-02")
        target["entries"].append(source["entries"].pop(place))
        renumber(source)
        renumber(target)

    comparison = compared(move)
    sections = [s.key for s in comparison.sections for b in s.blocks if b.item == "09-02"]
    assert sections == ["measure-10"]
    assert blocks(comparison)["item-09-02"].state is ComparedState.RENUMBERED
    assert not any(one.rows for one in comparison.listings[:2])


def test_a_policy_inserted_in_front_moves_the_others() -> None:
    def insert(data: Json) -> None:
        first = {"number": 1, "name": "新しい柱", "description": "始める。", "measures": []}
        data["policies"].insert(0, first)
        for number, policy in enumerate(data["policies"], 1):
            policy["number"] = number
        for one in [*data["revision"]["highlights"], *data["revision"]["highlight_notes"]]:
            one["policy"] += 1

    found = blocks(compared(insert))
    assert found["policy-1"].state is ComparedState.NEW
    assert {found[f"policy-{n}"].state for n in range(2, 7)} == {ComparedState.RENUMBERED}
    assert not any(block.item for block in found.values())


def test_a_measure_that_ends_keeps_its_place() -> None:
    def end(data: Json) -> None:
        measure = data["policies"][3]["measures"][0]
        kept = [e["id"] for e in measure["entries"] if e["type"] == "item"]
        del data["policies"][3]
        for number, policy in enumerate(data["policies"], 1):
            policy["number"] = number
        number = 0
        for policy in data["policies"]:
            for one in policy["measures"]:
                number += 1
                one["number"] = number
                one["entries"] = [e for e in one["entries"] if e.get("item_id") not in kept]
                renumber(one)
        data["revision"]["retired_items"] += kept
        for name in ("highlights", "highlight_notes"):
            points = [p for p in data["revision"][name] if p["policy"] != 4]
            data["revision"][name] = [p | {"policy": min(p["policy"], 4)} for p in points]

    comparison = compared(end)
    keys = [section.key for section in comparison.sections]
    assert keys.index("policy-old-4") < keys.index("measure-old-7") < keys.index("measure-7")
    ended = [b for b in blocks(comparison).values() if b.item and b.state is ComparedState.ENDED]
    assert [b.item for b in ended] == [f"07-{n:02}" for n in range(1, len(ended) + 1)]


def test_a_plan_of_other_years() -> None:
    old = sample_plan()
    new = copy.deepcopy(old)
    new["fiscal_years"].append(2029)
    for one in new["policies"][0]["measures"][0]["entries"]:
        one["years"].append(copy.deepcopy(one["years"][-1]) | {"fiscal_year": 2029, "target": 12})
    found = changes_in(build_comparison(plan_of(old), plan_of(new)))
    assert found["plan-names", "計画年度"] == ([], ["、令和１１年度"])
    assert found["item-01-01", "令和１１年度 成果指標の目標値"] == ([Mark.ADDED], ["12.0"])
    assert ("item-01-01", "令和11年度 効果見込額(千円)") not in found


def test_a_chapter_of_one_plan_only_stands_whole() -> None:
    """計画の概要の章が、どちらか一方の計画にだけある。"""
    period = real()["overview"]["period"]

    def drop(data: Json) -> None:
        data["overview"] |= {"title": None, "period": None}

    without, whole = plan_of(revised(drop)), plan_of(real())
    ended, new = blocks(build_comparison(whole, without)), blocks(build_comparison(without, whole))
    assert list(ended) == list(new) == ["overview-title", "overview-period"]
    for key in ended:
        assert (ended[key].state, ended[key].new.mark) == (ComparedState.ENDED, Mark.DELETED)
        assert (new[key].state, new[key].old.mark) == (ComparedState.NEW, Mark.ADDED)
        gone = [(row.label, row.old.text) for row in ended[key].rows]
        assert [(row.label, row.new.text) for row in new[key].rows] == gone
        assert {row.new.mark for row in ended[key].rows} == {Mark.DELETED}
        assert {row.old.mark for row in new[key].rows} == {Mark.ADDED}
    told = {row.label: row.old.text for row in ended["overview-period"].rows}
    assert told["計画期間の説明文"] == period["statement"]
    assert told["図の行（上から） 1 行の見出し"] == period["related_plans"][0]["heading"]


def test_the_initiatives_of_past_years_are_compared_with_themselves() -> None:
    def change(data: Json) -> None:
        next_revision(data)
        item_in(data, "08-08")["initiatives"]["2024"] = "■ 前の年度を直す。"

    rows = [label for key, label in changes_in(compared(change)) if key == "item-08-08"]
    assert rows == ["令和６年度の取組方針・取組内容"]


def test_changed_blanks_can_be_seen() -> None:
    old = sample_plan()
    new = copy.deepcopy(old)
    entry(old)["vision"], entry(new)["vision"] = "■ 窓口 案内。", "■ 窓口　案内。\n"
    (block,) = blocks(visible(build_comparison(plan_of(old), plan_of(new)))).values()
    assert marked(block.rows[0].new) == ["␣", "↵\n"]


@pytest.mark.parametrize(("kept", "code"), [(3, "D021"), (2, "D021"), (1, "D020"), (0, "D020")])
def test_a_plan_of_another_name_is_one_when_half_of_its_items_are_the_same(
    kept: int, code: str
) -> None:
    """名を変えた計画か、よその計画か。四つの実施項目の、ちょうど半分までは同じ計画とみる。"""
    old = sample_plan()
    entries = old["policies"][0]["measures"][0]["entries"]
    entries += [sample_item(3), sample_item(4)]
    new = copy.deepcopy(old) | {"plan_title": "新しい計画"}
    for item in new["policies"][0]["measures"][0]["entries"][kept:]:
        item["title"] = f"よその{item['title']}"
    try:
        told = comparison_notes(plan_of(old), plan_of(new))
    except SheetgenError as refused:
        told = list(refused.problems)
    assert [problem.code for problem in told] == [code]


def test_a_plan_without_items_is_no_plan_of_another_name() -> None:
    old, empty = sample_plan(), sample_plan(plan_title="新しい計画")
    for measure in empty["policies"][0]["measures"]:
        measure["entries"] = []
    with pytest.raises(SheetgenError) as refused:
        comparison_notes(plan_of(old), plan_of(empty))
    assert [problem.code for problem in refused.value.problems] == ["D020"]


def test_other_plans_are_refused_and_odd_orders_are_told() -> None:
    ours, theirs = plan_of(real()), plan_of(sample_plan())
    with pytest.raises(SheetgenError) as caught:
        comparison_notes(ours, theirs)
    assert [problem.code for problem in caught.value.problems] == ["D020"]
    renamed = plan_of(revised(lambda data: data.update(municipality="新伊勢原市")))
    assert [problem.code for problem in comparison_notes(ours, renamed)] == ["D021"]
    later = plan_of(revised(next_revision))
    assert [problem.code for problem in comparison_notes(later, ours)] == ["D022"]
    assert comparison_notes(ours, later) == []
