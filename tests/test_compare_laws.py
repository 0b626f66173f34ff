"""新旧対照表の法則：どんな二つの計画でも、つなげば元の文になり、残りは同じ。"""

from __future__ import annotations

import json

from comparing import blocks
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plan_samples import sample_item, sample_plan
from revised import Json, plan_of, renumber

from sheetgen.publish.comparison.blocks import merged_order
from sheetgen.publish.comparison.whole import build_comparison
from sheetgen.publish.document.changes import changes

lines = st.lists(
    st.sampled_from(["窓口", "台数を", "３４", "台とする", "。", "\n・", "サービス", "　"]),
    min_size=1, max_size=12,
).map("".join)  # fmt: skip
values = st.none() | st.integers(-999, 99999) | st.sampled_from(["-", "ー", "１３件"])


@st.composite
def plans(draw: st.DrawFn) -> Json:
    plan = sample_plan()
    items = plan["policies"][0]["measures"][0]["entries"]
    for item in items:
        for name in ("improvement", "current_state", "vision"):
            item[name] = draw(lines)
        item["title"] = draw(st.sampled_from(["一", "二つ目", "三つ目の項目"]))
        item["years"][1] |= {"target": draw(values), "effect": draw(values), "plan": draw(lines)}
        item["overview"]["policy"] = draw(lines)
    plan["policies"][0]["measures"][0]["notes"] = draw(st.lists(lines, max_size=3))
    plan["policies"][0]["description"] = draw(lines)
    if draw(st.booleans()):
        items.reverse()
        renumber(plan["policies"][0]["measures"][0])
    loaded: Json = json.loads(json.dumps(plan))
    return loaded


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(plans(), plans())
def test_the_sides_are_the_two_texts_and_the_rest_is_the_same(old: Json, new: Json) -> None:
    comparison = build_comparison(plan_of(old), plan_of(new))
    found = blocks(comparison)
    fields = {
        "improvement": "具体的な改善取組内容",
        "current_state": "現状と課題",
        "vision": "計画最終年度において目指す姿",
    }
    sides = {one["id"]: [one, None] for one in old["policies"][0]["measures"][0]["entries"]}
    for one in new["policies"][0]["measures"][0]["entries"]:
        sides[one["id"]][1] = one
    for item_id, (before, after) in sides.items():
        assert before is not None
        assert after is not None
        block = found.get(f"item-{item_id}")
        rows = {row.label: row for row in block.rows} if block else {}
        for name, label in fields.items():
            assert (label in rows) == (before[name] != after[name])
            if label in rows:
                assert (rows[label].old.text, rows[label].new.text) == (before[name], after[name])
    for block in found.values():
        told = [(row.new, row.old) for row in block.rows if not row.whole]
        for left, right in [(block.new, block.old), *told]:
            if not (left.mark or right.mark):
                kept = ["".join(t for t, differs in s.runs if not differs) for s in (left, right)]
                assert kept[0] == kept[1]
                assert all(text for side in (left, right) for text, _ in side.runs)


@st.composite
def revisions(draw: st.DrawFn) -> tuple[Json, Json]:
    """改正前と、翌年度の改正後。実績、次の年度の文、項目の出入りと移動もある。"""
    old, new = draw(plans()), draw(plans())
    first, second = new["policies"][0]["measures"]
    items = first["entries"]
    for item in items:
        item["years"][0]["result"] |= {"text": draw(st.none() | lines), "grade": draw(grades)}
        item["initiatives"] |= {"2027": draw(lines), "2028": draw(lines)}
    new["revision"]["fiscal_year"] = 2027
    fate = draw(st.sampled_from(["stay", "move", "end", "add"]))
    if fate == "move":
        second["entries"].append(items.pop())
        renumber(second)
    elif fate == "end":
        gone = items.pop()
        second["entries"] = [e for e in second["entries"] if e.get("item_id") != gone["id"]]
        new["revision"]["retired_items"] = [gone["id"]]
    elif fate == "add":
        items.append(sample_item(8))
    renumber(first)
    return old, new


grades = st.none() | st.sampled_from(["◎", "○"])
# 実績と、年度ごとに書き改める文は、改正ではない。
_TURNING = ("initiatives", "overall_grade")


def substance(plan: Json) -> dict[str, str]:
    """実施項目のIDから、改正とみる欄だけの文字へ。プログラムの決まりとは別に書く。"""
    out = {}
    for measure in plan["policies"][0]["measures"]:
        for item in measure["entries"]:
            if item["type"] == "item":
                kept = {key: one for key, one in item.items() if key not in _TURNING}
                kept["overview"] = item["overview"] | {"policy": None}
                kept["years"] = [year | {"result": None} for year in item["years"]]
                out[item["id"]] = json.dumps([measure["number"], kept], sort_keys=True)
    return out


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(revisions())
def test_the_document_and_the_comparison_count_the_same(plans: tuple[Json, Json]) -> None:
    old, new = (plan_of(one) for one in plans)
    comparison = build_comparison(old, new)
    groups = changes(new, old).groups
    assert [f"{len(group.rows)}件" for group in groups] == [
        one.count for one in comparison.listings[:-1]
    ]
    for group, listing in zip(groups, comparison.listings, strict=False):
        told = [f"item-{row.item}" for row in group.rows]
        assert told == [row.block for row in listing.rows]
    # 一つの項目は一度だけ。改正とみる欄の違う項目のほかは、ない。
    told = [row.item for group in groups for row in group.rows]
    before, after = (substance(one) for one in plans)
    assert len(told) == len(set(told))
    assert set(told) == {one for one in before | after if before.get(one) != after.get(one)}


@settings(max_examples=15, deadline=None)
@given(plans())
def test_a_plan_does_not_differ_from_itself(plan: Json) -> None:
    comparison = build_comparison(plan_of(plan), plan_of(plan))
    assert comparison.sections == ()
    assert comparison.same


@given(st.permutations(range(6)), st.permutations(range(3, 9)))
def test_merging_orders_keeps_the_new_one_and_loses_nothing(new: list[int], old: list[int]) -> None:
    merged = merged_order(new, old)
    assert sorted(merged) == sorted(set(new) | set(old))
    assert [one for one in merged if one in set(new)] == new
    gone = [one for one in old if one not in set(new)]
    for one in gone:
        earlier = [other for other in old[: old.index(one)] if other in set(new)]
        assert merged.index(one) > (merged.index(earlier[-1]) if earlier else -1)
