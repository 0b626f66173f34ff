"""新旧対照表の値：変わった所はすべて、変わらない所は一つも載らない。"""

from __future__ import annotations

import copy
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from comparing import blocks
from making import places
from plan_samples import entry, sample_item, sample_plan
from revised import (
    EVERY,
    Json,
    add_results,
    item_in,
    measure_in,
    next_revision,
    plan_of,
    real,
    renumber,
    revised,
)

from sheetgen.messages.catalogue import describe
from sheetgen.plan.loading import load_plan
from sheetgen.problems import SheetgenError
from sheetgen.publish.comparison.blocks import ComparedState, Comparison, Mark, Side
from sheetgen.publish.comparison.comparable import comparison_notes, earlier_notes
from sheetgen.publish.comparison.whole import build_comparison, visible
from sheetgen.publish.document.changes import changes

MIRRORED = {
    ComparedState.NEW: ComparedState.ENDED,
    ComparedState.ENDED: ComparedState.NEW,
    ComparedState.ADDED: ComparedState.DELETED,
    ComparedState.DELETED: ComparedState.ADDED,
}
"""改正前と改正後を入れ替えたときの区分。"""


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
        if block.state in MIRRORED:
            continue
        heading = marked(block.old), marked(block.new)
        if any(heading):
            out[key, ""] = heading
        out |= {(key, row.label): (marked(row.old), marked(row.new)) for row in block.rows}
    return out


def test_every_change_is_marked_and_nothing_else() -> None:
    item = "item-08-08"
    expected = {
        ("overview-philosophy", "図に添えたねらい 2"): ([], ["。"]),
        ("overview-period", "図の行（上から） 3 行の見出し"): ([Mark.ADDED], []),
        ("overview-period", "図の行（上から） 3 帯に書く名称"): ([Mark.ADDED], []),
        ("item-01-03", ""): (["(1)③"], ["(1)②"]),
        ("item-01-04", ""): (["(1)④"], ["(1)③"]),
        ("item-01-05", ""): (["(1)⑤"], ["(1)④"]),
        ("item-01-06", ""): (["(1)⑥"], ["(1)⑤"]),
        ("item-02-01", "主管課"): (["経営企画課"], ["財政課"]),
        ("policy-2", ""): (["公共私の連携･協働"], ["市民や地域との協働"]),
        ("measure-6-name", ""): (["ＩＣＴ", "･"], ["デジタル技術", "・"]),
        (item, "計画最終年度において目指す姿"): ([], ["安定した"]),
        (item, "計画最終年度の目標値"): (["38"], ["42"]),
        (item, "令和７年度 年次計画"): (["発掘", "台数", "３６"], ["検討", "件数", "４０"]),
        (item, "令和７年度 成果指標の目標値"): (["36"], ["40"]),
        (item, "令和７年度 効果見込額(千円)"): (["7,200"], ["8,000"]),
        (item, "〔小計〕効果見込額(千円)"): (["36,000"], ["36,800"]),
        (item, "目標（概要表）"): (["38"], ["42"]),
        ("item-08-09", ""): (["(8)⑨"], ["(8)⑩"]),
        ("item-08-10", ""): (["(8)⑩"], ["(8)⑪"]),
        ("item-08-11", ""): (["(8)⑪"], ["(8)⑫"]),
        ("item-08-12", ""): (["(8)⑫"], ["(8)⑬"]),
        ("reference-07-02-8-0", ""): (["(8)⑬"], ["(8)⑭"]),
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
    assert (new.state, new.old.mark) == (ComparedState.NEW, Mark.ADDED)
    assert new.new.text == "(8)⑨ 使わない土地の貸付"
    assert (ended.state, ended.new.mark) == (ComparedState.ENDED, Mark.DELETED)
    old_item = item_in(real(), "01-02")
    texts = {row.label: row.old.text for row in ended.rows}
    for label, name in (("現状と課題", "current_state"), ("具体的な改善取組内容", "improvement")):
        assert texts[label] == old_item[name]
    assert {row.new.mark for row in ended.rows} == {Mark.DELETED}
    assert {row.old.mark for row in new.rows} == {Mark.ADDED}
    # （新設）（削除）がそれを言うので、全文に下線を引いて目立たなくすることはない。
    assert not any(marked(row.new) for row in new.rows)
    assert not any(marked(row.old) for row in ended.rows)


def test_the_listings() -> None:
    comparison = compared(*EVERY, _retitle)
    rows = {one.heading: [(row.new_number, row.old_number, row.title) for row in one.rows]
            for one in comparison.listings}  # fmt: skip
    assert rows["新規の実施項目"] == [("(8)⑨", "", "使わない土地の貸付")]
    assert rows["終了した実施項目"] == [("", "(1)②", item_in(real(), "01-02")["title"])]
    assert [row[:2] for row in rows["番号だけが変わった実施項目"]] == [
        ("(1)②", "(1)③"), ("(1)③", "(1)④"), ("(1)④", "(1)⑤"), ("(1)⑤", "(1)⑥"),
        ("(8)⑩", "(8)⑨"), ("(8)⑪", "(8)⑩"), ("(8)⑫", "(8)⑪"), ("(8)⑬", "(8)⑫"),
    ]  # fmt: skip
    assert [row[0] for row in rows["内容の変わった実施項目"]] == ["(2)①", "(8)⑧", "(9)②"]
    told = {row.new_number: row.what for row in comparison.listings[3].rows}
    assert told["(9)②"] == f"名称（改正前：{item_in(real(), '09-02')['title']}）"
    assert told["(8)⑧"] == (
        "計画最終年度において目指す姿、計画最終年度の目標値、"
        "令和７年度の年次計画・成果指標の目標値・効果見込額(千円)、"
        "〔小計〕効果見込額(千円)、目標（概要表）"
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
    assert bool(there.sections) is (change not in (add_results, next_revision))
    assert bool(there.turn) is (change is next_revision)
    assert bool(there.same) is not bool(there.sections)
    states = sorted((b.item, MIRRORED.get(b.state, b.state)) for b in blocks(back).values())
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
    assert blocks(comparison)["item-09-02"].state is ComparedState.MOVED
    counts = [one.count for one in comparison.listings]
    assert counts == ["0件", "0件", "1件", "0件", "2件", "0か所"]
    (moved,) = comparison.listings[2].rows
    assert moved.what == f"(9){measure_in(real(), 9)['name']}から"


def test_a_policy_inserted_in_front_moves_the_others() -> None:
    def insert(data: Json) -> None:
        first = {"number": 1, "name": "新しい柱", "description": "始める。", "measures": []}
        data["policies"].insert(0, first)
        for number, policy in enumerate(data["policies"], 1):
            policy["number"] = number
        for one in [*data["revision"]["highlights"], *data["revision"]["highlight_notes"]]:
            one["policy"] += 1

    found = blocks(compared(insert))
    assert found["policy-1"].state is ComparedState.ADDED
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
    assert found["item-01-01", "令和１１年度 成果指標の目標値"] == ([Mark.ADDED], [])
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
        assert (ended[key].state, ended[key].new.mark) == (ComparedState.DELETED, Mark.DELETED)
        assert (new[key].state, new[key].old.mark) == (ComparedState.ADDED, Mark.ADDED)
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


def test_the_yearly_turn_of_texts_stands_apart_and_is_no_revision() -> None:
    comparison = compared(next_revision)
    assert comparison.sections == ()
    assert comparison.same
    turn = comparison.turn
    assert turn is not None
    assert (turn.new, turn.old, turn.count) == ("令和７年度", "令和６年度", "1件")
    assert [group.key for group in turn.groups] == ["turn-highlights", "turn-10"]
    (points,), (row,) = (group.rows for group in turn.groups)
    assert marked(points.old) == [
        "Ｒ５業務量調査を踏まえて、ＩＣＴ技術を活用しつつ", "ＢＰＲ(業務改革)を"
    ]  # fmt: skip
    assert marked(points.new) == ["見直しを"]
    assert row.name.startswith("(10)④ ")
    assert row.new.text == "■ 公債費の見通しを毎年度公表する。"
    assert marked(row.new) == marked(row.old) == []  # 書き改めた文


def test_the_table_of_the_overview_turns_with_the_year() -> None:
    """概要表の取組方針も年度の文。年度が同じなら、それは改正である。"""

    def row(data: Json) -> None:
        item_in(data, "08-08")["overview"]["policy"] = "貸付の拡大"

    (change,) = compared(row).listings[3].rows
    assert change.what == "取組方針･取組内容（概要表）"
    turned = compared(next_revision, row)
    assert turned.listings[3].rows == ()
    assert turned.turn is not None
    assert [group.key for group in turned.turn.groups] == ["turn-highlights", "turn-8", "turn-10"]


def test_what_is_not_printed_yet_is_no_revision() -> None:
    """見直し照会で入った、次の年度の取組方針。73件がみな変わったことになっていた。"""

    def answer(data: Json) -> None:
        for place in places(data):
            place.item["initiatives"]["2025"] = "■ 次の年度に進める。"

    comparison = compared(answer)
    assert comparison.same
    assert comparison.turn is None


def test_after_the_plans_end_there_is_nothing_new_to_compare() -> None:
    """令和10年度の文書には、令和9年度の取組方針が刷られる。消えたのではない。"""

    def last(data: Json) -> None:
        data["revision"] |= {"fiscal_year": 2027, "published": "2027-03"}
        for place in places(data):
            place.item["initiatives"]["2027"] = "■ 仕上げる。"

    def over(data: Json) -> None:
        last(data)
        data["revision"] |= {"fiscal_year": 2028, "published": "2028-03", "highlights": [],
                             "highlight_notes": []}  # fmt: skip
        add_results(data)
        item_in(data, "08-08")["overall_grade"] = "A"

    comparison = build_comparison(plan_of(revised(last)), plan_of(revised(over)))
    assert (comparison.sections, comparison.turn) == ((), None)
    assert "令和９年度まで）が終わった" in comparison.same
    assert not any(one.rows for one in comparison.listings)

    def corrected(data: Json) -> None:
        over(data)
        item_in(data, "08-08")["title"] = "自動販売機の貸付"

    found = build_comparison(plan_of(revised(last)), plan_of(revised(corrected)))
    assert [one.count for one in found.listings] == ["0件", "0件", "0件", "1件", "0件", "0か所"]
    assert found.same == ""


def test_a_cross_reference_that_goes_is_deleted() -> None:
    def drop(data: Json) -> None:
        measure = measure_in(data, 8)
        measure["entries"] = [e for e in measure["entries"] if e.get("item_id") != "07-02"]

    comparison = compared(drop)
    (block,) = blocks(comparison).values()
    assert (block.state, block.new.mark) == (ComparedState.DELETED, Mark.DELETED)
    (row,) = comparison.listings[-1].rows
    assert row.what == "削除"
    (back,) = build_comparison(
        plan_of(revised(drop)), plan_of(real())
    ).listings[-1].rows  # fmt: skip
    assert back.what == "新設"


def test_a_text_written_anew_is_marked_as_a_whole() -> None:
    def rewrite(data: Json) -> None:
        item = item_in(data, "05-01")
        item["vision"] = "■ 市民の暮らしに根ざした、まったく新しい仕組みを、地域ごとに整えている。"
        # 細かい直しが続いて、どこも目立たない文
        dense = item["current_state"] = (
            "◆ 窓口を見直す。各種書類を減らす。手順を改める。経費を抑えた。"
        )
        assert len(dense) > 30

    def before(data: Json) -> None:
        item_in(data, "05-01")["current_state"] = (
            "◆ 窓口の見直し。各種書類の減らし。手順の改める。経費の抑えた。"
        )

    (block,) = blocks(
        build_comparison(plan_of(revised(before)), plan_of(revised(before, rewrite)))
    ).values()
    rows = {row.label: row for row in block.rows}
    assert set(rows) == {"現状と課題", "計画最終年度において目指す姿"}
    for row in rows.values():
        assert row.whole
        assert marked(row.new) == marked(row.old) == []


def test_marks_in_a_row_make_one_phrase() -> None:
    old, new = sample_plan(), sample_plan()
    entry(old)["vision"] = "■ 市内の図書室で、貸出を印刷のカード台帳サービスに残している。"
    entry(new)["vision"] = "■ 市内の図書室で、貸出を印刷のデータ台帳サポートに残している。"
    (block,) = blocks(build_comparison(plan_of(old), plan_of(new))).values()
    assert marked(block.rows[0].old) == ["カード台帳サービス"]
    assert marked(block.rows[0].new) == ["データ台帳サポート"]


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


def test_the_next_plan_is_another_plan(plan_path: Path) -> None:
    """同じ名で次の計画を始めると、同じIDの別の実施項目を比べ、262ページの表ができた。"""

    def next_plan(data: Json) -> None:
        for year in data["fiscal_years"]:
            for place in places(data):
                one = next(y for y in place.item["years"] if y["fiscal_year"] == year)
                one["fiscal_year"] = -(year + 5)
        data["fiscal_years"] = [year + 5 for year in data["fiscal_years"]]
        for place in places(data):
            for one in place.item["years"]:
                one["fiscal_year"] *= -1
            place.item["introduced"] = 2028
            place.item["initiatives"] = {"2028": "■ 始める。"}
        data["revision"] |= {"fiscal_year": 2028, "published": "2028-03"}

    old, new = load_plan(plan_path), plan_of(revised(next_plan))
    for notes in (comparison_notes, earlier_notes):
        with pytest.raises(SheetgenError) as refused:
            notes(old, new)
        (problem,) = refused.value.problems
        assert problem.code == "D042"
        told = describe(problem)
        assert "令和５年度から令和９年度まで" in told
        assert "令和１０年度から令和１４年度まで" in told


def test_a_spelling_nobody_sees_is_told_and_is_no_change() -> None:
    """macOS から写した文の濁点は、前の字と分かれている。両側が同じに見える改正になった。"""

    def decompose(data: Json) -> None:
        item = item_in(data, "08-08")
        for name in ("improvement", "vision"):
            plain = item[name]
            item[name] = unicodedata.normalize("NFD", plain)
            assert item[name] != plain

    old, new = plan_of(real()), plan_of(revised(decompose))
    comparison = build_comparison(old, new)
    assert comparison.same
    assert not any(group.rows for group in changes(new, old).groups)
    (told,) = comparison_notes(old, new)
    assert (told.code, told.facts["count"]) == ("D041", "2")
    assert "濁点" in describe(told)
    assert comparison_notes(new, new) == []
    # 見た目の違う異体字は、違いのうち。
    variant = plan_of(revised(lambda data: item_in(data, "08-08").update(title="\ufa10の貸付")))
    plain = plan_of(revised(lambda data: item_in(data, "08-08").update(title="\u585aの貸付")))
    assert not build_comparison(variant, plain).same
